//! Strict JSON: one reading of every document. Duplicate keys, lone surrogates, numbers that are
//! none and nesting beyond the limit are refused, so that no two parsers can disagree.

use crate::{Rejection, limits};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Parses a whole document strictly.
///
/// # Errors
/// A sentence that says what is wrong and where.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }
        .deserialize(&mut deserializer)
        .map_err(|e| e.to_string())?;
    deserializer.end().map_err(|e| e.to_string())?;
    Ok(value)
}

/// An object's members in order, with values still in JSON.
pub type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// Parses the outermost object only; values are syntactically checked.
///
/// # Errors
/// Names the member whose value is no JSON; also when a key stands twice.
pub fn members(text: &str) -> Result<Members<'_>, Rejection> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut reading = None;
    let visitor = MembersVisitor {
        reading: &mut reading,
    };
    let members = Deserializer::deserialize_map(&mut deserializer, visitor);
    match members.and_then(|members| deserializer.end().map(|()| members)) {
        Ok(members) => Ok(members),
        Err(error) => Err(match reading {
            Some(key) => Rejection::field(&key, format!("not valid JSON: {error}")),
            None => Rejection::event(error.to_string()),
        }),
    }
}

/// What stands in a JSON object. A list is none: its elements would be taken by position.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<Object<T>, M::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// Valid JSON on one line: white space between tokens goes, and escaped surrogates without their
/// other half become U+FFFD, because such text has no meaning in UTF-8.
pub fn compact(raw: &RawValue) -> Box<str> {
    let text = raw.get();
    let mut out = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let (mut at, mut in_string) = (0, false);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                at += push_escape(text, at, &mut out);
                continue;
            }
            b' ' | b'\n' | b'\r' | b'\t' if !in_string => {
                at += 1;
                continue;
            }
            _ => {}
        }
        at += 1;
        while at < bytes.len() && !matches!(bytes[at], b'"' | b'\\' | b' ' | b'\n' | b'\r' | b'\t')
        {
            at += 1;
        }
        out.push_str(&text[start..at]);
    }
    out.into()
}

/// Copies the escape sequence at `at` (mended if it is half a surrogate pair); returns its length.
fn push_escape(text: &str, at: usize, out: &mut String) -> usize {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(at) else {
        out.push_str(&text[at..at + 2]);
        return 2;
    };
    let paired = unit(at + 6).is_some_and(|second| (0xDC00..0xE000).contains(&second));
    match first {
        0xD800..0xDC00 if paired => {
            out.push_str(&text[at..at + 12]);
            12
        }
        0xD800..0xE000 => {
            out.push_str("\\ufffd");
            6
        }
        _ => {
            out.push_str(&text[at..at + 6]);
            6
        }
    }
}

/// The keys and text values of a JSON text, one a line: what a search looks into.
pub fn search_text(json: &str) -> String {
    let mut out = String::new();
    if let Ok(value) = serde_json::from_str::<Value>(json) {
        collect_text(&value, &mut out);
    }
    out
}

fn collect_text(value: &Value, out: &mut String) {
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    match value {
        Value::Null => {}
        Value::Bool(truth) => line(if *truth { "true" } else { "false" }),
        Value::Number(number) => line(&number.to_string()),
        Value::String(text) => line(text),
        Value::Array(items) => items.iter().for_each(|item| collect_text(item, out)),
        Value::Object(members) => {
            for (key, member) in members {
                out.push_str(key);
                out.push('\n');
                collect_text(member, out);
            }
        }
    }
}

struct MembersVisitor<'a> {
    /// The member whose value is being read.
    reading: &'a mut Option<String>,
}

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::new();
        while let Some(BorrowedKey(key)) = map.next_key()? {
            if members.iter().any(|(seen, _)| *seen == key) {
                return Err(duplicate_key(&key));
            }
            if members.len() >= 512 {
                return Err(de::Error::custom("more than 512 fields"));
            }
            *self.reading = Some(key.clone().into_owned());
            let value = map.next_value()?;
            *self.reading = None;
            members.push((key, value));
        }
        Ok(members)
    }
}

/// A key, borrowed unless it holds escapes.
struct BorrowedKey<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for BorrowedKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = BorrowedKey<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(BorrowedKey(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(BorrowedKey(Cow::Owned(key.into())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

fn duplicate_key<E: de::Error>(key: &str) -> E {
    E::custom(format_args!("duplicate key {key:?}"))
}

/// Builds a value while it checks.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= limits::JSON_DEPTH_MAX {
            return Err(E::custom(format_args!(
                "nested deeper than {}",
                limits::JSON_DEPTH_MAX
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(duplicate_key(&key));
            }
            let value = map.next_value_seed(inner)?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_two_parsers_could_read_differently() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(limits::JSON_DEPTH_MAX)).is_ok());
        assert!(
            parse(&nested(limits::JSON_DEPTH_MAX + 1))
                .unwrap_err()
                .contains("deeper than 64")
        );
        assert!(
            parse(r#"{"a":{"b":1,"b":2}}"#)
                .unwrap_err()
                .contains("duplicate key \"b\"")
        );
        for bad in [
            r#""\ud800""#,
            "NaN",
            "1e999",
            "{} {}",
            "[1,]",
            "{\"a\"",
            "\"\u{1}\"",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(
            members(r#"{"a":1,"\u0061":2}"#)
                .unwrap_err()
                .error
                .contains("duplicate key")
        );
    }

    #[test]
    fn compacts_without_changing_the_meaning() {
        let compacted = |text: &str| compact(&serde_json::from_str::<Box<RawValue>>(text).unwrap());
        let text = "{ \"a b\" : [ 1 ,\n\t\"x \\\" y\\n\" ] , \"e\":\"\\ud83d\\ude00\" }";
        assert_eq!(
            &*compacted(text),
            r#"{"a b":[1,"x \" y\n"],"e":"\ud83d\ude00"}"#
        );
        assert_eq!(
            &*compacted(r#"["\ud83d", "\ude00x", "\\ud83d"]"#),
            r#"["\ufffd","\ufffdx","\\ud83d"]"#
        );
        assert_eq!(&*compacted(" \"日本 語\" "), "\"日本 語\"");
    }

    #[test]
    fn searches_keys_and_values() {
        assert_eq!(
            search_text(r#"{"team":"Core","n":[1,{"x":true}]}"#),
            "n\n1\nx\ntrue\nteam\nCore\n"
        );
    }
}
