//! Pages far behind the first, in memory that does not depend on how far: the keys of matching
//! events are counted in buckets, and the bucket in which the page begins is divided again, part by
//! part of the key, until few enough events are left to hold. Buckets are those of the sketch, finer
//! where values are small, for most amounts, sizes and durations are.

use super::cache::Cache;
use super::parts::{Asked, kept};
use super::ranking::{ANY, Candidate, FirstPart, Key, PARTS, Ranking, first};
use super::select::Selection;
use crate::columns::{ABSENT, from_number, to_number};
use daybook_model::Field;
use daybook_model::logstore::StoreResult;
use daybook_model::sketch::{BUCKETS, bounds as bounds_of, bucket_of};
use rayon::prelude::*;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Events that may be held.
const HELD_MAX: u64 = 131_072;

/// The events of a page over selections and events known besides; `coarse` are the counts of
/// [`coarse`], where there are any.
pub(super) fn far<'s>(
    ranking: &Ranking<'_>,
    (selections, known): (&[&Selection<'s>], Vec<Candidate<'s>>),
    coarse: Option<Vec<u64>>,
    offset: u64,
    limit: usize,
) -> StoreResult<Vec<Candidate<'s>>> {
    let mut skip = offset;
    let mut bounds = Bounds::new(ranking.sort.descending);
    let mut held = u64::MAX;
    if let Some(counts) = coarse {
        (skip, held) = bounds.begin(&counts, offset, limit as u64);
    } else if !ranking.any_absent(selections)? && known.iter().all(|event| !event.key.absent) {
        bounds.fixed.push(0);
    }
    while held > HELD_MAX && bounds.fixed.len() < PARTS {
        let Some(range) = extent(ranking, selections, &known, &bounds)? else {
            return Ok(Vec::new());
        };
        bounds.range = range;
        let counts = histogram(ranking, selections, &known, &bounds)?;
        for at in bounds.buckets() {
            let count = counts[at];
            if skip < count {
                held = count;
                bounds.narrow(at);
                break;
            }
            skip -= count;
        }
        if held > HELD_MAX && bounds.range.0 == bounds.range.1 {
            bounds.fixed.push(bounds.range.0);
            bounds.range = (0, u64::MAX);
        }
    }
    let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
    let wanted = skipped.saturating_add(limit);
    let range = *bounds.first_parts().start()..=bounds.last;
    let passes = |key: &Key| !bounds.is_after(key);
    let mut found = ranking.first_of_all(selections, wanted, &range, passes)?;
    found.extend(known.into_iter().filter(|event| passes(&event.key)));
    let found = first(ranking.sort, found, wanted);
    Ok(found.into_iter().skip(skipped).collect())
}

/// Where values of each bucket begin: those below zero in the first half, mirrored, then the others,
/// then events without a value.
const ABSENT_BUCKET: usize = 2 * BUCKETS;

/// How many events have their value in which bucket, whatever page is asked for: the parts of
/// segments are kept. `None` where stored values are not in order.
pub(super) fn coarse(
    ranking: &Ranking<'_>,
    selections: &[Selection<'_>],
    asked: &Asked,
    cache: &Cache,
) -> StoreResult<Option<Vec<u64>>> {
    if ranking.order.is_some() {
        return Ok(None);
    }
    let parts: Vec<Arc<Vec<(u32, u32)>>> = selections
        .par_iter()
        .map(|selection| {
            kept(selection, asked, cache, |selection| {
                coarse_of(selection, ranking.sort.field)
            })
        })
        .collect::<StoreResult<_>>()?;
    let mut counts = vec![0; ABSENT_BUCKET + 1];
    for (bucket, count) in parts.iter().flat_map(|part| part.iter()) {
        counts[*bucket as usize] += u64::from(*count);
    }
    Ok(Some(counts))
}

fn coarse_of(selection: &Selection<'_>, field: &Field) -> StoreResult<Vec<(u32, u32)>> {
    let column = selection.unit.column(field)?;
    let (mut counts, mut values) = (vec![0_u32; ABSENT_BUCKET + 1], Vec::new());
    selection.each(|docs| {
        column.read(docs, &mut values);
        for stored in &values {
            counts[coarse_bucket(*stored)] += 1;
        }
        Ok(())
    })?;
    let counted = (0..).zip(counts).filter(|(_, count)| *count > 0);
    Ok(counted.collect())
}

fn coarse_bucket(stored: u64) -> usize {
    let number = to_number(stored);
    match u64::try_from(number) {
        _ if stored == ABSENT => ABSENT_BUCKET,
        Ok(number) => BUCKETS + bucket_of(number),
        Err(_) => BUCKETS - 1 - bucket_of((!number).unsigned_abs()),
    }
}

/// The least and the greatest stored value of a bucket.
fn coarse_bounds(bucket: usize) -> (u64, u64) {
    let number = |end: u64| i64::try_from(end).unwrap_or(i64::MAX);
    if let Some(at) = bucket.checked_sub(BUCKETS) {
        let (low, high) = bounds_of(at);
        (from_number(number(low)), from_number(number(high)))
    } else {
        let (low, high) = bounds_of(BUCKETS - 1 - bucket);
        (from_number(!number(high)), from_number(!number(low)))
    }
}

/// Keys among which the page begins: the first parts are these, and the next lies in a range.
#[derive(Debug)]
struct Bounds {
    fixed: Vec<u64>,
    range: (u64, u64),
    /// The greatest first part that a key of the page may have, as far as it is known.
    last: FirstPart,
    /// Whether parts are turned round: then the last bucket comes first.
    turned: bool,
}

impl Bounds {
    const fn new(turned: bool) -> Self {
        Self {
            fixed: Vec::new(),
            range: (0, u64::MAX),
            last: *ANY.end(),
            turned,
        }
    }

    /// Begins with the buckets of a page, by [`coarse`] counts; answers how many events of them come
    /// before it, and how many there are.
    fn begin(&mut self, counts: &[u64], mut skip: u64, limit: u64) -> (u64, u64) {
        let mut buckets = self.turned_round(ABSENT_BUCKET).chain([ABSENT_BUCKET]);
        let mut first = ABSENT_BUCKET;
        for at in buckets.by_ref() {
            first = at;
            if skip < counts[at] {
                break;
            }
            skip -= counts[at];
        }
        if first == ABSENT_BUCKET {
            self.fixed = vec![1, 0];
            return (skip, counts[first]);
        }
        let (mut last, mut held) = (first, counts[first]);
        for at in buckets.filter(|at| *at != ABSENT_BUCKET) {
            if held >= skip.saturating_add(limit) {
                break;
            }
            last = at;
            held += counts[at];
        }
        self.fixed = vec![0];
        self.range = self.turned_bounds(first);
        if held > HELD_MAX {
            return (skip, counts[first]);
        }
        if held >= skip.saturating_add(limit) {
            self.last = (false, self.turned_bounds(last).1);
        }
        (skip, held)
    }

    fn turned_bounds(&self, bucket: usize) -> (u64, u64) {
        let (low, high) = coarse_bounds(bucket);
        if self.turned {
            (!high, !low)
        } else {
            (low, high)
        }
    }

    /// Positions in the order of keys.
    fn turned_round(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        let turned = self.turned;
        (0..count).map(move |at| if turned { count - 1 - at } else { at })
    }

    fn holds(&self, key: &Key) -> bool {
        let part = self.fixed.len();
        self.fixed
            .iter()
            .enumerate()
            .all(|(at, fixed)| key.part(at) == *fixed)
            && (part == PARTS || (self.range.0..=self.range.1).contains(&key.part(part)))
    }

    /// Whether it comes after a key.
    fn is_after(&self, key: &Key) -> bool {
        for (at, fixed) in self.fixed.iter().enumerate() {
            if key.part(at) != *fixed {
                return key.part(at) < *fixed;
            }
        }
        self.fixed.len() < PARTS && key.part(self.fixed.len()) < self.range.0
    }

    /// Buckets in the order of keys.
    fn buckets(&self) -> impl Iterator<Item = usize> + use<> {
        self.turned_round(BUCKETS)
    }

    /// The first parts that keys within may have.
    fn first_parts(&self) -> RangeInclusive<FirstPart> {
        match self.fixed.as_slice() {
            [] => (self.range.0 == 1, 0)..=(self.range.1 == 1, u64::MAX),
            [absent] => (*absent == 1, self.range.0)..=(*absent == 1, self.range.1),
            [absent, value, ..] => (*absent == 1, *value)..=(*absent == 1, *value),
        }
    }

    /// The bucket of a part within the range.
    fn bucket(&self, part: u64) -> usize {
        bucket_of(match self.turned {
            true => self.range.1 - part,
            false => part - self.range.0,
        })
    }

    fn narrow(&mut self, bucket: usize) {
        let (from, to) = self.range;
        let (low, high) = bounds_of(bucket);
        self.range = match self.turned {
            true => (to.saturating_sub(high).max(from), to - low),
            false => (from + low, from.saturating_add(high).min(to)),
        };
    }
}

/// The least and the greatest of the parts that vary.
fn extent(
    ranking: &Ranking<'_>,
    selections: &[&Selection<'_>],
    known: &[Candidate<'_>],
    bounds: &Bounds,
) -> StoreResult<Option<(u64, u64)>> {
    let part = bounds.fixed.len();
    if part == 0 {
        return Ok(Some((0, 1)));
    }
    let found: Vec<Option<(u64, u64)>> = selections
        .par_iter()
        .map(|selection| {
            if bounds.fixed == [0]
                && let Some((low, high)) = ranking.extent(selection.unit)?
            {
                let (low, high) = (low.max(bounds.range.0), high.min(bounds.range.1));
                return Ok((low <= high && !selection.is_none()).then_some((low, high)));
            }
            let mut extent = None;
            ranking.keys(selection, &bounds.first_parts(), part, |key| {
                if bounds.holds(key) {
                    let value = key.part(part);
                    let (low, high) = extent.unwrap_or((value, value));
                    extent = Some((value.min(low), value.max(high)));
                }
            })?;
            Ok(extent)
        })
        .collect::<StoreResult<_>>()?;
    let known = known.iter().filter(|event| bounds.holds(&event.key));
    let known = known.map(|event| (event.key.part(part), event.key.part(part)));
    let extents = found.into_iter().flatten().chain(known);
    Ok(extents
        .reduce(|(low, high), (other_low, other_high)| (low.min(other_low), high.max(other_high))))
}

fn histogram(
    ranking: &Ranking<'_>,
    selections: &[&Selection<'_>],
    known: &[Candidate<'_>],
    bounds: &Bounds,
) -> StoreResult<Vec<u64>> {
    let part = bounds.fixed.len();
    let counted: Vec<Vec<u64>> = selections
        .par_iter()
        .map(|selection| {
            let mut counts = vec![0; BUCKETS];
            ranking.keys(selection, &bounds.first_parts(), part, |key| {
                if bounds.holds(key) {
                    counts[bounds.bucket(key.part(part))] += 1;
                }
            })?;
            Ok(counts)
        })
        .collect::<StoreResult<_>>()?;
    let mut sums = vec![0; BUCKETS];
    for event in known.iter().filter(|event| bounds.holds(&event.key)) {
        sums[bounds.bucket(event.key.part(part))] += 1;
    }
    for counts in counted {
        sums.iter_mut()
            .zip(counts)
            .for_each(|(sum, count)| *sum += count);
    }
    Ok(sums)
}
