//! Who may do what.

use crate::support::{EMAIL, JSON, PASSWORD, make_key, server};
use axum::http::Method;
use daybook_server::control::Scope;
use serde_json::json;

#[tokio::test]
async fn nothing_is_read_or_sent_without_a_key_or_a_session() {
    let server = server().await;
    for (method, path) in [
        (Method::GET, "/api/v1/logs/usage"),
        (Method::GET, "/api/v1/logs/usage/events/x"),
        (Method::GET, "/api/v1/logs/usage/values/platform_model"),
        (Method::GET, "/api/v1/logs/usage/histogram"),
        (Method::GET, "/api/v1/catalogue"),
        (Method::GET, "/api/v1/status"),
        (Method::GET, "/api/v1/api-keys"),
        (Method::POST, "/api/v1/api-keys"),
        (Method::DELETE, "/api/v1/api-keys/x"),
        (Method::POST, "/api/v1/events"),
        (Method::GET, "/metrics"),
    ] {
        let answer = server.request(method.clone(), path, &[], ()).await;
        assert_eq!(
            answer.error(),
            (401, "unauthorized".into()),
            "{method} {path}"
        );
        let wrong = [("authorization", "Bearer dbk_wrong")];
        let answer = server.request(method.clone(), path, &wrong, ()).await;
        assert_eq!(
            answer.error(),
            (401, "invalid_key".into()),
            "{method} {path}"
        );
        let wrong = [("cookie", "daybook_session=wrong"), ("x-daybook-csrf", "1")];
        let answer = server.request(method.clone(), path, &wrong, ()).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
    for path in [
        "/healthz",
        "/readyz",
        "/health",
        "/api/v1/openapi.json",
        "/api/v1/session",
        "/api/v1/setup",
    ] {
        assert_eq!(
            server.request(Method::GET, path, &[], ()).await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn keys_do_what_their_scopes_say_and_no_more() {
    let server = server().await;
    let keys = [Scope::Ingest, Scope::Read, Scope::Admin];
    let event = r#"{"stream":"system","message":"x"}"#;
    for held in keys {
        let key = make_key(&server.control, held.name(), &[held]).await;
        for (scope, method, path, body) in [
            (Scope::Ingest, Method::POST, "/api/v1/events", event),
            (Scope::Read, Method::GET, "/api/v1/logs/system", ""),
            (Scope::Read, Method::GET, "/metrics", ""),
            (Scope::Admin, Method::GET, "/api/v1/api-keys", ""),
        ] {
            let headers = [("x-api-key", key.as_str()), JSON];
            let answer = server.request(method, path, &headers, body).await;
            match scope == held {
                true => assert_eq!(answer.status, 200, "{held} {path}"),
                false => assert_eq!(
                    answer.error(),
                    (403, "missing_scope".into()),
                    "{held} {path}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn a_revoked_key_ends_at_once() {
    let server = server().await;
    let bearer = format!("Bearer {}", server.key);
    let admin = [("authorization", bearer.as_str()), JSON];
    let body = json!({"name": "gateway", "scopes": ["read"]}).to_string();
    let made = server
        .request(Method::POST, "/api/v1/api-keys", &admin, body)
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let key = made["key"].as_str().unwrap();
    assert!(key.starts_with("dbk_") && key.ends_with(made["last_four"].as_str().unwrap()));
    assert_eq!(made["origin"], "gateway");
    let read = [("api-key", key)];
    assert_eq!(
        server
            .request(Method::GET, "/api/v1/status", &read, ())
            .await
            .status,
        200
    );

    let path = format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap());
    assert_eq!(
        server
            .request(Method::DELETE, &path, &admin, ())
            .await
            .status,
        204
    );
    let answer = server
        .request(Method::GET, "/api/v1/status", &read, ())
        .await;
    assert_eq!(answer.error(), (401, "revoked_key".into()));
    let list = server.get("/api/v1/api-keys").await.json();
    assert!(list["items"][0]["revoked_at"].is_string() && list["items"][0].get("key").is_none());
    let unknown = server
        .request(Method::DELETE, "/api/v1/api-keys/none", &admin, ())
        .await;
    assert_eq!(unknown.error(), (404, "not_found".into()));
    assert_eq!(
        server
            .total("audit", "action=api_key.*&resource_name=gateway")
            .await,
        2
    );
    let ended = "action=*.revoked&resource_name=gateway";
    assert_eq!(server.total("audit", ended).await, 1);
    let refused = server.get("/api/v1/logs/audit?action=api*key").await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"]["field"], "action");
}

#[tokio::test]
async fn a_session_reads_and_manages_but_sends_no_events() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let cookie = ("cookie", cookie.as_str());
    let session = server
        .request(Method::GET, "/api/v1/session", &[cookie], ())
        .await;
    assert_eq!(
        (&session.json()["email"], &session.json()["role"]),
        (&json!(EMAIL), &json!("super_admin"))
    );
    assert_eq!(
        server
            .request(Method::GET, "/api/v1/logs/audit", &[cookie], ())
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .request(Method::GET, "/api/v1/api-keys", &[cookie], ())
            .await
            .status,
        200
    );
    let csrf = ("x-daybook-csrf", "1");
    let answer = server
        .request(Method::POST, "/api/v1/events", &[cookie, csrf, JSON], "[]")
        .await;
    assert_eq!(answer.error(), (403, "key_needed".into()));

    let answer = server
        .request(Method::DELETE, "/api/v1/session", &[cookie, csrf], ())
        .await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    let session = server
        .request(Method::GET, "/api/v1/session", &[cookie], ())
        .await;
    assert_eq!(
        session.text(),
        "null",
        "the session ended, not only its cookie"
    );
}

#[tokio::test]
async fn sign_ins_leave_auth_and_audit_events() {
    let server = server().await;
    server.sign_in().await;
    let wrong = server.try_sign_in(EMAIL, "wrong password").await;
    let unknown = server
        .try_sign_in("nobody@example.com", "wrong password")
        .await;
    assert_eq!(wrong.error(), (401, "wrong_credentials".into()));
    let said = |answer: &crate::support::Answer| answer.json()["error"]["message"].clone();
    assert_eq!(
        said(&wrong),
        said(&unknown),
        "nobody learns which accounts exist"
    );

    let events = server.get("/api/v1/logs/auth?sort=time").await.json();
    let events = events["items"].as_array().unwrap();
    let seen: Vec<_> = events
        .iter()
        .map(|e| {
            (
                e["result"].as_str().unwrap(),
                e["reason"].as_str(),
                e["user_name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("success", None, EMAIL),
            ("failure", Some("wrong password"), EMAIL),
            ("failure", Some("unknown account"), "nobody@example.com"),
        ]
    );
    assert_eq!(
        (
            &events[0]["method"],
            &events[0]["ip"],
            &events[0]["user_agent"]
        ),
        (
            &json!("password"),
            &json!("203.0.113.8"),
            &json!("test browser")
        )
    );
    let audit = server
        .get("/api/v1/logs/audit?operation=login")
        .await
        .json();
    assert_eq!(audit["total"], 1);
    assert_eq!(
        (
            &audit["items"][0]["actor_name"],
            &audit["items"][0]["actor_role"]
        ),
        (&json!(EMAIL), &json!("super_admin"))
    );
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let server = server().await;
    let cookie = server.sign_in().await;
    for _ in 0..5 {
        assert_eq!(
            server.try_sign_in(EMAIL, "wrong password").await.status,
            401
        );
    }
    let answer = server.try_sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.error(), (429, "throttled".into()));
    assert!(answer.header("retry-after").parse::<u64>().unwrap() <= 2);
    let open = server
        .request(Method::GET, "/api/v1/status", &[("cookie", &cookie)], ())
        .await;
    assert_eq!(open.status, 200, "open sessions go on");
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let server = server().await;
    let token = server.control.new_setup_token();
    let needed = async || {
        server
            .request(Method::GET, "/api/v1/setup", &[], ())
            .await
            .json()
    };
    let set_up = async |token: &str, password: &str| {
        let body = json!({"token": token, "email": "Eve@Example.com ", "password": password});
        server
            .request(Method::POST, "/api/v1/setup", &[JSON], body.to_string())
            .await
    };
    assert_eq!(needed().await, json!({"needed": true, "sign_up": false}));
    assert_eq!(
        set_up("guessed", PASSWORD).await.error(),
        (403, "wrong_setup_token".into())
    );
    let short = set_up(&token, "short").await;
    assert_eq!(short.error(), (400, "invalid".into()));
    assert_eq!(short.json()["error"]["field"], "password");
    let made = set_up(&token, PASSWORD).await;
    let made_json = made.json();
    assert_eq!(
        (&made_json["email"], &made_json["role"]),
        (&json!("eve@example.com"), &json!("super_admin"))
    );
    assert!(made.header("set-cookie").starts_with("daybook_session="));
    assert_eq!(needed().await, json!({"needed": false, "sign_up": false}));
    assert_eq!(set_up(&token, PASSWORD).await.status, 403);
    let later = server.control.new_setup_token();
    assert_eq!(
        set_up(&later, PASSWORD).await.status,
        403,
        "no second first account"
    );
}

#[tokio::test]
async fn a_reset_password_ends_sessions() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let actor = daybook_server::control::Actor::system("test");
    server
        .control
        .reset_password(&actor, EMAIL, "another password".into())
        .await
        .unwrap();
    let session = server
        .request(Method::GET, "/api/v1/session", &[("cookie", &cookie)], ())
        .await;
    assert_eq!(session.text(), "null");
    assert_eq!(server.try_sign_in(EMAIL, PASSWORD).await.status, 401);
    let with_new = server.try_sign_in(EMAIL, "another password").await;
    assert_eq!(with_new.status, 200);
    assert_eq!(server.total("audit", "operation=modify_password").await, 1);
}
