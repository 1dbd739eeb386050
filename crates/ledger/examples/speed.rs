//! How fast the ledger is on this machine: `cargo run --release -p daybook-ledger --example speed`.
//! Prints events per second; numbers are looked at, never asserted.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use daybook_ledger::bundle::{BundleError, push_entry};
use daybook_ledger::leaf::{LeafError, commitment};
use daybook_ledger::note::{KeyKind, VerifierKey};
use daybook_ledger::tile::encode_hashes;
use daybook_ledger::verify::{Source, Trust};
use daybook_ledger::{
    Body, Checkpoint, Ed25519Signer, Hash, Leaf, Part, Signer, Tree, leaf_hash, verify,
};
use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::num::NonZeroUsize;
use std::time::Instant;

const EVENTS: usize = 400_000;
const ORIGIN: &str = "daybook.example/audit";

struct Memory(HashMap<Part, Vec<u8>>);

impl Source for Memory {
    type Error = Infallible;

    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&part).cloned())
    }
}

/// Runs `work`, and prints events per second of the clock, and per second of a core: on a busy
/// machine only the latter means something.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, used) = (Instant::now(), cpu_seconds());
    let done = work();
    let per = |seconds: f64| EVENTS as f64 / seconds;
    print!("{what}: {:.0} events/s", per(start.elapsed().as_secs_f64()));
    match (used, cpu_seconds()) {
        (Some(before), Some(after)) => println!(", {:.0} per core", per(after - before)),
        _ => println!(),
    }
    done
}

/// The processor time of this process, where `/proc` tells it in hundredths of a second.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields = stat.rsplit_once(')')?.1.split_whitespace();
    let ticks: Option<Vec<f64>> = fields
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse().ok())
        .collect();
    Some(ticks?.iter().sum::<f64>() / 100.0)
}

fn entry(number: usize, salt: &[u8; 32], body: &[u8]) -> Result<Vec<u8>, LeafError> {
    let leaf = Leaf {
        id: format!("01980a3c-7e1e-7a80-8a3b-{number:012}").into(),
        time: "2026-03-01T08:30:00.000001Z".into(),
        received_at: "2026-03-01T08:30:00.250000Z".into(),
        origin: "production".into(),
        action: "model.disabled".into(),
        operation: "disable".into(),
        resource_type: Some("model".into()),
        result: "success".into(),
        body: commitment(salt, body),
    };
    leaf.encode()
}

/// A body of about 800 bytes, as audit events have.
fn body(number: usize) -> Vec<u8> {
    let changes = r#"{"field":"limits.requests_per_minute","new":120,"old":60},"#.repeat(10);
    let changes = changes.trim_end_matches(',');
    format!(
        r#"{{"actor_id":"u-{number}","actor_name":"Ada","changes":[{changes}],"ip":"192.0.2.7"}}"#
    )
    .into_bytes()
}

fn build(
    entries: &[Vec<u8>],
    bodies: &[Body<'_>],
    key: &Ed25519Signer,
) -> Result<Memory, Box<dyn Error>> {
    let (mut files, mut tree) = (HashMap::new(), Tree::new());
    let (mut bundle, mut body_bundle) = (Vec::new(), Vec::new());
    for (entry, body) in entries.iter().zip(bodies) {
        push_entry(&mut bundle, entry)?;
        body.push_to(&mut body_bundle)
            .map_err(|length| format!("a body of {length} bytes"))?;
        tree.push_with(leaf_hash(entry), |tile, hashes| {
            files.insert(Part::Hashes(tile), encode_hashes(hashes));
            if tile.level() == 0 {
                files.insert(Part::Entries(tile), std::mem::take(&mut bundle));
                files.insert(Part::Bodies(tile), std::mem::take(&mut body_bundle));
            }
        });
    }
    for (tile, hashes) in tree.partial_tiles() {
        files.insert(Part::Hashes(tile), encode_hashes(hashes));
        if tile.level() == 0 {
            files.insert(Part::Entries(tile), bundle.clone());
            files.insert(Part::Bodies(tile), body_bundle.clone());
        }
    }
    let note = Checkpoint::new(ORIGIN, tree.size(), tree.root()).sign(&[key])?;
    files.insert(Part::Checkpoint, note.to_string().into_bytes());
    Ok(Memory(files))
}

fn main() -> Result<(), Box<dyn Error>> {
    let key = Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &[7; 32])?;
    let salts: Vec<[u8; 32]> = (0..EVENTS)
        .map(|n| Hash::digest(&n.to_be_bytes()).0)
        .collect();
    let bodies: Vec<Vec<u8>> = (0..EVENTS).map(body).collect();
    let entries = timed("commitment and leaf", || {
        let pairs = salts.iter().zip(&bodies).enumerate();
        let entries = pairs.map(|(number, (salt, body))| entry(number, salt, body));
        entries.collect::<Result<Vec<_>, LeafError>>()
    })?;
    let mut tree = Tree::new();
    timed("leaf hash and tree", || {
        entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
    });
    let kept = salts.iter().zip(bodies).map(|(salt, bytes)| Body::Kept {
        salt: *salt,
        bytes: bytes.into(),
    });
    let kept: Vec<_> = kept.collect();
    let memory = timed("the same with bundles and tiles", || {
        build(&entries, &kept, &key)
    })?;
    let keys: [VerifierKey; 1] = [key.vkey().clone()];
    for threads in [1, 2] {
        let trust = Trust {
            origin: ORIGIN,
            keys: &keys,
            policy: None,
            earlier: &[],
            threads: NonZeroUsize::new(threads).ok_or(BundleError::Count(0))?,
        };
        let verdict = timed(&format!("verify, {threads} threads"), || {
            verify(&memory, &trust, |_| {})
        });
        println!("{verdict}");
    }
    Ok(())
}
