//! The embedded store from outside: it answers like the naive store, whatever happens to it.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod concurrent;
mod conformance;
mod killed;

use daybook_store::{Options, Store};
use std::path::Path;
use std::time::Duration;

/// Log files are prepared at this size; large ones would only slow the tests down.
const SEGMENT_BYTES: usize = 4 << 20;

/// Heads so small that events move to partitions all the time.
fn tiny_heads(dir: &Path) -> Options {
    Options {
        head_events_max: 7,
        head_age_max: Duration::from_millis(5),
        head_bytes_max: SEGMENT_BYTES,
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
