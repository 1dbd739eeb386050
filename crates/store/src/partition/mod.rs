//! A partition: the events of one stream in one period, in one index directory. What a query sees
//! of it is a [`Partition`], which never changes; a move puts a new one in its place.

mod dictionary;
mod directory;
mod document;
mod id_filter;
pub(crate) mod keys;
mod payloads;
mod places;
mod rows;
pub(crate) mod schema;
pub(crate) mod segment;
pub(crate) mod trigrams;
mod versions;
mod walk;
mod writer;

pub(crate) use dictionary::Dictionary;
pub(crate) use directory::checksum_line;
pub(crate) use document::CONTENT_HASH_MASK;
pub(crate) use id_filter::IdFilter;
pub(crate) use places::{dir_number, find_all, load_all, partition_dir, remove_dir};
pub(crate) use segment::Segment;
pub(crate) use writer::{Changes, drop_payloads, move_into, remove_before, rewrite, seal};

use crate::error::internal;
use crate::head::PartitionKey;
use crate::words::Words;
use daybook_model::catalogue::field;
use daybook_model::{Event, StoreError};
use directory::CheckedDirectory;
use keys::KeySpan;
use payloads::PayloadAddress;
use schema::PartitionSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Instant;
use tantivy::{DocAddress, Index, ReloadPolicy, Searcher};

/// What the last commit of a partition says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommitInfo {
    /// Events of heads up to this generation are in it.
    pub(crate) moved_through: u64,
    /// Largest `seq` in it.
    pub(crate) seq_max: i64,
    /// Whether it was merged into one segment after its period.
    pub(crate) sealed: bool,
    /// Words of the store's dictionary that it may use, and of its own.
    pub(crate) words: u64,
    pub(crate) own_words: u64,
    /// Payloads written by moves up to this generation were removed.
    pub(crate) payloads_removed: u64,
    /// Where the ids of its events lie; a partition from before this was kept may hold any.
    #[serde(default = "any_ids")]
    pub(crate) ids: KeySpan,
}

impl Default for CommitInfo {
    fn default() -> Self {
        Self {
            moved_through: 0,
            seq_max: 0,
            sealed: false,
            words: 0,
            own_words: 0,
            payloads_removed: 0,
            ids: KeySpan::NONE,
        }
    }
}

const fn any_ids() -> KeySpan {
    KeySpan::ANY
}

/// A fixed view of a partition.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(crate) key: PartitionKey,
    pub(crate) dir: PathBuf,
    pub(crate) info: CommitInfo,
    /// Events in it.
    pub(crate) events: u64,
    /// Tells this view from all others of this process.
    pub(crate) view: u64,
    words: Arc<Words>,
    /// The view that this one replaces, until this one is opened.
    before: Option<Arc<Self>>,
    opened: OnceLock<Opened>,
    /// When it was last read, in milliseconds of this process.
    used_ms: AtomicU64,
}

#[derive(Debug)]
struct Opened {
    searcher: Searcher,
    directory: CheckedDirectory,
    schema: PartitionSchema,
    segments: Vec<Segment>,
    dictionary: Dictionary,
}

impl Partition {
    /// The partition at a directory, or `None` when no move into it was ever committed.
    pub(crate) fn at(
        key: PartitionKey,
        dir: &Path,
        words: &Arc<Words>,
    ) -> Result<Option<Self>, StoreError> {
        static VIEWS: AtomicU64 = AtomicU64::new(0);
        if !index_dir(dir).join("meta.json").exists() {
            return Ok(None);
        }
        let (index, _, _) = open_index(key, dir)?;
        let meta = index.load_metas().map_err(|e| damaged(key, &e))?;
        let Some(payload) = meta.payload else {
            return Ok(None);
        };
        let info = serde_json::from_str(&payload).map_err(|e| damaged(key, &e))?;
        let events = meta
            .segments
            .iter()
            .map(|segment| u64::from(segment.num_docs()))
            .sum();
        Ok(Some(Self {
            key,
            dir: dir.into(),
            info,
            events,
            view: VIEWS.fetch_add(1, Ordering::Relaxed),
            words: Arc::clone(words),
            before: None,
            opened: OnceLock::new(),
            used_ms: AtomicU64::new(0),
        }))
    }

    /// The same view, to be opened again when it is read. Who reads this one keeps it open.
    pub(crate) fn closed(&self) -> Self {
        Self {
            key: self.key,
            dir: self.dir.clone(),
            info: self.info,
            events: self.events,
            view: self.view,
            words: Arc::clone(&self.words),
            before: None,
            opened: OnceLock::new(),
            used_ms: AtomicU64::new(0),
        }
    }

    /// When it was last read, in milliseconds of this process; `None` while it is closed.
    pub(crate) fn used_ms(&self) -> Option<u64> {
        self.opened.get()?;
        Some(self.used_ms.load(Ordering::Relaxed))
    }

    /// The same, as the successor of another view: what that one had opened is used again.
    pub(crate) fn after(mut self, before: Option<&Arc<Self>>) -> Self {
        if let Some(before) = before.filter(|before| before.dir == self.dir) {
            self.before = Some(Arc::clone(before));
            // Now, while both are there; a failure shows when a query opens it.
            let _ = self.opened();
            self.before = None;
        }
        self
    }

    /// Its searcher; opened when first asked for.
    pub(crate) fn searcher(&self) -> Result<&Searcher, StoreError> {
        Ok(&self.opened()?.searcher)
    }

    /// Its segments, numbered as in addresses.
    pub(crate) fn segments(&self) -> Result<&[Segment], StoreError> {
        Ok(&self.opened()?.segments)
    }

    /// Makes what those who send events and those who look at the newest would else wait for.
    pub(crate) fn prepare(&self) -> Result<(), StoreError> {
        for segment in self.segments()? {
            segment.id_filter(field(self.key.0, "id"))?;
            segment.zones(field(self.key.0, "time"))?;
        }
        Ok(())
    }

    /// Its words.
    pub(crate) fn dictionary(&self) -> Result<&Dictionary, StoreError> {
        Ok(&self.opened()?.dictionary)
    }

    /// The schema of its index.
    pub(crate) fn schema(&self) -> Result<&PartitionSchema, StoreError> {
        Ok(&self.opened()?.schema)
    }

    /// The damage that any reading of its files has found.
    pub(crate) fn damage(&self) -> Option<StoreError> {
        let found = self.opened.get()?.directory.damage()?;
        Some(damaged(self.key, &found))
    }

    /// Reads every byte that belongs to it, and compares it with its checksum.
    pub(crate) fn verify(&self) -> Result<(), StoreError> {
        let Opened {
            searcher,
            directory,
            ..
        } = self.opened()?;
        let damaged =
            |e: &dyn std::fmt::Display| self.damage().unwrap_or_else(|| damaged(self.key, e));
        for reader in searcher.segment_readers() {
            let id = reader.segment_id().uuid_string();
            for name in directory.files_of(&id).map_err(|e| damaged(&e))? {
                directory.read_all(&name).map_err(|e| damaged(&e))?;
            }
        }
        let mut blocks = BTreeSet::new();
        for (number, segment) in (0..).zip(self.segments()?) {
            for doc in segment.reader.doc_ids_alive() {
                let payload = self.payload_address(DocAddress::new(number, doc))?;
                blocks.extend(payload.map(|payload| (payload.file, payload.block)));
            }
        }
        let kept = blocks
            .into_iter()
            .filter(|(file, _)| *file > self.info.payloads_removed);
        for (file, block) in kept {
            payloads::read_block(&self.dir, file, block)?;
        }
        Ok(())
    }

    fn opened(&self) -> Result<&Opened, StoreError> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now_ms = u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.used_ms.store(now_ms, Ordering::Relaxed);
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        let (index, directory, schema) = open_index(self.key, &self.dir)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(16)
            .try_into()
            .map_err(|e| damaged(self.key, &e))?;
        let searcher = reader.searcher();
        let before = self.before.as_ref().and_then(|before| before.opened.get());
        let before = before
            .map(|opened| opened.segments.as_slice())
            .unwrap_or_default();
        let readers = searcher.segment_readers().iter();
        let opened = Opened {
            segments: readers
                .map(|reader| Segment::new(self.key.0, reader, before))
                .collect(),
            dictionary: Dictionary::open(self.key.0, &self.dir, &self.words, self.info.own_words)
                .map_err(|e| damaged(self.key, &e))?,
            searcher,
            directory,
            schema,
        };
        Ok(self.opened.get_or_init(|| opened))
    }

    /// Whether payloads of some of its events are there.
    pub(crate) fn has_payloads(&self) -> bool {
        self.info.payloads_removed < self.info.moved_through && payloads::any(&self.dir)
    }

    /// Events with this id, whatever their origin, with the hash of what their sender said.
    pub(crate) fn find(&self, id: &str) -> Result<Vec<(DocAddress, Event, u64)>, StoreError> {
        let id_field = field(self.key.0, "id");
        let key = keys::pack(id);
        let mut found = Vec::new();
        if !self.info.ids.may_hold(&key) {
            return Ok(found);
        }
        for (number, segment) in (0..).zip(self.segments()?) {
            if !segment.may_hold(id_field, &key)? {
                continue;
            }
            for doc in segment.event_with_id(id_field, &key)? {
                if !segment.reader.is_deleted(doc) {
                    let hash = segment.reader.fast_fields().u64(schema::CONTENT_HASH);
                    let hash = hash.map_err(internal)?.first(doc).unwrap_or_default();
                    let address = DocAddress::new(number, doc);
                    found.push((address, self.event(address)?, hash));
                }
            }
        }
        Ok(found)
    }

    /// Where events with this id are.
    pub(crate) fn addresses_of(&self, id: &str) -> Result<Vec<DocAddress>, StoreError> {
        let id_field = field(self.key.0, "id");
        let mut found = Vec::new();
        for (number, segment) in (0..).zip(self.segments()?) {
            let docs = segment.events_with(id_field, id)?;
            let alive = docs
                .into_iter()
                .filter(|doc| !segment.reader.is_deleted(*doc));
            found.extend(alive.map(|doc| DocAddress::new(number, doc)));
        }
        Ok(found)
    }

    /// The event with its payloads.
    pub(crate) fn whole_event(&self, address: DocAddress) -> Result<Event, StoreError> {
        let mut event = self.event(address)?;
        self.add_payloads(address, &mut event)?;
        Ok(event)
    }

    /// Whether an event with this id may be in it; never wrong when it says no.
    pub(crate) fn may_hold(&self, id: &str) -> bool {
        self.info.ids.may_hold(&keys::pack(id))
    }

    /// Adds what is kept apart from the event.
    pub(crate) fn add_payloads(
        &self,
        address: DocAddress,
        event: &mut Event,
    ) -> Result<(), StoreError> {
        if let Some(payload) = self.payload_address(address)?
            && payload.file > self.info.payloads_removed
        {
            let json = payloads::read(&self.dir, payload)?;
            document::add_members(event, &json).map_err(|e| damaged(self.key, &e))?;
        }
        Ok(())
    }

    fn payload_address(&self, address: DocAddress) -> Result<Option<PayloadAddress>, StoreError> {
        let columns = self
            .searcher()?
            .segment_reader(address.segment_ord)
            .fast_fields();
        let first = |name| columns.u64(name).map(|column| column.first(address.doc_id));
        let read = || -> tantivy::Result<_> {
            let (file, block) = (first(schema::PAYLOAD_FILE)?, first(schema::PAYLOAD_BLOCK)?);
            Ok(file.zip(block).zip(first(schema::PAYLOAD_SPAN)?))
        };
        let found = read().map_err(internal)?;
        Ok(found.map(|((file, block), span)| PayloadAddress { file, block, span }))
    }

    fn content_hash(&self, address: DocAddress) -> Result<u64, StoreError> {
        let columns = self
            .searcher()?
            .segment_reader(address.segment_ord)
            .fast_fields();
        let hashes = columns.u64(schema::CONTENT_HASH).map_err(internal)?;
        Ok(hashes.first(address.doc_id).unwrap_or_default())
    }
}

/// Opens those partitions that are not open yet. What fails here fails again where the partition is
/// read.
pub(crate) fn open_all(partitions: &[&Arc<Partition>]) {
    let closed = partitions.iter().filter(|p| p.opened.get().is_none());
    let closed: Vec<_> = closed.collect();
    at_once(&closed, |partition| {
        let _ = partition.opened();
    });
}

/// Does what waits for the disk, hardly for a processor: many at once.
pub(crate) fn at_once<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    const THREADS_MAX: usize = 8;
    let next = AtomicUsize::new(0);
    let work_on = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(item);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..THREADS_MAX.min(items.len()) {
            scope.spawn(work_on);
        }
        work_on();
    });
}

fn index_dir(partition: &Path) -> PathBuf {
    partition.join("index")
}

fn open_index(
    (stream, period): PartitionKey,
    dir: &Path,
) -> Result<(Index, CheckedDirectory, PartitionSchema), StoreError> {
    let failed = |e: &dyn std::fmt::Display| damaged((stream, period), e);
    let directory = CheckedDirectory::open(&index_dir(dir)).map_err(|e| failed(&e))?;
    let mut index = Index::open(directory.clone()).map_err(|e| failed(&e))?;
    let schema = PartitionSchema::read(stream, index.schema())
        .ok_or_else(|| failed(&"it was written by another Daybook"))?;
    index.set_tokenizers(schema::tokenizers());
    Ok((index, directory, schema))
}

fn damaged((stream, period): PartitionKey, what: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("partition {stream}/{period}: {what}"))
}
