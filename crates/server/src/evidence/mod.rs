//! The ledger's files for whoever checks or packs them in the background, as of one checkpoint; and how
//! evidence packages leave.

mod access;
mod sending;

pub(crate) use access::may_read_audit;
pub(crate) use sending::{Sending, sending};

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use daybook_ledger::verify::{Report, Source};
use daybook_ledger::{Checkpoint, Note, Part};
use daybook_model::ledger::Comparison;
use daybook_model::{LogStore, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;

/// How often it is looked whether a checkpoint has come.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often at most: about ten seconds.
const LOOKS_MAX: u32 = 100;

/// A ledger as of a checkpoint. Read by threads that may wait.
#[derive(Debug)]
pub(crate) struct Files {
    store: Arc<dyn LogStore>,
    runtime: Handle,
    /// The checkpoint, with the cosignatures that there are.
    pub(crate) note: Note,
    /// What it says.
    pub(crate) checkpoint: Checkpoint,
    /// The log's verifier key.
    pub(crate) key: String,
    /// What the store found damaged, and so does not give out.
    damaged: Mutex<Option<String>>,
}

impl Files {
    /// The ledger with everything that is in it now: waits for the checkpoint over it.
    pub(crate) async fn newest(app: &App) -> ApiResult<Self> {
        let none = || ApiError::not_found("this log store has no ledger");
        let ledger = app.store.ledger().ok_or_else(none)?;
        let size = ledger.health().size;
        let mut looks = 0;
        while ledger.health().published_size < size && looks < LOOKS_MAX {
            tokio::time::sleep(LOOK_EVERY).await;
            looks += 1;
        }
        let late = || {
            let message = "no checkpoint covers the newest events; `GET /api/v1/status` says why";
            ApiError::unavailable("not_published", message)
        };
        let bytes = ledger.checkpoint().ok_or_else(late)?;
        let bytes = app.publication.with_cosignatures(bytes);
        let unreadable = |why: String| ApiError::internal(format!("reading the checkpoint: {why}"));
        let note = Note::parse(&bytes).map_err(|error| unreadable(error.to_string()))?;
        let checkpoint = Checkpoint::parse(note.text_unverified());
        let checkpoint = checkpoint.map_err(|error| unreadable(error.to_string()))?;
        if checkpoint.size < size {
            return Err(late());
        }
        Ok(Self {
            store: Arc::clone(&app.store),
            runtime: Handle::current(),
            note,
            checkpoint,
            key: ledger.verifier_key(),
            damaged: Mutex::default(),
        })
    }

    /// What the store found damaged meanwhile.
    pub(crate) fn damaged(&self) -> Option<String> {
        let damaged = self.damaged.lock();
        damaged.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Compares the store with the ledger, of which this is the report.
    pub(crate) fn compare(&self, report: &Report) -> Result<Comparison, StoreError> {
        let none = || StoreError::Unavailable("there is no ledger".into());
        let ledger = self.store.ledger().ok_or_else(none)?;
        let compared = ledger.compare(report.size, report.gaps.clone());
        self.runtime.block_on(compared)
    }

    /// Signs the hash of a package's manifest.
    fn sign(&self, manifest: [u8; 32]) -> Result<String, String> {
        let ledger = self.store.ledger().ok_or("there is no ledger")?;
        let signed = self.runtime.block_on(ledger.sign_evidence(manifest));
        signed.map_err(|error| error.to_string())
    }
}

impl Source for Files {
    type Error = StoreError;

    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(ledger) = self.store.ledger().filter(|_| part != Part::Checkpoint) else {
            return Ok(Some(self.note.to_string().into_bytes()));
        };
        let read = self.runtime.block_on(ledger.resource(part.to_string()));
        if let Err(StoreError::Damaged(what)) = &read {
            let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
            damaged.get_or_insert_with(|| what.clone());
        }
        read
    }
}
