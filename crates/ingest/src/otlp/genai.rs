//! Content in the attributes of the semantic conventions, current and past: `gen_ai.input.messages`
//! and its forerunners `gen_ai.prompt`, `gen_ai.prompt.0.role` and the `gen_ai.content.*` events.

use super::attributes::Attributes;
use super::conversation::{self, Content, numbered};
use super::message::SpanEvent;
use serde_json::Value;

pub(super) fn content(attributes: &mut Attributes, events: &mut Vec<SpanEvent>) -> Content {
    let instructions = attributes.take_json("gen_ai.system_instructions");
    let tools = attributes.take_json("gen_ai.tool.definitions");
    let input = (attributes.take_json("gen_ai.input.messages"))
        .or_else(|| attributes.take_json("gen_ai.prompt"))
        .or_else(|| numbered(attributes.take_prefixed("gen_ai.prompt.")))
        .or_else(|| from_event(events, "gen_ai.content.prompt", "gen_ai.prompt"));
    let output = (attributes.take_json("gen_ai.output.messages"))
        .or_else(|| attributes.take_json("gen_ai.completion"))
        .or_else(|| numbered(attributes.take_prefixed("gen_ai.completion.")))
        .or_else(|| from_event(events, "gen_ai.content.completion", "gen_ai.completion"));
    let model = attributes.text("gen_ai.request.model");
    Content {
        request: conversation::request(model, instructions, input, tools),
        response: output.and_then(|output| match output {
            Value::String(text) => Some(conversation::text_response(&text, None)),
            output => conversation::response(output),
        }),
        ..Content::default()
    }
}

fn from_event(events: &mut Vec<SpanEvent>, name: &str, attribute: &str) -> Option<Value> {
    let at = events.iter().position(|event| event.name == name)?;
    let mut attributes = Attributes::new(events.swap_remove(at).attributes);
    attributes.take_json(attribute)
}
