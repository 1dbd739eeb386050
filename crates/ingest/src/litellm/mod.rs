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
    } else if payload.has("modelParameters") || payload.text("startTime").is_some() {
        texts::event(&payload)?
    } else {
        call::event(&payload)?
    };
    crate::bounded::cut_texts(&mut event);
    Ok(event)
}
