//! The value of a field. Its meaning is its field's [`Kind`]: amounts and instants are integers
//! here, in nano-USD and microseconds, and become text only in JSON.

use crate::field::Kind;
use crate::{NanoUsd, Timestamp};

/// An owned value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Of [`Kind::Id`], [`Kind::Keyword`], [`Kind::Text`] and [`Kind::Enum`].
    Text(Box<str>),
    /// Of [`Kind::Integer`], [`Kind::Money`] (nano-USD) and [`Kind::Time`] (µs).
    Integer(i64),
    /// Of [`Kind::Boolean`].
    Boolean(bool),
    /// Of [`Kind::Json`] and [`Kind::Payload`]: valid JSON on one line.
    Json(Box<str>),
}

/// A borrowed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "mirrors Value")]
pub enum ValueRef<'a> {
    Text(&'a str),
    Integer(i64),
    Boolean(bool),
    Json(&'a str),
}

impl Value {
    /// A borrowed view.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Text(text) => ValueRef::Text(text),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Boolean(truth) => ValueRef::Boolean(*truth),
            Self::Json(json) => ValueRef::Json(json),
        }
    }
}

impl<'a> ValueRef<'a> {
    /// An owned copy.
    pub fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.into()),
            Self::Integer(number) => Value::Integer(number),
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Json(json) => Value::Json(json.into()),
        }
    }

    /// The text, if it is one.
    pub const fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub const fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// Appends the value as JSON, as the API shows it for a field of this kind.
    pub fn write_json(self, kind: Kind, out: &mut String) {
        match (self, kind) {
            (Self::Integer(us), Kind::Time) => {
                write_json_text(&Timestamp::from_us(us).to_string(), out);
            }
            (Self::Integer(nano), Kind::Money) => out.push_str(&NanoUsd(nano).to_string()),
            (Self::Integer(number), _) => out.push_str(&number.to_string()),
            (Self::Boolean(truth), _) => out.push_str(if truth { "true" } else { "false" }),
            (Self::Text(text), _) => write_json_text(text, out),
            (Self::Json(json), _) => out.push_str(json),
        }
    }

    /// The value as plain text: how a value menu or a CSV cell shows it.
    pub fn display(self, kind: Kind) -> String {
        if let Self::Text(text) = self {
            return text.into();
        }
        let mut out = String::new();
        self.write_json(kind, &mut out);
        out.trim_matches('"').into()
    }
}

/// Appends a text as a JSON string.
pub fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped: &str = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 | 0x7f => &format!("\\u{byte:04x}"),
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        out.push_str(escaped);
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}
