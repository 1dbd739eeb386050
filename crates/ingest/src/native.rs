//! The native dialect: an element is an event in Daybook's own JSON form.

use daybook_model::{Event, Rejection};

/// Reads one element of a batch of the native API. [`Event::admit`] must follow.
///
/// # Errors
/// Names the first field that is unknown, of the wrong type or not the sender's to set.
pub fn normalise(element: &str) -> Result<Event, Rejection> {
    Event::from_json(element)
}
