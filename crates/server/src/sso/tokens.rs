//! From a code to claims that can be believed: the exchange, the checks of the ID token (OpenID
//! Connect Core, §3.1.3.7), and what the userinfo endpoint adds.

use super::discovery::Metadata;
use super::http::{Door, HttpError};
use super::{Claims, Part, SsoError, printable};
use crate::control::Provider;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daybook_model::Timestamp;
use openidconnect::core::{
    CoreClient, CoreErrorResponseType, CoreIdTokenVerifier, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, SignatureVerificationError, StandardErrorResponse,
    TokenResponse,
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

pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
>;

/// Daybook as the provider knows it.
pub(super) fn client(provider: &Provider, metadata: &Metadata, callback: RedirectUrl) -> Client {
    let settings = &provider.settings;
    let issuer = IssuerUrl::new(settings.issuer.clone()).expect("a stored issuer is an address");
    let client_id = ClientId::new(settings.client_id.clone());
    let client = CoreClient::new(client_id, issuer, CoreJsonWebKeySet::default())
        .set_auth_uri(metadata.authorization_endpoint.clone())
        .set_token_uri(metadata.token_endpoint.clone())
        .set_redirect_uri(callback);
    let Some(secret) = &settings.client_secret else {
        return client;
    };
    let client = client.set_client_secret(ClientSecret::new(secret.reveal().to_owned()));
    // Without a word about it the method is `client_secret_basic` (Discovery, §3).
    let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
    let takes = |method: &str| methods.is_some_and(|known| known.iter().any(|it| it == method));
    match takes("client_secret_post") && !takes("client_secret_basic") {
        true => client.set_auth_type(AuthType::RequestBody),
        false => client,
    }
}

pub(super) type ExchangeError =
    RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>;

/// Exchanges a code for tokens.
pub(super) async fn exchange(
    client: &Client,
    door: &Door,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
) -> Result<CoreTokenResponse, SsoError> {
    let request = client.exchange_code(code).set_pkce_verifier(verifier);
    request.request_async(door).await.map_err(told)
}

/// A failed exchange without anything secret that may be in the answer.
fn told(error: ExchangeError) -> SsoError {
    let outage = |what: String| SsoError::outage(Part::Token, what);
    match error {
        RequestTokenError::ServerResponse(response) => match response.error() {
            CoreErrorResponseType::InvalidGrant => {
                SsoError::Forged("the provider does not take the code: invalid_grant".into())
            }
            other => outage(printable(other.as_ref())),
        },
        RequestTokenError::Request(error) => outage(error.to_string()),
        RequestTokenError::Parse(error, body) => match fault_of_token(&body) {
            Some(fault) => SsoError::Forged(Doubt::Invalid(fault).to_string()),
            None => outage(format!("its answer cannot be read at {}", error.path())),
        },
        RequestTokenError::Other(_) => outage("it answers neither tokens nor an error".into()),
    }
}

/// What is wrong with the ID token of an answer that could not be read; none when something else
/// of the answer is.
fn fault_of_token(body: &[u8]) -> Option<String> {
    let answer: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    text("access_token").and(text("token_type"))?;
    let Some(claims) = payload(text("id_token")?) else {
        return Some("its claims are no JSON object".into());
    };
    let lacks = |name: &&str| claims.get(*name).is_none_or(Value::is_null);
    let lacking = ["iss", "sub", "aud", "exp", "iat"]
        .into_iter()
        .filter(lacks);
    let lacking: Vec<&str> = lacking.collect();
    Some(match lacking.is_empty() {
        true => "its header, or the type of a claim, is none of OpenID Connect".into(),
        false => format!("it lacks {}", lacking.join(", ")),
    })
}

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

/// Checks an ID token: issuer, audience, signature, times, nonce, and the access token's hash.
pub(super) fn check(
    provider: &Provider,
    keys: &CoreJsonWebKeySet,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<Claims, Doubt> {
    let invalid = |what: &str| Doubt::Invalid(what.to_owned());
    let settings = &provider.settings;
    let token = answer.id_token().ok_or_else(|| invalid("there is none"))?;
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| invalid("issuer"))?;
    let client_id = ClientId::new(settings.client_id.clone());
    let verifier = CoreIdTokenVerifier::new_public_client(client_id.clone(), issuer, keys.clone())
        .set_allowed_algs(ALGORITHMS)
        .set_issue_time_verifier_fn(|issued| check_issued(issued.timestamp()));
    let claims = token.claims(&verifier, nonce)?;
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
        let (algorithm, key) = (token.signing_alg()?, token.signing_key(&verifier)?);
        let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
            .map_err(|_| invalid("the hash of its access token cannot be computed"))?;
        if hash != *expected {
            return Err(invalid("the access token is another one (at_hash)"));
        }
    }
    let claims = payload(&token.to_string()).ok_or_else(|| invalid("its claims"))?;
    let not_before = claims.get("nbf").and_then(Value::as_f64);
    not_before
        .map_or(Ok(()), check_not_before)
        .map_err(Doubt::Invalid)?;
    Ok(Claims(claims))
}

/// RFC 7519, §4.1.5, with the same grace as for the time of issue.
fn check_not_before(not_before_s: f64) -> Result<(), String> {
    let now_s = Timestamp::now().us() / Timestamp::SECOND_US;
    let ahead_s = not_before_s - now_s as f64;
    match ahead_s > CLOCK_AHEAD_MAX_S as f64 {
        true => Err(format!(
            "it is valid in {ahead_s:.0} s only (nbf): compare the clocks"
        )),
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

/// All claims of a token, those of no standard included.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Adds what the settings need and the ID token lacks, from the userinfo endpoint. What the token
/// says stays.
pub(super) async fn complete(
    mut claims: Claims,
    provider: &Provider,
    metadata: &Metadata,
    door: &Door,
    answer: &CoreTokenResponse,
) -> Result<Claims, SsoError> {
    let settings = &provider.settings;
    let named = [&settings.role_claim, &settings.link_claim];
    let named = named.into_iter().flatten().map(String::as_str);
    let mut wanted = ["email", "email_verified"].into_iter().chain(named);
    let lacks = wanted.any(|name| claims.get(name).is_none());
    let Some(endpoint) = metadata.userinfo_endpoint.as_ref().filter(|_| lacks) else {
        return Ok(claims);
    };
    let outage = |what: String| SsoError::outage(Part::UserInfo, what);
    let bearer = answer.access_token().secret();
    let fetched = door.get(endpoint.url(), Some(bearer)).await;
    let fetched = fetched.map_err(|error| outage(error.to_string()))?;
    if fetched.status != 200 {
        return Err(outage(format!("it answers {}", fetched.status)));
    }
    let more: Map<String, Value> = serde_json::from_slice(&fetched.body)
        .map_err(|_| outage("its answer is no JSON object; signed answers are not read".into()))?;
    // Core, §5.3.2: otherwise it may be about somebody else.
    if more.get("sub").and_then(Value::as_str) != Some(claims.subject()) {
        return Err(SsoError::Forged(
            "the userinfo endpoint speaks of another subject".into(),
        ));
    }
    add(&mut claims, more);
    Ok(claims)
}

/// Adds claims that are not there. How somebody signed in, only the ID token says; and whether an
/// e-mail address is verified, only who names that address.
fn add(claims: &mut Claims, more: Map<String, Value>) {
    let named = claims.0.get("email");
    let other_email = named.is_some() && named != more.get("email");
    for (name, value) in more {
        let kept = match name.as_str() {
            "amr" | "acr" => false,
            "email_verified" => !other_email,
            _ => true,
        };
        if kept {
            claims.0.entry(name).or_insert(value);
        }
    }
}

/// What the token endpoint says to credentials with a code that cannot be right.
pub(super) async fn try_credentials(client: &Client, door: &Door) -> ExchangeError {
    let code = AuthorizationCode::new("daybook-test".into());
    let verifier = PkceCodeVerifier::new("daybook-test-daybook-test-daybook-test-daybook".into());
    let request = client.exchange_code(code).set_pkce_verifier(verifier);
    match request.request_async(door).await {
        Err(error) => error,
        Ok(_) => RequestTokenError::Other("it gives tokens for a code it never made".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_userinfo_endpoint_cannot_change_what_the_token_says() {
        let mut claims = Claims(map(json!({"sub": "1", "email": "ana@example.com"})));
        let more = json!({
            "sub": "1", "email": "eve@example.com", "email_verified": true,
            "groups": ["x"], "amr": ["mfa"], "acr": "gold",
        });
        add(&mut claims, map(more));
        assert_eq!(
            Value::Object(claims.0),
            json!({"sub": "1", "email": "ana@example.com", "groups": ["x"]})
        );
    }

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
