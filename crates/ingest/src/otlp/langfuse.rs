//! Langfuse's SDK: `langfuse.observation.*`, with JSON in texts.

mod usage;

use super::attributes::{Attributes, parsed};
use super::conversation::{self, Content, as_text};
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

/// Tokens in the words of the provider's API, chat or Responses, or in Langfuse's own.
fn usage(attributes: &mut Attributes) {
    let name = "langfuse.observation.usage_details";
    let usage = match attributes.take_json(name) {
        Some(Value::Object(usage)) => usage,
        Some(_) => return attributes.note_unusable(name),
        None => return,
    };
    // Both APIs have one kind of observation; only the words for tokens tell them apart.
    let known = |name: &str| usage.get(name).is_some_and(|value| !value.is_null());
    if known("prompt_tokens") {
        attributes.put("openai.api.type", "chat".into());
    } else if usage
        .get("input_tokens_details")
        .is_some_and(Value::is_object)
    {
        attributes.put("openai.api.type", "responses".into());
    }
    for (name, count) in usage::counts(usage) {
        attributes.replace(&format!("gen_ai.usage.{name}"), count);
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
    let input = attributes.take("langfuse.observation.input").map(told);
    let sent = attributes.take("langfuse.observation.output");
    let output = sent.clone().map(told);
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
        Some(Value::String(text)) => Some(conversation::text_response(&text, None)),
        // A text that happens to be JSON was the answer all the same.
        _ => sent.map(|sent| conversation::text_response(&as_text(&sent), None)),
    };
    Content {
        request,
        response,
        ..Content::default()
    }
}

/// What was asked or answered: a structure or a text, which some SDKs quote as JSON. A number is
/// a text that happens to be one.
fn told(sent: Value) -> Value {
    match parsed(sent.clone()) {
        told @ (Value::Object(_) | Value::Array(_) | Value::String(_)) => told,
        _ => as_text(&sent).into(),
    }
}

fn is_message(item: &Map<String, Value>) -> bool {
    item.contains_key("role") || item.get("type").is_some_and(|kind| kind == "function_call")
}
