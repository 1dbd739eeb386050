//! The mover: one thread that brings rotated heads into their partitions, oldest first, and seals
//! partitions whose period is over. A head leaves memory and its log segment goes only when all
//! its events are durable in partitions.

use crate::head::{Entry, Head, PartitionKey, partition_of};
use crate::health::Health;
use crate::ledger::Ledger;
use crate::options::Options;
use crate::partition::{self, Changes, Partition, partition_dir};
use crate::state::Shared;
use crate::wal::{Extent, prepare_spare, remove_segments};
use daybook_model::{StoreError, Timestamp};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often an idle mover looks for partitions to seal, and for a head whose move failed.
const IDLE: Duration = Duration::from_secs(5);

/// Events that are moved together at most: more would keep their heads in memory for long.
const MOVE_EVENTS_MAX: usize = 262_144;

/// What wakes the mover.
pub(crate) enum Wake {
    /// A head waits to be moved.
    Rotated,
    /// Other work on partitions, after all heads that wait were moved.
    Task(Box<dyn FnOnce(&Mover) + Send>),
}

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Mover {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) closing: Arc<AtomicBool>,
    pub(crate) extent: Arc<Extent>,
    pub(crate) ledger: Arc<Ledger>,
    /// Whether segments of moved heads are still there.
    pub(crate) undropped: AtomicBool,
    pub(crate) health: Arc<Health>,
    /// Why it does nothing any more until the next start.
    pub(crate) halted: OnceCell<String>,
}

impl Mover {
    /// Moves heads until the store closes.
    pub(crate) fn run(self, wakes: &Receiver<Wake>) {
        let mut trouble: Option<StoreError> = None;
        loop {
            let prepared = self.prepare_segment();
            let moved = self.move_rotated().and_then(|()| self.drop_again());
            let done = moved.and_then(|()| self.seal_one());
            let done = done.and_then(|more| prepared.map(|()| more));
            self.shared.close_beyond(self.options.open_partitions_max);
            if self.closing.load(Ordering::Relaxed) {
                return;
            }
            let more = *done.as_ref().unwrap_or(&false);
            match done.err() {
                // Once for each trouble, however often it is tried again.
                Some(error) if trouble.as_ref() != Some(&error) => {
                    self.shared.damages.note(&error);
                    tracing::error!(%error, "events wait in memory and in the log; trying again");
                    trouble = Some(error);
                }
                Some(_) => {}
                None => trouble = None,
            }
            let wait = if more { Duration::ZERO } else { IDLE };
            match wakes.recv_timeout(wait) {
                Ok(Wake::Rotated) => {}
                Ok(Wake::Task(task)) => self.run_task(task),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// What is on the disk is unknown now: nothing more is done to it before a start has read it.
    pub(crate) fn halt(&self, why: String) {
        self.health.stop_writing(why.clone());
        self.halted.get_or_init(|| why);
    }

    /// A task that cannot be begun goes, and whoever waits for it learns that it did not happen: it
    /// must not take for all what is in partitions, while events that it is about are in memory.
    fn run_task(&self, task: Box<dyn FnOnce(&Self) + Send>) {
        match self.move_rotated().and_then(|()| self.lock_disk()) {
            // Nothing is moved any more.
            Ok(_) if self.closing.load(Ordering::Relaxed) => {}
            Ok(_locked) => task(self),
            Err(error) => {
                tracing::error!(%error, "work on partitions waits, and events in memory and in the log");
            }
        }
    }

    /// While it is held, nobody else reads the partitions and the log to copy them.
    fn lock_disk(&self) -> Result<DiskLock, StoreError> {
        if let Some(why) = self.halted.get() {
            let message = format!("{why}; restart to go on");
            return Err(StoreError::Unavailable(message));
        }
        let lock = || {
            let file = std::fs::File::create(self.options.dir.join("move.lock"))?;
            rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
            Ok(DiskLock { _file: file })
        };
        lock().map_err(|e: std::io::Error| crate::error::io_error("locking the partitions", &e))
    }

    fn prepare_segment(&self) -> Result<(), StoreError> {
        let bytes = self.options.head_bytes_max.min(32 << 20) as u64;
        prepare_spare(&self.options.wal_dir(), bytes)
            .map_err(|e| crate::error::io_error("preparing a log segment", &e))
    }

    fn move_rotated(&self) -> Result<(), StoreError> {
        while !self.closing.load(Ordering::Relaxed) {
            let state = self.shared.get();
            let rotated = &state.heads[..state.heads.len() - 1];
            let heads = together(rotated);
            if heads.is_empty() {
                break;
            }
            let _locked = self.lock_disk()?;
            self.move_heads(heads)?;
        }
        Ok(())
    }

    /// Moves heads together: what a commit of a partition costs hardly depends on its events.
    fn move_heads(&self, heads: &[Arc<Head>]) -> Result<(), StoreError> {
        let started = Instant::now();
        let generations: Vec<u64> = heads.iter().map(|head| head.generation).collect();
        let last = generations.last().copied().unwrap_or(0);
        let mut moved = Vec::new();
        for (key, steps) in steps_of(heads) {
            moved.push(self.move_part(key, last, &steps)?);
        }
        let (partitions, moved_heads) = (moved.len(), heads.len());
        self.shared.change(|state| {
            state
                .heads
                .retain(|head| !generations.contains(&head.generation));
            let moved = moved
                .into_iter()
                .map(|partition| (partition.key, Arc::new(partition)));
            state.partitions.extend(moved);
        });
        let elapsed_ms = started.elapsed().as_millis();
        tracing::debug!(
            heads = moved_heads,
            partitions,
            elapsed_ms,
            "moved heads into their partitions"
        );
        self.undropped.store(true, Ordering::Relaxed);
        self.drop_segments()
    }

    fn move_part(
        &self,
        key: PartitionKey,
        last: u64,
        steps: &[Step],
    ) -> Result<Partition, StoreError> {
        let state = self.shared.get();
        let view = state.partitions.get(&key);
        if let Some(view) = view {
            // A query may hold this view; opened later, it would show the move's result.
            view.searcher()?;
        }
        let dir = view.map_or_else(
            || partition_dir(&self.options.dir, key, state.archived.next_dir(key)),
            |view| view.dir.clone(),
        );
        let words = &self.shared.words;
        let there = Partition::at(key, &dir, words)?;
        let info = there
            .as_ref()
            .map(|partition| partition.info)
            .unwrap_or_default();
        match there {
            // An attempt that failed half-way has moved into some partitions already.
            Some(there) if info.moved_through >= last => Ok(there.after(view)),
            _ => {
                let changes = changes(steps, info.moved_through);
                let moved = partition::move_into(key, &dir, info, last, &changes, words)?;
                let moved = moved.after(view);
                // Else the committer, and all who wait for it, would at the next event. A failure shows there.
                let _ = moved.prepare();
                Ok(moved)
            }
        }
    }

    /// Removes the log segments that an earlier attempt left.
    fn drop_again(&self) -> Result<(), StoreError> {
        if !self.undropped.load(Ordering::Relaxed) || self.closing.load(Ordering::Relaxed) {
            return Ok(());
        }
        let _locked = self.lock_disk()?;
        self.drop_segments()
    }

    /// Removes the log segments of moved heads, when the ledger has their audit events on disk, too.
    pub(crate) fn drop_segments(&self) -> Result<(), StoreError> {
        let (oldest, first_index) = {
            let state = self.shared.get();
            let head = state.oldest();
            (head.generation, head.first_index)
        };
        self.ledger.flush(first_index)?;
        let remove = || -> std::io::Result<()> {
            self.extent.moved_before(oldest)?;
            remove_segments(&self.options.wal_dir(), oldest)
        };
        remove().map_err(|e| crate::error::io_error("removing log segments", &e))?;
        self.ledger.forget(first_index);
        self.undropped.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Seals one partition whose period is over; returns whether it found one.
    fn seal_one(&self) -> Result<bool, StoreError> {
        let lateness_us = i64::try_from(self.options.lateness.as_micros()).unwrap_or(i64::MAX);
        let ended = Timestamp::now().plus_us(-lateness_us);
        let state = self.shared.get();
        let due =
            |partition: &&Arc<Partition>| !partition.info.sealed && partition.key.1.end() < ended;
        let Some(partition) = state.partitions.values().find(due) else {
            return Ok(false);
        };
        let _locked = self.lock_disk()?;
        partition.searcher()?;
        let sealed = Arc::new(partition::seal(partition)?.after(Some(partition)));
        self.shared.change(|state| {
            state.partitions.insert(sealed.key, sealed);
        });
        Ok(true)
    }
}

/// Ends with its file, which unlocks it.
struct DiskLock {
    _file: std::fs::File,
}

/// The oldest heads, as many as are moved together.
fn together(rotated: &[Arc<Head>]) -> &[Arc<Head>] {
    let mut events = 0;
    let fits = rotated.iter().take_while(|head| {
        let first = events == 0;
        events += head.size().0;
        first || events <= MOVE_EVENTS_MAX
    });
    &rotated[..fits.count()]
}

/// What a head, named by its generation, does to one partition.
type Step = (u64, StepKind);

enum StepKind {
    /// The version with this `seq` goes.
    Remove(i64),
    Add(Arc<Entry>),
}

/// The steps of each partition, in the order of heads.
fn steps_of(heads: &[Arc<Head>]) -> BTreeMap<PartitionKey, Vec<Step>> {
    let mut steps: BTreeMap<PartitionKey, Vec<Step>> = BTreeMap::new();
    for head in heads {
        let view = head.view();
        for key in view.masks.partitions() {
            let removed = view
                .masks
                .of(key)
                .map(|seq| (head.generation, StepKind::Remove(seq)));
            steps.entry(key).or_default().extend(removed);
        }
        for entry in view.entries() {
            let step = (head.generation, StepKind::Add(Arc::clone(entry)));
            steps
                .entry(partition_of(&entry.event))
                .or_default()
                .push(step);
        }
    }
    steps
}

/// The sum of the steps after a generation: a later head may hold a newer version of an event
/// that an earlier one adds.
fn changes(steps: &[Step], after: u64) -> Changes {
    let mut add: BTreeMap<i64, Arc<Entry>> = BTreeMap::new();
    let mut remove = Vec::new();
    for (_, step) in steps.iter().filter(|(generation, _)| *generation > after) {
        match step {
            StepKind::Remove(seq) => {
                if add.remove(seq).is_none() {
                    remove.push(*seq);
                }
            }
            StepKind::Add(entry) => {
                add.insert(entry.event.seq, Arc::clone(entry));
            }
        }
    }
    Changes {
        add: add.into_values().collect(),
        remove,
    }
}
