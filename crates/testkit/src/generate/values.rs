//! The sets from which values are drawn.

use daybook_model::field::{Field, Kind, Shape};
use daybook_model::{Timestamp, Value, limits};
use proptest::prelude::*;
use proptest::sample::select;

/// Names and identifiers that many events share.
pub(super) const NAMES: &[&str] = &[
    "ana",
    "Ana",
    "ANA",
    "gpt-4o",
    "gpt-4o-mini",
    "GPT-4O",
    "zoë",
    "ZOË",
    "Zoë 日本",
    "日本語",
    "straße",
    "STRASSE",
    "İstanbul",
    "ΟΔΟΣ",
    "οδος",
    "mcp_oauth_client.created",
    "mcp_oauth_client.*",
    "a b",
    "a\"b\\c",
    "100%",
    "_",
    "🙂",
];

/// Lines of free text.
pub(super) const LINES: &[&str] = &[
    "failed",
    "The model gpt-4o is disabled",
    "THE MODEL GPT-4O IS DISABLED",
    "two\nlines\tand a \u{7} bell",
    "Zoë fragt: „Straße oder STRASSE?“",
    "日本語のテキスト",
    "aaaaaaaaaaaaab",
    "ΟΔΟΣ ΚΑΙ ΣΠΙΤΙ",
    "οδος και σπίτι",
    "x",
];

/// Identifiers that hardly any two events share.
pub(super) const IDS: &[&str] = &[
    "req_1",
    "req_12",
    "REQ_1",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "4bf92f35",
    "4BF92F35",
    "q",
    "请求",
];

const NUMBERS: &[i64] = &[0, 1, 2, 3, 10, 200, 404, 503, 1 << 40];
const SIGNED: &[i64] = &[0, 1, -1, -20, 500_000, limits::NUMBER_MAX, i64::MIN];
const AMOUNTS: &[i64] = &[0, 1, 1_000, 4_820_000, 1_000_000_000, limits::NUMBER_MAX];

const OBJECTS: &[&str] = &[
    r#"{}"#,
    r#"{"team":"Core"}"#,
    r#"{"Team":"ZOË","n":[1,{"x":true}],"none":null}"#,
    r#"{"city":"\u0130stanbul","cost":2.50}"#,
];
const CHANGES: &[&str] = &[
    r#"[{"field":"enabled","old":true,"new":false}]"#,
    r#"[{"field":"name","old":"ana","new":"Zoë"},{"field":"x","new":{"y":[]}}]"#,
];
const ITEMS: &[&str] = &[
    r#"[]"#,
    r#"[{"item":"input","quantity":176,"unit_price":2.5e-06,"amount":0.00044}]"#,
];
const PAYLOADS: &[&str] = &[
    r#"{"m":[1]}"#,
    r#""plain text""#,
    r#"{"messages":[{"role":"user","content":"日本語 \"quoted\" 🙂"}]}"#,
    r#"[]"#,
];

/// A value that a sender may give the field.
pub fn value(field: &Field) -> BoxedStrategy<Value> {
    match field.kind {
        Kind::Id => text(IDS),
        Kind::Keyword => {
            let longest = "長".repeat(limits::KEYWORD_BYTES_MAX / "長".len());
            prop_oneof![60 => text(NAMES), 1 => Just(Value::Text(longest.into()))].boxed()
        }
        Kind::Text => text(LINES),
        Kind::Enum(words) => text(words),
        Kind::Integer if field.name == "quota" => integer(SIGNED),
        Kind::Money if field.name == "amount" => integer(SIGNED),
        // Zero is what absent must not be taken for.
        Kind::Integer => prop_oneof![1 => integer(&[0]), 2 => integer(NUMBERS)].boxed(),
        Kind::Money => prop_oneof![1 => integer(&[0]), 2 => integer(AMOUNTS)].boxed(),
        Kind::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        Kind::Time => time().prop_map(|time| Value::Integer(time.us())).boxed(),
        Kind::Json(Shape::Changes) => json(CHANGES),
        Kind::Json(Shape::BillingItems) => json(ITEMS),
        Kind::Json(_) => json(OBJECTS),
        Kind::Payload => {
            let long = format!(r#"{{"prompt":"{}"}}"#, "lorem ipsum ".repeat(2_000));
            prop_oneof![20 => json(PAYLOADS), 1 => Just(Value::Json(long.into()))].boxed()
        }
    }
}

fn text(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    let value = select(words).prop_map(|word| Value::Text(word.into()));
    value.boxed()
}

fn json(documents: &'static [&'static str]) -> BoxedStrategy<Value> {
    let value = select(documents).prop_map(|document| Value::Json(document.into()));
    value.boxed()
}

fn integer(numbers: &'static [i64]) -> BoxedStrategy<Value> {
    select(numbers).prop_map(Value::Integer).boxed()
}

/// The first day of all random times. Two days later a month ends.
pub(super) const FIRST_DAY_US: i64 = 1_772_150_400_000_000;
/// Their number of days.
pub(super) const DAYS: i64 = 5;

/// An instant within five days around the end of a month, often a first or last one of its day.
pub fn time() -> impl Strategy<Value = Timestamp> + Clone + use<> {
    const DAY_US: i64 = Timestamp::DAY_US;
    let moment_us = prop_oneof![
        4 => select(&[0, 1, DAY_US / 2, DAY_US / 2 + 1, DAY_US - 1][..]),
        1 => 0..DAY_US,
    ];
    (0..DAYS, moment_us)
        .prop_map(|(day, moment_us)| Timestamp::from_us(FIRST_DAY_US + day * DAY_US + moment_us))
}

/// An id as senders choose it: counters, UUIDs in either case, extremes. One in three is likely
/// to come again.
pub fn id() -> BoxedStrategy<Box<str>> {
    const ODD: &[&str] = &[
        " ",
        "0",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "~!\"\\/{}",
    ];
    prop_oneof![
        12 => (0..2_000).prop_map(|number| format!("e{number}").into()),
        9 => repeated_id(),
        4 => (0..500_u32, any::<bool>()).prop_map(|(number, upper)| uuid(number, upper)),
        1 => select(ODD).prop_map(Into::into),
        1 => Just("i".repeat(limits::ID_BYTES_MAX).into()),
    ]
    .boxed()
}

/// One of few ids.
pub(super) fn repeated_id() -> BoxedStrategy<Box<str>> {
    prop_oneof![
        3 => (0..10).prop_map(|number| format!("e{number}").into()),
        1 => (0..3_u32, any::<bool>()).prop_map(|(number, upper)| uuid(number, upper)),
    ]
    .boxed()
}

fn uuid(number: u32, upper: bool) -> Box<str> {
    let text = format!("0199abcd-6a00-7b6e-8f00-{number:012x}");
    let text = if upper { text.to_uppercase() } else { text };
    text.into()
}
