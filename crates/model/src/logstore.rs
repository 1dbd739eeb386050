//! The contract of a log store. Every implementation passes the same conformance suite; nothing
//! here is impossible in SQL, and no correctness depends on there being one process.

use crate::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use crate::ledger::{Ledger, Receipt};
use crate::table::Table;
use crate::{Event, Field, ListRequest, Query, Stream, Timestamp, Value};
use std::future::Future;
use std::pin::Pin;

/// A future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a store answers.
pub type StoreResult<T> = std::result::Result<T, StoreError>;

/// Why a store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// For the moment; nothing was stored and the same call may succeed later.
    #[error("the store cannot take events now: {0}")]
    Unavailable(String),
    /// More came than can be worked on; nothing was stored, and in a second there is room again.
    #[error("the store cannot take events now: {0}")]
    Busy(String),
    /// Stored bytes are damaged; the message names where. They are never served as truth.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// The request passes a limit of the store.
    #[error("{0}")]
    Limit(String),
    /// Reading or indexing failed.
    #[error("the store failed: {0}")]
    Internal(String),
}

/// How an event is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A whole event.
    Append(Event),
    /// A report of a call that another report may complete: it fills absent fields of the event
    /// with this origin and id within a day of its time, or becomes that event.
    Amend(Event),
}

impl Write {
    /// The event.
    pub const fn event(&self) -> &Event {
        match self {
            Self::Append(event) | Self::Amend(event) => event,
        }
    }
}

/// What became of one event of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, under this sequence number; an audit event with its receipt.
    Stored(i64, Option<Receipt>),
    /// It filled absent fields of the event with this sequence number.
    Amended(i64),
    /// It was there already; an audit event with the receipt of its first delivery.
    Duplicate(Option<Receipt>),
    /// Another event has its id; nothing was stored.
    Conflict,
}

impl Outcome {
    /// The receipt of an audit event that is in the store.
    pub const fn receipt(self) -> Option<Receipt> {
        match self {
            Self::Stored(_, receipt) | Self::Duplicate(receipt) => receipt,
            Self::Amended(_) | Self::Conflict => None,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The events of the page, without payloads.
    pub events: Vec<Event>,
    /// How many events the query matches, exactly.
    pub total: u64,
    /// Largest `seq` that was visible.
    pub as_of: i64,
}

/// Distinct values of a field, most frequent first, then by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The values with the number of matching events that have them.
    pub values: Vec<(Value, u64)>,
    /// How many distinct values there are beyond the limit, too.
    pub total: u64,
}

/// Events over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// One per interval that has events, in order of time.
    pub buckets: Vec<Bucket>,
}

/// The events of one interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its beginning.
    pub time: Timestamp,
    /// How many events.
    pub count: u64,
    /// How many by value of the chosen field, in order of value; events without it are missing.
    pub by: Vec<(Value, u64)>,
}

/// What a histogram counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramRequest {
    /// Which events; `from` and `to` must be set.
    pub query: Query,
    /// Length of an interval; intervals begin at `from`.
    pub interval_us: i64,
    /// The field that divides each count.
    pub by: Option<&'static Field>,
}

/// A step of a walk over all events of a query, archived ones included, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRequest {
    /// Which events.
    pub query: Query,
    /// Where the step before ended.
    pub after: Option<(Timestamp, i64)>,
    /// Most events of this step.
    pub limit: usize,
    /// What of each event is read.
    pub fields: Vec<&'static Field>,
}

/// What a step of a walk has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanStep {
    /// Matching events, oldest first.
    pub table: Table,
    /// Where the next step goes on; none at the end. A step may find nothing and not be the last
    /// one: in archived events it looks at so many at a time.
    pub next: Option<(Timestamp, i64)>,
    /// Events that the walk has passed with this step: archived ones that do not match, too.
    pub passed: u64,
}

/// A page of events of several streams, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRequest {
    /// What is asked of each stream; each stream at most once.
    pub queries: Vec<Query>,
    /// Newest first; else oldest first. Order is `(time, seq)`.
    pub descending: bool,
    /// Events skipped before the page.
    pub offset: u64,
    /// Events of the page.
    pub limit: usize,
}

/// What of old events is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The events themselves; archived ones by whole periods.
    Events,
    /// Only their payloads (`request` and `response`). These go by whole partitions: those of a
    /// period that has not ended before the limit stay.
    Payloads,
}

/// Asks to remove what is old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveRequest {
    /// The stream. Audit events go only once they are archived, by whole periods, and of those their ids
    /// and hashes stay.
    pub stream: Stream,
    /// Events of an earlier time are concerned.
    pub before: Timestamp,
    /// What of them goes.
    pub removal: Removal,
}

/// Asks to archive what is old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveRequest {
    /// The stream.
    pub stream: Stream,
    /// Periods that ended by then are concerned.
    pub before: Timestamp,
}

/// What is archived of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchivedPeriod {
    /// Where the period begins.
    pub start: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
    /// Archived events.
    pub events: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

/// Asks to take a person's data out of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseRequest {
    /// Which events.
    pub query: Query,
    /// The fields whose values go. Never `id`, `seq` or `time`. None for `audit`: of an event there goes
    /// all that its leaf in the ledger does not say ([`crate::ledger::body_fields`]), for the leaf commits
    /// to it as a whole.
    pub fields: Vec<&'static Field>,
}

impl EraseRequest {
    /// The fields whose values go.
    ///
    /// # Errors
    /// [`StoreError::Limit`] when one of them cannot be erased.
    pub fn erased(&self) -> StoreResult<Vec<&'static Field>> {
        if self.query.stream == Stream::Audit {
            return match self.fields.as_slice() {
                [] => Ok(crate::ledger::body_fields().collect()),
                _ => Err(StoreError::Limit(
                    "an audit event is erased as a whole: name no fields".into(),
                )),
            };
        }
        let fixed = |field: &&&Field| ["id", "seq", "time"].contains(&field.name);
        match self.fields.iter().find(fixed) {
            Some(Field { name, .. }) => Err(StoreError::Limit(format!(
                "the field {name} cannot be erased"
            ))),
            None => Ok(self.fields.clone()),
        }
    }
}

/// What one step of a removal, an erasure or an archiving has done. The caller repeats the request until
/// it is `done`; nothing is lost when it stops in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Events removed, rewritten or archived by this step.
    pub events: u64,
    /// Bytes given back by this step, or written to the archive, about.
    pub bytes: u64,
    /// Partitions that still wait, about.
    pub partitions_left: u64,
    /// Whether nothing is left to do.
    pub done: bool,
}

/// What a store holds and how it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    /// Events per stream, in the order of [`Stream::ALL`].
    pub events: [u64; 4],
    /// Events not yet in partitions.
    pub head_events: u64,
    /// Partitions on disk.
    pub partitions: u64,
    /// Bytes in memory waiting to be moved into partitions.
    pub head_bytes: u64,
    /// Why the store takes no events, when it does not.
    pub read_only: Option<String>,
    /// Places of damaged data that were found since the start.
    pub damaged: Vec<String>,
}

/// Keeps events and answers questions about them. Questions are about events that are online; only
/// [`LogStore::scan`] finds archived ones, too, and [`LogStore::get`] archived audit events. What a query's scope does not cover does not
/// exist for any answer to it; of what it covers, events come with all fields.
pub trait LogStore: Send + Sync + std::fmt::Debug {
    /// Stores the events of a batch, all or none, and resolves when they are on disk. Answers one
    /// outcome per event, in order. Events must have passed [`Event::admit`]. New audit events get
    /// the indices of the ledger in the order in which they are stored.
    fn append(&self, batch: Vec<Write>) -> BoxFuture<'_, StoreResult<Vec<Outcome>>>;

    /// A page of the events a query matches, with their exact number.
    fn list(&self, request: ListRequest) -> BoxFuture<'_, StoreResult<Page>>;

    /// The newest event with this id, with payloads, if the query (its stream and filters)
    /// matches it; an audit event also when it is archived.
    fn get(&self, query: Query, id: String) -> BoxFuture<'_, StoreResult<Option<Event>>>;

    /// Distinct values of a field that start with a text (regardless of case), counted.
    fn values(
        &self,
        query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>>;

    /// A page of several streams merged in order of time, with their exact number. Without
    /// payloads.
    fn timeline(&self, request: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>>;

    /// Sums over all usage events that match.
    fn summary(&self, query: Query) -> BoxFuture<'_, StoreResult<Summary>>;

    /// Sums by value of a field.
    fn breakdown(&self, request: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>>;

    /// Sums by interval and value of a field.
    fn series(&self, request: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>>;

    /// Takes a step in removing what is old. Events that arrive late are found by a later call.
    fn remove(&self, request: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>>;

    /// Takes a step in erasing fields of events. What is erased is gone from the store's files
    /// when the answer says `done`.
    fn erase(&self, request: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>>;

    /// Takes a step in moving what is old to the archive. An event is online or archived, at every
    /// moment one of the two. Archived events are found by walks alone; their ids stay known.
    fn archive(&self, request: ArchiveRequest) -> BoxFuture<'_, StoreResult<Progress>>;

    /// What is archived of a stream, oldest first; cheap. All later events are online.
    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod>;

    /// Events per interval.
    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>>;

    /// The next events of a walk over online and archived events, in order of `(time, seq)`.
    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<ScanStep>>;

    /// What the store holds and how it is.
    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>>;

    /// Why the store takes no events, when it does not; cheap.
    fn read_only(&self) -> Option<String>;

    /// The transparency log over its audit events; `None` where nothing proves them.
    fn ledger(&self) -> Option<&dyn Ledger>;

    /// The stream's number of events that match; a list without a page.
    fn count(&self, query: Query) -> BoxFuture<'_, StoreResult<u64>> {
        let sort = crate::Sort::newest(query.stream);
        let page = self.list(ListRequest {
            query,
            sort,
            offset: 0,
            limit: 0,
        });
        Box::pin(async move { Ok(page.await?.total) })
    }
}

/// Index of a stream in per-stream arrays.
pub const fn stream_index(stream: Stream) -> usize {
    match stream {
        Stream::Audit => 0,
        Stream::Usage => 1,
        Stream::Auth => 2,
        Stream::System => 3,
    }
}
