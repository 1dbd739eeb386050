//! After a start the newest partitions are opened in the background, so that the first look at a day
//! waits for no file and the first event for no filter. What fails here fails again where it is read.

use crate::answering::let_others_go_first;
use crate::state::Shared;
use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Opens the newest partitions of all streams, until the store closes.
pub(crate) fn open_newest(shared: &Shared, count: usize, closing: &AtomicBool) {
    let_others_go_first();
    let mut newest: Vec<_> = shared.get().partitions.keys().copied().collect();
    newest.sort_unstable_by_key(|(_, period)| Reverse(period.start()));
    for key in newest.into_iter().take(count) {
        if closing.load(Ordering::Relaxed) {
            return;
        }
        // A move may have put another in its place.
        if let Some(partition) = shared.get().partitions.get(&key).map(Arc::clone) {
            let _ = partition.dictionary();
            // One that is sealed hardly gets events any more.
            if !partition.info.sealed {
                let _ = partition.prepare();
            }
        }
    }
}
