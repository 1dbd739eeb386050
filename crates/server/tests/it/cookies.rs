//! Session cookies: where they go, and that no other site acts with them.

use crate::support::{EMAIL, JSON, PASSWORD, server, server_with, unlimited};
use axum::body::Body;
use axum::http::{Method, Request};
use daybook_server::{Options, Peer};
use daybook_testkit::MemoryStore;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn changes_by_cookie_must_come_from_our_own_pages() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let cookie = ("cookie", cookie.as_str());
    let csrf = ("x-daybook-csrf", "1");
    let body = json!({"name": "x", "scopes": ["read"]}).to_string();
    let create = async |headers: &[(&str, &str)]| {
        let answer = server
            .request(Method::POST, "/api/v1/api-keys", headers, body.clone())
            .await;
        answer.status.as_u16()
    };
    assert_eq!(create(&[cookie, JSON]).await, 403);
    assert_eq!(
        create(&[cookie, JSON, csrf, ("sec-fetch-site", "cross-site")]).await,
        403
    );
    assert_eq!(
        create(&[cookie, JSON, csrf, ("sec-fetch-site", "same-site")]).await,
        403
    );
    assert_eq!(
        create(&[cookie, JSON, csrf, ("sec-fetch-site", "same-origin")]).await,
        201
    );
    assert_eq!(create(&[cookie, JSON, csrf]).await, 201);
    let bearer = format!("Bearer {}", server.key);
    assert_eq!(
        create(&[("authorization", &bearer), JSON]).await,
        201,
        "keys need none"
    );
}

#[tokio::test]
async fn changes_by_cookie_name_this_host_as_their_origin() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let body = json!({"name": "x", "scopes": ["read"]}).to_string();
    let create = async |peer: [u8; 4], headers: &[(&str, &str)]| {
        let mut request = Request::post("/api/v1/api-keys")
            .header("cookie", &cookie)
            .header("x-daybook-csrf", "1")
            .header("content-type", "application/json")
            .extension(Peer(peer.into()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = server
            .send(request.body(Body::from(body.clone())).unwrap())
            .await;
        answer.status.as_u16()
    };
    let (proxy, stranger) = ([127, 0, 0, 1], [203, 0, 113, 8]);
    let host = ("host", "logs.example:7070");
    let evil = ("origin", "http://evil.example");
    assert_eq!(create(stranger, &[host, evil]).await, 403);
    let same_origin = ("sec-fetch-site", "same-origin");
    assert_eq!(create(stranger, &[host, evil, same_origin]).await, 403);
    for other in ["null", "http://logs.example", "http://logs.example:70700"] {
        assert_eq!(create(stranger, &[host, ("origin", other)]).await, 403);
    }
    let ours = ("origin", "http://Logs.example:7070");
    assert_eq!(create(stranger, &[host, ours]).await, 201);
    let with_port = [
        ("host", "logs.example:443"),
        ("origin", "https://logs.example"),
    ];
    assert_eq!(create(stranger, &with_port).await, 201);

    let forwarded = [
        ("host", "127.0.0.1:7070"),
        ("x-forwarded-host", "logs.example"),
        ("origin", "https://logs.example"),
    ];
    assert_eq!(create(proxy, &forwarded).await, 201);
    assert_eq!(
        create(stranger, &forwarded).await,
        403,
        "only a proxy on this machine is believed"
    );
}

#[tokio::test]
async fn the_cookie_is_bound_to_the_host_behind_tls() {
    let server = server().await;
    server
        .control
        .bootstrap(EMAIL, PASSWORD.into())
        .await
        .unwrap();
    let sign_in = async |peer: [u8; 4], proto: &str| {
        let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
        let request = Request::post("/api/v1/session")
            .header("content-type", "application/json")
            .header("x-forwarded-proto", proto)
            .header("x-forwarded-for", "198.51.100.1, 198.51.100.2")
            .extension(Peer(peer.into()));
        let answer = server.send(request.body(Body::from(body)).unwrap()).await;
        answer.header("set-cookie").to_owned()
    };
    let plain = sign_in([127, 0, 0, 1], "http").await;
    assert!(
        plain.starts_with("daybook_session=") && !plain.contains("Secure"),
        "{plain}"
    );
    assert!(
        plain.contains("HttpOnly") && plain.contains("SameSite=Lax"),
        "{plain}"
    );
    let behind_tls = sign_in([127, 0, 0, 1], "https").await;
    assert!(behind_tls.starts_with("__Host-daybook_session=") && behind_tls.ends_with("; Secure"));
    let claimed = sign_in([203, 0, 113, 8], "https").await;
    assert!(
        claimed.starts_with("daybook_session="),
        "only a proxy on this machine is believed"
    );
    let ips = server.get("/api/v1/logs/auth/values/ip").await.json();
    assert_eq!(
        ips["values"],
        json!([{"value": "198.51.100.2", "count": 2}, {"value": "203.0.113.8", "count": 1}])
    );
}

#[tokio::test]
async fn behind_tls_no_cookie_counts_that_another_host_could_have_set() {
    let server = server().await;
    let plain = server.sign_in().await;
    let (_, token) = plain.split_once('=').unwrap();
    let signed_in = async |cookie: String, proto: &str| {
        let request = Request::get("/api/v1/session")
            .header("cookie", cookie)
            .header("x-forwarded-proto", proto)
            .extension(Peer([127, 0, 0, 1].into()));
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        answer.json().is_object()
    };
    let bound = format!("__Host-daybook_session={token}");
    assert!(signed_in(plain.clone(), "http").await);
    assert!(signed_in(bound.clone(), "https").await);
    assert!(!signed_in(plain.clone(), "https").await, "it is not bound");
    assert!(!signed_in(bound.clone(), "http").await);
    // What came first in the header does not win by that.
    let planted = format!("daybook_session=planted; {bound}");
    assert!(signed_in(planted, "https").await);
}

#[tokio::test]
async fn under_another_name_nobody_signs_in_or_is_signed_in() {
    let options = Options {
        public_url: Some("http://logs.example:7070".into()),
        ..unlimited()
    };
    let server = server_with(options, Arc::new(MemoryStore::default())).await;
    let cookie = server.sign_in().await;
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let name = json!({"name": "x", "scopes": ["read"]}).to_string();
    let bearer = format!("Bearer {}", server.key);
    for (host, known) in [
        ("logs.example:7070", true),
        ("LOGS.example:7070", true),
        ("127.0.0.1:7070", true),
        ("[::1]:7070", true),
        ("localhost:7070", true),
        ("evil.example", false),
        ("logs.example", false),
        ("logs.example.evil.example:7070", false),
        ("localhost.evil.example", false),
    ] {
        let (origin, host) = (format!("http://{host}"), ("host", host));
        let origin = ("origin", origin.as_str());
        let post = async |path, headers: &[(&str, &str)], body: &str| {
            let headers = [&[host, origin, JSON], headers].concat();
            let body = body.to_owned();
            server.request(Method::POST, path, &headers, body).await
        };
        let signed_in = post("/api/v1/session", &[], &body).await;
        let by_cookie = [("cookie", cookie.as_str()), ("x-daybook-csrf", "1")];
        let changed = post("/api/v1/api-keys", &by_cookie, &name).await;
        let read = [host, by_cookie[0]];
        let read = server.request(Method::GET, "/api/v1/session", &read, ());
        assert_eq!(read.await.json().is_object(), known, "{host:?}");
        if known {
            assert_eq!(signed_in.status, 200, "{host:?}");
            assert_eq!(changed.status, 201, "{host:?}");
        } else {
            let refused = (403, "wrong_host".to_owned());
            assert_eq!(signed_in.error(), refused, "{host:?}");
            assert_eq!(changed.error(), refused, "{host:?}");
        }
        let by_key = post("/api/v1/api-keys", &[("authorization", &bearer)], &name).await;
        assert_eq!(by_key.status, 201, "keys are no browser's: {host:?}");
    }
    let told = server.auth_events("event=sign_in&result=failure").await;
    assert_eq!(told.len(), 4, "{told:?}");
}
