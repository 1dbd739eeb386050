//! LiteLLM's generic callback: a `StandardLoggingPayload` per call, or a change of its settings.

use daybook_model::{Event, Rejection};

/// Reads one element of a batch. [`Event::admit`] must follow.
///
/// # Errors
/// Says which of the members that Daybook needs is missing or wrong.
pub fn normalise(element: &str) -> Result<Event, Rejection> {
    let members = daybook_model::json::members(element).map_err(Rejection::event)?;
    if !members.iter().any(|(name, _)| name == "startTime") {
        return Err(Rejection::field("startTime", "missing"));
    }
    Ok(Event::new(daybook_model::Stream::Usage))
}
