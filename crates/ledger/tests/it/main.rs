//! The ledger against published vectors, naive definitions, other implementations and hostile input.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod notes;
mod policies;
mod support;
mod trees;
mod witnesses;
