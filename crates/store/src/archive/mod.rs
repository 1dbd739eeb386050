//! What the store knows of its archive. The files lie in a [`Depot`]; which of them count says a
//! record on this machine, one per period, and nothing else. Ids of archived events stay here, so
//! that whoever delivers one again is answered as before.

mod all;
mod change;
mod clear;
mod find;
mod groups;
mod record;
mod scan;
mod step;
mod strays;

pub(crate) use all::settled;
pub(crate) use change::Replacement;
pub(crate) use find::expired;
pub(crate) use record::{Record, load_all};
pub(crate) use scan::scan;

use crate::error::io_error;
use crate::head::PartitionKey;
use crate::options::Options;
use crate::partition::IdFilter;
use crate::query::cache::Cache;
use daybook_archive::manifest::{File, Part};
use daybook_archive::{ArchiveError, BlockSums, Depot, IdFile, IdHash, Known, Object};
use daybook_model::logstore::{ArchivedPeriod as PeriodSummary, EraseRequest, StoreResult};
use daybook_model::{Event, Query, StoreError, Stream};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The way to the archive's files, with what was read of them lately.
#[derive(Debug)]
pub(crate) struct Archive {
    pub(crate) depot: Arc<dyn Depot>,
    /// Records and ids.
    dir: PathBuf,
    /// Where files are built.
    building: PathBuf,
    groups: Cache,
    /// Parts in which an erasure has found nothing.
    clean: Mutex<Option<(EraseRequest, HashSet<u64>)>>,
}

/// Everything that is archived.
#[derive(Debug, Default)]
pub(crate) struct Archived {
    periods: BTreeMap<PartitionKey, Arc<ArchivedPeriod>>,
    /// Ids of audit events must be unique for ever: one look says that an id is new.
    audit_ids: Arc<IdFilter>,
}

/// What is archived of one period.
#[derive(Debug)]
pub(crate) struct ArchivedPeriod {
    pub(crate) key: PartitionKey,
    pub(crate) record: Record,
    pub(crate) parts: Vec<Arc<ArchivedPart>>,
    /// Ids of events that were older than they are kept.
    expired: Vec<Ids>,
}

/// A part as queries see it. It never changes; a rewriting puts another one in its place.
#[derive(Debug)]
pub(crate) struct ArchivedPart {
    /// Tells it from all others of this process.
    pub(crate) view: u64,
    pub(crate) part: Part,
    stream: Stream,
    events: Object,
    payloads: Option<Object>,
    ids: Ids,
}

/// Ids, read when they are first asked for.
#[derive(Debug)]
struct Ids {
    path: PathBuf,
    opened: OnceLock<IdFile>,
}

impl Archive {
    /// The archive of a store's directory.
    pub(crate) fn new(store: &Path, depot: Arc<dyn Depot>, cache_bytes_max: usize) -> Self {
        Self {
            depot,
            dir: record::dir(store),
            building: store.join("archiving"),
            groups: Cache::new(cache_bytes_max),
            clean: Mutex::default(),
        }
    }

    /// The archive of a store that begins to work, with all that is in it. Files that a crash left
    /// half-built go.
    pub(crate) fn open(options: &Options) -> StoreResult<(Self, Archived)> {
        let bytes_max = options.archive_cache_bytes_max;
        let archive = Self::new(&options.dir, Arc::clone(&options.archive), bytes_max);
        match std::fs::remove_dir_all(&archive.building) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io_error("clearing half-built archive files", &error));
            }
            _ => {}
        }
        let archived = load_all(&archive)?;
        Ok((archive, archived))
    }
}

impl Archived {
    /// Everything of these periods. Ids of audit events are read.
    pub(crate) fn new(periods: impl IntoIterator<Item = Arc<ArchivedPeriod>>) -> StoreResult<Self> {
        let mut archived = Self {
            periods: periods.into_iter().map(|one| (one.key, one)).collect(),
            audit_ids: Arc::default(),
        };
        archived.audit_ids = Arc::new(archived.filter_audit_ids()?);
        Ok(archived)
    }

    /// The same with another version of a period, or without one that is of no use any more.
    pub(crate) fn with(&self, period: ArchivedPeriod) -> StoreResult<Self> {
        let key = period.key;
        let mut archived = Self {
            periods: self.periods.clone(),
            audit_ids: Arc::clone(&self.audit_ids),
        };
        match period.record.is_forgotten() {
            true => archived.periods.remove(&key),
            false => archived.periods.insert(key, Arc::new(period)),
        };
        if key.0 == Stream::Audit {
            archived.audit_ids = Arc::new(archived.filter_audit_ids()?);
        }
        Ok(archived)
    }

    fn filter_audit_ids(&self) -> StoreResult<IdFilter> {
        let periods = || {
            self.periods()
                .filter(|period| period.key.0 == Stream::Audit)
        };
        let known = periods().map(|period| period.record.manifest.events_known());
        let mut filter = IdFilter::with_capacity(known.sum());
        for ids in periods().flat_map(|period| period.ids()) {
            ids.read(|known| filter.add(known.id.first()))?;
        }
        Ok(filter)
    }

    /// What is archived of a period, or was.
    pub(crate) fn period(&self, key: PartitionKey) -> Option<&Arc<ArchivedPeriod>> {
        self.periods.get(&key)
    }

    /// The number of the directory for events of this period that are not archived.
    pub(crate) fn next_dir(&self, key: PartitionKey) -> u64 {
        self.period(key).map_or(0, |period| period.record.next_dir)
    }

    /// Events of the period in heads up to this generation are archived.
    pub(crate) fn moved_through(&self, key: PartitionKey) -> u64 {
        self.period(key)
            .map_or(0, |period| period.record.moved_through)
    }

    /// Largest `seq` that was ever archived.
    pub(crate) fn seq_max(&self) -> i64 {
        let largest = self.periods().map(|period| period.record.seq_max).max();
        largest.unwrap_or(0)
    }

    /// All periods.
    pub(crate) fn periods(&self) -> impl Iterator<Item = &Arc<ArchivedPeriod>> {
        self.periods.values()
    }

    /// Periods of a stream that hold something, oldest first.
    pub(crate) fn of_stream(&self, stream: Stream) -> impl Iterator<Item = &Arc<ArchivedPeriod>> {
        let of_stream = self.periods().filter(move |period| period.key.0 == stream);
        of_stream.filter(|period| !period.parts.is_empty())
    }

    /// Those that may hold matching events.
    pub(crate) fn touched(&self, query: &Query) -> impl Iterator<Item = &Arc<ArchivedPeriod>> {
        let (from, to) = (query.from, query.to);
        self.of_stream(query.stream)
            .filter(move |period| from.is_none_or(|from| period.key.1.end() > from))
            .filter(move |period| to.is_none_or(|to| period.key.1.start() < to))
    }

    /// Reads all ids, and compares them with their checksums.
    pub(crate) fn check_ids(&self) -> StoreResult<()> {
        let mut ids = self.periods().flat_map(|period| period.ids());
        ids.try_for_each(|ids| ids.opened().map(drop))
    }

    /// What is archived of a stream, for people.
    pub(crate) fn summary(&self, stream: Stream) -> Vec<PeriodSummary> {
        let of = |period: &Arc<ArchivedPeriod>| PeriodSummary {
            start: period.key.1.start(),
            end: period.key.1.end(),
            events: period.record.manifest.events(),
            bytes: period.parts.iter().map(|part| part.part.size_bytes()).sum(),
        };
        self.of_stream(stream).map(of).collect()
    }

    /// The periods that hold an event with this event's id, each with what is known of it.
    pub(crate) fn find(
        &self,
        event: &Event,
        reach: RangeInclusive<PartitionKey>,
    ) -> StoreResult<Vec<(PartitionKey, Known)>> {
        let mut within = self.periods.range(reach).peekable();
        if within.peek().is_none() {
            return Ok(Vec::new());
        }
        let id = IdHash::of(event);
        if event.stream == Stream::Audit && !self.audit_ids.may_hold_hash(id.first()) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for (key, period) in within {
            for ids in period.ids() {
                let known = ids.opened()?.find(id).map_err(store_error)?;
                found.extend(known.map(|known| (*key, known)));
            }
        }
        Ok(found)
    }
}

impl ArchivedPeriod {
    /// The period of a record; nothing is read.
    pub(crate) fn new(archive: &Archive, record: Record) -> StoreResult<Self> {
        let key = record.key();
        let parts = record.manifest.parts.iter();
        let parts = parts.map(|part| ArchivedPart::new(archive, &record, part).map(Arc::new));
        let expired = record.manifest.expired.iter();
        let expired = expired.map(|expired| Ids::of(archive, key, expired.part.number));
        Ok(Self {
            key,
            parts: parts.collect::<StoreResult<_>>()?,
            expired: expired.collect(),
            record,
        })
    }

    /// The places in the ledger of all its events.
    fn ledger_indices(&self) -> StoreResult<Vec<u64>> {
        let mut indices = Vec::new();
        for part in &self.parts {
            let place = |known: Known| indices.extend(known.ledger.map(|place| place.index));
            part.ids.read(place)?;
        }
        Ok(indices)
    }

    /// The ids of all events that are archived, or were and are known still.
    fn ids(&self) -> impl Iterator<Item = &Ids> {
        let parts = self.parts.iter().map(|part| &part.ids);
        parts.chain(&self.expired)
    }
}

impl ArchivedPart {
    fn new(archive: &Archive, record: &Record, part: &Part) -> StoreResult<Self> {
        static VIEWS: AtomicU64 = AtomicU64::new(0);
        let object = |file: &File| {
            let sums = record.sums_of(file)?;
            let name = record.manifest.object(file);
            Ok(Object::new(
                Arc::clone(&archive.depot),
                name,
                file.bytes,
                Some(sums),
            ))
        };
        Ok(Self {
            view: VIEWS.fetch_add(1, Ordering::Relaxed),
            stream: record.manifest.stream,
            events: object(&part.events)?,
            payloads: part.payloads.as_ref().map(object).transpose()?,
            ids: Ids::of(archive, record.key(), part.number),
            part: part.clone(),
        })
    }
}

impl Ids {
    fn of(archive: &Archive, key: PartitionKey, part: u64) -> Self {
        Self {
            path: record::ids_path(&archive.dir, key, part),
            opened: OnceLock::new(),
        }
    }

    fn opened(&self) -> StoreResult<&IdFile> {
        self.opened.get().map_or_else(|| self.read(|_| {}), Ok)
    }

    /// Opens them and shows each.
    fn read(&self, seen: impl FnMut(Known)) -> StoreResult<&IdFile> {
        let file = IdFile::open(&self.path, seen).map_err(store_error)?;
        Ok(self.opened.get_or_init(|| file))
    }
}

/// The checksums of a file's blocks.
pub(crate) type Sums = Arc<BlockSums>;

/// A failure of the archive as the store tells it.
pub(crate) fn store_error(error: ArchiveError) -> StoreError {
    match error {
        ArchiveError::Io { .. } => StoreError::Unavailable(error.to_string()),
        ArchiveError::Damaged { .. } => StoreError::Damaged(error.to_string()),
    }
}
