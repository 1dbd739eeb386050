//! The one gate for events: what JSON may become an event, and what every event of every dialect
//! must be before it is stored. An event that passed needs no further check anywhere.

use crate::catalogue::Catalogue;
use crate::event::UNSET;
use crate::field::{Field, Kind, Shape};
use crate::json;
use crate::{Event, NanoUsd, Stream, Timestamp, Value, limits};
use serde_json::value::RawValue;

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
    /// Reads an event as senders post it. [`Event::admit`] must follow.
    ///
    /// # Errors
    /// Names the first field that is unknown, of the wrong type or not the sender's to set.
    pub fn from_json(text: &str) -> Result<Self, Rejection> {
        read(text, false)
    }

    /// Reads an event in the form Daybook itself wrote.
    ///
    /// # Errors
    /// As [`Event::from_json`]; on stored bytes that passed their checksum this means a newer
    /// Daybook wrote them.
    pub fn from_stored(text: &str) -> Result<Self, Rejection> {
        read(text, true)
    }

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
        complete(self)?;
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

fn read(text: &str, stored: bool) -> Result<Event, Rejection> {
    let members = json::members(text).map_err(Rejection::event)?;
    let stream = members.iter().find(|(key, _)| key == "stream");
    let (_, stream) = stream.ok_or_else(|| Rejection::field("stream", "missing"))?;
    let name: String = serde_json::from_str(stream.get())
        .map_err(|_| Rejection::field("stream", "expected a text"))?;
    let stream: Stream = name
        .parse()
        .map_err(|e: crate::stream::UnknownStream| Rejection::field("stream", e.to_string()))?;
    let catalogue = Catalogue::of(stream);
    let mut event = Event::new(stream);
    for (key, raw) in &members {
        if key == "stream" {
            continue;
        }
        let Some(field) = catalogue.field(key) else {
            return Err(Rejection::field(
                key,
                format!("unknown field of the stream {stream}"),
            ));
        };
        if field.ours && !stored {
            return Err(Rejection::field(key, "set by Daybook; it cannot be sent"));
        }
        if let Some(value) = value_from_json(field, raw).map_err(|e| Rejection::field(key, e))? {
            event.put(field, value);
        }
    }
    Ok(event)
}

/// Reads a JSON value as a field's value; `null` and empty text mean absent.
///
/// # Errors
/// A sentence that says what was expected.
pub fn value_from_json(field: &Field, raw: &RawValue) -> Result<Option<Value>, String> {
    let text = raw.get();
    if text == "null" {
        return Ok(None);
    }
    let value = match field.kind {
        Kind::Payload => Value::Json(json::compact(raw)),
        Kind::Json(shape) => {
            check_shape(shape, &json::parse(text)?)?;
            Value::Json(json::compact(raw))
        }
        Kind::Id | Kind::Keyword | Kind::Text => match parse_text(text)? {
            empty if empty.is_empty() => return Ok(None),
            text => Value::Text(text.into()),
        },
        Kind::Enum(words) => Value::Text(check_word(words, parse_text(text)?)?.into()),
        Kind::Boolean => {
            Value::Boolean(serde_json::from_str(text).map_err(|_| "expected true or false")?)
        }
        Kind::Integer => Value::Integer(parse_integer(text)?),
        Kind::Money => Value::Integer(parse_money(text)?),
        Kind::Time => Value::Integer(
            Timestamp::parse(&parse_text(text)?)
                .map_err(|e| e.to_string())?
                .us(),
        ),
    };
    Ok(Some(value))
}

fn parse_text(text: &str) -> Result<String, String> {
    serde_json::from_str(text).map_err(|e| match text.starts_with('"') {
        true => format!("not a valid text: {e}"),
        false => "expected a text".into(),
    })
}

fn parse_integer(text: &str) -> Result<i64, String> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let number: f64 = serde_json::from_str(text).map_err(|_| "expected a whole number")?;
    // Some languages write whole numbers as floats; 2^53 is where floats stop being exact.
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return format!("{number:.0}")
            .parse()
            .map_err(|_| "expected a whole number".into());
    }
    Err("expected a whole number within 64 bits".into())
}

fn parse_money(text: &str) -> Result<i64, String> {
    let amount = if text.starts_with('"') {
        NanoUsd::parse(&parse_text(text)?)
    } else if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        NanoUsd::parse(text)
    } else {
        return Err("expected a decimal number of USD".into());
    };
    amount.map(|amount| amount.0).map_err(|e| e.to_string())
}

fn check_word(words: &'static [&'static str], text: String) -> Result<String, String> {
    if words.contains(&text.as_str()) {
        return Ok(text);
    }
    let shown: String = text.chars().take(64).collect();
    Err(format!(
        "unknown value {shown:?}: expected {}",
        words.join(", ")
    ))
}

fn check_shape(shape: Shape, value: &serde_json::Value) -> Result<(), String> {
    let texts =
        |names: &[&str], item: &serde_json::Value| names.iter().all(|n| item[n].is_string());
    let numbers = |names: &[&str], item: &serde_json::Value| {
        names
            .iter()
            .all(|n| item[n].is_number() || item[n].is_null())
    };
    let items = || value.as_array().map(Vec::as_slice);
    let (fits, expected) = match shape {
        Shape::Object => (value.is_object(), "an object"),
        Shape::Metadata => {
            let keys = value.as_object().map(serde_json::Map::len);
            if keys.is_some_and(|keys| keys > limits::METADATA_KEYS_MAX) {
                return Err(format!("more than {} keys", limits::METADATA_KEYS_MAX));
            }
            (keys.is_some(), "an object")
        }
        Shape::Changes => (
            items().is_some_and(|items| items.iter().all(|item| texts(&["field"], item))),
            "an array of {field, old, new}",
        ),
        Shape::BillingItems => (
            items().is_some_and(|items| {
                items.iter().all(|item| {
                    texts(&["item"], item) && numbers(&["quantity", "unit_price", "amount"], item)
                })
            }),
            "an array of {item, quantity, unit_price, amount}",
        ),
        Shape::Names => (
            items().is_some_and(|items| items.iter().all(serde_json::Value::is_string)),
            "an array of texts",
        ),
    };
    if fits {
        Ok(())
    } else {
        Err(format!("expected {expected}"))
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
            Some(crate::ValueRef::Json(json)) if cuttable && json.len() > field.bytes_max => {
                // Half a document is no JSON: it becomes a text that holds its beginning.
                let mut text = String::with_capacity(field.bytes_max + 2);
                crate::value::write_json_text(prefix(json, field.bytes_max), &mut text);
                Value::Json(text.into())
            }
            Some(crate::ValueRef::Text(text)) if cuttable && text.len() > field.bytes_max => {
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
            crate::ValueRef::Text(text) => text.len(),
            // A cut payload may exceed the limit a little by its escapes.
            crate::ValueRef::Json(json) if field.kind != Kind::Payload => json.len(),
            _ => continue,
        };
        if length > field.bytes_max {
            let error = format!("{length} bytes, the limit is {}", field.bytes_max);
            return Err(Rejection::field(field.name, error));
        }
    }
    Ok(())
}

fn complete(event: &mut Event) -> Result<(), Rejection> {
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
        event.set_text("operation", operation);
    }
    Ok(())
}

/// The operation type of an action, by its verb: `model.disabled` → `disable`; `modify` when
/// nothing fits.
pub fn operation_of(action: &str) -> &'static str {
    let verb = action.rsplit('.').next().unwrap_or(action);
    let exact = crate::catalogue::OPERATIONS
        .iter()
        .find(|operation| **operation == verb);
    if let Some(operation) = exact {
        return operation;
    }
    match verb {
        "created" | "added" | "issued" | "registered" => "create",
        "deleted" | "removed" | "revoked" | "archived" => "delete",
        "enabled" | "activated" | "unlocked" | "restored" => "enable",
        "disabled" | "deactivated" | "suspended" | "locked" => "disable",
        "logged_in" | "signed_in" | "sign_in" => "login",
        "exported" | "downloaded" => "export",
        "uploaded" | "imported" => "upload",
        "published" => "publish",
        "invited" => "invite",
        "configured" | "settings_changed" | "configuration_changed" => "modify_configuration",
        "access_changed" | "role_changed" | "permission_changed" => "modify_access",
        "password_changed" | "password_reset" => "modify_password",
        "2fa_bound" | "mfa_bound" => "bind_2fa",
        "2fa_enabled" | "mfa_enabled" => "enable_2fa",
        "2fa_disabled" | "mfa_disabled" => "disable_2fa",
        "backup_code_generated" | "backup_codes_generated" => "generate_backup_code",
        _ => "modify",
    }
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
        assert_eq!(operation_of("app.export_dsl"), "export_dsl");
        assert_eq!(operation_of("thing.frobnicated"), "modify");
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
        let text = include_str!("../tests/events.ndjson");
        for line in text.lines() {
            // The check against the receiving time is not what these lines are about.
            admitted(&line.replace("2026-11-2", "2026-11-1")).unwrap();
        }
    }
}
