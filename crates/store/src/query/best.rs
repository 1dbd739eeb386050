//! The first of many keys.

use super::ranking::{FirstPart, Key};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tantivy::DocId;

/// The smallest keys seen, in memory proportional to their number.
pub(super) struct Best {
    keys: Vec<(Key, DocId)>,
    count: usize,
    /// No key from here on can be among the first.
    pub(super) limit: Option<(Key, DocId)>,
}

impl Best {
    /// Keeps so many.
    pub(super) const fn new(count: usize) -> Self {
        Self {
            keys: Vec::new(),
            count,
            limit: None,
        }
    }

    /// Keeps a key if it may be among the first.
    pub(super) fn offer(&mut self, key: (Key, DocId)) {
        if self.count == 0 || self.limit.is_some_and(|limit| key >= limit) {
            return;
        }
        self.keys.push(key);
        /// A limit that is soon known spares more than seldom sorting does.
        const SPARE_MIN: usize = 64;
        if self.keys.len() >= self.count.saturating_add(self.count.max(SPARE_MIN)) {
            self.keys.select_nth_unstable(self.count - 1);
            self.keys.truncate(self.count);
            self.limit = self.keys.last().copied();
        }
    }

    /// The first, in order.
    pub(super) fn finish(mut self) -> Vec<(Key, DocId)> {
        self.keys.sort_unstable();
        self.keys.truncate(self.count);
        self.keys
    }
}

/// The value behind which no event can be on the page, learned from units that hold a page of events
/// before it.
pub(super) struct Limit(AtomicU64);

impl Default for Limit {
    fn default() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }
}

impl Limit {
    /// Learns of a unit's last event on the page.
    pub(super) fn lower(&self, last: &Key) {
        if !last.absent {
            self.0.fetch_min(last.value, Relaxed);
        }
    }

    /// What is known of it.
    pub(super) fn get(&self) -> Option<FirstPart> {
        let value = self.0.load(Relaxed);
        (value < u64::MAX).then_some((false, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_smallest() {
        let mut best = Best::new(10);
        let key = |value| Key {
            absent: false,
            value,
            time: 0,
            seq: 0,
        };
        (0..10_000_u64).for_each(|n| best.offer((key((n * 7919) % 10_007), 0)));
        let mut all: Vec<u64> = (0..10_000).map(|n| (n * 7919) % 10_007).collect();
        all.sort_unstable();
        let kept: Vec<u64> = best.finish().iter().map(|(key, _)| key.value).collect();
        assert_eq!(kept, all[..10]);
    }
}
