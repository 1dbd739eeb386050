//! Calls by user, model, provider, key, or any field with values.

use super::super::input::{UrlParams, flag, wrong};
use super::{Latencies, Sums, calls, grouping, order, shown};
use crate::app::App;
use crate::error::ApiResult;
use crate::reading::Reader;
use axum::Json;
use axum::extract::State;
use daybook_model::aggregate::{BreakdownRequest, Group};
use daybook_model::limits;
use serde::Serialize;
use utoipa::ToSchema;

/// Groups of calls, largest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreakdownAnswer {
    /// The groups of the page.
    items: Vec<GroupAnswer>,
    /// How many groups there are.
    total: u64,
}

/// The calls that share a value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupAnswer {
    /// The value as text; null stands for the calls without one.
    key: Option<String>,
    /// What the newest of these calls names a user, an API key or a workspace; else null.
    name: Option<String>,
    #[serde(flatten)]
    sums: Sums,
    /// With `quantiles=true`; null when no call of the group says how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<Option<Latencies>>,
}

/// Calls by the values of a field, largest first. Takes the filters of the list.
#[utoipa::path(
    get,
    operation_id = "get_usage_breakdown",
    path = "/usage/breakdown",
    tag = "usage",
    params(
        ("by" = String, Query, description = "`user` (`user_id`, named by `user_name`), `model` (`platform_model`), `provider`, `api_key` (`api_key_id`, named by `api_key_name`), or any keyword, enum or boolean field and `status_code`"),
        ("order" = Option<String>, Query, description = "`cost` (default), `requests` or `tokens`; largest first"),
        ("limit" = Option<u32>, Query, description = "Groups of a page; 20 by default, 1000 at most"),
        ("page" = Option<u64>, Query, description = "Number of the page, from 1"),
        ("quantiles" = Option<bool>, Query, description = "`true`: each group comes with its latencies"),
    ),
    responses((status = 200, body = BreakdownAnswer), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn breakdown(
    State(app): State<App>,
    reader: Reader,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Json<BreakdownAnswer>> {
    let by = params.take("by")?;
    let by = by.ok_or_else(|| wrong("by", "needed: user, model, provider, api_key or a field"))?;
    let (by, name) = grouping(&reader, &by)?;
    let order = order(&mut params)?;
    let limit = params.take_number("limit", 20, 1, limits::VALUES_MAX)?;
    let page = params.take_number("page", 1, 1, 1_000_000_000)?;
    let quantiles = flag(&mut params, "quantiles")?;
    let request = BreakdownRequest {
        query: calls(&reader, params)?,
        by,
        name,
        order,
        offset: (page as u64 - 1) * limit as u64,
        limit,
        quantiles,
    };
    let found = app
        .query(|store| async move { store.breakdown(request).await })
        .await?;
    let answer = |group: &Group| GroupAnswer {
        key: shown(Some(by), group.key.as_ref()),
        name: shown(name, group.name.as_ref()),
        sums: (&group.totals).into(),
        latency_ms: quantiles.then(|| group.latency_ms.map(Latencies::from)),
    };
    Ok(Json(BreakdownAnswer {
        items: found.groups.iter().map(answer).collect(),
        total: found.total,
    }))
}
