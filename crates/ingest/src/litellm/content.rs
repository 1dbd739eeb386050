//! Prompt and answer. They may be megabytes: their JSON is copied, not parsed.

use super::payload::Payload;
use daybook_model::Event;
use daybook_model::value::write_json_text;
use serde_json::{Map, Value};

pub(super) fn apply(payload: &Payload<'_>, parameters: &Map<String, Value>, event: &mut Event) {
    if let Some(request) = request(payload, parameters, event.text("platform_model")) {
        event.set_json("request", request);
    }
    if let Some(response) = payload.compact("response") {
        event.set_json("response", response);
    }
}

fn request(
    payload: &Payload<'_>,
    parameters: &Map<String, Value>,
    model: Option<&str>,
) -> Option<String> {
    let messages = payload.compact("messages").filter(|messages| {
        // What LiteLLM puts when it refused a call before reading it.
        messages.len() > 256 || !messages.contains("default-message-value")
    });
    let asked = ["tools", "instructions", "system"]
        .into_iter()
        .filter_map(|name| Some((name, parameters.get(name).filter(|value| !is_empty(value))?)));
    let asked: Vec<_> = asked.collect();
    if messages.is_none() && asked.is_empty() {
        return None;
    }
    let mut out = String::from("{");
    let mut put = |name: &str, json: &str| {
        if out.len() > 1 {
            out.push(',');
        }
        write_json_text(name, &mut out);
        out.push(':');
        out.push_str(json);
    };
    if let Some(model) = model {
        put("model", &Value::from(model).to_string());
    }
    if let Some(messages) = messages {
        // A bare text is the input of an embedding or of the Responses API.
        put(
            if messages.starts_with('[') {
                "messages"
            } else {
                "input"
            },
            &messages,
        );
    }
    for (name, value) in asked {
        put(name, &value.to_string());
    }
    out.push('}');
    Some(out)
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
