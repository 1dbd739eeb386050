//! OpenInference: `llm.*`, `input.value` and `output.value`, with the whole request and response
//! of the provider's API in texts.

use super::attributes::{Attributes, parsed};
use super::conversation::{self, Content, numbered};
use serde_json::{Map, Value};

/// Puts what OpenInference says under the current names; returns the content.
pub(super) fn translate(attributes: &mut Attributes, span_name: &str) -> Content {
    let embedding = attributes.text("openinference.span.kind") == Some("EMBEDDING");
    attributes.take("openinference.span.kind");
    attributes.put(
        "gen_ai.operation.name",
        if embedding { "embeddings" } else { "chat" }.into(),
    );
    let input = attributes.take_json("input.value");
    let output = attributes.take_json("output.value");
    let parameters = (attributes.take_json("llm.invocation_parameters"))
        .or_else(|| attributes.take_json("embedding.invocation_parameters"))
        .unwrap_or_default();
    let member = |name: &str| {
        let of_input = input.as_ref().map(|input| input[name].clone());
        Some(parameters[name].clone())
            .filter(|value| !value.is_null())
            .or(of_input)
    };
    let model = attributes
        .take("llm.model_name")
        .or_else(|| attributes.take("embedding.model_name"));
    attributes.take("embedding.model_name");
    attributes.put("gen_ai.request.model", member("model").unwrap_or_default());
    if let Some(model) = model {
        // The response's model; without a response it says no more than the request.
        if output.is_some() {
            attributes.put("gen_ai.response.model", model.clone());
        }
        attributes.put("gen_ai.request.model", model);
    }
    attributes.put(
        "gen_ai.request.stream",
        member("stream").unwrap_or_default(),
    );
    attributes.put("user.id", member("user").unwrap_or_default());
    let is_responses = input
        .as_ref()
        .is_some_and(|input| input["instructions"].is_string());
    if span_name == "Response" || is_responses {
        attributes.put("openai.api.type", "responses".into());
    }
    metadata(attributes);
    if !parameters.is_null() {
        attributes.put("model_parameters", parameters);
    }
    content(attributes, input, output)
}

fn metadata(attributes: &mut Attributes) {
    if let Some(Value::Object(members)) = attributes.take_json("metadata") {
        for (key, value) in members {
            attributes.put(&format!("metadata.{key}"), value);
        }
    }
    if let Some(tags) = attributes.take_json("tag.tags") {
        attributes.put("metadata.tags", tags);
    }
}

/// The whole request and response where there are such, else what the message attributes hold.
fn content(attributes: &mut Attributes, input: Option<Value>, output: Option<Value>) -> Content {
    let asked = numbered(attributes.take_prefixed("llm.input_messages."));
    let answered = numbered(attributes.take_prefixed("llm.output_messages."));
    let tools = tools(attributes.take_prefixed("llm.tools."));
    for prefix in [
        "embedding.embeddings.",
        "input.mime_type",
        "output.mime_type",
    ] {
        attributes.take_prefixed(prefix);
    }
    let model = attributes.text("gen_ai.request.model");
    let request = match input {
        Some(Value::Object(whole)) => Some(Value::Object(whole)),
        input => conversation::request(model, None, asked.or(input), tools),
    };
    let response = match output {
        Some(Value::String(text)) => match answered {
            Some(messages) => conversation::response(messages),
            None => Some(conversation::text_response(&text, None)),
        },
        Some(whole) => Some(whole),
        None => answered.and_then(conversation::response),
    };
    Content {
        request,
        response,
        ..Content::default()
    }
}

fn tools(schemas: Map<String, Value>) -> Option<Value> {
    let tools: Vec<Value> = schemas.into_values().map(parsed).collect();
    (!tools.is_empty()).then(|| tools.into())
}
