//! Pages far behind the first, in memory that does not depend on how far: the keys of matching
//! events are counted in buckets, and the bucket in which the page begins is divided again, part by
//! part of the key, until few enough events are left to hold. Buckets are those of the sketch, finer
//! where values are small, for most amounts, sizes and durations are.

use super::ranking::{ANY, Candidate, Key, PARTS, Ranking, first};
use super::select::Selection;
use daybook_model::logstore::StoreResult;
use daybook_model::sketch::{BUCKETS, bounds as bounds_of, bucket_of};
use rayon::prelude::*;

/// Events that may be held.
const HELD_MAX: u64 = 16_384;

/// The events of a page.
pub(super) fn far<'s>(
    ranking: &Ranking<'_>,
    selections: &'s [Selection<'s>],
    offset: u64,
    limit: usize,
) -> StoreResult<Vec<Candidate<'s>>> {
    let mut skip = offset;
    let mut bounds = Bounds::new(ranking.sort.descending);
    if !ranking.any_absent(selections)? {
        bounds.fixed.push(0);
    }
    while bounds.fixed.len() < PARTS {
        let Some(range) = extent(ranking, selections, &bounds)? else {
            return Ok(Vec::new());
        };
        bounds.range = range;
        let counts = histogram(ranking, selections, &bounds)?;
        let mut held = 0;
        for at in bounds.buckets() {
            let count = counts[at];
            if skip < count {
                held = count;
                bounds.narrow(at);
                break;
            }
            skip -= count;
        }
        if held <= HELD_MAX {
            break;
        }
        if bounds.range.0 == bounds.range.1 {
            bounds.fixed.push(bounds.range.0);
            bounds.range = (0, u64::MAX);
        }
    }
    let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
    let wanted = skipped.saturating_add(limit);
    let from = bounds.first();
    let found: Vec<Vec<Candidate<'s>>> = selections
        .par_iter()
        .map(|selection| {
            let range = from..=*ANY.end();
            ranking.first_of(selection, wanted, range, |key| !bounds.is_after(key))
        })
        .collect::<StoreResult<_>>()?;
    let found = first(ranking.sort, found.into_iter().flatten().collect(), wanted);
    Ok(found.into_iter().skip(skipped).collect())
}

/// Keys among which the page begins: the first parts are these, and the next lies in a range.
#[derive(Debug)]
struct Bounds {
    fixed: Vec<u64>,
    range: (u64, u64),
    /// Whether parts are turned round: then the last bucket comes first.
    turned: bool,
}

impl Bounds {
    const fn new(turned: bool) -> Self {
        Self {
            fixed: Vec::new(),
            range: (0, u64::MAX),
            turned,
        }
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

    /// The least first value of the keys.
    fn first(&self) -> (bool, u64) {
        match self.fixed.as_slice() {
            [] => (self.range.0 == 1, 0),
            [absent] => (*absent == 1, self.range.0),
            [absent, value, ..] => (*absent == 1, *value),
        }
    }

    /// Buckets in the order of keys.
    fn buckets(&self) -> impl Iterator<Item = usize> + use<> {
        let turned = self.turned;
        (0..BUCKETS).map(move |at| if turned { BUCKETS - 1 - at } else { at })
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
    selections: &[Selection<'_>],
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
            ranking.keys(selection, part, |key| {
                if bounds.holds(key) {
                    let value = key.part(part);
                    let (low, high) = extent.unwrap_or((value, value));
                    extent = Some((value.min(low), value.max(high)));
                }
            })?;
            Ok(extent)
        })
        .collect::<StoreResult<_>>()?;
    let extents = found.into_iter().flatten();
    Ok(extents
        .reduce(|(low, high), (other_low, other_high)| (low.min(other_low), high.max(other_high))))
}

fn histogram(
    ranking: &Ranking<'_>,
    selections: &[Selection<'_>],
    bounds: &Bounds,
) -> StoreResult<Vec<u64>> {
    let part = bounds.fixed.len();
    let counted: Vec<Vec<u64>> = selections
        .par_iter()
        .map(|selection| {
            let mut counts = vec![0; BUCKETS];
            ranking.keys(selection, part, |key| {
                if bounds.holds(key) {
                    counts[bounds.bucket(key.part(part))] += 1;
                }
            })?;
            Ok(counts)
        })
        .collect::<StoreResult<_>>()?;
    let mut sums = vec![0; BUCKETS];
    for counts in counted {
        sums.iter_mut()
            .zip(counts)
            .for_each(|(sum, count)| *sum += count);
    }
    Ok(sums)
}
