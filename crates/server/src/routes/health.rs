//! For supervisors: alive, ready, figures.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::reading::Monitor;
use crate::serve::Tls;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

/// Whether the process answers.
#[utoipa::path(get, operation_id = "get_health", path = "/healthz", tag = "server", responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether events can be taken and found.
#[utoipa::path(
    get,
    operation_id = "get_readiness",
    path = "/readyz",
    tag = "server",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, description = "Not now; the message says why.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn ready(State(app): State<App>) -> ApiResult<&'static str> {
    app.control.setup_needed().await?;
    match app.store.read_only() {
        Some(why) => Err(ApiError::unavailable(
            "read_only",
            format!("the store takes no events now: {why}"),
        )),
        None => Ok("ready\n"),
    }
}

/// Figures about the server in Prometheus' text form.
#[utoipa::path(
    get,
    operation_id = "get_metrics",
    path = "/metrics",
    tag = "server",
    responses((status = 200, body = String, content_type = "application/openmetrics-text")),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn metrics(State(app): State<App>, _: Monitor) -> ApiResult<impl IntoResponse> {
    let stats = app
        .query(|store| async move { store.stats().await })
        .await?;
    if let Some(end) = app.options.tls.as_ref().and_then(Tls::not_after) {
        app.metrics.certificate_ends(end);
    }
    let ledger = app.store.ledger().map(|ledger| ledger.health());
    let taken = app.budget.taken_bytes();
    let page = app
        .metrics
        .render(&stats, ledger.as_ref(), app.publication.told(), taken);
    let page = page.map_err(|error| ApiError::internal(error.to_string()))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], page))
}
