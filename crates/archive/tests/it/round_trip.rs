//! What was archived is what is read back, whatever the events hold.

use super::{archived, built, content_hash};
use daybook_archive::part::verify;
use daybook_archive::table::is_payload;
use daybook_archive::{Known, Manifest, Object, Table};
use daybook_model::catalogue::{Catalogue, field};
use daybook_model::field::Kind;
use daybook_model::{Event, Stream, Timestamp, Value, ValueRef};
use daybook_testkit::generate;
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Events of one stream in order, each with a `seq` of its own.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    for (seq, event) in (1..).zip(&mut events) {
        event.seq = seq;
    }
    events.sort_by_key(|event| (event.time, event.seq));
    events
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let stream = proptest::sample::select(&Stream::ALL[..]);
    stream.prop_flat_map(|stream| vec(generate::event(stream), 1..40).prop_map(in_order))
}

fn open(dir: &Path, manifest: &Manifest, events: &[Event]) -> (Table, Option<Table>) {
    let (depot, _, built) = archived(dir, manifest.stream, events);
    let table = |file: &daybook_archive::manifest::File, at: usize| {
        let sums = Arc::new(built.sums[at].1.clone());
        let name = manifest.object(file);
        let object = Object::new(Arc::clone(&depot), name, file.bytes, Some(sums));
        Table::open(object, manifest.stream).unwrap()
    };
    let part = &manifest.parts[0];
    let payloads = part.payloads.as_ref().map(|file| table(file, 1));
    (table(&part.events, 0), payloads)
}

/// All events of a table.
fn rows(table: &Table) -> Vec<Event> {
    let groups = (0..table.groups()).map(|group| table.fetch(group).unwrap());
    groups
        .flat_map(|group| group.events(|_| true).unwrap())
        .collect()
}

fn payloads_of(event: &Event) -> Option<Event> {
    let mut only = Event::new(event.stream);
    (only.seq, only.time) = (event.seq, event.time);
    let mut any = false;
    for (field, value) in event.values().filter(|(field, _)| is_payload(field)) {
        only.put(field, value.to_value());
        any = true;
    }
    any.then_some(only)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn events_are_read_back_as_they_were(events in events()) {
        let dir = tempfile::tempdir().unwrap();
        let stream = events[0].stream;
        let (depot, manifest, built) = archived(dir.path(), stream, &events);
        let part = &manifest.parts[0];
        let mut seen = Vec::new();
        let verified = verify(&depot, &manifest, part, |event| seen.push(event.clone())).unwrap();
        let headers: Vec<Event> = events.iter().map(Event::header).collect();
        prop_assert_eq!(&seen, &headers);
        prop_assert_eq!(&verified.known, &built.known);
        prop_assert_eq!(verified.events, part.events.rows);
        let known = events.iter().map(|event| Known::of(event, content_hash(event)));
        prop_assert_eq!(verified.known, known.collect::<Vec<_>>());
        prop_assert_eq!(Manifest::get(&*depot, stream, manifest.period).unwrap(), manifest.clone());

        let (table, payloads) = open(dir.path(), &manifest, &events);
        prop_assert_eq!(rows(&table), headers);
        let expected: Vec<Event> = events.iter().filter_map(payloads_of).collect();
        prop_assert_eq!(payloads.map_or_else(Vec::new, |table| rows(&table)), expected);
    }
}

fn numbered(stream: Stream, count: i64, text_bytes: usize) -> Vec<Event> {
    let event = |seq: i64| {
        let mut event = Event::new(stream);
        (event.id, event.seq) = (format!("e{seq}").into(), seq);
        event.time = Timestamp::from_us(1_772_323_200_000_000 + seq / 3 * 1_000);
        event.set_json(
            "details",
            format!("{{\"t\":\"{}\"}}", "x".repeat(text_bytes)),
        );
        event
    };
    (0..count).map(event).collect()
}

#[test]
fn row_groups_are_small_and_know_their_times() {
    let dir = tempfile::tempdir().unwrap();
    for (count, text_bytes, groups) in [(40_000, 10, 5), (1_000, 60_000, 8)] {
        let events = numbered(Stream::Audit, count, text_bytes);
        let (manifest, _) = built(dir.path(), Stream::Audit, &events);
        let (table, _) = open(dir.path(), &manifest, &events);
        assert_eq!(table.groups(), groups);
        let mut at = 0;
        for group in 0..groups {
            let rows = usize::try_from(table.group_rows(group)).unwrap();
            let inside = &events[at..at + rows];
            let (first, last) = table.group_times(group).unwrap();
            assert_eq!((first, last), (inside[0].time, inside[rows - 1].time));
            let wanted = table
                .fetch(group)
                .unwrap()
                .events(|field| field.name == "seq");
            let seqs: Vec<i64> = wanted.unwrap().iter().map(|event| event.seq).collect();
            assert_eq!(
                seqs,
                inside.iter().map(|event| event.seq).collect::<Vec<_>>()
            );
            at += rows;
        }
        assert_eq!(at, events.len());
    }
}

#[test]
fn every_field_has_its_column_and_keeps_the_extremes() {
    let dir = tempfile::tempdir().unwrap();
    for stream in Stream::ALL {
        let mut event = numbered(stream, 1, 0).remove(0);
        for field in Catalogue::of(stream).fields().iter().skip(3) {
            let value = match field.kind {
                Kind::Id | Kind::Keyword | Kind::Text => Value::Text("a\u{0}\"\n\u{1f600}".into()),
                Kind::Enum(words) => Value::Text(words[words.len() - 1].into()),
                Kind::Integer => Value::Integer(i64::MIN),
                Kind::Money => Value::Integer(i64::MAX - 1),
                Kind::Boolean => Value::Boolean(false),
                Kind::Time => Value::Integer(Timestamp::MAX.us()),
                Kind::Json(_) | Kind::Payload => {
                    Value::Json(r#"{"a":[1,-2.50e3,"\u0000"]}"#.into())
                }
            };
            event.put(field, value);
        }
        let events = [event];
        let (manifest, _) = built(dir.path(), stream, &events);
        let (table, payloads) = open(dir.path(), &manifest, &events);
        assert_eq!(rows(&table), [events[0].header()]);
        assert_eq!(payloads.is_some(), stream == Stream::Usage);
    }
}

#[test]
fn audit_parts_name_their_ledger_range() {
    let dir = tempfile::tempdir().unwrap();
    let mut events = numbered(Stream::Audit, 5, 0);
    assert_eq!(
        built(dir.path(), Stream::Audit, &events).1.part.ledger,
        None
    );
    for (event, index) in events.iter_mut().zip([7, 3, 9, 4, 5]) {
        event.set_integer("ledger_index", index);
    }
    let ledger = built(dir.path(), Stream::Audit, &events)
        .1
        .part
        .ledger
        .unwrap();
    assert_eq!((ledger.lowest, ledger.highest), (3, 9));
    assert_eq!(
        events[0].get(field(Stream::Audit, "ledger_index")),
        Some(ValueRef::Integer(7))
    );
}
