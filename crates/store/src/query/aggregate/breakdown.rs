//! Sums by value of a field.

use super::measures::{Batch, each_measured};
use super::name_of;
use crate::columns::ABSENT;
use crate::query::cache::Cache;
use crate::query::compile::Compiled;
use crate::query::counting::{kept, order};
use crate::query::groups::{GroupKey, Slots};
use crate::query::list::selections;
use crate::query::select::Selection;
use crate::query::unit::units;
use crate::state::Snapshot;
use daybook_model::aggregate::{Breakdown, BreakdownRequest, Group, Measure, Totals};
use daybook_model::logstore::StoreResult;
use daybook_model::sketch::Sketch;
use daybook_model::{Field, Query, Value};
use rayon::prelude::*;
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::sync::Arc;

/// Sums by value of a field, largest first.
pub(crate) fn breakdown(
    snapshot: &Snapshot,
    cache: &Cache,
    request: &BreakdownRequest,
) -> StoreResult<Breakdown> {
    super::check(&request.query)?;
    let BreakdownRequest { query, by, .. } = request;
    let mut groups = groups(snapshot, cache, query, by)?;
    let total = groups.len() as u64;
    let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let wanted = offset.saturating_add(request.limit);
    largest(&mut groups, wanted, by, request.order);
    let page: Vec<(Option<Value>, Totals)> = groups.into_iter().skip(offset).collect();
    let keys: Vec<Option<Value>> = page.iter().map(|(key, _)| key.clone()).collect();
    let mut latencies = vec![None; keys.len()];
    if request.quantiles {
        let sketches = sketches(snapshot, cache, query, by, &keys)?;
        latencies = sketches.iter().map(Sketch::quantiles).collect();
    }
    let groups = page
        .into_par_iter()
        .zip(latencies)
        .map(|((key, totals), latency_ms)| {
            let named = request
                .name
                .map(|name| name_of(snapshot, query, Some(by), key.as_ref(), name));
            Ok(Group {
                name: named.transpose()?.flatten(),
                key,
                totals,
                latency_ms,
            })
        });
    Ok(Breakdown {
        groups: groups.collect::<StoreResult<_>>()?,
        total,
    })
}

/// The largest groups, in order.
pub(super) fn largest(
    groups: &mut Vec<(Option<Value>, Totals)>,
    count: usize,
    by: &Field,
    measure: Measure,
) {
    type Item = (Option<Value>, Totals);
    let compare = |(a_key, a): &Item, (b_key, b): &Item| {
        let by_key = || match (a_key, b_key) {
            (Some(a), Some(b)) => order(by, a.as_ref(), b.as_ref()),
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        };
        Reverse(measure.of(a))
            .cmp(&Reverse(measure.of(b)))
            .then_with(by_key)
    };
    if count == 0 {
        groups.clear();
    }
    if groups.len() > count {
        groups.select_nth_unstable_by(count - 1, compare);
        groups.truncate(count);
    }
    groups.sort_unstable_by(compare);
}

type Part = Vec<(GroupKey, Totals)>;

/// The sums of all groups.
pub(super) fn groups(
    snapshot: &Snapshot,
    cache: &Cache,
    query: &Query,
    by: &'static Field,
) -> StoreResult<Vec<(Option<Value>, Totals)>> {
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = compiled.asked(&format!("breakdown {}", by.name));
    let bytes = |part: &Part| part.len() * size_of::<(GroupKey, Totals)>();
    let parts: Vec<Arc<Part>> = selections(&units, &compiled)?
        .par_iter()
        .map(|selection| kept(selection, &asked, cache, || part(selection, by), bytes))
        .collect::<StoreResult<_>>()?;
    let mut sums: HashMap<&GroupKey, Totals> = HashMap::new();
    for (key, totals) in parts.iter().flat_map(|part| part.iter()) {
        sums.entry(key).or_default().add(totals);
    }
    // A word may have an ordinal in one unit and be one of its own in another.
    let mut named: HashMap<Option<Value>, Totals> = HashMap::with_capacity(sums.len());
    for (key, totals) in sums {
        named
            .entry(key.value(query.stream, by, snapshot.words()))
            .or_default()
            .add(&totals);
    }
    Ok(named.into_iter().collect())
}

fn part(selection: &Selection<'_>, by: &'static Field) -> StoreResult<Part> {
    let mut keys = Batch::of(selection.unit, by.name)?;
    let mut slots = Slots::new(selection.unit, by);
    let mut sums: Vec<Totals> = Vec::new();
    each_measured(selection, |docs, measures| {
        keys.read(docs);
        for (at, doc) in docs.iter().enumerate() {
            let slot = slots.slot(keys.values[at], *doc)?;
            if slot >= sums.len() {
                sums.resize(slot + 1, Totals::default());
            }
            measures.add(at, &mut sums[slot]);
        }
        Ok(())
    })?;
    Ok(slots.into_keys().into_iter().zip(sums).collect())
}

/// The latencies of some groups.
fn sketches(
    snapshot: &Snapshot,
    cache: &Cache,
    query: &Query,
    by: &'static Field,
    keys: &[Option<Value>],
) -> StoreResult<Vec<Sketch>> {
    let chosen: HashMap<Option<Value>, usize> = keys.iter().cloned().zip(0..).collect();
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = compiled.asked(&format!("latencies {} {keys:?}", by.name));
    let bytes = |part: &Vec<Sketch>| part.iter().map(Sketch::bytes).sum();
    let parts: Vec<Arc<Vec<Sketch>>> = selections(&units, &compiled)?
        .par_iter()
        .map(|selection| {
            kept(
                selection,
                &asked,
                cache,
                || latencies(selection, by, &chosen),
                bytes,
            )
        })
        .collect::<StoreResult<_>>()?;
    let mut all = vec![Sketch::default(); keys.len()];
    for part in &parts {
        all.iter_mut()
            .zip(part.iter())
            .for_each(|(all, part)| all.merge(part));
    }
    Ok(all)
}

fn latencies(
    selection: &Selection<'_>,
    by: &'static Field,
    chosen: &HashMap<Option<Value>, usize>,
) -> StoreResult<Vec<Sketch>> {
    let unit = selection.unit;
    let mut found = vec![Sketch::default(); chosen.len()];
    if selection.is_none() {
        return Ok(found);
    }
    let (mut keys, mut latencies) = (Batch::of(unit, by.name)?, Batch::of(unit, "latency_ms")?);
    let mut slots = Slots::new(unit, by);
    // For each slot the place of its group among the chosen ones.
    let mut places: Vec<Option<usize>> = Vec::new();
    selection.each(|docs| {
        keys.read(docs);
        latencies.read(docs);
        for (at, doc) in docs.iter().enumerate() {
            let slot = slots.slot(keys.values[at], *doc)?;
            if slot >= places.len() {
                let value = slots.keys()[slot].value(unit.stream, by, unit.words);
                places.push(chosen.get(&value).copied());
            }
            if let Some(place) = places[slot]
                && latencies.values[at] != ABSENT
            {
                found[place].add(i64::try_from(latencies.number(at)).unwrap_or(0));
            }
        }
        Ok(())
    })?;
    Ok(found)
}
