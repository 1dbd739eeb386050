//! Work in the background: what it does and how far it has come.

use super::input::Path;
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::{Job, JobKind, JobState};
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use daybook_model::Timestamp;
use serde_json::Value;
use utoipa::ToSchema;

/// A job.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct JobAnswer {
    id: String,
    kind: JobKind,
    state: JobState,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// Events removed or rewritten so far.
    events: u64,
    /// Bytes given back so far, about.
    bytes: u64,
    /// Partitions that still wait, about.
    partitions_left: u64,
    /// Why it stands still.
    error: Option<String>,
    /// What it was asked, or what it did by kind of event. Never who was erased: `person` is a hash.
    #[schema(value_type = Object)]
    details: Value,
}

impl From<Job> for JobAnswer {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            events: job.events,
            bytes: job.bytes,
            partitions_left: job.partitions_left,
            error: job.error,
            details: job.details,
        }
    }
}

/// Jobs.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct JobList {
    items: Vec<JobAnswer>,
}

/// What the clock says.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ClockAnswer {
    #[schema(value_type = String, format = DateTime)]
    clock: Timestamp,
}

/// Jobs, newest first.
#[utoipa::path(
    get,
    operation_id = "list_jobs",
    path = "/api/v1/jobs",
    tag = "lifecycle",
    responses((status = 200, body = JobList)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, _: Inspector) -> ApiResult<Json<JobList>> {
    let jobs = app.control.jobs().await?;
    let items = jobs.into_iter().map(JobAnswer::from).collect();
    Ok(Json(JobList { items }))
}

/// A job.
#[utoipa::path(
    get,
    operation_id = "get_job",
    path = "/api/v1/jobs/{id}",
    tag = "lifecycle",
    params(("id" = String, Path)),
    responses((status = 200, body = JobAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    _: Inspector,
    Path(id): Path<String>,
) -> ApiResult<Json<JobAnswer>> {
    Ok(Json(app.control.job(&id).await?.into()))
}

/// Confirm that the clock is right, when the retention refuses to go by it. Events that are too old
/// by this clock are removed soon after.
#[utoipa::path(
    post,
    operation_id = "confirm_clock",
    path = "/api/v1/jobs/retention/confirm-clock",
    tag = "lifecycle",
    responses((status = 200, body = ClockAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn confirm_clock(
    State(app): State<App>,
    Admin(actor): Admin,
) -> ApiResult<Json<ClockAnswer>> {
    let clock = app.control.confirm_clock(&actor).await?;
    Ok(Json(ClockAnswer { clock }))
}
