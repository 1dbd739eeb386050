//! Checkpoints (C2SP tlog-checkpoint v1.0.0): the size and root of a log's tree, signed by it.

use crate::TREE_SIZE_MAX;
use crate::hash::Hash;
use crate::note::{self, Note, NoteError, SignError, Signer, Verified, VerifierKey};
use crate::text;
use std::fmt;

/// The tree of a log at one moment. Shown as the text of the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many events the tree has.
    pub size: u64,
    /// Its root hash.
    pub root: Hash,
    /// Further lines, which this program neither writes nor understands.
    pub extensions: Vec<String>,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note is malformed or not rightly signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is none of a checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    Malformed(&'static str),
    /// It is a checkpoint of another log.
    #[error("the checkpoint is of {found:?}, not of {expected:?}")]
    Origin {
        /// The log that was expected.
        expected: String,
        /// The log that the checkpoint names.
        found: String,
    },
}

impl Checkpoint {
    /// The checkpoint of a tree.
    #[must_use]
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self {
            origin: origin.into(),
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// Reads the text of a checkpoint's note.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let bad = CheckpointError::Malformed;
        let lines = text.strip_suffix('\n').ok_or(bad("its last line is cut"))?;
        let mut lines = lines.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty());
        let size = lines
            .next()
            .and_then(text::decimal)
            .filter(|size| *size <= TREE_SIZE_MAX);
        let root = lines.next().and_then(Hash::from_base64);
        let checkpoint = Self {
            origin: origin.ok_or(bad("no origin"))?.into(),
            size: size.ok_or(bad("the second line is no tree size"))?,
            root: root.ok_or(bad("the third line is no root hash"))?,
            extensions: lines.map(str::to_owned).collect(),
        };
        if checkpoint.extensions.iter().any(String::is_empty) {
            return Err(bad("an extension line is empty"));
        }
        Ok(checkpoint)
    }

    /// The checkpoint as a note, signed by all of `signers`.
    ///
    /// # Errors
    ///
    /// [`SignError`]; also for an origin or extensions that no checkpoint can have.
    pub fn sign(&self, signers: &[&dyn Signer]) -> Result<Note, SignError> {
        let text = self.to_string();
        if Self::parse(&text).as_ref() != Ok(self) {
            return Err(NoteError::Malformed("its text is no checkpoint").into());
        }
        note::sign(text, signers)
    }

    /// Reads a checkpoint's note. Whatever it says is true only if `keys`, keys of that log, are the
    /// right ones: at least one of them must have signed, and none wrongly.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub fn open<'k>(
        note: &Note,
        origin: &str,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<Self, CheckpointError> {
        Ok(Self::open_signed(note, origin, keys)?.0)
    }

    /// As [`Self::open`], with the keys that have signed.
    pub(crate) fn open_signed<'k>(
        note: &Note,
        origin: &str,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<(Self, Vec<Verified<'k>>), CheckpointError> {
        let (text, by) = note.open(keys)?;
        let checkpoint = Self::parse(text)?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin {
                expected: origin.into(),
                found: checkpoint.origin,
            });
        }
        Ok((checkpoint, by))
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.size,
            self.root.to_base64()
        )?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}
