//! When a ledger refuses to sign: damage, rollback, forks, mixed files. Nothing else stops, and the
//! reason says what to do.

use super::ledger::{append, event, file, moved, open, options};
use super::memory_dir;
use super::notary::Notary;
use daybook_ledger::{Checkpoint, Note};
use daybook_model::logstore::{Outcome, Write};
use daybook_model::{Event, Ledger, LogStore, StoreError, Stream, Timestamp};
use daybook_store::Store;
use daybook_store::ledger::signers;
use futures_executor::block_on;
use std::path::Path;
use std::time::{Duration, Instant};

/// Changes a bit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(path, bytes).unwrap();
}

fn refusal(dir: &Path) -> String {
    let store = open(dir);
    let refused = store.health().refused.expect("it signs");
    let Err(StoreError::Unavailable(why)) = block_on(store.append(vec![event(9_999)])) else {
        panic!("audit events are taken");
    };
    assert!(why.contains(&refused), "{why}");
    let mut other = Event::new(Stream::System);
    (other.id, other.time) = ("s".into(), Timestamp::from_us(1_772_323_200_000_000));
    let taken = block_on(store.append(vec![Write::Append(other)])).unwrap();
    assert!(matches!(
        taken[..],
        [Outcome::Stored(..) | Outcome::Duplicate(_)]
    ));
    refused
}

#[test]
fn flushed_files_are_needed() {
    let dir = memory_dir();
    let mut notary = moved(dir.path());
    for name in [
        "tile/0/001.p/44",
        "tile/entries/001.p/44",
        "body/001.p/44",
        "body/000",
        "tile/0/000",
    ] {
        let path = file(dir.path(), name);
        let whole = std::fs::read(&path).unwrap_or_else(|_| panic!("no {name}"));
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        std::fs::write(&path, changed).unwrap();
        let why = refusal(dir.path());
        assert!(
            why.contains(name) && why.contains("backup"),
            "{name}: {why}"
        );
        std::fs::write(&path, whole).unwrap();
    }
    notary.check(&open(dir.path())).unwrap();
}

#[test]
fn a_bit_that_flips_before_signing_is_never_signed() {
    for name in ["tile/0/000", "tile/entries/000", "body/000"] {
        let dir = memory_dir();
        // The next checkpoint comes with the end.
        let mut set = options(dir.path());
        set.ledger.publish_every = Duration::from_secs(1000);
        let store = Store::open(set).unwrap();
        append(&store, 0..256);
        let began = Instant::now();
        while !file(dir.path(), "body/000").exists() {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "nothing is written"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        flip(&file(dir.path(), name));
        let signed = std::fs::read(file(dir.path(), "signed")).unwrap();
        store.close();
        let why = store.health().refused.unwrap();
        assert!(why.contains(name) && why.contains("faulty"), "{why}");
        assert_eq!(std::fs::read(file(dir.path(), "signed")).unwrap(), signed);
        drop(store);
        // The log has what the file was made of.
        Notary::default().check(&open(dir.path())).unwrap();
    }
}

#[test]
fn a_lost_key_is_told() {
    let dir = memory_dir();
    let store = open(dir.path());
    append(&store, 0..3);
    Notary::default().check(&store).unwrap();
    drop(store);
    std::fs::remove_file(file(dir.path(), "private.key")).unwrap();
    let why = refusal(dir.path());
    assert!(why.contains("Bring back the key"), "{why}");
}

#[test]
fn an_older_data_directory_signs_nothing() {
    let dir = memory_dir();
    let (data, older) = (dir.path().join("data"), dir.path().join("older"));
    let lock = dir.path().join("elsewhere/signed");
    let options = |dir: &Path| {
        let mut options = options(dir);
        options.ledger.lock = lock.clone();
        options
    };
    let store = Store::open(options(&data)).unwrap();
    append(&store, 0..10);
    Notary::default().check(&store).unwrap();
    drop(store);
    super::injected::copy(&data, &older);
    let store = Store::open(options(&data)).unwrap();
    append(&store, 10..20);
    Notary::default().check(&store).unwrap();
    drop(store);
    let signed = std::fs::read(&lock).unwrap();
    let refused = |dir: &Path| Store::open(options(dir)).unwrap().health().refused.unwrap();
    let why = refused(&older);
    assert!(
        why.contains("20 audit events was signed, and this data directory has 10"),
        "{why}"
    );
    // A history of the same length, but another one.
    let mut fork = super::ledger::options(&older);
    fork.ledger.lock = older.join("ledger/own");
    std::fs::copy(older.join("ledger/checkpoint"), &fork.ledger.lock).unwrap();
    let store = Store::open(fork).unwrap();
    append(&store, 30..40);
    Notary::default().check(&store).unwrap();
    drop(store);
    let why = refused(&older);
    assert!(why.contains("are not the ones that were signed"), "{why}");
    assert_eq!(std::fs::read(&lock).unwrap(), signed);
    assert_eq!(Store::open(options(&data)).unwrap().health().refused, None);
}

#[test]
fn what_does_not_agree_is_refused() {
    let dir = memory_dir();
    let dir = dir.path();
    let mut notary = moved(dir);
    let (lock, public) = (file(dir, "signed"), file(dir, "checkpoint"));
    let newest = std::fs::read(&lock).unwrap();
    let refuses = |what: &str| {
        let why = refusal(dir);
        assert!(why.contains(what), "{what}: {why}");
    };
    let restore = || {
        std::fs::write(&lock, &newest).unwrap();
        std::fs::write(&public, &newest).unwrap();
    };
    std::fs::remove_file(&lock).unwrap();
    refuses("copy");
    std::fs::remove_file(&public).unwrap();
    refuses("although this key has signed");
    restore();
    std::fs::write(&lock, b"nonsense").unwrap();
    refuses("is no checkpoint of this ledger");
    restore();
    // Rightly signed, but by another ledger; and by this one, of a tree that never was.
    let key = signers::key_file(&file(dir, "private.key"), None).unwrap();
    let other = signers::key_file(&dir.join("other.key"), None).unwrap();
    let parsed = Note::parse(&newest).unwrap();
    let true_one = Checkpoint::parse(parsed.text_unverified()).unwrap();
    let sign = |size, root, key: &dyn daybook_ledger::Signer| {
        Checkpoint::new(key.name(), size, root)
            .sign(&[key])
            .unwrap()
            .to_string()
    };
    std::fs::write(&lock, sign(true_one.size, true_one.root, &*other)).unwrap();
    refuses("is no checkpoint of this ledger");
    restore();
    let wrong_root = daybook_ledger::leaf_hash(b"wrong");
    std::fs::write(&public, sign(true_one.size, wrong_root, &*key)).unwrap();
    refuses("are not the ones that were signed");
    restore();
    // The lock was brought back from an older copy.
    let empty = sign(0, daybook_ledger::Hash::EMPTY_ROOT, &*key);
    std::fs::write(&lock, empty).unwrap();
    refuses("is newer than");
    restore();
    let ahead = std::time::SystemTime::now() + Duration::from_secs(24 * 3600);
    std::fs::File::open(&lock)
        .unwrap()
        .set_modified(ahead)
        .unwrap();
    refuses("set the clock");
    restore();
    notary.check(&open(dir)).unwrap();
}

#[test]
fn two_processes_never_sign_for_one_lock() {
    let dir = memory_dir();
    let lock = dir.path().join("signed");
    let open = |name: &str| {
        let mut options = options(&dir.path().join(name));
        options.ledger.lock = lock.clone();
        options.ledger.signer = Some(signers::key_file(&dir.path().join("key"), None).unwrap());
        Store::open(options).unwrap()
    };
    let first = open("a");
    append(&first, 0..3);
    Notary::default().check(&first).unwrap();
    drop(first);
    super::injected::copy(&dir.path().join("a"), &dir.path().join("b"));
    let (first, second) = (open("a"), open("b"));
    append(&first, 3..5);
    Notary::default().check(&first).unwrap();
    // The second one learns of it when it wants to sign.
    append(&second, 7..9);
    let began = Instant::now();
    let why = loop {
        if let Some(why) = second.health().refused {
            break why;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it signs");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(why.contains("another Daybook signs"), "{why}");
    append(&first, 5..6);
    Notary::default().check(&first).unwrap();
    assert_eq!(first.health().refused, None);
}
