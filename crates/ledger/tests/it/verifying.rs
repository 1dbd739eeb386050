//! The offline verifier: what it says of an honest log, and that it finds every change.

use crate::directory::{Directory, events, stored};
use crate::support::{log_key, seed};
use daybook_ledger::note::KeyKind;
use daybook_ledger::proof::inclusion;
use daybook_ledger::verify::{EventInvalid, Place, Verdict, event};
use daybook_ledger::{
    Body, Checkpoint, Ed25519Signer, Hash, HashReader, Leaf, Note, Part, Resource, Signer, Tile,
};
use std::convert::Infallible;

fn honest(count: usize) -> Directory {
    Directory::of(&events(count), &[], &log_key())
}

fn failed(verdict: &Verdict) -> &Place {
    match verdict {
        Verdict::Fail(finding) => &finding.place,
        _ => panic!("{verdict}"),
    }
}

fn file(path: &str) -> Place {
    Place::File(path.parse::<Resource>().unwrap().into())
}

fn event_place(index: u64, id: &str) -> Place {
    Place::Event(index, Some(id.into()))
}

#[test]
fn an_honest_log_passes_in_one_line() {
    let mut directory = honest(1_300);
    directory.bodies[3] = Some(Body::Erased);
    let earlier = [
        ("first", honest(700).checkpoint()),
        ("second", honest(1_000).checkpoint()),
    ];
    let verdict = directory.verify_against(&earlier);
    let checkpoint = String::from_utf8(directory.checkpoint()).unwrap();
    let root = checkpoint.lines().nth(2).unwrap();
    assert_eq!(
        verdict.to_string(),
        format!(
            "PASS: 1,300 events, indices 0–1299, no gaps, tree size 1300, root {root}, \
             key daybook.example/audit+880020e0; 1,299 bodies checked, 1 erased; \
             2 earlier checkpoints contained; erased: 3"
        )
    );
    assert_eq!(verdict.exit_code(), 0);
    assert!(
        honest(0)
            .verify()
            .to_string()
            .starts_with("PASS: 0 events, no gaps, tree size 0,")
    );
}

#[test]
fn every_size_contains_all_before_it() {
    let sizes: Vec<_> = (0..40).collect();
    let earlier: Vec<_> = sizes
        .iter()
        .map(|size| ("one", honest(*size).checkpoint()))
        .collect();
    let directory = honest(40);
    assert_eq!(directory.verify_against(&earlier).exit_code(), 0);
    for (size, (_, checkpoint)) in sizes.into_iter().zip(earlier) {
        // An old checkpoint over files that have grown since: what it needs is in them.
        let mut directory = directory.clone();
        directory.files.insert("checkpoint".into(), checkpoint);
        let verdict = directory.verify().to_string();
        let expected = format!("PASS: {size} events");
        assert!(verdict.starts_with(&expected), "{size}: {verdict}");
    }
    // With the full tile there, it is found without the partial one.
    let mut directory = honest(300);
    directory
        .files
        .insert("checkpoint".into(), honest(200).checkpoint());
    let verdict = directory.verify();
    assert!(
        verdict.to_string().starts_with("PASS: 200 events"),
        "{verdict}"
    );
}

/// No byte of any file, body or salt changes unseen.
#[test]
fn every_flipped_byte_is_found() {
    let small = Directory::of(&events(5), &[2, 4], &log_key());
    assert_eq!(small.verify().exit_code(), 0);
    assert_eq!(small.files.len(), 7, "partial files of each checkpoint");
    flip_files(&small, 1);
    for (index, body) in small.bodies.iter().enumerate() {
        let Some(Body::Kept { salt, bytes }) = body else {
            unreachable!()
        };
        for at in 0..salt.len() + bytes.len() {
            let (mut salt, mut bytes) = (*salt, bytes.to_vec());
            match salt.len() {
                length if at < length => salt[at] ^= 1,
                length => bytes[at - length] ^= 0x80,
            }
            let mut damaged = small.clone();
            let bytes = bytes.into();
            damaged.bodies[index] = Some(Body::Kept { salt, bytes });
            let place = event_place(index as u64, &format!("id-{index}"));
            assert_eq!(failed(&damaged.verify()), &place);
        }
    }
    flip_files(&Directory::of(&events(600), &[300], &log_key()), 1_999);
}

fn flip_files(directory: &Directory, step: usize) {
    let found = |path: &str, damage: &dyn Fn(&mut Vec<u8>)| {
        let mut damaged = directory.clone();
        damage(damaged.files.get_mut(path).unwrap());
        damaged.verify().exit_code() == 1
    };
    for (path, file) in &directory.files {
        for at in (0..file.len()).step_by(step) {
            let bit = 1 << (at % 8);
            assert!(
                found(path, &|file| file[at] ^= bit),
                "{path}: {bit} at {at}"
            );
        }
        for length in (0..file.len()).step_by(step * 7) {
            assert!(
                found(path, &|file| file.truncate(length)),
                "{path} cut to {length}"
            );
        }
        assert!(found(path, &|file| file.push(b'\n')), "{path} longer");
    }
}

/// Bytes that are changed, removed, added or swapped, at every place of every file of a small log, bodies
/// too.
#[test]
fn every_edit_of_a_byte_is_found() {
    let mut small = Directory::of(&events(3), &[2], &log_key());
    small.bodies[1] = Some(Body::Erased);
    let whole = Tile::new(0, 0, 3).unwrap();
    let bodies = small.body_bundle(whole);
    small.put_part(Part::Bodies(whole), bodies);
    assert_eq!(small.verify().exit_code(), 0);
    for (path, file) in &small.files {
        for at in 0..file.len() {
            let mut edits = vec![file.clone(), file.clone(), file.clone()];
            edits[0].remove(at);
            edits[1].insert(at, file[at].wrapping_add(1));
            edits[2][at] ^= 0x10;
            if file.get(at + 1).is_some_and(|next| *next != file[at]) {
                let mut swapped = file.clone();
                swapped.swap(at, at + 1);
                edits.push(swapped);
            }
            for (number, edit) in edits.into_iter().enumerate() {
                let mut damaged = small.clone();
                damaged.files.insert(path.clone(), edit);
                let verdict = damaged.verify();
                assert_eq!(
                    verdict.exit_code(),
                    1,
                    "{path} at {at}, {number}: {verdict}"
                );
            }
        }
    }
}

#[test]
fn every_missing_file_is_found() {
    let directory = honest(600);
    assert_eq!(directory.files.len(), 8);
    for path in directory.files.keys() {
        let mut damaged = directory.clone();
        damaged.files.remove(path);
        let verdict = damaged.verify().to_string();
        assert_eq!(verdict, format!("FAIL: {path}: is missing"));
    }
    let mut damaged = directory;
    damaged.bodies[500] = None;
    assert_eq!(failed(&damaged.verify()), &event_place(500, "id-500"));
    damaged.bodies.truncate(400);
    assert_eq!(failed(&damaged.verify()), &event_place(400, "id-400"));
}

/// A history that was rewritten as a whole, with whatever key.
#[test]
fn a_rewritten_history_is_found_by_key_or_by_an_earlier_checkpoint() {
    let original = events(300);
    let held = Directory::of(&original[..270], &[], &log_key()).checkpoint();
    let stranger = Ed25519Signer::new("daybook.example/audit", KeyKind::Ed25519, &seed(9)).unwrap();
    let mut deleted = original.clone();
    deleted.remove(100);
    let mut inserted = original.clone();
    inserted.insert(100, stored(999));
    let mut reordered = original.clone();
    reordered.swap(100, 200);
    let mut altered = original.clone();
    altered[100] = stored(999);
    let shortened = original[..200].to_vec();
    for rewritten in [deleted, inserted, reordered, altered, shortened] {
        let by_other = Directory::of(&rewritten, &[], &stranger);
        assert_eq!(failed(&by_other.verify()), &Place::File(Part::Checkpoint));
        let by_same = Directory::of(&rewritten, &[], &log_key());
        assert_eq!(by_same.verify().exit_code(), 0, "on its own it is a log");
        let verdict = by_same.verify_against(&[("held.txt", held.clone())]);
        assert_eq!(failed(&verdict), &Place::Earlier("held.txt".into()));
        // Under the honest checkpoint.
        let mut damaged = by_same;
        damaged.files.insert(
            "checkpoint".into(),
            Directory::of(&original, &[], &log_key()).checkpoint(),
        );
        assert_eq!(damaged.verify().exit_code(), 1);
    }
    let mut after = original.clone();
    after[280] = stored(999);
    let after = Directory::of(&after, &[], &log_key());
    assert_eq!(
        after.verify_against(&[("held.txt", held)]).exit_code(),
        0,
        "said plainly in the guide"
    );
}

#[test]
fn the_first_bad_event_is_named() {
    let directory = honest(3_000);
    for threads in [1, 2, 5] {
        let mut damaged = directory.clone();
        for index in [2_999, 1_500, 777, 778] {
            damaged.bodies[index] = None;
        }
        let bundle = damaged.files.get_mut("tile/entries/010").unwrap();
        bundle[500] ^= 1;
        let keys = [log_key().vkey().clone()];
        let verdict = damaged.verify_with(&keys, &[], threads);
        assert_eq!(failed(&verdict), &event_place(777, "id-777"));
        assert_eq!(
            verdict.to_string(),
            "FAIL: event 777 (id \"id-777\"): its body is missing, and nothing says that it was erased"
        );
    }
    // A length that swallows the next entry: the one that it belongs to is named.
    let mut damaged = directory;
    damaged.files.get_mut("tile/entries/000").unwrap()[0] ^= 1;
    assert_eq!(failed(&damaged.verify()), &Place::Event(0, None));
}

#[test]
fn what_cannot_be_told_is_not_called_good_or_bad() {
    let directory = honest(300);
    for broken in [
        "checkpoint",
        "tile/0/000",
        "tile/entries/001.p/44",
        "tile/1/000.p/1",
        "body/001.p/44",
    ] {
        let broken = Directory {
            broken: Some(broken),
            ..directory.clone()
        };
        let verdict = broken.verify();
        assert_eq!(verdict.exit_code(), 2, "{verdict}");
        assert!(
            verdict.to_string().starts_with("COULD NOT CHECK: "),
            "{verdict}"
        );
    }
    let stranger = Ed25519Signer::new("daybook.example/audit", KeyKind::Ed25519, &seed(9)).unwrap();
    let theirs = Directory::of(&events(5), &[], &stranger).checkpoint();
    for note in [b"nonsense".to_vec(), theirs] {
        let verdict = directory.verify_against(&[("theirs", note)]);
        assert_eq!(verdict.exit_code(), 2, "{verdict}");
    }
    let mut newer = events(5);
    newer[3].0 = String::from_utf8(newer[3].0.clone())
        .unwrap()
        .replace("\"v\":1", "\"v\":2")
        .into();
    let verdict = Directory::of(&newer, &[], &log_key()).verify();
    assert_eq!(
        verdict.to_string(),
        "COULD NOT CHECK: event 3: the leaf has version 2, this program knows 1"
    );
}

#[test]
fn without_bodies_the_report_says_so() {
    let mut directory = honest(300);
    let mut bodies = directory.body_bundle(Tile::new(0, 1, 44).unwrap());
    stored(300).1.push_to(&mut bodies).unwrap();
    directory.files.insert("body/001.p/44".into(), bodies);
    let verdict = directory.verify().to_string();
    assert_eq!(verdict, "FAIL: body/001.p/44: has more than its 44 bodies");
    directory.bodies.clear();
    let verdict = directory.verify().to_string();
    assert!(
        verdict.starts_with("PASS") && verdict.contains("; 0 bodies checked, 0 erased"),
        "{verdict}"
    );
}

/// What a running log replaces while it is read.
#[test]
fn a_partial_file_is_found_in_what_grew_from_it() {
    let mut directory = Directory::of(&events(290), &[270], &log_key());
    let old = Directory::of(&events(270), &[], &log_key()).checkpoint();
    for gone in ["tile/0/001.p/14", "tile/entries/001.p/14"] {
        assert!(directory.files.remove(gone).is_some());
    }
    directory.files.insert("checkpoint".into(), old);
    let verdict = directory.verify().to_string();
    assert!(verdict.starts_with("PASS: 270 events"), "{verdict}");
    directory.files.remove("tile/entries/001.p/34");
    let verdict = directory.verify().to_string();
    assert_eq!(verdict, "FAIL: tile/entries/001.p/14: is missing");
}

#[test]
fn below_the_minimum_index_hashes_are_enough() {
    let mut directory = honest(1_000);
    directory.files.remove("tile/entries/000");
    directory.files.remove("tile/entries/001");
    assert_eq!(failed(&directory.verify()), &file("tile/entries/000"));
    directory.minimum_index = 511;
    assert_eq!(failed(&directory.verify()), &file("tile/entries/001"));
    directory.minimum_index = 512;
    let verdict = directory.verify().to_string();
    assert!(
        verdict.starts_with(
            "PASS: 488 events, indices 512–999, only hashes kept of 0–511, tree size 1000"
        ),
        "{verdict}"
    );
    directory.files.get_mut("tile/0/000").unwrap()[0] ^= 1;
    assert_eq!(directory.verify().exit_code(), 1);
}

#[test]
fn malformed_leaves_are_found() {
    let mut unordered = events(5);
    let text = String::from_utf8(unordered[2].0.clone()).unwrap();
    unordered[2].0 = text.replace("{\"action\"", "{ \"action\"").into();
    let verdict = Directory::of(&unordered, &[], &log_key()).verify();
    assert_eq!(failed(&verdict), &Place::Event(2, None));
}

impl HashReader for Directory {
    type Error = Infallible;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Infallible> {
        let file = &self.files[&Resource::Hashes(tile).to_string()];
        Ok(daybook_ledger::tile::decode_hashes(tile, file).unwrap())
    }
}

#[test]
fn an_event_is_checked_on_its_own() {
    let directory = honest(300);
    let note = Note::parse(&directory.checkpoint()).unwrap();
    let keys = [log_key().vkey().clone()];
    let checkpoint = Checkpoint::open(&note, "daybook.example/audit", &keys).unwrap();
    let (entry, body) = stored(270);
    let proof = inclusion(&directory, 270, 300).unwrap();
    assert_eq!(
        event(&entry, &body, 270, &proof, &checkpoint),
        Ok(Leaf::parse(&entry).unwrap())
    );
    assert!(event(&entry, &Body::Erased, 270, &proof, &checkpoint).is_ok());
    let other = stored(271);
    assert_eq!(
        event(&entry, &other.1, 270, &proof, &checkpoint),
        Err(EventInvalid::Body)
    );
    assert!(matches!(
        event(&other.0, &other.1, 270, &proof, &checkpoint),
        Err(EventInvalid::Proof(_))
    ));
    assert!(matches!(
        event(&entry, &body, 271, &proof, &checkpoint),
        Err(EventInvalid::Proof(_))
    ));
}
