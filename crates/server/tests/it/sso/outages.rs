//! Providers that fail: said clearly, on record, and in nobody else's way.

use super::rogue::{Rogue, come_back};
use super::{Browser, change_provider, events, make_provider};
use crate::support::{EMAIL, PASSWORD, server};
use serde_json::{Value, json};

const UNAVAILABLE: &str = "/sign-in#sso_error=provider_unavailable";

async fn start(server: &crate::support::Server, id: &str) -> String {
    let path = format!("/api/v1/sso/{id}/start");
    let answer = Browser::default().get(server, &path).await;
    assert_eq!(answer.status, 302);
    answer.header("location").to_owned()
}

async fn errors(server: &crate::support::Server) -> Vec<String> {
    let found = events(server, "auth", "event=provider_error").await;
    let reason = |event: &Value| {
        assert_eq!(event["identity_provider"], "Example");
        event["reason"].as_str().unwrap().to_owned()
    };
    found.iter().map(reason).collect()
}

#[tokio::test]
async fn whatever_a_provider_publishes_wrongly_is_named() {
    let json = "application/json";
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(300 << 10));
    let cases: [(u16, &str, String, &str); 6] = [
        (500, json, "{}".into(), "answers 500"),
        (200, "text/html", "<html>".into(), "no provider's metadata"),
        (200, json, "{}".into(), "missing field `issuer`"),
        (200, json, large, "larger than 262144 bytes"),
        (302, "", "/elsewhere".into(), "answers 302"),
        (404, json, String::new(), "answers 404"),
    ];
    for (status, kind, body, reason) in cases {
        let (server, rogue) = (server().await, Rogue::start().await);
        let id = make_provider(&server, &rogue.issuer, json!({})).await;
        assert_eq!(
            rogue.asked("metadata"),
            0,
            "nothing is asked before somebody signs in"
        );
        rogue
            .script()
            .instead
            .insert("metadata", (status, kind, body));
        for _ in 0..3 {
            assert_eq!(start(&server, &id).await, UNAVAILABLE);
        }
        assert_eq!(rogue.asked("metadata"), 1, "not asked again at once");
        assert_eq!(rogue.asked("elsewhere"), 0, "no redirect is followed");
        let told = errors(&server).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("discovery: "), "{told:?}");
        assert!(told[0].contains(reason), "{told:?}");
        server
            .control
            .bootstrap(EMAIL, PASSWORD.into())
            .await
            .unwrap();
        assert_eq!(server.try_sign_in(EMAIL, PASSWORD).await.status, 200);
    }
}

#[tokio::test]
async fn metadata_cannot_lead_to_other_places() {
    for (field, value, reason) in [
        ("issuer", "http://127.0.0.1:9/other", "calls itself"),
        (
            "token_endpoint",
            "http://10.0.0.1/token",
            "must begin with https",
        ),
        ("jwks_uri", "file:///etc/passwd", "must begin with https"),
        (
            "userinfo_endpoint",
            "http://169.254.169.254/",
            "must begin with https",
        ),
        (
            "authorization_endpoint",
            "javascript:alert(1)",
            "must begin with https",
        ),
    ] {
        let (server, rogue) = (server().await, Rogue::start().await);
        let id = make_provider(&server, &rogue.issuer, json!({})).await;
        rogue.script().metadata = json!({field: value}).as_object().unwrap().clone();
        assert_eq!(start(&server, &id).await, UNAVAILABLE, "{field}");
        let told = errors(&server).await;
        assert!(told[0].contains(reason), "{told:?}");
    }
}

#[tokio::test]
async fn failures_on_the_way_back_are_named_and_hold_no_secret() {
    let json = "application/json";
    let refusal = r#"{"error": "invalid_client", "error_description": "hunter2"}"#;
    let cases = [
        ("token", 500, "oops access-1", "token endpoint: "),
        ("token", 401, refusal, "token endpoint: invalid_client"),
        (
            "token",
            200,
            r#"{"access_token": 1}"#,
            "token endpoint: its answer cannot be read",
        ),
        ("jwks", 503, "", "keys: "),
        ("jwks", 200, "[]", "keys: "),
        ("me", 500, "", "userinfo endpoint: it answers 500"),
        (
            "me",
            200,
            "eyJhbGciOiJSUzI1NiJ9.e30.x",
            "userinfo endpoint: its answer is no JSON",
        ),
    ];
    for (path, status, body, reason) in cases {
        let (server, rogue) = (server().await, Rogue::start().await);
        let id = make_provider(&server, &rogue.issuer, json!({})).await;
        rogue
            .script()
            .instead
            .insert(path, (status, json, body.into()));
        let mut browser = Browser::default();
        let nothing = json!({"email": null, "email_verified": null});
        let end = rogue.sign_in(&server, &mut browser, &id, nothing).await;
        assert_eq!(end, UNAVAILABLE, "{path} {status}");
        let told = errors(&server).await;
        assert!(told[0].starts_with(reason), "{told:?}");
        let shown = told.join(" ");
        assert!(
            !shown.contains("hunter2") && !shown.contains("access-1"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_code_that_is_refused_is_a_failed_sign_in_and_no_outage() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let refusal = (
        400,
        "application/json",
        r#"{"error": "invalid_grant"}"#.into(),
    );
    rogue.script().instead.insert("token", refusal);
    let mut browser = Browser::default();
    let end = rogue.sign_in(&server, &mut browser, &id, json!({})).await;
    assert_eq!(end, "/sign-in#sso_error=invalid_answer");
    assert!(errors(&server).await.is_empty());
}

#[tokio::test]
async fn a_provider_that_is_gone_is_unavailable_and_comes_back() {
    let server = server().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let id = make_provider(&server, &issuer, json!({})).await;
    assert_eq!(start(&server, &id).await, UNAVAILABLE);
    assert!(errors(&server).await[0].contains("no connection: "));
    // What an administrator corrects is tried at once.
    let rogue = Rogue::start().await;
    change_provider(&server, &id, json!({"issuer": rogue.issuer})).await;
    let end = rogue
        .sign_in(&server, &mut Browser::default(), &id, json!({}))
        .await;
    assert_eq!(end, "/usage");
}

#[tokio::test]
async fn what_the_provider_says_instead_of_a_code_is_told() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    for (error, code, event) in [
        ("access_denied", "denied", "event=sign_in&result=failure"),
        (
            "temporarily_unavailable",
            "provider_unavailable",
            "event=provider_error",
        ),
    ] {
        let mut browser = Browser::default();
        let sent = rogue.leave(&server, &mut browser, &id).await;
        let query = format!(
            "error={error}&error_description=why%0Anot&state={}",
            sent["state"]
        );
        let answer = super::rogue::arrive(&server, &mut browser, &id, &query).await;
        assert_eq!(
            answer.header("location"),
            format!("/sign-in#sso_error={code}")
        );
        let found = events(&server, "auth", event).await;
        let reason = found[0]["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("{error} (whynot)")), "{reason}");
    }
}

#[tokio::test]
async fn unknown_and_disabled_providers_are_the_same() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let mut browser = Browser::default();
    let sent = rogue.leave(&server, &mut browser, &id).await;
    change_provider(&server, &id, json!({"enabled": false})).await;
    let unknown = "/sign-in#sso_error=provider_unknown";
    assert_eq!(start(&server, &id).await, unknown);
    assert_eq!(start(&server, "nonsense").await, unknown);
    assert_eq!(
        come_back(&server, &mut browser, &id, &sent["state"]).await,
        unknown
    );
    let buttons = browser.get(&server, "/api/v1/sso").await.json();
    assert_eq!(buttons, json!({"items": []}));
}
