//! What real clients sent, and what must be stored of it. The fixtures were recorded from the
//! clients; `*.expected.jsonl` says what each call was.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use daybook_ingest::litellm;
use daybook_ingest::otlp::{self, Encoding, Normalised, Piece};
use daybook_ingest::split::{Format, Splitter};
use daybook_model::event::Form;
use daybook_model::logstore::Write;
use daybook_model::validate::Intake;
use daybook_model::{Event, Stream, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Stores writes as a log store does, as far as one call is concerned.
#[derive(Default)]
struct Store {
    events: BTreeMap<(Stream, String), Event>,
    pieces: Vec<Piece>,
}

impl Store {
    fn take(&mut self, normalised: Normalised) {
        assert_eq!(normalised.rejected, 0, "{:?}", normalised.message);
        for write in normalised.writes {
            self.write(write.event().clone());
        }
        self.pieces.extend(normalised.pieces);
    }

    fn write(&mut self, mut event: Event) {
        admit(&mut event).unwrap();
        let key = (event.stream, event.id.to_string());
        match self.events.get_mut(&key) {
            Some(known) => drop(known.amend_with(&event)),
            None => drop(self.events.insert(key, event)),
        }
    }

    /// Gives each stored call the pieces that wait for it.
    fn assemble(&mut self) {
        let mut waiting: HashMap<(String, String), Vec<Piece>> = HashMap::new();
        for piece in std::mem::take(&mut self.pieces) {
            waiting
                .entry((piece.trace_id.clone(), piece.span_id.clone()))
                .or_default()
                .push(piece);
        }
        for ((trace, span), pieces) in waiting {
            if self
                .events
                .contains_key(&(Stream::Usage, otlp::usage_id(&trace, &span)))
            {
                self.write(otlp::assemble(&trace, &span, &pieces));
            }
        }
    }
}

fn admit(event: &mut Event) -> Result<(), daybook_model::Rejection> {
    event.admit(&Intake {
        origin: "test".into(),
        ingest_key_id: "key".into(),
        received_at: Timestamp::parse("2026-11-22T00:00:00Z").unwrap(),
    })
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What is wrong with a stored call.
fn problems(event: &Event, line: &Value) -> Vec<String> {
    let stored: Value = serde_json::from_str(&event.to_json(Form::Whole)).unwrap();
    let mut found = Vec::new();
    let exact = [
        "platform_model",
        "upstream_model",
        "outcome",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "cache_read_tokens",
        "reasoning_tokens",
        "trace_id",
    ];
    for name in exact.into_iter().filter(|name| line.get(name).is_some()) {
        if stored[name] != line[name] {
            found.push(format!(
                "{name}: {} instead of {}",
                stored[name], line[name]
            ));
        }
    }
    for name in ["status_code", "is_stream"] {
        if stored.get(name).is_some_and(|value| *value != line[name]) {
            found.push(format!(
                "{name}: {} instead of {}",
                stored[name], line[name]
            ));
        }
    }
    if line["outcome"] == "error" && line["error"].is_string() && stored["status_code"].is_null() {
        found.push("no status_code".into());
    }
    for (part, whole) in [
        ("error", "error"),
        ("prompt", "request"),
        ("response", "response"),
    ] {
        let Some(text) = line[part].as_str() else {
            continue;
        };
        let escaped = Value::from(text).to_string();
        if !stored[whole]
            .to_string()
            .contains(escaped.trim_matches('"'))
        {
            found.push(format!("{whole} lacks {text:?}: {}", stored[whole]));
        }
    }
    let cost = |text: &str| daybook_model::NanoUsd::parse(text).unwrap().0;
    let reported = line["cost"].as_str().map(cost);
    if line.get("cost").is_some() && event.integer("cost").or(Some(0)) != reported.or(Some(0)) {
        found.push(format!(
            "cost: {:?} instead of {reported:?}",
            event.integer("cost")
        ));
    }
    if event.integer("latency_ms").is_none() && line["instant"] != true {
        found.push("no latency_ms".into());
    }
    found
        .into_iter()
        .map(|problem| format!("{} {problem}", line["call"]))
        .collect()
}

#[test]
fn every_otlp_call_is_one_usage_event_in_both_orders() {
    let groups = [
        "openai-v2/default",
        "openai-v2/new-span",
        "openai-v2/new-event",
        "genai-openai/span",
        "genai-openai/event",
        "openllmetry/attributes",
        "openllmetry/events",
        "openinference/spans",
        "langfuse/spans",
    ];
    let mut found = Vec::new();
    for group in groups {
        let path = |end: &str| fixtures().join(format!("{group}.{end}"));
        let traces = std::fs::read(path("traces.bin")).unwrap();
        let logs = std::fs::read(path("logs.bin")).ok();
        for logs_first in [false, true] {
            let mut store = Store::default();
            let read_logs = || {
                let logs = logs.as_ref()?;
                Some(otlp::logs(logs, Encoding::Protobuf).unwrap())
            };
            let spans = otlp::traces(&traces, Encoding::Protobuf).unwrap();
            assert!(
                spans.dropped > 0,
                "{group}: the application's spans are no calls"
            );
            let (first, second) = match logs_first {
                true => (read_logs(), Some(spans)),
                false => (Some(spans), read_logs()),
            };
            first
                .into_iter()
                .chain(second)
                .for_each(|normalised| store.take(normalised));
            store.assemble();
            let expected = lines(&path("expected.jsonl"));
            assert_eq!(
                store.events.len(),
                expected.len(),
                "{group} logs_first={logs_first}"
            );
            for line in expected {
                let event = store
                    .events
                    .values()
                    .find(|event| event.text("trace_id") == line["trace_id"].as_str());
                let event = event.unwrap_or_else(|| panic!("{group}: {line} is missing"));
                let wrong = problems(event, &line);
                found.extend(
                    wrong
                        .into_iter()
                        .map(|text| format!("{group} logs_first={logs_first} {text}")),
                );
                assert!(!event.is("provisional"), "{group}: {line}");
                // A failed call through Langfuse does not tell which API it went to.
                let told = if group.starts_with("langfuse") {
                    protocol(&line)
                } else {
                    String::new()
                };
                assert_eq!(
                    event.text("protocol").unwrap_or(&told),
                    protocol(&line),
                    "{group}: {line}"
                );
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn protocol(line: &Value) -> String {
    format!(
        "openai_{}",
        line["api"].as_str().unwrap().replace("litellm", "chat")
    )
}

#[test]
fn every_litellm_call_is_one_usage_event() {
    let groups = [
        "array",
        "lines",
        "proxy",
        "proxy-failed",
        "router",
        "single-chat",
        "single-other",
        "single-stream",
    ];
    let mut found = Vec::new();
    for group in groups {
        let ends = ["json", "ndjson", "1.json", "2.json", "3.json"];
        let files = ends.map(|end| fixtures().join(format!("litellm/{group}.{end}")));
        let bodies = files
            .iter()
            .filter_map(|path| std::fs::read_to_string(path).ok());
        let mut events: Vec<Event> = bodies
            .flat_map(|body| elements(&body))
            .map(|element| {
                let mut event = litellm::normalise(&element).unwrap();
                admit(&mut event).unwrap();
                event
            })
            .collect();
        events.sort_by_key(|event| event.time);
        let expected = lines(&fixtures().join(format!("litellm/{group}.expected.jsonl")));
        assert_eq!(events.len(), expected.len(), "{group}");
        for (event, line) in events.iter().zip(&expected) {
            found.extend(
                problems(event, line)
                    .into_iter()
                    .map(|text| format!("{group} {text}")),
            );
            let stored = event.to_json(Form::Whole);
            assert!(
                !stored.contains("raceback") && !stored.contains("model_map"),
                "{stored}"
            );
            assert_eq!(event.text("protocol").unwrap(), protocol(line));
            assert_eq!(event.text("provider"), Some("openai"));
            // Also of a stream that broke: it had begun.
            let began = event.integer("ttft_ms").is_some();
            assert_eq!(Some(began), line["is_stream"].as_bool(), "{}", line["call"]);
            assert_eq!(
                event.json("billing_items").is_some(),
                event.integer("cost") > Some(0)
            );
            check_bill(event);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The items add up to the cost, but for what rounding each of them costs.
fn check_bill(event: &Event) {
    let items: Vec<Value> =
        serde_json::from_str(event.json("billing_items").unwrap_or("[]")).unwrap();
    let amounts = items.iter().map(|item| {
        daybook_model::NanoUsd::parse(&item["amount"].to_string())
            .unwrap()
            .0
    });
    let sum: i64 = amounts.sum();
    assert!(
        (sum - event.integer("cost").unwrap_or(0)).abs() <= 3,
        "{items:?}"
    );
}

fn elements(body: &str) -> Vec<String> {
    let mut splitter = Splitter::new(Format::Json, 1 << 20);
    let mut elements = Vec::new();
    let mut push = |piece: daybook_ingest::split::Piece<'_>| {
        elements.push(String::from_utf8(piece.bytes.unwrap().to_vec()).unwrap());
    };
    splitter.push(body.as_bytes(), &mut push).unwrap();
    splitter.finish(&mut push).unwrap();
    elements
}

/// An OTLP/JSON message of one span with these attributes.
fn span(attributes: &Value) -> Value {
    let attributes: Vec<Value> = attributes
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::String(text) => json!({"stringValue": text}),
                Value::Number(number) if number.is_i64() => json!({"intValue": number.to_string()}),
                value => json!({"doubleValue": value}),
            };
            json!({"key": key, "value": value})
        })
        .collect();
    json!({
        "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "eee19b7ec3c1b174", "name": "call",
        "kind": "SPAN_KIND_CLIENT", "startTimeUnixNano": "1763600000000000000",
        "endTimeUnixNano": 1763600001500000000_i64, "attributes": attributes, "unknown": [1]
    })
}

fn exported(spans: Value) -> Normalised {
    let resource =
        json!({"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]});
    let message = json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "lib"}, "spans": spans}]}]});
    otlp::traces(message.to_string().as_bytes(), Encoding::Json).unwrap()
}

#[test]
fn older_and_rarer_dialects_are_understood() {
    let cases = [
        (
            json!({"gen_ai.system": "vertex_ai", "gen_ai.request.model": "gemini-2.5", "gen_ai.usage.prompt_tokens": 3, "gen_ai.usage.completion_tokens": 4,
                "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi", "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.content": "ho", "gen_ai.completion.0.finish_reason": "stop", "llm.request.type": "chat"}),
            json!({"provider": "gcp.vertex_ai", "protocol": "gemini", "total_tokens": 7, "latency_ms": 1500,
                "request": {"model": "gemini-2.5", "messages": [{"role": "user", "content": "hi"}]},
                "response": {"choices": [{"index": 0, "message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"}]}}),
        ),
        (
            json!({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude", "gen_ai.usage.input_tokens": 10,
                "gen_ai.usage.output_tokens": 5, "gen_ai.usage.cache_creation.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 900,
                "gen_ai.usage.cost.amount": 0.00012000000000000002,
                "gen_ai.system_instructions": "[{\"type\":\"text\",\"content\":\"Be brief.\"}]",
                "gen_ai.input.messages": "[{\"role\":\"user\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c\",\"result\":4}]}]"}),
            json!({"protocol": "anthropic_messages", "input_tokens": 1010, "cache_write_tokens": 100, "cost": 0.00012, "cost_source": "reported",
                "request": {"model": "claude", "messages": [{"role": "system", "content": "Be brief."}, {"role": "tool", "tool_call_id": "c", "content": "4"}]}}),
        ),
        (
            json!({"ai.operationId": "ai.streamText.doStream", "ai.model.id": "gpt-4o", "ai.model.provider": "openai.responses", "gen_ai.system": "openai.responses",
                "ai.usage.promptTokens": 8, "ai.usage.completionTokens": 2, "ai.response.msToFirstChunk": 120.4, "ai.response.text": "ho",
                "ai.response.finishReason": "stop", "ai.prompt.messages": "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}]",
                "ai.request.headers.authorization": "Bearer x", "ai.telemetry.metadata.team": "core"}),
            json!({"provider": "openai", "protocol": "openai_responses", "is_stream": true, "ttft_ms": 120, "input_tokens": 8, "metadata": {"team": "core"},
                "response": {"choices": [{"index": 0, "message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"}]}}),
        ),
    ];
    for (attributes, expected) in cases {
        let normalised = exported(json!([span(&attributes)]));
        let [Write::Amend(event)] = normalised.writes.as_slice() else {
            panic!("{normalised:?}")
        };
        let mut event = event.clone();
        admit(&mut event).unwrap();
        assert_eq!(
            &*event.id,
            "5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174"
        );
        let stored: Value = serde_json::from_str(&event.to_json(Form::Whole)).unwrap();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&stored[name], value, "{name} of {attributes}");
        }
        assert!(!stored.to_string().contains("Bearer"));
    }
}

#[test]
fn what_is_no_call_is_kept_only_when_it_warns() {
    let mut failed = span(&json!({"http.route": "/pay", "big": "x".repeat(100_000)}));
    failed["status"] = json!({"code": "STATUS_CODE_ERROR", "message": "card refused"});
    let mut no_id = span(&json!({}));
    no_id["spanId"] = "".into();
    let mut outer = span(
        &json!({"ai.operationId": "ai.streamText", "ai.model.id": "gpt-4o", "ai.usage.promptTokens": 8}),
    );
    outer["spanId"] = "00000000000000aa".into();
    let agent =
        span(&json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "gpt-4o"}));
    let wrong = json!({"traceId": 5});
    let normalised = exported(json!([failed, no_id, outer, agent, wrong]));
    assert_eq!(
        (normalised.rejected, normalised.dropped),
        (2, 2),
        "{normalised:?}"
    );
    let [Write::Append(event)] = normalised.writes.as_slice() else {
        panic!("{normalised:?}")
    };
    let mut event = event.clone();
    admit(&mut event).unwrap();
    assert_eq!(
        (event.text("level"), event.text("source")),
        (Some("error"), Some("shop"))
    );
    assert_eq!(
        (event.text("message"), event.text("event")),
        (Some("card refused"), Some("call"))
    );
    assert_eq!(event.json("truncated"), Some(r#"["details"]"#));

    let record = |severity: Value, text: &str| {
        json!({"observedTimeUnixNano": "1763600000000000000", "severityNumber": severity,
        "body": {"stringValue": text}, "traceId": "", "spanId": ""})
    };
    let records = json!([
        record(json!(9), "fine"),
        record(json!("SEVERITY_NUMBER_WARN"), "disk"),
        record(json!(21), "gone"),
        record(json!("SEVERITY_NUMBER_WARN"), "disk")
    ]);
    let message = json!({"resourceLogs": [{"scopeLogs": [{"scope": {"name": "kernel"}, "logRecords": records}]}]}).to_string();
    let normalised = otlp::logs(message.as_bytes(), Encoding::Json).unwrap();
    let events: Vec<&Event> = normalised.writes.iter().map(Write::event).collect();
    assert_eq!(normalised.dropped, 1);
    assert_eq!(
        events
            .iter()
            .map(|event| event.text("level").unwrap())
            .collect::<Vec<_>>(),
        ["warning", "critical", "warning"]
    );
    assert_eq!(events[0].id, events[2].id, "sent twice, stored once");
    assert_ne!(events[0].id, events[1].id);
    assert_eq!(events[0].text("source"), Some("kernel"));
}

#[test]
fn an_exception_marks_its_call_until_the_span_settles_it() {
    let attribute = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let record = json!({"timeUnixNano": "1763600001000000000", "severityNumber": 13,
        "eventName": "gen_ai.client.operation.exception", "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
        "attributes": [attribute("exception.message", "Error code: 429 - slow down"), attribute("exception.stacktrace", "secret")]});
    let message = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).to_string();
    let mut store = Store::default();
    store.take(otlp::logs(message.as_bytes(), Encoding::Json).unwrap());
    let call = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m".repeat(600), "gen_ai.provider.name": "openai"});
    store.take(exported(json!([span(&call)])));
    let events: Vec<&Event> = store.events.values().collect();
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(
        (event.text("outcome"), event.integer("status_code")),
        (Some("error"), Some(429))
    );
    assert_eq!(
        event.time,
        Timestamp::from_us(1_763_600_000_000_000),
        "the span's time"
    );
    assert_eq!(event.text("platform_model").map(str::len), Some(512));
    assert!(!event.is("provisional") && !event.to_json(Form::Whole).contains("secret"));
}

#[test]
fn litellm_sends_other_things_than_calls() {
    let audit = json!({"id": "a1", "updated_at": "2026-11-21T01:00:00", "changed_by": "ada", "changed_by_api_key": "88", "action": "updated",
        "table_name": "LiteLLM_ProxyModelTable", "object_id": "m1", "before_value": "{\"rpm\":1,\"api_key\":\"sk-1\",\"name\":\"x\"}",
        "updated_values": "{\"rpm\":2,\"api_key\":\"sk-2\"}"});
    let old = json!({"id": "chatcmpl-1", "call_type": "completion", "startTime": "2026-11-21 01:00:00.250000", "endTime": "2026-11-21 01:00:01.5",
        "model": "gpt-4o", "user": "ada", "modelParameters": "{'temperature': 0.2}", "messages": "[{'role': 'user', 'content': 'Hi'}]",
        "response": "ModelResponse(id='chatcmpl-1')", "cost": "4.499999999999999e-06",
        "usage": "Usage(completion_tokens=45, prompt_tokens=120, total_tokens=165, prompt_tokens_details={'cached_tokens': 64})"});
    let cases = [
        (
            audit,
            json!({"stream": "audit", "action": "proxy_model.updated", "resource_id": "m1", "actor_id": "ada", "operation": "modify",
            "changes": [{"field": "rpm", "old": 1, "new": 2}, {"field": "api_key", "old": "(hidden)", "new": "(hidden)"}]}),
        ),
        (
            old,
            json!({"stream": "usage", "latency_ms": 1250, "platform_model": "gpt-4o", "cost": 0.0000045, "input_tokens": 120, "cache_read_tokens": 64,
            "request": "[{'role': 'user', 'content': 'Hi'}]"}),
        ),
    ];
    for (element, expected) in cases {
        let mut event = litellm::normalise(&element.to_string()).unwrap();
        admit(&mut event).unwrap();
        let mut stored: Value = serde_json::from_str(&event.to_json(Form::Whole)).unwrap();
        if let Some(changes) = stored["changes"].as_array_mut() {
            changes.sort_by_key(|change| change["field"] != "rpm");
        }
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&stored[name], value, "{name}");
        }
    }
    for bad in [
        "{}",
        "[]",
        "{",
        r#"{"litellm_call_id":"x","startTime":"soon"}"#,
        r#"{"startTime":1}"#,
    ] {
        assert!(litellm::normalise(bad).is_err(), "{bad}");
    }
    let long = json!({"litellm_call_id": "x", "startTime": 1_763_600_000.5, "model": "m".repeat(2000), "messages": "\u{d7ff}", "status": "success"});
    let mut event = litellm::normalise(&long.to_string()).unwrap();
    admit(&mut event).unwrap();
    assert_eq!(
        event.json("truncated"),
        Some(r#"["platform_model","upstream_model"]"#)
    );
}

/// Every event that is admitted can be read back from the log.
fn sound(events: impl IntoIterator<Item = Event>) {
    for mut event in events {
        if admit(&mut event).is_ok() {
            let stored = event.to_json(Form::Whole);
            assert_eq!(Event::from_stored(&stored).unwrap(), event);
        }
    }
}

fn everything(body: &[u8]) {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for normalised in [otlp::traces(body, encoding), otlp::logs(body, encoding)]
            .into_iter()
            .flatten()
        {
            sound(normalised.writes.iter().map(|write| write.event().clone()));
            sound([otlp::assemble("t", "s", &normalised.pieces)]);
        }
    }
    if let Ok(text) = std::str::from_utf8(body) {
        sound(litellm::normalise(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_panics(noise in proptest::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), which in 0..6_usize, cut: bool) {
        everything(&noise);
        let names = ["openai-v2/default.logs.bin", "genai-openai/event.logs.bin", "openllmetry/attributes.traces.bin",
            "openinference/spans.traces.bin", "langfuse/spans.traces.bin", "litellm/single-chat.1.json"];
        let mut body = std::fs::read(fixtures().join(names[which])).unwrap();
        let at = at.index(body.len());
        if cut {
            body.truncate(at);
        }
        for (byte, noise) in body.iter_mut().skip(at).zip(noise.iter().take(8)) {
            // Texts stay texts, so that a message often still decodes.
            *byte = *noise & 0x7f;
        }
        everything(&body);
    }
}
