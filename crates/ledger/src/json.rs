//! Canonical JSON (RFC 8785, the JSON Canonicalization Scheme): one byte sequence per value.
//! Invariant: canonicalising never merges two members, and never turns an integer into another one.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Why a text has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is no JSON, or it has a member twice, or an integer that no double can carry.
    #[error("no canonical JSON: {0}")]
    Malformed(String),
    /// It is JSON, but no object.
    #[error("no JSON object")]
    NoObject,
}

/// Values nested deeper are refused.
pub const DEPTH_MAX: usize = 64;

/// The RFC 8785 bytes of a JSON object.
///
/// Refused besides malformed text, and more strictly than the RFC: an integer that would come out
/// with another value (JSON numbers are doubles there). Write such integers as strings.
///
/// # Errors
///
/// [`JsonError`].
pub fn canonicalize(text: &[u8]) -> Result<Vec<u8>, JsonError> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(JsonError::NoObject);
    }
    // Reading it whole finds all errors of syntax; this reader does not recurse.
    let whole: &RawValue =
        serde_json::from_slice(text).map_err(|error| JsonError::Malformed(error.to_string()))?;
    let mut out = Vec::with_capacity(text.len());
    push_value(&mut out, whole.get(), 0).map_err(JsonError::Malformed)?;
    Ok(out)
}

/// Appends a string as RFC 8785 §3.2.2.2 writes it, which is how `serde_json` does.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    // Writing into memory cannot fail, and any `str` is a JSON string.
    let _ = serde_json::to_writer(out, text);
}

/// A finite number as RFC 8785 §3.2.2.3 writes it: ECMAScript's `Number::toString`.
fn number(value: f64) -> String {
    // The shortest digits that read back as the same double, of two equally near the even ones.
    // `format!` rounds such a tie up.
    let shortest = serde_json::to_string(&value.abs()).unwrap_or_default();
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    if digits.is_empty() {
        return "0".into();
    }
    // How many digits stand before the decimal point; negative for zeroes behind it.
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let point = signed(whole.len()) - signed(leading) + exponent;
    let text = positional(digits, point).unwrap_or_else(|| {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{:+}", point - 1)
    });
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// Digits with the decimal point where it belongs, unless ECMAScript uses an exponent there.
fn positional(digits: &str, point: i64) -> Option<String> {
    let zeroes = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    match point {
        1..=21 if point >= signed(digits.len()) => {
            Some(format!("{digits}{}", zeroes(point - signed(digits.len()))))
        }
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
            Some(format!("{whole}.{fraction}"))
        }
        -5..=0 => Some(format!("0.{}{digits}", zeroes(-point))),
        _ => None,
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Appends the canonical bytes of a value at some depth.
fn push_value(out: &mut Vec<u8>, text: &str, depth: usize) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err(format!("nested deeper than {DEPTH_MAX} (DEPTH_MAX)"));
    }
    match text.as_bytes().first() {
        Some(b'{') => push_object(out, read(text)?, depth),
        Some(b'[') => {
            let values: Vec<&RawValue> = read(text)?;
            list(out, (b'[', b']'), values, |out, value| {
                push_value(out, value.get(), depth + 1)
            })
        }
        Some(b'"') => {
            push_string(out, &read::<String>(text)?);
            Ok(())
        }
        Some(b'-' | b'0'..=b'9') => push_number(out, text),
        _ => {
            // `true`, `false` or `null`: nothing else is left of what is JSON.
            out.extend(text.as_bytes());
            Ok(())
        }
    }
}

/// Members in the order of their names as UTF-16 code units (RFC 8785 §3.2.3).
fn push_object(out: &mut Vec<u8>, members: Members<'_>, depth: usize) -> Result<(), String> {
    let Members(mut members) = members;
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    if let Some(twice) = members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(format!("the member {:?} stands twice", twice[0].0));
    }
    list(out, (b'{', b'}'), members, |out, (name, value)| {
        push_string(out, &name);
        out.push(b':');
        push_value(out, value.get(), depth + 1)
    })
}

/// Appends items between brackets, separated by commas.
fn list<T>(
    out: &mut Vec<u8>,
    (open, close): (u8, u8),
    items: Vec<T>,
    mut push: impl FnMut(&mut Vec<u8>, T) -> Result<(), String>,
) -> Result<(), String> {
    out.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        push(out, item)?;
    }
    out.push(close);
    Ok(())
}

fn push_number(out: &mut Vec<u8>, text: &str) -> Result<(), String> {
    let value: f64 = text.parse().map_err(|_| format!("{text} is no number"))?;
    let integer = !text.contains(['.', 'e', 'E']) && text != "-0";
    let written = value.is_finite().then(|| number(value));
    let faithful = written.filter(|written| !integer || written == text);
    let written = faithful.ok_or_else(|| format!("no double is {text}; write it as a string"))?;
    out.extend(written.as_bytes());
    Ok(())
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// An object's members as they stand.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, JsonError> {
        canonicalize(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    /// RFC 8785 appendix B.
    #[test]
    fn numbers_of_the_rfc() {
        for (bits, text) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(number(f64::from_bits(bits)), text);
            let object = format!("{{\"n\":{text}}}");
            assert_eq!(canonical(&object).as_ref(), Ok(&object), "reads back");
        }
    }

    /// RFC 8785 §3.2.2 to §3.2.4.
    #[test]
    fn the_rfcs_examples() {
        let text = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(canonical(text).as_deref(), Ok(expected));

        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
            "\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let sorted = canonical(text).unwrap();
        let order = [
            "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
        ];
        let places = order.map(|word| sorted.find(word).unwrap());
        assert!(places.is_sorted(), "{sorted}");
    }

    #[test]
    fn what_would_change_its_meaning_is_refused() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"{"n":9007199254740993}"#,
            r#"{"n":-9007199254740993}"#,
            r#"{"n":18446744073709551615}"#,
            r#"{"n":123456789012345678901}"#,
            r#"{"n":1e400}"#,
            r#"{"n":01}"#,
            r#"{"n":NaN}"#,
            r#"{"s":"\ud800"}"#,
            "{\"s\":\"\u{1}\"}",
            r#"{"a":1}{"#,
            r#"{"a":1,}"#,
            "",
            "[]",
            "1",
        ] {
            assert!(canonical(text).is_err(), "{text}");
        }
        assert!(canonicalize(b"{\"s\":\"\xff\"}").is_err());
        let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert!(canonical(&deep).is_err(), "nesting is limited");
        assert_eq!(
            canonical(r#" {"n":-0, "m":[], "o":{}} "#).as_deref(),
            Ok(r#"{"m":[],"n":0,"o":{}}"#)
        );
    }
}
