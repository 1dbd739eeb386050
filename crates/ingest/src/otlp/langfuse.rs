//! Langfuse's SDK: `langfuse.observation.*`, with JSON in texts.

use super::attributes::{Attributes, parsed};
use super::conversation::{self, Content};
use serde_json::{Map, Value, json};

/// Puts what Langfuse says under the current names; returns the content.
pub(super) fn translate(attributes: &mut Attributes, failed: bool) -> Content {
    let embedding = attributes.text("langfuse.observation.type") == Some("embedding");
    attributes.take("langfuse.observation.type");
    attributes.put(
        "gen_ai.operation.name",
        if embedding { "embeddings" } else { "chat" }.into(),
    );
    if let Some(model) = attributes.take_text("langfuse.observation.model.name") {
        // The response's model after a success, else the request's: Langfuse keeps only one.
        if !failed {
            attributes.put("gen_ai.response.model", model.clone().into());
        }
        attributes.put("gen_ai.request.model", model.into());
    }
    usage(attributes);
    if let Some(costs) = attributes.take_json("langfuse.observation.cost_details") {
        attributes.put("gen_ai.usage.cost", costs["total"].clone());
    }
    let began = attributes.take_json("langfuse.observation.completion_start_time");
    if began.is_some() {
        attributes.put("gen_ai.request.stream", true.into());
    }
    let reason = attributes.take_json("langfuse.observation.metadata.finish_reason");
    metadata(attributes);
    if let Some(parameters) = attributes.take_json("langfuse.observation.model.parameters") {
        attributes.put("model_parameters", parameters);
    }
    let mut content = content(attributes, embedding);
    let choice = content
        .response
        .as_mut()
        .and_then(|response| response.pointer_mut("/choices/0"));
    if let (Some(Value::Object(choice)), Some(reason)) = (choice, reason) {
        choice.insert("finish_reason".into(), reason);
    }
    Content {
        began: began.and_then(|time| time.as_str().map(str::to_owned)),
        ..content
    }
}

/// Tokens in the words of the provider's API: chat, Responses, or Langfuse's own.
fn usage(attributes: &mut Attributes) {
    let Some(usage) = attributes.take_json("langfuse.observation.usage_details") else {
        return;
    };
    // Both APIs have one kind of observation; only the words for tokens tell them apart.
    if usage["prompt_tokens"].is_number() {
        attributes.put("openai.api.type", "chat".into());
    } else if usage["input_tokens_details"].is_object() {
        attributes.put("openai.api.type", "responses".into());
    }
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
    for (name, pointers) in names {
        let count = pointers.iter().find_map(|pointer| usage.pointer(pointer));
        if let Some(count) = count.filter(|count| !count.is_null()) {
            attributes.put(&format!("gen_ai.usage.{name}"), count.clone());
        }
    }
}

fn metadata(attributes: &mut Attributes) {
    for prefix in ["langfuse.trace.metadata.", "langfuse.observation.metadata."] {
        let members = attributes.take_prefixed(prefix);
        for (key, value) in members {
            attributes.put(&format!("metadata.{key}"), parsed(value));
        }
    }
    if let Some(tags) = attributes.take("langfuse.trace.tags") {
        attributes.put("metadata.tags", tags);
    }
}

fn content(attributes: &mut Attributes, embedding: bool) -> Content {
    let input = attributes.take_json("langfuse.observation.input");
    let text = attributes.take_text("langfuse.observation.output");
    let output = text.clone().map(|text| parsed(Value::String(text)));
    let model = attributes.text("gen_ai.request.model");
    if embedding {
        let request = input.map(|input| json!({"model": model, "input": input}));
        return Content {
            request,
            response: output,
            ..Content::default()
        };
    }
    let request = match input {
        Some(Value::Object(mut members)) if members.contains_key("messages") => {
            let messages = members.remove("messages");
            conversation::request(model, None, messages, members.remove("tools"))
        }
        Some(Value::Object(members)) => Some(Value::Object(members)),
        input => conversation::request(model, None, input, None),
    };
    let response = match output {
        Some(Value::Object(message)) if is_message(&message) => {
            conversation::response(Value::Object(message))
        }
        Some(Value::Array(items))
            if items
                .iter()
                .all(|item| item.as_object().is_some_and(is_message)) =>
        {
            conversation::response(Value::Array(items))
        }
        // A text that happens to be JSON was the answer all the same.
        _ => text.map(|text| conversation::text_response(&text, None)),
    };
    Content {
        request,
        response,
        ..Content::default()
    }
}

fn is_message(item: &Map<String, Value>) -> bool {
    item.contains_key("role") || item.get("type").is_some_and(|kind| kind == "function_call")
}
