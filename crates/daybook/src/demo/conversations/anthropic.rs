//! Conversations as Anthropic messages.

use super::{Conversation, Frame, Turn};
use crate::demo::dice::Dice;
use serde_json::{Value, json};

pub(super) fn request(talk: &Conversation, frame: &Frame<'_>) -> Value {
    let mut body = json!({
        "model": frame.model,
        "max_tokens": 4096,
        "system": [{"type": "text", "text": talk.system, "cache_control": {"type": "ephemeral"}}],
        "messages": talk.turns.iter().map(message).collect::<Vec<_>>(),
    });
    if frame.is_stream {
        body["stream"] = json!(true);
    }
    if frame.tokens.reasoning > 0 {
        body["thinking"] = json!({"type": "enabled", "budget_tokens": 2048});
    }
    if !talk.tools.is_empty() {
        let definitions = talk.tools.iter().map(|tool| {
            json!({
                "name": tool.name,
                "description": tool.description,
                "input_schema": tool.schema(),
            })
        });
        body["tools"] = definitions.collect();
    }
    body
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "content": text}),
        Turn::Image(text, image) => {
            let data = image.split_once(',').map_or(*image, |(_, data)| data);
            let source = json!({"type": "base64", "media_type": "image/png", "data": data});
            json!({"role": "user", "content": [
                {"type": "image", "source": source},
                {"type": "text", "text": text},
            ]})
        }
        Turn::Assistant(_) | Turn::Call { .. } => {
            json!({"role": "assistant", "content": [block(turn)]})
        }
        Turn::Result { id, content, .. } => json!({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": id, "content": content},
        ]}),
    }
}

fn block(turn: &Turn) -> Value {
    match turn {
        Turn::Call {
            id,
            name,
            arguments,
        } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": arguments})
        }
        Turn::Assistant(text) => json!({"type": "text", "text": text}),
        _ => Value::Null,
    }
}

pub(super) fn response(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> Value {
    let tokens = &frame.tokens;
    let mut content = Vec::new();
    if tokens.reasoning > 0 && !talk.reasoning.is_empty() {
        let signature = dice.hex(64);
        content.push(json!({
            "type": "thinking", "thinking": talk.reasoning, "signature": signature,
        }));
    }
    content.extend(talk.answer.iter().map(block));
    json!({
        "id": format!("msg_01{}", dice.hex(22)),
        "type": "message",
        "role": "assistant",
        "model": frame.upstream_model,
        "content": content,
        "stop_reason": if talk.ends_in_call() { "tool_use" } else { "end_turn" },
        "usage": {
            // This protocol counts cached tokens beside the input, not within it.
            "input_tokens": tokens.input - tokens.cache_read - tokens.cache_write,
            "cache_read_input_tokens": tokens.cache_read,
            "cache_creation_input_tokens": tokens.cache_write,
            "output_tokens": tokens.output,
        },
    })
}
