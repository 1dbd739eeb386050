//! The ledger against published vectors, naive definitions, other implementations and hostile input.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod differential;
mod directory;
#[path = "../../fuzz/entries.rs"]
mod entries;
mod evidence;
mod hostile;
mod notes;
mod parsers;
mod policies;
mod support;
mod trees;
mod verifying;
mod witnesses;
