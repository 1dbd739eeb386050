//! The old payload (`generic_api_use_v1`): the same call, every value turned into a text by
//! Python. Numbers and times are read back; structures stay the texts they are.

use super::billing;
use super::payload::{Payload, number, python_time};
use crate::tokens::Tokens;
use daybook_model::value::write_json_text;
use daybook_model::{Event, Rejection, Stream};

pub(super) fn event(payload: &Payload<'_>) -> Result<Event, Rejection> {
    let text = |name: &str| {
        payload
            .text(name)
            .filter(|text| !text.is_empty() && text != "None" && text != "{}")
    };
    let start = text("startTime").as_deref().and_then(python_time);
    let start = start.ok_or_else(|| Rejection::field("startTime", "missing, or no time"))?;
    let id = text("litellm_call_id").or_else(|| text("id"));
    let id = id.ok_or_else(|| Rejection::field("id", "missing"))?;
    let mut event = Event::new(Stream::Usage);
    event.id = id.as_str().into();
    event.time = start;
    event.set_text("request_id", id);
    for (name, member) in [("platform_model", "model"), ("user_id", "user")] {
        event.set_text(name, text(member).unwrap_or_default());
    }
    let end = text("endTime")
        .as_deref()
        .and_then(python_time)
        .filter(|end| *end >= start);
    if let Some(end) = end {
        event.set_integer(
            "latency_ms",
            (end.us() - start.us()).saturating_add(500) / 1000,
        );
    }
    let error = text("error_str").or_else(|| text("exception"));
    event.set_text("outcome", if error.is_some() { "error" } else { "success" });
    event.set_text("error", error.unwrap_or_default());
    if billing::set_cost(payload, "cost", &mut event)?.is_none() {
        billing::set_cost(payload, "response_cost", &mut event)?;
    }
    let usage = text("usage").unwrap_or_default();
    Tokens {
        input: count_in(&usage, "prompt_tokens")?,
        output: count_in(&usage, "completion_tokens")?,
        total: count_in(&usage, "total_tokens")?,
        cache_read: count_in(&usage, "cached_tokens")?,
        cache_write: count_in(&usage, "cache_creation_input_tokens")?,
        reasoning: count_in(&usage, "reasoning_tokens")?,
    }
    .apply(&mut event);
    for (name, member) in [("request", "messages"), ("response", "response")] {
        if let Some(text) = text(member) {
            let mut json = String::with_capacity(text.len() + 2);
            write_json_text(&text, &mut json);
            event.set_json(name, json);
        }
    }
    let details = ["call_type", "modelParameters", "metadata"];
    let details = details
        .iter()
        .filter_map(|name| Some(((*name).into(), text(name)?.into())));
    crate::bounded::set_object(&mut event, "details", details.collect());
    Ok(event)
}

/// The number after `name=` or `'name':` in Python's text of a structure.
fn count_in(text: &str, name: &str) -> Result<Option<i64>, Rejection> {
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let begins =
            !rest[..at].ends_with(|before: char| before == '_' || before.is_alphanumeric());
        rest = &rest[at + name.len()..];
        let value = rest.trim_start_matches(['\'', '"']).trim_start();
        if let Some(value) = value.strip_prefix(['=', ':']).filter(|_| begins) {
            let end = value.find([',', ')', '}']).unwrap_or(value.len());
            let value = value[..end].trim().trim_matches(['\'', '"']);
            let field = format!("usage.{name}");
            return number(&value.into(), &field, crate::otlp::count);
        }
    }
    Ok(None)
}
