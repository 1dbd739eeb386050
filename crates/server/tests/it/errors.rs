//! The envelope: one shape for every error, the same headers on every answer.

use crate::support::server;
use axum::http::Method;

#[tokio::test]
async fn every_error_has_the_same_shape() {
    let server = server().await;
    let key = format!("Bearer {}", server.key);
    for (method, path, status, code) in [
        (Method::GET, "/api/v1/nothing", 404, "not_found"),
        (Method::PUT, "/api/v1/events", 405, "method_not_allowed"),
        (
            Method::GET,
            "/api/v1/logs/usage?x=1",
            400,
            "invalid_parameter",
        ),
        (Method::GET, "/api/v1/logs/weather", 404, "not_found"),
        (Method::POST, "/nothing", 404, "not_found"),
    ] {
        let headers = [("authorization", key.as_str()), ("x-request-id", "req-42")];
        let answer = server.request(method, path, &headers, ()).await;
        assert_eq!(answer.error(), (status, code.into()), "{path}");
        assert_eq!(answer.header("content-type"), "application/json");
        let error = &answer.json()["error"];
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert_eq!(error["request_id"], "req-42");
    }
}

#[tokio::test]
async fn request_ids_are_taken_when_short_and_printable() {
    let server = server().await;
    let echo = async |sent: &str| {
        let answer = server
            .request(Method::GET, "/healthz", &[("x-request-id", sent)], ())
            .await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(echo("req-42").await, "req-42");
    assert_ne!(echo("with space").await, "with space");
    let long = "x".repeat(200);
    assert_eq!(echo(&long).await.len(), 36);
    assert_ne!(echo("").await, "");
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let server = server().await;
    for path in [
        "/healthz",
        "/api/v1/session",
        "/api/v1/openapi.json",
        "/api/v1/nothing",
        "/",
    ] {
        let answer = server.request(Method::GET, path, &[], ()).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        if path != "/" {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn metrics_have_bounded_labels() {
    let server = server().await;
    server
        .get("/api/v1/logs/usage?platform_model=some-model")
        .await;
    server.get("/some/page/of/the/ui").await;
    let page = server.get("/metrics").await.text();
    assert!(page.contains(r#"route="/api/v1/logs/{stream}""#), "{page}");
    assert!(page.contains(r#"route="ui""#), "{page}");
    assert!(!page.contains("some"), "{page}");
    assert!(
        page.contains(r#"daybook_events{stream="audit"} 1"#),
        "{page}"
    );
}

#[tokio::test]
async fn an_address_that_is_no_text_names_nothing() {
    let server = server().await;
    for path in [
        "/api/v1/logs/%ff",
        "/api/v1/jobs/%c3%28",
        "/api/v1/sso/%ff/start",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.error(), (404, "not_found".into()), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_names_the_member() {
    let server = server().await;
    for (body, field) in [
        (r#"{"scopes":["read"]}"#, "name"),
        (r#"{"name":"x","scopes":["read"],"colour":1}"#, "colour"),
        (r#"{"name":"x","scopes":["read","all"]}"#, "scopes[1]"),
        (r#"{"name":7,"scopes":["read"]}"#, "name"),
    ] {
        let headers = [
            ("x-api-key", server.key.as_str()),
            ("content-type", "application/json"),
        ];
        let path = "/api/v1/api-keys";
        let answer = server.request(Method::POST, path, &headers, body).await;
        assert_eq!(answer.error(), (400, "invalid_body".into()), "{body}");
        let error = &answer.json()["error"];
        assert_eq!(error["field"], field, "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(!message.contains("deserialize"), "{message}");
    }
}
