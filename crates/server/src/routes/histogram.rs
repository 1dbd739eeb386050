//! Events over time. Intervals are round and begin on the clock's multiples of them, so that
//! neighbouring answers line up; only the events of the asked range are counted.

use super::input::{Path, UrlParams, stream};
use super::logs::countable;
use crate::app::App;
use crate::error::ApiResult;
use crate::reading::Reader;
use axum::Json;
use axum::extract::State;
use daybook_model::logstore::{Bucket, HistogramRequest};
use daybook_model::{Field, Query, Stream, Timestamp, limits};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Lengths of an interval that people read at a glance, in milliseconds.
const ROUND_MS: [i64; 28] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];

/// Events over time.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct HistogramAnswer {
    /// Beginning of the range.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// End of the range, exclusive.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// Length of an interval.
    interval_ms: i64,
    /// The field that divides each count.
    by: &'static str,
    /// All intervals of the range, in order; the first may begin before it.
    buckets: Vec<BucketAnswer>,
}

/// One interval.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct BucketAnswer {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// Events in it.
    count: u64,
    /// Events by value of the field `by`; events without it are missing.
    by: BTreeMap<String, u64>,
}

/// Events over time, divided by a field. Takes the filters of the list.
#[utoipa::path(
    get,
    operation_id = "get_histogram",
    path = "/logs/{stream}/histogram",
    tag = "logs",
    params(
        ("stream" = String, Path, description = "audit, usage, auth or system"),
        ("buckets" = Option<u32>, Query, description = "About so many intervals; 60 by default, 1000 at most"),
        ("by" = Option<String>, Query, description = "A field that divides each count: usage `outcome`, audit and auth `result`, system `level` by default"),
    ),
    responses((status = 200, body = HistogramAnswer), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn histogram(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Json<HistogramAnswer>> {
    let stream = stream(&name)?;
    let wanted = params.take_number("buckets", 60, 1, limits::BUCKETS_MAX)?;
    let by = params.take("by")?;
    let by = by.as_deref().unwrap_or(default_by(stream));
    let by = countable(&reader, stream, by, "by")?;
    let now = Timestamp::now();
    let query = reader.query(params, stream)?;
    let from = query.from.unwrap_or(now.plus_us(-limits::ONLINE_WINDOW_US));
    let to = query.to.unwrap_or(now).max(from);
    let interval_ms = interval_ms(to.us().saturating_sub(from.us()), wanted);
    let found = count(&app, query, from, to, interval_ms * 1_000, by).await?;
    let buckets = fill(found, from, to, interval_ms * 1_000, by);
    Ok(Json(HistogramAnswer {
        from,
        to,
        interval_ms,
        by: by.name,
        buckets,
    }))
}

const fn default_by(stream: Stream) -> &'static str {
    match stream {
        Stream::Usage => "outcome",
        Stream::Audit | Stream::Auth => "result",
        Stream::System => "level",
    }
}

/// The shortest round interval of which about `buckets` cover the span.
fn interval_ms(span_us: i64, buckets: usize) -> i64 {
    let least = span_us / 1_000 / i64::try_from(buckets).unwrap_or(i64::MAX);
    let round = ROUND_MS.into_iter().find(|round| *round > least);
    round.unwrap_or_else(|| (least / (30 * DAY) + 1) * 30 * DAY)
}

/// The multiple of the interval at or before an instant.
pub(super) const fn floor(time: Timestamp, interval_us: i64) -> i64 {
    time.us().div_euclid(interval_us) * interval_us
}

/// Counts the part of the range before its first round instant, and the rest, at the same time.
async fn count(
    app: &App,
    query: Query,
    from: Timestamp,
    to: Timestamp,
    interval_us: i64,
    by: &'static Field,
) -> ApiResult<Vec<Bucket>> {
    let round = Timestamp::from_us(floor(from.plus_us(interval_us - 1), interval_us)).min(to);
    let ask = |from: Timestamp, to: Timestamp, interval_us: i64| {
        let request = HistogramRequest {
            query: Query {
                from: Some(from),
                to: Some(to),
                ..query.clone()
            },
            interval_us,
            by: Some(by),
        };
        async move {
            match from < to {
                true => app
                    .query(|store| async move { store.histogram(request).await })
                    .await
                    .map(|h| h.buckets),
                false => Ok(Vec::new()),
            }
        }
    };
    let first = ask(from, round, interval_us);
    let rest = ask(round, to, interval_us);
    let (mut first, rest) = futures_util::future::try_join(first, rest).await?;
    for bucket in &mut first {
        bucket.time = Timestamp::from_us(floor(from, interval_us));
    }
    first.extend(rest);
    Ok(first)
}

/// All intervals of the range, those without events too.
fn fill(
    found: Vec<Bucket>,
    from: Timestamp,
    to: Timestamp,
    interval_us: i64,
    by: &Field,
) -> Vec<BucketAnswer> {
    let mut found = found.into_iter().peekable();
    let mut time = Timestamp::from_us(floor(from, interval_us));
    let mut buckets = Vec::new();
    while time < to {
        let bucket = found.next_if(|bucket| bucket.time == time);
        let counts = bucket
            .as_ref()
            .map(|bucket| bucket.by.as_slice())
            .unwrap_or_default();
        buckets.push(BucketAnswer {
            time,
            count: bucket.as_ref().map_or(0, |bucket| bucket.count),
            by: counts
                .iter()
                .map(|(value, count)| (value.as_ref().display(by.kind), *count))
                .collect(),
        });
        time = time.plus_us(interval_us);
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_round_and_cover_the_span() {
        let of = |span_ms: i64, buckets| interval_ms(span_ms * 1_000, buckets);
        assert_eq!(of(DAY, 60), 30 * MINUTE);
        assert_eq!(of(HOUR, 60), 2 * MINUTE);
        assert_eq!(of(90 * DAY, 60), 7 * DAY);
        assert_eq!(of(0, 60), 1);
        assert_eq!(of(20 * 365 * DAY, 60), 150 * DAY);
        assert_eq!(floor(Timestamp::from_us(-1), 10), -10);
    }
}
