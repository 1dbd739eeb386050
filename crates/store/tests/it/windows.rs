//! Ranges of time in partitions of many events, which come about in the order of time: windows that lie
//! outside are passed over, and what is found is what looking at every event gives.

use super::tiny_heads;
use daybook_model::logstore::Write;
use daybook_model::{
    Event, Filter, ListRequest, LogStore, Query, Sort, Stream, Test, Timestamp, Value, catalogue,
};
use daybook_store::{Options, Store};
use futures_executor::block_on;
use std::path::Path;
use std::time::Duration;

const EVENTS: i64 = 30_000;
const BEGIN_US: i64 = 1_772_323_200_000_000;

/// One every five seconds, about; some come late by hours.
fn event(number: i64) -> Event {
    let mut event = Event::new(Stream::Usage);
    event.id = format!("e{number}").into();
    let late = if number % 97 == 0 {
        4_000
    } else {
        number * 7_919 % 60
    };
    let seconds = (number * 5 - late).max(0);
    event.time = Timestamp::from_us(BEGIN_US + seconds * 1_000_000);
    event.set_text("provider", if number % 3 == 0 { "a" } else { "b" });
    event.set_text("user_name", format!("user {}", number * 31 % 700));
    if number % 50 > 0 {
        event.set_integer("latency_ms", number * 7_919 % 30_011);
    }
    event
}

/// A store of large partitions with all events, as they come first in order of time; the last ones are
/// in memory if they are to stay there.
fn filled(dir: &Path, head_age_max: Duration, in_memory: u64) -> (Store, Vec<Event>) {
    let options = Options {
        head_events_max: 20_000,
        head_bytes_max: 64 << 20,
        head_age_max,
        ..tiny_heads(dir)
    };
    let store = Store::open(options).unwrap();
    let mut all: Vec<Event> = (0..EVENTS).map(event).collect();
    let writes: Vec<Write> = all.iter().cloned().map(Write::Append).collect();
    for batch in writes.chunks(10_000) {
        block_on(store.append(batch.to_vec())).unwrap();
    }
    while block_on(store.stats()).unwrap().head_events > in_memory {
        std::thread::sleep(Duration::from_millis(10));
    }
    for (event, seq) in all.iter_mut().zip(1..) {
        event.seq = seq;
    }
    all.sort_by_key(|event| (event.time, event.seq));
    (store, all)
}

fn page(store: &Store, query: Query, sort: Sort, offset: usize) -> (u64, Vec<i64>) {
    let page = block_on(store.list(ListRequest {
        query,
        sort,
        offset: u64::try_from(offset).unwrap(),
        limit: 50,
    }))
    .unwrap();
    (
        page.total,
        page.events.iter().map(|event| event.seq).collect(),
    )
}

#[test]
fn far_pages_in_order_of_time_are_the_same_from_partitions_and_memory() {
    for (age, in_memory) in [(5, 0), (3_600_000, EVENTS.unsigned_abs() / 3)] {
        let dir = tempfile::tempdir().unwrap();
        let (store, mut all) = filled(dir.path(), Duration::from_millis(age), in_memory);
        for descending in [false, true] {
            let sort = Sort {
                field: catalogue::field(Stream::Usage, "time"),
                descending,
            };
            for offset in [8_200, 9_999, 17_000, 17_250, 17_300, 26_000, 29_980, 30_000] {
                let (total, found) = page(&store, Query::all(Stream::Usage), sort, offset);
                assert_eq!(total, EVENTS.unsigned_abs());
                let wanted = all.iter().skip(offset).take(50).map(|event| event.seq);
                assert_eq!(found, wanted.collect::<Vec<_>>(), "{offset} {descending}");
            }
            all.reverse();
        }
    }
}

#[test]
fn the_first_by_a_number_under_a_search_are_what_sorting_gives() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut all) = filled(dir.path(), Duration::from_millis(5), 0);
    let latency = catalogue::field(Stream::Usage, "latency_ms");
    let number = |event: &Event| event.get(latency).and_then(|value| value.integer());
    for descending in [false, true] {
        all.sort_by_key(|event| {
            let key = (number(event).unwrap_or(0), event.time.us(), event.seq);
            let turned = if descending {
                (-key.0, -key.1, -key.2)
            } else {
                key
            };
            (number(event).is_none(), turned)
        });
        for (at, text) in [
            None,
            Some("user 7"),
            Some("user"),
            Some("nobody"),
            Some("12"),
        ]
        .iter()
        .enumerate()
        {
            let query = Query {
                search: text.map(Into::into),
                to: (at % 2 == 0).then(|| Timestamp::from_us(BEGIN_US + 90_000_000_000)),
                ..Query::all(Stream::Usage)
            };
            let matching: Vec<&Event> = all.iter().filter(|event| query.matches(event)).collect();
            for offset in [0, 40, 900] {
                let (total, found) = page(
                    &store,
                    query.clone(),
                    Sort {
                        field: latency,
                        descending,
                    },
                    offset,
                );
                assert_eq!(total, matching.len() as u64, "{text:?}");
                let wanted = matching.iter().skip(offset).take(50).map(|event| event.seq);
                assert_eq!(
                    found,
                    wanted.collect::<Vec<_>>(),
                    "{text:?} {offset} {descending}"
                );
            }
        }
    }
}

#[test]
fn ranges_in_large_partitions_are_what_looking_at_every_event_gives() {
    let dir = tempfile::tempdir().unwrap();
    let (store, all) = filled(dir.path(), Duration::from_millis(5), 0);
    let time = |seconds: i64| Some(Timestamp::from_us(BEGIN_US + seconds * 1_000_000));
    let provider = catalogue::field(Stream::Usage, "provider");
    for n in 0..60 {
        let (from, to) = (time(n * 2_003), time(n * 2_003 + 1 + n * n * 37));
        let filters = (n % 2 == 0).then(|| Filter {
            field: provider,
            negated: n % 4 == 0,
            any: vec![Test::Is(Value::Text("a".into()))],
        });
        let query = Query {
            from: from.filter(|_| n % 5 > 0),
            to: to.filter(|_| n % 7 > 0),
            filters: filters.into_iter().collect(),
            as_of: (n % 3 == 0).then_some(n * 400),
            ..Query::all(Stream::Usage)
        };
        let mut expected: Vec<&Event> = all.iter().filter(|event| query.matches(event)).collect();
        for descending in [false, true] {
            let offset = u64::try_from(n * 11).unwrap();
            let page = block_on(store.list(ListRequest {
                query: query.clone(),
                sort: Sort {
                    field: catalogue::field(Stream::Usage, "time"),
                    descending,
                },
                offset,
                limit: 50,
            }))
            .unwrap();
            assert_eq!(page.total, expected.len() as u64, "{query:?}");
            let found: Vec<i64> = page.events.iter().map(|event| event.seq).collect();
            let at = usize::try_from(offset).unwrap();
            let wanted = expected.iter().skip(at).take(50).map(|event| event.seq);
            assert_eq!(found, wanted.collect::<Vec<_>>(), "{query:?} {descending}");
            expected.reverse();
        }
    }
}
