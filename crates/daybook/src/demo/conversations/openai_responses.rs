//! Conversations as `OpenAI` responses.

use super::{Conversation, Frame, Turn};
use crate::demo::dice::Dice;
use serde_json::{Value, json};

pub(super) fn request(talk: &Conversation, frame: &Frame<'_>) -> Value {
    let mut body = json!({
        "model": frame.model,
        "instructions": talk.system,
        "input": talk.turns.iter().map(item).collect::<Vec<_>>(),
        "reasoning": {"effort": "medium", "summary": "auto"},
        "store": false,
        "stream": frame.is_stream,
    });
    if !talk.tools.is_empty() {
        let definitions = talk.tools.iter().map(|tool| {
            json!({
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.schema(),
                "strict": true,
            })
        });
        body["tools"] = definitions.collect();
    }
    if let Some(schema) = &talk.schema {
        body["text"] = json!({"format": {
            "type": "json_schema", "name": "answer", "strict": true, "schema": schema,
        }});
    }
    body
}

fn item(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "content": text}),
        Turn::Image(text, image) => json!({"role": "user", "content": [
            {"type": "input_text", "text": text},
            {"type": "input_image", "image_url": image},
        ]}),
        Turn::Assistant(text) => json!({
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text}],
        }),
        Turn::Call {
            id,
            name,
            arguments,
        } => json!({
            "type": "function_call",
            "call_id": id,
            "name": name,
            "arguments": arguments.to_string(),
        }),
        Turn::Result { id, content, .. } => {
            json!({"type": "function_call_output", "call_id": id, "output": content})
        }
    }
}

pub(super) fn response(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> Value {
    let tokens = &frame.tokens;
    let mut output = Vec::new();
    if tokens.reasoning > 0 {
        let summary = match talk.reasoning.as_str() {
            "" => json!([]),
            text => json!([{"type": "summary_text", "text": text}]),
        };
        let id = format!("rs_{}", dice.hex(24));
        output.push(json!({"type": "reasoning", "id": id, "summary": summary}));
    }
    for turn in &talk.answer {
        let mut answer = item(turn);
        let is_call = matches!(turn, Turn::Call { .. });
        let prefix = if is_call { "fc" } else { "msg" };
        answer["id"] = json!(format!("{prefix}_{}", dice.hex(24)));
        answer["status"] = json!("completed");
        output.push(answer);
    }
    json!({
        "id": format!("resp_{}", dice.hex(32)),
        "object": "response",
        "created_at": frame.time.us() / 1_000_000,
        "status": "completed",
        "model": frame.upstream_model,
        "output": output,
        "usage": {
            "input_tokens": tokens.input,
            "input_tokens_details": {"cached_tokens": tokens.cache_read},
            "output_tokens": tokens.output,
            "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
            "total_tokens": tokens.input + tokens.output,
        },
    })
}
