//! The committed API reference is the one the code describes.

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
    let parameters = &document["paths"]["/api/v1/logs/{stream}"]["get"]["parameters"];
    let named = |name: &str| {
        parameters
            .as_array()
            .unwrap()
            .iter()
            .find(|p| p["name"] == name)
    };
    assert_eq!(
        named("platform_model").unwrap()["x-streams"],
        serde_json::json!(["usage"])
    );
    assert_eq!(
        named("ip").unwrap()["x-streams"],
        serde_json::json!(["audit", "usage", "auth"])
    );
    assert!(named("request").is_none(), "payloads are no filters");
    let cost = &document["components"]["schemas"]["UsageEvent"]["properties"]["cost"];
    assert_eq!(cost["x-filter-operators"][3], "gte");
}
