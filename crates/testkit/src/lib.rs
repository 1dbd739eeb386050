//! What tests of several crates share: a log store too simple to be wrong, random events and
//! queries, and the suite that compares any log store with the simple one.

mod aggregates;
mod conformance;
mod evaluate;
pub mod generate;
mod memory;
mod walk;

pub use conformance::{check_conformance, compare_contents, conformance, conformance_seeded};
pub use memory::MemoryStore;
pub use walk::{fields_of, walk};
