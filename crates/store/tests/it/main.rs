//! The embedded store from outside: it answers like the naive store, whatever happens to it.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod archive;
mod concurrent;
mod conformance;
mod damage;
mod delivery;
mod erased;
mod far;
mod injected;
mod killed;
mod ledger;
mod notary;
mod power_cut;
mod refusals;
#[path = "../../../../tests/faults/strace.rs"]
mod strace;
#[path = "../../../../tests/faults/tool.rs"]
mod tool;
mod torn;
#[path = "../../../../tests/faults/trace.rs"]
mod trace;
mod windows;

use daybook_store::ledger::LedgerOptions;
use daybook_store::{Options, Store};
use std::path::Path;
use std::time::Duration;

/// Log files are prepared at this size; large ones would only slow the tests down.
const SEGMENT_BYTES: usize = 4 << 20;

/// A directory in memory where there is one: for tests in which no disk takes part, only calls.
fn memory_dir() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Heads so small that events move to partitions all the time.
fn tiny_heads(dir: &Path) -> Options {
    Options {
        head_events_max: 7,
        head_age_max: Duration::from_millis(5),
        // Log files are prepared at this size.
        head_bytes_max: 256 << 10,
        ledger: LedgerOptions {
            publish_every: Duration::from_millis(10),
            ..LedgerOptions::new(dir.join("ledger"))
        },
        ..Options::new(dir)
    }
}

/// Heads that are never full: what is replayed moves, nothing else.
fn quiet(dir: &Path) -> Options {
    Options {
        head_bytes_max: 256 << 10,
        query_threads: 1,
        ..Options::new(dir)
    }
}

/// A store with tiny heads that seals no partition, so that each has many segments.
fn open(dir: &Path) -> Store {
    let options = Options {
        lateness: Duration::from_secs(1 << 40),
        ..tiny_heads(dir)
    };
    Store::open(options).unwrap()
}
