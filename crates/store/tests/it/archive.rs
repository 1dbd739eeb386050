//! What is archived stays found by walks, stays known by its ids, and goes when it must.

mod distant;
mod strays;
mod under_way;

use super::delivery::archive_all;
use super::{memory_dir, tiny_heads};
use daybook_archive::manifest::Rewriting;
use daybook_archive::part::verify;
use daybook_archive::{Depot, Folder, Manifest};
use daybook_model::catalogue::field;
use daybook_model::ledger::{LedgerEntry, Receipt};
use daybook_model::logstore::{
    ArchiveRequest, EraseRequest, Outcome, Progress, Removal, RemoveRequest, ScanRequest,
    StoreResult, Write,
};
use daybook_model::{
    Event, Filter, LogStore, Query, StoreError, Stream, Test, Timestamp, Value, ValueRef, limits,
};
use daybook_store::{Options, Store};
use daybook_testkit::fields_of;
use futures_executor::block_on;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const MARCH_US: i64 = 1_772_323_200_000_000;

fn event(stream: Stream, number: i64, day: i64) -> Event {
    let mut event = Event::new(stream);
    event.id = format!("e{number}").into();
    event.time = Timestamp::from_us(MARCH_US + day * Timestamp::DAY_US + number);
    event.set_text("origin", "platform");
    match stream {
        Stream::Audit => event.set_text("action", "model.disabled"),
        Stream::Usage => {
            event.set_text("user_id", format!("u{}", number % 3));
            event.set_text("user_name", format!("User {}", number % 3));
            event.set_json("request", format!("{{\"n\":{number}}}"));
        }
        Stream::Auth => event.set_text("event", "sign_in"),
        Stream::System => event.set_text("message", format!("job {number} failed")),
    }
    event
}

fn append(store: &Store, events: impl IntoIterator<Item = Event>) -> Vec<Outcome> {
    block_on(store.append(events.into_iter().map(Write::Append).collect())).unwrap()
}

/// What a sender keeps of an event that was stored.
fn receipt(outcome: Outcome) -> Option<Receipt> {
    match outcome {
        Outcome::Stored(_, receipt) => receipt,
        other => panic!("it was not stored: {other:?}"),
    }
}

fn archive(store: &Store, stream: Stream, day: i64) -> u64 {
    let before = Timestamp::from_us(MARCH_US + day * Timestamp::DAY_US);
    to_the_end(|| block_on(store.archive(ArchiveRequest { stream, before })))
}

/// Repeats a step until it is done; answers how many events were concerned.
fn to_the_end(mut step: impl FnMut() -> StoreResult<Progress>) -> u64 {
    let mut events = 0;
    loop {
        let progress = step().unwrap();
        events += progress.events;
        if progress.done {
            return events;
        }
    }
}

fn walk(store: &Store, query: &Query, limit: usize) -> Vec<Event> {
    let request = ScanRequest {
        query: query.clone(),
        after: None,
        limit,
        fields: fields_of(query.stream, true),
    };
    daybook_testkit::walk(store, request).unwrap()
}

fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.id).collect()
}

fn online(store: &Store, stream: Stream) -> u64 {
    block_on(store.count(Query::all(stream))).unwrap()
}

fn depot(dir: &Path) -> Arc<dyn Depot> {
    Arc::new(Folder::new(dir.join("archive")))
}

fn manifest(dir: &Path, stream: Stream) -> Manifest {
    let period = stream.period(Timestamp::from_us(MARCH_US));
    Manifest::get(&*depot(dir), stream, period).unwrap()
}

#[test]
fn late_events_are_online_until_they_are_a_part_of_their_own() {
    let dir = memory_dir();
    let mut store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..40).map(|n| event(Stream::Audit, n, n % 2)));
    append(&store, [event(Stream::Audit, 900, 40)]);
    assert_eq!(
        archive(&store, Stream::Audit, 20),
        0,
        "the month is not over"
    );
    assert_eq!(archive(&store, Stream::Audit, 31), 40);
    let periods = store.archived(Stream::Audit);
    assert_eq!((periods.len(), periods[0].events), (1, 40));
    assert_eq!(
        periods[0].end,
        Timestamp::parse("2026-04-01T00:00:00Z").unwrap()
    );
    assert_eq!(online(&store, Stream::Audit), 1);
    assert_eq!(store.archived(Stream::Usage), []);

    append(&store, (40..45).map(|n| event(Stream::Audit, n, n % 2)));
    for reopened in [false, true] {
        if reopened {
            drop(store);
            store = Store::open(tiny_heads(dir.path())).unwrap();
        }
        assert_eq!(online(&store, Stream::Audit), 6);
        let all = walk(&store, &Query::all(Stream::Audit), 7);
        let expected = (0..45)
            .filter(|n| n % 2 == 0)
            .chain((0..45).filter(|n| n % 2 == 1));
        let expected: Vec<String> = expected.chain([900]).map(|n| format!("e{n}")).collect();
        assert_eq!(ids(&all), expected);
        if reopened {
            assert_eq!(archive(&store, Stream::Audit, 31), 5);
            assert_eq!(ids(&walk(&store, &Query::all(Stream::Audit), 7)), expected);
        }
    }
    let manifest = manifest(dir.path(), Stream::Audit);
    let rows: Vec<u64> = manifest.parts.iter().map(|part| part.events.rows).collect();
    assert_eq!(rows, [40, 5]);
    for part in &manifest.parts {
        verify(&depot(dir.path()), &manifest, part, |_| {}).unwrap();
    }
}

#[test]
fn archived_ids_stay_known() {
    let dir = memory_dir();
    let mut store = Store::open(tiny_heads(dir.path())).unwrap();
    let mut receipts = Vec::new();
    for stream in Stream::ALL {
        let stored = append(&store, (0..20).map(|n| event(stream, n, 1)));
        receipts.push(receipt(stored[7]));
        assert_eq!(receipt(stored[7]).is_some(), stream == Stream::Audit);
    }
    archive_all(&store).unwrap();
    for _ in 0..2 {
        for (stream, receipt) in Stream::ALL.into_iter().zip(&receipts) {
            let known = event(stream, 7, 1);
            let mut other = known.clone();
            other.set_text("workspace_name", "another");
            // Of audit events the ids are unique for ever, of others in their period.
            let mut elsewhen = other.clone();
            elsewhen.time = elsewhen.time.plus_us(limits::AMEND_WINDOW_US * 60);
            let mut elsewhere = known.clone();
            elsewhere.set_text("origin", "another");
            let found = append(&store, [known, other, elsewhen, elsewhere]);
            let (first, last) = (&found[..2], &found[2..]);
            assert_eq!(
                first,
                [Outcome::Duplicate(*receipt), Outcome::Conflict],
                "{stream}"
            );
            let new = |outcome: &Outcome| matches!(outcome, Outcome::Stored(..));
            let duplicate = |outcome: &Outcome| matches!(outcome, Outcome::Duplicate(_));
            assert_eq!(last[0] == Outcome::Conflict, stream == Stream::Audit);
            assert!(new(&last[1]) || duplicate(&last[1]), "{found:?}");
        }
        drop(store);
        store = Store::open(tiny_heads(dir.path())).unwrap();
    }
    let amendment = Write::Amend(event(Stream::Usage, 9, 1));
    let mut more = event(Stream::Usage, 9, 1);
    more.set_text("content", "what came later");
    let outcomes = block_on(store.append(vec![amendment, Write::Amend(more)])).unwrap();
    assert_eq!(outcomes, [Outcome::Duplicate(None), Outcome::Conflict]);
}

#[test]
fn a_sequence_number_is_never_given_twice() {
    let dir = memory_dir();
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..30).map(|n| event(Stream::System, n, 1)));
    archive_all(&store).unwrap();
    drop(store);
    // The log may be gone with all that it said.
    for entry in std::fs::read_dir(dir.path().join("wal")).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    let outcomes = append(&store, [event(Stream::System, 31, 1)]);
    assert_eq!(outcomes, [Outcome::Stored(31, None)]);
}

#[test]
fn filters_mean_the_same_in_the_archive() {
    let dir = memory_dir();
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..60).map(|n| event(Stream::Usage, n, n % 4)));
    let of_user = Query {
        filters: vec![Filter {
            field: field(Stream::Usage, "user_id"),
            negated: false,
            any: vec![Test::Is(Value::Text("u1".into()))],
        }],
        ..Query::all(Stream::Usage)
    };
    let within = Query {
        from: Some(Timestamp::from_us(MARCH_US + Timestamp::DAY_US + 20)),
        to: Some(Timestamp::from_us(MARCH_US + 2 * Timestamp::DAY_US + 30)),
        search: Some("user 2".into()),
        ..Query::all(Stream::Usage)
    };
    let queries = [of_user, within, Query::all(Stream::Usage)];
    let before: Vec<Vec<Event>> = queries.iter().map(|query| walk(&store, query, 5)).collect();
    assert!(before.iter().all(|events| !events.is_empty()));
    for day in [1, 3, 9] {
        archive(&store, Stream::Usage, day);
        for (query, before) in queries.iter().zip(&before) {
            assert_eq!(&walk(&store, query, 5), before);
        }
    }
    assert_eq!(online(&store, Stream::Usage), 0);
    assert_eq!(store.archived(Stream::Usage).len(), 4);
}

#[test]
fn retention_reaches_the_archive_by_whole_periods() {
    let dir = memory_dir();
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..30).map(|n| event(Stream::Usage, n, n % 3)));
    archive(&store, Stream::Usage, 3);
    let files = || depot(dir.path()).list("usage/2026-03-01/").unwrap().len();
    assert_eq!(files(), 3, "events, payloads, manifest");
    let remove = |removal, hours: i64| {
        let before = Timestamp::from_us(MARCH_US + hours * Timestamp::HOUR_US);
        let stream = Stream::Usage;
        to_the_end(|| {
            block_on(store.remove(RemoveRequest {
                stream,
                before,
                removal,
            }))
        })
    };
    assert_eq!(remove(Removal::Payloads, 47), 10);
    assert_eq!(files(), 2);
    let all = walk(&store, &Query::all(Stream::Usage), 100);
    let with_payloads = all.iter().filter(|event| event.json("request").is_some());
    assert_eq!((all.len(), with_payloads.count()), (30, 20));
    let changes = manifest(dir.path(), Stream::Usage).parts[0].changes.clone();
    assert_eq!(
        (changes.len(), changes[0].what),
        (1, Rewriting::PayloadsRemoved)
    );

    assert_eq!(remove(Removal::Events, 47), 10);
    assert_eq!(files(), 0);
    assert_eq!(walk(&store, &Query::all(Stream::Usage), 100).len(), 20);
    assert_eq!(store.archived(Stream::Usage).len(), 2);
    // What is gone is not known any more, either.
    let again = append(&store, [event(Stream::Usage, 0, 0)]);
    assert!(matches!(again[..], [Outcome::Stored(..)]));
}

#[test]
fn audit_events_expire_when_they_are_archived_and_their_hashes_stay() {
    let dir = memory_dir();
    let mut store = Store::open(tiny_heads(dir.path())).unwrap();
    let stored = append(&store, (0..30).map(|n| event(Stream::Audit, n, n % 3)));
    let expire = |store: &Store| {
        to_the_end(|| {
            block_on(store.remove(RemoveRequest {
                stream: Stream::Audit,
                before: Timestamp::MAX,
                removal: Removal::Events,
            }))
        })
    };
    assert_eq!(expire(&store), 0, "what is online stays");
    archive(&store, Stream::Audit, 31);
    let before = manifest(dir.path(), Stream::Audit).parts;
    let kept = append(&store, [event(Stream::Audit, 30, 40)]);
    assert_eq!(expire(&store), 30);
    for _ in 0..2 {
        // What the ledger has beside the leaves goes with them.
        for (outcome, has_body) in stored
            .iter()
            .map(|one| (one, false))
            .chain([(&kept[0], true)])
        {
            let receipt = receipt(*outcome).unwrap();
            let entry = published(&store, receipt.ledger_index);
            assert_eq!(entry.leaf_hash, receipt.leaf_hash);
            assert_eq!(entry.body.is_some(), has_body);
        }
        assert_eq!(found(&store, Query::all(Stream::Audit), "e7"), None);
        let expired = |id: &str| block_on(store.ledger().unwrap().expired(id.into(), None));
        assert_eq!(expired("e7").unwrap(), receipt(stored[7]));
        assert_eq!(expired("e30").unwrap(), None, "it is kept");
        assert_eq!(expired("e99").unwrap(), None);
        let of_stream = walk(&store, &Query::all(Stream::Audit), 7);
        assert_eq!(ids(&of_stream), ["e30"]);
        assert_eq!(store.archived(Stream::Audit), []);
        let known = event(Stream::Audit, 7, 1);
        let mut other = known.clone();
        other.set_text("reason", "another");
        let found = append(&store, [known, other]);
        let known = Outcome::Duplicate(receipt(stored[7]));
        assert_eq!(found, [known, Outcome::Conflict]);
        let left = manifest(dir.path(), Stream::Audit);
        let expired: Vec<_> = left.expired.iter().map(|one| one.part.clone()).collect();
        assert_eq!((left.parts, expired), (vec![], before.clone()));
        let files = depot(dir.path()).list("audit/2026-03/").unwrap();
        assert_eq!(files, ["audit/2026-03/manifest.json"]);
        drop(store);
        store = Store::open(tiny_heads(dir.path())).unwrap();
    }
    // What comes late is another part.
    append(&store, [event(Stream::Audit, 31, 1)]);
    assert_eq!(archive(&store, Stream::Audit, 31), 1);
    assert_eq!(
        ids(&walk(&store, &Query::all(Stream::Audit), 7)),
        ["e31", "e30"]
    );
    let numbers: Vec<u64> = manifest(dir.path(), Stream::Audit)
        .parts
        .iter()
        .map(|part| part.number)
        .collect();
    assert_eq!(numbers, [2]);
    assert_eq!(expire(&store), 1);
}

/// What the ledger has in a place, once a checkpoint covers it.
fn published(store: &Store, index: u64) -> LedgerEntry {
    for _ in 0..1_000 {
        if let Some(entry) = block_on(store.ledger().unwrap().entry(index)).unwrap() {
            return entry;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no checkpoint covers event {index}");
}

/// The event with an id.
fn found(store: &Store, query: Query, id: &str) -> Option<Event> {
    block_on(store.get(query, id.into())).unwrap()
}

#[test]
fn an_archived_audit_event_is_found_by_its_id() {
    let dir = memory_dir();
    for words_max in [1_000, 1] {
        let options = Options {
            words_max,
            ..tiny_heads(&dir.path().join(words_max.to_string()))
        };
        let mut store = Store::open(options.clone()).unwrap();
        let mut other = event(Stream::Audit, 7, 2);
        other.set_text("origin", "another");
        let events = (0..30).map(|n| event(Stream::Audit, n, n % 3));
        append(&store, events.chain([other.clone()]));
        append(&store, [event(Stream::Usage, 1, 1)]);
        let all = walk(&store, &Query::all(Stream::Audit), 100);
        archive(&store, Stream::Audit, 31);
        archive(&store, Stream::Usage, 31);
        for _ in 0..2 {
            for one in all.iter().filter(|one| *one.id != *other.id) {
                let by_id = found(&store, Query::all(Stream::Audit), &one.id);
                assert_eq!(by_id.as_ref(), Some(one));
            }
            let newest = found(&store, Query::all(Stream::Audit), "e7").unwrap();
            assert_eq!(newest.origin(), "another");
            let of_platform = Query {
                filters: vec![Filter {
                    field: field(Stream::Audit, "origin"),
                    negated: false,
                    any: vec![Test::Is(Value::Text("platform".into()))],
                }],
                ..Query::all(Stream::Audit)
            };
            let older = found(&store, of_platform, "e7").unwrap();
            assert_eq!(older.origin(), "platform");
            assert_eq!(found(&store, Query::all(Stream::Audit), "e70"), None);
            assert_eq!(found(&store, Query::all(Stream::Usage), "e1"), None);
            drop(store);
            store = Store::open(options.clone()).unwrap();
        }
    }
}

#[test]
fn no_erasure_is_done_while_events_cannot_leave_memory() {
    let dir = memory_dir();
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    // Where the partition must be stands something else.
    let day = Stream::Usage.period(Timestamp::from_us(MARCH_US));
    let in_the_way = dir.path().join("usage").join(day.to_string());
    std::fs::create_dir_all(in_the_way.parent().unwrap()).unwrap();
    std::fs::write(&in_the_way, "x").unwrap();
    append(&store, [event(Stream::Usage, 1, 0)]);
    let request = EraseRequest {
        query: Query::all(Stream::Usage),
        fields: vec![field(Stream::Usage, "user_name")],
    };
    let refused = block_on(store.erase(request.clone()));
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    std::fs::remove_file(&in_the_way).unwrap();
    let erased = to_the_end(|| block_on(store.erase(request.clone())));
    assert_eq!(erased, 1);
    let left = walk(&store, &Query::all(Stream::Usage), 7);
    assert_eq!(left[0].text("user_name"), None);
}

#[test]
fn erasure_rewrites_archived_parts_and_says_so() {
    let dir = memory_dir();
    let mut store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..30).map(|n| event(Stream::Usage, n, n % 3)));
    archive(&store, Stream::Usage, 2);
    let of = |name| field(Stream::Usage, name);
    let request = EraseRequest {
        query: Query {
            filters: vec![Filter {
                field: of("user_id"),
                negated: false,
                any: vec![Test::Is(Value::Text("u1".into()))],
            }],
            ..Query::all(Stream::Usage)
        },
        fields: vec![of("user_name"), of("user_id"), of("request")],
    };
    let erase = |store: &Store| to_the_end(|| block_on(store.erase(request.clone())));
    assert_eq!(erase(&store), 10);
    assert_eq!(erase(&store), 0, "nothing is left");
    drop(store);
    store = Store::open(tiny_heads(dir.path())).unwrap();
    let all = walk(&store, &Query::all(Stream::Usage), 7);
    assert_eq!(all.len(), 30);
    for event in &all {
        let number: i64 = event.id[1..].parse().unwrap();
        let erased = number % 3 == 1;
        assert_eq!(event.text("user_name").is_none(), erased);
        assert_eq!(event.json("request").is_none(), erased);
    }
    assert_eq!(places_of(dir.path(), "User 1"), [""; 0]);
    assert_ne!(
        places_of(dir.path(), "user_name"),
        [""; 0],
        "the files are plain enough to tell"
    );
    let day = Timestamp::from_us(MARCH_US + Timestamp::DAY_US);
    let period = Stream::Usage.period(day);
    let manifest = Manifest::get(&*depot(dir.path()), Stream::Usage, period).unwrap();
    let part = &manifest.parts[0];
    let change = &part.changes[0];
    assert_eq!((change.what, part.changes.len()), (Rewriting::Erased, 1));
    assert_eq!(change.rows_sha256_before, None);
    verify(&depot(dir.path()), &manifest, part, |event| {
        assert_ne!(event.get(of("user_id")), Some(ValueRef::Text("u1")));
    })
    .unwrap();
    // A repeated delivery of what was erased is still a repetition.
    assert_eq!(
        append(&store, [event(Stream::Usage, 1, 1)]),
        [Outcome::Duplicate(None)]
    );
}

/// Files with this text in them, as it is or in a Parquet file's columns.
fn places_of(dir: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            if bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn no_two_stores_share_an_archive() {
    let dirs = [memory_dir(), memory_dir()];
    let shared: Arc<dyn Depot> = Arc::new(Folder::new(dirs[0].path().join("both")));
    let open = |dir: &Path| {
        let store = Store::open(Options {
            archive: Arc::clone(&shared),
            ..tiny_heads(dir)
        });
        let store = store.unwrap();
        append(&store, [event(Stream::Auth, 1, 1)]);
        store
    };
    archive_all(&open(dirs[0].path())).unwrap();
    let refused = archive_all(&open(dirs[1].path())).unwrap_err().to_string();
    assert!(refused.contains("belongs to another Daybook"), "{refused}");
    let again = Store::open(Options {
        archive: Arc::clone(&shared),
        ..tiny_heads(dirs[1].path())
    });
    assert_eq!(online(&again.unwrap(), Stream::Auth), 1);
}
