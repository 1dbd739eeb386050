//! The store as a [`LogStore`]: each question goes to a thread that answers, each write to the committer, each
//! removal to the mover.

use crate::committer::{Message, Request};
use crate::error::internal;
use crate::{Store, query, stats};
use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome,
    Page, Progress, RemoveRequest, ScanRequest, ScanStep, Stats, StoreResult, TimelineRequest,
    Values, Write,
};
use daybook_model::{Event, Field, Ledger, ListRequest, LogStore, Query, Stream};
use futures_channel::oneshot;
use std::sync::Arc;
use std::sync::atomic::Ordering;

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
            self.tell(Message::Store(request))
        });
        Box::pin(async move {
            sent?;
            answer
                .await
                .unwrap_or_else(|_| Err(internal("the committer ended without an answer")))
        })
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.answer(move |snapshot, cache| query::list(snapshot, cache, &request))
    }

    fn get(&self, query: Query, id: String) -> BoxFuture<'_, StoreResult<Option<Event>>> {
        Box::pin(self.find_event(query, id))
    }

    fn values(
        &self,
        query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>> {
        self.answer(move |snapshot, cache| {
            query::values(snapshot, cache, &query, field, &prefix, limit)
        })
    }

    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>> {
        self.answer(move |snapshot, cache| query::histogram(snapshot, cache, &request))
    }

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<ScanStep>> {
        Box::pin(self.scan_step(request))
    }

    fn timeline(&self, request: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.answer(move |snapshot, cache| query::timeline(snapshot, cache, &request))
    }

    fn summary(&self, query: Query) -> BoxFuture<'_, StoreResult<Summary>> {
        self.sum(move |snapshot, cache| query::summary(snapshot, cache, &query))
    }

    fn breakdown(&self, request: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>> {
        self.sum(move |snapshot, cache| query::breakdown(snapshot, cache, &request))
    }

    fn series(&self, request: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>> {
        self.sum(move |snapshot, cache| query::series(snapshot, cache, &request))
    }

    fn remove(&self, request: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        Box::pin(self.remove_step(request))
    }

    fn erase(&self, request: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        Box::pin(self.erase_step(request))
    }

    fn archive(&self, request: ArchiveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        Box::pin(self.archive_step(request))
    }

    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
        self.0.shared.get().archived.summary(stream)
    }

    fn read_only(&self) -> Option<String> {
        self.0.health.read_only()
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        Some(self)
    }

    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>> {
        let read_only = self.0.health.read_only();
        let shared = Arc::clone(&self.0.shared);
        self.answer(move |snapshot, cache| stats::of(snapshot, cache, &shared.damages, read_only))
    }
}
