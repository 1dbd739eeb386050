//! Other dialects: LiteLLM's callback and OTLP, as far as they are a matter of the server.

use crate::support::{Answer, Server, server, server_with};
use crate::troubled::Troubled;
use axum::http::Method;
use base64::Engine;
use daybook_model::limits;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

async fn post(
    server: &Server,
    path: &str,
    kind: (&str, &str),
    body: impl Into<axum::body::Body>,
) -> Answer {
    server
        .request(
            Method::POST,
            path,
            &[("x-api-key", server.key.as_str()), kind],
            body,
        )
        .await
}

fn litellm(call: usize, prompt: &str) -> Value {
    json!({
        "id": format!("chatcmpl-{call}"), "litellm_call_id": format!("call-{call}"),
        "call_type": "acompletion", "status": "success", "model": "gpt-4o",
        "custom_llm_provider": "openai", "startTime": 1_790_000_000.25, "endTime": 1_790_000_001.5,
        "response_cost": 0.000_120_000_000_000_000_02, "prompt_tokens": 5, "completion_tokens": 2,
        "total_tokens": 7, "stream": false, "metadata": {}, "messages": [{"role": "user", "content": prompt}],
        "response": {"choices": []}
    })
}

#[tokio::test]
async fn litellm_is_taken_in_all_its_formats() {
    let server = server().await;
    let path = "/ingest/litellm";
    let array = json!([litellm(1, "hi"), litellm(2, "hi")]).to_string();
    let lines = format!("{}\n{}", litellm(3, "hi"), litellm(4, "hi"));
    let single = litellm(5, "hi").to_string();
    for (body, accepted) in [(array.clone(), 2), (lines, 2), (single, 1)] {
        let answer = post(&server, path, JSON, body).await;
        assert_eq!(answer.json()["accepted"], accepted, "{}", answer.text());
    }
    let again = post(&server, path, JSON, array).await.json();
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(server.total("usage", "").await, 5);
}

#[tokio::test]
async fn litellm_attempts_under_one_call_id_are_all_kept() {
    let server = server().await;
    let attempt = |start: f64, status: &str| {
        let mut call = litellm(1, "hi");
        call["startTime"] = json!(start);
        call["endTime"] = json!(start + 1.0);
        call["status"] = json!(status);
        call
    };
    let attempts = [
        attempt(1_790_000_000.25, "failure"),
        attempt(1_790_000_003.5, "failure"),
        attempt(1_790_000_007.75, "success"),
    ];
    let send =
        |batch: Vec<&Value>| post(&server, "/ingest/litellm", JSON, json!(batch).to_string());
    let answer = send(attempts.iter().collect()).await.json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"]),
        (&json!(3), &json!([]))
    );
    for again in [
        attempts.iter().collect(),
        attempts.iter().rev().collect(),
        vec![&attempts[1]],
    ] {
        let sent = again.len();
        let answer = send(again).await.json();
        assert_eq!(answer["duplicates"], sent, "{answer}");
    }
    let list = server
        .get("/api/v1/logs/usage?sort=time&request_id=call-1")
        .await
        .json();
    let items = list["items"].as_array().unwrap();
    let ids: Vec<_> = items.iter().map(|event| &event["id"]).collect();
    assert_eq!(
        ids,
        [
            "call-1",
            "call-1:1790000003500000",
            "call-1:1790000007750000"
        ]
    );

    // Two reports of one attempt that differ: there is no telling which is right.
    let mut other = attempts[1].clone();
    other["error_str"] = json!("another error");
    let answer = send(vec![&other]).await.json();
    assert_eq!(answer["rejected"][0]["field"], "id", "{answer}");
    assert_eq!(server.total("usage", "").await, 3);
}

#[tokio::test]
async fn litellm_keeps_what_is_good_whatever_comes_with_it() {
    let server = server().await;
    let path = "/ingest/litellm";
    let good = litellm(1, "hi");
    let answer = post(
        &server,
        path,
        JSON,
        format!("[{good},NaN,{{\"id\":1}},{{\"cut\":"),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    assert_eq!(answer["accepted"], 1);
    let rejected: Vec<_> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["index"].as_u64().unwrap())
        .collect();
    assert_eq!(rejected, [1, 2, 3]);
    assert_eq!(
        post(&server, path, JSON, "hello").await.error(),
        (400, "malformed_body".into())
    );
    assert_eq!(
        post(&server, path, JSON, b"\x1f\x8b\x08\0".to_vec())
            .await
            .error(),
        (400, "bad_coding".into())
    );
    let marked = format!("\u{feff}{}", litellm(2, "hi"));
    let marked = post(&server, path, JSON, marked).await.json();
    assert_eq!(marked["accepted"], 1);
    let many = limits::REJECTIONS_LISTED_MAX + 5;
    let bad = format!("[{}0]", "0,".repeat(many - 1));
    let bad = post(&server, path, JSON, bad).await.json();
    assert_eq!(
        bad["rejected"].as_array().unwrap().len(),
        limits::REJECTIONS_LISTED_MAX
    );
    assert_eq!(bad["rejected_total"], many);
}

#[tokio::test]
async fn litellm_batches_larger_than_other_bodies_are_taken() {
    let server = server().await;
    let prompt = "word ".repeat(100_000);
    let calls: Vec<_> = (0..180).map(|call| litellm(call, &prompt)).collect();
    let body = json!(calls).to_string();
    assert!(body.len() > limits::BODY_DECOMPRESSED_BYTES_MAX);
    let answer = post(&server, "/ingest/litellm", JSON, body).await;
    assert_eq!(answer.json()["accepted"], 180, "{}", answer.text());
}

fn span(name: &str, attributes: Value) -> Value {
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "test"}, "spans": [{
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "name": name, "kind": 3,
        "startTimeUnixNano": "1790000000000000000", "endTimeUnixNano": "1790000001000000000",
        "attributes": attributes, "status": {}
    }]}]}]})
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn chat() -> Value {
    span(
        "chat gpt-4o",
        json!([
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.system", "openai"),
            text("gen_ai.request.model", "gpt-4o"),
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "5"}},
        ]),
    )
}

#[tokio::test]
async fn spans_become_calls_once() {
    let server = server().await;
    for path in ["/v1/traces", "/api/public/otel/v1/traces"] {
        let answer = post(&server, path, JSON, chat().to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "{}".into()));
    }
    let list = server.get("/api/v1/logs/usage").await.json();
    assert_eq!(list["total"], 1);
    assert_eq!(list["items"][0]["input_tokens"], 5);
}

#[tokio::test]
async fn otlp_takes_basic_authentication_and_gzip() {
    let server = server().await;
    let pair = format!("pk-lf-1:{}", server.key);
    let basic = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, chat().to_string().as_bytes()).unwrap();
    let headers = [
        ("authorization", basic.as_str()),
        JSON,
        ("content-encoding", "gzip"),
    ];
    let body = encoder.finish().unwrap();
    let answer = server
        .request(Method::POST, "/api/public/otel/v1/traces", &headers, body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(server.total("usage", "").await, 1);
}

#[tokio::test]
async fn otlp_refuses_in_its_own_words() {
    let store = Arc::new(Troubled::default());
    let server = server_with(Default::default(), Arc::clone(&store) as _).await;
    let broken = post(&server, "/v1/traces", JSON, "{").await;
    assert_eq!(
        (broken.status.as_u16(), broken.json()["code"].clone()),
        (400, json!(3))
    );
    let broken = post(&server, "/v1/logs", PROTOBUF, vec![0xff; 9]).await;
    assert_eq!(
        (broken.status.as_u16(), broken.header("content-type")),
        (400, "application/x-protobuf")
    );
    assert_eq!(broken.body[..2], [0x08, 3], "a Status with code 3");
    let other = post(&server, "/v1/traces", ("content-type", "text/plain"), "{}").await;
    assert_eq!(other.status, 415);
    let nobody = server
        .request(Method::POST, "/v1/traces", &[JSON], "{}")
        .await;
    assert_eq!(
        (nobody.status.as_u16(), nobody.json()["code"].clone()),
        (401, json!(16))
    );
    let empty = post(&server, "/v1/traces", PROTOBUF, Vec::new()).await;
    assert_eq!((empty.status.as_u16(), empty.body.len()), (200, 0));

    store.refuses.store(true, Ordering::Relaxed);
    let refused = post(&server, "/v1/traces", JSON, chat().to_string()).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.header("retry-after"), "5");
    store.refuses.store(false, Ordering::Relaxed);
    assert_eq!(
        post(&server, "/v1/traces", JSON, chat().to_string())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn metrics_are_taken_and_dropped_and_the_answer_says_so() {
    let server = server().await;
    let path = "/v1/metrics";
    let answer = post(&server, path, JSON, r#"{"resourceMetrics":[]}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedDataPoints"], "0");
    let message = partial["errorMessage"].as_str().unwrap();
    assert!(message.contains("does not store metrics"), "{message}");

    let answer = post(&server, path, PROTOBUF, vec![0x0a, 0]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/x-protobuf")
    );
    // partial_success { rejected_data_points: 0, error_message: … }
    let mut inner = vec![0x08, 0, 0x12, message.len() as u8];
    inner.extend(message.as_bytes());
    let mut expected = vec![0x0a, inner.len() as u8];
    expected.extend(inner);
    assert_eq!(answer.body, expected);

    let large = vec![0_u8; limits::BODY_DECOMPRESSED_BYTES_MAX + 1];
    assert_eq!(post(&server, path, PROTOBUF, large).await.status, 413);
    let nobody = server.request(Method::POST, path, &[JSON], "{}").await;
    assert_eq!(nobody.status, 401);
    let other = post(&server, path, ("content-type", "text/plain"), "{}").await;
    assert_eq!(other.status, 415);
}

/// The prompt and the answer of the call in log records of their own.
fn messages() -> Value {
    let record = |name: &str, body: Value| {
        json!({
            "timeUnixNano": "1790000000500000000", "eventName": name, "body": body,
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7",
            "attributes": [text("event.name", name), text("gen_ai.system", "openai")]
        })
    };
    let content = |text: &str| json!({"kvlistValue": {"values": [{"key": "content", "value": {"stringValue": text}}]}});
    let choice = json!({"kvlistValue": {"values": [
        {"key": "index", "value": {"intValue": "0"}},
        {"key": "finish_reason", "value": {"stringValue": "stop"}},
        {"key": "message", "value": {"kvlistValue": {"values": [
            {"key": "role", "value": {"stringValue": "assistant"}},
            {"key": "content", "value": {"stringValue": "blue, mostly"}}]}}},
    ]}});
    let records = [
        record("gen_ai.user.message", content("what colour is the sky")),
        record("gen_ai.choice", choice),
    ];
    json!({"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"scope": {"name": "test"}, "logRecords": records}]}]})
}

#[tokio::test]
async fn a_call_and_its_conversation_become_one_event_in_either_order() {
    for call_first in [true, false] {
        let server = server().await;
        let (call, conversation) = (("/v1/traces", chat()), ("/v1/logs", messages()));
        let order = if call_first {
            [call, conversation]
        } else {
            [conversation, call]
        };
        for (path, body) in order {
            // Each twice, as exporters repeat what they hold for lost.
            for _ in 0..2 {
                assert_eq!(
                    post(&server, path, JSON, body.to_string()).await.text(),
                    "{}"
                );
            }
        }
        let list = server.get("/api/v1/logs/usage").await.json();
        assert_eq!(list["total"], 1, "{list}");
        let id = list["items"][0]["id"].as_str().unwrap();
        let event = server
            .get(&format!("/api/v1/logs/usage/events/{id}"))
            .await
            .text();
        assert_eq!(
            event.matches("what colour is the sky").count(),
            1,
            "{event}"
        );
        assert!(
            event.contains("blue, mostly") && event.contains(r#""input_tokens":5"#),
            "{event}"
        );
        assert!(!event.contains("provisional"), "{event}");
    }
}
