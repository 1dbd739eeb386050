//! Langfuse's `usage_details`. What a count means is told by the names in it, never by how large
//! it is: in `OpenAI`'s shapes details are parts of `prompt_tokens` and `completion_tokens`; in
//! Langfuse's own, and beside the cache counts of Anthropic, `input` and `output` are without them.

use super::super::attributes::count;
use serde_json::{Map, Value};

/// Names of counts below `gen_ai.usage.`, and the counts, usable or not. Details are parts of
/// their whole.
pub(super) fn counts(usage: Map<String, Value>) -> Vec<(&'static str, Value)> {
    let told = usage.into_iter().filter(|(_, value)| !value.is_null());
    let usage: Map<String, Value> = told.collect();
    let is_openai = usage.iter().any(|(name, value)| {
        value.is_object() || name.starts_with("prompt_") || name.starts_with("completion_")
    });
    if is_openai {
        of_openai(&usage.into())
    } else {
        of_langfuse(&usage)
    }
}

fn of_openai(usage: &Value) -> Vec<(&'static str, Value)> {
    let names: [(&str, &[&str]); 6] = [
        (
            "input_tokens",
            &["/prompt_tokens", "/input_tokens", "/input"],
        ),
        (
            "output_tokens",
            &["/completion_tokens", "/output_tokens", "/output"],
        ),
        ("total_tokens", &["/total_tokens", "/total"]),
        (
            "cache_read.input_tokens",
            &[
                "/prompt_tokens_details/cached_tokens",
                "/input_tokens_details/cached_tokens",
                "/input_cached_tokens",
                "/cache_read_input_tokens",
            ],
        ),
        (
            "cache_write.input_tokens",
            &[
                "/input_tokens_details/cache_write_tokens",
                "/cache_creation_input_tokens",
            ],
        ),
        (
            "reasoning.output_tokens",
            &[
                "/completion_tokens_details/reasoning_tokens",
                "/output_tokens_details/reasoning_tokens",
                "/output_reasoning_tokens",
            ],
        ),
    ];
    let found = names.into_iter().filter_map(|(name, pointers)| {
        let mut counts = pointers.iter().filter_map(|pointer| usage.pointer(pointer));
        Some((name, counts.find(|count| !count.is_null())?.clone()))
    });
    found.collect()
}

/// What is told of the input or the output.
struct Side<'a> {
    whole: Option<&'a Value>,
    details: Vec<(&'a str, &'a Value)>,
}

impl<'a> Side<'a> {
    /// Langfuse, too, adds up a side by this word in the names.
    fn new(usage: &'a Map<String, Value>, word: &str) -> Self {
        let wholes = [word, &format!("{word}_tokens")];
        let details = usage
            .iter()
            .filter(|(name, _)| name.contains(word) && !wholes.contains(&name.as_str()));
        Self {
            whole: wholes.iter().find_map(|name| usage.get(*name)),
            details: details.map(|(name, part)| (name.as_str(), part)).collect(),
        }
    }

    /// The details with one of these words in their names.
    fn of_kind(&self, words: &[&str]) -> Option<Value> {
        let of_kind = self
            .details
            .iter()
            .filter(|(name, _)| words.iter().any(|word| name.contains(word)));
        sum(of_kind.map(|(_, part)| *part))
    }

    fn with_details(&self) -> Option<Value> {
        let details = self.details.iter().map(|(_, part)| *part);
        sum(self.whole.into_iter().chain(details))
    }
}

/// A reported total is a check: when it is the sum of the wholes alone, these hold their details.
fn of_langfuse(usage: &Map<String, Value>) -> Vec<(&'static str, Value)> {
    let (input, output) = (Side::new(usage, "input"), Side::new(usage, "output"));
    let total = usage.get("total").or_else(|| usage.get("total_tokens"));
    let wholes = [input.whole, output.whole];
    let alone = sum(wholes.into_iter().flatten());
    let hold_details = total.is_some_and(|total| {
        count(total).is_some() && count(total) == alone.as_ref().and_then(count)
    });
    let sides = if hold_details {
        wholes.map(Option::<&Value>::cloned)
    } else {
        [input.with_details(), output.with_details()]
    };
    // The total of two good sides is their sum, whatever was sent.
    let usable = |value: &Option<Value>| value.as_ref().and_then(count).is_some();
    let settled = sides.iter().all(usable) && usable(&total.cloned());
    let [of_input, of_output] = sides;
    let counts = [
        ("input_tokens", of_input),
        ("output_tokens", of_output),
        ("total_tokens", total.filter(|_| !settled).cloned()),
        (
            "cache_read.input_tokens",
            input.of_kind(&["cached", "cache_read"]),
        ),
        (
            "cache_write.input_tokens",
            input.of_kind(&["cache_creation", "cache_write"]),
        ),
        ("reasoning.output_tokens", output.of_kind(&["reasoning"])),
    ];
    let told = counts
        .into_iter()
        .filter_map(|(name, count)| Some((name, count?)));
    told.collect()
}

/// The sum of counts, or the first of them that is no count; nothing when there are none.
fn sum<'a>(parts: impl Iterator<Item = &'a Value>) -> Option<Value> {
    let mut sum: Option<i64> = None;
    for part in parts {
        let Some(part_count) = count(part) else {
            return Some(part.clone());
        };
        sum = Some(sum.unwrap_or(0).saturating_add(part_count));
    }
    sum.map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::counts;
    use serde_json::{Map, Value, json};

    #[test]
    fn names_tell_whether_a_whole_holds_its_details() {
        let cached = |input: u64, output: u64, read: u64, reasoning: u64| {
            json!({"input_tokens": input, "output_tokens": output,
                "cache_read.input_tokens": read, "reasoning.output_tokens": reasoning})
        };
        let cases = [
            (
                json!({"input": 6, "input_cached_tokens": 4, "output": 2, "output_reasoning_tokens": 1}),
                cached(10, 3, 4, 1),
            ),
            (
                json!({"input": 6, "input_cached_tokens": 40, "output": 2, "output_reasoning_tokens": 1}),
                cached(46, 3, 40, 1),
            ),
            (
                json!({"input": 6, "input_cached_tokens": 4, "output": 2, "output_reasoning_tokens": 1, "total": 13}),
                cached(10, 3, 4, 1),
            ),
            // The total says that they do, here.
            (
                json!({"input": 6, "input_cached_tokens": 4, "output": 2, "output_reasoning_tokens": 1, "total": 8}),
                json!({"input_tokens": 6, "output_tokens": 2, "cache_read.input_tokens": 4, "reasoning.output_tokens": 1}),
            ),
            (
                json!({"input": "6", "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3, "output": 2}),
                json!({"input_tokens": 13, "output_tokens": 2, "cache_read.input_tokens": 4, "cache_write.input_tokens": 3}),
            ),
            (
                json!({"input_tokens": 6, "cache_read_input_tokens": 4, "output_tokens": 2}),
                json!({"input_tokens": 10, "output_tokens": 2, "cache_read.input_tokens": 4}),
            ),
            (
                json!({"input": 6, "input_audio_tokens": 5, "output": 2, "output_audio": 7}),
                json!({"input_tokens": 11, "output_tokens": 9}),
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13,
                    "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": null}),
                json!({"input_tokens": 10, "output_tokens": 3, "total_tokens": 13, "cache_read.input_tokens": 4}),
            ),
            (
                json!({"input_tokens": 10, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 1}}),
                json!({"input_tokens": 10, "output_tokens": 3, "reasoning.output_tokens": 1}),
            ),
            (json!({"input": 8}), json!({"input_tokens": 8})),
            (
                json!({"input": 6, "input_cached_tokens": "many", "output": 2, "total": 12}),
                json!({"input_tokens": "many", "output_tokens": 2, "total_tokens": 12, "cache_read.input_tokens": "many"}),
            ),
        ];
        for (usage, expected) in cases {
            let sent = usage.as_object().unwrap().clone();
            let told = counts(sent)
                .into_iter()
                .map(|(name, count)| (name.to_owned(), count));
            let told: Map<String, Value> = told.collect();
            assert_eq!(Value::Object(told), expected, "{usage}");
        }
    }
}
