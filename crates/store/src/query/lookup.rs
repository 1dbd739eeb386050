//! Finding one event by its id.

use crate::state::Snapshot;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Query};

/// The newest event with this id that the query matches, with payloads.
pub(crate) fn get(snapshot: &Snapshot, query: &Query, id: &str) -> StoreResult<Option<Event>> {
    let in_heads = snapshot
        .head_matches(query)
        .filter(|entry| &*entry.event.id == id)
        .map(|entry| entry.event.clone())
        .max_by_key(|event| (event.time, event.seq));
    let stored = newest_stored(snapshot, query, id)?;
    Ok(in_heads
        .into_iter()
        .chain(stored)
        .max_by_key(|event| (event.time, event.seq)))
}

fn newest_stored(snapshot: &Snapshot, query: &Query, id: &str) -> StoreResult<Option<Event>> {
    for partition in snapshot.partitions(query).rev() {
        let addresses = partition.addresses_of(id)?;
        if addresses.is_empty() {
            continue;
        }
        let hidden = snapshot.hidden(partition.key);
        let mut found = Vec::new();
        for address in addresses {
            let event = partition.event(address)?;
            if !hidden.contains(&event.seq) && query.matches(&event) {
                found.push((event.time, event.seq, address));
            }
        }
        // Partitions are in order of time: an older one holds nothing newer.
        if let Some((_, _, address)) = found.into_iter().max() {
            return partition.whole_event(address).map(Some);
        }
    }
    Ok(None)
}
