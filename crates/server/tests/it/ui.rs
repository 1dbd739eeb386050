//! The UI's files.

use crate::support::server;
use axum::http::Method;

#[tokio::test]
async fn every_page_address_gets_the_page_with_a_fresh_nonce() {
    let server = server().await;
    let mut nonces = Vec::new();
    for path in ["/", "/index.html", "/logs/usage", "/setup"] {
        let answer = server.request(Method::GET, path, &[], ()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{path}"
        );
        assert!(!answer.text().contains("__CSP_NONCE__"), "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("form-action 'self'"));
        let (_, nonce) = policy.split_once("'nonce-").unwrap();
        nonces.push(nonce.split('\'').next().unwrap().to_owned());
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn missing_files_and_api_addresses_get_no_page() {
    let server = server().await;
    for path in [
        "/assets/none-1234.js",
        "/api/v1/nothing",
        "/api/nothing",
        "/v1/nothing",
        "/../../Cargo.toml",
    ] {
        let answer = server.request(Method::GET, path, &[], ()).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}
