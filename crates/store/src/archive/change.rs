//! Putting another record of a period in place. That is the moment at which events become archived,
//! change there or go; before it, all that was prepared counts for nothing.

use super::{Archive, Archived, ArchivedPeriod, Record};
use crate::committer::{Interlude, Message};
use crate::mover::Mover;
use crate::partition::{Partition, remove_dir};
use crate::state::{Shared, State};
use daybook_model::StoreError;
use daybook_model::logstore::StoreResult;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

/// A record that waits to be put in place of what was seen when the work on it began.
#[derive(Debug)]
pub(crate) struct Replacement {
    seen: Arc<Archived>,
    record: Record,
    next: Archived,
}

/// Why a record is not in place, and what is unknown because of that, if anything is.
type Failed = (StoreError, Option<String>);

impl Replacement {
    /// Prepares a record.
    pub(super) fn new(seen: Arc<Archived>, archive: &Archive, record: Record) -> StoreResult<Self> {
        let period = ArchivedPeriod::new(archive, record.clone())?;
        Ok(Self {
            next: seen.with(period)?,
            seen,
            record,
        })
    }

    /// Bytes of the files that come in with it.
    pub(crate) fn bytes(&self) -> u64 {
        let last = self.record.manifest.parts.last();
        last.map_or(0, daybook_archive::Part::size_bytes)
    }

    /// Puts it in place, together with another change of the state; `false` when what it was
    /// prepared for is not there any more.
    fn commit(
        self,
        archive: &Archive,
        shared: &Shared,
        untouched: impl FnOnce(&State) -> bool,
        also: impl FnOnce(&mut State),
    ) -> Result<bool, Failed> {
        let state = shared.get();
        if !Arc::ptr_eq(&state.archived, &self.seen) || !untouched(&state) {
            return Ok(false);
        }
        let before = self.seen.period(self.record.key());
        self.record
            .replace(before.map(|period| &period.record), archive)?;
        shared.change(|state| {
            state.archived = Arc::new(self.next);
            also(state);
        });
        Ok(true)
    }
}

impl Mover {
    /// Puts archived events in the place of their partition; `false` when it has changed since.
    ///
    /// It happens between two commits: no event is being judged by what the partition holds.
    pub(crate) fn replace_partition(
        &self,
        partition: &Arc<Partition>,
        replacement: Replacement,
        archive: &Arc<Archive>,
        committer: &Sender<Message>,
    ) -> StoreResult<bool> {
        let (reply, answer) = channel();
        let (archive, shared) = (Arc::clone(archive), Arc::clone(&self.shared));
        let replaced = Arc::clone(partition);
        let interlude = move || {
            let key = replaced.key;
            let untouched = |state: &State| {
                let view = state.partitions.get(&key).map(|now| now.view);
                // A head with a newer version of one of its events would hide nothing any more.
                let masked =
                    |head: &Arc<crate::head::Head>| head.view().masks.of(key).next().is_some();
                view == Some(replaced.view) && !state.heads.iter().any(masked)
            };
            let done = replacement.commit(&archive, &shared, untouched, |state| {
                state.partitions.remove(&key);
            });
            // The mover waits for it.
            let _ = reply.send(done);
        };
        let closing = || StoreError::Unavailable("the store is closing".into());
        let message = Message::Between(Interlude(Box::new(interlude)));
        committer.send(message).map_err(|_| closing())?;
        let done = answer.recv().map_err(|_| closing())?;
        let done = done.map_err(|failed| self.failed(failed))?;
        if done {
            remove_dir(&partition.dir)?;
        }
        Ok(done)
    }

    /// Puts another record of archived events in place; `false` when something has changed since.
    pub(crate) fn replace_archived(
        &self,
        replacement: Replacement,
        archive: &Archive,
    ) -> StoreResult<bool> {
        let done = replacement.commit(archive, &self.shared, |_| true, |_| {});
        done.map_err(|failed| self.failed(failed))
    }

    fn failed(&self, (error, unknown): Failed) -> StoreError {
        if let Some(why) = unknown {
            self.halt(why);
        }
        error
    }
}
