//! An event as an index document and back. The stored row is the event's own JSON without
//! payloads, so what a query returns never depends on how fields are indexed.

use super::payloads::PayloadAddress;
use super::schema::{Indexing, PartitionSchema, indexing};
use crate::head::{Entry, id_hash};
use daybook_model::event::Form;
use daybook_model::field::Kind;
use daybook_model::value::write_json_text;
use daybook_model::{Event, Field, Rejection, ValueRef, json};
use tantivy::TantivyDocument;
use tantivy::schema::Value as _;

/// The document of an event.
pub(super) fn document_of(entry: &Entry, payload: Option<PayloadAddress>) -> TantivyDocument {
    let event = &entry.event;
    let schema = PartitionSchema::of(event.stream);
    let mut document = TantivyDocument::default();
    document.add_bytes(schema.row, event.to_json(Form::Header).as_bytes());
    document.add_u64(schema.id_hash, id_hash(event));
    document.add_u64(schema.content_hash, entry.content_hash);
    for (field, value) in event.values() {
        add_field(&mut document, schema, field, value);
    }
    if let Some(payload) = payload {
        document.add_u64(schema.payload_file, payload.file);
        document.add_u64(schema.payload_block, payload.block);
        document.add_u64(schema.payload_span, payload.span);
    }
    document
}

fn add_field(
    document: &mut TantivyDocument,
    schema: &PartitionSchema,
    field: &Field,
    value: ValueRef<'_>,
) {
    let kind = indexing(field);
    match value {
        ValueRef::Text(text) => {
            document.add_text(schema.field(field), text);
            if kind != Indexing::TermAndColumn && field.name != "id" {
                document.add_text(schema.present, field.name);
            }
        }
        ValueRef::Integer(number) => document.add_i64(schema.field(field), number),
        ValueRef::Boolean(truth) => document.add_i64(schema.field(field), i64::from(truth)),
        ValueRef::Json(json) if kind == Indexing::JsonTerms => {
            let text = json::search_text(json);
            let mut terms: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).collect();
            terms.sort_unstable();
            terms.dedup();
            for term in terms {
                document.add_text(schema.field(field), term);
            }
        }
        ValueRef::Json(_) => {}
    }
}

/// The event of a document, without payloads.
pub(super) fn event_of(
    document: &TantivyDocument,
    schema: &PartitionSchema,
) -> Result<Event, Rejection> {
    let row = document
        .get_first(schema.row)
        .and_then(|value| value.as_bytes());
    let row = row.and_then(|bytes| std::str::from_utf8(bytes).ok());
    Event::from_stored(row.ok_or_else(|| Rejection::event("a row is missing"))?)
}

/// The payloads of an event as one JSON object; `None` when it has none.
pub(super) fn payloads_of(event: &Event) -> Option<String> {
    let mut out = String::new();
    for (field, value) in event
        .values()
        .filter(|(field, _)| field.kind == Kind::Payload)
    {
        out.push(if out.is_empty() { '{' } else { ',' });
        write_json_text(field.name, &mut out);
        out.push(':');
        value.write_json(field.kind, &mut out);
    }
    if out.is_empty() {
        return None;
    }
    out.push('}');
    Some(out)
}

/// Puts payloads back into their event.
pub(super) fn add_payloads(event: &mut Event, payloads: &str) -> Result<(), Rejection> {
    for (name, raw) in json::members(payloads)? {
        if event.field(&name).kind == Kind::Payload {
            event.set_json(&name, raw.get());
        }
    }
    Ok(())
}
