//! What is public of the ledger, for readers: as of the newest published checkpoint, and checked.

use super::online::own_events;
use super::projection::{Compared, compare_events};
use super::publisher::Published;
use super::status::Status;
use crate::Store;
use crate::archive::{Archive, expired};
use crate::error::internal;
use crate::state::Snapshot;
use daybook_ledger::evidence::signed_text;
use daybook_ledger::note::sign;
use daybook_ledger::{Body, Hash, Part, Signer, TlogProof, proof};
use daybook_model::StoreError;
use daybook_model::ledger::{Comparison, LeafHash, LedgerBody, LedgerEntry, LedgerHealth, Receipt};
use daybook_model::logstore::{BoxFuture, StoreResult};
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

impl daybook_model::Ledger for Store {
    fn checkpoint(&self) -> Option<Vec<u8>> {
        self.0.ledger.reading.checkpoint()
    }

    fn verifier_key(&self) -> String {
        self.0.ledger.reading.signer.vkey().to_string()
    }

    fn resource(&self, path: String) -> BoxFuture<'_, StoreResult<Option<Vec<u8>>>> {
        self.read_ledger(move |reading| reading.resource(&path))
    }

    fn entry(&self, index: u64) -> BoxFuture<'_, StoreResult<Option<LedgerEntry>>> {
        self.read_ledger(move |reading| reading.entry(index))
    }

    fn proof(&self, index: u64) -> BoxFuture<'_, StoreResult<Option<String>>> {
        self.read_ledger(move |reading| reading.proof(index))
    }

    fn expired(
        &self,
        id: String,
        origin: Option<String>,
    ) -> BoxFuture<'_, StoreResult<Option<Receipt>>> {
        Box::pin(self.beside(move |_, shared| {
            let (state, words) = (shared.get(), &shared.words);
            let place = expired(&state.archived, words, &id, origin.as_deref())?;
            Ok(place.map(|place| Receipt {
                ledger_index: place.index,
                leaf_hash: LeafHash(place.leaf_hash),
            }))
        }))
    }

    fn compare(&self, size: u64, gaps: Vec<Range<u64>>) -> BoxFuture<'_, StoreResult<Comparison>> {
        let reading = self.0.ledger.reading.clone();
        Box::pin(self.beside(move |archive, shared| {
            let compare = || reading.compare(size, &gaps, archive, &shared.snapshot());
            match compare() {
                Ok(comparison) if comparison.first_difference.is_none() => Ok(comparison),
                // It may have been erased, moved or archived while it was read.
                _ => compare(),
            }
        }))
    }

    fn sign_evidence(&self, manifest: [u8; 32]) -> BoxFuture<'_, StoreResult<String>> {
        self.read_ledger(move |reading| reading.sign_evidence(Hash(manifest)))
    }

    fn health(&self) -> LedgerHealth {
        self.0.ledger.reading.status.health()
    }

    fn refuse(&self, why: String) {
        self.0.ledger.refuse(why);
    }
}

impl Store {
    fn read_ledger<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reading) -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        let reading = self.0.ledger.reading.clone();
        self.on_query_thread(move || read(&reading))
    }
}

/// A reader of the ledger.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) status: Arc<Status>,
    signer: Arc<dyn Signer>,
}

/// Without the secret.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("key", self.signer.vkey())
            .finish_non_exhaustive()
    }
}

impl Reading {
    pub(crate) fn new(status: Arc<Status>, signer: Arc<dyn Signer>) -> Self {
        Self { status, signer }
    }

    /// A ledger that refuses vouches for nothing.
    fn sign_evidence(&self, manifest: Hash) -> StoreResult<String> {
        if let Some(why) = self.status.refused() {
            return Err(StoreError::Unavailable(format!("nothing is signed: {why}")));
        }
        let text = signed_text(self.signer.name(), &manifest);
        let note = sign(text, &[&*self.signer]);
        let note = note.map_err(|why| StoreError::Unavailable(why.to_string()))?;
        Ok(note.to_string())
    }

    fn checkpoint(&self) -> Option<Vec<u8>> {
        let published = self.status.published()?;
        Some(published.note.to_string().into_bytes())
    }

    /// The bytes of a resource by its path.
    fn resource(&self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        let Some(published) = self.status.published() else {
            return Ok(None);
        };
        match path.parse::<Part>() {
            Ok(part) if published.view.has(part) => published.view.bytes(part).map(Some),
            _ => Ok(None),
        }
    }

    /// The event at an index.
    fn entry(&self, index: u64) -> StoreResult<Option<LedgerEntry>> {
        let Some(published) = self.covering(index) else {
            return Ok(None);
        };
        let (leaf, body) = published.view.entry(index)?;
        Ok(Some(LedgerEntry {
            leaf_hash: LeafHash(daybook_ledger::leaf_hash(&leaf).0),
            leaf,
            body: match body {
                Body::Kept { salt, bytes } => Some(LedgerBody {
                    bytes: bytes.into_owned(),
                    salt,
                }),
                Body::Erased => None,
            },
        }))
    }

    /// The proof of an index.
    fn proof(&self, index: u64) -> StoreResult<Option<String>> {
        let Some(published) = self.covering(index) else {
            return Ok(None);
        };
        let size = published.view.edge.size();
        let hashes =
            proof::inclusion(&published.view, index, size).map_err(|error| match error {
                proof::ProofError::Tile(error) => super::view::of_tree(error),
                other => internal(other),
            })?;
        let proof = TlogProof {
            extra: None,
            index,
            proof: hashes,
            checkpoint: published.note.clone(),
        };
        Ok(Some(proof.to_string()))
    }

    /// Compares what a store shows with the first events of the ledger.
    fn compare(
        &self,
        size: u64,
        gaps: &[Range<u64>],
        archive: &Archive,
        snapshot: &Snapshot,
    ) -> StoreResult<Comparison> {
        let Some(last) = size.checked_sub(1) else {
            return Ok(Comparison::default());
        };
        let missing = || StoreError::Unavailable(format!("no checkpoint covers {size} events"));
        let published = self.covering(last).ok_or_else(missing)?;
        let with = Compared {
            ledger: &published.view,
            size,
            gaps,
            threads: NonZeroUsize::MIN,
        };
        compare_events(&with, |each| own_events(snapshot, archive, each))
    }

    /// The newest published checkpoint, if it covers an index.
    fn covering(&self, index: u64) -> Option<Arc<Published>> {
        let published = self.status.published()?;
        (index < published.view.edge.size()).then_some(published)
    }
}
