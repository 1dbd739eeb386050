//! `POST /ingest/litellm`: LiteLLM's generic callback. LiteLLM drops a refused batch for good, so
//! events are stored as they arrive, and what is wrong with one never fails the others.

use super::events::IngestAnswer;
use crate::app::App;
use crate::auth::Ingester;
use crate::body::Decoded;
use crate::error::{ApiError, ApiResult};
use crate::intake::{Pieces, Run, SUB_BATCH_BYTES};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use daybook_ingest::litellm;
use daybook_ingest::split::{Format, SplitError, Splitter};
use daybook_model::{Event, Rejection, limits};

/// Send calls as LiteLLM's generic API callback does: `json_array`, `ndjson` (whatever its
/// content type) or `single`.
#[utoipa::path(
    post,
    operation_id = "send_litellm_events",
    path = "/ingest/litellm",
    tag = "compatibility",
    request_body(content = Vec<Object>, description = "StandardLoggingPayload objects"),
    responses(
        (status = 200, body = IngestAnswer),
        (status = 400, description = "The body is no JSON at all.", body = crate::openapi::ErrorBody),
        (status = 413, description = "The body passes its limit.", body = crate::openapi::ErrorBody),
        (status = 503, description = "No events can be taken now.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn send(
    State(app): State<App>,
    ingester: Ingester,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<IngestAnswer>> {
    let mut reserved = app.budget.reserve();
    let mut body = Decoded::new(&headers, body, limits::LITELLM_BODY_BYTES_MAX)?;
    reserved
        .cover(3 * body.expected_bytes().min(SUB_BATCH_BYTES))
        .await?;
    let mut splitter = Splitter::new(Format::Json, limits::EVENT_BYTES_MAX);
    let (mut pieces, mut chunk) = (Pieces::default(), Vec::new());
    let mut run = Run::with_second_ids(app.store.clone(), ingester.intake(), attempt_id);
    let mut broken = None;
    while broken.is_none() && body.read(&mut chunk).await? {
        broken = splitter.push(&chunk, &mut |piece| pieces.push(piece)).err();
        chunk.clear();
        let held = 2 * pieces.held_bytes() + splitter.held_bytes() + chunk.capacity();
        reserved.cover(held).await?;
        if pieces.held_bytes() > SUB_BATCH_BYTES {
            run.store(std::mem::take(&mut pieces), litellm::normalise)
                .await?;
        }
    }
    let next = splitter.next_index();
    if broken.is_none() {
        broken = splitter.finish(&mut |piece| pieces.push(piece)).err();
    }
    run.store(pieces, litellm::normalise).await?;
    match broken {
        Some(error @ (SplitError::Empty | SplitError::NotJson)) => {
            Err(ApiError::bad_request("malformed_body", error.to_string()))
        }
        Some(error) => {
            run.tally.reject(next, Rejection::event(error.to_string()));
            Ok(IngestAnswer::new(&app, run.tally))
        }
        None => Ok(IngestAnswer::new(&app, run.tally)),
    }
}

/// Retries and fallbacks are reported under one call id; what tells them apart is when they began.
fn attempt_id(attempt: &Event) -> String {
    format!("{}:{}", attempt.id, attempt.time.us())
}
