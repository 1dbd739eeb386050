//! `daybook verify` over a ledger's files: what it says of an honest log, and that it names exactly what
//! somebody changed.

use crate::server::daybook;
use daybook_ledger::bundle::push_entry;
use daybook_ledger::leaf::commitment;
use daybook_ledger::note::KeyKind;
use daybook_ledger::tile::encode_hashes;
use daybook_ledger::{
    Body, Checkpoint, Cosigner, Ed25519Signer, Hash, Leaf, Part, Signer, Tree, leaf_hash,
};
use std::path::{Path, PathBuf};
use std::process::Stdio;

pub(crate) const ORIGIN: &str = "logs.example.com/ledger";

pub(crate) fn key(seed: u8) -> Ed25519Signer {
    Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &[seed; 32]).unwrap()
}

fn witness() -> Ed25519Signer {
    Ed25519Signer::new("witness.example.com/w", KeyKind::CosignatureV1, &[9; 32]).unwrap()
}

/// An event's entry and body.
fn event(number: u32) -> (Vec<u8>, Body<'static>) {
    let salt = Hash::digest(&number.to_be_bytes()).0;
    let bytes = format!(r#"{{"actor_id":"u-{number}"}}"#).into_bytes();
    let leaf = Leaf {
        id: format!("id-{number}").into(),
        time: "2026-03-01T08:30:00Z".into(),
        received_at: "2026-03-01T08:30:00Z".into(),
        origin: "prod".into(),
        action: "model.disabled".into(),
        operation: "disable".into(),
        resource_type: Some("model".into()),
        result: "success".into(),
        body: commitment(&salt, &bytes),
    };
    let bytes = bytes.into();
    (leaf.encode().unwrap(), Body::Kept { salt, bytes })
}

/// A data directory with the ledger of these events, as Daybook writes it.
pub(crate) struct Data {
    dir: tempfile::TempDir,
}

impl Data {
    pub(crate) fn of(events: impl Iterator<Item = u32>, signer: &Ed25519Signer) -> Self {
        let data = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let (mut tree, mut entries, mut bodies) = (Tree::new(), Vec::new(), Vec::new());
        for number in events {
            let (entry, body) = event(number);
            push_entry(&mut entries, &entry).unwrap();
            body.push_to(&mut bodies).unwrap();
            tree.push_with(leaf_hash(&entry), |tile, hashes| {
                data.put(Part::Hashes(tile), &encode_hashes(hashes));
                if tile.level() == 0 {
                    data.put(Part::Entries(tile), &std::mem::take(&mut entries));
                    data.put(Part::Bodies(tile), &std::mem::take(&mut bodies));
                }
            });
        }
        for (tile, hashes) in tree.partial_tiles() {
            data.put(Part::Hashes(tile), &encode_hashes(hashes));
            if tile.level() == 0 {
                data.put(Part::Entries(tile), &entries);
                data.put(Part::Bodies(tile), &bodies);
            }
        }
        let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root());
        let note = checkpoint.sign(&[signer]).unwrap();
        data.put(Part::Checkpoint, note.to_string().as_bytes());
        data
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("ledger").join(name)
    }

    fn put(&self, part: Part, bytes: &[u8]) {
        let path = self.path(&part.to_string());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(self.path(name)).unwrap();
        change(&mut bytes);
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.path("checkpoint")
    }

    #[track_caller]
    fn says(&self, more: &[&str], code: i32, line: &str) {
        verifies(&self.path(""), &key(1).vkey().to_string(), more, code, line);
    }
}

/// Runs the verifier; the only line it prints must begin so.
#[track_caller]
pub(crate) fn verifies(place: &Path, key: &str, more: &[&str], code: i32, line: &str) {
    let mut command = daybook(place);
    command
        .arg("verify")
        .arg(place)
        .args(["--key", key])
        .args(more);
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.starts_with(line) && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(output.status.code(), Some(code), "{said}");
}

#[test]
fn an_honest_log_passes_in_a_line_to_be_quoted() {
    let (data, before) = (Data::of(0..1_300, &key(1)), Data::of(0..700, &key(1)));
    let id = format!("{:08x}", key(1).vkey().id());
    let note = std::fs::read_to_string(data.checkpoint()).unwrap();
    let root = note.lines().nth(2).unwrap();
    let events = format!(
        "PASS: 1,300 events, indices 0–1299, no gaps, tree size 1300, root {root}, key {ORIGIN}+{id}; \
         1,300 bodies checked, 0 erased; "
    );
    data.says(&[], 0, &events);
    let kept = before.checkpoint();
    let kept = ["--checkpoint", kept.to_str().unwrap(), "--threads", "2"];
    data.says(&kept, 0, &format!("{events}1 earlier checkpoint"));
    // Alone; the key in a file.
    let file = data.dir.path().join("log.pub");
    std::fs::write(&file, format!("{}\n", key(1).vkey())).unwrap();
    let key = file.to_str().unwrap();
    verifies(&data.path(""), key, &[], 0, "PASS: 1,300 events");
    let backup = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(data.dir.path(), backup.path().join("data")).unwrap();
    // Without the events that Daybook shows, a data directory is not all there.
    for place in [data.dir.path(), backup.path()] {
        verifies(place, key, &[], 2, "COULD NOT CHECK: ");
    }
}

#[test]
fn what_was_changed_is_named() {
    let honest = || Data::of(0..600, &key(1));
    let says = |change: &dyn Fn(&Data), line: &str| {
        let data = honest();
        data.says(&[], 0, "PASS");
        change(&data);
        data.says(&[], 1, line);
    };
    says(
        &|data| data.change("body/001", |bytes| *bytes.last_mut().unwrap() ^= 1),
        "FAIL: event 511 (id \"id-511\"): its body is not the one that its leaf commits to",
    );
    says(
        &|data| data.change("body/001", |bytes| bytes.truncate(bytes.len() - 1)),
        "FAIL: event 511 (id \"id-511\"): the bundle ends within its body",
    );
    says(
        &|data| std::fs::remove_file(data.path("body/001")).unwrap(),
        "FAIL: event 256 (id \"id-256\"): its body is missing",
    );
    says(
        &|data| remove_entry(data, 3),
        "FAIL: event 3 (id \"id-4\"): its entry does not have the hash that tile/0/000 says",
    );
    says(
        &|data| swap_entries(data, 10, 11),
        "FAIL: event 10 (id \"id-11\"): its entry does not have the hash that tile/0/000 says",
    );
    says(
        &|data| data.change("tile/0/002.p/88", |bytes| bytes.truncate(64)),
        "FAIL: tile/0/002.p/88: has not the size of its width",
    );
    says(
        &|data| data.change("tile/1/000.p/2", |bytes| bytes[40] ^= 1),
        "FAIL: tile/1/000.p/2: is not what the events give",
    );
    says(
        &|data| std::fs::remove_file(data.path("tile/entries/000")).unwrap(),
        "FAIL: tile/entries/000: is missing",
    );
    says(
        &|data| data.change("checkpoint", |bytes| bytes[ORIGIN.len() + 1] ^= 1),
        "FAIL: checkpoint: the signature of logs.example.com/ledger is wrong",
    );
    says(
        &|data| {
            let forged = Data::of((0..600).filter(|number| *number != 7), &key(2));
            std::fs::copy(forged.checkpoint(), data.checkpoint()).unwrap();
        },
        "FAIL: checkpoint: no trusted key has signed the note",
    );
}

fn entries(bytes: &[u8]) -> Vec<Vec<u8>> {
    let entries = daybook_ledger::bundle::Entries::new(bytes);
    entries.map(|entry| entry.unwrap().to_vec()).collect()
}

fn rewrite(data: &Data, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    data.change("tile/entries/000", |bytes| {
        let mut entries = entries(bytes);
        change(&mut entries);
        bytes.clear();
        entries
            .iter()
            .for_each(|entry| push_entry(bytes, entry).unwrap());
    });
}

fn remove_entry(data: &Data, at: usize) {
    rewrite(data, |entries| _ = entries.remove(at));
}

fn swap_entries(data: &Data, a: usize, b: usize) {
    rewrite(data, |entries| entries.swap(a, b));
}

/// No byte of a small log changes unseen, and nothing makes the verifier crash.
#[test]
fn every_changed_byte_is_found() {
    let data = Data::of(0..3, &key(1));
    let names = [
        "checkpoint",
        "tile/0/000.p/3",
        "tile/entries/000.p/3",
        "body/000.p/3",
    ];
    for name in names {
        let whole = std::fs::read(data.path(name)).unwrap();
        // Each takes a process: the verifier's own tests change all of them.
        for at in (0..whole.len()).step_by(whole.len() / 24) {
            data.change(name, |bytes| bytes[at] ^= 1 << (at % 8));
            data.says(&[], 1, "FAIL: ");
            std::fs::write(data.path(name), &whole).unwrap();
        }
    }
    data.says(&[], 0, "PASS: 3 events");
}

#[test]
fn a_history_that_was_signed_anew_contradicts_the_checkpoint_that_was_kept() {
    let kept = Data::of(0..270, &key(1));
    let file = kept.checkpoint();
    let kept = ["--checkpoint", file.to_str().unwrap()];
    let rewritten = Data::of((0..300).filter(|number| *number != 100), &key(1));
    rewritten.says(&[], 0, "PASS: 299 events");
    let line = format!(
        "FAIL: earlier checkpoint {}: the log's first 270 events",
        file.display()
    );
    rewritten.says(&kept, 1, &line);
    let shorter = Data::of(0..200, &key(1));
    let line = format!(
        "FAIL: earlier checkpoint {}: has 270 events, the log has 200: the end of the log was removed",
        file.display()
    );
    shorter.says(&kept, 1, &line);
}

#[test]
fn several_checkpoints_may_stand_in_one_file() {
    let notes = [100, 200, 250].map(|size| {
        let data = Data::of(0..size, &key(1));
        std::fs::read_to_string(data.checkpoint()).unwrap()
    });
    let data = Data::of(0..300, &key(1));
    let file = data.dir.path().join("anchors");
    std::fs::write(&file, notes.join("\n") + "\n").unwrap();
    let anchors = ["--checkpoint", file.to_str().unwrap()];
    let root = "PASS: 300 events, indices 0–299, no gaps, tree size 300, root ";
    data.says(&anchors, 0, root);
    let rewritten = Data::of((0..300).map(|number| number.max(210)), &key(1));
    rewritten.says(
        &anchors,
        1,
        &format!("FAIL: earlier checkpoint {} (1): ", file.display()),
    );
    let rewritten = Data::of((0..300).filter(|number| *number != 210), &key(1));
    rewritten.says(
        &anchors,
        1,
        &format!("FAIL: earlier checkpoint {} (3): ", file.display()),
    );
}

#[test]
fn witnesses_that_a_policy_asks_for_must_have_cosigned() {
    let data = Data::of(0..20, &key(1));
    let policy = data.dir.path().join("policy");
    let text = format!("witness w {}\nquorum w\n", witness().vkey());
    std::fs::write(&policy, text).unwrap();
    let policy = ["--policy", policy.to_str().unwrap()];
    data.says(
        &policy,
        1,
        "FAIL: checkpoint: too few witnesses have cosigned: none",
    );
    let note = std::fs::read(data.checkpoint()).unwrap();
    let mut note = daybook_ledger::Note::parse(&note).unwrap();
    let checkpoint = Checkpoint::parse(note.text_unverified()).unwrap();
    let witness = witness();
    let cosigner = Cosigner::new(&witness).unwrap();
    note.add([cosigner.cosign(&checkpoint, 1_700_000_000).unwrap()]);
    std::fs::write(data.path("cosigned"), note.to_string()).unwrap();
    data.says(&policy, 0, "PASS: 20 events");
    data.change("cosigned", |bytes| {
        let at = bytes.len() - 9;
        bytes[at] ^= 2;
    });
    data.says(&policy, 1, "FAIL: checkpoint: ");
}

#[test]
fn what_cannot_be_checked_is_said_and_is_no_failure() {
    let data = Data::of(0..20, &key(1));
    let place = data.dir.path();
    let good = key(1).vkey().to_string();
    let unchecked = |place: &Path, key: &str, more: &[&str], why: &str| {
        verifies(place, key, more, 2, &format!("COULD NOT CHECK: {why}"));
    };
    unchecked(
        &place.join("none"),
        &good,
        &[],
        &place.join("none").display().to_string(),
    );
    let empty = tempfile::tempdir().unwrap();
    unchecked(
        empty.path(),
        &good,
        &[],
        &format!("{} has no ledger", empty.path().display()),
    );
    unchecked(
        place,
        "nonsense",
        &[],
        "\"nonsense\" is neither a verifier key nor a file of one",
    );
    unchecked(
        place,
        &witness().vkey().to_string(),
        &[],
        &format!("{} is a witness's key", witness().vkey()),
    );
    let missing = ["--checkpoint", "/nonexistent"];
    unchecked(place, &good, &missing, "/nonexistent: ");
    let other = Ed25519Signer::new("other.example/ledger", KeyKind::Ed25519, &[3; 32]).unwrap();
    let other = other.vkey().to_string();
    unchecked(place, &good, &["--key", &other], "the keys are of two logs");
    verifies(
        place,
        &other,
        &[],
        1,
        "FAIL: checkpoint: no trusted key has signed the note",
    );
    verifies(
        place,
        &key(2).vkey().to_string(),
        &[],
        1,
        "FAIL: checkpoint: no trusted key",
    );
    unchecked(
        Path::new("http://127.0.0.1:9"),
        &good,
        &[],
        "checkpoint: no answer",
    );
    std::fs::write(place.join("theirs"), "nonsense").unwrap();
    let theirs = place.join("theirs");
    let theirs = ["--checkpoint", theirs.to_str().unwrap()];
    unchecked(place, &good, &theirs, "earlier checkpoint ");
}
