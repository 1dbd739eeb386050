//! Open sessions: one's own, and for administrators those of others; and the end of a lockout.

use super::input::Path;
use crate::app::App;
use crate::auth::{Admin, Own};
use crate::client::From;
use crate::control::OpenSession;
use crate::cookies;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// One's open sessions.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SessionList {
    items: Vec<SessionItem>,
}

/// An open session.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SessionItem {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
    /// From where it was opened.
    ip: String,
    user_agent: String,
    /// How its owner signed in: `password`, `password+totp`, `password+backup_code`, `sso`, `ticket`.
    method: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionItem {
    fn new(open: OpenSession, current: &str) -> Self {
        Self {
            current: open.id == current,
            id: open.id,
            created_at: open.created_at,
            last_seen_at: open.last_seen_at,
            ip: open.ip,
            user_agent: open.user_agent,
            method: open.method,
        }
    }
}

/// One's open sessions, the newest first.
#[utoipa::path(
    get,
    operation_id = "list_own_sessions",
    path = "/api/v1/account/sessions",
    tag = "account",
    responses((status = 200, body = SessionList)),
    security(("session" = []))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Own(session): Own,
) -> ApiResult<Json<SessionList>> {
    let open = app.control.sessions(&session.user.id).await?;
    let items = open.into_iter();
    let items = items.map(|open| SessionItem::new(open, &session.id));
    Ok(Json(SessionList {
        items: items.collect(),
    }))
}

/// End one of one's own sessions.
#[utoipa::path(
    delete,
    operation_id = "end_own_session",
    path = "/api/v1/account/sessions/{id}",
    tag = "account",
    params(("id" = String, Path, description = "The session.")),
    responses((status = 204, description = "Ended.")),
    security(("session" = []))
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let owner = &session.user;
    app.control.revoke_session(&from.client, owner, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign out everywhere: ends all of one's sessions, this one too.
#[utoipa::path(
    delete,
    operation_id = "end_own_sessions",
    path = "/api/v1/account/sessions",
    tag = "account",
    responses((status = 204, description = "Ended.")),
    security(("session" = []))
)]
pub(crate) async fn revoke_all(
    State(app): State<App>,
    from: From,
    Own(session): Own,
) -> ApiResult<Response> {
    let actor = session.user.actor(from.client.clone());
    app.control.end_sessions(&actor, &session.user.id).await?;
    Ok((StatusCode::NO_CONTENT, cookies::remove(&from)).into_response())
}

/// End all sessions of an account.
#[utoipa::path(
    delete,
    operation_id = "end_user_sessions",
    path = "/api/v1/users/{id}/sessions",
    tag = "users",
    params(("id" = String, Path, description = "The account.")),
    responses((status = 204, description = "Ended.")),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn revoke_of_user(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.end_sessions(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End the lockout of an account.
#[utoipa::path(
    post,
    operation_id = "unlock_user",
    path = "/api/v1/users/{id}/unlock",
    tag = "users",
    params(("id" = String, Path, description = "The account.")),
    responses((status = 204, description = "It is not locked any more.")),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn unlock(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.unlock(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
