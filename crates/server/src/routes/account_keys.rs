//! Personal API keys: each account makes its own. They read what the account may read, and end with
//! it.

use super::input::{Input, Path};
use super::keys::{KeyList, NewKeyAnswer, end};
use crate::app::App;
use crate::auth::Own;
use crate::client::From;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;

/// A personal key to be made.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPersonalKey {
    name: String,
    /// When it ends, RFC 3339; never when not given.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// Your own keys, newest first, revoked ones included.
#[utoipa::path(
    get,
    operation_id = "list_personal_api_keys",
    path = "/api/v1/account/api-keys",
    tag = "keys",
    responses((status = 200, body = KeyList), (status = 401, body = crate::openapi::ErrorBody)),
    security(("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, Own(session): Own) -> ApiResult<Json<KeyList>> {
    let owner = session.user;
    Ok(Json(app.control.personal_keys(&owner.id).await?.into()))
}

/// Create a key of your own, for reading. The answer is the only place where its secret is ever
/// shown.
#[utoipa::path(
    post,
    operation_id = "create_personal_api_key",
    path = "/api/v1/account/api-keys",
    tag = "keys",
    request_body = NewPersonalKey,
    responses(
        (status = 201, body = NewKeyAnswer),
        (status = 400, body = crate::openapi::ErrorBody),
        (status = 401, body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Input(input): Input<NewPersonalKey>,
) -> ApiResult<(StatusCode, Json<NewKeyAnswer>)> {
    let owner = session.user;
    let actor = owner.actor(from.client);
    let expires_at = end(input.expires_at)?;
    let made = app
        .control
        .create_personal_key(&actor, &owner.id, input.name, expires_at)
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Revoke a key of your own, at once and for good.
#[utoipa::path(
    delete,
    operation_id = "revoke_personal_api_key",
    path = "/api/v1/account/api-keys/{id}",
    tag = "keys",
    params(("id" = String, Path)),
    responses(
        (status = 204, description = "Revoked."),
        (status = 401, body = crate::openapi::ErrorBody),
        (status = 404, body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let owner = session.user;
    let actor = owner.actor(from.client);
    let revoked = app.control.revoke_personal_key(&actor, &owner.id, &id);
    revoked.await?;
    Ok(StatusCode::NO_CONTENT)
}
