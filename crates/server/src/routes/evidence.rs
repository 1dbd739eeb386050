//! Evidence packages.

use super::input::UrlParams;
use crate::app::App;
use crate::auth::Inspector;
use crate::control::Actor;
use crate::error::{ApiError, ApiResult};
use crate::evidence::{Files, Sending, may_read_audit, sending};
use crate::reading::Reader;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use daybook_ledger::evidence::{EvidenceError, Period, survey};
use daybook_model::{Query, Stream, Timestamp};
use serde_json::{Value, json};

/// The audit events of a period with everything that proves them, in one signed file that
/// `daybook verify` checks offline. For those who may read the audit log and look at who may. A key needs
/// the scopes `read` and `admin`.
#[utoipa::path(
    get,
    operation_id = "get_evidence",
    path = "/api/v1/audit/evidence",
    tag = "ledger",
    params(
        ("from" = Option<String>, Query, description = "Start of the period, inclusive: RFC 3339, seconds since 1970, or relative as `-24h`; 90 days ago by default"),
        ("to" = Option<String>, Query, description = "End of the period, exclusive; now by default"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 400, description = "A malformed time, or a period with too many events.", body = crate::openapi::ErrorBody),
        (status = 404, description = "There is no ledger.", body = crate::openapi::ErrorBody),
        (status = 503, description = "The ledger signs nothing, or the package cannot be put on record.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn package(
    State(app): State<App>,
    Inspector(actor): Inspector,
    reader: Reader,
    UrlParams(params): UrlParams,
) -> ApiResult<Response> {
    let query = reader.query(params, Stream::Audit)?;
    let period = period(&query)?;
    let place = app.download_place()?;
    let files = Files::newest(&app).await?;
    let surveyed = tokio::task::spawn_blocking(move || {
        let survey = survey(&files, &files.checkpoint, &period);
        (survey, files, period)
    });
    let (survey, files, period) = surveyed
        .await
        .map_err(|error| ApiError::internal(format!("a survey failed: {error}")))?;
    let survey = survey.map_err(refusal)?;
    let details = json!({
        "from": period.from(),
        "to": period.to(),
        "events": survey.events,
        "first_index": survey.range.as_ref().map(|range| range.start),
        "last_index": survey.range.as_ref().map(|range| range.end - 1),
        "tree_size": files.checkpoint.size,
    });
    let access = may_read_audit(&app.control).await?;
    app.control.record_evidence(&actor, &details).await?;
    let name = format!(
        "daybook-evidence-{}-{}.zip",
        day(period.from()),
        day(period.to())
    );
    let package = Sending {
        files,
        period,
        survey,
        made_at: Timestamp::now().to_string(),
        requester: requester(&actor),
        access,
    };
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    let body = Body::from_stream(sending(package, place));
    Ok((headers, body).into_response())
}

/// Of a package only the period can be chosen: with a filter it could not show that nothing is missing.
fn period(query: &Query) -> ApiResult<Period> {
    if !query.filters.is_empty() || query.search.is_some() || query.as_of.is_some() {
        let message = "a package takes `from` and `to` alone: with a filter nobody could see that nothing \
            is missing";
        return Err(ApiError::bad_request("invalid_parameter", message));
    }
    let from = query.from.unwrap_or_default().to_string();
    let to = query.to.unwrap_or_else(Timestamp::now).to_string();
    Period::new(&from, &to).map_err(|error| ApiError::invalid("to", error.to_string()))
}

fn refusal(error: EvidenceError) -> ApiError {
    match error {
        EvidenceError::TooMany(_) => {
            ApiError::bad_request("limit", error.to_string()).about("from")
        }
        other => ApiError::internal(format!("surveying the ledger: {other}")),
    }
}

fn requester(actor: &Actor) -> Value {
    json!({
        "type": actor.kind,
        "id": actor.id,
        "name": actor.name,
        "role": actor.role,
        "ip": actor.client.ip.map(|ip| ip.to_string()),
    })
}

/// `2026-03-01T…` as `20260301`.
fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().replace('-', "")
}
