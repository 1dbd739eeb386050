//! What is public of the ledger, for readers: as of the newest published checkpoint, and checked.

use super::bodies;
use super::part::Part;
use super::publisher::Published;
use super::status::Status;
use crate::Store;
use crate::error::internal;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::{Tile, TlogProof, VerifierKey, bundle, proof};
use daybook_model::StoreError;
use daybook_model::ledger::{LeafHash, LedgerBody, LedgerEntry, LedgerHealth};
use daybook_model::logstore::{BoxFuture, StoreResult};
use std::sync::Arc;

impl daybook_model::Ledger for Store {
    fn checkpoint(&self) -> Option<Vec<u8>> {
        self.0.ledger.reading.checkpoint()
    }

    fn verifier_key(&self) -> String {
        self.0.ledger.reading.key.to_string()
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
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) status: Arc<Status>,
    key: VerifierKey,
}

impl Reading {
    pub(crate) fn new(status: Arc<Status>, key: VerifierKey) -> Self {
        Self { status, key }
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
        let view = &published.view;
        let place = index % u64::from(TILE_WIDTH);
        let width = u16::try_from(place + 1).map_err(internal)?;
        let tile = Tile::new(0, index / u64::from(TILE_WIDTH), width);
        let tile = tile.ok_or_else(|| internal("no tile has this index"))?;
        let (leaves, bundle) = (
            view.bytes(Part::Entries(tile))?,
            view.bytes(Part::Bodies(tile))?,
        );
        let leaves = bundle::entries(&leaves, width).map_err(internal)?;
        let bodies = bodies::read(&bundle).unwrap_or_default();
        let (Some(leaf), Some(body)) = (leaves.last(), bodies.last()) else {
            return Err(StoreError::Internal(format!("no ledger entry {index}")));
        };
        Ok(Some(LedgerEntry {
            leaf: leaf.to_vec(),
            leaf_hash: LeafHash(daybook_ledger::leaf_hash(leaf).0),
            body: body.map(|body| LedgerBody {
                bytes: body.bytes.into(),
                salt: *body.salt,
            }),
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

    /// The newest published checkpoint, if it covers an index.
    fn covering(&self, index: u64) -> Option<Arc<Published>> {
        let published = self.status.published()?;
        (index < published.view.edge.size()).then_some(published)
    }
}
