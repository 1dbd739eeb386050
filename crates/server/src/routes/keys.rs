//! API keys: list, create, revoke.

use super::input::Input;
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::{Key, NewKey, Scope};
use crate::error::ApiResult;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// A key, without its secret.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    id: String,
    name: String,
    /// The origin of the events it brings.
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
        }
    }
}

/// All keys.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct KeyList {
    items: Vec<KeyAnswer>,
}

/// A key to be made.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyInput {
    name: String,
    /// The origin of the events it brings; its name by default.
    origin: Option<String>,
    scopes: Vec<Scope>,
}

/// A new key.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct NewKeyAnswer {
    /// The secret. It is not shown again.
    key: String,
    #[serde(flatten)]
    about: KeyAnswer,
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
    let keys = app.control.keys().await?;
    let items = keys.into_iter().map(KeyAnswer::from).collect();
    Ok(Json(KeyList { items }))
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
    };
    let (key, secret) = app.control.create_key(&actor, new).await?;
    let answer = NewKeyAnswer {
        key: secret,
        about: key.into(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
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
