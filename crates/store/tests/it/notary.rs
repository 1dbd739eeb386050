//! Whoever does not trust the operator: keeps every checkpoint that it ever saw, and demands that the
//! ledger goes on from each of them, and proves every audit event that the store shows.

use daybook_ledger::proof::{consistency, verify_consistency};
use daybook_ledger::tile::decode_hashes;
use daybook_ledger::{
    Checkpoint, Hash, HashReader, Note, Policy, Resource, Tile, TlogProof, VerifierKey, leaf_hash,
};
use daybook_model::ledger::Receipt;
use daybook_model::logstore::ScanRequest;
use daybook_model::{Event, Ledger, Query, StoreError, Stream};
use daybook_store::Store;
use daybook_store::ledger::event_of;
use daybook_testkit::{fields_of, walk};
use futures_executor::block_on;
use std::path::Path;
use std::time::{Duration, Instant};

/// Events that one check proves, spread over all of them.
const PROVEN: usize = 50;

/// Keeps checkpoints.
#[derive(Debug, Default, Clone)]
pub(crate) struct Notary {
    seen: Vec<Checkpoint>,
}

impl Notary {
    /// Keeps the checkpoint that is public in a store's directory, if one is.
    pub(crate) fn look(&mut self, dir: &Path) {
        if let Ok(note) = std::fs::read(dir.join("ledger/checkpoint")) {
            self.see(&note);
        }
    }

    /// Keeps a checkpoint.
    pub(crate) fn see(&mut self, note: &[u8]) {
        let note = Note::parse(note).unwrap();
        let checkpoint = Checkpoint::parse(note.text_unverified()).unwrap();
        if !self.seen.contains(&checkpoint) {
            self.seen.push(checkpoint);
        }
    }

    /// How many different ones it saw.
    pub(crate) fn count(&self) -> usize {
        self.seen.len()
    }

    /// Checks a store whose ledger signs.
    pub(crate) fn check(&mut self, store: &Store) -> Result<(), String> {
        let newest = published(store)?;
        for seen in &self.seen {
            let (old, size) = (seen.size, newest.size);
            let proof = consistency(&Tiles(store), old, size)
                .map_err(|e| format!("a checkpoint of {old} events was published: {e}"))?;
            verify_consistency(old, size, &proof, &seen.root, &newest.root)
                .map_err(|e| format!("the checkpoint of {old} events, now {size}: {e}"))?;
        }
        self.seen.push(newest);
        let events = events(store)?;
        if events.len() as u64 != store.health().size {
            let (events, size) = (events.len(), store.health().size);
            return Err(format!("{events} audit events, but {size} in the ledger"));
        }
        let mut some = events.iter().rev().step_by(events.len() / PROVEN + 1);
        some.try_for_each(|event| {
            prove(store, event).map_err(|why| format!("event {:?}: {why}", event.id))
        })
    }
}

/// The newest checkpoint, when it covers all events.
fn published(store: &Store) -> Result<Checkpoint, String> {
    let began = Instant::now();
    loop {
        let health = store.health();
        if let Some(refused) = health.refused {
            return Err(format!("the ledger signs nothing: {refused}"));
        }
        if health.published_at.is_some() && health.published_size == health.size {
            break;
        }
        if began.elapsed() > Duration::from_secs(20) {
            return Err(format!("no checkpoint covers all events: {health:?}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let note = store.checkpoint().ok_or("no checkpoint")?;
    let note = Note::parse(&note).map_err(|e| e.to_string())?;
    let key = key(store);
    Checkpoint::open(&note, key.name(), [&key]).map_err(|e| e.to_string())
}

fn key(store: &Store) -> VerifierKey {
    store.verifier_key().parse().unwrap()
}

fn events(store: &Store) -> Result<Vec<Event>, String> {
    let request = ScanRequest {
        query: Query::all(Stream::Audit),
        after: None,
        limit: 1_000,
        fields: fields_of(Stream::Audit, true),
    };
    walk(store, request).map_err(|e| e.to_string())
}

/// Whether the ledger has exactly what the store shows of an event, and proves it.
fn prove(store: &Store, event: &Event) -> Result<(), String> {
    let receipt = Receipt::of(event).ok_or("it has no receipt")?;
    let index = receipt.ledger_index;
    let said = |error: StoreError| error.to_string();
    let entry = block_on(store.entry(index))
        .map_err(said)?
        .ok_or("it has no entry")?;
    let leaf = leaf_hash(&entry.leaf);
    if leaf.0 != receipt.leaf_hash.0 {
        return Err("another leaf stands in its place".into());
    }
    // Of an erased event the store shows what its leaf says, and nothing else.
    let body = entry.body.map_or_else(|| b"{}".into(), |body| body.bytes);
    let mut expected = event_of(&entry.leaf, &body)?;
    expected.seq = event.seq;
    receipt.put_into(&mut expected);
    if expected != *event {
        return Err(format!(
            "the ledger has {expected:?}, the store shows {event:?}"
        ));
    }
    let proof = block_on(store.proof(index))
        .map_err(said)?
        .ok_or("it has no proof")?;
    let proof = TlogProof::parse(proof.as_bytes()).map_err(|e| e.to_string())?;
    let policy = Policy::of_log(key(store));
    proof.verify(&leaf, &policy).map_err(|e| e.to_string())?;
    (proof.index == index)
        .then_some(())
        .ok_or("the proof is of another".into())
}

/// The tiles as anybody gets them.
struct Tiles<'a>(&'a Store);

impl HashReader for Tiles<'_> {
    type Error = StoreError;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, StoreError> {
        let path = Resource::Hashes(tile).to_string();
        let bytes = block_on(self.0.resource(path.clone()))?;
        let hashes = bytes.and_then(|bytes| decode_hashes(tile, &bytes));
        hashes.ok_or_else(|| StoreError::Damaged(format!("no {path}")))
    }
}
