//! A suite that cannot fail proves nothing: stores with one flaw each must be found out.

use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::logstore::{
    BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome, Page, Progress, RemoveRequest,
    ScanRequest, Stats, StoreResult, TimelineRequest, Values, Write,
};
use daybook_model::{Event, Field, ListRequest, LogStore, Query};
use daybook_testkit::{MemoryStore, check_conformance};
use std::collections::HashMap;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::task::Poll;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// `to` counts as inside.
    EndIsInside,
    /// Descending is ascending turned round, absent values included.
    AbsentFirst,
    /// Another event with a known id passes for a repetition.
    SwallowsConflicts,
    /// What came last is gone after reopening.
    ForgetsLastBatch,
    /// A crash may leave one half of a batch.
    SplitsBatches,
}

/// Batches outlive the store's handles like files would.
type Files = Arc<Mutex<Vec<Vec<Write>>>>;

#[derive(Debug)]
struct Flawed {
    inner: MemoryStore,
    files: Files,
    flaw: Flaw,
}

impl Flawed {
    fn open(files: &Files, flaw: Flaw) -> Self {
        let inner = MemoryStore::default();
        let mut kept = files.lock().unwrap();
        if flaw == Flaw::ForgetsLastBatch {
            kept.pop();
        }
        for batch in kept.iter() {
            futures_executor::block_on(inner.append(batch.clone())).unwrap();
        }
        Self {
            inner,
            files: Arc::clone(files),
            flaw,
        }
    }

    async fn store(&self, batch: Vec<Write>) -> StoreResult<Vec<Outcome>> {
        self.files.lock().unwrap().push(batch.clone());
        self.inner.append(batch).await
    }

    async fn store_in_two(&self, mut batch: Vec<Write>) -> StoreResult<Vec<Outcome>> {
        let rest = batch.split_off(batch.len() / 2);
        let mut outcomes = self.store(batch).await?;
        wait_once().await;
        outcomes.extend(self.store(rest).await?);
        Ok(outcomes)
    }
}

/// Ready when asked a second time.
async fn wait_once() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl LogStore for Flawed {
    fn append(&self, batch: Vec<Write>) -> BoxFuture<'_, StoreResult<Vec<Outcome>>> {
        Box::pin(async move {
            if self.flaw == Flaw::SplitsBatches {
                return self.store_in_two(batch).await;
            }
            let mut outcomes = self.store(batch).await?;
            for outcome in &mut outcomes {
                if self.flaw == Flaw::SwallowsConflicts && *outcome == Outcome::Conflict {
                    *outcome = Outcome::Duplicate;
                }
            }
            Ok(outcomes)
        })
    }

    fn list(&self, mut request: ListRequest) -> BoxFuture<'_, StoreResult<Page>> {
        if self.flaw == Flaw::EndIsInside {
            request.query.to = request.query.to.map(|to| to.plus_us(1));
        }
        if self.flaw != Flaw::AbsentFirst || !request.sort.descending {
            return self.inner.list(request);
        }
        Box::pin(async move {
            let (offset, limit) = (request.offset, request.limit);
            request.sort.descending = false;
            (request.offset, request.limit) = (0, usize::MAX);
            let mut page = self.inner.list(request).await?;
            let offset = usize::try_from(offset).unwrap();
            let turned = page.events.into_iter().rev().skip(offset);
            page.events = turned.take(limit).collect();
            Ok(page)
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

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<Vec<Event>>> {
        self.inner.scan(request)
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

    fn read_only(&self) -> Option<String> {
        self.inner.read_only()
    }

    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>> {
        self.inner.stats()
    }
}

fn check(flaw: Flaw, cases: u32) -> Result<(), String> {
    let disk: Mutex<HashMap<PathBuf, Files>> = Mutex::default();
    check_conformance(20_260_301, cases, |path: &Path| {
        let files = Arc::clone(disk.lock().unwrap().entry(path.into()).or_default());
        Arc::new(Flawed::open(&files, flaw))
    })
}

#[test]
fn a_right_store_passes() {
    check(Flaw::None, 48).unwrap();
}

#[test]
fn every_flaw_is_found_and_shown() {
    for (flaw, shown) in [
        (Flaw::EndIsInside, " to="),
        (Flaw::AbsentFirst, "sorted by -"),
        (Flaw::SwallowsConflicts, "found    [Ok([Duplicate"),
        (
            Flaw::ForgetsLastBatch,
            "expected [1, 0, 0, 0] events per stream\nfound    [0",
        ),
        (Flaw::SplitsBatches, "a batch of 2"),
    ] {
        let report = check(flaw, 200).expect_err(&format!("{flaw:?} was not found"));
        assert!(report.contains(shown), "{flaw:?}: {report}");
    }
}
