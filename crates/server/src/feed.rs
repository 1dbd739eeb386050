//! What was stored lately, for those who follow the log as it grows. It holds a bounded number of
//! bytes, whoever follows and however slowly: who falls behind is told so and goes on from what is
//! there. Nothing is kept while nobody follows.

use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::ledger::Ledger;
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome,
    Page, Progress, RemoveRequest, ScanRequest, ScanStep, Stats, StoreResult, TimelineRequest,
    Values, Write,
};
use daybook_model::{Event, Field, ListRequest, LogStore, Query, Stream};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Bytes of events that wait to be seen.
const BYTES_MAX: usize = 16 << 20;
/// Events that a follower takes at once.
const TAKEN_MAX: usize = 1_024;

/// The latest events in the order they were stored.
#[derive(Debug)]
pub(crate) struct Feed {
    kept: Mutex<Kept>,
    /// Positions that were given; a new one wakes the followers.
    given: watch::Sender<Given>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Given {
    next: u64,
    closed: bool,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<(Arc<Event>, usize)>,
    bytes: usize,
    /// Position of the first one.
    first: u64,
}

/// One who follows, from the moment it began.
#[derive(Debug)]
pub(crate) struct Follower {
    feed: Arc<Feed>,
    given: watch::Receiver<Given>,
    /// Position of what it takes next.
    next: u64,
}

/// What a follower takes at once.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// In the order they were stored.
    pub(crate) events: Vec<Arc<Event>>,
    /// Whether some before them are gone already.
    pub(crate) some_lost: bool,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            given: watch::Sender::new(Given::default()),
        }
    }
}

impl Feed {
    /// Follows from now on.
    pub(crate) fn follow(self: &Arc<Self>) -> Follower {
        let given = self.given.subscribe();
        let next = given.borrow().next;
        Follower {
            feed: Arc::clone(self),
            given,
            next,
        }
    }

    /// Ends it for all who follow, now and later: the server stops.
    pub(crate) fn close(&self) {
        self.given.send_modify(|given| given.closed = true);
    }

    fn is_followed(&self) -> bool {
        self.given.receiver_count() > 0
    }

    fn give(&self, events: impl Iterator<Item = Event>) {
        let mut kept = self.kept();
        for event in events {
            let bytes = event.size_bytes();
            kept.bytes += bytes;
            kept.events.push_back((Arc::new(event), bytes));
        }
        while kept.bytes > BYTES_MAX
            && let Some((_, bytes)) = kept.events.pop_front()
        {
            kept.bytes -= bytes;
            kept.first += 1;
        }
        let next = kept.first + kept.events.len() as u64;
        drop(kept);
        self.given.send_modify(|given| given.next = next);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower {
    /// What came since the last time, as soon as there is any; nothing when the server stops.
    pub(crate) async fn next(&mut self) -> Option<Taken> {
        let next = self.next;
        let ready = |given: &Given| given.closed || given.next > next;
        let given = *self.given.wait_for(ready).await.ok()?;
        (!given.closed).then(|| self.take())
    }

    fn take(&mut self) -> Taken {
        let kept = self.feed.kept();
        let some_lost = kept.first > self.next;
        let from = self.next.max(kept.first);
        let skipped = usize::try_from(from - kept.first).unwrap_or(usize::MAX);
        let events = kept.events.iter().skip(skipped).take(TAKEN_MAX);
        let events: Vec<Arc<Event>> = events.map(|(event, _)| Arc::clone(event)).collect();
        self.next = from + events.len() as u64;
        Taken { events, some_lost }
    }
}

impl Drop for Follower {
    /// The last one leaves nothing behind.
    fn drop(&mut self) {
        if self.feed.given.receiver_count() <= 1 {
            let mut kept = self.feed.kept();
            kept.first += kept.events.len() as u64;
            kept.events = VecDeque::new();
            kept.bytes = 0;
        }
    }
}

/// A log store; what is appended through it is given to a feed once it is stored.
#[derive(Debug)]
pub(crate) struct Followed {
    store: Arc<dyn LogStore>,
    feed: Arc<Feed>,
}

impl Followed {
    pub(crate) const fn new(store: Arc<dyn LogStore>, feed: Arc<Feed>) -> Self {
        Self { store, feed }
    }
}

impl LogStore for Followed {
    fn append(&self, batch: Vec<Write>) -> BoxFuture<'_, StoreResult<Vec<Outcome>>> {
        if !self.feed.is_followed() {
            return self.store.append(batch);
        }
        let headers: Vec<Event> = batch.iter().map(|write| write.event().header()).collect();
        Box::pin(async move {
            let outcomes = self.store.append(batch).await?;
            let stored = headers.into_iter().zip(&outcomes);
            let stored = stored.filter_map(|(mut event, outcome)| match outcome {
                Outcome::Stored(seq, receipt) => {
                    event.seq = *seq;
                    if let Some(receipt) = receipt {
                        receipt.put_into(&mut event);
                    }
                    Some(event)
                }
                Outcome::Amended(_) | Outcome::Duplicate(_) | Outcome::Conflict => None,
            });
            self.feed.give(stored);
            Ok(outcomes)
        })
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.store.list(request)
    }

    fn get(&self, query: Query, id: String) -> BoxFuture<'_, StoreResult<Option<Event>>> {
        self.store.get(query, id)
    }

    fn values(
        &self,
        query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>> {
        self.store.values(query, field, prefix, limit)
    }

    fn timeline(&self, request: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>> {
        self.store.timeline(request)
    }

    fn summary(&self, query: Query) -> BoxFuture<'_, StoreResult<Summary>> {
        self.store.summary(query)
    }

    fn breakdown(&self, request: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>> {
        self.store.breakdown(request)
    }

    fn series(&self, request: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>> {
        self.store.series(request)
    }

    fn remove(&self, request: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.store.remove(request)
    }

    fn erase(&self, request: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.store.erase(request)
    }

    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>> {
        self.store.histogram(request)
    }

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<ScanStep>> {
        self.store.scan(request)
    }

    fn archive(&self, request: ArchiveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        self.store.archive(request)
    }

    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
        self.store.archived(stream)
    }

    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>> {
        self.store.stats()
    }

    fn read_only(&self) -> Option<String> {
        self.store.read_only()
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        self.store.ledger()
    }

    fn count(&self, query: Query) -> BoxFuture<'_, StoreResult<u64>> {
        self.store.count(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(count: usize, bytes: usize) -> impl Iterator<Item = Event> {
        (0..count).map(move |n| {
            let mut event = Event::new(Stream::System);
            event.id = n.to_string().into();
            event.set_text("message", "x".repeat(bytes));
            event
        })
    }

    #[tokio::test]
    async fn a_follower_gets_what_comes_after_it_began_in_order() {
        let feed = Arc::new(Feed::default());
        let mut early = feed.follow();
        feed.give(events(3, 1));
        let mut late = feed.follow();
        feed.give(events(2, 1));
        let ids = |taken: Taken| -> String {
            let events = taken.events.iter();
            events.map(|event| event.id.to_string()).collect()
        };
        assert_eq!(ids(early.next().await.unwrap()), "01201");
        assert_eq!(ids(late.next().await.unwrap()), "01");
        feed.close();
        assert!(late.next().await.is_none());
        assert!(feed.follow().next().await.is_none());
    }

    #[tokio::test]
    async fn who_falls_behind_is_told_and_memory_stays_bounded() {
        let feed = Arc::new(Feed::default());
        let mut slow = feed.follow();
        feed.give(events(20_000, 2_000));
        assert!(feed.kept().bytes <= BYTES_MAX);
        let taken = slow.next().await.unwrap();
        assert!(taken.some_lost && taken.events.len() == TAKEN_MAX);
        assert!(!slow.next().await.unwrap().some_lost);
        drop(slow);
        assert_eq!(feed.kept().bytes, 0, "nobody follows any more");
        let mut next = feed.follow();
        feed.give(events(1, 1));
        let taken = next.next().await.unwrap();
        assert!(!taken.some_lost && taken.events.len() == 1);
    }
}
