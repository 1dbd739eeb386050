//! Conversations in pieces: before 1.37 every message and every choice is a log record of its own.

use super::conversation::is_empty;
use super::ids::Ids;
use super::usage_id;
use daybook_model::{Event, Stream, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// A message of a conversation, sent in a log record of its own. Never visible alone: the pieces
/// of a call are held until its span is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The trace, in lower-case hex.
    pub trace_id: String,
    /// The span of the call, in lower-case hex.
    pub span_id: String,
    /// When it was recorded, in microseconds.
    pub time_us: i64,
    /// Whether it is a choice of the response: nothing but further choices follows.
    pub is_last: bool,
    /// The message, or the choice, as JSON.
    pub json: String,
}

/// The role a record's name stands for; choices have the role of the assistant.
fn role(event_name: &str) -> Option<&'static str> {
    Some(match event_name {
        "gen_ai.system.message" => "system",
        "gen_ai.user.message" => "user",
        "gen_ai.assistant.message" | "gen_ai.choice" => "assistant",
        "gen_ai.tool.message" => "tool",
        _ => return None,
    })
}

pub(super) fn is_piece(event_name: &str) -> bool {
    role(event_name).is_some()
}

/// The piece in a record's body; `None` when it has no content, as when capturing is off.
pub(super) fn new(ids: Ids, time_us: i64, event_name: &str, body: Value) -> Option<Piece> {
    let Value::Object(mut body) = body else {
        return None;
    };
    let role = role(event_name)?;
    let is_last = event_name == "gen_ai.choice";
    let content = if is_last {
        choice(body, role)?
    } else {
        message(&mut body, role)?
    };
    Some(Piece {
        trace_id: ids.trace,
        span_id: ids.span,
        time_us,
        is_last,
        json: content.to_string(),
    })
}

fn message(body: &mut Map<String, Value>, role: &str) -> Option<Value> {
    let mut message = Map::new();
    let said = body.remove("role").unwrap_or_default();
    message.insert(
        "role".into(),
        if said.is_string() { said } else { role.into() },
    );
    let names = [
        ("content", "content"),
        ("tool_calls", "tool_calls"),
        ("id", "tool_call_id"),
    ];
    let mut has_content = false;
    for (from, to) in names {
        if let Some(value) = body.remove(from).filter(|value| !is_empty(value)) {
            has_content |= from != "id";
            message.insert(to.into(), value);
        }
    }
    has_content.then_some(Value::Object(message))
}

/// Tool calls stand inside the message or, in OpenLLMetry, beside it.
fn choice(mut body: Map<String, Value>, role: &str) -> Option<Value> {
    let mut inner = match body.remove("message") {
        Some(Value::Object(inner)) => inner,
        Some(content) => Map::from_iter([("content".into(), content)]),
        None => Map::new(),
    };
    if let Some(calls) = body.remove("tool_calls") {
        inner.entry("tool_calls").or_insert(calls);
    }
    let message = message(&mut inner, role)?;
    let index = body
        .remove("index")
        .filter(Value::is_number)
        .unwrap_or_else(|| 0.into());
    let reason = body.remove("finish_reason").unwrap_or_default();
    Some(json!({"index": index, "message": message, "finish_reason": reason}))
}

/// Puts the pieces of one call together: an amendment with the call's request and response, to be
/// admitted and written with `Write::Amend` once the call's span is stored. It is provisional, so
/// that it settles nothing but the payloads. Pieces may come in any order and more than once.
pub fn assemble(trace_id: &str, span_id: &str, pieces: &[Piece]) -> Event {
    let mut ordered: Vec<&Piece> = pieces.iter().collect();
    ordered.sort_by_key(|piece| piece.time_us);
    let mut event = Event::new(Stream::Usage);
    event.id = usage_id(trace_id, span_id).into();
    event.set_text("trace_id", trace_id);
    event.set_boolean("provisional", true);
    if let Some(first) = ordered.first() {
        event.time = Timestamp::from_us(first.time_us);
    }
    let list = |is_last: bool| {
        let mut known = HashSet::new();
        let mut texts = Vec::new();
        for piece in ordered.iter().filter(|piece| piece.is_last == is_last) {
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&piece.json).is_ok();
            if is_json && known.insert((piece.time_us, piece.json.as_str())) {
                texts.push(piece.json.as_str());
            }
        }
        texts.join(",")
    };
    let (messages, choices) = (list(false), list(true));
    if !messages.is_empty() {
        event.set_json("request", format!("{{\"messages\":[{messages}]}}"));
    }
    if !choices.is_empty() {
        event.set_json("response", format!("{{\"choices\":[{choices}]}}"));
    }
    event
}
