//! What `docs/design/security.md` promises and no other module tests, and that its tests exist.

use crate::support::{listen, server};
use axum::http::Method;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[test]
fn every_test_that_the_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = std::fs::read_to_string(root.join("docs/design/security.md")).unwrap();
    let rows = document.lines().filter(|line| line.starts_with('|'));
    let proofs: Vec<&str> = rows
        .filter_map(|row| row.trim_end_matches('|').rsplit('|').next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(proofs.len() > 40, "{proofs:?}");
    for proof in proofs {
        if let Some((module, test)) = proof.rsplit_once("::") {
            let module = module.replace("::", "/");
            let path = root.join(format!("crates/server/tests/it/{module}.rs"));
            let module = std::fs::read_to_string(path).unwrap_or_default();
            assert!(module.contains(&format!("fn {test}()")), "{proof}");
        } else {
            assert!(root.join(proof).exists(), "{proof}");
        }
    }
}

#[test]
fn no_route_changes_an_event() {
    let document: Value = serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let of_events = [
            "/api/v1/logs",
            "/api/v1/events",
            "/api/v1/usage",
            "/v1/",
            "/ingest/",
        ];
        if !of_events.iter().any(|prefix| path.starts_with(prefix)) {
            continue;
        }
        seen += 1;
        for method in operations.as_object().unwrap().keys() {
            let takes_new = method == "post" && !path.starts_with("/api/v1/logs");
            assert!(method == "get" || takes_new, "{method} {path}");
        }
    }
    assert!(seen > 10, "{seen}");
}

#[tokio::test]
async fn a_key_in_the_address_is_none() {
    let server = server().await;
    for name in ["key", "api_key", "token", "access_token"] {
        let path = format!("/api/v1/status?{name}={}", server.key);
        let answer = server.request(Method::GET, &path, &[], ()).await;
        assert_eq!(answer.error(), (401, "unauthorized".into()), "{name}");
    }
}

#[tokio::test]
async fn ambiguous_requests_are_refused() {
    let server = server().await;
    let address = listen(&server).await;
    for head in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: +5\r\n",
        "content-length : 5\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "x-folded: a\r\n b\r\n",
        "host: y\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /api/v1/events HTTP/1.1\r\nhost: x\r\n{head}\r\nhelloGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
        let _ = read.await.expect("the connection is closed");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head:?}: {answer}");
    }
    for (version, status) in [("1.1", 400), ("1.0", 200)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /healthz HTTP/{version}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(20), read)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            answer.split(' ').nth(1),
            Some(status.to_string().as_str()),
            "{answer}"
        );
    }
}
