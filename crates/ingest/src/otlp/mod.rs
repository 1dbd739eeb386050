//! OTLP: spans and log records of instrumented programs. What tells of a model call becomes a usage
//! event; other errors and warnings become system events; the rest is counted and dropped.

mod attributes;
mod call;
mod conversation;
mod decode;
mod genai;
mod ids;
mod langfuse;
mod message;
mod openinference;
mod pieces;
mod record;
mod span;
mod system;
mod vercel;

pub(crate) use attributes::count;
pub use pieces::{Piece, assemble};

use daybook_model::logstore::Write;

/// How a message is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Binary protobuf.
    Protobuf,
    /// The JSON form of OTLP.
    Json,
}

/// Why a message could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    /// The bytes are no protobuf message of this kind.
    #[error("not a valid protobuf message: {0}")]
    Protobuf(String),
    /// The bytes are no JSON message of this kind.
    #[error("not a valid JSON message: {0}")]
    Json(String),
}

/// What became of a message.
#[derive(Debug, Default)]
pub struct Normalised {
    /// Events to store. [`Event::admit`](daybook_model::Event::admit) must follow.
    pub writes: Vec<Write>,
    /// Parts of conversations that wait for their call, see [`assemble`].
    pub pieces: Vec<Piece>,
    /// Spans or records that could not be used.
    pub rejected: u64,
    /// Spans or records that tell of nothing Daybook keeps.
    pub dropped: u64,
    /// Why the first was rejected and how many more were; without any, how the first was mended.
    pub message: Option<String>,
    /// Why the first was rejected.
    reason: Option<String>,
}

impl Normalised {
    fn reject(&mut self, reason: &str) {
        self.rejected += 1;
        let first = self.reason.get_or_insert_with(|| reason.into());
        self.message = Some(match self.rejected - 1 {
            0 => first.clone(),
            more => format!("{first}; {more} more rejected"),
        });
    }

    fn note(&mut self, message: &str) {
        self.message.get_or_insert_with(|| message.into());
    }
}

/// The id of the usage event of a span.
pub fn usage_id(trace_id: &str, span_id: &str) -> String {
    format!("{trace_id}-{span_id}")
}

/// Reads an `ExportTraceServiceRequest`.
///
/// # Errors
/// When the message as a whole cannot be read.
pub fn traces(body: &[u8], encoding: Encoding) -> Result<Normalised, OtlpError> {
    let mut out = Normalised::default();
    for group in decode::spans(body, encoding)? {
        for item in group.items {
            match item {
                Ok(span) => span::normalise(span, &group.source, &mut out),
                Err(error) => out.reject(&format!("a span that cannot be read: {error}")),
            }
        }
    }
    Ok(out)
}

/// Reads an `ExportLogsServiceRequest`.
///
/// # Errors
/// When the message as a whole cannot be read.
pub fn logs(body: &[u8], encoding: Encoding) -> Result<Normalised, OtlpError> {
    let mut out = Normalised::default();
    for group in decode::records(body, encoding)? {
        for item in group.items {
            match item {
                Ok(record) => record::normalise(record, &group.source, &mut out),
                Err(error) => out.reject(&format!("a log record that cannot be read: {error}")),
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Event;
    use serde_json::{Value, json};

    fn span(attributes: &[(&str, Value)]) -> Value {
        let attributes = attributes
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}));
        let attributes: Vec<Value> = attributes.collect();
        json!({
            "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "call",
            "startTimeUnixNano": "1763600000000000000", "endTimeUnixNano": "1763600001500000000",
            "attributes": attributes
        })
    }

    fn exported(spans: &[Value]) -> Normalised {
        let message = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
        traces(message.to_string().as_bytes(), Encoding::Json).unwrap()
    }

    fn call(attributes: &[(&str, Value)]) -> Event {
        let mut normalised = exported(&[span(attributes)]);
        assert_eq!(normalised.rejected, 0, "{normalised:?}");
        normalised.writes.remove(0).event().clone()
    }

    fn text(text: &str) -> Value {
        json!({"stringValue": text})
    }

    /// A call of the semantic conventions with these attributes.
    fn chat(attributes: &[(&str, Value)]) -> Event {
        let mut all = vec![("gen_ai.operation.name", text("chat"))];
        all.extend_from_slice(attributes);
        call(&all)
    }

    fn details(event: &Event) -> Value {
        serde_json::from_str(event.json("details").unwrap_or("{}")).unwrap()
    }

    #[test]
    fn what_was_rejected_is_counted_and_the_first_named() {
        let mut no_id = span(&[]);
        no_id["spanId"] = "".into();
        let mut no_time = span(&[]);
        no_time["startTimeUnixNano"] = 0.into();
        no_time["endTimeUnixNano"] = 0.into();
        let mut backwards = span(&[("gen_ai.operation.name", text("chat"))]);
        backwards["endTimeUnixNano"] = 1.into();
        let normalised = exported(&[backwards.clone(), no_id.clone()]);
        assert_eq!(
            (normalised.rejected, normalised.message.as_deref()),
            (1, Some("a span without a usable trace id and span id")),
            "a reason to reject comes before a remark"
        );
        let normalised = exported(&[no_id, no_time, json!({"traceId": 5}), backwards]);
        assert_eq!(
            (normalised.rejected, normalised.message.as_deref()),
            (
                3,
                Some("a span without a usable trace id and span id; 2 more rejected")
            )
        );
    }

    #[test]
    fn what_cannot_be_used_is_left_out_and_named() {
        let input = "gen_ai.usage.input_tokens";
        let output = ("gen_ai.usage.output_tokens", json!({"intValue": "10"}));
        let broken = [
            text("many"),
            json!({"intValue": -5}),
            json!({"intValue": "5x"}),
            json!({"doubleValue": 1.5}),
            json!({"doubleValue": "NaN"}),
            json!({"boolValue": true}),
            json!({"arrayValue": {"values": [{"intValue": 3}]}}),
        ];
        for value in broken {
            let sent = [(input, value.clone()), output.clone()];
            let event = chat(&sent);
            assert_eq!(event.integer("input_tokens"), None, "{value}");
            assert_eq!(event.integer("output_tokens"), Some(10), "{value}");
            assert_eq!(details(&event)["unusable"], json!([input]), "{value}");
            let total = ("gen_ai.usage.total_tokens", json!({"intValue": 30}));
            let event = chat(&[sent.as_slice(), &[total]].concat());
            assert_eq!(event.integer("input_tokens"), Some(20), "the total tells");
            assert_eq!(details(&event)["unusable"], json!([input]));
        }
        let event = chat(&[
            ("gen_ai.usage.cost", text("NaN")),
            ("gen_ai.request.model", json!({"kvlistValue": {}})),
            ("gen_ai.request.stream", text("maybe")),
            ("gen_ai.response.time_to_first_chunk", text("-1")),
        ]);
        let names = [
            "gen_ai.request.model",
            "gen_ai.request.stream",
            "gen_ai.response.time_to_first_chunk",
            "gen_ai.usage.cost",
        ];
        assert_eq!(details(&event)["unusable"], json!(names));
        assert_eq!(event.integer("cost"), None);
        let fine = chat(&[(input, json!({"intValue": 5.0})), output]);
        assert_eq!(fine.integer("input_tokens"), Some(5));
        assert!(details(&fine).get("unusable").is_none());
    }

    #[test]
    fn cached_tokens_are_a_part_unless_they_cannot_be() {
        let tokens = |input: u64, read: u64, total: Option<u64>| {
            let count = |count: u64| json!({"intValue": count});
            let mut sent = vec![
                ("gen_ai.usage.input_tokens", count(input)),
                ("gen_ai.usage.output_tokens", count(5)),
                ("gen_ai.usage.cache_read.input_tokens", count(read)),
            ];
            sent.extend(total.map(|total| ("gen_ai.usage.total_tokens", count(total))));
            chat(&sent).integer("input_tokens")
        };
        assert_eq!(tokens(10, 4, None), Some(10));
        assert_eq!(tokens(10, 10, Some(15)), Some(10));
        assert_eq!(tokens(10, 40, None), Some(50), "as Anthropic counts");
        assert_eq!(tokens(10, 4, Some(19)), Some(14), "the total says so");
    }

    fn generation(attributes: &[(&str, Value)]) -> Event {
        let mut all = vec![("langfuse.observation.type", text("generation"))];
        all.extend_from_slice(attributes);
        call(&all)
    }

    #[test]
    fn tokens_of_langfuse_hold_their_details() {
        let usage = |usage: Value| {
            (
                "langfuse.observation.usage_details",
                text(&usage.to_string()),
            )
        };
        let sent = json!({"input": 6, "input_cached_tokens": 4, "output": 2, "output_reasoning_tokens": 1});
        // Its own attributes come before those of the conventions.
        let other = ("gen_ai.usage.input_tokens", json!({"intValue": 6}));
        let event = generation(&[usage(sent), other]);
        let names = [
            "input_tokens",
            "cache_read_tokens",
            "output_tokens",
            "reasoning_tokens",
        ];
        assert_eq!(
            names.map(|name| event.integer(name)),
            [10, 4, 3, 1].map(Some)
        );
        let event = generation(&[usage(json!({"input": "six", "output": 2, "total": 8}))]);
        assert_eq!(event.integer("input_tokens"), Some(6));
        assert_eq!(
            details(&event)["unusable"],
            json!(["gen_ai.usage.input_tokens"])
        );
        let event = generation(&[usage(json!([6, 2]))]);
        assert_eq!(
            details(&event)["unusable"],
            json!(["langfuse.observation.usage_details"])
        );
    }

    #[test]
    fn prompt_and_answer_of_langfuse_are_read_alike() {
        for (sent, stored) in [("a", "a"), ("\"a\"", "a"), ("42", "42"), ("null", "null")] {
            let event = generation(&[
                ("langfuse.observation.input", text(sent)),
                ("langfuse.observation.output", text(sent)),
            ]);
            let payload =
                |name: &str| -> Value { serde_json::from_str(event.json(name).unwrap()).unwrap() };
            assert_eq!(payload("request")["messages"][0]["content"], stored);
            let answer = payload("response");
            assert_eq!(answer["choices"][0]["message"]["content"], stored);
        }
        let event = generation(&[("langfuse.observation.output", text("{\"a\": 1}"))]);
        assert!(event.json("response").unwrap().contains(r#"{\"a\": 1}"#));
    }
}
