//! What the store consists of at an instant: heads, oldest first, above partitions. A change puts
//! a whole new state in place, so a query that took a snapshot sees each event exactly once.

use crate::archive::Archived;
use crate::columns::Place;
use crate::damages::Damages;
use crate::head::{Chunk, Head, HeadView, PartitionKey};
use crate::partition::Partition;
use crate::words::Words;
use daybook_model::{Field, Query, StoreError, Stream};
use parking_lot::RwLock;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Heads, partitions and archived events: each event is in one of them.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Oldest first; the last one takes commits.
    pub(crate) heads: Vec<Arc<Head>>,
    pub(crate) partitions: BTreeMap<PartitionKey, Arc<Partition>>,
    pub(crate) archived: Arc<Archived>,
}

impl State {
    /// The head that takes commits.
    pub(crate) fn active(&self) -> &Arc<Head> {
        self.heads
            .last()
            .expect("invariant: there is always an active head")
    }

    /// The oldest head: the log must hold its events and all after them.
    pub(crate) fn oldest(&self) -> &Arc<Head> {
        self.heads
            .first()
            .expect("invariant: there is always an active head")
    }

    /// The damage that reading partitions has found.
    pub(crate) fn damage(&self) -> Option<StoreError> {
        self.partitions
            .values()
            .find_map(|partition| partition.damage())
    }

    /// Bytes in memory that wait to be moved.
    pub(crate) fn head_bytes(&self) -> usize {
        self.heads.iter().map(|head| head.size().1).sum()
    }
}

/// The current state.
#[derive(Debug)]
pub(crate) struct Shared {
    state: RwLock<Arc<State>>,
    /// The dictionary of all partitions.
    pub(crate) words: Arc<Words>,
    pub(crate) damages: Damages,
}

impl Shared {
    pub(crate) fn new(state: State, words: Arc<Words>) -> Self {
        Self {
            state: RwLock::new(Arc::new(state)),
            words,
            damages: Damages::default(),
        }
    }

    /// The state now.
    pub(crate) fn get(&self) -> Arc<State> {
        Arc::clone(&self.state.read())
    }

    /// Puts a changed state in place.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        let mut current = self.state.write();
        let mut next = State::clone(&current);
        change(&mut next);
        *current = Arc::new(next);
    }

    /// Closes sealed partitions beyond a number, those first that were not read for longest. One in
    /// which damage was found stays open, for the damage to be told.
    pub(crate) fn close_beyond(&self, open_max: usize) {
        let mut open: Vec<(u64, PartitionKey)> = self
            .get()
            .partitions
            .values()
            .filter(|partition| partition.info.sealed && partition.damage().is_none())
            .filter_map(|partition| Some((partition.used_ms()?, partition.key)))
            .collect();
        let beyond = open.len().saturating_sub(open_max);
        if beyond == 0 {
            return;
        }
        open.sort_unstable();
        self.change(|state| {
            for (_, key) in &open[..beyond] {
                if let Some(partition) = state.partitions.get_mut(key) {
                    *partition = Arc::new(partition.closed());
                }
            }
        });
    }

    /// A fixed view for a query.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.get();
        let heads: Vec<HeadView> = state.heads.iter().map(|head| head.view()).collect();
        let words = Arc::clone(&self.words);
        Snapshot {
            state,
            heads,
            words,
        }
    }
}

/// What a query sees.
#[derive(Debug)]
pub(crate) struct Snapshot {
    state: Arc<State>,
    heads: Vec<HeadView>,
    words: Arc<Words>,
}

impl Snapshot {
    /// Largest `seq` that is visible.
    pub(crate) fn seq_last(&self) -> i64 {
        self.heads.last().map_or(0, |head| head.seq_last)
    }

    /// The chunks of events in memory, each with the versions of its events that a newer head
    /// has other ones of.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (&Arc<Chunk>, &[HeadView])> {
        self.heads.iter().enumerate().flat_map(|(layer, head)| {
            let newer = &self.heads[layer + 1..];
            head.chunks.iter().map(move |chunk| (chunk, newer))
        })
    }

    /// The store's words.
    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    /// Gives each word that events in memory have in a field its ordinal. Before that, the words
    /// of the field do not say all that columns may hold.
    pub(crate) fn give_ordinals(&self, stream: Stream, field: &Field) {
        if Place::of(field) == Place::Words {
            let chunks: Vec<&Arc<Chunk>> = self.chunks().map(|(chunk, _)| chunk).collect();
            chunks.par_iter().for_each(|chunk| {
                chunk.column(stream, field, &self.words);
            });
        }
    }

    /// Partitions that may hold matching events, in order of time.
    pub(crate) fn partitions(
        &self,
        query: &Query,
    ) -> impl DoubleEndedIterator<Item = &Arc<Partition>> {
        let (from, to) = (query.from, query.to);
        of_stream(&self.state.partitions, query.stream)
            .filter(move |partition| from.is_none_or(|from| partition.key.1.end() > from))
            .filter(move |partition| to.is_none_or(|to| partition.key.1.start() < to))
    }

    /// Versions in a partition that a head has newer ones of, as the column `seq` holds them.
    pub(crate) fn hidden(&self, key: PartitionKey) -> impl Iterator<Item = u64> {
        let hidden = self.heads.iter().flat_map(move |head| head.masks.of(key));
        hidden.map(crate::columns::from_number)
    }

    /// The state beneath.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }
}

/// Partitions of a stream, in order of time.
fn of_stream(
    partitions: &BTreeMap<PartitionKey, Arc<Partition>>,
    stream: Stream,
) -> impl DoubleEndedIterator<Item = &Arc<Partition>> {
    partitions
        .range(range(stream))
        .map(|(_, partition)| partition)
}

fn range(stream: Stream) -> RangeInclusive<PartitionKey> {
    let first = stream.period(daybook_model::Timestamp::from_us(i64::MIN));
    let last = stream.period(daybook_model::Timestamp::from_us(i64::MAX));
    (stream, first)..=(stream, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Entry;
    use crate::partition::{Changes, CommitInfo, move_into, partition_dir, seal};
    use daybook_model::{Event, Timestamp};

    #[test]
    fn sealed_partitions_that_were_not_read_for_longest_are_closed() {
        let dir = tempfile::tempdir().unwrap();
        let words = Arc::new(Words::open(&dir.path().join("words"), 9).unwrap());
        let mut partitions = BTreeMap::new();
        for day in 0..4_i64 {
            let mut event = Event::new(Stream::Usage);
            (event.id, event.seq) = (format!("e{day}").into(), day);
            event.time = Timestamp::from_us(1_700_000_000_000_000 + day * Timestamp::DAY_US);
            let key = (Stream::Usage, Stream::Usage.period(event.time));
            let entry = Entry {
                event,
                content_hash: 0,
            };
            let changes = Changes {
                add: vec![Arc::new(entry)],
                remove: Vec::new(),
            };
            let at = partition_dir(dir.path(), key, 0);
            let info = CommitInfo::default();
            let moved = move_into(key, &at, info, 1, &changes, &words).unwrap();
            // The last one may still get events.
            let kept = if day < 3 {
                seal(&moved).unwrap()
            } else {
                moved
            };
            partitions.insert(key, Arc::new(kept));
        }
        let state = State {
            heads: Vec::new(),
            partitions,
            archived: Arc::default(),
        };
        let shared = Shared::new(state, words);
        let all: Vec<_> = shared.get().partitions.values().cloned().collect();
        let read = |at: usize| all[at].searcher().unwrap().num_docs();
        for at in [0, 2, 1, 3] {
            assert_eq!(read(at), 1);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let open = || -> Vec<bool> {
            let state = shared.get();
            let partitions = state.partitions.values();
            partitions.map(|one| one.used_ms().is_some()).collect()
        };
        shared.close_beyond(3);
        assert_eq!(open(), [true; 4]);
        shared.close_beyond(1);
        assert_eq!(open(), [false, true, false, true]);
        assert_eq!(read(0), 1, "who holds it reads on");
        let reopened = Arc::clone(shared.get().partitions.values().next().unwrap());
        assert_eq!(reopened.searcher().unwrap().num_docs(), 1);
        assert_eq!(
            reopened.view, all[0].view,
            "what was kept of it still holds"
        );
        assert_eq!(open(), [true, true, false, true]);
    }
}
