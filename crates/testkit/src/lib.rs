//! What tests of several crates share: a log store too simple to be wrong, random events and
//! queries, and the suite that compares any log store with the simple one.

mod aggregates;
mod conformance;
mod evaluate;
pub mod generate;
mod memory;
mod tables;

pub use conformance::{check_conformance, compare_contents, conformance, conformance_seeded};
pub use memory::MemoryStore;
pub use tables::{events_of, fields_of, table_of, walk};
