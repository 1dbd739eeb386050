//! Reading events and values from JSON, strictly: what is unknown, of the wrong type or not the
//! sender's to set is refused by name.

use super::Rejection;
use crate::catalogue::Catalogue;
use crate::field::{Field, Kind, Shape};
use crate::stream::UnknownStream;
use crate::{Event, NanoUsd, Stream, Timestamp, Value, json, limits};
use serde_json::value::RawValue;

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
}

fn read(text: &str, stored: bool) -> Result<Event, Rejection> {
    let members = json::members(text)?;
    let stream = members.iter().find(|(key, _)| key == "stream");
    let (_, stream) = stream.ok_or_else(|| Rejection::field("stream", "missing"))?;
    let name: String = serde_json::from_str(stream.get())
        .map_err(|_| Rejection::field("stream", "expected a text"))?;
    let stream: Stream = name
        .parse()
        .map_err(|e: UnknownStream| Rejection::field("stream", e.to_string()))?;
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
            // An id that is silently another one would make a repeated delivery a second event.
            empty if empty.is_empty() && field.name == "id" => {
                return Err("must not be empty".into());
            }
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
        true if e.to_string().contains("hex escape") => {
            "not a valid text: half of a surrogate pair".into()
        }
        true => format!("not a valid text: {e}"),
        false => "expected a text".into(),
    })
}

fn parse_integer(text: &str) -> Result<i64, String> {
    if let Ok(number) = text.parse::<i64>() {
        return within(number);
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
    amount
        .map_err(|e| e.to_string())
        .and_then(|amount| within(amount.0))
}

fn within(number: i64) -> Result<i64, String> {
    match number <= crate::limits::NUMBER_MAX {
        true => Ok(number),
        false => Err("too large".into()),
    }
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
