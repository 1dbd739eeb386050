//! A suite that cannot fail proves nothing: stores with one flaw each must be found out.

use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome,
    Page, Progress, Removal, RemoveRequest, ScanRequest, ScanStep, Stats, StoreResult,
    TimelineRequest, Values, Write,
};
use daybook_model::{Event, Field, Ledger, ListRequest, LogStore, Query, Scope, Stream};
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
    /// What was erased is back after reopening.
    RestoresErased,
    /// What happened at the limit itself is removed, too.
    RemovesTooMuch,
    /// Groups leave out the events without a value.
    GroupsOnlyPresent,
    /// Equal times of several streams come in order of the streams.
    MergesByStream,
    /// Values of a field are counted over everybody's events.
    CountsForeign,
    /// A crash may leave one half of a batch.
    SplitsBatches,
    /// A repeated delivery gets no receipt.
    KeepsReceipts,
    /// Receipts tell of the next place in the ledger.
    MiscountsReceipts,
    /// A list shows archived events, too.
    ListsArchived,
    /// Archived events are gone.
    LosesArchived,
}

/// What has changed a store.
#[derive(Debug, Clone)]
enum Change {
    Batch(Vec<Write>),
    Removed(RemoveRequest),
    Erased(EraseRequest),
    Archived(ArchiveRequest),
}

/// Changes outlive the store's handles like files would.
type Files = Arc<Mutex<Vec<Change>>>;

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
        if flaw == Flaw::RestoresErased {
            kept.retain(|change| !matches!(change, Change::Erased(_)));
        }
        for change in kept.iter() {
            futures_executor::block_on(apply(&inner, change.clone()));
        }
        Self {
            inner,
            files: Arc::clone(files),
            flaw,
        }
    }

    fn note(&self, change: Change) {
        self.files.lock().unwrap().push(change);
    }

    async fn store(&self, batch: Vec<Write>) -> StoreResult<Vec<Outcome>> {
        self.note(Change::Batch(batch.clone()));
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

async fn apply(store: &MemoryStore, change: Change) {
    match change {
        Change::Batch(batch) => drop(store.append(batch).await.unwrap()),
        Change::Removed(request) => drop(store.remove(request).await),
        Change::Erased(request) => drop(store.erase(request).await),
        Change::Archived(request) => drop(store.archive(request).await),
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
                    *outcome = Outcome::Duplicate(None);
                }
                match outcome {
                    Outcome::Duplicate(receipt) if self.flaw == Flaw::KeepsReceipts => {
                        *receipt = None;
                    }
                    Outcome::Stored(_, Some(receipt)) if self.flaw == Flaw::MiscountsReceipts => {
                        receipt.ledger_index += 1;
                    }
                    _ => {}
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
        mut query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>> {
        if self.flaw == Flaw::CountsForeign {
            query.scope = Scope::All;
        }
        self.inner.values(query, field, prefix, limit)
    }

    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>> {
        self.inner.histogram(request)
    }

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<ScanStep>> {
        self.inner.scan(request)
    }

    fn archive(&self, request: ArchiveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        if self.flaw == Flaw::ListsArchived {
            let done = Progress {
                done: true,
                ..Progress::default()
            };
            return Box::pin(std::future::ready(Ok(done)));
        }
        if self.flaw == Flaw::LosesArchived && request.stream != Stream::Audit {
            return self.inner.remove(RemoveRequest {
                stream: request.stream,
                before: request.before,
                removal: Removal::Events,
            });
        }
        self.note(Change::Archived(request.clone()));
        self.inner.archive(request)
    }

    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
        self.inner.archived(stream)
    }

    fn timeline(&self, request: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>> {
        if self.flaw != Flaw::MergesByStream {
            return self.inner.timeline(request);
        }
        Box::pin(async move {
            let mut page = self.inner.timeline(request.clone()).await?;
            page.events.sort_by_key(|event| (event.time, event.stream));
            if request.descending {
                page.events.reverse();
            }
            Ok(page)
        })
    }

    fn summary(&self, query: Query) -> BoxFuture<'_, StoreResult<Summary>> {
        self.inner.summary(query)
    }

    fn breakdown(&self, request: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>> {
        Box::pin(async move {
            let mut answer = self.inner.breakdown(request).await?;
            if self.flaw == Flaw::GroupsOnlyPresent {
                answer.groups.retain(|group| group.key.is_some());
            }
            Ok(answer)
        })
    }

    fn series(&self, request: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>> {
        self.inner.series(request)
    }

    fn remove(&self, mut request: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        if self.flaw == Flaw::RemovesTooMuch && request.removal == Removal::Events {
            request.before = request.before.plus_us(1);
        }
        self.note(Change::Removed(request.clone()));
        self.inner.remove(request)
    }

    fn erase(&self, request: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.note(Change::Erased(request.clone()));
        self.inner.erase(request)
    }

    fn read_only(&self) -> Option<String> {
        self.inner.read_only()
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        self.inner.ledger()
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
    let flaws = [
        (Flaw::EndIsInside, " to="),
        (Flaw::AbsentFirst, "sorted by -"),
        (Flaw::SwallowsConflicts, "Ok([Duplicate"),
        (
            Flaw::ForgetsLastBatch,
            "expected [1, 0, 0, 0] events per stream\nfound    [0",
        ),
        (Flaw::RestoresErased, "erase "),
        (Flaw::RemovesTooMuch, "remove Events of "),
        (Flaw::GroupsOnlyPresent, "breakdown of "),
        (Flaw::MergesByStream, "timeline of "),
        (Flaw::CountsForeign, " of ["),
        (Flaw::SplitsBatches, "a batch of 2"),
        (Flaw::KeepsReceipts, "Duplicate(None)"),
        (
            Flaw::MiscountsReceipts,
            "found    [Ok([Stored(1, Some(Receipt { ledger_index: 1,",
        ),
        (Flaw::ListsArchived, "archive "),
        (Flaw::LosesArchived, "archive "),
    ];
    // All at once: shrinking mostly waits for what a store might do in the background.
    std::thread::scope(|scope| {
        for (flaw, shown) in flaws {
            scope.spawn(move || {
                let report = check(flaw, 200).expect_err(&format!("{flaw:?} was not found"));
                assert!(report.contains(shown), "{flaw:?}: {report}");
            });
        }
    });
}
