//! Reading the audit log and taking events along are on record; secrets are not.

use crate::support::server;
use daybook_server::control::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn reading_the_audit_log_is_on_record_once_a_question() {
    let server = server().await;
    let auditor = server.account(Role::Auditor).await;
    let user = server.account(Role::User).await;
    for path in [
        "/api/v1/logs/audit?action=user.created&page_size=1",
        "/api/v1/logs/audit?action=user.created&page_size=1&page=2",
        "/api/v1/logs/audit/histogram?action=user.created",
        "/api/v1/logs/audit/values/actor_id?action=user.created",
        "/api/v1/logs/usage",
    ] {
        let answer = server.get_as(&auditor, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let read = format!("action=log.read&actor_id={}", auditor.id);
    let all = server
        .get(&format!("/api/v1/logs/audit?{read}&sort=time"))
        .await
        .json();
    let asked = all["items"].as_array().unwrap().iter();
    let asked: Vec<_> = asked.map(|event| &event["details"]["query"]).collect();
    let filter = "action=user.created";
    assert_eq!(
        asked,
        [
            &json!(filter),
            &json!(format!("{filter}&histogram")),
            &json!(format!("{filter}&values=actor_id"))
        ],
        "paging asks the same question"
    );
    let told = &all["items"][0];
    assert_eq!(told["operation"], Value::Null, "reading modifies nothing");
    assert_eq!(
        (&told["resource_type"], &told["resource_id"]),
        (&json!("log"), &json!("audit"))
    );
    assert_eq!(
        (&told["result"], &told["actor_role"]),
        (&json!("success"), &json!("auditor"))
    );
    // A timeline shows audit events only to those who may read them.
    for (account, expected) in [(&auditor, 4), (&user, 0)] {
        assert_eq!(server.get_as(account, "/api/v1/logs").await.status, 200);
        let read = format!("/api/v1/logs/audit?action=log.read&actor_id={}", account.id);
        assert_eq!(server.get(&read).await.json()["total"], expected);
    }
}

#[tokio::test]
async fn looking_for_what_is_not_there_is_on_record() {
    let server = server().await;
    let auditor = server.account(Role::Auditor).await;
    for (path, id) in [
        ("/api/v1/logs/audit/events/wanted", "wanted"),
        ("/api/v1/audit/missed/proof", "missed"),
    ] {
        for _ in 0..2 {
            assert_eq!(server.get_as(&auditor, path).await.status, 404);
        }
        let read = format!("action=log.read&actor_id={}", auditor.id);
        let told = server.newest("audit", &read).await;
        assert_eq!(
            (&told["result"], &told["details"]["query"]),
            (&json!("failure"), &json!(format!("id={id}")))
        );
    }
    let failed = format!("action=log.read&result=failure&actor_id={}", auditor.id);
    let path = format!("/api/v1/logs/audit?{failed}");
    assert_eq!(server.get(&path).await.json()["total"], 2);
}

#[tokio::test]
async fn taking_events_along_is_on_record() {
    let server = server().await;
    let user = server.account(Role::User).await;
    let path = "/api/v1/logs/usage/download?format=jsonl&outcome=error";
    assert_eq!(server.get_as(&user, path).await.status, 200);
    let told = server.newest("audit", "action=log.exported").await;
    assert_eq!(
        (&told["resource_id"], &told["operation"]),
        (&json!("usage"), &json!("export"))
    );
    assert_eq!(told["details"]["query"], "format=jsonl&outcome=error");
    assert_eq!(told["actor_id"], user.id.as_str());
}

#[tokio::test]
async fn secrets_in_changes_are_stored_as_hashes() {
    let server = server().await;
    let event = json!([{
        "stream": "audit", "id": "a", "time": "2026-11-01T00:00:00Z", "actor_type": "member",
        "action": "channel.modified", "resource_type": "channel", "resource_id": "7",
        "changes": [
            {"field": "api_key", "old": "first-secret", "new": "second-secret"},
            {"field": "env", "old": null, "new": [{"name": "OPENAI_API_KEY", "value": "third-secret"}]},
            {"field": "file", "old": "export DB_PASSWORD='old-secret'", "new": "{\"password\": \"new-secret\"}"},
        ],
    }]);
    for (accepted, duplicates) in [(1, 0), (0, 1)] {
        let answer = server.post_events(&[], event.to_string()).await.json();
        assert_eq!(answer["accepted"], accepted, "{answer}");
        assert_eq!(
            answer["duplicates"], duplicates,
            "sent again it is the same event"
        );
    }
    let stored = server.get("/api/v1/logs/audit/events/a").await.text();
    assert!(
        !stored.contains("-secret") && stored.contains("hmac:"),
        "{stored}"
    );
}
