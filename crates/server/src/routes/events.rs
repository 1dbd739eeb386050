//! `POST /api/v1/events`: events in Daybook's own form. The body is split first, so that nothing
//! is stored of one that cannot be read to its end; then its events are stored in sub-batches.

use crate::app::App;
use crate::auth::Ingester;
use crate::body::Decoded;
use crate::error::{ApiError, ApiResult};
use crate::intake::{Pieces, ReceiptAnswer, Rejected, Run, Tally};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use daybook_ingest::native;
use daybook_ingest::split::{Format, SplitError, Splitter};
use daybook_model::limits;
use utoipa::ToSchema;

/// What became of a batch.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct IngestAnswer {
    /// Events that are now on disk.
    accepted: u64,
    /// Events that were there already.
    duplicates: u64,
    /// Events that were not taken, by position; at most 1000 are listed.
    rejected: Vec<Rejected>,
    /// How many were not taken, when not all are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_total: Option<u64>,
    /// Receipts of audit events, in the order of the batch; of duplicates those of their first
    /// delivery.
    receipts: Vec<ReceiptAnswer>,
}

impl IngestAnswer {
    pub(crate) fn new(app: &App, mut tally: Tally) -> Json<Self> {
        count(app, &tally);
        tally.rejected.sort_by_key(|rejected| rejected.index);
        tally.receipts.sort_by_key(|receipt| receipt.index);
        let all_listed = tally.rejected.len() as u64 == tally.rejected_total;
        Json(Self {
            accepted: tally.accepted,
            duplicates: tally.duplicates,
            rejected_total: (!all_listed).then_some(tally.rejected_total),
            rejected: tally.rejected,
            receipts: tally.receipts,
        })
    }
}

/// Adds a batch to the server's figures.
pub(crate) fn count(app: &App, tally: &Tally) {
    app.metrics.received("accepted", tally.accepted);
    app.metrics.received("duplicate", tally.duplicates);
    app.metrics.received("rejected", tally.rejected_total);
}

/// Send events: a JSON array, a single object, or NDJSON. `Content-Encoding` may be `gzip` or
/// `zstd`. Good events of a batch are kept, bad ones are named in the answer. What is acknowledged
/// is on disk.
#[utoipa::path(
    post,
    operation_id = "send_events",
    path = "/api/v1/events",
    tag = "events",
    request_body(
        description = "Events, each with its `stream`; see the schemas AuditEvent, UsageEvent, AuthEvent and SystemEvent.",
        content((Vec<Object> = "application/json"), (String = "application/x-ndjson"))
    ),
    responses(
        (status = 200, body = IngestAnswer),
        (status = 400, description = "The body as a whole cannot be read; nothing was stored.", body = crate::openapi::ErrorBody),
        (status = 413, description = "A limit of the batch was passed; nothing was stored.", body = crate::openapi::ErrorBody),
        (status = 503, description = "No events can be taken now; send again after Retry-After.", body = crate::openapi::ErrorBody),
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
    let mut body = Decoded::new(&headers, body, limits::BODY_DECOMPRESSED_BYTES_MAX)?;
    // The body, an element that is being put together, and events made of both.
    reserved.cover(3 * body.expected_bytes()).await?;
    let mut splitter = Splitter::new(format(&headers), limits::EVENT_BYTES_MAX);
    let mut pieces = Pieces::with_capacity(body.expected_bytes());
    let mut chunk = Vec::new();
    while body.read(&mut chunk).await? {
        splitter
            .push(&chunk, &mut |piece| pieces.push(piece))
            .map_err(malformed)?;
        check_count(&pieces)?;
        chunk.clear();
        // The events are all read before the first is stored: all are, or none is.
        let held = 2 * pieces.held_bytes() + splitter.held_bytes() + chunk.capacity();
        reserved.cover(held).await?;
    }
    splitter
        .finish(&mut |piece| pieces.push(piece))
        .map_err(malformed)?;
    check_count(&pieces)?;
    let mut run =
        Run::all_or_none(app.store.clone(), ingester.intake()).redacting(app.redactor().await?);
    run.store(pieces, native::normalise).await?;
    Ok(IngestAnswer::new(&app, run.tally))
}

fn format(headers: &HeaderMap) -> Format {
    let named = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = named.unwrap_or_default().to_ascii_lowercase();
    match kind.contains("ndjson") || kind.contains("jsonl") || kind.contains("json-lines") {
        true => Format::Lines,
        false => Format::Json,
    }
}

fn malformed(error: SplitError) -> ApiError {
    ApiError::bad_request("malformed_body", format!("{error}; nothing was stored"))
}

fn check_count(pieces: &Pieces) -> ApiResult<()> {
    match pieces.len() > limits::BATCH_EVENTS_MAX {
        true => Err(ApiError::too_large(format!(
            "the batch has more than {} events; nothing was stored: send smaller batches",
            limits::BATCH_EVENTS_MAX
        ))),
        false => Ok(()),
    }
}
