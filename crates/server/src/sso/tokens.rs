//! What is asked of a provider's token and userinfo endpoints, and what their answers add. What an ID
//! token proves, [`super::id_token`] says.

use super::discovery::Metadata;
use super::http::{Door, HttpError};
use super::{Claims, Part, SsoError, printable};
use crate::control::Provider;
use oauth2::{ExtraTokenFields, StandardTokenResponse, TokenResponse};
use openidconnect::core::{
    CoreErrorResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, StandardErrorResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The ID token as it was sent: to have it read on the way refuses more than it must.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct IdTokenText {
    pub(super) id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenText {}

/// What the token endpoint gives for a code.
pub(super) type TokenAnswer = StandardTokenResponse<IdTokenText, CoreTokenType>;

pub(super) type Client = oauth2::Client<
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Daybook as the provider knows it.
pub(super) fn client(provider: &Provider, metadata: &Metadata, callback: RedirectUrl) -> Client {
    let settings = &provider.settings;
    let client = oauth2::Client::new(ClientId::new(settings.client_id.clone()))
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
) -> Result<TokenAnswer, SsoError> {
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
        RequestTokenError::Parse(error, _) => outage(match error.path().to_string().as_str() {
            "." => "its answer is no JSON object with tokens".into(),
            path => format!("its answer cannot be read at {path}"),
        }),
        RequestTokenError::Other(_) => outage("it answers neither tokens nor an error".into()),
    }
}

/// Adds what the settings need and the ID token lacks, from the userinfo endpoint. What the token
/// says stays.
pub(super) async fn complete(
    mut claims: Claims,
    provider: &Provider,
    metadata: &Metadata,
    door: &Door,
    answer: &TokenAnswer,
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
}
