//! A log store that can refuse, and that can be slow.

use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome,
    Page, Progress, RemoveRequest, ScanRequest, ScanStep, Stats, StoreResult, TimelineRequest,
    Values, Write,
};
use daybook_model::{Event, Field, Ledger, ListRequest, LogStore, Query, StoreError, Stream};
use daybook_testkit::MemoryStore;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A log store in trouble.
#[derive(Debug)]
pub(crate) struct Troubled {
    inner: MemoryStore,
    /// It takes no events.
    pub(crate) refuses: AtomicBool,
    /// Its lists take a minute.
    pub(crate) slow: AtomicBool,
    /// It walks so many steps more; then its disk is damaged. Negative: for ever.
    pub(crate) steps_left: AtomicI64,
    /// How often it counted its events.
    pub(crate) counted: AtomicU64,
    /// Each step of a walk takes one.
    pub(crate) walks: Semaphore,
}

impl Default for Troubled {
    fn default() -> Self {
        Self {
            inner: MemoryStore::default(),
            refuses: AtomicBool::new(false),
            slow: AtomicBool::new(false),
            steps_left: AtomicI64::new(-1),
            counted: AtomicU64::new(0),
            walks: Semaphore::new(Semaphore::MAX_PERMITS / 2),
        }
    }
}

impl LogStore for Troubled {
    fn append(&self, batch: Vec<Write>) -> BoxFuture<'_, StoreResult<Vec<Outcome>>> {
        match self.refuses.load(Ordering::Relaxed) {
            true => Box::pin(async { Err(StoreError::Unavailable("the disk is full".into())) }),
            false => self.inner.append(batch),
        }
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, StoreResult<Page>> {
        Box::pin(async move {
            if self.slow.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            self.inner.list(request).await
        })
    }

    fn get(&self, query: Query, id: String) -> BoxFuture<'_, StoreResult<Option<Event>>> {
        self.inner.get(query, id)
    }

    fn values(
        &self,
        query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>> {
        self.inner.values(query, field, prefix, limit)
    }

    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>> {
        self.inner.histogram(request)
    }

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<ScanStep>> {
        match self.steps_left.fetch_sub(1, Ordering::Relaxed) {
            0 => Box::pin(async { Err(StoreError::Damaged("a block of 2026-03-01".into())) }),
            _ => Box::pin(async move {
                self.walks.acquire().await.unwrap().forget();
                self.inner.scan(request).await
            }),
        }
    }

    fn timeline(&self, request: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.inner.timeline(request)
    }

    fn summary(&self, query: Query) -> BoxFuture<'_, StoreResult<Summary>> {
        self.inner.summary(query)
    }

    fn breakdown(&self, request: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>> {
        self.inner.breakdown(request)
    }

    fn series(&self, request: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>> {
        self.inner.series(request)
    }

    fn remove(&self, request: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.inner.remove(request)
    }

    fn erase(&self, request: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.inner.erase(request)
    }

    fn archive(&self, request: ArchiveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.inner.archive(request)
    }

    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
        self.inner.archived(stream)
    }

    fn read_only(&self) -> Option<String> {
        let refuses = self.refuses.load(Ordering::Relaxed);
        refuses.then(|| "the disk is full".into())
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        self.inner.ledger()
    }

    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>> {
        self.counted.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let mut stats = self.inner.stats().await?;
            if self.refuses.load(Ordering::Relaxed) {
                stats.read_only = Some("the disk is full".into());
            }
            Ok(stats)
        })
    }
}
