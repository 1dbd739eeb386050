//! Conversations as `OpenAI` chat completions.

use super::{Conversation, Frame, Tool, Turn};
use crate::demo::dice::Dice;
use serde_json::{Value, json};

pub(super) fn request(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> Value {
    let mut messages = vec![json!({"role": "system", "content": talk.system})];
    messages.extend(talk.turns.iter().map(message));
    let mut body = json!({"model": frame.model, "messages": messages});
    if frame.is_stream {
        body["stream"] = json!(true);
        body["stream_options"] = json!({"include_usage": true});
    }
    if dice.chance(0.5) {
        body["temperature"] = json!(dice.pick(&[0.0, 0.2, 0.7, 1.0]));
    }
    if !talk.tools.is_empty() {
        body["tools"] = talk.tools.iter().map(|tool| definition(tool)).collect();
        body["tool_choice"] = json!("auto");
    }
    if let Some(schema) = &talk.schema {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": true, "schema": schema},
        });
    }
    body
}

fn definition(tool: &Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.schema(),
    }})
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "content": text}),
        Turn::Image(text, image) => json!({"role": "user", "content": [
            {"type": "text", "text": text},
            {"type": "image_url", "image_url": {"url": image, "detail": "low"}},
        ]}),
        Turn::Assistant(text) => json!({"role": "assistant", "content": text}),
        Turn::Call { .. } => {
            json!({"role": "assistant", "content": null, "tool_calls": [tool_call(turn)]})
        }
        Turn::Result { id, content, .. } => {
            json!({"role": "tool", "tool_call_id": id, "content": content})
        }
    }
}

fn tool_call(turn: &Turn) -> Value {
    match turn {
        Turn::Call {
            id,
            name,
            arguments,
        } => json!({
            "id": id,
            "type": "function",
            "function": {"name": name, "arguments": arguments.to_string()},
        }),
        _ => Value::Null,
    }
}

pub(super) fn response(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> Value {
    let text = talk.answer_text();
    let content = if text.is_empty() {
        Value::Null
    } else {
        json!(text)
    };
    let mut answer = json!({"role": "assistant", "content": content});
    let calls: Vec<_> = talk
        .answer
        .iter()
        .map(tool_call)
        .filter(|call| !call.is_null())
        .collect();
    if !calls.is_empty() {
        answer["tool_calls"] = json!(calls);
    }
    let tokens = &frame.tokens;
    if tokens.reasoning > 0 && !talk.reasoning.is_empty() {
        answer["reasoning_content"] = json!(talk.reasoning);
    }
    json!({
        "id": format!("chatcmpl-{}", dice.hex(24)),
        "object": "chat.completion",
        "created": frame.time.us() / 1_000_000,
        "model": frame.upstream_model,
        "choices": [{
            "index": 0,
            "message": answer,
            "finish_reason": if talk.ends_in_call() { "tool_calls" } else { "stop" },
        }],
        "usage": {
            "prompt_tokens": tokens.input,
            "completion_tokens": tokens.output,
            "total_tokens": tokens.input + tokens.output,
            "prompt_tokens_details": {"cached_tokens": tokens.cache_read},
            "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
        },
    })
}
