//! What an event of each stream must have, and what is derived when the sender left it out.

use super::Rejection;
use super::operation::operation_of;
use crate::{Event, Stream};

pub(super) fn complete(event: &mut Event) -> Result<(), Rejection> {
    match event.stream {
        Stream::Usage => complete_usage(event),
        Stream::Audit => complete_audit(event),
        Stream::Auth => {
            require(event, "event")?;
            default_text(event, "result", "success");
            Ok(())
        }
        Stream::System => {
            if event.text("event").is_none() && event.text("message").is_none() {
                return Err(Rejection::field(
                    "event",
                    "missing: a system event needs event or message",
                ));
            }
            default_text(event, "level", "info");
            Ok(())
        }
    }
}

fn complete_usage(event: &mut Event) -> Result<(), Rejection> {
    default_text(event, "kind", "call");
    let is_call = event.text("kind") == Some("call");
    if !is_call && event.integer("cost").is_some() {
        return Err(Rejection::field(
            "cost",
            "only calls have a cost; give amount instead",
        ));
    }
    if is_call && event.integer("amount").is_some() {
        return Err(Rejection::field(
            "amount",
            "only top_up and refund have an amount; give cost instead",
        ));
    }
    let counts = [
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
        "latency_ms",
        "ttft_ms",
        "call_count",
        "status_code",
        "cost",
    ];
    for name in counts {
        if event.integer(name).is_some_and(|number| number < 0) {
            return Err(Rejection::field(name, "must not be negative"));
        }
    }
    let parts = [
        ("cache_read_tokens", "input_tokens"),
        ("cache_write_tokens", "input_tokens"),
        ("reasoning_tokens", "output_tokens"),
    ];
    for (part, whole) in parts {
        if let (Some(count), Some(all)) = (event.integer(part), event.integer(whole))
            && count > all
        {
            return Err(Rejection::field(
                part,
                format!("more than {whole}, of which it is a part"),
            ));
        }
    }
    derive_total_tokens(event);
    let derived = match event.integer("status_code") {
        Some(200) => "success",
        Some(_) => "error",
        None if event.text("error").is_some() => "error",
        None => "success",
    };
    default_text(event, "outcome", derived);
    if is_call && event.integer("call_count").is_none() {
        event.set_integer("call_count", 1);
    }
    Ok(())
}

/// `total_tokens` is input + output whenever either is known.
pub(crate) fn derive_total_tokens(event: &mut Event) {
    let (input, output) = (
        event.integer("input_tokens"),
        event.integer("output_tokens"),
    );
    if input.is_some() || output.is_some() {
        let total = input.unwrap_or(0).saturating_add(output.unwrap_or(0));
        event.set_integer("total_tokens", total);
    }
}

fn complete_audit(event: &mut Event) -> Result<(), Rejection> {
    require(event, "action")?;
    default_text(event, "result", "success");
    if event.text("operation").is_none() {
        let operation = operation_of(event.text("action").unwrap_or_default());
        event.set_text("operation", operation.unwrap_or_default());
    }
    Ok(())
}

fn require(event: &Event, name: &str) -> Result<(), Rejection> {
    event
        .text(name)
        .map(|_| ())
        .ok_or_else(|| Rejection::field(name, "missing"))
}

fn default_text(event: &mut Event, name: &str, text: &str) {
    if event.text(name).is_none() {
        event.set_text(name, text);
    }
}
