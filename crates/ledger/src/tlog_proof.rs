//! Proof files (C2SP tlog-proof, 2025-12-18, untagged): an event's index, its inclusion proof and a
//! checkpoint, in one text that verifies offline. Written to files with the suffix `.tlog-proof`.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::{NOTE_BYTES_MAX, Note};
use crate::policy::{Policy, PolicyError};
use crate::proof::{PROOF_HASHES_MAX, ProofInvalid, verify_inclusion};
use crate::text;
use std::fmt;

/// The first line.
const MAGIC: &str = "c2sp.org/tlog-proof@v1";

/// More bytes a proof file may not have.
pub const PROOF_FILE_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX;

/// That an event is in a log: nothing in it is checked before [`Self::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Whatever the application wants beside it. Nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// The event's index.
    pub index: u64,
    /// The inclusion proof, the leaf's sibling first.
    pub proof: Vec<Hash>,
    /// The checkpoint's note, with whatever cosignatures there are.
    pub checkpoint: Note,
}

/// Why a proof file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Not of the form of a proof file; the text says where.
    #[error("the proof file is malformed: {0}")]
    Malformed(&'static str),
    /// Larger than the limit.
    #[error("the proof file has more than {PROOF_FILE_BYTES_MAX} bytes (PROOF_FILE_BYTES_MAX)")]
    TooLarge,
    /// What follows is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its checkpoint is not trusted.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The event is not in the checkpoint's tree at this index.
    #[error(transparent)]
    Proof(#[from] ProofInvalid),
}

impl TlogProof {
    /// Reads a proof file.
    ///
    /// # Errors
    ///
    /// [`TlogProofError::Malformed`], [`TlogProofError::TooLarge`] and [`TlogProofError::Checkpoint`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        let bad = TlogProofError::Malformed;
        if bytes.len() > PROOF_FILE_BYTES_MAX {
            return Err(TlogProofError::TooLarge);
        }
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let (head, note) = bytes.split_at(end.ok_or(bad("no empty line after the proof"))?);
        let head = str::from_utf8(head).map_err(|_| bad("it is no UTF-8"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(MAGIC) {
            return Err(bad("its first line is not `c2sp.org/tlog-proof@v1`"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let extra = extra.map(|line| text::from_base64(&line["extra ".len()..]));
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let lines: Vec<_> = lines.take(PROOF_HASHES_MAX + 1).collect();
        if lines.len() > PROOF_HASHES_MAX {
            return Err(bad("it has more than 63 hashes (PROOF_HASHES_MAX)"));
        }
        let checkpoint = Note::parse(&note[2..]).map_err(CheckpointError::from)?;
        Checkpoint::parse(checkpoint.text_unverified())?;
        let proof: Option<Vec<_>> = lines.into_iter().map(Hash::from_base64).collect();
        Ok(Self {
            extra: match extra {
                Some(None) => return Err(bad("its `extra` is no base64")),
                Some(extra) => extra,
                None => None,
            },
            index: index
                .and_then(text::decimal)
                .ok_or(bad("it has no `index`"))?,
            proof: proof.ok_or(bad("a line of the proof is no hash"))?,
            checkpoint,
        })
    }

    /// Checks everything: that the policy trusts the checkpoint, and that the leaf with this hash
    /// stands at the index. The leaf's hash comes from the event itself, never from the file.
    ///
    /// # Errors
    ///
    /// [`TlogProofError`].
    pub fn verify(&self, leaf: &Hash, policy: &Policy) -> Result<Checkpoint, TlogProofError> {
        let trusted = policy.check(&self.checkpoint)?.checkpoint;
        verify_inclusion(leaf, self.index, trusted.size, &self.proof, &trusted.root)?;
        Ok(trusted)
    }
}

/// The file.
impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{MAGIC}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", text::base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
