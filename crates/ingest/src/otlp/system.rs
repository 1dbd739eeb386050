//! What is no model call: spans that failed and records of warnings and errors become system
//! events.

use super::attributes::Attributes;
use super::decode::Source;
use super::ids::Ids;
use crate::bounded;
use daybook_model::{Event, Stream, Timestamp};
use serde_json::Value;

pub(super) fn span(
    ids: &Ids,
    time_us: i64,
    name: &str,
    message: String,
    attributes: Attributes,
    source: &Source,
) -> Event {
    let mut event = Event::new(Stream::System);
    event.id = super::usage_id(&ids.trace, &ids.span).into();
    event.time = Timestamp::from_us(time_us);
    event.set_text("trace_id", ids.trace.as_str());
    event.set_text("level", "error");
    event.set_text("event", name);
    event.set_text("message", message);
    finish(&mut event, attributes, source);
    event
}

/// Sets what spans and records have in common.
pub(super) fn finish(event: &mut Event, mut attributes: Attributes, source: &Source) {
    let service = source.resource.get("service.name").and_then(Value::as_str);
    event.set_text("source", service.unwrap_or(&source.scope));
    add_source(&mut attributes, source);
    bounded::set_object(event, "details", attributes.into_rest());
    bounded::cut_texts(event);
}

/// Adds the program and the library to the attributes, for the details.
pub(super) fn add_source(attributes: &mut Attributes, source: &Source) {
    for name in [
        "service.name",
        "service.version",
        "deployment.environment.name",
    ] {
        if let Some(value) = source.resource.get(name) {
            attributes.put(name, value.clone());
        }
    }
    if !source.scope.is_empty() {
        attributes.put("scope", source.scope.as_str().into());
    }
}
