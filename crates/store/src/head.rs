//! A head: the events of one write-ahead-log segment, in memory, visible the moment they are on
//! disk. It is scanned, not indexed: that costs nothing at ingest and is quick at its size. Events
//! keep their order of arrival in chunks, which have columns for queries; a newer version of an event replaces it in place or, when the
//! older one lies in a lower layer, masks it there.

use crate::columns::{self, ABSENT, OTHER, Place};
use crate::wal::{Next, Record, RecordKind};
use crate::words::Words;
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::stream_index;
use daybook_model::{Event, Field, Period, Stream, ValueRef};
use parking_lot::RwLock;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// An event in memory.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) event: Event,
    /// Hash of what its first sender said.
    pub(crate) content_hash: u64,
}

/// The partition an event belongs to.
pub(crate) type PartitionKey = (Stream, Period);

/// The partition of an event.
pub(crate) fn partition_of(event: &Event) -> PartitionKey {
    (event.stream, event.stream.period(event.time))
}

/// The hash by which ids are found: of origin, stream and id.
pub(crate) fn id_hash(event: &Event) -> u64 {
    use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};
    let origin = xxh3_64(event.origin().as_bytes());
    xxh3_64_with_seed(event.id.as_bytes(), origin ^ event.stream as u64)
}

/// Versions of events in lower layers that a head has newer ones of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks(HashMap<PartitionKey, HashSet<i64>>);

impl Masks {
    /// Whether the version in this partition is hidden.
    pub(crate) fn hide(&self, key: PartitionKey, seq: i64) -> bool {
        self.0.get(&key).is_some_and(|seqs| seqs.contains(&seq))
    }

    /// The hidden versions of a partition.
    pub(crate) fn of(&self, key: PartitionKey) -> impl Iterator<Item = i64> + '_ {
        self.0.get(&key).into_iter().flatten().copied()
    }

    /// The partitions that have hidden versions.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = PartitionKey> + '_ {
        self.0.keys().copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, key: PartitionKey, seq: i64) {
        self.0.entry(key).or_default().insert(seq);
    }
}

/// Events of a full chunk are shared with readers; only the last, short chunk is copied for them.
const CHUNK_EVENTS: usize = 1024;
/// End of a chain of positions.
const NONE: u32 = u32::MAX;

/// Some events of a head. A column of them is made when a query first wants it.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) entries: Vec<Arc<Entry>>,
    /// By catalogue position, for each stream that was asked about.
    columns: [OnceLock<ChunkColumns>; 4],
}

type ChunkColumns = Box<[OnceLock<Box<[u64]>>]>;

impl Chunk {
    fn new(entries: Vec<Arc<Entry>>) -> Self {
        Self {
            entries,
            columns: Default::default(),
        }
    }

    /// The column of a field that has one. Events of other streams have no value in it.
    pub(crate) fn column(&self, stream: Stream, field: &Field, words: &Words) -> &[u64] {
        let columns = self.columns[stream_index(stream)].get_or_init(|| {
            let fields = Catalogue::of(stream).fields();
            fields.iter().map(|_| OnceLock::new()).collect()
        });
        columns[usize::from(field.index)].get_or_init(|| {
            let stored = |event: &Event| match event.get(field)? {
                ValueRef::Text(text) if Place::of(field) == Place::Words => {
                    Some(words.ordinal(stream, field, text).map_or(OTHER, u64::from))
                }
                value => columns::plain(field, value),
            };
            let all = self
                .entries
                .iter()
                .map(|entry| match entry.event.stream == stream {
                    true => stored(&entry.event).unwrap_or(ABSENT),
                    false => ABSENT,
                });
            all.collect()
        })
    }
}

/// The events of one segment.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) generation: u64,
    /// The ledger index that its first audit event has, or would have.
    pub(crate) first_index: u64,
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    chunks: Vec<Arc<Chunk>>,
    last: Vec<Arc<Entry>>,
    /// Newest position of an id hash; `chain` leads to the older ones.
    ids: HashMap<u64, u32>,
    chain: Vec<u32>,
    masks: Arc<Masks>,
    bytes: usize,
    seq_last: i64,
}

/// What a query sees of a head: fixed, while the head goes on.
#[derive(Debug, Clone)]
pub(crate) struct HeadView {
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) masks: Arc<Masks>,
    /// Largest `seq` ever visible up to this head.
    pub(crate) seq_last: i64,
}

impl HeadView {
    /// Its events, in order of arrival.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.chunks.iter().flat_map(|chunk| &chunk.entries)
    }
}

impl Head {
    /// An empty head; its events get these numbers.
    pub(crate) fn new(generation: u64, next: Next) -> Self {
        Self {
            generation,
            first_index: next.index,
            inner: RwLock::new(Inner {
                seq_last: next.seq - 1,
                ..Inner::default()
            }),
        }
    }

    /// Makes the records of a commit visible, all at once.
    pub(crate) fn apply(&self, records: impl IntoIterator<Item = Record>) {
        let mut inner = self.inner.write();
        for record in records {
            inner.apply(record);
        }
    }

    /// Takes out what is in its partition already, after a move that a crash cut short.
    pub(crate) fn retain(&self, mut keep: impl FnMut(PartitionKey) -> bool) {
        let mut inner = self.inner.write();
        let view = inner.view();
        let mut kept = Inner {
            seq_last: inner.seq_last,
            ..Inner::default()
        };
        for entry in view
            .entries()
            .filter(|entry| keep(partition_of(&entry.event)))
        {
            kept.push(Arc::clone(entry));
        }
        let masks = inner.masks.0.iter().filter(|(key, _)| keep(**key));
        kept.masks = Arc::new(Masks(
            masks.map(|(key, seqs)| (*key, seqs.clone())).collect(),
        ));
        *inner = kept;
    }

    /// A fixed view for a query.
    pub(crate) fn view(&self) -> HeadView {
        self.inner.read().view()
    }

    /// Events with this id hash, newest first, with the view's masks.
    pub(crate) fn find(&self, hash: u64) -> Vec<Arc<Entry>> {
        let inner = self.inner.read();
        inner
            .positions(hash)
            .map(|at| Arc::clone(inner.at(at)))
            .collect()
    }

    /// What it hides of older heads and of partitions.
    pub(crate) fn masks(&self) -> Arc<Masks> {
        Arc::clone(&self.inner.read().masks)
    }

    /// Events and bytes it holds.
    pub(crate) fn size(&self) -> (usize, usize) {
        let inner = self.inner.read();
        (inner.chain.len(), inner.bytes)
    }
}

impl Inner {
    fn view(&self) -> HeadView {
        let mut chunks = self.chunks.clone();
        if !self.last.is_empty() {
            chunks.push(Arc::new(Chunk::new(self.last.clone())));
        }
        HeadView {
            chunks,
            masks: Arc::clone(&self.masks),
            seq_last: self.seq_last,
        }
    }

    fn apply(&mut self, record: Record) {
        let Record {
            kind,
            content_hash,
            event,
            sealed: _,
        } = record;
        self.seq_last = self.seq_last.max(event.seq);
        let entry = Arc::new(Entry {
            event,
            content_hash,
        });
        if let RecordKind::Replace { before } = kind {
            let stream = entry.event.stream;
            let hash = id_hash(&entry.event);
            let here = self
                .positions(hash)
                .find(|at| self.at(*at).event.seq == entry.event.seq);
            if let Some(at) = here {
                self.replace(at, entry);
                return;
            }
            Arc::make_mut(&mut self.masks).add((stream, stream.period(before)), entry.event.seq);
        }
        self.push(entry);
    }

    fn push(&mut self, entry: Arc<Entry>) {
        let at = u32::try_from(self.chain.len()).expect("invariant: a head is rotated long before");
        self.bytes += entry.event.size_bytes();
        let older = self.ids.insert(id_hash(&entry.event), at).unwrap_or(NONE);
        self.chain.push(older);
        self.last.push(entry);
        if self.last.len() == CHUNK_EVENTS {
            let full = Chunk::new(std::mem::take(&mut self.last));
            self.chunks.push(Arc::new(full));
        }
    }

    fn replace(&mut self, at: u32, entry: Arc<Entry>) {
        self.bytes += entry.event.size_bytes();
        let (chunk, offset) = (at as usize / CHUNK_EVENTS, at as usize % CHUNK_EVENTS);
        let before = match self.chunks.get_mut(chunk) {
            // Readers keep the chunk they have.
            Some(chunk) => {
                let mut entries = chunk.entries.clone();
                let before = std::mem::replace(&mut entries[offset], entry);
                *chunk = Arc::new(Chunk::new(entries));
                before
            }
            None => std::mem::replace(&mut self.last[offset], entry),
        };
        self.bytes = self.bytes.saturating_sub(before.event.size_bytes());
    }

    fn at(&self, at: u32) -> &Arc<Entry> {
        let (chunk, offset) = (at as usize / CHUNK_EVENTS, at as usize % CHUNK_EVENTS);
        self.chunks
            .get(chunk)
            .map_or_else(|| &self.last[offset], |chunk| &chunk.entries[offset])
    }

    fn positions(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let first = self.ids.get(&hash).copied().filter(|at| *at != NONE);
        std::iter::successors(first, |at| {
            Some(self.chain[*at as usize]).filter(|at| *at != NONE)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Timestamp;

    fn record(kind: RecordKind, seq: i64, text: &str) -> Record {
        let mut event = Event::new(Stream::Usage);
        (event.id, event.seq) = (format!("e{}", seq % 2000).into(), seq);
        event.time = Timestamp::from_us(1_700_000_000_000_000);
        event.set_text("content", text);
        Record {
            kind,
            content_hash: 0,
            event,
            sealed: None,
        }
    }

    #[test]
    fn a_view_stays_what_it_was() {
        let head = Head::new(1, Next::FIRST);
        head.apply((1..=2500).map(|seq| record(RecordKind::Append, seq, "old")));
        let before = head.view();
        let replace = RecordKind::Replace {
            before: Timestamp::from_us(0),
        };
        head.apply([3, 2400].map(|seq| record(replace, seq, "new")));
        let news = |view: &HeadView| {
            view.entries()
                .filter(|entry| entry.event.text("content") == Some("new"))
                .count()
        };
        let after = head.view();
        assert_eq!(
            (news(&before), news(&after), after.entries().count()),
            (0, 2, 2500)
        );
        assert!(after.masks.is_empty() && after.seq_last == 2500);
        let hash = id_hash(&record(RecordKind::Append, 3, "").event);
        let seqs: Vec<i64> = head
            .find(hash)
            .iter()
            .map(|entry| entry.event.seq)
            .collect();
        assert_eq!(seqs, [2003, 3]);
    }

    #[test]
    fn a_version_of_a_lower_layer_is_masked_where_it_was() {
        let next = Next {
            seq: 10,
            ..Next::FIRST
        };
        let head = Head::new(2, next);
        let before = Timestamp::from_us(1_600_000_000_000_000);
        head.apply([record(RecordKind::Replace { before }, 5, "new")]);
        let old = (Stream::Usage, Stream::Usage.period(before));
        let hides = |key, seq| head.view().masks.hide(key, seq);
        assert!(hides(old, 5) && !hides(old, 6));
        assert!(!hides(
            partition_of(&head.view().entries().next().unwrap().event),
            5
        ));
        head.retain(|key| key != old);
        assert!(!hides(old, 5));
        assert_eq!(head.size().0, 1);
    }
}
