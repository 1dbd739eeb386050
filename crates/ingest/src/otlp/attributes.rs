//! Attributes of a span or record under their current names. Whoever reads one takes it out; what
//! is left in the end goes into `details`, with the names of those that could not be used.

use super::message::{KeyValue, into_map};
use serde_json::{Map, Value};

/// Old and foreign names, and the current one (semantic conventions, "renamed" tables).
const RENAMED: &[(&str, &str)] = &[
    ("gen_ai.system", "gen_ai.provider.name"),
    ("llm.system", "gen_ai.provider.name"),
    ("llm.provider", "gen_ai.provider.name"),
    ("gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens"),
    ("llm.usage.prompt_tokens", "gen_ai.usage.input_tokens"),
    ("llm.token_count.prompt", "gen_ai.usage.input_tokens"),
    ("ai.usage.inputTokens", "gen_ai.usage.input_tokens"),
    ("ai.usage.promptTokens", "gen_ai.usage.input_tokens"),
    ("ai.usage.tokens", "gen_ai.usage.input_tokens"),
    (
        "gen_ai.usage.completion_tokens",
        "gen_ai.usage.output_tokens",
    ),
    ("llm.usage.completion_tokens", "gen_ai.usage.output_tokens"),
    ("llm.token_count.completion", "gen_ai.usage.output_tokens"),
    ("ai.usage.outputTokens", "gen_ai.usage.output_tokens"),
    ("ai.usage.completionTokens", "gen_ai.usage.output_tokens"),
    ("llm.usage.total_tokens", "gen_ai.usage.total_tokens"),
    ("llm.token_count.total", "gen_ai.usage.total_tokens"),
    ("ai.usage.totalTokens", "gen_ai.usage.total_tokens"),
    (
        "gen_ai.usage.cache_read_tokens",
        "gen_ai.usage.cache_read.input_tokens",
    ),
    (
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
    ),
    (
        "llm.token_count.prompt_details.cache_read",
        "gen_ai.usage.cache_read.input_tokens",
    ),
    (
        "ai.usage.cachedInputTokens",
        "gen_ai.usage.cache_read.input_tokens",
    ),
    (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
    ),
    (
        "gen_ai.usage.cache_write_tokens",
        "gen_ai.usage.cache_write.input_tokens",
    ),
    (
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
    ),
    (
        "llm.token_count.prompt_details.cache_write",
        "gen_ai.usage.cache_write.input_tokens",
    ),
    (
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.reasoning.output_tokens",
    ),
    (
        "llm.token_count.completion_details.reasoning",
        "gen_ai.usage.reasoning.output_tokens",
    ),
    (
        "ai.usage.reasoningTokens",
        "gen_ai.usage.reasoning.output_tokens",
    ),
    ("gen_ai.usage.cost.amount", "gen_ai.usage.cost"),
    ("gen_ai.cost.total", "gen_ai.usage.cost"),
    ("llm.cost.total", "gen_ai.usage.cost"),
    ("gen_ai.openai.request.seed", "gen_ai.request.seed"),
    (
        "gen_ai.openai.request.response_format",
        "gen_ai.output.type",
    ),
    (
        "gen_ai.openai.request.service_tier",
        "openai.request.service_tier",
    ),
    (
        "gen_ai.openai.response.service_tier",
        "openai.response.service_tier",
    ),
    (
        "gen_ai.openai.response.system_fingerprint",
        "openai.response.system_fingerprint",
    ),
    ("gen_ai.is_streaming", "gen_ai.request.stream"),
    ("llm.is_streaming", "gen_ai.request.stream"),
    ("llm.request.type", "gen_ai.operation.name"),
    ("ai.model.id", "gen_ai.request.model"),
    ("ai.response.model", "gen_ai.response.model"),
    ("gen_ai.user", "user.id"),
    ("llm.user", "user.id"),
    ("enduser.id", "user.id"),
    ("ai.telemetry.metadata.userId", "user.id"),
];

/// Attributes by name.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    values: Map<String, Value>,
    /// Names of those that were taken but are not what their name promises.
    unusable: Vec<String>,
}

impl Attributes {
    pub(super) fn new(attributes: Vec<KeyValue>) -> Self {
        let mut attributes = Self {
            values: into_map(attributes),
            unusable: Vec::new(),
        };
        for (old, new) in RENAMED {
            if let Some(value) = attributes.values.remove(*old) {
                attributes.put(new, value);
            }
        }
        attributes
    }

    /// Sets an attribute unless it is there.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        if !value.is_null() && !self.has(name) {
            self.values.insert(name.into(), value);
        }
    }

    /// Sets an attribute over what is there.
    pub(super) fn replace(&mut self, name: &str, value: Value) {
        self.values.insert(name.into(), value);
    }

    /// Notes that an attribute was sent but cannot be used.
    pub(super) fn note_unusable(&mut self, name: &str) {
        self.unusable.push(name.into());
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The text of an attribute, without taking it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }

    /// Takes an attribute as what `read` makes of it; notes it as unusable when that is nothing.
    pub(super) fn take_as<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let read = read(&self.take(name)?);
        if read.is_none() {
            self.note_unusable(name);
        }
        read
    }

    pub(super) fn take_text(&mut self, name: &str) -> Option<String> {
        let text = self.take_as(name, |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        });
        text.filter(|text| !text.is_empty())
    }

    pub(super) fn take_integer(&mut self, name: &str) -> Option<i64> {
        self.take_as(name, integer)
    }

    /// A number of things: whole and not negative.
    pub(super) fn take_count(&mut self, name: &str) -> Option<i64> {
        self.take_as(name, count)
    }

    pub(super) fn take_float(&mut self, name: &str) -> Option<f64> {
        self.take_as(name, float)
    }

    pub(super) fn take_boolean(&mut self, name: &str) -> Option<bool> {
        self.take_as(name, |value| match value {
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            value => value.as_bool(),
        })
    }

    /// Structured content: on spans it is a JSON text, on records it is structured. A text that is
    /// no JSON stays a text.
    pub(super) fn take_json(&mut self, name: &str) -> Option<Value> {
        self.take(name).map(parsed)
    }

    /// Takes the attributes whose names start so; names come without the prefix.
    pub(super) fn take_prefixed(&mut self, prefix: &str) -> Map<String, Value> {
        let names: Vec<String> = self
            .values
            .keys()
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect();
        let taken = names.into_iter().filter_map(|name| {
            let value = self.values.remove(&name)?;
            Some((name[prefix.len()..].to_owned(), value))
        });
        taken.collect()
    }

    /// What nobody took, without what may be a secret, and what was `unusable`.
    pub(super) fn into_rest(self) -> Map<String, Value> {
        let secret = |name: &str| {
            let name = name.to_ascii_lowercase();
            [
                "authorization",
                "cookie",
                "api-key",
                "api_key",
                "password",
                "secret",
            ]
            .iter()
            .any(|word| name.contains(word))
        };
        let rest = self.values.into_iter().filter(|(name, _)| !secret(name));
        let unusable = (!self.unusable.is_empty()).then(|| self.unusable.into());
        rest.chain(unusable.map(|names| ("unusable".into(), names)))
            .collect()
    }
}

/// A whole number; some clients send it as text or with a fraction of zero.
fn integer(value: &Value) -> Option<i64> {
    let whole = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    whole.or_else(|| {
        let float = float(value).filter(|float| float.fract() == 0.0)?;
        format!("{float:.0}").parse().ok()
    })
}

/// A whole number that is not negative.
pub(crate) fn count(value: &Value) -> Option<i64> {
    integer(value).filter(|count| *count >= 0)
}

/// A finite number.
pub(super) fn float(value: &Value) -> Option<f64> {
    let float = match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    };
    float.filter(|float| float.is_finite())
}

/// The JSON inside a text, if there is any.
pub(super) fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) => daybook_model::json::parse(&text).unwrap_or(Value::String(text)),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::{Any, AnyValue};
    use super::*;

    #[test]
    fn every_old_name_is_stored_under_the_new_one() {
        for (old, new) in RENAMED {
            let value = AnyValue {
                value: Some(Any::Integer(7)),
            };
            let sent = vec![KeyValue {
                key: (*old).into(),
                value: Some(value),
            }];
            let mut attributes = Attributes::new(sent);
            assert_eq!(attributes.take_integer(new), Some(7), "{old}");
            assert!(!attributes.has(old));
            assert!(
                !RENAMED.iter().any(|(other, _)| other == new),
                "{new} is current"
            );
        }
    }
}
