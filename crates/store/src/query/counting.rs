//! Counts by value and by time.

use super::columns::{FieldColumn, order};
use super::search::{Search, searches};
use crate::error::internal;
use crate::state::Snapshot;
use daybook_model::logstore::{Bucket, Histogram, HistogramRequest, StoreResult, Values};
use daybook_model::{Field, Query, StoreError, Timestamp, Value};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use tantivy::SegmentReader;

/// Values of a field by frequency.
pub(crate) fn values(
    snapshot: &Snapshot,
    query: &Query,
    field: &'static Field,
    prefix: &str,
    limit: usize,
) -> StoreResult<Values> {
    let mut counts: HashMap<Value, u64> = HashMap::new();
    for entry in snapshot.head_matches(query) {
        if let Some(value) = entry.event.get(field) {
            *counts.entry(value.to_value()).or_default() += 1;
        }
    }
    for counted in per_segment(snapshot, query, |search, segment| {
        let column = FieldColumn::open(segment, field)?;
        let mut counts: HashMap<i64, u64> = HashMap::new();
        search.each(segment, |doc| {
            if let Some(number) = column.first(doc) {
                *counts.entry(number).or_default() += 1;
            }
        })?;
        let named = counts
            .into_iter()
            .map(|(n, count)| Ok((column.value(n, field)?, count)));
        named.collect::<StoreResult<Vec<_>>>()
    })? {
        for (value, count) in counted {
            *counts.entry(value).or_default() += count;
        }
    }
    let prefix = prefix.to_lowercase();
    let mut values: Vec<(Value, u64)> = counts
        .into_iter()
        .filter(|(value, _)| {
            value
                .as_ref()
                .display(field.kind)
                .to_lowercase()
                .starts_with(&prefix)
        })
        .collect();
    let total = values.len() as u64;
    values.sort_unstable_by(|(a, a_count), (b, b_count)| {
        Reverse(a_count)
            .cmp(&Reverse(b_count))
            .then_with(|| order(field, a.as_ref(), b.as_ref()))
    });
    values.truncate(limit);
    Ok(Values { values, total })
}

/// Counts of one interval: all, and by value.
type Interval = (u64, HashMap<Value, u64>);

/// Events per interval.
pub(crate) fn histogram(snapshot: &Snapshot, request: &HistogramRequest) -> StoreResult<Histogram> {
    let (Some(from), Some(_), 1..) = (request.query.from, request.query.to, request.interval_us)
    else {
        return Err(StoreError::Limit(
            "a histogram needs from, to and an interval".into(),
        ));
    };
    let interval_of = |us: i64| (us - from.us()).div_euclid(request.interval_us);
    let mut intervals: HashMap<i64, Interval> = HashMap::new();
    for entry in snapshot.head_matches(&request.query) {
        let (count, by) = intervals
            .entry(interval_of(entry.event.time.us()))
            .or_default();
        *count += 1;
        if let Some(value) = request.by.and_then(|field| entry.event.get(field)) {
            *by.entry(value.to_value()).or_default() += 1;
        }
    }
    for counted in per_segment(snapshot, &request.query, |search, segment| {
        count_intervals(search, segment, request.by, interval_of)
    })? {
        for (interval, value, found) in counted {
            let (count, by) = intervals.entry(interval).or_default();
            *count += found;
            if let Some(value) = value {
                *by.entry(value).or_default() += found;
            }
        }
    }
    let mut buckets: Vec<Bucket> = intervals
        .into_iter()
        .map(|(interval, (count, by))| {
            let mut by: Vec<(Value, u64)> = by.into_iter().collect();
            if let Some(field) = request.by {
                by.sort_unstable_by(|(a, _), (b, _)| order(field, a.as_ref(), b.as_ref()));
            }
            Bucket {
                time: Timestamp::from_us(from.us() + interval * request.interval_us),
                count,
                by,
            }
        })
        .collect();
    buckets.sort_unstable_by_key(|bucket| bucket.time);
    Ok(Histogram { buckets })
}

fn count_intervals(
    search: &Search<'_>,
    segment: &SegmentReader,
    by: Option<&'static Field>,
    interval_of: impl Fn(i64) -> i64,
) -> StoreResult<Vec<(i64, Option<Value>, u64)>> {
    let times = segment.fast_fields().i64("time").map_err(internal)?;
    let column = by.map_or(Ok(FieldColumn::Absent), |field| {
        FieldColumn::open(segment, field)
    })?;
    let mut counts: HashMap<(i64, Option<i64>), u64> = HashMap::new();
    search.each(segment, |doc| {
        let interval = interval_of(times.first(doc).unwrap_or(0));
        *counts.entry((interval, column.first(doc))).or_default() += 1;
    })?;
    let named = counts.into_iter().map(|((interval, number), count)| {
        let value = number
            .zip(by)
            .map(|(number, field)| column.value(number, field))
            .transpose()?;
        Ok((interval, value, count))
    });
    named.collect()
}

/// Runs a count over every segment of every partition, in parallel.
fn per_segment<T: Send>(
    snapshot: &Snapshot,
    query: &Query,
    count: impl Fn(&Search<'_>, &SegmentReader) -> StoreResult<T> + Sync,
) -> StoreResult<Vec<T>> {
    let searches = searches(snapshot, query)?;
    let mut segments = Vec::new();
    for search in &searches {
        segments.extend(search.segments()?.map(|(_, segment)| (search, segment)));
    }
    segments
        .into_par_iter()
        .map(|(search, segment)| count(search, segment))
        .collect()
}
