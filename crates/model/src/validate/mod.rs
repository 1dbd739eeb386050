//! The one gate for events: what every event of every dialect must be before it is stored. An
//! event that passed needs no further check anywhere.

mod complete;
mod operation;
mod read;

pub(crate) use complete::derive_total_tokens;
pub use operation::operation_of;
pub use read::value_from_json;

use crate::catalogue::Catalogue;
use crate::event::UNSET;
use crate::field::Kind;
use crate::value::write_json_text;
use crate::{Event, Timestamp, Value, ValueRef, limits};

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{error}", field.as_ref().map(|name| format!("{name}: ")).unwrap_or_default())]
pub struct Rejection {
    /// The field at fault, when it is one.
    pub field: Option<String>,
    /// What is wrong with it, and the limit it passed.
    pub error: String,
}

impl Rejection {
    /// A refusal because of one field.
    pub fn field(name: &str, error: impl Into<String>) -> Self {
        Self {
            field: Some(name.chars().take(128).collect()),
            error: error.into(),
        }
    }

    /// A refusal of the whole event.
    pub fn event(error: impl Into<String>) -> Self {
        Self {
            field: None,
            error: error.into(),
        }
    }
}

/// What Daybook knows about the sender of a batch.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The platform instance, a property of the ingest key.
    pub origin: Box<str>,
    /// The ingest key.
    pub ingest_key_id: Box<str>,
    /// When the batch arrived.
    pub received_at: Timestamp,
}

impl Event {
    /// Completes and checks an event of any dialect: default and derived fields, limits, cutting
    /// of oversized payloads, an id and a time if it has none, and where it came from.
    ///
    /// # Errors
    /// Names the field and the limit.
    pub fn admit(&mut self, intake: &Intake) -> Result<(), Rejection> {
        if self.time == UNSET {
            if !self.id.is_empty() {
                return Err(Rejection::field(
                    "time",
                    "missing: an event with an id needs its time",
                ));
            }
            self.time = intake.received_at;
        }
        check_time(self.time, intake.received_at)?;
        if self.id.is_empty() {
            self.id = uuid::Uuid::now_v7().to_string().into();
        }
        if !self.id.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Err(Rejection::field("id", "only printable ASCII is allowed"));
        }
        cut_oversized(self);
        check_sizes(self)?;
        complete::complete(self)?;
        self.set_text("origin", intake.origin.clone());
        self.set_text("ingest_key_id", intake.ingest_key_id.clone());
        self.set_integer("received_at", intake.received_at.us());
        Ok(())
    }

    /// Names of fields that were cut.
    pub fn truncated(&self) -> Vec<String> {
        let names = self
            .json("truncated")
            .and_then(|json| serde_json::from_str(json).ok());
        names.unwrap_or_default()
    }

    /// Adds a field's name to `truncated`.
    pub fn mark_truncated(&mut self, name: &str) {
        let mut names = self.truncated();
        if !names.iter().any(|known| known == name) {
            names.push(name.into());
            self.set_json("truncated", serde_json::json!(names).to_string());
        }
    }
}

fn check_time(time: Timestamp, now: Timestamp) -> Result<(), Rejection> {
    if time.us() < limits::TIME_US_MIN {
        return Err(Rejection::field("time", "before the year 2000"));
    }
    if time > now.plus_us(limits::FUTURE_US_MAX) {
        return Err(Rejection::field("time", "more than 24 hours in the future"));
    }
    Ok(())
}

/// Cuts payloads and error texts to their limit, names them in `truncated`.
fn cut_oversized(event: &mut Event) {
    for field in Catalogue::of(event.stream).fields() {
        let cuttable = field.kind == Kind::Payload || field.name == "error";
        let cut = match event.get(field) {
            Some(ValueRef::Json(json)) if cuttable && json.len() > field.bytes_max => {
                // Half a document is no JSON: it becomes a text that holds its beginning.
                let mut text = String::with_capacity(field.bytes_max + 2);
                write_json_text(prefix(json, field.bytes_max), &mut text);
                Value::Json(text.into())
            }
            Some(ValueRef::Text(text)) if cuttable && text.len() > field.bytes_max => {
                Value::Text(prefix(text, field.bytes_max).into())
            }
            _ => continue,
        };
        event.put(field, cut);
        event.mark_truncated(field.name);
    }
}

/// The longest beginning of a text that has at most this many bytes.
pub fn prefix(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

fn check_sizes(event: &Event) -> Result<(), Rejection> {
    for (field, value) in event.values() {
        let length = match value {
            ValueRef::Text(text) => text.len(),
            // A cut payload may exceed the limit a little by its escapes.
            ValueRef::Json(json) if field.kind != Kind::Payload => json.len(),
            _ => continue,
        };
        if length > field.bytes_max {
            let error = format!("{length} bytes, the limit is {}", field.bytes_max);
            return Err(Rejection::field(field.name, error));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(json: &str) -> Result<Event, Rejection> {
        let received_at = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
        let intake = Intake {
            origin: "prod".into(),
            ingest_key_id: "k1".into(),
            received_at,
        };
        let mut event = Event::from_json(json)?;
        event.admit(&intake)?;
        Ok(event)
    }

    #[track_caller]
    fn refused(json: &str, field: &str, part: &str) {
        let rejection = admitted(json).unwrap_err();
        assert_eq!(
            rejection.field.as_deref().unwrap_or(""),
            field,
            "{rejection}"
        );
        assert!(rejection.error.contains(part), "{rejection}");
    }

    #[test]
    fn names_the_field_and_the_limit() {
        refused(r#"{"id":"x"}"#, "stream", "missing");
        refused(r#"{"stream":"usages"}"#, "stream", "unknown stream");
        refused(
            r#"{"stream":"usage","colour":1}"#,
            "colour",
            "unknown field",
        );
        refused(r#"{"stream":"usage","seq":1}"#, "seq", "set by Daybook");
        refused(r#"{"stream":"usage","id":"x"}"#, "time", "needs its time");
        refused(
            r#"{"stream":"usage","time":"9999-01-01T00:00:00Z"}"#,
            "time",
            "24 hours in the future",
        );
        refused(
            r#"{"stream":"usage","input_tokens":"many"}"#,
            "input_tokens",
            "whole number",
        );
        refused(
            r#"{"stream":"usage","input_tokens":-1}"#,
            "input_tokens",
            "negative",
        );
        refused(
            r#"{"stream":"usage","input_tokens":1.5}"#,
            "input_tokens",
            "whole number",
        );
        refused(
            r#"{"stream":"usage","cost":true}"#,
            "cost",
            "decimal number",
        );
        refused(r#"{"stream":"usage","cost":1e300}"#, "cost", "out of range");
        refused(
            r#"{"stream":"usage","user_name":"\ud800"}"#,
            "user_name",
            "not a valid text",
        );
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        refused(
            r#"{"stream":"usage","kind":"gift"}"#,
            "kind",
            "expected call, top_up, refund",
        );
        refused(
            r#"{"stream":"usage","kind":"top_up","cost":1}"#,
            "cost",
            "only calls",
        );
        refused(
            r#"{"stream":"usage","input_tokens":1,"cache_read_tokens":2}"#,
            "cache_read_tokens",
            "part",
        );
        refused(
            r#"{"stream":"usage","details":[1]}"#,
            "details",
            "an object",
        );
        refused(
            r#"{"stream":"usage","details":{"a":1,"a":2}}"#,
            "details",
            "duplicate key",
        );
        refused(r#"{"stream":"audit"}"#, "action", "missing");
        refused(r#"{"stream":"auth","stream":"auth"}"#, "", "duplicate key");
        let long = "x".repeat(limits::KEYWORD_BYTES_MAX + 1);
        refused(
            &format!(r#"{{"stream":"usage","user_id":"{long}"}}"#),
            "user_id",
            "limit is 512",
        );
    }

    #[test]
    fn completes_what_the_sender_left_out() {
        let call = admitted(
            r#"{"stream":"usage","input_tokens":3,"output_tokens":4.0,"status_code":503}"#,
        )
        .unwrap();
        assert_eq!(
            (call.text("outcome"), call.integer("total_tokens")),
            (Some("error"), Some(7))
        );
        assert_eq!(
            (call.origin(), call.text("kind"), call.id.len()),
            ("prod", Some("call"), 36)
        );
        let change =
            admitted(r#"{"stream":"audit","action":"model.disabled","reason":""}"#).unwrap();
        assert_eq!(
            (change.text("operation"), change.text("reason")),
            (Some("disable"), None)
        );
        let read = admitted(r#"{"stream":"audit","action":"log.read"}"#).unwrap();
        assert_eq!(read.text("operation"), None);
        assert_eq!(operation_of("app.export_dsl"), Some("export_dsl"));
        assert_eq!(operation_of("thing.frobnicated"), Some("modify"));
    }

    #[test]
    fn cuts_payloads_and_says_so() {
        let long = "é".repeat(limits::PAYLOAD_BYTES_MAX);
        let event = admitted(&format!(
            r#"{{"stream":"usage","request":{{"p":"{long}"}}}}"#
        ))
        .unwrap();
        let kept: String = serde_json::from_str(event.json("request").unwrap()).unwrap();
        assert!(kept.starts_with(r#"{"p":"éé"#) && kept.len() <= limits::PAYLOAD_BYTES_MAX);
        assert_eq!(event.json("truncated"), Some(r#"["request"]"#));
    }

    #[test]
    fn accepts_the_documented_examples() {
        let text = include_str!("../../tests/events.ndjson");
        for line in text.lines() {
            // The check against the receiving time is not what these lines are about.
            admitted(&line.replace("2026-11-2", "2026-11-1")).unwrap();
        }
    }
}
