//! Signing in with an identity provider: the buttons, the way there and the way back. Whatever goes
//! wrong is told to the person in a word, and to administrators in the authentication log.

use super::input::{Path, UrlParams};
use crate::app::App;
use crate::auth::MaybeSession;
use crate::client::{self, From};
use crate::control::{
    AuthEvent, AuthKind, ControlError, Gate, Method, Proof, Provider, Purpose, User,
};
use crate::cookies;
use crate::error::ApiResult;
use crate::sso::{self, Arrival, Departure, Request, SsoError};
use axum::Json;
use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use utoipa::ToSchema;

const RETURN_TO_BYTES_MAX: usize = 2048;

/// A button for signing in.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SsoButton {
    id: String,
    name: String,
}

/// The providers that one can sign in with.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SsoButtons {
    items: Vec<SsoButton>,
}

/// What the provider must send people back to.
pub(super) fn callback_url(app: &App, from: &From, provider_id: &str) -> String {
    let base = app.options.public_url.clone().or_else(|| from.base_url());
    let base = base.unwrap_or_default();
    format!("{base}/api/v1/sso/{provider_id}/callback")
}

/// A path of ours, and nothing that a browser takes for another site.
pub(super) fn local(path: Option<String>) -> String {
    let safe = |path: &String| {
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#');
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= RETURN_TO_BYTES_MAX
            && path.bytes().all(plain)
    };
    path.filter(safe).unwrap_or_else(|| "/".into())
}

/// The providers that one can sign in with, by name.
#[utoipa::path(
    get,
    operation_id = "list_sso_providers",
    path = "/api/v1/sso",
    tag = "sso",
    responses((status = 200, body = SsoButtons))
)]
pub(crate) async fn list(State(app): State<App>) -> ApiResult<Json<SsoButtons>> {
    let providers = app.control.providers().await?.into_iter();
    let enabled = providers.filter(|provider| provider.settings.enabled);
    let items = enabled.map(|provider| SsoButton {
        id: provider.id,
        name: provider.settings.name,
    });
    Ok(Json(SsoButtons {
        items: items.collect(),
    }))
}

/// Sign in with a provider: redirects there. What goes wrong ends at `/sign-in#sso_error=…`.
#[utoipa::path(
    get,
    operation_id = "start_sso",
    path = "/api/v1/sso/{id}/start",
    tag = "sso",
    params(
        ("id" = String, Path),
        ("return_to" = Option<String>, Query, description = "The path of the UI to come back to"),
    ),
    responses((status = 302, description = "To the provider, or back with an error."))
)]
pub(crate) async fn start(
    State(app): State<App>,
    from: From,
    Path(id): Path<String>,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Response> {
    let return_to = local(params.take("return_to")?);
    match depart(&app, &from, &id, Purpose::SignIn, return_to).await {
        Ok(departure) => {
            let cookie = flow_cookie(from.secure, &departure.flow, &departure.browser);
            Ok(redirect(&departure.location, &[cookie]))
        }
        Err(code) => Ok(redirect(&format!("/sign-in#sso_error={code}"), &[])),
    }
}

/// Leaves for a provider, or says in a word why not.
pub(super) async fn depart(
    app: &App,
    from: &From,
    id: &str,
    purpose: Purpose,
    return_to: String,
) -> Result<Departure, &'static str> {
    let provider = enabled(app, id).await?;
    let request = Request {
        purpose,
        callback: callback_url(app, from, id),
        return_to,
        ip: from.client.ip.map(client::sender),
    };
    match app.sso.begin(&provider, request).await {
        Ok(departure) => Ok(departure),
        Err(error) => Err(failed(app, from, &provider, &error.into()).await),
    }
}

async fn enabled(app: &App, id: &str) -> Result<Provider, &'static str> {
    let provider = app.control.provider(id).await;
    let provider = provider.map_err(|error| match error {
        ControlError::NotFound(_) => "provider_unknown",
        _ => "failed",
    })?;
    match provider.settings.enabled {
        true => Ok(provider),
        false => Err("provider_unknown"),
    }
}

/// Come back from a provider. What goes wrong ends at `/sign-in#sso_error=…`.
#[utoipa::path(
    get,
    operation_id = "finish_sso",
    path = "/api/v1/sso/{id}/callback",
    tag = "sso",
    params(
        ("id" = String, Path),
        ("state" = Option<String>, Query, description = "Of the sign-in"),
        ("code" = Option<String>, Query, description = "The authorization code"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
        ("error_description" = Option<String>, Query, description = "The same for people"),
        ("iss" = Option<String>, Query, description = "The provider (RFC 9207)"),
    ),
    responses((status = 302, description = "Into the UI, signed in or with an error."))
)]
pub(crate) async fn finish(
    State(app): State<App>,
    from: From,
    Path(id): Path<String>,
    headers: HeaderMap,
    MaybeSession(session): MaybeSession,
    UrlParams(mut params): UrlParams,
) -> Response {
    let mut take = |name| params.take(name).ok().flatten();
    let state = take("state").unwrap_or_default();
    let arrival = Arrival {
        code: take("code"),
        error: take("error"),
        error_description: take("error_description"),
        issuer: take("iss"),
    };
    let flow = sso::flow_name(&state);
    let browser = cookies::value(&headers, &flow_cookie_name(from.secure, &flow));
    let arrived = Arrived {
        state: &state,
        browser,
        arrival,
        signed_in: session
            .filter(|session| session.gate == Gate::Open)
            .map(|session| session.user),
    };
    let mut set = vec![ended_cookie(from.secure, &flow)];
    match arrive(&app, &from, &id, arrived).await {
        Ok((return_to, cookies)) => {
            set.extend(cookies);
            redirect(&return_to, &set)
        }
        Err((page, code)) => redirect(&format!("{page}#sso_error={code}"), &set),
    }
}

/// What comes back with a browser.
struct Arrived<'a> {
    state: &'a str,
    browser: Option<&'a str>,
    arrival: Arrival,
    signed_in: Option<User>,
}

/// Where to go on and the session's cookies; or the page and the word that tell of a failure.
async fn arrive(
    app: &App,
    from: &From,
    id: &str,
    arrived: Arrived<'_>,
) -> Result<(String, Vec<String>), (String, &'static str)> {
    let sign_in = || "/sign-in".to_owned();
    let provider = enabled(app, id).await.map_err(|code| (sign_in(), code))?;
    let pending = match app.sso.take(id, arrived.state, arrived.browser) {
        Ok(pending) => pending,
        Err(error) => return Err((sign_in(), failed(app, from, &provider, &error.into()).await)),
    };
    let (purpose, return_to) = (pending.purpose.clone(), pending.return_to.clone());
    let page = match &purpose {
        Purpose::Bind { .. } => return_to.clone(),
        _ => sign_in(),
    };
    let signed_in = arrived.signed_in.map(|user| user.id);
    let work = async {
        if let Purpose::Bind { user_id } = &purpose
            && signed_in.as_ref() != Some(user_id)
        {
            let error = SsoError::Stray("the session that began to bind has ended");
            return Err(Failure::Sso(error));
        }
        let claims = app.sso.finish(&provider, pending, arrived.arrival).await?;
        let visitor = claims.visitor(&provider.settings);
        let binds = matches!(purpose, Purpose::Bind { .. });
        let admitted = app
            .control
            .admit_visitor(&from.client, &provider, &visitor, purpose);
        let user = admitted
            .await
            .map_err(|error| Failure::Control(error, visitor.email.clone()))?;
        if binds {
            return Ok(Vec::new());
        }
        let proof = Proof::sso(&provider.settings.name, visitor.second_factor);
        let opened = app.control.open_session(&from.client, user, proof);
        let opened = opened.await;
        let opened = opened.map_err(|error| Failure::Control(error, visitor.email))?;
        Ok(cookies::of(from, &opened))
    };
    match work.await {
        Ok(cookies) => Ok((return_to, cookies)),
        Err(failure) => Err((page, failed(app, from, &provider, &failure).await)),
    }
}

/// Why somebody was not signed in.
enum Failure {
    Sso(SsoError),
    /// With the address that the provider named.
    Control(ControlError, Option<String>),
}

impl std::convert::From<SsoError> for Failure {
    fn from(error: SsoError) -> Self {
        Self::Sso(error)
    }
}

/// Puts a failure on record and says in a word what the person may know of it.
async fn failed(app: &App, from: &From, provider: &Provider, failure: &Failure) -> &'static str {
    let event = |kind, reason: &str| {
        let event = AuthEvent::failure(&from.client, kind, reason).by(Method::Sso);
        event.provider(&provider.settings.name)
    };
    let (code, event) = match failure {
        Failure::Sso(SsoError::Outage { repeated: true, .. }) => ("provider_unavailable", None),
        Failure::Sso(error) => {
            let (code, kind) = match error {
                SsoError::Outage { .. } => ("provider_unavailable", AuthKind::ProviderError),
                SsoError::Denied(_) => ("denied", AuthKind::SignIn),
                SsoError::Forged(_) => ("invalid_answer", AuthKind::SignIn),
                SsoError::Stray(_) => ("expired", AuthKind::SignIn),
            };
            (code, Some(event(kind, &error.to_string())))
        }
        Failure::Control(ControlError::SsoRefused { code, reason }, email) => {
            let event = event(AuthKind::SignIn, reason);
            let event = event.named(email.as_deref().unwrap_or_default());
            (*code, Some(event))
        }
        Failure::Control(error, _) => {
            tracing::error!(provider = provider.settings.name, %error, "a single sign-on failed");
            ("failed", None)
        }
    };
    if let Some(event) = event
        && let Err(error) = app.control.record_repeated(event).await
    {
        tracing::warn!(%error, "a failed single sign-on cannot be put on record");
    }
    code
}

fn redirect(to: &str, cookies: &[String]) -> Response {
    let cookies = cookies.iter().map(|cookie| (SET_COOKIE, cookie.clone()));
    let cookies = AppendHeaders(cookies.collect::<Vec<_>>());
    (StatusCode::FOUND, [(LOCATION, to.to_owned())], cookies).into_response()
}

fn flow_cookie_name(secure: bool, flow: &str) -> String {
    let prefix = if secure { "__Host-" } else { "" };
    format!("{prefix}daybook_sso_{flow}")
}

/// Binds a sign-in to the browser that began it. Lax, so that it comes along on the way back.
pub(super) fn flow_cookie(secure: bool, flow: &str, value: &str) -> String {
    let (name, life_s) = (flow_cookie_name(secure, flow), sso::FLOW_LIFE.as_secs());
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax{secure}")
}

fn ended_cookie(secure: bool, flow: &str) -> String {
    let name = flow_cookie_name(secure, flow);
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_this_site_only() {
        for good in ["/", "/usage?from=-7d&page=2", "/account"] {
            assert_eq!(local(Some(good.into())), good);
        }
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/a\r\nset-cookie: x=y",
            "/a#sso_error=x",
            "",
        ] {
            assert_eq!(local(Some(bad.into())), "/", "{bad}");
        }
        assert_eq!(local(None), "/");
    }
}
