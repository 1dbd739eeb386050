//! Tables from events and back, cell by cell.

use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::logstore::{ScanRequest, StoreResult};
use daybook_model::table::{Cells, Column, Table};
use daybook_model::{Event, Field, LogStore, Stream, ValueRef};
use futures_executor::block_on;

/// Some fields of some events.
pub fn table_of(events: &[Event], fields: &[&'static Field]) -> Table {
    Table {
        rows: events.len(),
        columns: fields.iter().map(|field| column(events, field)).collect(),
        last: events.last().map(|last| (last.time, last.seq)),
    }
}

/// The events of a table, with the fields that it has.
pub fn events_of(stream: Stream, table: &Table) -> Vec<Event> {
    let event = |row| {
        let mut event = Event::new(stream);
        for column in &table.columns {
            if let Some(value) = column.get(row) {
                event.put(column.field, value.to_value());
            }
        }
        event
    };
    (0..table.rows).map(event).collect()
}

/// All events that a walk finds, with the fields that it asks for.
///
/// # Errors
/// Those of the store.
pub fn walk(store: &dyn LogStore, mut request: ScanRequest) -> StoreResult<Vec<Event>> {
    /// More than any test delivers: a walk that does not end is a wrong answer, too.
    const EVENTS_MAX: usize = 20_000;
    let mut walked = Vec::new();
    while walked.len() < EVENTS_MAX {
        let step = block_on(store.scan(request.clone()))?;
        if step.rows == 0 {
            break;
        }
        request.after = step.last;
        walked.extend(events_of(request.query.stream, &step));
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

fn column(events: &[Event], field: &'static Field) -> Column {
    let values = events.iter().map(|event| event.get(field));
    let number = |value| match value {
        Some(ValueRef::Integer(number)) => number,
        Some(ValueRef::Boolean(truth)) => i64::from(truth),
        _ => Cells::NO_NUMBER,
    };
    let cells = match field.kind {
        Kind::Integer | Kind::Money | Kind::Time | Kind::Boolean => {
            Cells::Numbers(values.map(number).collect())
        }
        _ => {
            let mut text = String::new();
            let rows = values.map(|value| match value {
                Some(ValueRef::Text(part) | ValueRef::Json(part)) => {
                    text.push_str(part);
                    Some(text.len() - part.len()..text.len())
                }
                _ => None,
            });
            let rows = rows.collect();
            Cells::Texts { text, rows }
        }
    };
    Column { field, cells }
}
