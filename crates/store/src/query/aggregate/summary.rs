//! All matching events together.

use super::measures::{Batch, each_measured, measured};
use crate::columns::ABSENT;
use crate::query::cache::Cache;
use crate::query::compile::{Compiled, folded};
use crate::query::groups::{GroupKey, Slots};
use crate::query::list::selections;
use crate::query::parts::{self, Part as _, kept};
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

/// What a unit adds. Its distinct values are kept apart, for units share them, and counted, for
/// only so it is known which are left when some events go.
#[derive(Debug, Default)]
struct Part {
    sums: Summary,
    users: Counts,
    models: Counts,
    latencies: Sketch,
}

/// How many events have each value.
#[derive(Debug, Default)]
struct Counts {
    /// By ordinal of the store's words.
    stored: Vec<(u32, u32)>,
    others: Vec<(Box<str>, u32)>,
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
    let reads = measured(&[
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "reasoning_tokens",
        "latency_ms",
        "user_id",
        "platform_model",
    ]);
    let parts: Vec<Arc<Part>> = selections(&units, &compiled, &reads)?
        .par_iter()
        .map(|selection| kept(selection, &asked, cache, part))
        .collect::<StoreResult<_>>()?;
    let (mut sums, mut latencies) = (Summary::default(), Sketch::default());
    let (mut users, mut models) = (Distinct::default(), Distinct::default());
    for part in &parts {
        add(&mut sums, &part.sums);
        users.add(&part.users);
        models.add(&part.models);
        latencies.merge(&part.latencies);
    }
    Ok(Summary {
        users: users.count(snapshot, "user_id"),
        models: models.count(snapshot, "platform_model"),
        latency_ms: latencies.quantiles(),
        ..sums
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
    let slots = |name| Slots::new(unit, field(Stream::Usage, name));
    let (mut user_slots, mut user_counts) = (slots("user_id"), Vec::new());
    let (mut model_slots, mut model_counts) = (slots("platform_model"), Vec::new());
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
        for (column, slots, counts) in [
            (&mut users, &mut user_slots, &mut user_counts),
            (&mut models, &mut model_slots, &mut model_counts),
        ] {
            column.read(docs);
            for (doc, stored) in docs.iter().zip(&column.values) {
                let slot = slots.slot(*stored, *doc)?;
                if slot >= counts.len() {
                    counts.resize(slot + 1, 0);
                }
                counts[slot] += 1;
            }
        }
        Ok(())
    })?;
    let counted = buckets
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0);
    counted.for_each(|(bucket, count)| part.latencies.add_count(bucket, count));
    part.users = Counts::of(user_slots.into_keys(), user_counts);
    part.models = Counts::of(model_slots.into_keys(), model_counts);
    Ok(part)
}

impl parts::Part for Part {
    fn bytes(&self) -> usize {
        self.users.bytes() + self.models.bytes() + self.latencies.bytes()
    }

    fn without(&self, gone: &Self) -> Self {
        let mut latencies = self.latencies.clone();
        latencies.remove(&gone.latencies);
        let mut sums = self.sums;
        remove(&mut sums, &gone.sums);
        Self {
            sums,
            users: self.users.without(&gone.users),
            models: self.models.without(&gone.models),
            latencies,
        }
    }
}

fn add(sums: &mut Summary, other: &Summary) {
    sums.totals.add(&other.totals);
    sums.input_tokens += other.input_tokens;
    sums.output_tokens += other.output_tokens;
    sums.cache_read_tokens += other.cache_read_tokens;
    sums.reasoning_tokens += other.reasoning_tokens;
}

fn remove(sums: &mut Summary, gone: &Summary) {
    sums.totals.remove(&gone.totals);
    sums.input_tokens -= gone.input_tokens;
    sums.output_tokens -= gone.output_tokens;
    sums.cache_read_tokens -= gone.cache_read_tokens;
    sums.reasoning_tokens -= gone.reasoning_tokens;
}

impl Counts {
    fn of(keys: Vec<GroupKey>, counts: Vec<u32>) -> Self {
        let mut found = Self::default();
        for (key, count) in keys.into_iter().zip(counts) {
            match key {
                GroupKey::Absent => {}
                // Ordinals of words have 32 bits.
                GroupKey::Stored(ordinal) => {
                    let ordinal = u32::try_from(ordinal).unwrap_or(u32::MAX);
                    found.stored.push((ordinal, count));
                }
                GroupKey::Word(word) => found.others.push((word, count)),
            }
        }
        found
    }

    fn bytes(&self) -> usize {
        self.stored.bytes() + self.others.len() * 64
    }

    fn without(&self, gone: &Self) -> Self {
        Self {
            stored: self.stored.without(&gone.stored),
            others: self.others.without(&gone.others),
        }
    }
}

impl Distinct {
    fn add(&mut self, counts: &Counts) {
        for (ordinal, _) in &counts.stored {
            let word = *ordinal as usize / 64;
            if word >= self.bits.len() {
                self.bits.resize(word + 1, 0);
            }
            self.bits[word] |= 1 << (ordinal % 64);
        }
        let others = counts.others.iter().map(|(word, _)| word.clone());
        self.others.extend(others);
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
