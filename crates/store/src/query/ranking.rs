//! Ranking: which matching events come first. The order is total, `(field, time, seq)` in one
//! direction, with events that lack the field last; so equal pages come from heads, from one
//! segment or from many.

use super::columns::{FieldColumn, order};
use super::search::Search;
use crate::error::internal;
use crate::head::Entry;
use crate::partition::Partition;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Sort, Value};
use std::cmp::Ordering;
use std::sync::Arc;
use tantivy::{DocAddress, DocId, SegmentReader};

/// An event that may be on the page.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    value: Option<Value>,
    time: i64,
    seq: i64,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Head(Arc<Entry>),
    Partition(Arc<Partition>, DocAddress),
}

impl Candidate {
    /// An event in memory.
    pub(super) fn in_head(entry: &Arc<Entry>, sort: Sort) -> Self {
        let event = &entry.event;
        Self {
            value: event.get(sort.field).map(|value| value.to_value()),
            time: event.time.us(),
            seq: event.seq,
            place: Place::Head(Arc::clone(entry)),
        }
    }

    /// The event, read from where it is.
    pub(super) fn event(&self, payloads: bool) -> StoreResult<Event> {
        match &self.place {
            Place::Head(entry) if payloads => Ok(entry.event.clone()),
            Place::Head(entry) => Ok(entry.event.header()),
            Place::Partition(partition, address) if payloads => partition.whole_event(*address),
            Place::Partition(partition, address) => partition.event(*address),
        }
    }

    /// Position in time.
    pub(super) const fn at(&self) -> (i64, i64) {
        (self.time, self.seq)
    }
}

/// The order of two candidates on a page.
pub(super) fn compare(sort: Sort, a: &Candidate, b: &Candidate) -> Ordering {
    let by_value = match (&a.value, &b.value) {
        (Some(a), Some(b)) => order(sort.field, a.as_ref(), b.as_ref()),
        (None, None) => Ordering::Equal,
        // Whatever the direction.
        (None, Some(_)) => return Ordering::Greater,
        (Some(_), None) => return Ordering::Less,
    };
    let ascending = by_value.then(a.at().cmp(&b.at()));
    if sort.descending {
        ascending.reverse()
    } else {
        ascending
    }
}

/// The candidates that come first, in order.
pub(super) fn first(sort: Sort, mut candidates: Vec<Candidate>, count: usize) -> Vec<Candidate> {
    if count == 0 {
        return Vec::new();
    }
    if candidates.len() > count {
        candidates.select_nth_unstable_by(count - 1, |a, b| compare(sort, a, b));
        candidates.truncate(count);
    }
    candidates.sort_unstable_by(|a, b| compare(sort, a, b));
    candidates
}

/// The first `count` matching events of a segment that come after a point in time.
pub(super) fn first_of_segment(
    search: &Search<'_>,
    (number, segment): (u32, &SegmentReader),
    sort: Sort,
    count: usize,
    after: Option<(i64, i64)>,
) -> StoreResult<Vec<Candidate>> {
    let column = FieldColumn::open(segment, sort.field)?;
    let times = segment.fast_fields().i64("time").map_err(internal)?;
    let seqs = segment.fast_fields().i64("seq").map_err(internal)?;
    // Turned round for a descending order, so that the smallest key always comes first.
    let turn = |key: i64| if sort.descending { !key } else { key };
    let mut best: Best = Best::new(count);
    search.each(segment, |doc| {
        let (time, seq) = (times.first(doc).unwrap_or(0), seqs.first(doc).unwrap_or(0));
        if after.is_none_or(|after| (time, seq) > after) {
            let number = column.first(doc);
            best.offer((
                number.is_none(),
                turn(number.unwrap_or(0)),
                turn(time),
                turn(seq),
                doc,
            ));
        }
    })?;
    let mut candidates = Vec::new();
    for (absent, key, time, seq, doc) in best.finish() {
        let value = if absent {
            None
        } else {
            Some(column.value(turn(key), sort.field)?)
        };
        let place = Place::Partition(Arc::clone(search.partition), DocAddress::new(number, doc));
        candidates.push(Candidate {
            value,
            time: turn(time),
            seq: turn(seq),
            place,
        });
    }
    Ok(candidates)
}

type Key = (bool, i64, i64, i64, DocId);

/// The smallest keys seen, in memory proportional to their number.
struct Best {
    keys: Vec<Key>,
    count: usize,
    /// No key from here on can be among the first.
    limit: Option<Key>,
}

impl Best {
    const fn new(count: usize) -> Self {
        Self {
            keys: Vec::new(),
            count,
            limit: None,
        }
    }

    fn offer(&mut self, key: Key) {
        if self.count == 0 || self.limit.is_some_and(|limit| key >= limit) {
            return;
        }
        self.keys.push(key);
        if self.keys.len() >= 2 * self.count + 1024 {
            self.keys.select_nth_unstable(self.count - 1);
            self.keys.truncate(self.count);
            self.limit = self.keys.last().copied();
        }
    }

    fn finish(mut self) -> Vec<Key> {
        self.keys.sort_unstable();
        self.keys.truncate(self.count);
        self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_smallest() {
        let mut best = Best::new(10);
        for n in 0..10_000_i64 {
            let key = (n * 7919) % 10_007;
            best.offer((false, key, 0, 0, 0));
        }
        let mut all: Vec<i64> = (0..10_000).map(|n| (n * 7919) % 10_007).collect();
        all.sort_unstable();
        let kept: Vec<i64> = best.finish().iter().map(|key| key.1).collect();
        assert_eq!(kept, all[..10]);
    }
}
