//! Legal holds: list, create, release.

use super::input::{Input, Path};
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::{Hold, NewHold};
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_model::{Stream, Timestamp};
use utoipa::ToSchema;

/// A legal hold.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct HoldAnswer {
    id: String,
    name: String,
    reason: String,
    /// What it keeps; everything when empty.
    #[schema(value_type = Vec<String>)]
    streams: Vec<Stream>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Who made it.
    created_by: String,
    /// Until when it was in force; absent while it is.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
}

impl From<Hold> for HoldAnswer {
    fn from(hold: Hold) -> Self {
        Self {
            id: hold.id,
            name: hold.name,
            reason: hold.reason,
            streams: hold.streams,
            created_at: hold.created_at,
            created_by: hold.created_by,
            released_at: hold.released_at,
        }
    }
}

/// All holds.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct HoldList {
    items: Vec<HoldAnswer>,
}

/// A hold to be made.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHoldInput {
    name: String,
    reason: String,
    /// What it keeps; everything when empty.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    streams: Vec<Stream>,
}

/// All legal holds, newest first, released ones included.
#[utoipa::path(
    get,
    operation_id = "list_holds",
    path = "/api/v1/holds",
    tag = "lifecycle",
    responses((status = 200, body = HoldList)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, _: Inspector) -> ApiResult<Json<HoldList>> {
    let holds = app.control.holds().await?;
    let items = holds.into_iter().map(HoldAnswer::from).collect();
    Ok(Json(HoldList { items }))
}

/// Make a legal hold. From the answer on, nothing of its streams is removed or erased.
#[utoipa::path(
    post,
    operation_id = "create_hold",
    path = "/api/v1/holds",
    tag = "lifecycle",
    request_body = NewHoldInput,
    responses((status = 201, body = HoldAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Admin(actor): Admin,
    Input(input): Input<NewHoldInput>,
) -> ApiResult<(StatusCode, Json<HoldAnswer>)> {
    let new = NewHold {
        name: input.name,
        reason: input.reason,
        streams: input.streams,
    };
    let hold = app.control.create_hold(&actor, new).await?;
    Ok((StatusCode::CREATED, Json(hold.into())))
}

/// Release a legal hold. It stays in the list.
#[utoipa::path(
    delete,
    operation_id = "release_hold",
    path = "/api/v1/holds/{id}",
    tag = "lifecycle",
    params(("id" = String, Path)),
    responses((status = 204, description = "Released.")),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn release(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.release_hold(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
