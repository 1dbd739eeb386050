//! Pages far behind the first, which are found by counting instead of holding all that comes
//! before: they are what sorting everything gives.

use super::tiny_heads;
use daybook_model::logstore::{TimelineRequest, Write};
use daybook_model::{Event, ListRequest, LogStore, Query, Sort, Stream, Timestamp, catalogue};
use daybook_store::{Options, Store};
use futures_executor::block_on;

const EVENTS: i64 = 90_000;
const OFFSET: u64 = 80_000;

/// Few costs, so that most of the order comes from time and `seq`; some events have none.
fn event(number: i64) -> Event {
    let mut event = Event::new(Stream::Usage);
    event.id = format!("e{number}").into();
    let hour = Timestamp::HOUR_US;
    event.time = Timestamp::from_us(1_772_000_000_000_000 + number * 7_919 % 48 * hour);
    if number % 10 != 0 {
        event.set_integer("cost", number * 31 % 7);
    }
    event
}

fn store(dir: &std::path::Path) -> Store {
    let options = Options {
        head_events_max: 20_000,
        head_bytes_max: 64 << 20,
        ..tiny_heads(dir)
    };
    let store = Store::open(options).unwrap();
    let events: Vec<Write> = (0..EVENTS).map(|n| Write::Append(event(n))).collect();
    for batch in events.chunks(10_000) {
        block_on(store.append(batch.to_vec())).unwrap();
    }
    store
}

#[test]
fn far_pages_are_what_sorting_gives() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut all: Vec<Event> = (0..EVENTS).map(event).collect();
    for (event, seq) in all.iter_mut().zip(1..) {
        event.seq = seq;
    }
    for (name, descending) in [("cost", true), ("cost", false), ("time", true)] {
        let field = catalogue::field(Stream::Usage, name);
        let key = |event: &Event| (event.integer("cost"), event.time, event.seq);
        all.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            let absent = (name == "cost").then(|| a.0.is_none().cmp(&b.0.is_none()));
            let by_key = if name == "cost" {
                a.cmp(&b)
            } else {
                (a.1, a.2).cmp(&(b.1, b.2))
            };
            let by_key = if descending { by_key.reverse() } else { by_key };
            absent.unwrap_or(std::cmp::Ordering::Equal).then(by_key)
        });
        let page = block_on(store.list(ListRequest {
            query: Query::all(Stream::Usage),
            sort: Sort { field, descending },
            offset: OFFSET,
            limit: 2_000,
        }))
        .unwrap();
        let seqs = |events: &[Event]| events.iter().map(|e| e.seq).collect::<Vec<_>>();
        let at = usize::try_from(OFFSET).unwrap();
        assert_eq!(
            seqs(&page.events),
            seqs(&all[at..at + 2_000]),
            "{name} {descending}"
        );
    }
    let merged = block_on(store.timeline(TimelineRequest {
        queries: vec![Query::all(Stream::Usage), Query::all(Stream::Audit)],
        descending: true,
        offset: OFFSET,
        limit: 100,
    }))
    .unwrap();
    let at = usize::try_from(OFFSET).unwrap();
    let expected: Vec<i64> = all[at..at + 100].iter().map(|event| event.seq).collect();
    let found: Vec<i64> = merged.events.iter().map(|event| event.seq).collect();
    assert_eq!((merged.total, found), (90_000, expected));
}
