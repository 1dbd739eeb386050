//! Erasing what events say about a person.

use super::input::Input;
use super::jobs::JobAnswer;
use crate::app::App;
use crate::auth::Admin;
use crate::control::NewErasure;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_model::{ListRequest, Query, Sort, Stream, Timestamp};
use utoipa::ToSchema;

/// What is to be erased.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureInput {
    /// The person: exactly the `user_id` of usage and authentication events, the `resource_id` of
    /// system and audit events about a person, and the `actor_id` and, where it is a person, the
    /// `parent_id` of audit events.
    user_id: String,
    /// Only events of this platform.
    origin: Option<String>,
    /// Some of `usage`, `auth`, `system` and `audit`, at least one; all but `audit` without it. Of audit
    /// events all goes that their leaf in the ledger does not say; every proof still holds.
    #[schema(value_type = Option<Vec<String>>)]
    streams: Option<Vec<Stream>>,
    /// Fields to erase; when empty everything that may identify or describe a person. Audit events are
    /// erased as a whole.
    #[serde(default)]
    fields: Vec<String>,
    /// Why; it is on record.
    reason: String,
}

/// Erase what events say about a person. The job goes on over restarts until everything that was
/// stored before this request is erased; on record stays a hash of the `user_id` alone.
#[utoipa::path(
    post,
    operation_id = "create_erasure",
    path = "/api/v1/erasures",
    tag = "lifecycle",
    request_body = ErasureInput,
    responses(
        (status = 202, description = "The job has begun; see its state at /api/v1/jobs/{id}.", body = JobAnswer),
        (status = 409, description = "A legal hold keeps these events.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Admin(actor): Admin,
    Input(input): Input<ErasureInput>,
) -> ApiResult<(StatusCode, Json<JobAnswer>)> {
    let new = NewErasure {
        user_id: input.user_id,
        origin: input.origin,
        streams: input.streams,
        fields: input.fields,
        reason: input.reason,
    };
    let as_of = newest_seq(&app).await?;
    let job = app.control.create_erasure(&actor, new, as_of).await?;
    Ok((StatusCode::ACCEPTED, Json(job.into())))
}

/// The largest sequence number there is; the question matches nothing, so it costs nothing.
async fn newest_seq(app: &App) -> ApiResult<i64> {
    let request = ListRequest {
        query: Query {
            from: Some(Timestamp::MAX),
            ..Query::all(Stream::System)
        },
        sort: Sort::newest(Stream::System),
        offset: 0,
        limit: 0,
    };
    let page = app.query(|store| async move { store.list(request).await });
    Ok(page.await?.as_of)
}
