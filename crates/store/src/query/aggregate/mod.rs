//! Sums over usage events: of all matches, by value, by value and time. Each unit makes a partial
//! answer from its columns; those of segments that lie wholly in the range asked are kept.

mod breakdown;
mod measures;
mod series;
mod summary;

pub(crate) use breakdown::breakdown;
pub(crate) use series::series;
pub(crate) use summary::summary;

use super::list::newest;
use crate::state::Snapshot;
use daybook_model::logstore::StoreResult;
use daybook_model::{Field, Filter, Query, StoreError, Stream, Test, Value};

/// Refuses other streams, whose events have no such fields.
fn check(query: &Query) -> StoreResult<()> {
    match query.stream {
        Stream::Usage => Ok(()),
        other => Err(StoreError::Limit(format!(
            "{other} events have no usage to sum"
        ))),
    }
}

/// What the newest event of a group calls it.
fn name_of(
    snapshot: &Snapshot,
    query: &Query,
    by: Option<&'static Field>,
    key: Option<&Value>,
    name: &'static Field,
) -> StoreResult<Option<Value>> {
    let mut query = query.clone();
    query.filters.extend(by.map(|field| Filter {
        field,
        negated: key.is_none(),
        any: vec![key.map_or(Test::Present, |value| Test::Is(value.clone()))],
    }));
    newest(snapshot, &query, name)
}
