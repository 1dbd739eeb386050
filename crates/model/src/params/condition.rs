//! One filter from a URL: the field and the operator of its name, and what a value must be.

use super::{Result, wrong};
use crate::field::Kind;
use crate::fold::fold;
use crate::query::Operator;
use crate::value::write_json_text;
use crate::{Field, Filter, Scope, Stream, Test, Timestamp, Value, validate};

/// The field and the operator that a parameter names.
pub(super) fn parse_key(
    stream: Stream,
    scope: &Scope,
    key: &str,
) -> Result<(&'static Field, Operator)> {
    let (name, operator) = key.split_once('.').unwrap_or((key, "eq"));
    let Some(field) = scope.field(stream, name) else {
        return wrong(key, format!("unknown field of the stream {stream}"));
    };
    let known = Operator::ALL
        .into_iter()
        .find(|known| known.name() == operator);
    match known {
        Some(known) if field.operators().contains(&known) => Ok((field, known)),
        _ => {
            let names: Vec<_> = field.operators().iter().map(|known| known.name()).collect();
            let choice = if names.is_empty() {
                "none".into()
            } else {
                names.join(", ")
            };
            wrong(
                key,
                format!("operator not supported here: {name} takes {choice}"),
            )
        }
    }
}

/// The filter of one value.
pub(super) fn parse_condition(
    key: &str,
    field: &'static Field,
    operator: Operator,
    text: &str,
    now: Timestamp,
) -> Result<Filter> {
    let filter = |negated, test| Filter {
        field,
        negated,
        any: vec![test],
    };
    Ok(match operator {
        Operator::Exists => match text {
            "true" => filter(false, Test::Present),
            "false" => filter(true, Test::Present),
            _ => return wrong(key, "expected true or false"),
        },
        _ if field.name == "action" && text.contains('*') => {
            filter(operator == Operator::Ne, wildcard(key, operator, text)?)
        }
        Operator::Prefix => filter(false, Test::StartsWith(text.into())),
        Operator::Contains => filter(false, Test::Contains(fold(text))),
        Operator::Eq | Operator::Ne => {
            let test = Test::Is(parse_value(key, field, text, now)?);
            filter(operator == Operator::Ne, test)
        }
        Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte => {
            if let Kind::Enum(words) = field.kind {
                let rank = words.iter().position(|word| *word == text);
                let Some(rank) = rank else {
                    return wrong(key, format!("expected one of {}", words.join(", ")));
                };
                return Ok(Filter {
                    field,
                    negated: false,
                    any: words_within(words, operator, rank),
                });
            }
            match parse_value(key, field, text, now)? {
                Value::Integer(bound) => filter(false, within(operator, bound)),
                _ => return wrong(key, "expected a number"),
            }
        }
    })
}

/// What an action must be to fit a text with a `*`, which stands for anything at one of its ends.
fn wildcard(key: &str, operator: Operator, text: &str) -> Result<Test> {
    if !matches!(operator, Operator::Eq | Operator::Ne) {
        return wrong(key, "no * here: only action and action.ne take one");
    }
    let plain = |part: &&str| !part.contains('*');
    if let Some(start) = text.strip_suffix('*').filter(plain) {
        return Ok(Test::StartsWith(start.into()));
    }
    match text.strip_prefix('*').filter(plain) {
        Some(end) => Ok(Test::EndsWith(end.into())),
        None => wrong(
            key,
            "one * at the beginning or at the end: *.disabled or model.*; action.contains finds a part anywhere",
        ),
    }
}

fn within(operator: Operator, bound: i64) -> Test {
    match operator {
        // A bound beyond the range leaves nothing: low above high.
        Operator::Gt => bound
            .checked_add(1)
            .map_or(Test::Within(1, 0), |low| Test::Within(low, i64::MAX)),
        Operator::Gte => Test::Within(bound, i64::MAX),
        Operator::Lt => bound
            .checked_sub(1)
            .map_or(Test::Within(1, 0), |high| Test::Within(i64::MIN, high)),
        _ => Test::Within(i64::MIN, bound),
    }
}

fn words_within(words: &[&str], operator: Operator, rank: usize) -> Vec<Test> {
    let holds = |at: usize| match operator {
        Operator::Gt => at > rank,
        Operator::Gte => at >= rank,
        Operator::Lt => at < rank,
        _ => at <= rank,
    };
    let chosen = words.iter().enumerate().filter(|(at, _)| holds(*at));
    chosen
        .map(|(_, word)| Test::Is(Value::Text((*word).into())))
        .collect()
}

/// Reads a filter's value as its field's type; times may be relative to `now`.
fn parse_value(key: &str, field: &Field, text: &str, now: Timestamp) -> Result<Value> {
    let json = match field.kind {
        Kind::Id | Kind::Keyword | Kind::Text => return Ok(Value::Text(text.into())),
        Kind::Time => {
            let time = Timestamp::parse_param(text, now);
            let time = time.or_else(|e| wrong(key, e.to_string()))?;
            return Ok(Value::Integer(time.us()));
        }
        Kind::Enum(_) => {
            let mut quoted = String::new();
            write_json_text(text, &mut quoted);
            quoted
        }
        _ => text.into(),
    };
    let raw = serde_json::from_str(&json)
        .or_else(|_| wrong(key, format!("expected {}", expected(field))))?;
    match validate::value_from_json(field, raw) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => wrong(key, format!("expected {}", expected(field))),
        Err(message) => wrong(key, message),
    }
}

fn expected(field: &Field) -> String {
    match field.kind {
        Kind::Boolean => "true or false".into(),
        Kind::Money => "a decimal number of USD".into(),
        Kind::Integer => "a whole number".into(),
        Kind::Enum(words) => format!("one of {}", words.join(", ")),
        _ => format!("a {}", field.type_name()),
    }
}
