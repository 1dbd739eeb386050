//! The value of a field. Its meaning is its field's [`Kind`]: amounts and instants are integers
//! here, in nano-USD and microseconds, and become text only in JSON.

use crate::decimal::{push_integer, push_time, push_usd};
use crate::field::Kind;
use crate::{NanoUsd, Timestamp};
use std::fmt::{self, Write};

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
                out.push('"');
                push_time(Timestamp::from_us(us), out);
                out.push('"');
            }
            (Self::Integer(nano), Kind::Money) => push_usd(NanoUsd(nano), out),
            (Self::Integer(number), _) => push_integer(number, out),
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

fn append(formatted: fmt::Arguments<'_>, out: &mut String) {
    out.write_fmt(formatted)
        .expect("writing to a String cannot fail");
}

/// Appends a text as a JSON string.
pub fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, from_special) = rest.split_at(plain_bytes(rest.as_bytes()));
        out.push_str(plain);
        let Some(&byte) = from_special.as_bytes().first() else {
            break;
        };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => append(format_args!("\\u{byte:04x}"), out),
        }
        rest = &from_special[1..];
    }
    out.push('"');
}

/// How many bytes from the beginning need no escaping.
fn plain_bytes(bytes: &[u8]) -> usize {
    const STEP: usize = 16;
    let special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f);
    // Without a way out of the inner loop it becomes one comparison of a whole step.
    let clean = |step: &&[u8]| !step.iter().fold(false, |found, byte| found | special(byte));
    let steps = bytes.chunks_exact(STEP).take_while(clean).count();
    let rest = &bytes[steps * STEP..];
    steps * STEP + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_of_every_kind_are_read_back(text in "(\\PC|[\\x00-\\x7f\"\\\\]){0,80}") {
            let mut out = String::new();
            write_json_text(&text, &mut out);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            prop_assert!(out.bytes().all(|byte| byte >= 0x20 && byte != 0x7f));
        }
    }
}
