//! All calls together, and what happens right now.

use super::super::input::UrlParams;
use super::{Latencies, Sums, calls};
use crate::app::App;
use crate::error::ApiResult;
use crate::reading::Reader;
use axum::Json;
use axum::extract::State;
use daybook_model::aggregate::Summary;
use daybook_model::{Query, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// What rates are counted over: a minute, in microseconds.
const RATE_US: i64 = 60 * Timestamp::SECOND_US;

/// Sums over all calls.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SummaryAnswer {
    #[serde(flatten)]
    sums: Sums,
    /// Input tokens, those read from a cache included.
    #[schema(value_type = i64)]
    input_tokens: i128,
    /// Output tokens, those spent on reasoning included.
    #[schema(value_type = i64)]
    output_tokens: i128,
    /// Input tokens read from a cache.
    #[schema(value_type = i64)]
    cache_read_tokens: i128,
    /// Output tokens spent on reasoning.
    #[schema(value_type = i64)]
    reasoning_tokens: i128,
    /// Distinct `user_id`, exactly.
    users: u64,
    /// Distinct `platform_model`, exactly.
    models: u64,
    /// Null when no call says how long it took.
    latency_ms: Option<Latencies>,
}

impl From<Summary> for SummaryAnswer {
    fn from(summary: Summary) -> Self {
        Self {
            sums: (&summary.totals).into(),
            input_tokens: summary.input_tokens,
            output_tokens: summary.output_tokens,
            cache_read_tokens: summary.cache_read_tokens,
            reasoning_tokens: summary.reasoning_tokens,
            users: summary.users,
            models: summary.models,
            latency_ms: summary.latency_ms.map(Latencies::from),
        }
    }
}

/// Requests, tokens, cost, users, models and latencies of all calls. Takes the filters of the list.
#[utoipa::path(
    get,
    operation_id = "get_usage_summary",
    path = "/usage/summary",
    tag = "usage",
    responses((status = 200, body = SummaryAnswer), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn summary(
    State(app): State<App>,
    reader: Reader,
    UrlParams(params): UrlParams,
) -> ApiResult<Json<SummaryAnswer>> {
    let query = calls(&reader, params)?;
    Ok(Json(ask(&app, query).await?.into()))
}

async fn ask(app: &App, query: Query) -> ApiResult<Summary> {
    app.query(|store| async move { store.summary(query).await })
        .await
}

/// What happened within the last minute.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatesAnswer {
    /// Requests per minute.
    rpm: u64,
    /// Tokens per minute.
    #[schema(value_type = i64)]
    tpm: i128,
    /// Requests per minute that failed.
    errors_per_minute: u64,
    /// Beginning of that minute.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Its end, exclusive: now.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// Requests and tokens of the last 60 seconds. Takes the filters of the list; `from` and `to` may
/// be given, too, and change nothing.
#[utoipa::path(
    get,
    operation_id = "get_usage_rates",
    path = "/usage/rates",
    tag = "usage",
    responses((status = 200, body = RatesAnswer), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn rates(
    State(app): State<App>,
    reader: Reader,
    UrlParams(params): UrlParams,
) -> ApiResult<Json<RatesAnswer>> {
    let to = Timestamp::now();
    let from = to.plus_us(-RATE_US);
    let query = Query {
        from: Some(from),
        to: Some(to),
        ..calls(&reader, params)?
    };
    let totals = ask(&app, query).await?.totals;
    Ok(Json(RatesAnswer {
        rpm: totals.requests,
        tpm: totals.total_tokens,
        errors_per_minute: totals.errors,
        from,
        to,
    }))
}
