//! The last write of the log is torn, at every one of its bytes: the store opens, holds all that
//! was committed before, says what it left out, and takes the lost events again.

use super::{memory_dir, quiet};
use daybook_model::logstore::{Outcome, Write};
use daybook_model::{Event, LogStore, Query, Stream, Timestamp};
use daybook_store::Store;
use futures_executor::block_on;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber, subscriber};

const COMMITS: usize = 3;

#[test]
fn a_tail_torn_at_any_byte_loses_nothing_before_it() {
    let (template, dir) = (memory_dir(), memory_dir());
    let ends = committed(template.path());
    let segment = segment(template.path());
    let whole = std::fs::read(&segment).unwrap();
    let name = segment.strip_prefix(template.path()).unwrap();
    for tear in ends[0] + 1..ends[COMMITS - 1] {
        let before = ends.iter().filter(|end| **end <= tear).count();
        let mut cut = whole[..tear].to_vec();
        // A prepared segment reads as zeros behind the tear, a grown one ends there.
        if tear % 2 == 0 {
            cut.resize(whole.len(), 0);
        }
        super::injected::copy(template.path(), dir.path());
        std::fs::write(dir.path().join(name), cut).unwrap();
        let warnings = Warnings::default();
        let opened = subscriber::with_default(warnings.clone(), || Store::open(quiet(dir.path())));
        let store = opened.unwrap_or_else(|error| panic!("torn at byte {tear}: {error}"));
        assert_eq!(count(&store), before as u64, "torn at byte {tear}");
        // What follows the last tear is zeros anyway: such a commit is whole, or was never begun.
        let torn = !whole[tear..ends[before]].iter().all(|byte| *byte == 0)
            && ends.iter().all(|end| *end != tear);
        assert_eq!(warnings.tell_of("not whole"), torn, "torn at byte {tear}");
        let outcomes = block_on(store.append((0..COMMITS).map(event).collect())).unwrap();
        let stored = |outcome: &&Outcome| matches!(outcome, Outcome::Stored(..));
        let again = outcomes.iter().filter(stored).count();
        assert_eq!(again, COMMITS - before, "torn at byte {tear}: {outcomes:?}");
        drop(store);
        if tear % 16 == 0 {
            let store = Store::open(quiet(dir.path())).unwrap();
            assert_eq!(count(&store), COMMITS as u64, "torn at byte {tear}");
        }
        std::fs::remove_dir_all(dir.path()).unwrap();
    }
}

fn event(number: usize) -> Write {
    let mut event = Event::new(Stream::System);
    event.id = format!("e{number}").into();
    event.time = Timestamp::from_us(1_772_323_200_000_000);
    event.set_text("level", "info");
    event.set_text("message", "m");
    Write::Append(event)
}

fn count(store: &Store) -> u64 {
    block_on(store.count(Query::all(Stream::System))).unwrap()
}

/// Commits some events, one by one, and answers at which bytes of the segment the commits end.
fn committed(dir: &Path) -> Vec<usize> {
    let store = Store::open(quiet(dir)).unwrap();
    let end = |number| {
        block_on(store.append(vec![event(number)])).unwrap();
        let bytes = std::fs::read(segment(dir)).unwrap();
        // The last byte of a commit closes an event's JSON.
        bytes.iter().rposition(|byte| *byte == b'}').unwrap() + 1
    };
    (0..COMMITS).map(end).collect()
}

fn segment(dir: &Path) -> PathBuf {
    let entries = std::fs::read_dir(dir.join("wal")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut segments = paths.filter(|path| path.extension().is_some_and(|kind| kind == "wal"));
    segments.next().unwrap()
}

/// What was logged meanwhile.
#[derive(Debug, Clone, Default)]
struct Warnings(Arc<Mutex<String>>);

impl Warnings {
    fn tell_of(&self, what: &str) -> bool {
        self.0.lock().unwrap().contains(what)
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Text(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.0.push_str(&format!("{value:?} "));
    }
}
