//! Sums by value of a field.

use super::measures::{Batch, each_measured, measured};
use super::name_of;
use crate::columns::{ABSENT, Place};
use crate::query::cache::{Cache, PartKey};
use crate::query::compile::{Compiled, folded};
use crate::query::counting::order;
use crate::query::groups::{GroupKey, Merged, Slots};
use crate::query::list::selections;
use crate::query::parts::{Asked, kept};
use crate::query::select::Selection;
use crate::query::unit::units;
use crate::state::Snapshot;
use daybook_model::aggregate::{Breakdown, BreakdownRequest, Group, Measure, Totals};
use daybook_model::catalogue::field;
use daybook_model::field::Kind;
use daybook_model::logstore::StoreResult;
use daybook_model::sketch::Sketch;
use daybook_model::{Field, Query, Stream, Value};
use rayon::prelude::*;
use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Sums by value of a field, largest first.
pub(crate) fn breakdown(
    snapshot: &Snapshot,
    cache: &Cache,
    request: &BreakdownRequest,
) -> StoreResult<Breakdown> {
    super::check(&request.query)?;
    let BreakdownRequest { query, by, .. } = request;
    let groups = groups(snapshot, cache, query, by)?;
    let total = groups.len() as u64;
    let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let wanted = offset.saturating_add(request.limit);
    let groups = largest(snapshot, groups, wanted, by, request.order);
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

/// The largest groups, in order. Only groups that may be among them are named.
pub(super) fn largest(
    snapshot: &Snapshot,
    mut groups: Vec<(GroupKey, Totals)>,
    count: usize,
    by: &Field,
    measure: Measure,
) -> Vec<(Option<Value>, Totals)> {
    if count == 0 {
        return Vec::new();
    }
    if groups.len() > count {
        let size = |(_, totals): &(GroupKey, Totals)| Reverse(measure.of(totals));
        groups.select_nth_unstable_by_key(count - 1, size);
        let least = measure.of(&groups[count - 1].1);
        groups.retain(|(_, totals)| measure.of(totals) >= least);
    }
    let named = groups.into_iter().map(|(key, totals)| {
        let value = key.value(Stream::Usage, by, snapshot.words());
        (value, totals)
    });
    let mut named: Vec<(Option<Value>, Totals)> = named.collect();
    named.sort_unstable_by(|(a_key, a), (b_key, b)| {
        let by_key = || match (a_key, b_key) {
            (Some(a), Some(b)) => order(by, a.as_ref(), b.as_ref()),
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        };
        Reverse(measure.of(a))
            .cmp(&Reverse(measure.of(b)))
            .then_with(by_key)
    });
    named.truncate(count);
    named
}

type Part = Vec<(GroupKey, Totals)>;

/// The sums of all groups.
pub(super) fn groups(
    snapshot: &Snapshot,
    cache: &Cache,
    query: &Query,
    by: &'static Field,
) -> StoreResult<Vec<(GroupKey, Totals)>> {
    let query = &folded(query);
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = compiled.asked(&format!("breakdown {}", by.name));
    let selections = selections(&units, &compiled, &measured(&[by.name]))?;
    let sums = Sums {
        snapshot,
        cache,
        asked,
        by,
    };
    let (lasting, passing): (Vec<_>, Vec<_>) = selections
        .iter()
        .partition(|selection| selection.lasting().is_some());
    let mut groups = sums.lasting(&lasting)?;
    if passing.iter().any(|selection| !selection.is_none()) {
        let mut all = Merged::default();
        groups
            .groups()
            .for_each(|(key, totals)| sums.add(&mut all, &key, totals));
        sums.add_parts(&mut all, &passing)?;
        groups = Arc::new(all);
    }
    let groups = groups.groups().map(|(key, totals)| (key, *totals));
    Ok(groups.filter(|(_, totals)| totals.requests > 0).collect())
}

/// Adds up the parts of many units.
struct Sums<'a> {
    snapshot: &'a Snapshot,
    cache: &'a Cache,
    asked: Asked,
    by: &'static Field,
}

impl Sums<'_> {
    /// The sum of units whose parts are kept, which is kept, too: who asks again waits for no
    /// addition.
    fn lasting(&self, selections: &[&Selection<'_>]) -> StoreResult<Arc<Merged<Totals>>> {
        let key = PartKey {
            of: selections
                .iter()
                .filter_map(|selection| selection.lasting())
                .collect(),
            asked: format!("sum of {}", self.asked.this).into(),
        };
        if let Some(kept) = self.cache.get(&key) {
            return Ok(kept);
        }
        let mut sum = Merged::default();
        self.add_parts(&mut sum, selections)?;
        let sum = Arc::new(sum);
        self.cache.put(key, &sum, sum.bytes());
        Ok(sum)
    }

    fn add_parts(&self, to: &mut Merged<Totals>, selections: &[&Selection<'_>]) -> StoreResult<()> {
        let part = |selection: &Selection<'_>| part(selection, self.by);
        let parts: Vec<Arc<Part>> = selections
            .par_iter()
            .map(|selection| kept(selection, &self.asked, self.cache, part))
            .collect::<StoreResult<_>>()?;
        for (key, totals) in parts.iter().flat_map(|part| part.iter()) {
            self.add(to, key, totals);
        }
        Ok(())
    }

    fn add(&self, to: &mut Merged<Totals>, key: &GroupKey, totals: &Totals) {
        to.of(Stream::Usage, self.by, self.snapshot.words(), key)
            .add(totals);
    }
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

/// Groups of a field that has few are all kept, so that the next question finds them, too.
const FEW: usize = 256;

/// The latencies of some groups.
fn sketches(
    snapshot: &Snapshot,
    cache: &Cache,
    query: &Query,
    by: &'static Field,
    keys: &[Option<Value>],
) -> StoreResult<Vec<Sketch>> {
    let few = match Place::of(by) {
        Place::Words => snapshot.words().of(query.stream, by).len() <= FEW,
        _ => by.kind != Kind::Integer,
    };
    let mut chosen = keys.to_vec();
    chosen.sort_unstable_by_key(|key| key.as_ref().map(|value| value.as_ref().display(by.kind)));
    let query = &folded(query);
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = match few {
        true => compiled.asked(&format!("latencies {}", by.name)),
        false => compiled.asked(&format!("latencies {} {chosen:?}", by.name)),
    };
    let chosen: HashSet<Option<Value>> = chosen.into_iter().collect();
    let latency = field(query.stream, "latency_ms");
    let parts: Vec<Arc<Latencies>> = selections(&units, &compiled, &[by, latency])?
        .par_iter()
        .map(|selection| {
            kept(selection, &asked, cache, |selection| {
                latencies(selection, by, |key| few || chosen.contains(key))
            })
        })
        .collect::<StoreResult<_>>()?;
    let mut all: HashMap<Option<Value>, Sketch> = HashMap::new();
    for (key, (_, sketch)) in parts.iter().flat_map(|part| part.iter()) {
        let value = key.value(query.stream, by, snapshot.words());
        all.entry(value).or_default().merge(sketch);
    }
    Ok(keys
        .iter()
        .map(|key| all.remove(key).unwrap_or_default())
        .collect())
}

/// For each group its number of events and their latencies.
type Latencies = Vec<(GroupKey, (u64, Sketch))>;

fn latencies(
    selection: &Selection<'_>,
    by: &'static Field,
    is_chosen: impl Fn(&Option<Value>) -> bool,
) -> StoreResult<Latencies> {
    let unit = selection.unit;
    let mut found: Latencies = Vec::new();
    if selection.is_none() {
        return Ok(found);
    }
    let (mut keys, mut latencies) = (Batch::of(unit, by.name)?, Batch::of(unit, "latency_ms")?);
    let mut slots = Slots::new(unit, by);
    // For each slot the place of its group among those found, if it was chosen.
    let mut places: Vec<Option<usize>> = Vec::new();
    selection.each(|docs| {
        keys.read(docs);
        latencies.read(docs);
        for (at, doc) in docs.iter().enumerate() {
            let slot = slots.slot(keys.values[at], *doc)?;
            if slot >= places.len() {
                let key = &slots.keys()[slot];
                let chosen = is_chosen(&key.value(unit.stream, by, unit.words));
                places.push(chosen.then_some(found.len()));
                if chosen {
                    found.push((key.clone(), (0, Sketch::default())));
                }
            }
            let Some((_, (events, sketch))) = places[slot].map(|place| &mut found[place]) else {
                continue;
            };
            *events += 1;
            if latencies.values[at] != ABSENT {
                sketch.add(i64::try_from(latencies.number(at)).unwrap_or(0));
            }
        }
        Ok(())
    })?;
    Ok(found)
}
