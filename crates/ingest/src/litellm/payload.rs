//! Reading a payload: members stay JSON text until someone asks, for most are large and dropped.

use daybook_model::json::{self, Members};
use daybook_model::{Rejection, Timestamp};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// One element of a batch.
#[derive(Debug)]
pub(super) struct Payload<'a>(Members<'a>);

impl<'a> Payload<'a> {
    pub(super) fn parse(element: &'a str) -> Result<Self, Rejection> {
        json::members(element).map(Self)
    }

    /// Whether a member is there and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// A member as it was sent, unless it is null or empty.
    pub(super) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let (_, raw) = self.0.iter().find(|(key, _)| key == name)?;
        (!["null", "\"\"", "{}", "[]"].contains(&raw.get())).then_some(*raw)
    }

    /// A member as JSON on one line.
    pub(super) fn compact(&self, name: &str) -> Option<Box<str>> {
        self.raw(name).map(json::compact)
    }

    /// A member as a value. Half surrogate pairs, which Python writes, are mended.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        serde_json::from_str(&self.compact(name)?).ok()
    }

    pub(super) fn object(&self, name: &str) -> Map<String, Value> {
        match self.value(name) {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A number of tokens.
    ///
    /// # Errors
    /// As [`number`].
    pub(super) fn count(&self, name: &str) -> Result<Option<i64>, Rejection> {
        number(&self.sent(name), name, crate::otlp::count)
    }

    /// A member as a value, also when it is empty. A number beyond all limits is its text.
    pub(super) fn sent(&self, name: &str) -> Value {
        let member = self.0.iter().find(|(key, _)| key == name);
        member.map_or(Value::Null, |(_, raw)| {
            serde_json::from_str(&json::compact(raw)).unwrap_or_else(|_| raw.get().into())
        })
    }

    /// Epoch seconds as a time.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        let seconds = seconds(&self.value(name)?)?;
        // A cast of a float saturates; years beyond 9999 are refused later like any other.
        (seconds > 0.0).then(|| Timestamp::from_us((seconds * 1e6).round() as i64))
    }
}

/// The number that `read` finds in a value; `None` when nothing was sent.
///
/// # Errors
/// When something was sent in which `read` finds none: it must not vanish without a word.
pub(super) fn number(
    value: &Value,
    name: &str,
    read: fn(&Value) -> Option<i64>,
) -> Result<Option<i64>, Rejection> {
    if value.is_null() || [Some(""), Some("None")].contains(&value.as_str()) {
        return Ok(None);
    }
    let unusable = || Rejection::field(name, "expected a number that is not negative");
    read(value).map(Some).ok_or_else(unusable)
}

/// Seconds since 1970, as a number or a text.
pub(super) fn seconds(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    };
    seconds.filter(|seconds| seconds.is_finite())
}

/// A time as Python writes it: RFC 3339, perhaps with a space, perhaps without an offset, which
/// then counts as UTC.
pub(super) fn python_time(text: &str) -> Option<Timestamp> {
    let text = text.trim().replacen(' ', "T", 1);
    Timestamp::parse(&text)
        .or_else(|_| Timestamp::parse(&format!("{text}Z")))
        .ok()
}

/// The text of a member, unless it is empty.
pub(super) fn text_of<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str().filter(|text| !text.is_empty())
}
