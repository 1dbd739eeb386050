//! Daybook's embedded store. An event is acknowledged when it is flushed to the write-ahead log
//! and visible from that moment; it lives in a head in memory until a mover brings it into the
//! partition of its time. No acknowledged event is ever lost or stored twice.

mod answering;
mod archive;
mod columns;
mod committer;
mod damages;
mod error;
mod head;
mod health;
mod identity;
pub mod ledger;
mod lifecycle;
mod log_store;
mod mover;
mod options;
mod partition;
mod query;
mod state;
mod stats;
mod sweep;
mod upkeep;
mod verify;
mod wal;
mod warm;
mod words;

pub use options::Options;
pub use verify::{ArchivedFile, archive_strays, archived_files, verify};

use answering::threads;
use archive::{Archive, Archived};
use committer::{Committer, Message, Prepared};
use daybook_model::logstore::{BoxFuture, StoreResult, Write};
use daybook_model::{Event, StoreError, Stream, limits};
use error::{internal, io_error};
use futures_channel::oneshot;
use head::{Head, partition_of};
use health::Health;
use ledger::{Ledger, Salts, Sealed};
use mover::{Mover, Wake};
use parking_lot::Mutex;
use query::cache::Cache;
use state::{Shared, State};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use words::Words;

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
    messages: Mutex<Option<Sender<Message>>>,
    wakes: Mutex<Sender<Wake>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// For what is answered from few events.
    pages: rayon::ThreadPool,
    /// For what may go over all of them.
    sums: rayon::ThreadPool,
    cache: Arc<Cache>,
    /// By stream: whether events were removed since words were swept, or may have been before the start.
    unswept: [AtomicBool; 4],
    ledger: Arc<Ledger>,
    archive: Arc<Archive>,
    /// For work on archived events, which may wait for a network.
    archive_threads: rayon::ThreadPool,
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
        let words = Arc::new(Words::open(&options.words_file(), options.words_max)?);
        let (archive, archived) = Archive::open(&options)?;
        let oldest = replayed.oldest();
        let mut state = stored(&options, &words, archived, oldest)?;
        let mut next = replayed.next;
        next.seq = next.seq.max(first_free_seq(&state));
        let generation = replayed.next_generation.max(first_free_generation(&state));
        let oldest = oldest.unwrap_or(generation);
        let first_index = replayed
            .segments
            .first()
            .map_or(0, |first| first.first_index);
        let mut sealed = Vec::new();
        for segment in replayed.segments {
            state
                .heads
                .push(Arc::new(replayed_head(segment, &state, &mut sealed)));
        }
        let ledger = Arc::new(Ledger::open(&options.ledger, first_index, &sealed)?);
        drop(sealed);
        let (segment, extent) = begin_log(&wal_dir, oldest, generation, next)?;
        state.heads.push(Arc::new(Head::new(generation, next)));
        let shared = Arc::new(Shared::new(state, words));
        let health = Arc::new(Health::default());
        let (rotated, rotations) = channel();
        let committer = Committer {
            options: options.clone(),
            shared: Arc::clone(&shared),
            health: Arc::clone(&health),
            queued_bytes: Arc::default(),
            rotated,
            segment: Some(segment),
            next,
            extent: Arc::clone(&extent),
            ledger: Arc::clone(&ledger),
            head_since: Instant::now(),
            last_commit: Instant::now(),
        };
        let closing = Arc::default();
        let mover = Mover {
            options: options.clone(),
            shared,
            closing,
            extent,
            ledger,
            undropped: AtomicBool::new(false),
            health,
            halted: OnceCell::new(),
        };
        Self::start(options, lock, archive, committer, mover, rotations)
    }

    fn start(
        options: Options,
        lock: File,
        archive: Archive,
        committer: Committer,
        mover: Mover,
        rotations: Receiver<Wake>,
    ) -> Result<Self, StoreError> {
        let pages = threads("query", options.query_threads)?;
        let sums = threads("sums", options.query_threads)?;
        let archive_threads = threads("archive", ARCHIVE_THREADS)?;
        let (messages, message_queue) = channel();
        let inner = Inner {
            shared: Arc::clone(&committer.shared),
            health: Arc::clone(&committer.health),
            queued_bytes: Arc::clone(&committer.queued_bytes),
            closing: Arc::clone(&mover.closing),
            ledger: Arc::clone(&mover.ledger),
            messages: Mutex::new(Some(messages)),
            wakes: Mutex::new(committer.rotated.clone()),
            threads: Mutex::default(),
            pages,
            sums,
            archive: Arc::new(archive),
            archive_threads,
            cache: Arc::new(Cache::new(options.cache_bytes_max)),
            unswept: std::array::from_fn(|_| true.into()),
            options,
            _lock: lock,
        };
        inner.spawn("committer", move || committer.run(&message_queue))?;
        inner.spawn("mover", move || mover.run(&rotations))?;
        let (shared, closing) = (Arc::clone(&inner.shared), Arc::clone(&inner.closing));
        let count = inner.options.warm_partitions;
        inner.spawn("warmer", move || {
            warm::open_newest(&shared, count, &closing);
        })?;
        Ok(Self(Arc::new(inner)))
    }

    /// Takes no more events and ends all work on the directory; queries still answer. What was
    /// acknowledged is on disk already.
    pub fn close(&self) {
        self.0.close();
    }

    fn tell(&self, message: Message) -> StoreResult<()> {
        let closed = |_| StoreError::Unavailable("the store is closing".into());
        self.committer()?.send(message).map_err(closed)
    }

    /// The way to the committer, which goes on as long as somebody has it.
    fn committer(&self) -> StoreResult<Sender<Message>> {
        let messages = self.0.messages.lock();
        let closed = || StoreError::Unavailable("the store is closing".into());
        messages.clone().ok_or_else(closed)
    }

    /// Works on partitions, on the mover's thread. Events in memory that are `concerned` are moved
    /// into theirs first.
    fn work<T: Send + 'static>(
        &self,
        concerned: impl Fn(&Event) -> bool + Send + 'static,
        work: impl FnOnce(&Mover) -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        Box::pin(async move {
            let in_memory = {
                let snapshot = self.0.shared.snapshot();
                let mut entries = snapshot.chunks().flat_map(|(chunk, _)| &chunk.entries);
                entries.any(|entry| concerned(&entry.event))
            };
            if in_memory {
                let (reply, rotated) = oneshot::channel();
                self.tell(Message::Rotate(reply))?;
                rotated
                    .await
                    .unwrap_or_else(|_| Err(internal("the committer ended without an answer")))?;
            }
            let (reply, answer) = oneshot::channel();
            let task = Box::new(move |mover: &Mover| {
                // Whoever asked may have gone away.
                let _ = reply.send(work(mover));
            });
            let unavailable = || {
                StoreError::Unavailable(
                    "the store is closing or its partitions cannot be written".into(),
                )
            };
            self.0
                .wakes
                .lock()
                .send(Wake::Task(task))
                .map_err(|_| unavailable())?;
            answer.await.unwrap_or_else(|_| Err(unavailable()))
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
            return Err(StoreError::Busy(message.into()));
        }
        let is_audit = |write: &&Write| write.event().stream == Stream::Audit;
        let audit = batch.iter().filter(is_audit).count();
        if audit > 0 {
            inner.ledger.writable()?;
        }
        let mut salts = Salts::draw(audit)?;
        let prepared = batch
            .into_iter()
            .map(|write| Prepared::new(write, &mut salts));
        let writes = prepared.collect::<StoreResult<Vec<_>>>()?;
        let bytes = writes.iter().map(Prepared::size_bytes).sum();
        Ok((writes, bytes))
    }
}

impl Inner {
    fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        // Without a sender the committer ends.
        self.messages.lock().take();
        // It may have ended already.
        let _ = self.wakes.lock().send(Wake::Rotated);
        for thread in self.threads.lock().drain(..) {
            // A panic there was reported there.
            let _ = thread.join();
        }
        self.ledger.close();
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

/// The segment that takes commits from now on, and the record of those that must exist.
fn begin_log(
    dir: &Path,
    oldest: u64,
    generation: u64,
    next: wal::Next,
) -> Result<(wal::Segment, Arc<wal::Extent>), StoreError> {
    let making = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Unavailable(format!(
            "making a log segment: {error}. A start needs some space: free 64 MiB"
        )),
        _ => io_error("making a log segment", &error),
    };
    let segment = wal::Segment::create(dir, generation, next).map_err(making)?;
    let extent = wal::Extent::begin(dir, oldest, generation).map_err(making)?;
    Ok((segment, Arc::new(extent)))
}

/// Threads for work on archived events.
const ARCHIVE_THREADS: usize = 2;

/// How long a lock is waited for: a process that was killed may still be ending, and a child that is
/// being started holds the files of its parent for a moment.
const LOCK_WAIT: Duration = Duration::from_secs(1);

fn lock(options: &Options) -> Result<File, StoreError> {
    let file = File::create(options.dir.join("lock")).map_err(|e| io_error("locking", &e))?;
    let until = Instant::now() + LOCK_WAIT;
    loop {
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(_) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => {
                let dir = options.dir.display();
                let message = format!("{dir} is in use by another process");
                return Err(StoreError::Unavailable(message));
            }
        }
    }
}

/// What is in partitions and in the archive.
fn stored(
    options: &Options,
    words: &Arc<Words>,
    archived: Archived,
    oldest: Option<u64>,
) -> Result<State, StoreError> {
    let partitions = partition::load_all(&options.dir, words, &archived, oldest)?;
    let used = partitions.iter().map(|partition| partition.info.words);
    words.require(used.max().unwrap_or(0))?;
    let partitions = partitions.into_iter().map(|one| (one.key, Arc::new(one)));
    Ok(State {
        heads: Vec::new(),
        partitions: partitions.collect(),
        archived: Arc::new(archived),
    })
}

/// A sequence number beyond all that are stored.
fn first_free_seq(state: &State) -> i64 {
    let partitions = state.partitions.values();
    let stored = partitions.map(|partition| partition.info.seq_max).max();
    stored.unwrap_or(-1).max(state.archived.seq_max()) + 1
}

/// The head of a segment, without what a move cut short has brought into partitions already; `sealed`
/// gets its audit events.
fn replayed_head(
    mut segment: wal::ReplayedSegment,
    state: &State,
    sealed: &mut Vec<Sealed>,
) -> Head {
    let records = segment.records.iter_mut();
    sealed.extend(records.filter_map(|record| record.sealed.take()));
    let seqs = segment.records.iter().map(|record| record.event.seq);
    let next = wal::Next {
        seq: seqs.max().unwrap_or(0) + 1,
        commit: 0,
        index: segment.first_index,
    };
    let head = Head::new(segment.generation, next);
    head.apply(segment.records);
    head.retain(|key| {
        let partition = state.partitions.get(&key);
        state.archived.moved_through(key) < segment.generation
            && partition.is_none_or(|partition| partition.info.moved_through < segment.generation)
    });
    head
}

/// A generation that no partition has seen, even when the whole log is gone.
fn first_free_generation(state: &State) -> u64 {
    state
        .partitions
        .values()
        .map(|partition| partition.info.moved_through)
        .chain(
            state
                .archived
                .periods()
                .map(|period| period.record.moved_through),
        )
        .max()
        .map_or(1, |last| last + 1)
}
