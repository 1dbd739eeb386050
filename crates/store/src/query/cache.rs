//! Partial answers of units that never change, and rows of archived files, kept while memory allows, the
//! least recently used going first. A view of a partition has a number of its own, so nothing is ever
//! out of date.

use parking_lot::Mutex;
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

/// A segment: the view of its partition, and its number there.
pub(crate) type SegmentKey = (u64, u32);

/// What a partial answer is of: segments, and everything that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PartKey {
    pub(crate) of: Box<[SegmentKey]>,
    pub(crate) asked: Arc<str>,
}

/// Partial answers.
#[derive(Default)]
pub(crate) struct Cache {
    kept: Mutex<Kept>,
    bytes_max: usize,
}

#[derive(Default)]
struct Kept {
    parts: HashMap<PartKey, Part>,
    /// By the last use.
    order: BTreeMap<u64, PartKey>,
    uses: u64,
    bytes: usize,
}

struct Part {
    answer: Arc<dyn Any + Send + Sync>,
    bytes: usize,
    used: u64,
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept.lock();
        write!(
            f,
            "Cache {{ parts: {}, bytes: {} }}",
            kept.parts.len(),
            kept.bytes
        )
    }
}

impl Cache {
    /// An empty cache of so many bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            kept: Mutex::default(),
            bytes_max,
        }
    }

    /// A kept answer.
    pub(crate) fn get<T: Send + Sync + 'static>(&self, key: &PartKey) -> Option<Arc<T>> {
        let mut kept = self.kept.lock();
        let Kept {
            parts, order, uses, ..
        } = &mut *kept;
        let part = parts.get_mut(key)?;
        *uses += 1;
        let same = order.remove(&part.used)?;
        order.insert(*uses, same);
        part.used = *uses;
        Arc::clone(&part.answer).downcast().ok()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.kept.lock() = Kept::default();
    }

    /// Keeps an answer of about so many bytes.
    pub(crate) fn put<T: Send + Sync + 'static>(
        &self,
        key: PartKey,
        answer: &Arc<T>,
        bytes: usize,
    ) {
        /// What an entry takes besides the answer and its key, which stands in two places.
        const ENTRY_BYTES: usize = 256;
        let bytes = bytes + ENTRY_BYTES + 2 * size_of_val(&*key.of);
        if bytes > self.bytes_max / 8 {
            return;
        }
        let answer = Arc::clone(answer) as Arc<dyn Any + Send + Sync>;
        let mut kept = self.kept.lock();
        kept.uses += 1;
        let used = kept.uses;
        kept.bytes += bytes;
        kept.order.insert(used, key.clone());
        if let Some(before) = kept.parts.insert(
            key,
            Part {
                answer,
                bytes,
                used,
            },
        ) {
            kept.forget(before);
        }
        while kept.bytes > self.bytes_max
            && let Some((_, oldest)) = kept.order.pop_first()
        {
            if let Some(part) = kept.parts.remove(&oldest) {
                kept.bytes -= part.bytes;
            }
        }
    }
}

impl Kept {
    fn forget(&mut self, part: Part) {
        self.order.remove(&part.used);
        self.bytes -= part.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = Cache::new(10_000);
        let key = |view| PartKey {
            of: [(view, 0)].into(),
            asked: "count".into(),
        };
        for view in 0..8 {
            cache.put(key(view), &Arc::new(view), 900);
        }
        assert_eq!(cache.get::<u64>(&key(0)).as_deref(), Some(&0));
        cache.put(key(8), &Arc::new(8_u64), 900);
        cache.put(key(9), &Arc::new(9_u64), 900);
        let kept: Vec<u64> = (0..10)
            .filter(|view| cache.get::<u64>(&key(*view)).is_some())
            .collect();
        assert_eq!(kept, [0, 3, 4, 5, 6, 7, 8, 9]);
        assert!(cache.get::<String>(&key(9)).is_none());
        cache.put(key(10), &Arc::new(0_u64), 2_000);
        assert!(cache.get::<u64>(&key(10)).is_none());
    }
}
