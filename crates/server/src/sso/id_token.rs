//! What an ID token proves (OpenID Connect Core, §3.1.3.7). The library reads claims by the letter and
//! refuses whole tokens of providers that are sloppy in what nobody asks for: an `amr` that is one
//! text instead of a list. So it is given those claims alone that are checked; everything else is
//! read as it comes.

use super::tokens::TokenAnswer;
use super::{Claims, printable};
use crate::control::Provider;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daybook_model::Timestamp;
use oauth2::TokenResponse;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, JsonWebKey, Nonce,
    SignatureVerificationError,
};
use serde_json::{Map, Value};

/// Signatures that only the provider can make: none that the client secret could make as well.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// The same by their names.
pub(super) const ALGORITHM_NAMES: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];
/// How far a provider's clock may be ahead of ours, in seconds.
pub(super) const CLOCK_AHEAD_MAX_S: i64 = 60;
/// How old a token may be: it is issued after the browser came back.
const TOKEN_AGE_MAX_S: i64 = 10 * 60;
/// Core, §2: a subject has at most 255 characters.
const SUBJECT_BYTES_MAX: usize = 255;
/// The claims that decide whether a token is believed.
const CHECKED: [&str; 8] = ["iss", "sub", "aud", "exp", "iat", "nonce", "azp", "at_hash"];
/// Claims without which a token says nothing (Core, §2).
const NEEDED: [&str; 5] = ["iss", "sub", "aud", "exp", "iat"];

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Doubt {
    #[error("the ID token is signed by an unknown key")]
    UnknownKey,
    #[error("the ID token is not valid: {0}")]
    Invalid(String),
}

impl From<ClaimsVerificationError> for Doubt {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(error) => error.into(),
            other => Self::Invalid(printable(&other.to_string())),
        }
    }
}

impl From<SignatureVerificationError> for Doubt {
    fn from(error: SignatureVerificationError) -> Self {
        match error {
            SignatureVerificationError::NoMatchingKey => Self::UnknownKey,
            other => Self::Invalid(printable(&other.to_string())),
        }
    }
}

/// A token as it was sent, and the library's reading of it.
struct Sent<'t> {
    /// Header and payload: what is signed.
    signed: &'t str,
    signature: Vec<u8>,
    /// Whether its header says by which key.
    names_key: bool,
    claims: Map<String, Value>,
    /// The same token with [`CHECKED`] as its only claims.
    bare: CoreIdToken,
}

impl<'t> Sent<'t> {
    fn read(text: &'t str) -> Result<Self, Doubt> {
        let unreadable = || Doubt::Invalid("it cannot be read".into());
        let (signed, signature) = text.rsplit_once('.').ok_or_else(unreadable)?;
        let (header, payload) = signed.split_once('.').ok_or_else(unreadable)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| unreadable());
        let object = |part: &str| -> Result<Map<String, Value>, Doubt> {
            serde_json::from_slice(&decode(part)?).map_err(|_| unreadable())
        };
        let claims = object(payload)?;
        let names_key = object(header)?.contains_key("kid");
        let lacks = |name: &&&str| claims.get(**name).is_none_or(Value::is_null);
        if let Some(name) = NEEDED.iter().find(lacks) {
            return Err(Doubt::Invalid(format!("it lacks {name}")));
        }
        let checked = claims
            .iter()
            .filter(|(name, _)| CHECKED.contains(&name.as_str()));
        let checked: Map<_, _> = checked.map(|(n, v)| (n.clone(), v.clone())).collect();
        let bare = URL_SAFE_NO_PAD.encode(Value::Object(checked).to_string());
        let bare = format!("{header}.{bare}.{signature}").parse();
        let untyped = "it cannot be read: its header, or the type of a claim, is none of OpenID \
                       Connect";
        Ok(Self {
            signed,
            names_key,
            signature: decode(signature)?,
            bare: bare.map_err(|_| Doubt::Invalid(untyped.into()))?,
            claims,
        })
    }

    /// The provider's key that signed this token as it was sent.
    fn signing_key<'k>(
        &self,
        verifier: &'k CoreIdTokenVerifier<'k>,
    ) -> Result<&'k CoreJsonWebKey, SignatureVerificationError> {
        let algorithm = self.bare.signing_alg()?;
        if !ALGORITHMS.contains(algorithm) {
            let name = format!("{algorithm:?}");
            return Err(SignatureVerificationError::DisallowedAlg(name));
        }
        let key = self.bare.signing_key(verifier)?;
        let signed = key.verify_signature(algorithm, self.signed.as_bytes(), &self.signature);
        // A token that names no key may be signed by one that is newer than those we know.
        signed.map_err(|error| match self.names_key {
            true => error,
            false => SignatureVerificationError::NoMatchingKey,
        })?;
        Ok(key)
    }
}

/// Checks an ID token: signature, issuer, audience, times, nonce, and the access token's hash.
pub(super) fn check(
    provider: &Provider,
    keys: &CoreJsonWebKeySet,
    answer: &TokenAnswer,
    nonce: &Nonce,
) -> Result<Claims, Doubt> {
    let invalid = |what: &str| Doubt::Invalid(what.to_owned());
    let settings = &provider.settings;
    let text = answer.extra_fields().id_token.as_deref();
    let text = text.ok_or_else(|| invalid("there is none"))?;
    let sent = Sent::read(text)?;
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| invalid("issuer"))?;
    let client_id = ClientId::new(settings.client_id.clone());
    let verifier = CoreIdTokenVerifier::new_public_client(client_id.clone(), issuer, keys.clone())
        .set_issue_time_verifier_fn(|issued| check_issued(issued.timestamp()))
        // Of the bare token, which nobody signed: `signing_key` checks that of the one that was sent.
        .insecure_disable_signature_check();
    let key = sent.signing_key(&verifier)?;
    let claims = sent.bare.claims(&verifier, nonce)?;
    if claims
        .authorized_party()
        .is_some_and(|party| *party != client_id)
    {
        return Err(invalid("it was made for another party (azp)"));
    }
    let subject = claims.subject().as_str();
    if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX {
        return Err(invalid("its subject has no byte or more than 255"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = sent.bare.signing_alg()?;
        let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
            .map_err(|_| invalid("the hash of its access token cannot be computed"))?;
        if hash != *expected {
            return Err(invalid("the access token is another one (at_hash)"));
        }
    }
    check_not_before(&sent.claims)?;
    Ok(Claims(sent.claims))
}

/// RFC 7519, §4.1.5, with the same grace as for the time of issue.
fn check_not_before(claims: &Map<String, Value>) -> Result<(), Doubt> {
    let Some(not_before_s) = claims.get("nbf").and_then(Value::as_f64) else {
        return Ok(());
    };
    let now_s = Timestamp::now().us() / Timestamp::SECOND_US;
    let ahead_s = not_before_s - now_s as f64;
    match ahead_s > CLOCK_AHEAD_MAX_S as f64 {
        true => Err(Doubt::Invalid(format!(
            "it is valid in {ahead_s:.0} s only (nbf): compare the clocks"
        ))),
        false => Ok(()),
    }
}

fn check_issued(issued_s: i64) -> Result<(), String> {
    let age_s = Timestamp::now().us() / Timestamp::SECOND_US - issued_s;
    match age_s {
        ..0 if age_s < -CLOCK_AHEAD_MAX_S => Err(format!(
            "issued {} s in the future: compare the clocks",
            -age_s
        )),
        _ if age_s > TOKEN_AGE_MAX_S => Err(format!("issued {age_s} s ago: compare the clocks")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_from_the_future_and_of_long_ago_are_refused() {
        let now = Timestamp::now().us() / Timestamp::SECOND_US;
        assert!(check_issued(now).is_ok());
        assert!(check_issued(now + CLOCK_AHEAD_MAX_S - 5).is_ok());
        assert!(check_issued(now + CLOCK_AHEAD_MAX_S + 5).is_err());
        assert!(check_issued(now - TOKEN_AGE_MAX_S + 5).is_ok());
        assert!(check_issued(now - TOKEN_AGE_MAX_S - 5).is_err());
    }
}
