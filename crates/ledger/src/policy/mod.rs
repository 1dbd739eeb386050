//! Trust policies (C2SP tlog-policy, 2026-06-22, untagged): which logs are trusted, and which witnesses
//! must have cosigned. Invariant: a policy names only what stands before, so that nothing is circular.

mod parse;

pub use parse::{POLICY_BYTES_MAX, PolicySyntaxError};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{Note, NoteError, Verified, VerifierKey};

/// A log that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it can be reached.
    pub url: Option<Vec<u8>>,
}

/// A witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in the policy, opaque bytes.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Where it can be reached.
    pub url: Option<Vec<u8>>,
}

/// Witnesses or groups, of which some must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGroup {
    /// Its name in the policy, opaque bytes.
    pub name: Vec<u8>,
    /// How many members must have cosigned: at least one, at most all.
    pub threshold: usize,
    /// Its members, which stand before it.
    pub members: Vec<Member>,
}

/// A witness or a group, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Member {
    /// Position in [`Policy::witnesses`].
    Witness(usize),
    /// Position in [`Policy::groups`].
    Group(usize),
}

/// What a checkpoint needs to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    quorum: Option<Member>,
}

/// Why a checkpoint is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It is no checkpoint, or not rightly signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The policy has no log of this origin.
    #[error("the policy has no log {0:?}")]
    UnknownLog(String),
    /// Too few witnesses have cosigned.
    #[error("too few witnesses have cosigned: {}", if .0.is_empty() { "none" } else { .0 })]
    Quorum(String),
}

impl From<NoteError> for PolicyError {
    fn from(error: NoteError) -> Self {
        Self::Checkpoint(error.into())
    }
}

/// A checkpoint that a policy trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted<'p> {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The witnesses that have cosigned it, with their times.
    pub witnesses: Vec<Verified<'p>>,
}

impl Policy {
    /// The logs.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// The groups.
    #[must_use]
    pub fn groups(&self) -> &[PolicyGroup] {
        &self.groups
    }

    /// Who must have cosigned; `None` when nobody must.
    #[must_use]
    pub fn quorum(&self) -> Option<Member> {
        self.quorum
    }

    /// A policy that trusts one log without witnesses.
    #[must_use]
    pub fn of_log(key: VerifierKey) -> Self {
        Self {
            logs: vec![PolicyLog { key, url: None }],
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: None,
        }
    }

    /// Checks a checkpoint's note: signed by a log of its origin, cosigned by the quorum, and no
    /// signature of a known key wrong.
    ///
    /// # Errors
    ///
    /// [`PolicyError`].
    pub fn check(&self, note: &Note) -> Result<Trusted<'_>, PolicyError> {
        let checkpoint = Checkpoint::parse(note.text_unverified())?;
        let keys = self.logs.iter().map(|log| &log.key);
        let keys: Vec<_> = keys.filter(|key| key.name() == checkpoint.origin).collect();
        if keys.is_empty() {
            return Err(PolicyError::UnknownLog(checkpoint.origin));
        }
        note.open(keys)?;
        let witnesses = self.check_quorum(note)?;
        Ok(Trusted {
            checkpoint,
            witnesses,
        })
    }

    /// Checks the cosignatures alone, for callers that know the log's key from elsewhere.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Quorum`], and [`PolicyError::Checkpoint`] for a wrong cosignature.
    pub fn check_quorum(&self, note: &Note) -> Result<Vec<Verified<'_>>, PolicyError> {
        let witnesses = match note.open(self.witnesses.iter().map(|witness| &witness.key)) {
            Ok((_, witnesses)) => witnesses,
            Err(NoteError::NotSigned) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let cosigned = |witness: &PolicyWitness| witnesses.iter().any(|by| *by.key == witness.key);
        let cosigned: Vec<bool> = self.witnesses.iter().map(cosigned).collect();
        if !self.is_met(&cosigned) {
            let names: Vec<_> = witnesses.iter().map(|by| by.key.name()).collect();
            return Err(PolicyError::Quorum(names.join(", ")));
        }
        Ok(witnesses)
    }

    /// Whether the quorum is met when these witnesses, by position, have cosigned.
    #[must_use]
    pub fn is_met(&self, cosigned: &[bool]) -> bool {
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        let has = |groups: &[bool], member: Member| match member {
            Member::Witness(position) => cosigned.get(position) == Some(&true),
            Member::Group(position) => groups.get(position) == Some(&true),
        };
        for group in &self.groups {
            let members = group.members.iter();
            let count = members.filter(|member| has(&groups, **member)).count();
            groups.push(count >= group.threshold);
        }
        self.quorum.is_none_or(|quorum| has(&groups, quorum))
    }
}
