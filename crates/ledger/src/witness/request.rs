//! The body of an add-checkpoint request: `old <size>`, a consistency proof, an empty line, and the
//! note of the checkpoint.

use crate::TREE_SIZE_MAX;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::Note;
use crate::proof::PROOF_HASHES_MAX;
use crate::text;
use std::fmt;

/// Why bytes are no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not of the form of a request; the text says where.
    #[error("the request is malformed: {0}")]
    Malformed(&'static str),
    /// More than [`PROOF_HASHES_MAX`] lines of proof.
    #[error("the proof has more than {PROOF_HASHES_MAX} hashes (PROOF_HASHES_MAX)")]
    ProofTooLong,
    /// What follows is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A request to cosign a checkpoint. Nothing in it is checked but its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// The request for `note`, with the proof of consistency from the tree of `old` events.
    ///
    /// # Errors
    ///
    /// [`RequestError`] when the note is none of a checkpoint or the proof is too long.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Result<Self, RequestError> {
        if proof.len() > PROOF_HASHES_MAX {
            return Err(RequestError::ProofTooLong);
        }
        let checkpoint = Checkpoint::parse(note.text_unverified())?;
        Ok(Self {
            old,
            proof,
            note,
            checkpoint,
        })
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let bad = RequestError::Malformed;
        let end = body.windows(2).position(|pair| pair == b"\n\n");
        let (head, note) = body.split_at(end.ok_or(bad("no empty line after the proof"))?);
        let head = str::from_utf8(head).map_err(|_| bad("the proof is no text"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old
            .and_then(text::decimal)
            .filter(|old| *old <= TREE_SIZE_MAX);
        let old = old.ok_or(bad("the first line is not `old <size>`"))?;
        let lines: Vec<_> = lines.take(PROOF_HASHES_MAX + 1).collect();
        let proof = lines
            .into_iter()
            .map(Hash::from_base64)
            .collect::<Option<_>>();
        let proof = proof.ok_or(bad("a line of the proof is no hash"))?;
        let note = Note::parse(&note[2..]).map_err(CheckpointError::from)?;
        Self::new(old, proof, note)
    }

    /// The size of the tree that the proof begins with.
    #[must_use]
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The proof of consistency.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The note of the checkpoint.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint, which anybody may have written: its origin tells which log's keys to try.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

/// The body.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.note)
    }
}
