//! What the store consists of at an instant: heads, oldest first, above partitions. A change puts
//! a whole new state in place, so a query that took a snapshot sees each event exactly once.

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

/// Heads and partitions.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Oldest first; the last one takes commits.
    pub(crate) heads: Vec<Arc<Head>>,
    pub(crate) partitions: BTreeMap<PartitionKey, Arc<Partition>>,
}

impl State {
    /// The head that takes commits.
    pub(crate) fn active(&self) -> &Arc<Head> {
        self.heads
            .last()
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
