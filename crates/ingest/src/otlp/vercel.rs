//! Vercel's AI SDK: `ai.*`. A call has an outer span for the function the program called and an
//! inner one per request to the provider (`….doGenerate`); only the inner ones are model calls.

use super::attributes::Attributes;
use super::conversation::{self, Content, tool_call};
use serde_json::{Map, Value, json};

/// Whether an operation is a request to the provider.
pub(super) fn is_call(operation: &str) -> bool {
    [".doGenerate", ".doStream", ".doEmbed"]
        .iter()
        .any(|end| operation.ends_with(end))
}

/// Puts what the SDK says under the current names; returns the content.
pub(super) fn translate(attributes: &mut Attributes) -> Content {
    let operation = attributes.take_text("ai.operationId").unwrap_or_default();
    let embedding = operation.ends_with(".doEmbed");
    attributes.put(
        "gen_ai.operation.name",
        if embedding { "embeddings" } else { "chat" }.into(),
    );
    if operation.ends_with(".doStream") {
        attributes.put("gen_ai.request.stream", true.into());
    }
    // Such as `openai.responses`: the provider, then its API.
    if let Some(provider) = attributes.take_text("ai.model.provider") {
        attributes.take("gen_ai.provider.name");
        if provider.ends_with(".responses") {
            attributes.put("openai.api.type", "responses".into());
        }
        let apis = [
            ".chat",
            ".responses",
            ".messages",
            ".embedding",
            ".completion",
        ];
        let name = apis
            .iter()
            .find_map(|api| provider.strip_suffix(api))
            .unwrap_or(&provider);
        attributes.put("gen_ai.provider.name", name.into());
    }
    if let Some(ms) = attributes.take_float("ai.response.msToFirstChunk") {
        attributes.put("gen_ai.response.time_to_first_chunk", (ms / 1000.0).into());
    }
    for (key, value) in attributes.take_prefixed("ai.telemetry.metadata.") {
        attributes.put(&format!("metadata.{key}"), value);
    }
    // Headers may hold credentials.
    attributes.take_prefixed("ai.request.headers.");
    content(attributes)
}

fn content(attributes: &mut Attributes) -> Content {
    let tools = attributes.take("ai.prompt.tools").map(|tools| {
        let tools = conversation::as_array(tools)
            .into_iter()
            .map(super::attributes::parsed);
        tools.collect::<Value>()
    });
    let prompt = attributes.take_json("ai.prompt.messages");
    let value = attributes
        .take_json("ai.value")
        .or_else(|| attributes.take_json("ai.values"));
    attributes.take("ai.prompt");
    attributes.take_prefixed("ai.embedding");
    let model = attributes.text("gen_ai.request.model");
    let request = match value {
        Some(input) => Some(json!({"model": model, "input": input})),
        None => conversation::request(model, None, prompt, tools),
    };
    let mut message = Map::new();
    if let Some(text) = attributes
        .take("ai.response.text")
        .or_else(|| attributes.take("ai.response.object"))
    {
        message.insert("content".into(), text);
    }
    if let Some(Value::Array(calls)) = attributes.take_json("ai.response.toolCalls") {
        let calls = calls.iter().map(|call| {
            let arguments = if call["args"].is_null() {
                &call["input"]
            } else {
                &call["args"]
            };
            tool_call(&call["toolCallId"], &call["toolName"], arguments)
        });
        message.insert("tool_calls".into(), calls.collect());
    }
    let reason = attributes.take("ai.response.finishReason");
    let response = (!message.is_empty()).then(|| {
        message.insert("role".into(), "assistant".into());
        json!({"choices": [{"index": 0, "message": message, "finish_reason": reason}]})
    });
    Content {
        request,
        response,
        ..Content::default()
    }
}
