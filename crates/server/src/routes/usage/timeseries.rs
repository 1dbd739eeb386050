//! Calls over time. Intervals begin on the clock's multiples of them, so that neighbouring answers
//! line up; every interval of the range is answered, those without calls too.

use super::super::histogram::floor;
use super::super::input::{UrlParams, choice, wrong};
use super::{Sums, calls, grouping, order, shown};
use crate::app::App;
use crate::error::ApiResult;
use crate::reading::Reader;
use axum::Json;
use axum::extract::State;
use daybook_model::aggregate::{Point, SeriesRequest, Totals};
use daybook_model::{Filter, Query, Stream, Test, Timestamp, catalogue, limits};
use serde::Serialize;
use std::ops::Range;
use utoipa::ToSchema;

/// Calls over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeseriesAnswer {
    /// Beginning of the range.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// End of the range, exclusive.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// Length of an interval.
    interval_ms: i64,
    /// The largest series, largest first; a single one without `by`.
    series: Vec<SeriesOfCalls>,
    /// All others together.
    other: OtherCalls,
}

/// The calls that share a value, over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesOfCalls {
    /// The value as text; null stands for the calls without one, and for all calls without `by`.
    key: Option<String>,
    /// What the newest of these calls names a user, an API key or a workspace; else null.
    name: Option<String>,
    /// All intervals of the range, in order; the first may begin before it.
    points: Vec<PointOfCalls>,
}

/// Calls that have no series of their own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OtherCalls {
    /// All intervals of the range, in order; empty when every call is in a series.
    points: Vec<PointOfCalls>,
}

/// One interval.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointOfCalls {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    #[serde(flatten)]
    sums: Sums,
}

/// Calls over time, divided by the values of a field. Takes the filters of the list.
#[utoipa::path(
    get,
    operation_id = "get_usage_timeseries",
    path = "/usage/timeseries",
    tag = "usage",
    params(
        ("interval" = Option<String>, Query, description = "`minute`, `hour` (default) or `day`"),
        ("by" = Option<String>, Query, description = "As for the breakdown; without it all calls are one series"),
        ("order" = Option<String>, Query, description = "Which values get a series of their own: those with the largest `cost` (default), `requests` or `tokens`"),
        ("limit" = Option<u32>, Query, description = "How many of them; 10 by default, 100 at most"),
    ),
    responses((status = 200, body = TimeseriesAnswer), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn timeseries(
    State(app): State<App>,
    reader: Reader,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Json<TimeseriesAnswer>> {
    let lengths = [
        ("minute", 60 * Timestamp::SECOND_US),
        ("hour", Timestamp::HOUR_US),
        ("day", Timestamp::DAY_US),
    ];
    let interval_us = choice(&mut params, "interval", &lengths, Timestamp::HOUR_US)?;
    let grouping = params
        .take("by")?
        .map(|by| grouping(&reader, &by))
        .transpose()?;
    let (by, name) = grouping.map_or((None, None), |(by, name)| (Some(by), name));
    let order = order(&mut params)?;
    let limit = params.take_number("limit", 10, 1, limits::SERIES_MAX)?;
    let now = Timestamp::now();
    let query = calls(&reader, params)?;
    let from = query.from.unwrap_or(now.plus_us(-limits::ONLINE_WINDOW_US));
    let to = query.to.unwrap_or(now).max(from);
    let range = Timestamp::from_us(floor(from, interval_us))..to;
    check_points(&range, interval_us, by.map_or(1, |_| limit + 1))?;
    let request = SeriesRequest {
        query: within(query, from, &range),
        interval_us,
        by,
        name,
        order,
        limit,
    };
    let found = app
        .query(|store| async move { store.series(request).await })
        .await?;
    let points = |points: &[Point]| fill(points, &range, interval_us);
    let series = found.series.iter().map(|series| SeriesOfCalls {
        key: shown(by, series.key.as_ref()),
        name: shown(name, series.name.as_ref()),
        points: points(&series.points),
    });
    let mut series: Vec<SeriesOfCalls> = series.collect();
    if by.is_none() && series.is_empty() {
        series.push(SeriesOfCalls {
            key: None,
            name: None,
            points: points(&[]),
        });
    }
    let other = OtherCalls {
        points: match found.other.is_empty() {
            true => Vec::new(),
            false => points(&found.other),
        },
    };
    Ok(Json(TimeseriesAnswer {
        from,
        to,
        interval_ms: interval_us / 1_000,
        series,
        other,
    }))
}

/// The store's intervals begin where the query does, at a round instant; what lies between it and
/// the asked beginning stays out.
fn within(mut query: Query, from: Timestamp, range: &Range<Timestamp>) -> Query {
    (query.from, query.to) = (Some(range.start), Some(range.end));
    if range.start < from {
        query.filters.push(Filter {
            field: catalogue::field(Stream::Usage, "time"),
            negated: false,
            any: vec![Test::Within(from.us(), i64::MAX)],
        });
    }
    query
}

fn check_points(range: &Range<Timestamp>, interval_us: i64, series: usize) -> ApiResult<()> {
    let span_us = range.end.us().saturating_sub(range.start.us());
    let intervals = span_us / interval_us + i64::from(span_us % interval_us > 0);
    let points = usize::try_from(intervals)
        .unwrap_or(usize::MAX)
        .saturating_mul(series);
    if points <= limits::POINTS_MAX {
        return Ok(());
    }
    Err(wrong(
        "interval",
        format!(
            "{intervals} intervals in {series} series are more than {} points: \
             choose a longer interval, a shorter range or fewer series",
            limits::POINTS_MAX
        ),
    ))
}

/// All intervals of a range, with the sums of those that have any.
fn fill(found: &[Point], range: &Range<Timestamp>, interval_us: i64) -> Vec<PointOfCalls> {
    let mut found = found.iter().peekable();
    let mut points = Vec::new();
    let mut time = range.start;
    while time < range.end {
        let point = found.next_if(|point| point.time == time);
        let none = Totals::default();
        let sums = point.map_or(&none, |point| &point.totals).into();
        points.push(PointOfCalls { time, sums });
        time = time.plus_us(interval_us);
    }
    points
}
