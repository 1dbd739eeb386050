//! Messages of all dialects in one shape, that of the chat API: `{role, content, tool_calls}` and
//! `{index, message, finish_reason}`. What is no message stays as it was sent.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a call was asked and what it answered.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) request: Option<Value>,
    pub(super) response: Option<Value>,
    /// When the answer began, as RFC 3339, where it stands beside the content.
    pub(super) began: Option<String>,
}

/// A request of these messages; nothing when there is no content at all.
pub(super) fn request(
    model: Option<&str>,
    instructions: Option<Value>,
    messages: Option<Value>,
    tools: Option<Value>,
) -> Option<Value> {
    let system = instructions
        .filter(|content| !is_empty(content))
        .map(|content| {
            let mut message = from_parts("system".into(), as_array(content));
            message.pop().unwrap_or_default()
        });
    let messages = messages.map(chat_messages).unwrap_or_default();
    let messages: Vec<Value> = system.into_iter().chain(messages).collect();
    let tools = tools.filter(|tools| !is_empty(tools));
    if messages.is_empty() && tools.is_none() {
        return None;
    }
    let mut request = Map::new();
    if let Some(model) = model {
        request.insert("model".into(), model.into());
    }
    request.insert("messages".into(), messages.into());
    if let Some(tools) = tools {
        request.insert("tools".into(), tools);
    }
    Some(Value::Object(request))
}

/// A response of these messages.
pub(super) fn response(messages: Value) -> Option<Value> {
    let choices: Vec<Value> = as_array(messages)
        .into_iter()
        .filter(|message| !is_empty(message))
        .enumerate()
        .map(|(index, mut message)| {
            let reason = message
                .as_object_mut()
                .and_then(|message| message.remove("finish_reason"));
            let mut messages = chat_messages(message);
            let message = if messages.len() == 1 {
                messages.remove(0)
            } else {
                messages.into()
            };
            json!({"index": index, "message": message, "finish_reason": reason})
        })
        .collect();
    (!choices.is_empty()).then(|| json!({"choices": choices}))
}

/// The text of an answer as a response.
pub(super) fn text_response(text: &str, finish_reason: Option<Value>) -> Value {
    let message = json!({"role": "assistant", "content": text});
    json!({"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]})
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

/// Messages in the shape of the chat API: from message parts, from the items of the Responses API,
/// or as they are.
fn chat_messages(messages: Value) -> Vec<Value> {
    if let Value::String(text) = messages {
        return vec![json!({"role": "user", "content": text})];
    }
    as_array(messages)
        .into_iter()
        .flat_map(chat_message)
        .collect()
}

fn chat_message(mut message: Value) -> Vec<Value> {
    if let Some(Value::Array(parts)) = message.get_mut("parts").map(Value::take) {
        let role = message["role"].as_str().unwrap_or("user");
        return from_parts(role.into(), parts);
    }
    if message["type"] == "function_call" {
        let call = tool_call(&message["call_id"], &message["name"], &message["arguments"]);
        return vec![json!({"role": "assistant", "tool_calls": [call]})];
    }
    vec![message]
}

/// A message of parts becomes one message, and one more per tool result.
fn from_parts(role: String, parts: Vec<Value>) -> Vec<Value> {
    let (mut content, mut calls, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part["type"].as_str() {
            Some("text") => content.push(json!({"type": "text", "text": part["content"]})),
            Some("reasoning") => {
                content.push(json!({"type": "reasoning", "text": part["content"]}));
            }
            Some("tool_call") => {
                calls.push(tool_call(&part["id"], &part["name"], &part["arguments"]));
            }
            Some("tool_call_response") => {
                let answer = if part["response"].is_null() {
                    &part["result"]
                } else {
                    &part["response"]
                };
                results.push(json!({
                    "role": "tool", "tool_call_id": part["id"], "content": as_text(answer)
                }));
            }
            Some("blob") if part["modality"] == "image" => {
                let kind = part["mime_type"].as_str().unwrap_or("image/png");
                let data = part["content"].as_str().unwrap_or_default();
                let url = format!("data:{kind};base64,{data}");
                content.push(json!({"type": "image_url", "image_url": {"url": url}}));
            }
            Some("uri") if part["modality"] == "image" => {
                content.push(json!({"type": "image_url", "image_url": {"url": part["uri"]}}));
            }
            _ => content.push(part),
        }
    }
    let mut messages = Vec::new();
    if !content.is_empty() || !calls.is_empty() || results.is_empty() {
        let mut message = json!({"role": role, "content": joined(content)});
        if !calls.is_empty() {
            message["tool_calls"] = calls.into();
        }
        messages.push(message);
    }
    messages.extend(results);
    messages
}

/// One text stands alone; anything else is a list of parts.
fn joined(mut content: Vec<Value>) -> Value {
    match content.as_mut_slice() {
        [] => Value::Null,
        [part] if part["type"] == "text" && part["text"].is_string() => part["text"].take(),
        _ => content.into(),
    }
}

/// Arguments are JSON in a text, as in the chat API.
pub(super) fn tool_call(id: &Value, name: &Value, arguments: &Value) -> Value {
    let function = json!({"name": name, "arguments": as_text(arguments)});
    json!({"id": id, "type": "function", "function": function})
}

/// A text as it is, nothing as an empty one, anything else as JSON.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

pub(super) fn as_array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

/// Messages from attributes that are numbered, `0.role`, `0.content`, `0.tool_calls.0.name`, …
pub(super) fn numbered(attributes: Map<String, Value>) -> Option<Value> {
    let mut messages: BTreeMap<usize, Map<String, Value>> = BTreeMap::new();
    let mut calls: BTreeMap<(usize, usize), Map<String, Value>> = BTreeMap::new();
    let mut parts: BTreeMap<(usize, usize), Map<String, Value>> = BTreeMap::new();
    for (path, value) in attributes {
        // The wrappers `message`, `tool_call` and `message_content` say nothing.
        let steps: Vec<&str> = path
            .split('.')
            .filter(|step| !["message", "tool_call", "function", "message_content"].contains(step))
            .collect();
        match steps.as_slice() {
            [at, "tool_calls", call, name] => {
                let Some(at) = pair(at, call) else { continue };
                calls.entry(at).or_default().insert((*name).into(), value);
            }
            [at, "contents", part, name] => {
                let Some(at) = pair(at, part) else { continue };
                parts.entry(at).or_default().insert((*name).into(), value);
            }
            [at, name] => {
                let Ok(at) = at.parse() else { continue };
                messages
                    .entry(at)
                    .or_default()
                    .insert((*name).into(), value);
            }
            _ => {}
        }
    }
    for ((at, _), call) in calls {
        let get = |name: &str| call.get(name).cloned().unwrap_or_default();
        let call = tool_call(&get("id"), &get("name"), &get("arguments"));
        push_to(messages.entry(at).or_default(), "tool_calls", call);
    }
    for ((at, _), part) in parts {
        push_to(
            messages.entry(at).or_default(),
            "content",
            Value::Object(part),
        );
    }
    let messages: Vec<Value> = messages.into_values().map(Value::Object).collect();
    (!messages.is_empty()).then(|| messages.into())
}

fn push_to(message: &mut Map<String, Value>, name: &str, item: Value) {
    let list = message
        .entry(name)
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.push(item);
    }
}

fn pair(first: &str, second: &str) -> Option<(usize, usize)> {
    Some((first.parse().ok()?, second.parse().ok()?))
}
