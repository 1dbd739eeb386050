//! What tests of several crates share: a log store too simple to be wrong, random events and
//! queries, and the suite that compares any log store with the simple one.

mod evaluate;
mod memory;

pub use memory::MemoryStore;
