//! Evidence packages: the same bytes for the same input, and whatever is changed in one is found.

use crate::directory::{Directory, Stored, stored};
use crate::support::{ORIGIN, log_key, seed};
use daybook_ledger::evidence::zip::{Reader, Writer};
use daybook_ledger::evidence::{
    Outcome, Package, Period, Tiles, signed_text, survey, verify, write,
};
use daybook_ledger::note::{KeyKind, sign};
use daybook_ledger::verify::{Earlier, FileHashes, Trust};
use daybook_ledger::{Body, Checkpoint, Ed25519Signer, Leaf, Note, Signer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

const PERIOD: (&str, &str) = ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");

/// An event of this time.
fn at(number: usize, time: &str, action: &str) -> Stored {
    by("prod", number, time, action)
}

fn by(origin: &str, number: usize, time: &str, action: &str) -> Stored {
    let (entry, body) = stored(number);
    let mut leaf = Leaf::parse(&entry).unwrap();
    (leaf.time, leaf.action) = (time.to_owned().into(), action.to_owned().into());
    leaf.origin = origin.to_owned().into();
    (leaf.encode().unwrap(), body)
}

/// March from index 2 on, with one event of April in between, one erased, and February before.
fn history(count: usize) -> Vec<Stored> {
    let mut events: Vec<_> = (0..count).map(stored).collect();
    events[0] = at(0, "2026-02-01T10:00:00Z", "model.disabled");
    events[1] = by(
        "daybook",
        1,
        "2026-02-28T23:59:59.999999Z",
        "daybook.started",
    );
    events[2] = by("daybook", 2, "2026-03-01T00:00:00Z", "daybook.started");
    // What a platform says of Daybook says nothing about the log.
    events[3] = at(3, "2026-03-01T00:00:01Z", "daybook.stopped");
    events[4] = at(4, "2026-04-01T00:00:00Z", "model.disabled");
    events[5].1 = Body::Erased;
    events
}

fn log(count: usize) -> Directory {
    let mut directory = Directory::of(&history(count), &[], &log_key());
    directory.bodies[5] = Some(Body::Erased);
    directory
}

fn package_by(directory: &Directory, key: &Ed25519Signer, period: (&str, &str)) -> Vec<u8> {
    let period = Period::new(period.0, period.1).unwrap();
    let note = Note::parse(&directory.checkpoint()).unwrap();
    let checkpoint = Checkpoint::parse(note.text_unverified()).unwrap();
    let package = Package {
        period: &period,
        survey: &survey(directory, &checkpoint, &period).unwrap(),
        note: &note,
        checkpoint: &checkpoint,
        key: &key.vkey().to_string(),
        made_at: "2026-04-02T09:00:00Z",
        requester: json!({"name": "ana@example.com", "role": "auditor"}),
        access: json!([{"email": "ana@example.com", "role": "auditor"}]),
    };
    let signed = |hash| {
        let note = sign(signed_text(ORIGIN, &hash), &[key as &dyn Signer]);
        note.map(|note| note.to_string())
            .map_err(|error| error.to_string())
    };
    write(directory, &package, Vec::new(), signed).unwrap()
}

pub(crate) fn package(count: usize) -> Vec<u8> {
    package_by(&log(count), &log_key(), PERIOD)
}

fn checked_against(package: &[u8], earlier: &[Earlier], tiles: Option<Tiles<'_>>) -> Outcome {
    let keys = [log_key().vkey().clone()];
    let trust = Trust {
        origin: ORIGIN,
        keys: &keys,
        policy: None,
        earlier,
        threads: NonZeroUsize::MIN,
    };
    verify(package, &trust, tiles, |_| ())
}

fn checked(package: &[u8]) -> String {
    checked_against(package, &[], None).to_string()
}

fn files(package: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut reader = Reader::new(package);
    let mut files = BTreeMap::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        assert!(entry.is_intact);
        files.insert(entry.name, entry.data);
    }
    files
}

fn packed(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    for (name, data) in files {
        writer.add(name, data).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn what_was_removed_after_the_period_is_named() {
    let events = [
        at(0, "2026-03-01T10:00:00Z", "model.disabled"),
        by("daybook", 1, "2026-04-01T00:00:00Z", "retention.applied"),
        // A platform removes nothing here, and not all that Daybook does is a removal.
        at(2, "2026-04-02T00:00:00Z", "person.erased"),
        by("daybook", 3, "2026-04-03T00:00:00Z", "daybook.started"),
    ];
    let directory = Directory::of(&events, &[], &log_key());
    let package = package_by(&directory, &log_key(), PERIOD);
    let manifest: Value = serde_json::from_slice(&files(&package)["manifest.json"]).unwrap();
    let removals = &manifest["removals_after_the_period"];
    assert_eq!(removals["count"], 1);
    assert_eq!(removals["first"][0]["index"], 1);
    assert_eq!(removals["first"][0]["action"], "retention.applied");
    let said = checked(&package);
    assert!(said.starts_with("PASS: "), "{said}");
}

#[test]
fn a_package_proves_the_events_of_a_period() {
    let package = package(600);
    let said = checked(&package);
    let expected = "PASS: evidence package, 597 events of 2026-03-01T00:00:00Z to 2026-04-01T00:00:00Z UTC, \
        indices 2–599, no gaps, 1 of other times in between, tree size 600, root ";
    assert!(said.starts_with(expected), "{said}");
    let end = "; 596 bodies checked, 1 erased or expired; 0 kept checkpoints are of its history; made at 2026-04-02T09:00:00Z; erased or expired: 5";
    assert!(said.ends_with(end), "{said}");
    assert_eq!(
        package,
        self::package(600),
        "the same input gives the same bytes"
    );
    let files = files(&package);
    let names: Vec<_> = files
        .keys()
        .filter(|name| name.ends_with(".leaves"))
        .collect();
    assert_eq!(
        names,
        [
            "events/000000000002.leaves",
            "events/000000000256.leaves",
            "events/000000000512.leaves"
        ]
    );
    assert_eq!(packed(&files), package);
    let told: serde_json::Value = serde_json::from_slice(&files["completeness.json"]).unwrap();
    assert_eq!(told["starts_and_stops"][0]["index"], 2);
    assert_eq!(told["starts_and_stops"].as_array().unwrap().len(), 1);
}

#[test]
fn a_period_without_events_is_a_package_too() {
    let period = ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z");
    let said = checked(&package_by(&log(9), &log_key(), period));
    let expected = "PASS: evidence package, 0 events of 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z UTC, 0 of other";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn every_byte_that_is_changed_removed_or_added_is_found() {
    let package = package(7);
    assert!(checked(&package).starts_with("PASS"));
    for at in 0..package.len() {
        let mut changed = package.clone();
        changed[at] ^= 1 << (at % 8);
        let said = checked(&changed);
        assert!(!said.starts_with("PASS"), "byte {at} flipped: {said}");
        if at % 7 == 0 {
            let mut shorter = package.clone();
            shorter.remove(at);
            assert!(!checked(&shorter).starts_with("PASS"), "byte {at} removed");
            let mut longer = package.clone();
            longer.insert(at, longer[at]);
            assert!(!checked(&longer).starts_with("PASS"), "byte {at} doubled");
        }
        if at % 97 == 0 {
            assert!(!checked(&package[..at]).starts_with("PASS"), "cut at {at}");
        }
    }
    assert!(checked(&[package.as_slice(), b"x"].concat()).starts_with("FAIL"));
}

/// Changes files and packs them anew, with the checksums that belong to them.
fn forged(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> String {
    let mut files = files(&package(600));
    change(&mut files);
    let said = checked(&packed(&files));
    assert!(said.starts_with("FAIL: "), "{said}");
    said
}

fn replace(data: &mut Vec<u8>, old: &str, new: &str) {
    let text = data
        .windows(old.len())
        .position(|part| part == old.as_bytes());
    let start = text.unwrap();
    data.splice(start..start + old.len(), new.bytes());
}

#[test]
fn the_first_event_that_was_changed_is_named() {
    const LEAVES: &str = "events/000000000256.leaves";
    const BODIES: &str = "events/000000000256.bodies";
    let said = forged(|files| replace(files.get_mut(LEAVES).unwrap(), "id-300", "id-3x0"));
    assert!(said.contains("event 300 (id \"id-3x0\")"), "{said}");
    let said = forged(|files| replace(files.get_mut(BODIES).unwrap(), "u-301", "u-3x1"));
    assert!(
        said.contains("event 301 (id \"id-301\"): the body is not"),
        "{said}"
    );
    let said = forged(|files| {
        let bodies = files.get_mut(BODIES).unwrap();
        let length = bodies.len();
        bodies.truncate(length - 3);
    });
    assert!(said.contains("the bundle ends within its body"), "{said}");
    let said = forged(|files| {
        files.remove(LEAVES);
    });
    assert!(
        said.contains("events/000000000256.leaves is missing"),
        "{said}"
    );
    let said = forged(|files| files.retain(|name, _| !name.contains("000256")));
    assert!(said.contains("event 256 is missing"), "{said}");
    forged(|files| files.retain(|name, _| !name.contains("000512")));
    forged(|files| files.retain(|name, _| !name.contains("000002")));
    // Two events in another order.
    forged(|files| {
        let leaves = files.get_mut(LEAVES).unwrap();
        let one = usize::from(u16::from_be_bytes([leaves[0], leaves[1]])) + 2;
        leaves[..2 * one].rotate_left(one);
    });
    let said = forged(|files| {
        files.insert("events/000000000600.bodies".into(), Vec::new());
    });
    assert!(said.contains("is missing"), "{said}");
    for name in ["README.txt", "access.json", "completeness.json", "key"] {
        let said = forged(|files| files.get_mut(name).unwrap().push(b'\n'));
        assert!(said.contains(name), "{said}");
    }
    forged(|files| {
        replace(
            files.get_mut("manifest.json").unwrap(),
            "\"auditor\"",
            "\"user\"",
        );
    });
}

#[test]
fn another_key_another_history_and_another_time_are_found() {
    let other = Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &seed(90)).unwrap();
    let stolen = Directory::of(&history(9), &[], &other);
    let said = checked(&package_by(&stolen, &other, PERIOD));
    assert!(said.starts_with("FAIL: checkpoint: "), "{said}");

    // Another history by the same key, against a checkpoint that was kept.
    let kept = |name: &str, directory: &Directory| Earlier {
        name: name.into(),
        note: directory.checkpoint(),
    };
    let mut events = history(9);
    events[6] = at(6, "2026-03-02T00:00:00Z", "model.enabled");
    let rewritten = package_by(&Directory::of(&events, &[], &log_key()), &log_key(), PERIOD);
    assert!(checked(&rewritten).starts_with("PASS"));
    let says = |package: &[u8], other: &[Earlier], tiles: Option<&Directory>, line: &str| {
        let hashes = tiles.map(FileHashes);
        let tiles = hashes.as_ref().map(|hashes| hashes as Tiles<'_>);
        let said = checked_against(package, other, tiles).to_string();
        assert!(said.contains(line), "{said}");
    };
    let (package, logs) = (package(9), [7, 8, 9, 300].map(log));
    let [march, _, april, may] = &logs;
    let not = "FAIL: checkpoint and april are not of one history: it was rewritten";
    says(&rewritten, &[kept("april", april)], None, not);
    says(
        &package,
        &[kept("april", april)],
        None,
        "; 1 kept checkpoints are of its history;",
    );
    // Those of other sizes need tiles, which may be of a log that has grown since.
    let all = logs.each_ref().map(|log| kept("all", log));
    says(
        &package,
        &all,
        Some(may),
        "; 4 kept checkpoints are of its history;",
    );
    says(
        &package,
        &[kept("march", march)],
        Some(april),
        "; 1 kept checkpoints",
    );
    says(
        &package,
        &[kept("march", march)],
        None,
        "COULD NOT CHECK: checkpoint march: a package alone",
    );
    says(
        &package,
        &[kept("may", may)],
        Some(april),
        "COULD NOT CHECK: checkpoint may: ",
    );
    says(
        &rewritten,
        &[kept("march", march)],
        Some(april),
        "FAIL: checkpoint and march are not",
    );
    says(
        &rewritten,
        &[kept("may", may)],
        Some(may),
        "FAIL: checkpoint and may are not",
    );
}
