//! Finding one event by its id.

use super::compile::Compiled;
use super::select::Selection;
use super::unit::chunk_units;
use crate::state::Snapshot;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Filter, Query, Test, Value, catalogue};

/// The newest event with this id that the query matches, with payloads.
pub(crate) fn get(snapshot: &Snapshot, query: &Query, id: &str) -> StoreResult<Option<Event>> {
    let mut in_memory = query.clone();
    let is = Test::Is(Value::Text(id.into()));
    let field = catalogue::field(query.stream, "id");
    in_memory.filters.insert(
        0,
        Filter {
            field,
            negated: false,
            any: vec![is],
        },
    );
    let compiled = Compiled::new(&in_memory, snapshot);
    let mut found = newest_stored(snapshot, query, id)?;
    for unit in chunk_units(snapshot, query.stream) {
        Selection::new(&unit, &compiled)?.each(|docs| {
            for doc in docs {
                let event = unit.event(*doc, true)?;
                if found
                    .as_ref()
                    .is_none_or(|found| (found.time, found.seq) < (event.time, event.seq))
                {
                    found = Some(event);
                }
            }
            Ok(())
        })?;
    }
    Ok(found)
}

fn newest_stored(snapshot: &Snapshot, query: &Query, id: &str) -> StoreResult<Option<Event>> {
    for partition in snapshot.partitions(query).rev() {
        let addresses = partition.addresses_of(id)?;
        if addresses.is_empty() {
            continue;
        }
        let hidden: Vec<u64> = snapshot.hidden(partition.key).collect();
        let mut found = Vec::new();
        for address in addresses {
            let event = partition.event(address)?;
            let is_hidden = hidden.contains(&crate::columns::from_number(event.seq));
            if !is_hidden && query.matches(&event) {
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
