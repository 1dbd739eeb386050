//! Figures about a store. They are for whoever watches it, so damage does not keep them back.

use crate::damages::Damages;
use crate::query::{self, cache::Cache};
use crate::state::Snapshot;
use daybook_model::logstore::{Stats, StoreResult};
use daybook_model::{Query, StoreError, Stream};

/// The figures of a snapshot.
pub(crate) fn of(
    snapshot: &Snapshot,
    cache: &Cache,
    damages: &Damages,
    read_only: Option<String>,
) -> StoreResult<Stats> {
    let mut events = [0; 4];
    for (count, stream) in events.iter_mut().zip(Stream::ALL) {
        *count = match query::count(snapshot, cache, &Query::all(stream)) {
            Err(error @ StoreError::Damaged(_)) => {
                damages.note(&error);
                held(snapshot, stream)
            }
            counted => counted?,
        };
    }
    let state = snapshot.state();
    Ok(Stats {
        events,
        head_events: state.heads.iter().map(|head| head.size().0 as u64).sum(),
        partitions: state.partitions.len() as u64,
        head_bytes: state.head_bytes() as u64,
        read_only,
        damaged: damages.found(),
    })
}

/// Events of a stream by what partitions and heads say of themselves; an event that was amended
/// and not yet moved counts twice.
fn held(snapshot: &Snapshot, stream: Stream) -> u64 {
    let query = Query::all(stream);
    let moved = snapshot
        .partitions(&query)
        .map(|partition| partition.events);
    let in_memory = snapshot.chunks().flat_map(|(chunk, _)| &chunk.entries);
    let in_memory = in_memory.filter(|entry| entry.event.stream == stream);
    moved.sum::<u64>() + in_memory.count() as u64
}
