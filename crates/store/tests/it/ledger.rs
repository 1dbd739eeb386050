//! The ledger of a store: what it proves, and what its directory holds.

use super::memory_dir;
use super::notary::Notary;
use daybook_model::ledger::Receipt;
use daybook_model::logstore::Write;
use daybook_model::{Event, Ledger, LogStore, StoreError, Stream, Timestamp};
use daybook_store::ledger::LedgerOptions;
use daybook_store::{Options, Store};
use futures_executor::block_on;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) fn options(dir: &Path) -> Options {
    Options {
        head_bytes_max: 256 << 10,
        query_threads: 1,
        ledger: LedgerOptions {
            publish_every: Duration::from_millis(5),
            ..LedgerOptions::new(dir.join("ledger"))
        },
        ..Options::new(dir)
    }
}

pub(crate) fn open(dir: &Path) -> Store {
    Store::open(options(dir)).unwrap()
}

pub(crate) fn event(number: u64) -> Write {
    let mut event = Event::new(Stream::Audit);
    event.id = format!("a{number}").into();
    event.time = Timestamp::from_us(1_772_323_200_000_000);
    event.set_text("action", "model.disabled");
    event.set_text("actor_name", format!("Ana {number}"));
    event.set_text("result", "success");
    Write::Append(event)
}

pub(crate) fn append(store: &Store, numbers: Range<u64>) -> Vec<Receipt> {
    let outcomes = block_on(store.append(numbers.map(event).collect())).unwrap();
    outcomes
        .iter()
        .map(|outcome| outcome.receipt().unwrap())
        .collect()
}

pub(crate) fn file(dir: &Path, name: &str) -> PathBuf {
    dir.join("ledger").join(name)
}

#[test]
fn everything_is_proven_and_goes_on_over_restarts() {
    let dir = memory_dir();
    let mut notary = Notary::default();
    let mut size = 0;
    for count in [0, 1, 3, 252, 1, 299, 513, 0] {
        let store = open(dir.path());
        let receipts = append(&store, size..size + count);
        let indices = receipts.iter().map(|receipt| receipt.ledger_index);
        assert!(indices.eq(size..size + count));
        size += count;
        notary.check(&store).unwrap();
        let again = append(&store, 0..size);
        assert_eq!(
            again[(size - count) as usize..],
            receipts,
            "duplicates get their first receipts"
        );
    }
    assert!(notary.count() >= 7);
}

#[test]
fn the_directory_is_what_tlog_tiles_describes() {
    let dir = memory_dir();
    let store = open(dir.path());
    append(&store, 0..600);
    Notary::default().check(&store).unwrap();
    store.close();
    let found = |name: &str| {
        std::fs::metadata(file(dir.path(), name))
            .map(|about| about.len())
            .ok()
    };
    assert_eq!(found("tile/0/000"), Some(8192));
    assert_eq!(found("tile/0/001"), Some(8192));
    assert_eq!(found("tile/0/002.p/88"), Some(88 * 32));
    assert_eq!(found("tile/1/000.p/2"), Some(64));
    assert!(found("tile/entries/001").is_some() && found("body/001").is_some());
    assert!(found("tile/entries/002.p/88").is_some() && found("body/002.p/88").is_some());
    let partial = std::fs::read_dir(file(dir.path(), "tile/0/002.p")).unwrap();
    assert_eq!(partial.count(), 1, "narrower tiles are gone");
    assert!(!file(dir.path(), "tile/0/000.p").exists());
    let key = std::fs::read_to_string(file(dir.path(), "key")).unwrap();
    assert_eq!(key.trim_end(), store.verifier_key());
    let note = std::fs::read(file(dir.path(), "checkpoint")).unwrap();
    assert_eq!(store.checkpoint().unwrap(), note);
    let served = |path: &str| {
        block_on(store.resource(path.into()))
            .unwrap()
            .map(|bytes| bytes.len())
    };
    assert_eq!(served("tile/0/002.p/88"), Some(88 * 32));
    assert_eq!(
        served("tile/0/002.p/3"),
        Some(3 * 32),
        "of every smaller tree, too"
    );
    assert_eq!(served("tile/0/000.p/255"), Some(255 * 32));
    for absent in [
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/0/003",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/1/000",
        "tile/entries/002",
        "body/002.p/89",
        "checkpoint",
        "key",
        "private.key",
        "../events",
        "",
    ] {
        assert_eq!(served(absent), None, "{absent}");
    }
}

#[test]
fn files_that_were_not_flushed_are_made_again() {
    let dir = memory_dir();
    let mut notary = Notary::default();
    let store = open(dir.path());
    append(&store, 0..300);
    notary.check(&store).unwrap();
    drop(store);
    for lost in ["tile/0/000", "tile/entries/001.p/44"] {
        std::fs::remove_file(file(dir.path(), lost)).unwrap();
    }
    for torn in ["tile/entries/000", "body/001.p/44"] {
        let bytes = std::fs::read(file(dir.path(), torn)).unwrap();
        std::fs::write(file(dir.path(), torn), &bytes[..bytes.len() / 2]).unwrap();
    }
    notary.check(&open(dir.path())).unwrap();
}

/// A store whose log begins with event 300: files before it are flushed.
pub(crate) fn moved(dir: &Path) -> Notary {
    let mut notary = Notary::default();
    let store = Store::open(Options {
        head_events_max: 300,
        ..options(dir)
    })
    .unwrap();
    append(&store, 0..300);
    let segments = || {
        let found = std::fs::read_dir(dir.join("wal")).unwrap();
        let paths = found.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.extension().is_some_and(|kind| kind == "wal"))
            .count()
    };
    let began = Instant::now();
    while block_on(store.stats()).unwrap().head_events > 0 || segments() > 1 {
        assert!(began.elapsed() < Duration::from_secs(30), "nothing moves");
        std::thread::sleep(Duration::from_millis(5));
    }
    append(&store, 300..310);
    notary.check(&store).unwrap();
    notary
}

#[test]
fn damaged_files_are_never_served() {
    let dir = memory_dir();
    let store = open(dir.path());
    append(&store, 0..700);
    Notary::default().check(&store).unwrap();
    let (entry, mut seen) = (block_on(store.entry(255)).unwrap(), 0);
    for (name, others) in [
        ("tile/0/000", true),
        ("tile/entries/000", true),
        ("body/000", false),
    ] {
        let path = file(dir.path(), name);
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 7) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            std::fs::write(&path, changed).unwrap();
            let damaged = |answer: Result<bool, StoreError>| match answer {
                Err(StoreError::Damaged(place)) => place.contains(name),
                _ => false,
            };
            let served = block_on(store.resource(name.into())).map(|found| found.is_some());
            assert!(damaged(served), "{name}, byte {at}");
            // An entry is served alone: it is what it was, whatever became of those beside it.
            let found = block_on(store.entry(255));
            let same = found.as_ref().is_ok_and(|found| *found == entry);
            let found = found.map(|found| found.is_some());
            assert!(same || damaged(found), "an entry, {name}, byte {at}");
            seen += usize::from(!same);
            let proof = block_on(store.proof(3)).map(|found| found.is_some());
            assert_eq!(
                damaged(proof),
                name.starts_with("tile/0"),
                "{name}, byte {at}"
            );
            let entries = block_on(store.resource("tile/entries/000".into()));
            assert_eq!(entries.is_err(), others, "{name}, byte {at}");
            assert!(
                block_on(store.entry(600)).unwrap().is_some(),
                "others are served"
            );
        }
        std::fs::write(&path, whole).unwrap();
    }
    assert!(seen >= 7, "of the flips in hashes it saw {seen}");
    assert!(!block_on(store.stats()).unwrap().damaged.is_empty());
    Notary::default().check(&store).unwrap();
}

#[test]
fn what_cannot_be_signed_waits_and_is_told() {
    let dir = memory_dir();
    let lock = dir.path().join("locks/signed");
    let mut set = options(&dir.path().join("data"));
    set.ledger.lock = lock.clone();
    let store = Store::open(set).unwrap();
    append(&store, 0..3);
    let mut notary = Notary::default();
    notary.check(&store).unwrap();
    // Where the lock was, nothing can be written.
    std::fs::remove_dir_all(lock.parent().unwrap()).unwrap();
    append(&store, 3..5);
    let began = Instant::now();
    let health = loop {
        let health = store.health();
        if health.failing.is_some() {
            break health;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{health:?}");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!((health.size, health.published_size), (5, 3));
    assert!(health.failing.unwrap().contains("last signed checkpoint"));
    assert_eq!(
        block_on(store.proof(4)).unwrap(),
        None,
        "no checkpoint covers it"
    );
    assert!(block_on(store.proof(2)).unwrap().is_some());
}

#[test]
fn a_publication_that_was_cut_short_is_finished() {
    let dir = memory_dir();
    let store = open(dir.path());
    append(&store, 0..5);
    Notary::default().check(&store).unwrap();
    drop(store);
    let public = file(dir.path(), "checkpoint");
    let newest = std::fs::read(&public).unwrap();
    std::fs::remove_file(&public).unwrap();
    let quiet = LedgerOptions {
        publish_every: Duration::from_secs(1000),
        ..options(dir.path()).ledger
    };
    let store = Store::open(Options {
        ledger: quiet,
        ..options(dir.path())
    })
    .unwrap();
    assert_eq!(store.checkpoint(), Some(newest.clone()));
    assert_eq!(std::fs::read(&public).unwrap(), newest);
}
