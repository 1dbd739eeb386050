//! The headers of every kind of answer, whole.

use crate::support::{Answer, server};
use axum::body::Body;
use axum::http::{Method, Request};
use daybook_server::Peer;

const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), \
     fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), serial=(), usb=(), xr-spatial-tracking=()";

/// What protects the browser, in order of the names.
fn protection(answer: &Answer) -> Vec<(String, String)> {
    let names = [
        "cache-control",
        "content-security-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-frame-options",
    ];
    let present = names
        .iter()
        .filter(|name| answer.headers.contains_key(**name));
    present
        .map(|name| {
            let values = answer.headers.get_all(*name).iter();
            assert_eq!(values.count(), 1, "{name}");
            ((*name).to_owned(), answer.header(name).to_owned())
        })
        .collect()
}

fn expected(cache: &str, policy: &str, tls: bool) -> Vec<(String, String)> {
    let mut all = vec![
        ("cache-control", cache),
        ("content-security-policy", policy),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", PERMISSIONS),
        ("referrer-policy", "same-origin"),
    ];
    if tls {
        let year = "max-age=31536000; includeSubDomains";
        all.push(("strict-transport-security", year));
    }
    all.push(("x-content-type-options", "nosniff"));
    all.push(("x-frame-options", "DENY"));
    let owned = all
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()));
    owned.collect()
}

const API: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

#[tokio::test]
async fn answers_of_the_api_run_nothing_and_are_kept_nowhere() {
    let server = server().await;
    for path in [
        "/api/v1/logs/usage",
        "/api/v1/logs/usage/download?format=csv",
        "/api/v1/session",
        "/api/v1/nothing",
        "/api/v1/openapi.json",
        "/metrics",
        "/healthz",
        "/readyz",
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            protection(&answer),
            expected("no-store", API, false),
            "{path}"
        );
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
        assert!(!answer.headers.contains_key("server"), "{path}");
    }
    let refused = server.request(Method::GET, "/api/v1/status", &[], ()).await;
    assert_eq!(protection(&refused), expected("no-store", API, false));
    assert!(
        refused
            .header("content-type")
            .starts_with("application/json")
    );
}

#[tokio::test]
async fn the_page_runs_our_own_scripts_and_nothing_else() {
    let server = server().await;
    let answer = server.request(Method::GET, "/", &[], ()).await;
    let policy = answer.header("content-security-policy").to_owned();
    let (before, rest) = policy.split_once("'nonce-").unwrap();
    let (nonce, after) = rest.split_once('\'').unwrap();
    assert!(nonce.len() >= 22, "128 bits: {nonce}");
    let fixed = format!("{before}'nonce-N'{after}");
    assert_eq!(
        fixed,
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; \
         require-trusted-types-for 'script'; trusted-types default"
    );
    assert_eq!(protection(&answer), expected("no-cache", &policy, false));
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_there() {
    let server = server().await;
    let seen = async |peer: [u8; 4]| {
        let request = Request::get("/healthz")
            .header("x-forwarded-proto", "https")
            .extension(Peer(peer.into()));
        protection(&server.send(request.body(Body::empty()).unwrap()).await)
    };
    assert_eq!(seen([127, 0, 0, 1]).await, expected("no-store", API, true));
    let stranger = seen([203, 0, 113, 9]).await;
    assert_eq!(stranger, expected("no-store", API, false), "not believed");
}
