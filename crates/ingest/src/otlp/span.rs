//! Spans. One that tells of a request to a model becomes a usage event; another that failed a
//! system event.

use super::attributes::Attributes;
use super::decode::Source;
use super::ids::{Ids, time_us};
use super::message::{Span, SpanEvent};
use super::{Normalised, call, genai, langfuse, openinference, system, vercel};
use daybook_model::logstore::Write;
use daybook_model::{Event, Timestamp};

/// Who describes the call, in order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Langfuse,
    OpenInference,
    Vercel,
    GenAi,
}

pub(super) fn normalise(mut span: Span, source: &Source, out: &mut Normalised) {
    let Some(ids) = Ids::new(&span.trace_id, &span.span_id) else {
        return out.reject("a span without a usable trace id and span id");
    };
    let Some(start_us) = time_us(span.start_time_unix_nano).or(time_us(span.end_time_unix_nano))
    else {
        return out.reject("a span without a start time");
    };
    let attributes = Attributes::new(std::mem::take(&mut span.attributes));
    let failure = Failure::of(&span, &attributes);
    if let Some(dialect) = dialect(&attributes) {
        let told = Told {
            ids,
            start_us,
            span,
            attributes,
            failure,
        };
        let event = usage(dialect, told, source, out);
        return out.writes.push(Write::Amend(event));
    }
    match failure.filter(|failure| failure.is_status) {
        Some(failure) => {
            let event = system::span(&ids, start_us, &span.name, failure.text, attributes, source);
            out.writes.push(Write::Append(event));
        }
        None => out.dropped += 1,
    }
}

/// What a span tells of a call.
struct Told {
    ids: Ids,
    start_us: i64,
    span: Span,
    attributes: Attributes,
    failure: Option<Failure>,
}

/// Which dialect tells of a model call here, if one does.
fn dialect(attributes: &Attributes) -> Option<Dialect> {
    if let Some(kind) = attributes.text("langfuse.observation.type") {
        return ["generation", "embedding"]
            .contains(&kind)
            .then_some(Dialect::Langfuse);
    }
    if let Some(kind) = attributes.text("openinference.span.kind") {
        return ["LLM", "EMBEDDING"]
            .contains(&kind)
            .then_some(Dialect::OpenInference);
    }
    if let Some(operation) = attributes.text("ai.operationId") {
        return vercel::is_call(operation).then_some(Dialect::Vercel);
    }
    is_model_operation(attributes).then_some(Dialect::GenAi)
}

/// Whether attributes of the semantic conventions tell of a request to a model. Agents, tools and
/// workflows have operations, too; before 1.27 there was none.
pub(super) fn is_model_operation(attributes: &Attributes) -> bool {
    let operations = [
        "chat",
        "embeddings",
        "text_completion",
        "generate_content",
        // OpenLLMetry's `llm.request.type`
        "completion",
        "embedding",
    ];
    match attributes.text("gen_ai.operation.name") {
        Some(operation) => operations.contains(&operation),
        None => {
            attributes.has("gen_ai.request.model")
                && (attributes.has("gen_ai.provider.name")
                    || attributes.has("gen_ai.usage.input_tokens"))
        }
    }
}

/// Why a span failed.
struct Failure {
    text: String,
    /// The span's status says so, not only an attribute.
    is_status: bool,
}

impl Failure {
    fn of(span: &Span, attributes: &Attributes) -> Option<Self> {
        let status = span.status.as_ref().filter(|status| status.code == 2);
        let level = attributes.text("langfuse.observation.level") == Some("ERROR");
        let kind = attributes.text("error.type");
        if status.is_none() && !level && kind.is_none() {
            return None;
        }
        let exception = span.events.iter().find(|event| event.name == "exception");
        let exception = exception.and_then(|event| {
            let mut attributes = Attributes::new(event.attributes.clone());
            attributes.take_text("exception.message")
        });
        let text = (status.map(|status| status.message.clone()))
            .filter(|text| !text.is_empty())
            .or_else(|| {
                attributes
                    .text("langfuse.observation.status_message")
                    .map(str::to_owned)
            })
            .or(exception)
            .or_else(|| kind.map(str::to_owned))
            .unwrap_or_else(|| "failed without a message".into());
        Some(Self {
            text,
            is_status: status.is_some(),
        })
    }
}

fn usage(dialect: Dialect, told: Told, source: &Source, out: &mut Normalised) -> Event {
    let Told {
        ids,
        start_us,
        mut span,
        mut attributes,
        failure,
    } = told;
    let first_token_us = first_token_us(&span.events);
    let content = match dialect {
        Dialect::Langfuse => langfuse::translate(&mut attributes, failure.is_some()),
        Dialect::OpenInference => openinference::translate(&mut attributes, &span.name),
        Dialect::Vercel => vercel::translate(&mut attributes),
        Dialect::GenAi => genai::content(&mut attributes, &mut span.events),
    };
    let began = content
        .began
        .as_deref()
        .and_then(|time| Timestamp::parse(time).ok());
    let first_token_us = first_token_us
        .or_else(|| Some(began?.us()))
        .filter(|first| *first >= start_us);
    attributes.take("langfuse.observation.level");
    attributes.take("langfuse.observation.status_message");
    let status = attributes.take_integer("http.response.status_code");
    system::add_source(&mut attributes, source);

    let mut event = call::event(&ids, attributes, content, &source.scope, &span.name);
    event.time = Timestamp::from_us(start_us);
    match time_us(span.end_time_unix_nano) {
        Some(end_us) if end_us >= start_us => {
            event.set_integer("latency_ms", to_ms(end_us - start_us));
        }
        _ => out.note("a span that ends before it starts: stored without its latency"),
    }
    if let Some(first_us) = first_token_us {
        if event.integer("ttft_ms").is_none() {
            event.set_integer("ttft_ms", to_ms(first_us - start_us));
        }
        if event.get(event.field("is_stream")).is_none() {
            event.set_boolean("is_stream", true);
        }
    }
    event.set_text(
        "outcome",
        if failure.is_some() {
            "error"
        } else {
            "success"
        },
    );
    let status = status.or_else(|| call::status_in(&failure.as_ref()?.text));
    if let Some(status) = status.filter(|status| (100..600).contains(status)) {
        event.set_integer("status_code", status);
    }
    if let Some(failure) = failure {
        event.set_text("error", failure.text);
    }
    event
}

/// When a streamed answer began, by the span events of OpenLLMetry, OpenInference and Vercel.
fn first_token_us(events: &[SpanEvent]) -> Option<i64> {
    let names = [
        "gen_ai.content.completion.chunk",
        "First Token Stream Event",
        "ai.stream.firstChunk",
    ];
    let chunks = events
        .iter()
        .filter(|event| names.contains(&event.name.as_str()));
    chunks
        .filter_map(|event| time_us(event.time_unix_nano))
        .min()
}

fn to_ms(us: i64) -> i64 {
    us.saturating_add(500) / 1000
}
