//! Several streams in one list.

use crate::support::{Server, server, server_on_disk};
use daybook_server::Options;
use serde_json::{Value, json};

async fn with_a_story() -> Server {
    let server = server_on_disk(Options::default()).await;
    let at = |minute: u32| format!("2026-03-01T10:{minute:02}:00Z");
    let events = json!([
        {"stream": "audit", "id": "a1", "time": at(1), "action": "model.disabled", "request_id": "r1", "workspace_id": "w"},
        {"stream": "usage", "id": "u1", "time": at(2), "request_id": "r2", "user_id": "ana", "request": {"x": 1}},
        {"stream": "system", "id": "s1", "time": at(2), "event": "fallback", "request_id": "r2"},
        {"stream": "auth", "id": "l1", "time": at(3), "event": "sign_in", "user_id": "ana", "request_id": "r3"},
        {"stream": "usage", "id": "u2", "time": at(4), "user_id": "bo", "workspace_id": "w"},
    ]);
    let answer = server.post_events(&[], events.to_string()).await;
    assert_eq!(answer.json()["accepted"], 5, "{}", answer.text());
    server
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    let named = items.map(|event| {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        format!("{}:{}", text("stream"), text("id"))
    });
    named.collect()
}

#[tokio::test]
async fn streams_merge_in_order_of_time() {
    let server = with_a_story().await;
    let list = async |parameters: &str| {
        let day = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z";
        let path = format!("/api/v1/logs?{day}&{parameters}");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    };
    let all = list("").await;
    assert_eq!(
        ids(&all),
        ["usage:u2", "auth:l1", "system:s1", "usage:u1", "audit:a1"]
    );
    assert_eq!(
        (&all["total"], &all["page"], &all["page_size"]),
        (&json!(5), &json!(1), &json!(50))
    );
    assert_eq!(all["as_of"], json!(all["items"][0]["seq"].to_string()));
    assert_eq!(all["items"][3].get("request"), None, "payloads stay behind");
    let some = list("streams=usage,auth&sort=time&page_size=2&page=2").await;
    assert_eq!(
        (ids(&some), &some["total"]),
        (vec!["usage:u2".into()], &json!(3))
    );
    for (parameters, found) in [
        ("request_id=r2", &["system:s1", "usage:u1"][..]),
        ("streams=auth,usage&user_id=ana", &["auth:l1", "usage:u1"]),
        ("workspace_id=w", &["usage:u2", "audit:a1"]),
        ("q=FALLBACK", &["system:s1"]),
        ("streams=auth,auth", &["auth:l1"]),
        (
            "streams=audit,usage,auth&audit:action=model.disabled&usage:user_id=bo&auth:user_id=ana",
            &["usage:u2", "auth:l1", "audit:a1"],
        ),
        (
            "usage:user_id.ne=bo&request_id=r2",
            &["system:s1", "usage:u1"],
        ),
    ] {
        assert_eq!(ids(&list(parameters).await), found, "{parameters}");
    }
    let early = list(&format!("as_of={}", all["items"][3]["seq"])).await;
    assert_eq!(ids(&early), ["usage:u1", "audit:a1"]);
}

#[tokio::test]
async fn a_filter_must_be_of_every_chosen_stream() {
    let server = server().await;
    for (path, field, says) in [
        ("?user_id=ana", "user_id", "audit"),
        ("?streams=usage,system&cost.gte=1", "cost.gte", "system"),
        ("?streams=usage,weather", "streams", "weather"),
        (
            "?streams=usage&audit:actor_id=ana",
            "audit:actor_id",
            "stream",
        ),
        ("?usage:colour=red", "colour", "usage"),
        ("?weather:wind=1", "weather:wind", "unknown"),
        ("?sort=cost", "sort", "-time"),
        ("?page_size=1001", "page_size", "1000"),
    ] {
        let answer = server.get(&format!("/api/v1/logs{path}")).await;
        assert_eq!(answer.status, 400, "{path}");
        let error = &answer.json()["error"];
        assert_eq!(error["field"], field, "{path}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(says), "{path}: {error}");
    }
}
