//! Log records: those that tell of a model call complete its usage event; others become system
//! events when they warn.

use super::attributes::Attributes;
use super::decode::Source;
use super::ids::{Ids, hex, time_us};
use super::message::Record;
use super::span::is_model_operation;
use super::{Normalised, call, genai, pieces, system};
use crate::bounded;
use daybook_model::logstore::Write;
use daybook_model::{Event, Stream, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

const DETAILS: &str = "gen_ai.client.inference.operation.details";
const EXCEPTION: &str = "gen_ai.client.operation.exception";

pub(super) fn normalise(mut record: Record, source: &Source, out: &mut Normalised) {
    let mut attributes = Attributes::new(std::mem::take(&mut record.attributes));
    let named = attributes.take_text("event.name");
    if record.event_name.is_empty() {
        record.event_name = named.unwrap_or_default();
    }
    // Only the observer's clock may have been set.
    let time = time_us(record.time_unix_nano).or(time_us(record.observed_time_unix_nano));
    let Some(time_us) = time else {
        return out.reject("a log record without a time");
    };
    let is_call = [DETAILS, EXCEPTION].contains(&record.event_name.as_str());
    if !is_call && !pieces::is_piece(&record.event_name) {
        return warning(record, time_us, attributes, source, out);
    }
    // Without a span there is no telling which call it belongs to.
    let Some(ids) = Ids::new(&record.trace_id, &record.span_id) else {
        out.dropped += 1;
        return;
    };
    if is_call {
        let is_details = record.event_name == DETAILS;
        if is_details && !is_model_operation(&attributes) {
            out.dropped += 1;
            return;
        }
        let mut event = usage(&ids, is_details, attributes, source);
        event.time = Timestamp::from_us(time_us);
        out.writes.push(Write::Amend(event));
        return;
    }
    let body = record
        .body
        .map(super::message::AnyValue::into_json)
        .unwrap_or_default();
    match pieces::new(ids, time_us, &record.event_name, body) {
        Some(piece) => out.pieces.push(piece),
        None => out.dropped += 1,
    }
}

/// The call a record tells of, provisional until its span comes.
fn usage(ids: &Ids, is_details: bool, mut attributes: Attributes, source: &Source) -> Event {
    let content = genai::content(&mut attributes, &mut Vec::new());
    let message = attributes.take_text("exception.message");
    let kind = attributes.take_text("exception.type");
    attributes.take("exception.stacktrace");
    let failed = !is_details || attributes.has("error.type");
    system::add_source(&mut attributes, source);
    let mut event = call::event(ids, attributes, content, &source.scope, "");
    event.set_boolean("provisional", true);
    event.set_text("outcome", if failed { "error" } else { "success" });
    // A bare class name in `error.type` must not keep the span's message out.
    if let Some(text) = message.or(kind) {
        call::status_in(&text).inspect(|status| event.set_integer("status_code", *status));
        event.set_text("error", text);
    }
    event
}

/// A record of some other program: kept when it warns.
fn warning(
    record: Record,
    time_us: i64,
    mut attributes: Attributes,
    source: &Source,
    out: &mut Normalised,
) {
    let Some(level) = level(record.severity_number, &record.severity_text) else {
        out.dropped += 1;
        return;
    };
    let body = record
        .body
        .map(super::message::AnyValue::into_json)
        .unwrap_or_default();
    let mut event = Event::new(Stream::System);
    event.time = Timestamp::from_us(time_us);
    event.set_text("level", level);
    event.set_text("event", record.event_name.as_str());
    let message = match body {
        Value::Null => attributes
            .take_text("exception.message")
            .unwrap_or_default(),
        Value::String(text) => text,
        body => body.to_string(),
    };
    let message = if message.is_empty() {
        record.severity_text
    } else {
        message
    };
    event.set_text(
        "message",
        if message.is_empty() {
            level.into()
        } else {
            message
        },
    );
    if let Some(trace) = hex(&record.trace_id, 16) {
        event.set_text("trace_id", trace);
    }
    system::finish(&mut event, attributes, source);
    event.id = content_id(&event, &record.span_id).into();
    bounded::cut_texts(&mut event);
    out.writes.push(Write::Append(event));
}

/// The level of a record that warns; `None` below.
fn level(number: i32, text: &str) -> Option<&'static str> {
    match number {
        13..=16 => Some("warning"),
        17..=20 => Some("error"),
        21.. => Some("critical"),
        1..=12 => None,
        // No number: some libraries set only the text.
        _ => match text.to_ascii_uppercase().as_str() {
            "WARN" | "WARNING" => Some("warning"),
            "ERROR" => Some("error"),
            "FATAL" | "CRITICAL" => Some("critical"),
            _ => None,
        },
    }
}

/// Records have no id: equal ones at the same time in the same span are one, sent twice.
fn content_id(event: &Event, span_id: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(event.to_json(daybook_model::event::Form::Content));
    hash.update(span_id);
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
