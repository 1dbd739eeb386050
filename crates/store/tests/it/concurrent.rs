//! Reading while others write and events move: every answer is of one instant, in which each
//! event is there exactly once.

use super::open;
use daybook_model::logstore::{Outcome, ScanRequest, Write};
use daybook_model::{Event, ListRequest, LogStore, Query, Sort, Stream, Timestamp, catalogue};
use daybook_testkit::fields_of;
use futures_executor::block_on;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

const BATCHES: i64 = 250;
const BATCH_EVENTS: i64 = 5;

/// A call whose time is still open; its second half will bring it to the day before.
fn first_half(number: i64) -> Event {
    let mut event = Event::new(Stream::Usage);
    event.id = format!("call-{number}").into();
    let hours = number * 7 % 96;
    event.time = Timestamp::from_us(1_772_323_200_000_000 + hours * Timestamp::HOUR_US);
    event.set_text("origin", "prod");
    event.set_text("kind", "call");
    event.set_text("outcome", "success");
    event.set_boolean("provisional", true);
    event
}

fn second_half(number: i64) -> Event {
    let mut event = first_half(number);
    event.take(event.field("provisional"));
    event.time = event.time.plus_us(-23 * Timestamp::HOUR_US);
    event.set_text("content", "amended");
    event
}

/// Lets readers go on until it is dropped, also by a failure.
struct Reading<'a>(&'a AtomicBool);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_reader_sees_each_event_once_at_any_instant() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (acknowledged, done) = (AtomicI64::new(0), AtomicBool::new(false));
    let rounds = std::thread::scope(|scope| {
        let readers: [_; 2] = std::array::from_fn(|_| {
            scope.spawn(|| {
                let mut rounds = 0;
                while !done.load(Ordering::Relaxed) {
                    read(&store, acknowledged.load(Ordering::SeqCst));
                    rounds += 1;
                }
                rounds
            })
        });
        let reading = Reading(&done);
        write(&store, &acknowledged);
        wait_until_moved(&store);
        drop(reading);
        readers.map(|reader| reader.join().unwrap())
    });
    read(&store, BATCHES * BATCH_EVENTS);
    assert!(
        rounds.iter().all(|rounds| *rounds > 10),
        "{rounds:?} rounds"
    );
}

/// Appends first halves, and amends some that are in a head, some that are in partitions.
fn write(store: &dyn LogStore, acknowledged: &AtomicI64) {
    for batch in 0..BATCHES {
        let first = batch * BATCH_EVENTS;
        let mut writes: Vec<Write> = (first..first + BATCH_EVENTS)
            .map(|number| Write::Amend(first_half(number)))
            .collect();
        let older = [first - 3, first / 2]
            .into_iter()
            .filter(|older| *older >= 0);
        writes.extend(older.map(|number| Write::Amend(second_half(number))));
        let outcomes = block_on(store.append(writes)).unwrap();
        let stored = |outcome: &&Outcome| matches!(outcome, Outcome::Stored(..));
        assert_eq!(outcomes.iter().filter(stored).count(), 5, "{outcomes:?}");
        acknowledged.store(first + BATCH_EVENTS, Ordering::SeqCst);
    }
}

/// The last events move into partitions while the readers go on.
fn wait_until_moved(store: &dyn LogStore) {
    let began = Instant::now();
    while block_on(store.stats()).unwrap().head_events > 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing moves");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Only `usage` events are written, so their number is the largest `seq`.
fn read(store: &dyn LogStore, acknowledged: i64) {
    let query = || Query::all(Stream::Usage);
    let page = block_on(store.list(ListRequest {
        query: query(),
        sort: Sort::newest(Stream::Usage),
        offset: 0,
        limit: 10_000,
    }))
    .unwrap();
    assert!(
        page.as_of >= acknowledged,
        "{} < {acknowledged}",
        page.as_of
    );
    assert_eq!(i64::try_from(page.total), Ok(page.as_of));
    assert_each_once(&page.events, page.as_of);

    let as_of = Query {
        as_of: Some(page.as_of),
        ..query()
    };
    assert_eq!(block_on(store.count(as_of)), Ok(page.total), "as_of");

    let everything = ScanRequest {
        query: query(),
        after: None,
        limit: 10_000,
        fields: fields_of(Stream::Usage, false),
    };
    let step = block_on(store.scan(everything)).unwrap();
    let events = step.table.events(Stream::Usage);
    let last = i64::try_from(events.len()).unwrap();
    assert!(last >= page.as_of);
    assert_each_once(&events, last);

    let kind = catalogue::field(Stream::Usage, "kind");
    let values = block_on(store.values(query(), kind, String::new(), 9)).unwrap();
    let counted: u64 = values.values.iter().map(|(_, count)| count).sum();
    assert!(i64::try_from(counted).unwrap() >= last);

    if acknowledged > 0 {
        let id = format!("call-{}", acknowledged / 2);
        let found = block_on(store.get(query(), id.clone())).unwrap();
        assert_eq!(found.map(|event| String::from(event.id)), Some(id));
    }
}

fn assert_each_once(events: &[Event], last: i64) {
    let mut seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
    seqs.sort_unstable();
    assert!(seqs.iter().copied().eq(1..=last), "{seqs:?}");
}
