//! The suite every log store passes, with heads so small that everything moves all the time.

use daybook_model::LogStore;
use daybook_store::{Options, Store};
use daybook_testkit::conformance;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Log files are prepared at this size; large ones would only slow the suite down.
const SEGMENT_BYTES: usize = 4 << 20;

fn open(options: Options) -> Arc<dyn LogStore> {
    Arc::new(Store::open(options).expect("the store opens"))
}

/// Most events are in partitions soon, in several segments each, sealed and reopened.
#[test]
fn with_heads_of_a_few_events() {
    conformance(48, |dir: &Path| {
        open(Options {
            head_events_max: 7,
            head_age_max: Duration::from_millis(5),
            head_bytes_max: SEGMENT_BYTES,
            ..Options::new(dir)
        })
    });
}

/// Events divide about equally between a live head, heads being moved and partitions.
#[test]
fn with_heads_of_a_few_bytes() {
    conformance(32, |dir: &Path| {
        open(Options {
            head_bytes_max: 40_000,
            head_age_max: Duration::from_secs(60),
            query_threads: 1,
            ..Options::new(dir)
        })
    });
}

/// Everything stays in the head; reopening replays it.
#[test]
fn with_a_head_that_is_never_full() {
    conformance(32, |dir: &Path| {
        open(Options {
            head_bytes_max: SEGMENT_BYTES,
            ..Options::new(dir)
        })
    });
}
