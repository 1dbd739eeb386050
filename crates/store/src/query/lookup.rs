//! Finding one event by its id.

use super::compile::Compiled;
use super::select::Selection;
use super::unit::chunk_units;
use crate::partition::{Partition, open_all};
use crate::state::Snapshot;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Filter, Query, Test, Value, catalogue};
use tantivy::DocAddress;

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
    /// Partitions that are opened at once: most ids are in the first that may hold them.
    const TOGETHER: usize = 8;
    let partitions = snapshot.partitions(query).rev();
    let partitions: Vec<_> = partitions.filter(|one| one.may_hold(id)).collect();
    for some in partitions.chunks(TOGETHER) {
        open_all(some);
        for partition in some {
            // Partitions are in order of time: an older one holds nothing newer.
            if let Some(event) = newest_in(snapshot, query, id, partition)? {
                return Ok(Some(event));
            }
        }
    }
    Ok(None)
}

fn newest_in(
    snapshot: &Snapshot,
    query: &Query,
    id: &str,
    partition: &Partition,
) -> StoreResult<Option<Event>> {
    let addresses = partition.addresses_of(id)?;
    let mut newest: Option<(Event, DocAddress)> = None;
    for address in addresses {
        let event = partition.event(address)?;
        let mut hidden = snapshot.hidden(partition.key);
        let is_hidden = hidden.any(|seq| seq == crate::columns::from_number(event.seq));
        let is_newer = newest
            .as_ref()
            .is_none_or(|(other, _)| (other.time, other.seq) < (event.time, event.seq));
        if !is_hidden && is_newer && query.matches(&event) {
            newest = Some((event, address));
        }
    }
    let Some((mut event, address)) = newest else {
        return Ok(None);
    };
    partition.add_payloads(address, &mut event)?;
    Ok(Some(event))
}
