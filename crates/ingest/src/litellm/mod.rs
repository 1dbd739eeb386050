//! LiteLLM's generic callback: a `StandardLoggingPayload` per call, current or in the old form in
//! which every value is a text, or a change of LiteLLM's own settings for the audit stream.

mod audit;
mod billing;
mod call;
mod content;
mod payload;
mod people;
mod texts;

use daybook_model::{Event, Rejection};
use payload::Payload;

/// Reads one element of a batch. [`Event::admit`] must follow.
///
/// # Errors
/// Says which of the members that Daybook needs is missing or wrong.
pub fn normalise(element: &str) -> Result<Event, Rejection> {
    let payload = Payload::parse(element)?;
    let mut event = if payload.has("table_name") && payload.has("action") {
        audit::event(&payload)?
    } else if payload.has("modelParameters") || has_python_time(&payload) {
        texts::event(&payload)?
    } else {
        call::event(&payload)?
    };
    crate::bounded::cut_texts(&mut event);
    Ok(event)
}

/// The old form writes times in words, the current one in seconds, though perhaps as a text.
fn has_python_time(payload: &Payload<'_>) -> bool {
    let start = payload.value("startTime");
    start.is_some_and(|start| start.is_string() && payload::seconds(&start).is_none())
}
