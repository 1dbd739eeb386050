//! The test of a provider's settings: what an administrator can know before somebody signs in, in
//! the order in which things break.

use super::discovery::{self, Metadata};
use super::http::Door;
use super::id_token::{ALGORITHM_NAMES, CLOCK_AHEAD_MAX_S};
use super::tokens::{self, ExchangeError};
use super::{SsoError, printable};
use crate::control::Provider;
use openidconnect::core::{CoreErrorResponseType, CoreJsonWebKey};
use openidconnect::{JsonWebKey, JsonWebKeyUse, RedirectUrl, RequestTokenError};
use std::time::{SystemTime, UNIX_EPOCH};
use utoipa::ToSchema;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It works.
    Ok,
    /// It may work; read on.
    Warning,
    /// Nobody can sign in like this.
    Failed,
}

/// One step of a test.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub(crate) struct Step {
    /// What was looked at.
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
    /// What was found.
    pub(crate) message: String,
    /// What to do, if there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<&'static str>,
}

impl Step {
    fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Ok,
            message: message.into(),
            advice: None,
        }
    }

    fn bad(
        name: &'static str,
        outcome: Outcome,
        message: impl Into<String>,
        advice: &'static str,
    ) -> Self {
        Self {
            outcome,
            advice: Some(advice),
            ..Self::ok(name, message)
        }
    }
}

fn what(error: SsoError) -> String {
    match error {
        SsoError::Outage { what, .. } => what,
        other => other.to_string(),
    }
}

/// Runs the steps; what needs an earlier one that failed is left out.
pub(super) async fn run(door: &Door, provider: &Provider, callback: &str) -> Vec<Step> {
    let issuer = &provider.settings.issuer;
    let (metadata, date) = match discovery::fetch_metadata(door, issuer).await {
        Ok(found) => found,
        Err(error) => {
            let advice = "Check the issuer: exactly as the provider writes it, and reachable \
                          from the machine that Daybook runs on.";
            return vec![Step::bad("discovery", Outcome::Failed, what(error), advice)];
        }
    };
    let found = format!("{issuer} answers and names its endpoints");
    let mut steps = vec![Step::ok("discovery", found), features(&metadata, provider)];
    steps.push(keys(door, &metadata).await);
    steps.push(credentials(door, &metadata, provider, callback).await);
    steps.push(clock(date.as_deref()));
    steps.push(accounts(provider));
    steps
}

fn features(metadata: &Metadata, provider: &Provider) -> Step {
    const NAME: &str = "features";
    let responses = &metadata.response_types_supported;
    if !responses.is_empty() && !responses.iter().any(|kind| kind == "code") {
        return Step::bad(
            NAME,
            Outcome::Failed,
            "the authorization code flow is not offered",
            "Turn on the authorization code flow (response type code) for this client.",
        );
    }
    let known = &metadata.id_token_signing_alg_values_supported;
    let usable = |name: &String| ALGORITHM_NAMES.contains(&name.as_str());
    if !known.is_empty() && !known.iter().any(usable) {
        return Step::bad(
            NAME,
            Outcome::Failed,
            "ID tokens are signed in a way that Daybook does not take",
            "Have ID tokens signed with RS256, PS256, ES256 or EdDSA.",
        );
    }
    if let Some(scopes) = &metadata.scopes_supported {
        let unknown = |scope: &&String| !scopes.contains(scope);
        if let Some(scope) = provider.settings.scopes.iter().find(unknown) {
            return Step::bad(
                NAME,
                Outcome::Warning,
                format!("the provider does not list the scope {scope}"),
                "Remove the scope, or add it to the client at the provider.",
            );
        }
    }
    match &metadata.code_challenge_methods_supported {
        Some(methods) if methods.iter().any(|method| method == "S256") => {
            Step::ok(NAME, "the code flow with PKCE (S256) is offered")
        }
        _ => Step::bad(
            NAME,
            Outcome::Warning,
            "the provider does not say that it checks PKCE (S256)",
            "Signing in works; codes are protected by state, nonce and the client secret only.",
        ),
    }
}

async fn keys(door: &Door, metadata: &Metadata) -> Step {
    const NAME: &str = "keys";
    let advice = "ID tokens cannot be checked: see whether the address in jwks_uri answers.";
    let keys = match discovery::fetch_keys(door, metadata).await {
        Ok(keys) => keys,
        Err(error) => return Step::bad(NAME, Outcome::Failed, what(error), advice),
    };
    let signs = |key: &&CoreJsonWebKey| {
        let of = key.key_use();
        of.is_none_or(|of| of.allows_signature())
    };
    match keys.keys().iter().filter(signs).count() {
        0 => Step::bad(
            NAME,
            Outcome::Failed,
            "there is no key for signatures",
            advice,
        ),
        1 => Step::ok(NAME, "1 key for signatures"),
        count => Step::ok(NAME, format!("{count} keys for signatures")),
    }
}

async fn credentials(
    door: &Door,
    metadata: &Metadata,
    provider: &Provider,
    callback: &str,
) -> Step {
    const NAME: &str = "credentials";
    let Ok(redirect) = RedirectUrl::new(callback.to_owned()) else {
        let advice = "Set public_url to the address that browsers use for Daybook.";
        return Step::bad(
            NAME,
            Outcome::Failed,
            "our own address is not valid",
            advice,
        );
    };
    let client = tokens::client(provider, metadata, redirect);
    said(tokens::try_credentials(&client, door).await)
}

/// Reads the token endpoint's answer to a code that it never made.
fn said(error: ExchangeError) -> Step {
    const NAME: &str = "credentials";
    let unclear = "Sign in once to be sure. If that fails, read the authentication log.";
    match error {
        RequestTokenError::ServerResponse(response) => match response.error() {
            CoreErrorResponseType::InvalidGrant => {
                Step::ok(NAME, "the provider knows this client and takes its secret")
            }
            CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                Step::bad(
                    NAME,
                    Outcome::Failed,
                    "the provider does not know this client, or its secret is wrong",
                    "Compare client id and client secret; a secret may have expired.",
                )
            }
            other => {
                let message = format!("cannot be told: it answers {}", printable(other.as_ref()));
                Step::bad(NAME, Outcome::Warning, message, unclear)
            }
        },
        RequestTokenError::Request(error) => Step::bad(
            NAME,
            Outcome::Failed,
            format!("the token endpoint: {error}"),
            "See whether Daybook's machine reaches the token endpoint.",
        ),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            let message = "cannot be told: the token endpoint's answer is no OAuth error";
            Step::bad(NAME, Outcome::Warning, message, unclear)
        }
    }
}

fn clock(date: Option<&str>) -> Step {
    const NAME: &str = "clock";
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Step::ok(NAME, "the provider does not say what time it is");
    };
    let seconds = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    };
    let ahead_s = seconds(theirs) - seconds(SystemTime::now());
    match ahead_s.abs() > CLOCK_AHEAD_MAX_S / 2 {
        false => Step::ok(NAME, "both clocks agree"),
        true => Step::bad(
            NAME,
            Outcome::Warning,
            format!("the provider's clock differs by {ahead_s} s"),
            "Set both clocks by NTP: tokens from the future or of the past are refused.",
        ),
    }
}

/// Who would get in.
fn accounts(provider: &Provider) -> Step {
    const NAME: &str = "accounts";
    let settings = &provider.settings;
    match (settings.create_accounts, settings.default_role) {
        (false, _) => Step::ok(NAME, "only people who have an account can sign in"),
        (true, Some(role)) if settings.email_domains.is_empty() => Step::bad(
            NAME,
            Outcome::Warning,
            format!("whoever the provider knows gets an account with the role {role}"),
            "Name the e-mail domains that may sign in, unless only your people have an account there.",
        ),
        (true, _) => Step::ok(NAME, "accounts are made at the first sign-in"),
    }
}
