//! OTLP over HTTP. Metrics are read and dropped, for exporters send all three signals to one
//! address. Answers follow its specification: `partial_success` for what was refused for
//! good, a `Status` for errors, and 503 – never 500, which exporters do not repeat – when the
//! sender should come again.

use super::events::count;
use crate::app::App;
use crate::auth::Ingester;
use crate::body::Decoded;
use crate::budget::Reservation;
use crate::conversations::calls_of;
use crate::error::{ApiError, ApiResult};
use crate::intake::{Run, blocking};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook_ingest::otlp::{self, Encoding, Normalised, OtlpError};
use daybook_model::limits;
use serde_json::json;

type Normaliser = fn(&[u8], Encoding) -> Result<Normalised, OtlpError>;

/// What exporters send.
#[derive(Debug, Clone, Copy)]
struct Signal {
    /// Reads the events of a message; nothing where a signal has none.
    normalise: Option<Normaliser>,
    /// Name of the counter in `partialSuccess`.
    rejected: &'static str,
}

const TRACES: Signal = Signal {
    normalise: Some(otlp::traces),
    rejected: "rejectedSpans",
};
const LOGS: Signal = Signal {
    normalise: Some(otlp::logs),
    rejected: "rejectedLogRecords",
};
const METRICS: Signal = Signal {
    normalise: None,
    rejected: "rejectedDataPoints",
};

/// Send spans (OTLP/HTTP, protobuf or JSON). Spans of model calls become usage events.
#[utoipa::path(
    post,
    operation_id = "send_otlp_traces",
    path = "/v1/traces",
    tag = "compatibility",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Object = "application/json"))),
    responses((status = 200, description = "ExportTraceServiceResponse"), (status = 503, description = "Send again later.")),
    security(("api_key" = []))
)]
pub(crate) async fn traces(
    State(app): State<App>,
    headers: HeaderMap,
    ingester: Result<Ingester, ApiError>,
    body: Body,
) -> Response {
    export(app, TRACES, &headers, ingester, body).await
}

/// Send spans as Langfuse's SDK does: OTLP with Basic authentication, the API key as password.
#[utoipa::path(
    post,
    operation_id = "send_langfuse_traces",
    path = "/api/public/otel/v1/traces",
    tag = "compatibility",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Object = "application/json"))),
    responses((status = 200, description = "ExportTraceServiceResponse"), (status = 503, description = "Send again later.")),
    security(("api_key" = []))
)]
pub(crate) async fn langfuse_traces(
    State(app): State<App>,
    headers: HeaderMap,
    ingester: Result<Ingester, ApiError>,
    body: Body,
) -> Response {
    export(app, TRACES, &headers, ingester, body).await
}

/// Send log records (OTLP/HTTP, protobuf or JSON). Those that tell of model calls complete their
/// usage events; warnings and errors become system events.
#[utoipa::path(
    post,
    operation_id = "send_otlp_logs",
    path = "/v1/logs",
    tag = "compatibility",
    request_body(content((Vec<u8> = "application/x-protobuf"), (Object = "application/json"))),
    responses((status = 200, description = "ExportLogsServiceResponse"), (status = 503, description = "Send again later.")),
    security(("api_key" = []))
)]
pub(crate) async fn logs(
    State(app): State<App>,
    headers: HeaderMap,
    ingester: Result<Ingester, ApiError>,
    body: Body,
) -> Response {
    export(app, LOGS, &headers, ingester, body).await
}

/// Send metrics (OTLP/HTTP, protobuf or JSON). They are not stored, and the answer says so:
/// exporters of all signals need no other address for them.
#[utoipa::path(
    post,
    operation_id = "send_otlp_metrics",
    path = "/v1/metrics",
    tag = "compatibility",
    request_body(content((Vec<u8> = "application/x-protobuf"), (serde_json::Value = "application/json"))),
    responses((status = 200, description = "ExportMetricsServiceResponse"), (status = 503, description = "Send again later.")),
    security(("api_key" = []))
)]
pub(crate) async fn metrics(
    State(app): State<App>,
    headers: HeaderMap,
    ingester: Result<Ingester, ApiError>,
    body: Body,
) -> Response {
    export(app, METRICS, &headers, ingester, body).await
}

async fn export(
    app: App,
    signal: Signal,
    headers: &HeaderMap,
    ingester: Result<Ingester, ApiError>,
    body: Body,
) -> Response {
    let encoding = encoding(headers);
    let taken = match (&encoding, ingester) {
        (_, Err(error)) => Err(error),
        (Err(error), _) => Err(error.clone()),
        (Ok(encoding), Ok(ingester)) => {
            take(&app, signal, *encoding, headers, ingester, body).await
        }
    };
    let encoding = encoding.unwrap_or(Encoding::Json);
    match taken {
        Ok((rejected, message)) => success(signal, encoding, rejected, &message),
        Err(error) => failure(encoding, error),
    }
}

fn encoding(headers: &HeaderMap) -> ApiResult<Encoding> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    match kind.to_ascii_lowercase().as_str() {
        "application/x-protobuf" | "application/protobuf" => Ok(Encoding::Protobuf),
        "application/json" => Ok(Encoding::Json),
        _ => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_type",
            "expected Content-Type application/x-protobuf or application/json",
        )),
    }
}

/// Stores the events of a message; answers how many items were refused, and why.
async fn take(
    app: &App,
    signal: Signal,
    encoding: Encoding,
    headers: &HeaderMap,
    ingester: Ingester,
    body: Body,
) -> ApiResult<(u64, String)> {
    let mut reserved = app.budget.reserve();
    let mut body = Decoded::new(headers, body, limits::BODY_DECOMPRESSED_BYTES_MAX)?;
    let Some(normalise) = signal.normalise else {
        drop_body(&mut reserved, body).await?;
        return Ok((
            0,
            "Daybook does not store metrics: they were dropped".into(),
        ));
    };
    reserved.cover(3 * body.expected_bytes()).await?;
    let mut message = Vec::with_capacity(body.expected_bytes());
    while body.read(&mut message).await? {
        // The message, what it decodes to, and the events made of it.
        reserved.cover(3 * message.capacity()).await?;
    }
    let normalised = blocking(move || normalise(&message, encoding)).await?;
    let normalised =
        normalised.map_err(|error| ApiError::bad_request("malformed_body", error.to_string()))?;
    app.metrics.received("dropped", normalised.dropped);
    let intake = ingester.intake();
    let calls = calls_of(&normalised.writes, &intake.origin);
    let mut run = Run::new(app.store.clone(), intake.clone());
    run.store_writes(normalised.writes).await?;
    app.take_pieces(&intake, &normalised.pieces).await?;
    app.calls_arrived(calls).await;
    run.tally.rejected_total += normalised.rejected;
    count(app, &run.tally);
    let first = run.tally.rejected.first().map(|rejected| {
        let field = rejected
            .field
            .as_ref()
            .map(|field| format!("{field}: "))
            .unwrap_or_default();
        format!("{field}{}", rejected.error)
    });
    let reason = normalised.message.or(first).unwrap_or_default();
    Ok((run.tally.rejected_total, reason))
}

/// Reads a body to its end, within its limits, and keeps nothing of it.
async fn drop_body(reserved: &mut Reservation, mut body: Decoded) -> ApiResult<()> {
    let mut chunk = Vec::new();
    while body.read(&mut chunk).await? {
        reserved.cover(chunk.capacity()).await?;
        chunk.clear();
    }
    Ok(())
}

fn success(signal: Signal, encoding: Encoding, rejected: u64, message: &str) -> Response {
    let partial = rejected > 0 || !message.is_empty();
    match encoding {
        // 64-bit numbers are texts in protobuf's JSON form.
        Encoding::Json if partial => answer_json(&json!({
            "partialSuccess": {signal.rejected: rejected.to_string(), "errorMessage": message}
        })),
        Encoding::Json => answer_json(&json!({})),
        Encoding::Protobuf if partial => {
            let mut inner = Vec::new();
            put_number(1, rejected, &mut inner);
            put_bytes(2, message.as_bytes(), &mut inner);
            let mut outer = Vec::new();
            put_bytes(1, &inner, &mut outer);
            answer_protobuf(outer)
        }
        Encoding::Protobuf => answer_protobuf(Vec::new()),
    }
}

fn failure(encoding: Encoding, mut error: ApiError) -> Response {
    if error.status == StatusCode::INTERNAL_SERVER_ERROR {
        if let Some(cause) = &error.cause {
            tracing::error!("OTLP request failed: {cause}");
        }
        error.status = StatusCode::SERVICE_UNAVAILABLE;
        error.retry_after_s = Some(5);
    }
    let code = match error.status {
        StatusCode::UNAUTHORIZED => 16,
        StatusCode::FORBIDDEN => 7,
        StatusCode::SERVICE_UNAVAILABLE => 14,
        _ => 3,
    };
    let body = match encoding {
        Encoding::Json => answer_json(&json!({"code": code, "message": error.message})),
        Encoding::Protobuf => {
            let mut status = Vec::new();
            put_number(1, code, &mut status);
            put_bytes(2, error.message.as_bytes(), &mut status);
            answer_protobuf(status)
        }
    };
    let mut response = error.into_response();
    // The body is a `Status` here, not the envelope of the native API.
    response.extensions_mut().remove::<ApiError>();
    response.headers_mut().extend(body.headers().clone());
    *response.body_mut() = body.into_body();
    response
}

fn answer_json(value: &serde_json::Value) -> Response {
    answer("application/json", value.to_string().into_bytes())
}

fn answer_protobuf(bytes: Vec<u8>) -> Response {
    answer("application/x-protobuf", bytes)
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
        bytes,
    )
        .into_response()
}

fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_number(field: u64, number: u64, out: &mut Vec<u8>) {
    put_varint(field << 3, out);
    put_varint(number, out);
}

fn put_bytes(field: u64, bytes: &[u8], out: &mut Vec<u8>) {
    put_varint(field << 3 | 2, out);
    put_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}
