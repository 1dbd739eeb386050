//! Publishing checkpoints. The commit point is the lock, a file that may stand outside of the data
//! directory: only who finds in it what he wrote last may put the next checkpoint there, and only what
//! stands there becomes public. So neither a second process on a copy of the data nor a data directory
//! brought back from a backup can sign a history that contradicts the signed one.

use super::files::{beside, replace};
use super::options::LedgerOptions;
use super::view::View;
use daybook_ledger::{Checkpoint, Note, Signer};
use daybook_model::Timestamp;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The public file of the newest checkpoint, in the ledger's directory.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The file of the log's verifier key, beside it.
pub(crate) const VERIFIER_KEY: &str = "key";

/// A published checkpoint, and the tree that it is about.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) note: Note,
    pub(crate) view: View,
    pub(crate) at: Timestamp,
}

/// Why a checkpoint was not published.
#[derive(Debug)]
pub(crate) enum Unpublished {
    /// Trying again may help.
    Failed(String),
    /// Somebody else has signed: only a person can tell what is right.
    Refused(String),
}

/// Signs and publishes.
pub(crate) struct Publisher {
    dir: PathBuf,
    lock: PathBuf,
    signer: Arc<dyn Signer>,
    /// What the lock may hold: what was put there last, and what a failed attempt may have put there.
    expected: Vec<Option<Vec<u8>>>,
    /// Whether the verifier key stands beside the checkpoint.
    key_is_known: bool,
}

impl Publisher {
    /// A publisher whose lock holds these bytes now.
    pub(crate) fn new(
        options: &LedgerOptions,
        signer: Arc<dyn Signer>,
        locked: Option<Vec<u8>>,
    ) -> Self {
        Self {
            dir: options.dir.clone(),
            lock: options.lock.clone(),
            signer,
            expected: vec![locked],
            key_is_known: false,
        }
    }

    /// Signs the tree of a view, whose events must be durable, and publishes that.
    pub(crate) fn publish(&mut self, view: View) -> Result<Published, Unpublished> {
        let failed = |doing: &str, why: &dyn std::fmt::Display| {
            Unpublished::Failed(format!("{doing}: {why}"))
        };
        let tree = &view.edge.tree;
        let checkpoint = Checkpoint::new(self.signer.name(), tree.size(), tree.root());
        let note = checkpoint.sign(&[&*self.signer]);
        let note = note.map_err(|e| failed("signing a checkpoint", &e))?;
        let bytes = note.to_string().into_bytes();
        let swapped = self.swap(&bytes);
        swapped
            .map_err(|e| failed("writing the last signed checkpoint", &e))?
            .map_err(Unpublished::Refused)?;
        make_public(&self.dir, &bytes).map_err(|e| failed("publishing a checkpoint", &e))?;
        self.show_key()
            .map_err(|e| failed("writing the verifier key", &e))?;
        Ok(Published {
            note,
            view,
            at: Timestamp::now(),
        })
    }

    /// Puts the verifier key beside the first checkpoint it signed, never before: a key without a
    /// checkpoint means that checkpoints were lost.
    fn show_key(&mut self) -> io::Result<()> {
        let (path, key) = (
            self.dir.join(VERIFIER_KEY),
            format!("{}\n", self.signer.vkey()),
        );
        if !self.key_is_known && read(&path)?.as_deref() != Some(key.as_bytes()) {
            replace(&path, key.as_bytes(), true)?;
        }
        self.key_is_known = true;
        Ok(())
    }

    /// Puts a checkpoint into the lock, if that holds what is expected; else says what to do.
    fn swap(&mut self, new: &[u8]) -> io::Result<Result<(), String>> {
        let _alone = alone(&self.lock)?;
        let (found, lock) = (read(&self.lock)?, self.lock.display());
        if !self.expected.contains(&found) {
            return Ok(Err(match found {
                Some(_) => format!(
                    "{lock} holds a checkpoint that this process did not sign: another Daybook signs \
                     for the same ledger. Stop one of the two, find out which data directory is right, \
                     and restart"
                ),
                None => format!(
                    "{lock} was removed while Daybook ran. Find out who did, copy {} there, and restart",
                    self.dir.join(CHECKPOINT).display()
                ),
            }));
        }
        // Whether a failed attempt comes through is open; both trees are ours.
        self.expected.push(Some(new.into()));
        replace(&self.lock, new, true)?;
        self.expected = vec![Some(new.into())];
        Ok(Ok(()))
    }
}

/// Makes a signed checkpoint public. Its name need not be flushed: the lock has it.
pub(crate) fn make_public(dir: &Path, note: &[u8]) -> io::Result<()> {
    replace(&dir.join(CHECKPOINT), note, false)
}

/// The lock on the lock's file, among processes.
fn alone(lock: &Path) -> io::Result<File> {
    let file = File::create(beside(lock, ".lock"))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
    Ok(file)
}

/// The bytes of a file; `None` when there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Without the secret.
impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("lock", &self.lock)
            .finish_non_exhaustive()
    }
}
