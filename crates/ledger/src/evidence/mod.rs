//! Evidence packages: the audit events of a period with everything that proves them, in one file that is
//! checked offline. A zip archive of [`zip`]'s form, the same bytes for the same input:
//!
//! | file | holds |
//! |---|---|
//! | `README.txt` | what this is and how it is checked |
//! | `access.json` | who may read the audit log |
//! | `checkpoint` | the checkpoint that all proofs lead to, with its cosignatures |
//! | `completeness.json` | indices, counts, starts and stops, changes of configuration and retention |
//! | `events/<index>.bodies` | bodies of the period's events, as [`crate::body`] writes them |
//! | `events/<index>.leaves` | all leaves from there on, as [`crate::bundle`] writes them, up to 256 |
//! | `events/<index>.proofs` | a C2SP tlog-proof of each, one after the other |
//! | `key` | the verifier key that the log claims |
//! | `manifest.json` | the question, who asked, counts, later removals, and of each file above its size and SHA-256 |
//! | `manifest.sig` | a note over the manifest's SHA-256, signed by the log's key |
//!
//! The leaves are those of *all* indices from the period's first event to its last. An event in between
//! that is of another time is there by its leaf alone, so that anybody sees that it is of another time.
//! Why so: `docs/design/0013-evidence-packages.md`.

mod completeness;
mod outcome;
mod period;
mod signed;
mod survey;
mod verify;
mod write;
pub mod zip;

pub use outcome::{Evidence, Outcome};
pub use period::{Period, PeriodInvalid};
pub use signed::Tiles;
pub use survey::{Milestone, Removals, Survey, survey};
pub use verify::verify;
pub use write::{Package, write};

use crate::hash::Hash;
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The first line of what is signed, and the manifest's `format`. No checkpoint can begin with it.
pub const FORMAT: &str = "daybook-evidence/v1";

/// More leaves a package cannot have.
pub const EVIDENCE_LEAVES_MAX: u64 = 500_000;

const README: &str = "README.txt";
const ACCESS: &str = "access.json";
const CHECKPOINT: &str = "checkpoint";
const COMPLETENESS: &str = "completeness.json";
const KEY: &str = "key";
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";

/// The text that the log's key signs for a package: never that of a checkpoint, whose second line is a number.
#[must_use]
pub fn signed_text(origin: &str, manifest: &Hash) -> String {
    format!("{FORMAT}\n{origin}\nsha256 {}\n", manifest.to_hex())
}

/// Why a package is not made.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The log's files cannot be read, or not be trusted.
    #[error("{0}")]
    Log(String),
    /// The period has more than a package can hold.
    #[error(
        "this period's events stand among {0} in the ledger, more than {EVIDENCE_LEAVES_MAX} \
         (EVIDENCE_LEAVES_MAX): choose a shorter period"
    )]
    TooMany(u64),
    /// Whoever takes the package stopped, or it is too large.
    #[error(transparent)]
    Zip(#[from] zip::ZipError),
    /// The manifest cannot be signed.
    #[error("the manifest cannot be signed: {0}")]
    Sign(String),
}

impl EvidenceError {
    fn log(why: impl Display) -> Self {
        Self::Log(why.to_string())
    }
}

/// A file of a package, as its manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct File {
    name: String,
    bytes: u64,
    sha256: String,
}

impl File {
    fn of(name: &str, data: &[u8]) -> Self {
        Self {
            name: name.into(),
            bytes: data.len() as u64,
            sha256: Hash::digest(data).to_hex(),
        }
    }
}

/// How many events a package has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Events of the period.
    pub events: u64,
    /// Events of other times that stand between them in the ledger.
    pub others: u64,
    /// Bodies of the period's events.
    pub bodies: u64,
    /// Those of them whose bodies were erased or have expired.
    pub erased: u64,
}

/// The question that a package answers, in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Question {
    stream: String,
    field: String,
    from: String,
    to: String,
    bounds: String,
    filters: Vec<String>,
}

/// The manifest.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    log: String,
    tree_size: u64,
    root: String,
    made_at: String,
    requester: serde_json::Value,
    query: Question,
    time_zone: String,
    first_index: Option<u64>,
    last_index: Option<u64>,
    counts: Counts,
    /// Not in the packages of earlier versions.
    #[serde(default)]
    removals_after_the_period: Removals,
    csv: String,
    files: Vec<File>,
}

/// The name of a file with events.
fn events_file(first: u64, kind: &str) -> String {
    format!("events/{first:012}.{kind}")
}
