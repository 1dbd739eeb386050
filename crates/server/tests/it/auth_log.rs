//! The authentication log: when somebody cannot sign in, it says why.

use crate::browser::Browser;
use crate::support::{EMAIL, PASSWORD, Server, server};
use axum::http::Method;
use serde_json::{Value, json};

async fn with_admin() -> Server {
    let server = server().await;
    let made = server.control.bootstrap(EMAIL, PASSWORD.into()).await;
    made.unwrap();
    server
}

#[tokio::test]
async fn every_step_of_an_account_can_be_read() {
    let server = with_admin().await;
    let browser = Browser::new(&server);
    browser.sign_in(EMAIL, "wrong password").await;
    browser.sign_in(EMAIL, PASSWORD).await;
    let (_, codes) = browser.set_up_mfa().await;
    browser.delete("/api/v1/session", Value::Null).await;
    browser.sign_in_with(EMAIL, "123456").await;
    browser.sign_in_with(EMAIL, &codes[0]).await;
    server.sql("UPDATE sessions SET token_at = 0").await;
    browser.session().await;
    browser
        .delete("/api/v1/account/sessions", Value::Null)
        .await;

    let events = server.auth_events("").await;
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            (text("event"), text("result"), text("method"))
        })
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(event, result, method)| (event.as_str(), result.as_str(), method.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("sign_in", "failure", "password"),
            ("sign_in", "success", "password"),
            ("mfa_enabled", "success", ""),
            ("backup_codes_generated", "success", ""),
            ("sign_out", "success", ""),
            ("sign_in", "failure", "password+totp"),
            ("backup_code_used", "success", ""),
            ("sign_in", "success", "password+backup_code"),
            ("refresh", "success", ""),
            ("session_revoked", "success", ""),
        ]
    );
    for event in &events {
        assert_eq!(event["user_name"], EMAIL, "{event}");
        assert_eq!(event["ip"], "203.0.113.8", "{event}");
        assert_eq!(event["user_agent"], "test browser", "{event}");
        assert!(
            event["request_id"].is_string() && event["user_id"].is_string(),
            "{event}"
        );
        assert_eq!(event["origin"], "daybook");
    }
    let sessions: Vec<_> = events
        .iter()
        .filter(|event| event["event"] != "sign_in" || event["result"] == "success")
        .map(|event| &event["session_id"])
        .collect();
    assert_eq!(sessions[0], sessions[1], "signed in, second factor set up");
    assert_eq!(sessions[0], sessions[3], "signed out");
    assert_eq!(events[0]["identity_provider"], "daybook");
    assert_eq!(server.total("audit", "operation=login").await, 2);
}

#[tokio::test]
async fn a_flood_of_failures_is_summed_and_nothing_is_lost() {
    let server = with_admin().await;
    let (mut tries, stranger) = (0_u64, [198, 51, 100, 66]);
    for _ in 0..60 {
        Browser::at(&server, stranger)
            .sign_in(EMAIL, "wrong password")
            .await;
        tries += 1;
    }
    let before = server.auth_events("result=failure").await;
    assert_eq!(before.len(), 5, "the first few are events of their own");
    let server = server.restart().await;
    let events = server.auth_events("result=failure").await;
    let count = |event: &Value| event["details"]["count"].as_u64().unwrap_or(1);
    assert_eq!(events.iter().map(count).sum::<u64>(), tries);
    let sum = events.iter().find(|event| count(event) > 1).unwrap();
    assert_eq!(sum["user_name"], EMAIL);
    assert_eq!(sum["ip"], "198.51.100.66");
    assert_eq!(sum["event"], "sign_in");
    let reasons = sum["details"]["reasons"].as_object().unwrap();
    assert_eq!(
        reasons.values().filter_map(Value::as_u64).sum::<u64>(),
        count(sum)
    );
    assert!(events.len() <= 7, "{}", events.len());
}

#[tokio::test]
async fn platforms_send_theirs_into_the_same_log() {
    let server = with_admin().await;
    Browser::new(&server).sign_in(EMAIL, PASSWORD).await;
    let event = json!({
        "stream": "auth", "event": "sign_up", "result": "success", "user_id": "42",
        "user_name": "li@example.com", "identity_provider": "github", "method": "sso",
        "session_id": "s-1", "ip": "192.0.2.7", "user_agent": "phone", "request_id": "r-1"
    });
    let sent = server.post_events(&[], json!([event]).to_string()).await;
    assert_eq!(sent.json()["accepted"], 1, "{}", sent.text());
    let found = server.auth_events("ip=192.0.2.7").await;
    for (name, value) in event.as_object().unwrap() {
        if name != "stream" {
            assert_eq!(&found[0][name], value, "{name}");
        }
    }
    assert_eq!(found[0]["origin"], "everything");
    assert_eq!(server.auth_events("").await.len(), 2);
}

#[tokio::test]
async fn no_platform_speaks_for_daybook() {
    let server = with_admin().await;
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = json!({"name": "x", "origin": "daybook", "scopes": ["ingest"]}).to_string();
    let answer = server
        .request(Method::POST, "/api/v1/api-keys", &headers, body)
        .await;
    assert_eq!(answer.status, 400, "{}", answer.text());
}
