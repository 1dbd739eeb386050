//! What the ledger's thread, its readers and the store's senders know of each other.

use super::envelope::Sealed;
use super::publisher::Published;
use daybook_model::{StoreError, ledger::LedgerHealth};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Bytes of audit events that may wait to be written to the ledger's files.
const BACKLOG_BYTES_MAX: usize = 192 << 20;

/// The shared state.
#[derive(Debug, Default)]
pub(crate) struct Status {
    /// Events that have an index.
    size: AtomicU64,
    /// Bytes of events that are not in files yet.
    backlog: AtomicUsize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    published: Option<Arc<Published>>,
    refused: Option<String>,
    failing: Option<String>,
}

impl Status {
    /// The state of a ledger with so many events.
    pub(crate) fn new(size: u64) -> Self {
        Self {
            size: AtomicU64::new(size),
            ..Self::default()
        }
    }

    /// These events follow those before, and wait to be written.
    pub(crate) fn add(&self, sealed: &[Sealed]) {
        let bytes = sealed.iter().map(Sealed::size_bytes).sum();
        self.backlog.fetch_add(bytes, Ordering::Relaxed);
        self.size.fetch_add(sealed.len() as u64, Ordering::Relaxed);
    }

    /// Events of so many bytes were written.
    pub(crate) fn written(&self, bytes: usize) {
        self.backlog.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The newest published checkpoint and its tree.
    pub(crate) fn published(&self) -> Option<Arc<Published>> {
        self.inner.lock().published.clone()
    }

    /// Readers see this from now on.
    pub(crate) fn show(&self, published: Published) {
        self.inner.lock().published = Some(Arc::new(published));
    }

    /// A checkpoint was published.
    pub(crate) fn publish(&self, published: Published) {
        self.show(published);
        if self.inner.lock().failing.take().is_some() {
            tracing::info!("the ledger's checkpoints are published again");
        }
    }

    /// Nothing is signed, and no audit event taken, until somebody has acted and restarted.
    pub(crate) fn refuse(&self, why: String) {
        tracing::error!(
            why,
            "the ledger signs nothing, and no audit events are taken"
        );
        self.inner.lock().refused.get_or_insert(why);
    }

    /// A step failed, and is repeated.
    pub(crate) fn fails(&self, why: String) {
        let before = self.inner.lock().failing.replace(why.clone());
        if before.as_ref() != Some(&why) {
            tracing::error!(why, "the ledger falls behind; trying again");
        }
    }

    /// Why audit events are refused until somebody acts.
    pub(crate) fn refused(&self) -> Option<String> {
        self.inner.lock().refused.clone()
    }

    /// Refuses when no audit event can be taken now.
    pub(crate) fn writable(&self) -> Result<(), StoreError> {
        if let Some(why) = self.refused() {
            return Err(StoreError::Unavailable(format!(
                "the audit log takes no events: {why}"
            )));
        }
        if self.backlog.load(Ordering::Relaxed) > BACKLOG_BYTES_MAX {
            let inner = self.inner.lock();
            let why = inner.failing.as_deref().unwrap_or("too many wait");
            return Err(StoreError::Unavailable(format!(
                "audit events cannot be written to the ledger's files: {why}"
            )));
        }
        Ok(())
    }

    pub(crate) fn health(&self) -> LedgerHealth {
        let inner = self.inner.lock();
        let published = inner.published.as_ref();
        LedgerHealth {
            size: self.size.load(Ordering::Relaxed),
            published_size: published.map_or(0, |published| published.view.edge.size()),
            published_at: published.map(|published| published.at),
            refused: inner.refused.clone(),
            failing: inner.failing.clone(),
        }
    }
}
