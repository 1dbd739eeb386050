//! Work that takes long: archiving, removal and erasure, online and archived, step by step. What is
//! heavy is done on a thread of its own beside everything else; the mover, which alone changes
//! partitions and what is archived, only puts the outcome in place, if it still fits.

use crate::Store;
use crate::archive::{self, Archive};
use crate::error::internal;
use crate::lifecycle;
use crate::partition::{Partition, remove_dir};
use crate::query;
use crate::state::{Shared, Snapshot};
use daybook_model::logstore::{
    ArchiveRequest, EraseRequest, Progress, RemoveRequest, ScanRequest, ScanStep, StoreResult,
    stream_index,
};
use daybook_model::{Event, Query, Stream};
use futures_channel::oneshot;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Store {
    /// Archives one partition.
    pub(crate) async fn archive_step(&self, request: ArchiveRequest) -> StoreResult<Progress> {
        self.tidy().await?;
        let ArchiveRequest { stream, before } = request;
        let concerned = move |event: &Event| {
            event.stream == stream && stream.period(event.time).end() <= before
        };
        let ended = self.work(concerned, move |mover| Ok(mover.ended(stream, before)));
        let ended = ended.await?;
        let Some(partition) = ended.first().cloned() else {
            return Ok(DONE);
        };
        let left = Progress {
            partitions_left: ended.len() as u64 - 1,
            ..Progress::default()
        };
        if partition.events == 0 {
            self.drop_empty(partition).await?;
            return Ok(left);
        }
        let of = Arc::clone(&partition);
        let replacement = self.beside(move |archive, shared| {
            let seen = Arc::clone(&shared.get().archived);
            archive.archive(seen, &of)
        });
        let (replacement, events) = (replacement.await?, partition.events);
        let (archive, committer) = (Arc::clone(&self.0.archive), self.committer()?);
        let bytes = replacement.bytes();
        let put = self.work(NONE, move |mover| {
            mover.replace_partition(&partition, replacement, &archive, &committer)
        });
        if !put.await? {
            // Events came late, or were erased, meanwhile.
            return Ok(left);
        }
        self.tidy().await?;
        Ok(Progress {
            events,
            bytes,
            ..left
        })
    }

    /// The next step of a walk.
    pub(crate) async fn scan_step(&self, request: ScanRequest) -> StoreResult<ScanStep> {
        let seen = Arc::clone(&self.0.shared.get().archived);
        if seen.touched(&request.query).next().is_none() {
            return self.online_scan(request).await;
        }
        self.read_archived(move |archive, snapshot| archive::scan(snapshot, archive, &request))
            .await
    }

    /// The newest event with an id; an archived audit event is found like one that is online.
    pub(crate) async fn find_event(&self, query: Query, id: String) -> StoreResult<Option<Event>> {
        let (of, wanted) = (query.clone(), id.clone());
        let online = self.answer(move |snapshot, _| query::get(snapshot, &of, &wanted));
        let online = online.await?;
        let seen = Arc::clone(&self.0.shared.get().archived);
        if query.stream != Stream::Audit || seen.of_stream(Stream::Audit).next().is_none() {
            return Ok(online);
        }
        let words = Arc::clone(&self.0.shared.words);
        let archived = self.read_archived(move |archive, snapshot| {
            archive.audit_event(&snapshot.state().archived, &words, &query, &id)
        });
        let found = archived.await?.into_iter().chain(online);
        Ok(found.max_by_key(|event| (event.time, event.seq)))
    }

    /// Reads what is archived; again when files were rewritten meanwhile.
    async fn read_archived<T: Send + 'static>(
        &self,
        read: impl Fn(&Archive, &Snapshot) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.beside(move |archive, shared| {
            loop {
                let snapshot = shared.snapshot();
                let found = read(archive, &snapshot);
                let now = &shared.get().archived;
                if found.is_ok() || Arc::ptr_eq(now, &snapshot.state().archived) {
                    return found.map_err(|error| shared.get().damage().unwrap_or(error));
                }
            }
        })
        .await
    }

    /// A step where nothing is archived.
    async fn online_scan(&self, request: ScanRequest) -> StoreResult<ScanStep> {
        let archive = Arc::clone(&self.0.archive);
        self.sum(move |snapshot, _| archive::scan(snapshot, &archive, &request))
            .await
    }

    async fn drop_empty(&self, partition: Arc<Partition>) -> StoreResult<()> {
        let dropped = self.work(NONE, move |mover| {
            let now = mover.shared.get().partitions.get(&partition.key).cloned();
            if now.is_some_and(|now| now.view == partition.view) {
                mover.replace(&partition, None);
                remove_dir(&partition.dir)?;
            }
            Ok(())
        });
        dropped.await
    }

    /// Removes one partition's old events or payloads, or those of an archived period. Audit events
    /// are archived first, so that their ids and hashes stay; what the ledger has of them beside its
    /// leaves goes with them.
    pub(crate) async fn remove_step(&self, request: RemoveRequest) -> StoreResult<Progress> {
        let (stream, before) = (request.stream, request.before);
        if stream != Stream::Audit {
            let concerned = move |event: &Event| lifecycle::is_old(event, stream, before);
            let online = request.clone();
            let progress = self.work(concerned, move |mover| mover.remove_step(&online));
            let progress = progress.await?;
            if !progress.done {
                self.note_unswept(stream);
                return Ok(progress);
            }
        }
        self.tidy().await?;
        let less =
            self.beside(move |archive, shared| archive.without(&shared.get().archived, &request));
        let Some(cleared) = less.await? else {
            self.sweep_if_due(stream).await?;
            return Ok(DONE);
        };
        self.note_unswept(stream);
        self.erase_bodies(cleared.ledger_indices).await?;
        match self.replace_archived(cleared.replacement).await? {
            true => Ok(cleared.progress),
            false => Ok(Progress::default()),
        }
    }

    /// Erases fields in one partition, or in one archived part.
    pub(crate) async fn erase_step(&self, request: EraseRequest) -> StoreResult<Progress> {
        let fields = request.erased()?;
        let query = request.query.clone();
        let concerned = move |event: &Event| query.matches(event);
        let online = request.clone();
        let progress = self.work(concerned, move |mover| mover.erase_step(&online));
        let progress = progress.await;
        // It may hold what was erased.
        self.0.cache.clear();
        let progress = progress?;
        if !progress.done {
            return Ok(progress);
        }
        self.tidy().await?;
        let of = EraseRequest {
            fields,
            ..request.clone()
        };
        let erased = self.beside(move |archive, shared| archive.erase(&shared.get().archived, &of));
        let Some(erased) = erased.await? else {
            // Also after a crash between a step and this: only now is it done.
            self.note_unswept(request.query.stream);
            self.sweep_if_due(request.query.stream).await?;
            return Ok(DONE);
        };
        self.erase_bodies(erased.ledger_indices).await?;
        if !self.replace_archived(erased.replacement).await? {
            return Ok(Progress::default());
        }
        self.0.archive.forget_read();
        Ok(erased.progress)
    }

    fn note_unswept(&self, stream: Stream) {
        self.0.unswept[stream_index(stream)].store(true, Ordering::Relaxed);
    }

    /// Takes words out of the dictionary that no event has any more, if events went.
    async fn sweep_if_due(&self, stream: Stream) -> StoreResult<()> {
        let unswept = &self.0.unswept[stream_index(stream)];
        if unswept.swap(false, Ordering::Relaxed) {
            let swept = self.work(NONE, move |mover| mover.sweep(stream)).await;
            return swept.inspect_err(|_| self.note_unswept(stream));
        }
        Ok(())
    }

    /// Erases what the ledger has of archived events. It goes first: what was cut short finds these
    /// events again by what their part says.
    async fn erase_bodies(&self, indices: Vec<u64>) -> StoreResult<()> {
        // Moves go on in between.
        for some in indices.chunks(BODIES_MAX) {
            let some = some.to_vec();
            let erased = self.work(NONE, move |mover| mover.erase_archived_bodies(some));
            erased.await?;
        }
        Ok(())
    }

    /// Puts another record in place; when it does not fit any more the step was not taken.
    async fn replace_archived(&self, replacement: archive::Replacement) -> StoreResult<bool> {
        let archive = Arc::clone(&self.0.archive);
        let put = self.work(NONE, move |mover| {
            mover.replace_archived(replacement, &archive)
        });
        let put = put.await?;
        if put {
            self.tidy().await?;
        }
        Ok(put)
    }

    /// Lets files go from the depot that count no more, those that a crash left included.
    async fn tidy(&self) -> StoreResult<()> {
        loop {
            let tidied = self.beside(|archive, shared| {
                let seen = Arc::clone(&shared.get().archived);
                let untidy = Archive::untidy(&seen);
                let tidied = untidy.map(|period| archive.tidy(seen, &period));
                tidied.transpose()
            });
            let Some(replacement) = tidied.await? else {
                return Ok(());
            };
            let archive = Arc::clone(&self.0.archive);
            let put = self.work(NONE, move |mover| {
                mover.replace_archived(replacement, &archive)
            });
            put.await?;
        }
    }

    /// Works on a thread beside queries and moves.
    pub(crate) async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Archive, &Shared) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let (reply, answer) = oneshot::channel();
        let (archive, shared) = (Arc::clone(&self.0.archive), Arc::clone(&self.0.shared));
        self.0.archive_threads.spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(&archive, &shared)))
                .unwrap_or_else(|_| Err(internal("the archive failed unexpectedly")))
                .inspect_err(|error| shared.damages.note(error));
            // Whoever asked may have gone away.
            let _ = reply.send(done);
        });
        answer
            .await
            .unwrap_or_else(|_| Err(internal("a thread of the archive ended without an answer")))
    }
}

/// Bodies of the ledger that are erased in one step.
const BODIES_MAX: usize = 16_384;

/// Nothing is left to do.
const DONE: Progress = Progress {
    events: 0,
    bytes: 0,
    partitions_left: 0,
    done: true,
};

/// No event in memory is concerned.
const NONE: fn(&Event) -> bool = |_| false;
