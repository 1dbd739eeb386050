//! API keys: list, create, rotate, revoke.

use super::input::{Input, Path};
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::{Key, NewKey, Scope};
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// A key, without its secret.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    id: String,
    name: String,
    /// The origin of the events it brings; empty for a personal key.
    origin: String,
    scopes: Vec<Scope>,
    /// The last characters of the secret.
    last_four: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Requests a minute that it may send.
    rate_per_minute: Option<u32>,
    /// The account that it belongs to, if it is a personal key.
    user_id: Option<String>,
}

impl From<Key> for KeyAnswer {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            origin: key.origin,
            scopes: key.scopes,
            last_four: key.last_four,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
            expires_at: key.expires_at,
            rate_per_minute: key.rate_per_minute,
            user_id: key.user_id,
        }
    }
}

/// All keys.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct KeyList {
    items: Vec<KeyAnswer>,
}

impl From<Vec<Key>> for KeyList {
    fn from(keys: Vec<Key>) -> Self {
        let items = keys.into_iter().map(KeyAnswer::from).collect();
        Self { items }
    }
}

/// A key to be made.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyInput {
    name: String,
    /// The origin of the events it brings; its name by default.
    origin: Option<String>,
    scopes: Vec<Scope>,
    /// When it ends, RFC 3339; never when not given.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Requests a minute that it may send; unlimited when not given.
    rate_per_minute: Option<u32>,
}

/// How a key is rotated.
#[derive(Debug, Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateInput {
    /// How long the old secret still works; 0, not at all, when not given.
    #[serde(default)]
    grace_minutes: u32,
}

/// A new key.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct NewKeyAnswer {
    /// The secret. It is not shown again.
    key: String,
    #[serde(flatten)]
    about: KeyAnswer,
}

impl From<(Key, String)> for NewKeyAnswer {
    fn from((key, secret): (Key, String)) -> Self {
        Self {
            key: secret,
            about: key.into(),
        }
    }
}

/// Reads when a key ends.
pub(crate) fn end(expires_at: Option<String>) -> ApiResult<Option<Timestamp>> {
    let read = |text: String| {
        let wrong = "expected a time like 2027-01-31T00:00:00Z";
        Timestamp::parse(&text).map_err(|_| ApiError::invalid("expires_at", wrong))
    };
    expires_at.map(read).transpose()
}

/// All keys, newest first, revoked ones included.
#[utoipa::path(
    get,
    operation_id = "list_api_keys",
    path = "/api/v1/api-keys",
    tag = "keys",
    responses((status = 200, body = KeyList)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, _: Inspector) -> ApiResult<Json<KeyList>> {
    Ok(Json(app.control.keys().await?.into()))
}

/// Create a key. The answer is the only place where its secret is ever shown.
#[utoipa::path(
    post,
    operation_id = "create_api_key",
    path = "/api/v1/api-keys",
    tag = "keys",
    request_body = NewKeyInput,
    responses((status = 201, body = NewKeyAnswer), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Admin(actor): Admin,
    Input(input): Input<NewKeyInput>,
) -> ApiResult<(StatusCode, Json<NewKeyAnswer>)> {
    let new = NewKey {
        name: input.name,
        origin: input.origin,
        scopes: input.scopes,
        expires_at: end(input.expires_at)?,
        rate_per_minute: input.rate_per_minute,
    };
    let made = app.control.create_key(&actor, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Give a key a new secret; its id, origin and scopes stay. The answer is the only place where the
/// new secret is ever shown.
#[utoipa::path(
    post,
    operation_id = "rotate_api_key",
    path = "/api/v1/api-keys/{id}/rotate",
    tag = "keys",
    params(("id" = String, Path)),
    request_body = RotateInput,
    responses(
        (status = 200, body = NewKeyAnswer),
        (status = 400, description = "The key has ended, or the time is too long.", body = crate::openapi::ErrorBody),
        (status = 404, body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
    Input(input): Input<RotateInput>,
) -> ApiResult<Json<NewKeyAnswer>> {
    let rotated = app.control.rotate_key(&actor, &id, input.grace_minutes);
    Ok(Json(rotated.await?.into()))
}

/// Revoke a key, at once and for good.
#[utoipa::path(
    delete,
    operation_id = "revoke_api_key",
    path = "/api/v1/api-keys/{id}",
    tag = "keys",
    params(("id" = String, Path)),
    responses((status = 204, description = "Revoked."), (status = 404, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.revoke_key(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
