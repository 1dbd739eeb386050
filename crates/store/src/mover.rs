//! The mover: one thread that brings rotated heads into their partitions, oldest first, and seals
//! partitions whose period is over. A head leaves memory and its log segment goes only when all
//! its events are durable in partitions.

use crate::head::{Head, PartitionKey, partition_of};
use crate::options::Options;
use crate::partition::{self, Changes, Partition, partition_dir};
use crate::state::Shared;
use crate::wal::{prepare_spare, segment_path, sync_dir};
use daybook_model::{StoreError, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often an idle mover looks for partitions to seal, and for a head whose move failed.
const IDLE: Duration = Duration::from_secs(5);

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Mover {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) closing: Arc<AtomicBool>,
}

impl Mover {
    /// Moves heads until the store closes.
    pub(crate) fn run(self, rotated: &Receiver<()>) {
        loop {
            self.prepare_segment();
            let done = self.move_rotated().and_then(|()| self.seal_one());
            let more = match done {
                Ok(more) => more,
                Err(error) => {
                    tracing::error!(%error, "events could not be moved into partitions; trying again");
                    false
                }
            };
            if self.closing.load(Ordering::Relaxed) {
                return;
            }
            let wait = if more { Duration::ZERO } else { IDLE };
            match rotated.recv_timeout(wait) {
                Ok(()) => while rotated.try_recv().is_ok() {},
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn prepare_segment(&self) {
        let bytes = self.options.head_bytes_max.min(32 << 20) as u64;
        if let Err(error) = prepare_spare(&self.options.wal_dir(), bytes) {
            // The committer makes its own, a little slower.
            tracing::warn!(%error, "no log segment could be prepared");
        }
    }

    fn move_rotated(&self) -> Result<(), StoreError> {
        loop {
            let state = self.shared.get();
            let [oldest, _, ..] = state.heads.as_slice() else {
                return Ok(());
            };
            if self.closing.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.move_head(oldest)?;
        }
    }

    fn move_head(&self, head: &Arc<Head>) -> Result<(), StoreError> {
        let started = std::time::Instant::now();
        let mut moved = Vec::new();
        for (key, changes) in changes_of(head) {
            moved.push(self.move_part(key, head.generation, &changes)?);
        }
        let (partitions, events) = (moved.len(), head.size().0);
        self.shared.change(|state| {
            state
                .heads
                .retain(|other| other.generation != head.generation);
            state.partitions.extend(
                moved
                    .into_iter()
                    .map(|partition| (partition.key, Arc::new(partition))),
            );
        });
        let elapsed_ms = started.elapsed().as_millis();
        tracing::debug!(
            events,
            partitions,
            elapsed_ms,
            "moved a head into its partitions"
        );
        self.drop_segment(head.generation)
    }

    fn move_part(
        &self,
        key: PartitionKey,
        generation: u64,
        changes: &Changes,
    ) -> Result<Partition, StoreError> {
        let dir = partition_dir(&self.options.dir, key);
        if let Some(view) = self.shared.get().partitions.get(&key) {
            // A query may hold this view; opened later, it would show the move's result.
            view.searcher()?;
        }
        // An attempt that failed half-way has moved into some partitions already.
        match Partition::at(key, &dir)? {
            Some(there) if there.info.moved_through >= generation => Ok(there),
            there => {
                let info = there.map(|partition| partition.info).unwrap_or_default();
                partition::move_into(key, &dir, info, generation, changes)
            }
        }
    }

    /// Removes the log segment of a moved head.
    fn drop_segment(&self, generation: u64) -> Result<(), StoreError> {
        let dir = self.options.wal_dir();
        let remove = || -> std::io::Result<()> {
            match std::fs::remove_file(segment_path(&dir, generation)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            sync_dir(&dir)
        };
        remove().map_err(|e| crate::error::io_error("removing a log segment", &e))
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
        partition.searcher()?;
        let sealed = Arc::new(partition::seal(partition)?);
        self.shared.change(|state| {
            state.partitions.insert(sealed.key, sealed);
        });
        Ok(true)
    }
}

fn changes_of(head: &Head) -> BTreeMap<PartitionKey, Changes> {
    let view = head.view();
    let mut changes: BTreeMap<PartitionKey, Changes> = BTreeMap::new();
    for key in view.masks.partitions() {
        changes.entry(key).or_default().remove = view.masks.of(key).collect();
    }
    for entry in view.entries() {
        changes
            .entry(partition_of(&entry.event))
            .or_default()
            .add
            .push(Arc::clone(entry));
    }
    changes
}
