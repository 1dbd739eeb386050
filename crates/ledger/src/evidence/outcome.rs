//! What checking a package came to, in words that can be quoted.

use super::Counts;
use super::period::Period;
use crate::checkpoint::Checkpoint;
use crate::verify::{grouped, shown};
use std::fmt;
use std::ops::Range;

/// What came out. Shown as one line that can be quoted.
#[derive(Debug)]
pub enum Outcome {
    /// All of it is what was signed.
    Pass(Box<Evidence>),
    /// Something is not; this is the first of it.
    Fail(String),
    /// It could not be told, for this reason.
    Unchecked(String),
}

impl Outcome {
    /// The exit code of a program: 0, 1 and 2.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Pass(_) => 0,
            Self::Fail(_) => 1,
            Self::Unchecked(_) => 2,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(evidence) => write!(f, "PASS: {evidence}"),
            Self::Fail(what) => write!(f, "FAIL: {what}"),
            Self::Unchecked(why) => write!(f, "COULD NOT CHECK: {why}"),
        }
    }
}

/// What a package proves.
#[derive(Debug)]
pub struct Evidence {
    pub(super) period: Period,
    pub(super) counts: Counts,
    /// Indices of those that were erased or have expired.
    pub(super) erased: Vec<Range<u64>>,
    pub(super) indices: Option<(u64, u64)>,
    pub(super) checkpoint: Checkpoint,
    pub(super) keys: Vec<String>,
    /// Checkpoints that others kept, of the same history.
    pub(super) kept: usize,
    pub(super) made_at: String,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            events,
            others,
            bodies,
            erased,
        } = self.counts;
        write!(
            f,
            "evidence package, {} events of {} UTC",
            grouped(events),
            self.period
        )?;
        if let Some((first, last)) = self.indices {
            write!(f, ", indices {first}–{last}, no gaps")?;
        }
        write!(f, ", {} of other times in between", grouped(others))?;
        write!(
            f,
            ", tree size {}, root {}, key {}",
            self.checkpoint.size,
            self.checkpoint.root.to_base64(),
            self.keys.join(" and ")
        )?;
        let (bodies, erased) = (grouped(bodies), grouped(erased));
        write!(
            f,
            "; {bodies} bodies checked, {erased} erased or expired; {} kept checkpoints are of its history; made at {}",
            self.kept, self.made_at
        )?;
        match self.erased.is_empty() {
            true => Ok(()),
            false => write!(f, "; erased or expired: {}", shown(&self.erased)),
        }
    }
}
