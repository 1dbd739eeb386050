//! Signing in through OpenID Connect providers: what is asked of a provider and what is believed
//! of its answers. Who may sign in then is decided by [`crate::control`]. Nothing is fetched
//! before somebody wants to sign in, and no provider's failure reaches another way of signing in.

mod address;
mod claims;
mod discovery;
mod flow;
mod http;
mod id_token;
mod probe;
mod tokens;

pub(crate) use address::check_issuer;
pub(crate) use claims::Claims;
pub(crate) use flow::{LIFE as FLOW_LIFE, Pending, name as flow_name};
pub(crate) use probe::{Outcome, Step};

use crate::control::{Provider, Purpose};
use discovery::Directory;
use flow::Flows;
use http::Http;
use openidconnect::{
    AuthorizationCode, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use std::net::IpAddr;

/// What a provider failed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Discovery,
    Keys,
    Authorization,
    Token,
    UserInfo,
}

impl Part {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Authorization => "authorization endpoint",
            Self::Token => "token endpoint",
            Self::UserInfo => "userinfo endpoint",
        }
    }
}

/// Why nobody can be signed in through a provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SsoError {
    /// The provider does not work.
    #[error("{}: {what}", .part.name())]
    Outage {
        part: Part,
        what: String,
        /// Whether it is told again instead of tried again.
        repeated: bool,
    },
    /// The provider, or the person there, said no.
    #[error("the provider refused: {0}")]
    Denied(String),
    /// An answer that cannot be believed.
    #[error("{0}")]
    Forged(String),
    /// Not the answer to anything this browser asked, or too late.
    #[error("{0}")]
    Stray(&'static str),
}

impl SsoError {
    fn outage(part: Part, what: impl Into<String>) -> Self {
        Self::Outage {
            part,
            what: what.into(),
            repeated: false,
        }
    }
}

/// Who asks to sign in, and how they want to go on.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) purpose: Purpose,
    /// Our address that the provider sends the browser back to.
    pub(crate) callback: String,
    /// The path of the UI to end at.
    pub(crate) return_to: String,
    pub(crate) ip: Option<IpAddr>,
}

/// Where to send the browser, and what binds the answer to it.
#[derive(Debug)]
pub(crate) struct Departure {
    pub(crate) location: String,
    /// Names the cookie.
    pub(crate) flow: String,
    /// Its secret value.
    pub(crate) browser: String,
}

/// What the provider sends the browser back with.
#[derive(Debug, Default)]
pub(crate) struct Arrival {
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
    /// RFC 9207.
    pub(crate) issuer: Option<String>,
}

/// Single sign-on of one server.
#[derive(Debug, Default)]
pub(crate) struct Sso {
    http: Http,
    directory: Directory,
    flows: Flows,
}

impl Sso {
    /// Begins a sign-in: asks the provider where to send the browser.
    pub(crate) async fn begin(
        &self,
        provider: &Provider,
        request: Request,
    ) -> Result<Departure, SsoError> {
        let door = self.http.door(&provider.settings.issuer);
        let metadata = self.directory.metadata(&door, provider).await?;
        let callback = RedirectUrl::new(request.callback)
            .map_err(|_| SsoError::outage(Part::Authorization, "our own address is not valid"))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = tokens::client(provider, &metadata, callback.clone());
        let (state, nonce) = (CsrfToken::new_random_len(32), Nonce::new_random_len(32));
        let scopes = provider.settings.scopes.iter().cloned().map(Scope::new);
        let (location, state) = client
            .authorize_url(move || state)
            .add_scope(Scope::new("openid".into()))
            .add_scopes(scopes)
            .add_extra_param("nonce", nonce.secret())
            .set_pkce_challenge(challenge)
            .url();
        let browser = CsrfToken::new_random_len(32).into_secret();
        let flow = self.flows.keep(
            state.secret(),
            &browser,
            Pending {
                provider_id: provider.id.clone(),
                issuer: provider.settings.issuer.clone(),
                nonce,
                verifier: verifier.into_secret(),
                callback: callback.to_string(),
                purpose: request.purpose,
                return_to: request.return_to,
                ip: request.ip,
            },
        );
        Ok(Departure {
            location: location.into(),
            flow,
            browser,
        })
    }

    /// The sign-in that a state belongs to. It is used up, whatever comes of it.
    pub(crate) fn take(
        &self,
        provider_id: &str,
        state: &str,
        browser: Option<&str>,
    ) -> Result<Pending, SsoError> {
        self.flows.take(provider_id, state, browser)
    }

    /// Ends a sign-in at the provider: exchanges the code and checks everything that is said.
    pub(crate) async fn finish(
        &self,
        provider: &Provider,
        pending: Pending,
        arrival: Arrival,
    ) -> Result<Claims, SsoError> {
        if pending.issuer != provider.settings.issuer {
            return Err(SsoError::Stray("the provider was changed meanwhile"));
        }
        let door = self.http.door(&provider.settings.issuer);
        let metadata = self.directory.metadata(&door, provider).await?;
        check_sender(&metadata, arrival.issuer.as_deref())?;
        let code = granted(arrival)?;
        let callback = RedirectUrl::new(pending.callback)
            .map_err(|_| SsoError::outage(Part::Authorization, "our own address is not valid"))?;
        let client = tokens::client(provider, &metadata, callback);
        let verifier = PkceCodeVerifier::new(pending.verifier);
        let answer = tokens::exchange(&client, &door, AuthorizationCode::new(code), verifier);
        let answer = answer.await?;
        let keys = self.directory.keys(&door, provider, &metadata).await?;
        let checked = id_token::check(provider, &keys, &answer, &pending.nonce);
        let claims = match checked {
            Err(id_token::Doubt::UnknownKey) => {
                let newer = self
                    .directory
                    .newer_keys(&door, provider, &metadata)
                    .await?;
                id_token::check(provider, &newer, &answer, &pending.nonce)
            }
            checked => checked,
        };
        let claims = claims.map_err(|doubt| SsoError::Forged(doubt.to_string()))?;
        tokens::complete(claims, provider, &metadata, &door, &answer).await
    }

    /// Tries a provider's settings, step by step.
    pub(crate) async fn probe(&self, provider: &Provider, callback: &str) -> Vec<Step> {
        let door = self.http.door(&provider.settings.issuer);
        probe::run(&door, provider, callback).await
    }
}

/// A provider that names itself in its answers must have sent this one: otherwise another one's
/// code could be passed off as its own.
fn check_sender(metadata: &discovery::Metadata, named: Option<&str>) -> Result<(), SsoError> {
    match named {
        None if metadata.authorization_response_iss_parameter_supported => Err(SsoError::Forged(
            "the answer does not name its issuer, although the provider does so".into(),
        )),
        Some(named) if named != metadata.issuer => Err(SsoError::Forged(format!(
            "the answer comes from another issuer: {}",
            printable(named)
        ))),
        _ => Ok(()),
    }
}

/// The code of an answer that is not a refusal.
fn granted(arrival: Arrival) -> Result<String, SsoError> {
    let Some(error) = arrival.error else {
        let missing = || SsoError::Forged("the answer has neither code nor error".into());
        return arrival.code.ok_or_else(missing);
    };
    let told = match arrival.error_description {
        Some(description) => format!("{} ({})", printable(&error), printable(&description)),
        None => printable(&error),
    };
    match error.as_str() {
        "server_error"
        | "temporarily_unavailable"
        | "invalid_client"
        | "unauthorized_client"
        | "invalid_scope"
        | "unsupported_response_type"
        | "invalid_request" => Err(SsoError::outage(Part::Authorization, told)),
        _ => Err(SsoError::Denied(told)),
    }
}

/// A stranger's text as it may stand in a reason.
pub(crate) fn printable(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    let shown = text.chars().filter(|c| !c.is_control());
    shown.take(CHARS_MAX).collect()
}
