//! A model call: from attributes under their current names to a usage event. Spans and the records
//! that tell of the same call share it.

use super::attributes::{Attributes, float};
use super::conversation::Content;
use super::ids::Ids;
use crate::tokens::Tokens;
use crate::{bounded, provider};
use daybook_model::{Event, NanoUsd, Stream};
use serde_json::{Map, Value};

/// Builds the event of a call, without its times and outcome.
pub(super) fn event(
    ids: &Ids,
    mut attributes: Attributes,
    content: Content,
    scope: &str,
    span_name: &str,
) -> Event {
    let mut event = Event::new(Stream::Usage);
    event.id = super::usage_id(&ids.trace, &ids.span).into();
    event.set_text("trace_id", ids.trace.as_str());
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            event.set_text(name, value);
        }
    };
    let model = attributes.take_text("gen_ai.request.model");
    let served = attributes.take_text("gen_ai.response.model");
    let provider = attributes
        .take_text("gen_ai.provider.name")
        .map(|name| provider::current(&name));
    let operation = attributes
        .take_text("gen_ai.operation.name")
        .unwrap_or_default();
    let api = attributes.take_text("openai.api.type");
    let protocol = protocol(
        &operation,
        provider.as_deref().unwrap_or(""),
        api.as_deref(),
        scope,
        span_name,
    );
    set("platform_model", model);
    set("upstream_model", served);
    set("provider", provider);
    set(
        "endpoint",
        protocol.and_then(provider::endpoint).map(str::to_owned),
    );
    set("protocol", protocol.map(str::to_owned));
    set("user_id", attributes.take_text("user.id"));
    if let Some(stream) = attributes.take_boolean("gen_ai.request.stream") {
        event.set_boolean("is_stream", stream);
    }
    let first = attributes.take_as("gen_ai.response.time_to_first_chunk", |value| {
        float(value).filter(|seconds| (0.0..1e9).contains(seconds))
    });
    if let Some(seconds) = first {
        event.set_integer("ttft_ms", (seconds * 1000.0).round() as i64);
    }
    take_tokens(&mut attributes).apply(&mut event);
    take_cost(&mut attributes, &mut event);
    if let Some(request) = content.request {
        event.set_json("request", request.to_string());
    }
    if let Some(response) = content.response {
        event.set_json("response", response.to_string());
    }
    bounded::set_object(&mut event, "metadata", take_metadata(&mut attributes));
    bounded::set_object(&mut event, "details", attributes.into_rest());
    bounded::cut_texts(&mut event);
    event
}

fn take_tokens(attributes: &mut Attributes) -> Tokens {
    let sent = ["input_tokens", "output_tokens"]
        .map(|name| attributes.has(&format!("gen_ai.usage.{name}")));
    let mut take = |name: &str| attributes.take_count(&format!("gen_ai.usage.{name}"));
    let mut tokens = Tokens {
        input: take("input_tokens"),
        output: take("output_tokens"),
        total: take("total_tokens"),
        cache_read: take("cache_read.input_tokens"),
        cache_write: take("cache_write.input_tokens"),
        reasoning: take("reasoning.output_tokens"),
    };
    // A half that cannot be used is what the total leaves for it: else the total, which is stored
    // as the sum of both, would shrink to the other half.
    let left = |half: i64| tokens.total?.checked_sub(half).filter(|left| *left >= 0);
    match (tokens.input, tokens.output, sent) {
        (None, Some(output), [true, _]) => tokens.input = left(output),
        (Some(input), None, [_, true]) => tokens.output = left(input),
        _ => {}
    }
    tokens
}

/// A cost in USD as the sender reports it; other currencies stay in the details.
fn take_cost(attributes: &mut Attributes, event: &mut Event) {
    let currency = attributes.text("gen_ai.usage.cost.currency");
    if currency.is_some_and(|currency| !currency.eq_ignore_ascii_case("usd")) {
        return;
    }
    let cost = attributes.take_as("gen_ai.usage.cost", |cost| {
        let cost = match cost {
            Value::Number(number) => NanoUsd::from_json(number),
            Value::String(text) => NanoUsd::parse(text.trim()),
            _ => return None,
        };
        cost.ok().filter(|cost| cost.0 >= 0)
    });
    if let Some(NanoUsd(cost)) = cost {
        event.set_integer("cost", cost);
        event.set_text("cost_source", "reported");
    }
}

/// The caller's tags, where the dialects keep them.
fn take_metadata(attributes: &mut Attributes) -> Map<String, Value> {
    let mut metadata = attributes.take_prefixed("metadata.");
    metadata.extend(attributes.take_prefixed("traceloop.association.properties."));
    for (name, key) in [
        ("session.id", "session_id"),
        ("gen_ai.conversation.id", "conversation_id"),
    ] {
        if let Some(value) = attributes.take(name) {
            metadata.insert(key.into(), value);
        }
    }
    metadata
}

/// The wire protocol, where operation, provider and instrumented library tell it.
fn protocol(
    operation: &str,
    provider: &str,
    api: Option<&str>,
    scope: &str,
    span_name: &str,
) -> Option<&'static str> {
    let is_openai = ["openai", "azure.ai.openai"].contains(&provider)
        || scope.contains("openai")
        || api.is_some();
    let is_langfuse = span_name.starts_with("OpenAI-");
    let is_responses = api == Some("responses") || span_name == "openai.response";
    match operation {
        "embeddings" | "embedding" if is_openai || is_langfuse => Some("openai_embeddings"),
        "text_completion" | "completion" if is_openai => Some("openai_completions"),
        "chat" | "generate_content" if is_responses => Some("openai_responses"),
        "chat" if is_openai => Some("openai_chat"),
        "chat" if provider == "anthropic" => Some("anthropic_messages"),
        "chat" | "generate_content" if provider.starts_with("gcp.") => Some("gemini"),
        "generate_content" => Some("gemini"),
        _ => None,
    }
}

/// The HTTP status inside an error text of `openai`'s libraries: `Error code: 429 - …`.
pub(super) fn status_in(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once("Error code: ")?;
    let digits = rest.get(..3)?;
    digits
        .parse()
        .ok()
        .filter(|status| (100..600).contains(status))
}
