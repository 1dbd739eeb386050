//! Saved views: list, save, change, delete. They belong to accounts; keys have none.

use super::input::{Input, Path};
use crate::app::App;
use crate::auth::Own;
use crate::client::From;
use crate::control::{NewView, Screen, View, ViewChange};
use crate::denials::refused;
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// A saved view.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ViewAnswer {
    id: String,
    name: String,
    /// What it shows: `requests`, `audit`, `usage`, `auth` or `system`.
    screen: &'static str,
    /// The query string of its address, without `?`.
    query: String,
    /// Whether everybody sees it who reads all events of its stream.
    shared: bool,
    /// Whether it is your own: only then you can change it.
    own: bool,
    /// Who saved it.
    owner: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

impl ViewAnswer {
    fn of(view: View, reader_id: &str) -> Self {
        Self {
            own: view.user_id == reader_id,
            id: view.id,
            name: view.name,
            screen: view.screen.name(),
            query: view.query,
            shared: view.shared,
            owner: view.owner,
            created_at: view.created_at,
            changed_at: view.changed_at,
        }
    }
}

/// Saved views, by name.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ViewList {
    items: Vec<ViewAnswer>,
}

/// A view to be saved.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewViewInput {
    /// What it is called; once per screen.
    name: String,
    /// What it shows: `requests`, `audit`, `usage`, `auth` or `system`.
    screen: String,
    /// The query string of its address, without `?`.
    query: String,
    #[serde(default)]
    shared: bool,
}

/// What of a view changes.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewChangeInput {
    name: Option<String>,
    query: Option<String>,
    shared: Option<bool>,
}

/// Your own views, and those that others share and whose events you may read, by name.
#[utoipa::path(
    get,
    operation_id = "list_views",
    path = "/api/v1/views",
    tag = "views",
    responses((status = 200, body = ViewList), (status = 401, body = crate::openapi::ErrorBody)),
    security(("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, Own(session): Own) -> ApiResult<Json<ViewList>> {
    let user = session.user;
    let views = app.control.views(&user).await?.into_iter();
    let items = views.map(|view| ViewAnswer::of(view, &user.id)).collect();
    Ok(Json(ViewList { items }))
}

/// Save a view.
#[utoipa::path(
    post,
    operation_id = "create_view",
    path = "/api/v1/views",
    tag = "views",
    request_body = NewViewInput,
    responses(
        (status = 201, body = ViewAnswer),
        (status = 401, body = crate::openapi::ErrorBody),
        (status = 409, description = "You have a view of this name on this screen.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Input(input): Input<NewViewInput>,
) -> ApiResult<(StatusCode, Json<ViewAnswer>)> {
    let user = session.user;
    let actor = user.actor(from.client);
    let screen = match input.screen.parse::<Screen>() {
        Ok(screen) => screen,
        Err(message) => {
            let refusal = ApiError::invalid("screen", message);
            let about = ["view", "", input.name.as_str()];
            return Err(refused(&app, &actor, "view.created", about, refusal).await);
        }
    };
    let new = NewView {
        name: input.name,
        screen,
        query: input.query,
        shared: input.shared,
    };
    let view = app.control.create_view(&actor, &user, new).await?;
    Ok((StatusCode::CREATED, Json(ViewAnswer::of(view, &user.id))))
}

/// Change a view of your own: what is not given stays.
#[utoipa::path(
    patch,
    operation_id = "change_view",
    path = "/api/v1/views/{id}",
    tag = "views",
    params(("id" = String, Path)),
    request_body = ViewChangeInput,
    responses(
        (status = 200, body = ViewAnswer),
        (status = 401, body = crate::openapi::ErrorBody),
        (status = 409, description = "You have a view of this name on this screen.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn change(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Path(id): Path<String>,
    Input(input): Input<ViewChangeInput>,
) -> ApiResult<Json<ViewAnswer>> {
    let user = session.user;
    let wanted = ViewChange {
        name: input.name,
        query: input.query,
        shared: input.shared,
    };
    let actor = user.actor(from.client);
    let view = app.control.change_view(&actor, &user, &id, wanted).await?;
    Ok(Json(ViewAnswer::of(view, &user.id)))
}

/// Delete a view of your own; administrators also what others share.
#[utoipa::path(
    delete,
    operation_id = "delete_view",
    path = "/api/v1/views/{id}",
    tag = "views",
    params(("id" = String, Path)),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn delete(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let user = session.user;
    let actor = user.actor(from.client);
    app.control.delete_view(&actor, &user, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
