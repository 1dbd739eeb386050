//! All matching events together.

use super::measures::{Batch, each_measured};
use crate::columns::ABSENT;
use crate::query::cache::Cache;
use crate::query::compile::{Compiled, folded};
use crate::query::counting::kept;
use crate::query::groups::{GroupKey, Slots};
use crate::query::list::selections;
use crate::query::select::Selection;
use crate::query::unit::units;
use crate::state::Snapshot;
use daybook_model::aggregate::Summary;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::sketch::{Sketch, bucket};
use daybook_model::{Query, Stream};
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

/// What a unit adds. Its distinct values are kept apart, for units share them.
#[derive(Debug, Default)]
struct Part {
    sums: Summary,
    users: Distinct,
    models: Distinct,
    latencies: Sketch,
}

/// Distinct values.
#[derive(Debug, Default)]
struct Distinct {
    /// By ordinal of the store's words.
    bits: Vec<u64>,
    others: HashSet<Box<str>>,
}

/// Sums over all matching events.
pub(crate) fn summary(snapshot: &Snapshot, cache: &Cache, query: &Query) -> StoreResult<Summary> {
    super::check(query)?;
    let query = &folded(query);
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = compiled.asked("summary");
    let parts: Vec<Arc<Part>> = selections(&units, &compiled)?
        .par_iter()
        .map(|selection| kept(selection, &asked, cache, || part(selection), Part::bytes))
        .collect::<StoreResult<_>>()?;
    let mut all = Part::default();
    parts.iter().for_each(|part| all.add(part));
    Ok(Summary {
        users: all.users.count(snapshot, "user_id"),
        models: all.models.count(snapshot, "platform_model"),
        latency_ms: all.latencies.quantiles(),
        ..all.sums
    })
}

fn part(selection: &Selection<'_>) -> StoreResult<Part> {
    let unit = selection.unit;
    let mut part = Part::default();
    if selection.is_none() {
        return Ok(part);
    }
    let batch = |name| Batch::of(unit, name);
    let (mut inputs, mut outputs) = (batch("input_tokens")?, batch("output_tokens")?);
    let (mut cached, mut reasoned) = (batch("cache_read_tokens")?, batch("reasoning_tokens")?);
    let (mut latencies, mut users, mut models) = (
        batch("latency_ms")?,
        batch("user_id")?,
        batch("platform_model")?,
    );
    let mut user_slots = Slots::new(unit, field(Stream::Usage, "user_id"));
    let mut model_slots = Slots::new(unit, field(Stream::Usage, "platform_model"));
    let mut buckets: Vec<u64> = Vec::new();
    each_measured(selection, |docs, measures| {
        measures.add_all(&mut part.sums.totals);
        for (column, sum) in [
            (&mut inputs, &mut part.sums.input_tokens),
            (&mut outputs, &mut part.sums.output_tokens),
            (&mut cached, &mut part.sums.cache_read_tokens),
            (&mut reasoned, &mut part.sums.reasoning_tokens),
        ] {
            column.read(docs);
            *sum += column.sum();
        }
        latencies.read(docs);
        for (at, _) in latencies
            .values
            .iter()
            .enumerate()
            .filter(|(_, stored)| **stored != ABSENT)
        {
            let bucket = bucket(i64::try_from(latencies.number(at)).unwrap_or(0));
            if bucket >= buckets.len() {
                buckets.resize(bucket + 1, 0);
            }
            buckets[bucket] += 1;
        }
        for (column, slots) in [
            (&mut users, &mut user_slots),
            (&mut models, &mut model_slots),
        ] {
            column.read(docs);
            for (doc, stored) in docs.iter().zip(&column.values) {
                slots.slot(*stored, *doc)?;
            }
        }
        Ok(())
    })?;
    let counted = buckets
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0);
    counted.for_each(|(bucket, count)| part.latencies.add_count(bucket, count));
    part.users.insert_all(user_slots.into_keys());
    part.models.insert_all(model_slots.into_keys());
    Ok(part)
}

impl Part {
    fn bytes(&self) -> usize {
        let distinct = |values: &Distinct| values.bits.len() * 8 + values.others.len() * 64;
        size_of::<Self>() + distinct(&self.users) + distinct(&self.models) + self.latencies.bytes()
    }

    fn add(&mut self, other: &Self) {
        self.sums.totals.add(&other.sums.totals);
        self.sums.input_tokens += other.sums.input_tokens;
        self.sums.output_tokens += other.sums.output_tokens;
        self.sums.cache_read_tokens += other.sums.cache_read_tokens;
        self.sums.reasoning_tokens += other.sums.reasoning_tokens;
        self.users.add(&other.users);
        self.models.add(&other.models);
        self.latencies.merge(&other.latencies);
    }
}

impl Distinct {
    fn insert_all(&mut self, keys: Vec<GroupKey>) {
        for key in keys {
            match key {
                GroupKey::Absent => {}
                GroupKey::Stored(ordinal) => {
                    let word = usize::try_from(ordinal / 64).unwrap_or(0);
                    if word >= self.bits.len() {
                        self.bits.resize(word + 1, 0);
                    }
                    self.bits[word] |= 1 << (ordinal % 64);
                }
                GroupKey::Word(word) => {
                    self.others.insert(word);
                }
            }
        }
    }

    fn add(&mut self, other: &Self) {
        if self.bits.len() < other.bits.len() {
            self.bits.resize(other.bits.len(), 0);
        }
        self.bits
            .iter_mut()
            .zip(&other.bits)
            .for_each(|(bits, more)| *bits |= more);
        self.others.extend(other.others.iter().cloned());
    }

    /// How many. A word may have got its ordinal after a unit had it for its own.
    fn count(&self, snapshot: &Snapshot, name: &str) -> u64 {
        let texts = snapshot
            .words()
            .of(Stream::Usage, field(Stream::Usage, name));
        let stored = |word: &str| {
            let ordinal = texts.ordinal(word)?;
            let bits = self.bits.get(ordinal as usize / 64)?;
            (bits >> (ordinal % 64) & 1 == 1).then_some(())
        };
        let others = self
            .others
            .iter()
            .filter(|word| stored(word).is_none())
            .count();
        self.bits
            .iter()
            .map(|bits| u64::from(bits.count_ones()))
            .sum::<u64>()
            + others as u64
    }
}
