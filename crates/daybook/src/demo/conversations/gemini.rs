//! Conversations as Gemini contents.

use super::{Conversation, Frame, Turn};
use crate::demo::dice::Dice;
use serde_json::{Value, json};

pub(super) fn request(talk: &Conversation, dice: &mut Dice) -> Value {
    let mut config = json!({"temperature": dice.pick(&[0.2, 0.7, 1.0]), "maxOutputTokens": 8192});
    if let Some(schema) = &talk.schema {
        config["responseMimeType"] = json!("application/json");
        config["responseSchema"] = schema.clone();
    }
    let mut body = json!({
        "systemInstruction": {"parts": [{"text": talk.system}]},
        "contents": talk.turns.iter().map(content).collect::<Vec<_>>(),
        "generationConfig": config,
    });
    if !talk.tools.is_empty() {
        let declarations: Vec<_> = talk
            .tools
            .iter()
            .map(|tool| {
                json!({
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.schema(),
                })
            })
            .collect();
        body["tools"] = json!([{"functionDeclarations": declarations}]);
    }
    body
}

fn content(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "parts": [{"text": text}]}),
        Turn::Image(text, image) => {
            let data = image.split_once(',').map_or(*image, |(_, data)| data);
            json!({"role": "user", "parts": [
                {"text": text},
                {"inlineData": {"mimeType": "image/png", "data": data}},
            ]})
        }
        Turn::Assistant(_) | Turn::Call { .. } => json!({"role": "model", "parts": [part(turn)]}),
        Turn::Result { name, content, .. } => json!({"role": "user", "parts": [
            {"functionResponse": {"name": name, "response": {"result": content}}},
        ]}),
    }
}

fn part(turn: &Turn) -> Value {
    match turn {
        Turn::Call {
            name, arguments, ..
        } => {
            json!({"functionCall": {"name": name, "args": arguments}})
        }
        Turn::Assistant(text) => json!({"text": text}),
        _ => Value::Null,
    }
}

pub(super) fn response(talk: &Conversation, frame: &Frame<'_>, dice: &mut Dice) -> Value {
    let tokens = &frame.tokens;
    let mut parts = Vec::new();
    if tokens.reasoning > 0 && !talk.reasoning.is_empty() {
        parts.push(json!({"text": talk.reasoning, "thought": true}));
    }
    parts.extend(talk.answer.iter().map(part));
    json!({
        "candidates": [{
            "index": 0,
            "content": {"role": "model", "parts": parts},
            "finishReason": "STOP",
        }],
        "usageMetadata": {
            "promptTokenCount": tokens.input,
            "cachedContentTokenCount": tokens.cache_read,
            // This protocol counts thoughts beside the candidates, not within them.
            "candidatesTokenCount": tokens.output - tokens.reasoning,
            "thoughtsTokenCount": tokens.reasoning,
            "totalTokenCount": tokens.input + tokens.output,
        },
        "modelVersion": frame.upstream_model,
        "responseId": dice.hex(20),
    })
}
