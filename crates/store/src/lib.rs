//! Daybook's embedded store. An event is acknowledged when it is flushed to the write-ahead log
//! and visible from that moment; it lives in a head in memory until a mover brings it into the
//! partition of its time. No acknowledged event is ever lost or stored twice.

mod committer;
mod error;
mod head;
mod health;
mod identity;
mod mover;
mod options;
mod partition;
mod query;
mod state;
mod wal;

pub use options::Options;

use committer::{Committer, Prepared, Request};
use daybook_model::aggregate::{
    Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary,
};
use daybook_model::logstore::{
    BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome, Page, Progress, RemoveRequest,
    ScanRequest, Stats, StoreResult, TimelineRequest, Values, Write,
};
use daybook_model::{Event, Field, ListRequest, LogStore, Query, StoreError, Stream, limits};
use error::{internal, io_error};
use futures_channel::oneshot;
use head::{Head, partition_of};
use health::Health;
use mover::Mover;
use parking_lot::Mutex;
use state::{Shared, Snapshot, State};
use std::collections::BTreeSet;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

/// The embedded store. Clones share one store; it closes with the last of them.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    shared: Arc<Shared>,
    health: Arc<Health>,
    queued_bytes: Arc<AtomicUsize>,
    closing: Arc<AtomicBool>,
    requests: Mutex<Option<Sender<Request>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    queries: rayon::ThreadPool,
    /// Held while the store is open: two processes must never write one directory.
    _lock: File,
}

impl Store {
    /// Opens the store of a directory, which is made when missing, and replays its log.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when acknowledged events cannot be read back; then nothing was
    /// changed. [`StoreError::Unavailable`] when another process has it open or the directory
    /// cannot be used.
    pub fn open(options: Options) -> Result<Self, StoreError> {
        let wal_dir = options.wal_dir();
        std::fs::create_dir_all(&wal_dir).map_err(|e| io_error("making the data directory", &e))?;
        let lock = lock(&options)?;
        wal::remove_unfinished(&wal_dir).map_err(|e| io_error("clearing the log directory", &e))?;
        let replayed = wal::replay(&wal_dir)?;
        let partitions = partition::load_all(&options.dir)?;
        let stored = partitions
            .iter()
            .map(|partition| partition.info.seq_max + 1)
            .max();
        let next_seq = replayed.next_seq.max(stored.unwrap_or(0));
        let mut state = State {
            heads: Vec::new(),
            partitions: partitions
                .into_iter()
                .map(|p| (p.key, Arc::new(p)))
                .collect(),
        };
        let making = |error: std::io::Error| io_error("making a log segment", &error);
        let generation = replayed.next_generation.max(first_free_generation(&state));
        let oldest = replayed
            .segments
            .first()
            .map_or(generation, |segment| segment.generation);
        for segment in replayed.segments {
            state.heads.push(Arc::new(replayed_head(segment, &state)));
        }
        let next_commit = replayed.next_commit;
        let segment =
            wal::Segment::create(&wal_dir, generation, next_seq, next_commit).map_err(making)?;
        let extent = Arc::new(wal::Extent::begin(&wal_dir, oldest, generation).map_err(making)?);
        state
            .heads
            .push(Arc::new(Head::new(generation, next_seq - 1)));
        let shared = Arc::new(Shared::new(state));
        let health = Arc::new(Health::default());
        let (rotated, rotations) = channel();
        let committer = Committer {
            options: options.clone(),
            shared: Arc::clone(&shared),
            health: Arc::clone(&health),
            queued_bytes: Arc::default(),
            rotated,
            segment: Some(segment),
            next_seq,
            next_commit,
            extent: Arc::clone(&extent),
            head_since: Instant::now(),
            last_commit: Instant::now(),
        };
        let closing = Arc::default();
        let mover = Mover {
            options: options.clone(),
            shared,
            closing,
            extent,
        };
        Self::start(options, lock, committer, mover, rotations)
    }

    fn start(
        options: Options,
        lock: File,
        committer: Committer,
        mover: Mover,
        rotations: Receiver<()>,
    ) -> Result<Self, StoreError> {
        let queries = rayon::ThreadPoolBuilder::new()
            .num_threads(options.query_threads)
            .thread_name(|n| format!("query-{n}"))
            .build()
            .map_err(internal)?;
        let (requests, request_queue) = channel();
        let inner = Inner {
            shared: Arc::clone(&committer.shared),
            health: Arc::clone(&committer.health),
            queued_bytes: Arc::clone(&committer.queued_bytes),
            closing: Arc::clone(&mover.closing),
            requests: Mutex::new(Some(requests)),
            threads: Mutex::default(),
            queries,
            options,
            _lock: lock,
        };
        inner.spawn("committer", move || committer.run(&request_queue))?;
        inner.spawn("mover", move || mover.run(&rotations))?;
        Ok(Self(Arc::new(inner)))
    }

    /// Takes no more events and ends all work on the directory; queries still answer. What was
    /// acknowledged is on disk already.
    pub fn close(&self) {
        self.0.close();
    }

    /// Answers on a query thread.
    fn answer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Snapshot) -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        let (reply, answer) = oneshot::channel();
        let shared = Arc::clone(&self.0.shared);
        self.0.queries.spawn(move || {
            // A fault of one query must not end the process, nor the thread.
            let answer = catch_unwind(AssertUnwindSafe(|| work(&shared.snapshot())))
                .unwrap_or_else(|_| Err(internal("a query failed unexpectedly")));
            // Whoever asked may have gone away.
            let _ = reply.send(answer);
        });
        Box::pin(async move {
            answer
                .await
                .unwrap_or_else(|_| Err(internal("a query thread ended without an answer")))
        })
    }

    fn admit(&self, batch: Vec<Write>) -> StoreResult<(Vec<Prepared>, usize)> {
        let inner = &self.0;
        inner.health.writable()?;
        let partitions: BTreeSet<_> = batch
            .iter()
            .map(|write| partition_of(write.event()))
            .collect();
        if partitions.len() > limits::BATCH_PARTITIONS_MAX {
            let (found, max) = (partitions.len(), limits::BATCH_PARTITIONS_MAX);
            let message = format!("the batch spreads over {found} partitions, the limit is {max}");
            return Err(StoreError::Limit(message));
        }
        let waiting = inner.queued_bytes.load(Ordering::Relaxed) + inner.shared.get().head_bytes();
        if waiting > inner.options.pending_bytes_max {
            let message = "too many events wait to be moved into partitions";
            return Err(StoreError::Unavailable(message.into()));
        }
        let writes: Vec<Prepared> = batch.into_iter().map(Prepared::new).collect();
        let bytes = writes
            .iter()
            .map(|write| write.json.len() + write.event.size_bytes())
            .sum();
        Ok((writes, bytes))
    }
}

impl Inner {
    fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        // Without a sender the committer ends, and with it the mover.
        self.requests.lock().take();
        for thread in self.threads.lock().drain(..) {
            // A panic there was reported there.
            let _ = thread.join();
        }
    }

    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> StoreResult<()> {
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(run)
            .map_err(internal)?;
        self.threads.lock().push(thread);
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl LogStore for Store {
    fn append(&self, batch: Vec<Write>) -> BoxFuture<'_, StoreResult<Vec<Outcome>>> {
        let (reply, answer) = oneshot::channel();
        let sent = self.admit(batch).and_then(|(writes, bytes)| {
            self.0.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
            let request = Request {
                writes,
                bytes,
                reply,
            };
            let requests = self.0.requests.lock();
            let closed = || StoreError::Unavailable("the store is closing".into());
            requests
                .as_ref()
                .ok_or_else(closed)?
                .send(request)
                .map_err(|_| closed())
        });
        Box::pin(async move {
            sent?;
            answer
                .await
                .unwrap_or_else(|_| Err(internal("the committer ended without an answer")))
        })
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.answer(move |snapshot| query::list(snapshot, request))
    }

    fn get(&self, query: Query, id: String) -> BoxFuture<'_, StoreResult<Option<Event>>> {
        self.answer(move |snapshot| query::get(snapshot, &query, &id))
    }

    fn values(
        &self,
        query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>> {
        self.answer(move |snapshot| query::values(snapshot, &query, field, &prefix, limit))
    }

    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>> {
        self.answer(move |snapshot| query::histogram(snapshot, &request))
    }

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<Vec<Event>>> {
        self.answer(move |snapshot| query::scan(snapshot, request))
    }

    fn timeline(&self, _: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.answer(|_| Err(internal("not yet")))
    }

    fn summary(&self, _: Query) -> BoxFuture<'_, StoreResult<Summary>> {
        self.answer(|_| Err(internal("not yet")))
    }

    fn breakdown(&self, _: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>> {
        self.answer(|_| Err(internal("not yet")))
    }

    fn series(&self, _: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>> {
        self.answer(|_| Err(internal("not yet")))
    }

    fn remove(&self, _: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.answer(|_| Err(internal("not yet")))
    }

    fn erase(&self, _: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.answer(|_| Err(internal("not yet")))
    }

    fn read_only(&self) -> Option<String> {
        self.0.health.read_only()
    }

    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>> {
        let read_only = self.0.health.read_only();
        self.answer(move |snapshot| {
            let mut events = [0; 4];
            for (count, stream) in events.iter_mut().zip(Stream::ALL) {
                *count = query::count(snapshot, &Query::all(stream))?;
            }
            let state = snapshot.state();
            Ok(Stats {
                events,
                head_events: state.heads.iter().map(|head| head.size().0 as u64).sum(),
                partitions: state.partitions.len() as u64,
                head_bytes: state.head_bytes() as u64,
                read_only,
            })
        })
    }
}

fn lock(options: &Options) -> Result<File, StoreError> {
    let file = File::create(options.dir.join("lock")).map_err(|e| io_error("locking", &e))?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(StoreError::Unavailable(format!(
            "{} is in use by another process",
            options.dir.display()
        ))),
    }
}

/// The head of a segment, without what a move cut short has brought into partitions already.
fn replayed_head(segment: wal::ReplayedSegment, state: &State) -> Head {
    let seq_last = segment
        .records
        .iter()
        .map(|record| record.event.seq)
        .max()
        .unwrap_or(0);
    let head = Head::new(segment.generation, seq_last);
    head.apply(segment.records);
    head.retain(|key| {
        let partition = state.partitions.get(&key);
        partition.is_none_or(|partition| partition.info.moved_through < segment.generation)
    });
    head
}

/// A generation that no partition has seen, even when the whole log is gone.
fn first_free_generation(state: &State) -> u64 {
    state
        .partitions
        .values()
        .map(|partition| partition.info.moved_through + 1)
        .max()
        .unwrap_or(1)
}
