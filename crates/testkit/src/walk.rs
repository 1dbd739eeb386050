//! Walks to their end.

use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::logstore::{ScanRequest, StoreResult};
use daybook_model::{Event, Field, LogStore, StoreError, Stream};
use futures_executor::block_on;

/// All events that a walk finds, with the fields that it asks for.
///
/// # Errors
/// Those of the store, and when a walk does not go forward.
pub fn walk(store: &dyn LogStore, mut request: ScanRequest) -> StoreResult<Vec<Event>> {
    /// More than any test delivers: a walk that does not end is a wrong answer, too.
    const EVENTS_MAX: usize = 20_000;
    let mut walked = Vec::new();
    while walked.len() < EVENTS_MAX {
        let step = block_on(store.scan(request.clone()))?;
        walked.extend(step.table.events(request.query.stream));
        let Some(next) = step.next else { break };
        if Some(next) <= request.after {
            return Err(StoreError::Internal("a walk goes back".into()));
        }
        request.after = Some(next);
    }
    Ok(walked)
}

/// All fields of a stream, with or without payloads.
pub fn fields_of(stream: Stream, payloads: bool) -> Vec<&'static Field> {
    let fields = Catalogue::of(stream).fields().iter();
    fields
        .filter(|field| payloads || field.kind != Kind::Payload)
        .collect()
}
