//! Session cookies: where they go, and that no other site acts with them.

use crate::support::{EMAIL, JSON, PASSWORD, server};
use axum::body::Body;
use axum::http::{Method, Request};
use daybook_server::Peer;
use serde_json::json;

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
