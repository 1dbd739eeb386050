//! The suite every log store passes, with heads of several sizes.

use super::{SEGMENT_BYTES, open, tiny_heads};
use daybook_store::{Options, Store};
use daybook_testkit::conformance;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Most events are in partitions soon, which are sealed, closed and reopened.
#[test]
fn with_partitions_sealed_at_once() {
    conformance(24, |dir: &Path| {
        let options = Options {
            open_partitions_max: 1,
            ..tiny_heads(dir)
        };
        Arc::new(Store::open(options).unwrap())
    });
}

/// Partitions collect small segments until these are merged.
#[test]
fn with_partitions_never_sealed() {
    conformance(24, |dir: &Path| Arc::new(open(dir)));
}

/// Events divide about equally between a live head, heads being moved and partitions.
#[test]
fn with_heads_of_a_few_bytes() {
    conformance(16, |dir: &Path| {
        let options = Options {
            head_bytes_max: 40_000,
            head_age_max: Duration::from_secs(60),
            query_threads: 1,
            ..Options::new(dir)
        };
        Arc::new(Store::open(options).unwrap())
    });
}

/// Everything stays in the head; reopening replays it.
#[test]
fn with_a_head_that_is_never_full() {
    conformance(16, |dir: &Path| {
        let options = Options {
            head_bytes_max: SEGMENT_BYTES,
            ..Options::new(dir)
        };
        Arc::new(Store::open(options).unwrap())
    });
}

/// Most words are in the dictionaries of single partitions, and in memory in none.
#[test]
fn with_a_dictionary_that_is_soon_full() {
    conformance(16, |dir: &Path| {
        let options = Options {
            words_max: 3,
            ..tiny_heads(dir)
        };
        Arc::new(Store::open(options).unwrap())
    });
}
