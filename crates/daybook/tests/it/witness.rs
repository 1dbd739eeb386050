//! `daybook witness`: it cosigns what extends what it cosigned before, remembers that over a kill, and
//! shows a log that was rolled back or rewritten for what it is.

use crate::http::Connection;
use crate::server::daybook;
use daybook_ledger::note::KeyKind;
use daybook_ledger::witness::AddCheckpoint;
use daybook_ledger::{
    Checkpoint, Ed25519Signer, Hash, HashReader, Note, Signer, Tile, Tree, VerifierKey,
    cosignature, leaf_hash, proof,
};
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const ORIGIN: &str = "logs.example.com/ledger";

fn log_key() -> Ed25519Signer {
    Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &[7; 32]).unwrap()
}

/// A log of fewer than 256 events.
struct Log(Vec<Hash>);

impl Log {
    /// The events of two logs are the same up to where their stories part.
    fn of(size: u32, parted_at: u32) -> Self {
        let text = |number| match number < parted_at {
            true => format!("event {number}"),
            false => format!("another event {number}"),
        };
        Self(
            (0..size)
                .map(|number| leaf_hash(text(number).as_bytes()))
                .collect(),
        )
    }

    fn checkpoint(&self, key: &Ed25519Signer) -> Note {
        let mut tree = Tree::new();
        self.0.iter().for_each(|leaf| tree.push(*leaf));
        let checkpoint = Checkpoint::new(key.name(), tree.size(), tree.root());
        checkpoint.sign(&[key]).unwrap()
    }

    /// What it asks a witness that has cosigned `old` events.
    fn request(&self, old: u64) -> AddCheckpoint {
        let size = self.0.len() as u64;
        let proof = proof::consistency(self, old.min(size), size).unwrap();
        AddCheckpoint::new(old, proof, self.checkpoint(&log_key())).unwrap()
    }
}

impl HashReader for Log {
    type Error = Infallible;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Infallible> {
        Ok(self.0[..usize::from(tile.width())].to_vec())
    }
}

/// A running witness.
pub(crate) struct Witness {
    child: Child,
    address: String,
    pub(crate) key: VerifierKey,
}

fn command(dir: &Path, log: &str) -> Command {
    let mut command = daybook(dir);
    command.args([
        "witness",
        "--listen",
        "127.0.0.1:0",
        "--log",
        log,
        "--state-dir",
    ]);
    command.arg(dir);
    command
}

impl Witness {
    pub(crate) fn start(dir: &Path, log: &str) -> Self {
        let mut child = command(dir, log).spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let rest = line.trim().strip_prefix("Witness ").unwrap();
        let (key, address) = rest.split_once(" is ready at http://").unwrap();
        Self {
            child,
            address: address.into(),
            key: key.parse().unwrap(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The status and the body of what it answers.
    fn ask(&self, request: &str) -> (u16, String) {
        let mut connection = Connection::open(&self.address, "").unwrap();
        let answer = connection.post("/add-checkpoint", request).unwrap();
        let kind = match answer.status {
            409 => "text/x.tlog.size",
            _ => "text/plain; charset=utf-8",
        };
        assert_eq!(answer.header("content-type"), kind);
        (answer.status, answer.text)
    }

    fn cosigns(&self, log: &Log, old: u64) {
        let (status, body) = self.ask(&log.request(old).to_string());
        assert_eq!(status, 200, "{body}");
        let note = log.checkpoint(&log_key());
        let found = cosignature::collect(&body, &note, [&self.key]).unwrap();
        assert_eq!(found.len(), 1);
    }

    fn refuses(&self, log: &Log, old: u64, status: u16, body: &str) {
        let answer = self.ask(&log.request(old).to_string());
        assert_eq!(answer, (status, body.into()));
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn only_what_extends_the_last_checkpoint_is_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let mut witness = Witness::start(dir.path(), &log_key().vkey().to_string());
    let key = witness.key.clone();
    witness.cosigns(&Log::of(100, 100), 0);
    witness.cosigns(&Log::of(100, 100), 100);
    witness.cosigns(&Log::of(150, 150), 100);
    witness.refuses(&Log::of(160, 160), 100, 409, "150\n");

    witness.child.kill().unwrap();
    witness.child.wait().unwrap();
    let witness = Witness::start(dir.path(), &log_key().vkey().to_string());
    assert_eq!(witness.key, key, "it keeps its key");
    // Brought back from a backup, and gone on from there.
    witness.refuses(&Log::of(120, 120), 0, 409, "150\n");
    witness.refuses(&Log::of(120, 120), 100, 409, "150\n");
    witness.refuses(&Log::of(120, 120), 150, 400, "no checkpoint with a proof\n");
    let rewritten = "does not extend the last checkpoint\n";
    witness.refuses(&Log::of(150, 149), 150, 422, rewritten);
    witness.refuses(&Log::of(180, 120), 150, 422, rewritten);
    witness.cosigns(&Log::of(180, 180), 150);

    let path = format!("/{}/checkpoint", Hash::digest(ORIGIN.as_bytes()).to_hex());
    let mut connection = Connection::open(&witness.address, "").unwrap();
    let kept = connection.get(&path).unwrap().text;
    let note = Note::parse(kept.as_bytes()).unwrap();
    let log = log_key();
    let (_, by) = note.open([log.vkey(), &key]).unwrap();
    assert_eq!(by.len(), 2, "signed by the log and the witness");
    assert!(
        note.text_unverified()
            .starts_with(&format!("{ORIGIN}\n180\n"))
    );
    let other = connection.get(&format!("/{}/checkpoint", "0".repeat(64)));
    assert_eq!(other.unwrap().status, 404);
}

#[test]
fn strangers_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let witness = Witness::start(dir.path(), &log_key().vkey().to_string());
    let log = Log::of(5, 5);
    for (name, status) in [(ORIGIN, 403), ("another.example/ledger", 404)] {
        let key = Ed25519Signer::new(name, KeyKind::Ed25519, &[8; 32]).unwrap();
        let request = AddCheckpoint::new(0, vec![], log.checkpoint(&key)).unwrap();
        assert_eq!(witness.ask(&request.to_string()).0, status, "{name}");
    }
    let whole = log.request(0).to_string();
    for bad in ["", "old 0\n", &whole[..whole.len() - 5], &whole[1..]] {
        assert_eq!(witness.ask(bad).0, 400, "{bad:?}");
    }
    let long = "x".repeat(2_000_000);
    let mut connection = Connection::open(&witness.address, "").unwrap();
    // It may hang up before it has read that much.
    if let Ok(answer) = connection.post("/add-checkpoint", &long) {
        assert_eq!(answer.status, 413);
    }
    witness.cosigns(&log, 0);
}

#[test]
fn a_memory_that_is_not_its_own_keeps_it_from_starting() {
    let dir = tempfile::tempdir().unwrap();
    let key_file = dir.path().join("log.key");
    std::fs::write(&key_file, format!("{}\n", log_key().vkey())).unwrap();
    let log = key_file.to_str().unwrap();
    let state = dir.path().join("state");
    let witness = Witness::start(&state, log);
    witness.cosigns(&Log::of(10, 10), 0);
    let refused = |state: &Path, why: &str| {
        let output = command(state, log).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(why), "{said}");
    };
    refused(&state, "another witness uses this directory");
    drop(witness);
    let file = std::fs::read_dir(&state).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        (path.extension()? == "checkpoint").then_some(path)
    });
    let file = file.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let text = whole.windows(2).position(|pair| pair == b"\n\n").unwrap();
    for at in (0..text).step_by(7).chain([whole.len() - 9]) {
        let mut damaged = whole.clone();
        damaged[at] ^= 2;
        std::fs::write(&file, damaged).unwrap();
        refused(&state, "bring back the file or the key");
    }
    std::fs::write(&file, &whole).unwrap();
    std::fs::remove_file(state.join("witness.key")).unwrap();
    refused(&state, "bring back the file or the key");
    refused(&dir.path().join("log.key"), "log.key");
}
