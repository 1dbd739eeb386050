//! The committed API reference is the one the code describes.

use crate::support::server;
use axum::http::Method;
use serde_json::Value;
use std::path::Path;

const RENEW: &str = "DAYBOOK_RENEW=1 cargo test -p daybook-server --test it openapi";

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let current = daybook_server::openapi_document();
    if std::env::var_os("DAYBOOK_RENEW").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "docs/reference/openapi.json is out of date: renew it with\n  {RENEW}"
    );
}

#[test]
fn the_document_lists_the_filters_of_each_stream() {
    let document: Value = serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let named_of = |path: &str, name: &str| {
        let parameters = document["paths"][path]["get"]["parameters"].as_array();
        let reference = format!("#/components/parameters/{name}");
        let mut references = parameters.unwrap().iter();
        let taken = references.any(|parameter| parameter["$ref"] == reference.as_str());
        taken.then(|| document["components"]["parameters"][name].clone())
    };
    let named = |name: &str| named_of("/api/v1/logs/{stream}", name);
    assert_eq!(
        named("platform_model").unwrap()["x-streams"],
        serde_json::json!(["usage"])
    );
    assert_eq!(
        named("ip").unwrap()["x-streams"],
        serde_json::json!(["audit", "usage", "auth"])
    );
    assert!(named("request").is_none(), "payloads are no filters");
    let of_summary = |name: &str| named_of("/api/v1/usage/summary", name);
    assert_eq!(of_summary("ip").unwrap()["name"], "ip");
    assert!(
        of_summary("action").is_none(),
        "usage events have no action"
    );
    let cost = &document["components"]["schemas"]["UsageEvent"]["properties"]["cost"];
    assert_eq!(cost["x-filter-operators"][3], "gte");
}

#[tokio::test]
async fn refusals_are_in_the_document() {
    let server = server().await;
    let document: Value = serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    let cookie = server.sign_in().await;
    let (cookie, key) = (
        ("cookie", cookie.as_str()),
        ("x-api-key", server.key.as_str()),
    );
    let json = ("content-type", "application/json");
    let brotli = ("content-encoding", "br");
    for (method, path, template, headers, status) in [
        (Method::DELETE, "/api/v1/session", "", vec![cookie], "403"),
        (Method::POST, "/api/v1/session", "", vec![], "415"),
        (Method::POST, "/api/v1/session", "", vec![json], "400"),
        (Method::POST, "/api/v1/setup", "", vec![json], "400"),
        (Method::GET, "/api/v1/api-keys", "", vec![], "401"),
        (
            Method::POST,
            "/api/v1/api-keys",
            "",
            vec![cookie, json],
            "403",
        ),
        (
            Method::DELETE,
            "/api/v1/api-keys/x",
            "/api/v1/api-keys/{id}",
            vec![key],
            "404",
        ),
        (
            Method::GET,
            "/api/v1/logs/x",
            "/api/v1/logs/{stream}",
            vec![key],
            "404",
        ),
        (
            Method::GET,
            "/api/v1/logs/x/histogram",
            "/api/v1/logs/{stream}/histogram",
            vec![key],
            "404",
        ),
        (Method::POST, "/api/v1/events", "", vec![key, brotli], "415"),
        (Method::POST, "/ingest/litellm", "", vec![], "401"),
        (Method::POST, "/v1/metrics", "", vec![key], "415"),
        (Method::GET, "/metrics", "", vec![], "401"),
    ] {
        let answer = server.request(method.clone(), path, &headers, ()).await;
        assert_eq!(answer.status.as_str(), status, "{method} {path}");
        let template = if template.is_empty() { path } else { template };
        let name = method.as_str().to_ascii_lowercase();
        let described = &document["paths"][template][name]["responses"][status];
        assert!(described.is_object(), "{method} {path}: {status}");
        let enveloped = described.get("content").is_some();
        assert_eq!(enveloped, answer.json().get("error").is_some(), "{path}");
    }
    for operation in document["paths"].as_object().unwrap().values() {
        for operation in operation.as_object().unwrap().values() {
            for answer in operation["responses"].as_object().unwrap().values() {
                assert_ne!(answer["description"].as_str().unwrap_or_default(), "");
            }
        }
    }
}
