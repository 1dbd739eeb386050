//! Sums by interval and value of a field.

use super::breakdown::{groups, largest};
use super::measures::{Batch, each_measured, measured};
use super::name_of;
use crate::columns::ABSENT;
use crate::query::cache::Cache;
use crate::query::compile::{Compiled, folded};
use crate::query::counting::{Grid, Intervals};
use crate::query::groups::Slots;
use crate::query::list::selections;
use crate::query::parts::kept;
use crate::query::select::Selection;
use crate::query::unit::units;
use crate::state::Snapshot;
use daybook_model::aggregate::{Point, Series, SeriesAnswer, SeriesRequest, Totals};
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::{StoreError, Stream, Value};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Sums of a unit by place of the series and interval.
type Part = Vec<((usize, i64), Totals)>;

/// Sums over time of the largest groups, and of all others together.
pub(crate) fn series(
    snapshot: &Snapshot,
    cache: &Cache,
    request: &SeriesRequest,
) -> StoreResult<SeriesAnswer> {
    let SeriesRequest {
        query,
        interval_us,
        by,
        name,
        order,
        limit,
    } = request;
    super::check(query)?;
    let (Some(from), Some(_), 1..) = (query.from, query.to, *interval_us) else {
        return Err(StoreError::Limit(
            "series need from, to and an interval".into(),
        ));
    };
    let mut keys: Vec<Option<Value>> = vec![None];
    if let Some(by) = by {
        let groups = groups(snapshot, cache, query, by)?;
        let largest = largest(snapshot, groups, *limit, by, *order);
        keys = largest.into_iter().map(|(key, _)| key).collect();
    }
    keys.truncate(*limit);
    let intervals = Intervals::new(from, *interval_us);
    // Conditions on the time may move `from`, not where intervals begin.
    let request = &SeriesRequest {
        query: folded(query),
        ..request.clone()
    };
    let mut points: Vec<BTreeMap<i64, Totals>> = vec![BTreeMap::new(); keys.len() + 1];
    // In an order that does not depend on the sums, so that kept parts serve the next question.
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by_key(|at| format!("{:?}", keys[*at]));
    let in_order: Vec<Option<Value>> = places.iter().map(|at| keys[*at].clone()).collect();
    places.push(keys.len());
    let parts = parts(snapshot, cache, request, intervals, &in_order)?;
    for ((place, at), totals) in parts.iter().flat_map(|part| part.iter()) {
        points[places[*place]].entry(*at).or_default().add(totals);
    }
    let listed = |points: BTreeMap<i64, Totals>| {
        let points = points.into_iter();
        points
            .map(|(at, totals)| Point {
                time: intervals.start(at),
                totals,
            })
            .collect::<Vec<_>>()
    };
    let other = points.pop().map(listed).unwrap_or_default();
    let series = keys.into_iter().zip(points).map(|(key, points)| {
        let named = name.map(|name| name_of(snapshot, query, *by, key.as_ref(), name));
        Ok(Series {
            name: named.transpose()?.flatten(),
            key,
            points: listed(points),
        })
    });
    let mut series = series.collect::<StoreResult<Vec<_>>>()?;
    if by.is_none() {
        series.retain(|all| !all.points.is_empty());
    }
    Ok(SeriesAnswer { series, other })
}

fn parts(
    snapshot: &Snapshot,
    cache: &Cache,
    request: &SeriesRequest,
    intervals: Intervals,
    keys: &[Option<Value>],
) -> StoreResult<Vec<Arc<Part>>> {
    let places: HashMap<Option<Value>, usize> = keys.iter().cloned().zip(0..).collect();
    let compiled = Compiled::new(&request.query, snapshot);
    let units = units(snapshot, &request.query)?;
    let by = request.by.map_or("", |by| by.name);
    let asked = compiled.asked(&format!("series {by} {intervals:?} {keys:?}"));
    let by: Vec<&str> = request.by.iter().map(|by| by.name).collect();
    selections(&units, &compiled, &measured(&by))?
        .par_iter()
        .map(|selection| {
            kept(selection, &asked, cache, |selection| {
                part(selection, request, intervals, &places)
            })
        })
        .collect()
}

fn part(
    selection: &Selection<'_>,
    request: &SeriesRequest,
    intervals: Intervals,
    places: &HashMap<Option<Value>, usize>,
) -> StoreResult<Part> {
    let unit = selection.unit;
    let mut times = Batch::of(unit, "time")?;
    let mut keys = request.by.map(|by| Batch::of(unit, by.name)).transpose()?;
    let by = request.by.unwrap_or(field(Stream::Usage, "outcome"));
    let mut slots = Slots::new(unit, by);
    let mut place_of_slot: Vec<usize> = Vec::new();
    let mut grid: Grid<Totals> = Grid::new(selection, &request.query, intervals)?;
    each_measured(selection, |docs, measures| {
        times.read(docs);
        if let Some(keys) = &mut keys {
            keys.read(docs);
        }
        for (at, doc) in docs.iter().enumerate() {
            let slot = slots.slot(keys.as_ref().map_or(ABSENT, |keys| keys.values[at]), *doc)?;
            if slot >= place_of_slot.len() {
                let value = slots.keys()[slot].value(unit.stream, by, unit.words);
                place_of_slot.push(places.get(&value).copied().unwrap_or(places.len()));
            }
            measures.add(
                at,
                grid.cell(place_of_slot[slot], intervals.of(times.values[at])),
            );
        }
        Ok(())
    })?;
    Ok(grid
        .into_cells()
        .filter(|(_, _, totals)| totals.requests > 0)
        .map(|(place, at, totals)| ((place, at), totals))
        .collect())
}
