//! Filtered streams as files.

use crate::support::{Server, listen, server, server_on_disk, server_with};
use crate::troubled::Troubled;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use daybook_model::Timestamp;
use daybook_server::Options;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

/// More events than fit one part.
const EVENTS: i64 = 12_000;

async fn filled(options: Options) -> Server {
    let server = server_on_disk(options).await;
    fill(&server, EVENTS).await;
    server
}

async fn fill(server: &Server, events: i64) {
    let first = Timestamp::parse("2026-03-01T00:00:00Z").unwrap();
    let calls: Vec<Value> = (0..events)
        .map(|n| {
            json!({"stream": "usage", "id": format!("c{n}"), "time": first.plus_us(n * 1_000),
                   "content": "a line of text that makes the event somewhat larger than a few bytes",
                   "request": {"n": n}})
        })
        .collect();
    let answer = server.post_events(&[], json!(calls).to_string()).await;
    assert_eq!(answer.json()["accepted"], events, "{}", answer.text());
}

fn path(parameters: &str) -> String {
    format!("/api/v1/logs/usage/download?from=2026-03-01T00:00:00Z&{parameters}")
}

#[tokio::test]
async fn every_event_is_in_the_file_once_oldest_first() {
    let server = filled(Options::default()).await;
    let csv = server
        .get(&path("to=2026-03-02T00:00:00Z&columns=id,time"))
        .await;
    assert_eq!(csv.status, 200, "{}", csv.text());
    assert_eq!(
        csv.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"daybook-usage-20260301T000000Z-20260302T000000Z.csv\""
    );
    assert_eq!(csv.header("x-total-count"), EVENTS.to_string());
    let text = csv.text();
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("id,time"));
    assert_eq!(lines.next(), Some("c0,2026-03-01T00:00:00Z"));
    let ids: Vec<String> = lines
        .filter_map(|line| Some(line.split_once(',')?.0.to_owned()))
        .collect();
    let expected: Vec<String> = (1..EVENTS).map(|n| format!("c{n}")).collect();
    assert!(ids == expected && text.ends_with("\r\n"));

    let jsonl = server.get(&path("format=jsonl")).await;
    assert_eq!(jsonl.header("content-type"), "application/x-ndjson");
    let text = jsonl.text();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 12_000);
    assert_eq!(
        (
            &events[7]["id"],
            &events[7]["stream"],
            events[7].get("request")
        ),
        (&json!("c7"), &json!("usage"), None)
    );
}

#[tokio::test]
async fn files_hold_what_was_asked_for() {
    let server = filled(Options::default()).await;
    let payloads = server
        .get(&path("format=jsonl&columns=request,id&id.prefix=c119"))
        .await;
    let text = payloads.text();
    assert_eq!(text.lines().count(), 111);
    assert_eq!(
        text.lines().next(),
        Some(r#"{"request":{"n":119},"id":"c119"}"#)
    );
    let second = server.get("/api/v1/logs/usage/events/c1").await.json();
    let early = format!("columns=id&as_of={}", second["seq"]);
    let early = server.get(&path(&early)).await;
    assert_eq!(early.text(), "id\r\nc0\r\nc1\r\n");
    let empty = server.get("/api/v1/logs/auth/download?format=csv").await;
    assert_eq!(empty.header("x-total-count"), "0");
    assert!(empty.text().starts_with("id,seq,time,") && empty.text().ends_with("user_agent\r\n"));
    let formula = json!({"stream": "system", "event": "=1+1", "message": "a \"b\", c"});
    server.post_events(&[], formula.to_string()).await;
    let system = server
        .get("/api/v1/logs/system/download?columns=event,message,level")
        .await;
    assert_eq!(
        system.text(),
        "event,message,level\r\n'=1+1,\"a \"\"b\"\", c\",info\r\n"
    );
}

#[tokio::test]
async fn what_cannot_be_downloaded_is_refused_by_name() {
    let server = server().await;
    for (parameters, field, says) in [
        ("format=xls", "format", "csv, jsonl, parquet"),
        ("columns=id,colour", "columns", "colour"),
        ("columns=id,id", "columns", "twice"),
        ("sort=cost", "sort", "unknown"),
        ("colour=red", "colour", "unknown"),
    ] {
        let answer = server.get(&path(parameters)).await;
        assert_eq!(answer.status, 400, "{parameters}");
        let error = &answer.json()["error"];
        assert_eq!(error["field"], field, "{parameters}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(says), "{parameters}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_breaks_off_does_not_pass_for_a_whole_one() {
    let store = Arc::new(Troubled::default());
    let server = server_with(Options::default(), Arc::clone(&store) as _).await;
    fill(&server, 3_000).await;
    store.steps_left.store(1, Ordering::Relaxed);
    let address = listen(&server).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\n\r\n",
        path("columns=id"),
        server.key
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = client.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\r\nc1000\r\n"), "it had begun");
    assert!(
        !answer.ends_with("0\r\n\r\n"),
        "no last chunk says that it is complete"
    );

    store.steps_left.store(0, Ordering::Relaxed);
    let answer = server.get(&path("")).await;
    assert_eq!(
        answer.error(),
        (500, "damaged_data".into()),
        "nothing was sent yet"
    );
}

async fn begin(server: &Server) -> Response<Body> {
    let request = Request::get(path("columns=id"))
        .header("x-api-key", &server.key)
        .body(Body::empty())
        .unwrap();
    server.router.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn downloads_are_bounded_and_end_with_their_clients() {
    let options = Options {
        downloads_max: 1,
        ..Options::default()
    };
    let server = filled(options).await;
    let held = begin(&server).await;
    assert_eq!(held.status(), 200);
    let refused = server.get(&path("columns=id")).await;
    assert_eq!(refused.error(), (503, "too_many_downloads".into()));
    assert_eq!(refused.header("retry-after"), "5");
    drop(held);
    let mut again = begin(&server).await;
    for _ in 0..200 {
        if again.status() == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        again = begin(&server).await;
    }
    let whole = to_bytes(again.into_body(), usize::MAX).await.unwrap();
    assert_eq!(whole.split(|byte| *byte == b'\n').count(), 12_002);
}
