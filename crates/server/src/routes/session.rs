//! Signing in and out, and the set-up of the first account.

use super::input::Input;
use crate::app::App;
use crate::auth::{MaybeSession, cookie_name};
use crate::client::From;
use crate::control::{Role, SESSION_ABSOLUTE_US, SignedIn, User};
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// Who is signed in.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    email: String,
    role: Role,
}

impl std::convert::From<User> for SessionAnswer {
    fn from(user: User) -> Self {
        Self {
            email: user.email,
            role: user.role,
        }
    }
}

/// What one signs in with.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    email: String,
    password: String,
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
    Json(session.map(|session| session.user.into()))
}

/// Sign in: opens a session and sets its cookie.
#[utoipa::path(
    post,
    operation_id = "create_session",
    path = "/api/v1/session",
    tag = "session",
    request_body = Credentials,
    responses(
        (status = 200, body = SessionAnswer),
        (status = 401, description = "E-mail or password is wrong.", body = crate::openapi::ErrorBody),
        (status = 429, description = "Too many failures; see Retry-After.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<App>,
    from: From,
    Input(credentials): Input<Credentials>,
) -> ApiResult<Response> {
    let Credentials { email, password } = credentials;
    let signed_in = app.control.sign_in(&from.client, &email, password).await?;
    Ok(opened(from.secure, signed_in))
}

/// Sign out: ends the session.
#[utoipa::path(
    delete,
    operation_id = "delete_session",
    path = "/api/v1/session",
    tag = "session",
    responses((status = 204, description = "Signed out.")),
    security(("session" = []))
)]
pub(crate) async fn sign_out(
    State(app): State<App>,
    from: From,
    MaybeSession(session): MaybeSession,
) -> ApiResult<Response> {
    if let Some(session) = session {
        app.control.sign_out(&from.client, session).await?;
    }
    let cookie = cookie(from.secure, "", 0);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Whether the first account must still be made.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SetupAnswer {
    needed: bool,
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

/// Whether the first account must still be made.
#[utoipa::path(
    get,
    operation_id = "get_setup",
    path = "/api/v1/setup",
    tag = "session",
    responses((status = 200, body = SetupAnswer))
)]
pub(crate) async fn setup_needed(State(app): State<App>) -> ApiResult<Json<SetupAnswer>> {
    let needed = app.control.setup_needed().await?;
    Ok(Json(SetupAnswer { needed }))
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
        (status = 403, description = "The link was used or is not the one of the log.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn set_up(
    State(app): State<App>,
    from: From,
    Input(input): Input<SetupInput>,
) -> ApiResult<Response> {
    let SetupInput {
        token,
        email,
        password,
    } = input;
    let made = app
        .control
        .set_up(&from.client, &token, &email, password)
        .await;
    Ok(opened(from.secure, made.map_err(ApiError::from)?))
}

fn opened(secure: bool, signed_in: SignedIn) -> Response {
    let cookie = open_cookie(secure, &signed_in.token);
    let answer = Json(SessionAnswer::from(signed_in.user));
    ([(header::SET_COOKIE, cookie)], answer).into_response()
}

/// The cookie of a session that has just been opened.
pub(super) fn open_cookie(secure: bool, token: &str) -> String {
    cookie(secure, token, SESSION_ABSOLUTE_US / Timestamp::SECOND_US)
}

fn cookie(secure: bool, token: &str, max_age_s: i64) -> String {
    let name = cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}")
}
