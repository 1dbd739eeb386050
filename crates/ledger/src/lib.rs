//! Daybook's ledger: a transparency log over the audit stream that anyone can check without trusting
//! its operator. RFC 6962 hashing in the tiles of C2SP tlog-tiles, checkpoints as C2SP signed notes.
//!
//! This crate does no I/O and knows no runtime: callers read and write, it computes and checks.
//! Invariant: whatever bytes come in, no function panics, recurses without bound or allocates more
//! than a small multiple of its input.
//!
//! * [`hash`], [`tile`], [`bundle`], [`body`], [`part`], [`tree`], [`proof`]: the Merkle tree and its files
//! * [`note`], [`checkpoint`]: what is signed
//! * [`json`], [`leaf`]: what is hashed
//! * [`cosignature`], [`witness`]: others who vouch for a checkpoint
//! * [`tlog_proof`], [`policy`]: what an auditor holds
//! * [`verify`]: the offline verifier
//! * [`evidence`]: the events of a period with all that proves them, in one file
//!
//! Decisions and formats: `docs/design/0009-ledger-formats.md`.

pub mod body;
pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
pub mod evidence;
pub mod hash;
pub mod json;
pub mod leaf;
pub mod note;
pub mod part;
pub mod policy;
pub mod proof;
mod text;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod verify;
pub mod witness;

pub use body::Body;
pub use checkpoint::Checkpoint;
pub use cosignature::Cosigner;
pub use hash::{Hash, leaf_hash, node_hash};
pub use leaf::Leaf;
pub use note::{Ed25519Signer, Note, SignError, Signer, VerifierKey};
pub use part::Part;
pub use policy::Policy;
pub use tile::{HashReader, Resource, Tile};
pub use tlog_proof::TlogProof;
pub use tree::Tree;
pub use verify::verify;

/// The largest tree size that is read or written: proofs then have at most 63 hashes.
pub const TREE_SIZE_MAX: u64 = (1 << 63) - 1;
