//! Signing in and out, and the set-up of the first account.

use super::input::Input;
use crate::app::App;
use crate::auth::{MaybeSession, SameSite};
use crate::client::From;
use crate::control::{Credentials, Gate, Role, Session, SignedIn};
use crate::cookies;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// Who is signed in, and what the session may do.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// The account.
    id: String,
    email: String,
    role: Role,
    /// The session; no secret.
    session_id: String,
    /// Whether the account has a second factor.
    mfa_enabled: bool,
    /// Whether the role needs a second factor that is still to be set up: until then the session
    /// may do nothing else.
    mfa_setup_required: bool,
    /// Whether the second factor is still to be given, at `/api/v1/account/mfa/verify`: until then
    /// the session may do nothing else.
    mfa_code_required: bool,
    /// When the session ends, however much it is used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl std::convert::From<Session> for SessionAnswer {
    fn from(session: Session) -> Self {
        Self {
            id: session.user.id,
            email: session.user.email,
            role: session.user.role,
            session_id: session.id,
            mfa_enabled: session.mfa_enabled,
            mfa_setup_required: session.gate == Gate::MfaSetup,
            mfa_code_required: session.gate == Gate::MfaCode,
            expires_at: session.expires_at,
        }
    }
}

/// What one signs in with.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialsInput {
    email: String,
    password: String,
    /// Of the authenticator, or a backup code; when the account has a second factor.
    code: Option<String>,
}

/// Who is signed in; `null` when nobody is.
#[utoipa::path(
    get,
    operation_id = "get_session",
    path = "/api/v1/session",
    tag = "session",
    responses((status = 200, body = Option<SessionAnswer>))
)]
pub(crate) async fn current(MaybeSession(session): MaybeSession) -> Json<Option<SessionAnswer>> {
    Json(session.map(SessionAnswer::from))
}

/// Sign in: opens a session and sets its cookie. An earlier session of the browser ends.
#[utoipa::path(
    post,
    operation_id = "create_session",
    path = "/api/v1/session",
    tag = "session",
    request_body = CredentialsInput,
    responses(
        (status = 200, body = SessionAnswer),
        (status = 401, description = "`wrong_credentials`: e-mail or password is wrong, or the account cannot be used now. `mfa_required`: send a `code`, too. `wrong_code`: the code is wrong or was used.", body = crate::openapi::ErrorBody),
        (status = 403, description = "`csrf`, `wrong_host`: from a page of another site, or under another name.", body = crate::openapi::ErrorBody),
        (status = 429, description = "Too many failures; see Retry-After.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<App>,
    from: From,
    _: SameSite,
    Input(sent): Input<CredentialsInput>,
) -> ApiResult<Response> {
    let sent = Credentials {
        email: sent.email,
        password: sent.password,
        code: sent.code,
    };
    let signed_in = app.control.sign_in(&from.client, sent).await?;
    Ok(opened(&from, signed_in))
}

/// Sign out: ends the session.
#[utoipa::path(
    delete,
    operation_id = "delete_session",
    path = "/api/v1/session",
    tag = "session",
    responses((status = 204, description = "Signed out, or was not signed in.")),
    security(("session" = []), ())
)]
pub(crate) async fn sign_out(
    State(app): State<App>,
    from: From,
    MaybeSession(session): MaybeSession,
) -> ApiResult<Response> {
    if let Some(session) = session {
        app.control.sign_out(&from.client, session).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookies::remove(&from)).into_response())
}
/// What somebody without an account can do here.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SetupAnswer {
    /// Whether the first account must still be made.
    needed: bool,
    /// Whether people may sign up themselves.
    sign_up: bool,
}

/// What the first account is made from.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupInput {
    /// From the set-up link that Daybook wrote to its log.
    token: String,
    email: String,
    /// At least 8 characters.
    password: String,
}

/// What somebody without an account can do here: set Daybook up, sign up.
#[utoipa::path(
    get,
    operation_id = "get_setup",
    path = "/api/v1/setup",
    tag = "session",
    responses((status = 200, body = SetupAnswer))
)]
pub(crate) async fn setup_needed(State(app): State<App>) -> ApiResult<Json<SetupAnswer>> {
    Ok(Json(SetupAnswer {
        needed: app.control.setup_needed().await?,
        sign_up: app.control.sign_in_settings().await?.sign_up,
    }))
}

/// Make the first account with the token of the set-up link, and sign in with it.
#[utoipa::path(
    post,
    operation_id = "complete_setup",
    path = "/api/v1/setup",
    tag = "session",
    request_body = SetupInput,
    responses(
        (status = 200, body = SessionAnswer),
        (status = 403, description = "The link was used or is not the one of the log; or as for signing in.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn set_up(
    State(app): State<App>,
    from: From,
    _: SameSite,
    Input(input): Input<SetupInput>,
) -> ApiResult<Response> {
    let SetupInput {
        token,
        email,
        password,
    } = input;
    let made = app.control.set_up(&from.client, &token, &email, password);
    Ok(opened(&from, made.await?))
}

/// The answer that opens a session, or goes on with one under a new token.
pub(crate) fn opened(from: &From, signed_in: SignedIn) -> Response {
    let cookies = cookies::set(from, &signed_in);
    (cookies, Json(SessionAnswer::from(signed_in.session))).into_response()
}
