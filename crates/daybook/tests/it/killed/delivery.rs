//! What a number stands for: a batch of events, or a call whose two halves are sent one after the
//! other and become one event. Whole deliveries are acknowledged, or sent again.

use crate::batch::Batch;
use crate::http::Connection;
use crate::stored;
use daybook_model::{Stream, Timestamp};
use serde_json::{Value, json};
use std::io;

/// One delivery; its number is all there is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Batch(Batch),
    Call(u64),
}

/// What the server says became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    Stored,
    Known,
    /// Of halves of calls it does not say.
    Taken,
}

impl Delivery {
    pub(super) const fn new(number: u64) -> Self {
        match number % 5 {
            4 => Self::Call(number),
            _ => Self::Batch(Batch(number)),
        }
    }

    /// Where its events are.
    pub(super) fn ids(self, now: Timestamp) -> Vec<(Stream, String)> {
        match self {
            Self::Batch(batch) => batch.events(now).map(|(s, id, _)| (s, id)).collect(),
            Self::Call(number) => vec![(Stream::Usage, call_id(number))],
        }
    }

    /// Sends it; fails when the server is gone. It is taken whole, or was before.
    pub(super) fn send(self, connection: &mut Connection, now: Timestamp) -> io::Result<Answered> {
        match self {
            Self::Batch(batch) => {
                let answer = connection.post("/api/v1/events", &batch.body(now))?;
                assert_eq!(answer.status, 200, "{}", answer.text);
                let body = &answer.body;
                let counts = (body["accepted"].as_u64(), body["duplicates"].as_u64());
                match counts {
                    (Some(stored), Some(0)) if stored == batch.len() => Ok(Answered::Stored),
                    (Some(0), Some(known)) if known == batch.len() => Ok(Answered::Known),
                    _ => panic!("{batch:?} is neither new nor known: {}", answer.text),
                }
            }
            Self::Call(number) => {
                let mut halves = [
                    ("/v1/traces", span(number, now)),
                    ("/v1/logs", log(number, now)),
                ];
                if number % 2 == 0 {
                    halves.reverse();
                }
                for (path, half) in halves {
                    let answer = connection.post(path, &half.to_string())?;
                    assert_eq!((answer.status, &*answer.text), (200, "{}"), "call {number}");
                }
                Ok(Answered::Taken)
            }
        }
    }

    /// Checks some of what it holds, in full.
    pub(super) fn check(self, connection: &mut Connection, now: Timestamp) {
        match self {
            Self::Batch(batch) => {
                for (stream, id, event) in batch.events(now).take(2) {
                    stored::check_event(connection, stream, &id, &event);
                }
            }
            Self::Call(number) => {
                let call = stored::event(connection, Stream::Usage, &call_id(number));
                let of_both = (&call["input_tokens"], &call["provisional"]);
                assert_eq!(of_both, (&json!(number), &Value::Null), "{call}");
                let request = call["request"].to_string();
                assert!(request.contains(&question(number)), "{call}");
            }
        }
    }
}

fn ids(number: u64) -> (String, String) {
    (
        format!("{:032x}", number + 1),
        format!("{:016x}", number + 1),
    )
}

fn call_id(number: u64) -> String {
    let (trace, span) = ids(number);
    format!("{trace}-{span}")
}

fn question(number: u64) -> String {
    format!("Question of call {number}.")
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// Nanoseconds as OTLP writes them, so many hours before the test.
fn nanoseconds(number: u64, now: Timestamp) -> String {
    let hours = i64::try_from(number % 60).unwrap();
    let us = now.us() - hours * Timestamp::HOUR_US;
    format!("{us}000")
}

fn span(number: u64, now: Timestamp) -> Value {
    let (trace, span) = ids(number);
    let time = nanoseconds(number, now);
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "test"}, "spans": [{
    "traceId": trace, "spanId": span, "name": "chat", "kind": 3,
    "startTimeUnixNano": time, "endTimeUnixNano": time,
    "attributes": [
        text("gen_ai.operation.name", "chat"), text("gen_ai.system", "openai"), text("gen_ai.request.model", "gpt-4o"),
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": number.to_string()}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "2"}},
    ]}]}]}]})
}

/// The conversation of the call, minutes and perhaps midnight later.
fn log(number: u64, now: Timestamp) -> Value {
    let (trace, span) = ids(number);
    let time = nanoseconds(number, now.plus_us(60_000_000));
    let messages =
        json!([{"role": "user", "parts": [{"type": "text", "content": question(number)}]}]);
    json!({"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"scope": {"name": "test"}, "logRecords": [{
    "timeUnixNano": time, "eventName": "gen_ai.client.inference.operation.details", "traceId": trace, "spanId": span,
    "attributes": [
        text("gen_ai.operation.name", "chat"), text("gen_ai.request.model", "gpt-4o"),
        text("gen_ai.input.messages", &messages.to_string()),
    ]}]}]}]})
}
