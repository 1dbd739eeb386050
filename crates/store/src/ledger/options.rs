//! How a ledger is set up.

use daybook_ledger::Signer;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How the ledger of a store is set up.
#[derive(Clone)]
pub struct LedgerOptions {
    /// Directory of its files; made when missing.
    pub dir: PathBuf,
    /// The file of the last signed checkpoint. It guards against a data directory that was brought back
    /// from a backup, or that is used twice, if it stands elsewhere.
    pub lock: PathBuf,
    /// Who signs, and so what the log is called. `None` for a key of its own in the directory, made at
    /// the first start.
    pub signer: Option<Arc<dyn Signer>>,
    /// How often checkpoints are published while events come.
    pub publish_every: Duration,
    /// After what time without events the last checkpoint is published again.
    pub republish_every: Duration,
}

impl LedgerOptions {
    /// The defaults for a directory.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let dir = dir.into();
        Self {
            lock: dir.join("signed"),
            dir,
            signer: None,
            publish_every: Duration::from_secs(1),
            republish_every: Duration::from_secs(600),
        }
    }

    /// The key that is used when no signer is given.
    pub(crate) fn own_key(&self) -> PathBuf {
        self.dir.join("private.key")
    }
}

impl fmt::Debug for LedgerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signer = self.signer.as_ref().map(|signer| signer.vkey());
        f.debug_struct("LedgerOptions")
            .field("dir", &self.dir)
            .field("lock", &self.lock)
            .field("signer", &signer)
            .field("publish_every", &self.publish_every)
            .field("republish_every", &self.republish_every)
            .finish()
    }
}
