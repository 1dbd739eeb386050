//! An event as an index document. Columns hold what has a column; what has none is stored as a row
//! of JSON, which most events do without.

use super::dictionary::Dictionary;
use super::keys::pack;
use super::payloads::PayloadAddress;
use super::schema::PartitionSchema;
use crate::columns::{self, Place};
use crate::head::Entry;
use daybook_model::field::Kind;
use daybook_model::value::write_json_text;
use daybook_model::{Event, Field, Rejection, StoreError, Value, ValueRef, json};
use tantivy::TantivyDocument;

/// The bits of a content hash that are kept. Five bytes tell a repeated delivery from a conflict
/// with one error in 10^12.
pub(crate) const CONTENT_HASH_MASK: u64 = (1 << 40) - 1;

/// The document of an event.
pub(super) fn document_of(
    entry: &Entry,
    payload: Option<PayloadAddress>,
    dictionary: &Dictionary,
) -> Result<TantivyDocument, StoreError> {
    let event = &entry.event;
    let schema = PartitionSchema::of(event.stream);
    let mut document = TantivyDocument::default();
    document.add_u64(schema.content_hash, entry.content_hash & CONTENT_HASH_MASK);
    let mut row = String::new();
    for (field, value) in event.values() {
        let place = Place::of(field);
        if !place.is_column() && !matches!(place, Place::Keys | Place::Payload) {
            write_member(field, value, &mut row);
        }
        if let Some(index_field) = schema.field(field) {
            add_value(&mut document, index_field, field, value, dictionary)?;
        }
        if place == Place::Text {
            document.add_text(schema.present, field.name);
        }
    }
    if !row.is_empty() {
        row.push('}');
        document.add_bytes(schema.row, row.as_bytes());
    }
    if let Some(payload) = payload {
        document.add_u64(schema.payload_file, payload.file);
        document.add_u64(schema.payload_block, payload.block);
        document.add_u64(schema.payload_span, payload.span);
    }
    Ok(document)
}

fn add_value(
    document: &mut TantivyDocument,
    index_field: tantivy::schema::Field,
    field: &Field,
    value: ValueRef<'_>,
    dictionary: &Dictionary,
) -> Result<(), StoreError> {
    match (Place::of(field), value) {
        (Place::Words, ValueRef::Text(text)) => {
            document.add_u64(index_field, dictionary.ordinal(field, text)?);
        }
        (Place::Keys, ValueRef::Text(id)) => document.add_bytes(index_field, &pack(id)),
        (Place::Text, ValueRef::Text(text)) => document.add_text(index_field, text),
        (Place::SearchedJson, ValueRef::Json(json)) => {
            let text = json::search_text(json);
            let mut terms: Vec<&str> = text.split('\n').filter(|line| !line.is_empty()).collect();
            terms.sort_unstable();
            terms.dedup();
            for term in terms {
                document.add_text(index_field, term);
            }
        }
        _ => {
            if let Some(number) = columns::plain(field, value) {
                document.add_u64(index_field, number);
            }
        }
    }
    Ok(())
}

fn write_member(field: &Field, value: ValueRef<'_>, out: &mut String) {
    out.push(if out.is_empty() { '{' } else { ',' });
    write_json_text(field.name, out);
    out.push(':');
    value.write_json(field.kind, out);
}

/// Puts what was stored as JSON back into its event.
pub(super) fn add_members(event: &mut Event, members: &str) -> Result<(), Rejection> {
    for (name, raw) in json::members(members)? {
        let Some(field) = daybook_model::catalogue::Catalogue::of(event.stream).field(&name) else {
            continue;
        };
        let value = match field.kind {
            Kind::Text => {
                serde_json::from_str::<String>(raw.get()).map(|text| Value::Text(text.into()))
            }
            _ => Ok(Value::Json(raw.get().into())),
        };
        event.put(
            field,
            value.map_err(|_| Rejection::event("a stored text cannot be read"))?,
        );
    }
    Ok(())
}

/// The payloads of an event as one JSON object; `None` when it has none.
pub(super) fn payloads_of(event: &Event) -> Option<String> {
    let mut out = String::new();
    let payloads = event
        .values()
        .filter(|(field, _)| field.kind == Kind::Payload);
    payloads.for_each(|(field, value)| write_member(field, value, &mut out));
    (!out.is_empty()).then(|| out + "}")
}
