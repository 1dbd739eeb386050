//! Changes that are refused leave the event of the change, as an attempt that names what was asked for.

use crate::support::{Answer, EMAIL, JSON, Server, make_key, server};
use axum::http::Method;
use daybook_server::control::{Role, Scope};
use serde_json::{Value, json};

const NOBODY: &str = "01980a3c-7e1e-7a80-8a3b-2f9f5d1c0b11";

/// Sends JSON with the key that may do everything.
async fn call(server: &Server, method: Method, path: &str, body: &Value) -> Answer {
    let headers = [("x-api-key", server.key.as_str()), JSON];
    let path = format!("/api/v1{path}");
    server
        .request(method, &path, &headers, body.to_string())
        .await
}

#[tokio::test]
async fn what_is_not_there_is_named_as_it_was_asked_for() {
    let server = server().await;
    let nothing = json!({});
    let disabled = json!({"disabled": true});
    let role = json!({"role": "auditor"});
    let links = json!({"links": []});
    let provider =
        json!({"name": "Example", "issuer": "https://idp.example", "client_id": "daybook"});
    #[rustfmt::skip]
    let changes = [
        (Method::PATCH, "/users/{}", &disabled, "user.disabled"),
        (Method::PATCH, "/users/{}", &role, "user.role_changed"),
        (Method::DELETE, "/users/{}", &nothing, "user.deleted"),
        (Method::PUT, "/users/{}/links", &links, "user.links_changed"),
        (Method::POST, "/users/{}/invitation", &nothing, "user.invited_again"),
        (Method::POST, "/users/{}/reset", &nothing, "user.reset_sent"),
        (Method::POST, "/users/{}/unlock", &nothing, "user.unlocked"),
        (Method::DELETE, "/users/{}/sessions", &nothing, "user.sessions_ended"),
        (Method::DELETE, "/users/{}/mfa", &nothing, "user.mfa_reset"),
        (Method::DELETE, "/api-keys/{}", &nothing, "api_key.revoked"),
        (Method::POST, "/api-keys/{}/rotate", &nothing, "api_key.rotated"),
        (Method::PUT, "/identity-providers/{}", &provider, "identity_provider.modified"),
        (Method::DELETE, "/identity-providers/{}", &nothing, "identity_provider.deleted"),
        (Method::POST, "/identity-providers/{}/test", &nothing, "identity_provider.tested"),
        (Method::DELETE, "/exports/{}", &nothing, "export.deleted"),
        (Method::DELETE, "/holds/{}", &nothing, "hold.released"),
    ];
    for (method, path, body, action) in changes {
        let path = path.replace("{}", NOBODY);
        for _ in 0..3 {
            let answer = call(&server, method.clone(), &path, body).await;
            assert_eq!(answer.error(), (404, "not_found".into()), "{method} {path}");
        }
        let told = server.newest("audit", &format!("action={action}")).await;
        assert_eq!(told["result"], "failure", "{action}: {told}");
        assert_eq!(told["resource_id"], NOBODY, "{action}: {told}");
        let kind = action.split('.').next().unwrap();
        assert_eq!(told["resource_type"], kind, "{action}: {told}");
        assert_eq!(told["actor_name"], "everything", "{action}: {told}");
        let count = server.total("audit", &format!("action={action}")).await;
        assert_eq!(count, 1, "{action}: once a minute");
    }
}

#[tokio::test]
async fn values_that_cannot_be_used_are_on_record_each_for_its_reason() {
    let server = server().await;
    let mut sign_in = server.get("/api/v1/settings/sign-in").await.json();
    sign_in["session_absolute_hours"] = json!(0);
    #[rustfmt::skip]
    let changes = [
        (Method::POST, "/users", json!({"email": "nobody", "role": "user"}), "user.invited"),
        (Method::POST, "/api-keys", json!({"name": "", "scopes": ["read"]}), "api_key.created"),
        (Method::PUT, "/settings/retention", json!({"usage_days": 0}), "retention.modified"),
        (Method::PUT, "/settings/retention", json!({"audit_days": 1}), "retention.modified"),
        (Method::PUT, "/settings/sign-in", sign_in, "sign_in.modified"),
        (Method::POST, "/holds", json!({"name": "", "reason": "x"}), "hold.created"),
        (Method::POST, "/holds", json!({"name": "x", "reason": ""}), "hold.created"),
        (Method::POST, "/erasures", json!({"user_id": "", "reason": "x"}), "erasure.requested"),
        (Method::POST, "/identity-providers", json!({"name": "", "issuer": "https://idp.example", "client_id": "d"}), "identity_provider.created"),
    ];
    for (method, path, body, action) in changes {
        let answer = call(&server, method, path, &body).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        let told = server.newest("audit", &format!("action={action}")).await;
        assert_eq!(told["result"], "failure", "{action}: {told}");
        let why = &answer.json()["error"]["message"];
        assert_eq!(&told["reason"], why, "{action}: {told}");
        assert_eq!(told["changes"], Value::Null, "{action}: {told}");
    }
    assert_eq!(server.total("audit", "action=hold.created").await, 2);
    assert_eq!(
        server.newest("audit", "action=user.invited").await["resource_name"],
        "nobody"
    );
}

#[tokio::test]
async fn what_nobody_could_be_called_is_cut_and_on_record() {
    let server = server().await;
    let path = format!("/holds/{}", "x".repeat(2_000));
    let answer = call(&server, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(answer.status, 404, "{}", answer.text());
    let told = server.newest("audit", "action=hold.released").await;
    assert_eq!(told["resource_id"], "x".repeat(512));
}

#[tokio::test]
async fn a_change_that_another_site_may_have_provoked_is_told_of_whose_cookie_came() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let body = json!({"email": "x@example.com", "role": "super_admin"}).to_string();
    for cookie in [cookie.as_str(), "daybook_session=nobodys"] {
        let headers = [("cookie", cookie), JSON];
        let path = "/api/v1/users";
        let forged = server
            .request(Method::POST, path, &headers, body.clone())
            .await;
        assert_eq!(forged.error(), (403, "csrf".into()));
    }
    let denied = server.newest("audit", "action=route.denied").await;
    assert_eq!(
        (
            &denied["actor_name"],
            &denied["result"],
            &denied["resource_id"]
        ),
        (
            &json!(EMAIL),
            &json!("denied"),
            &json!("POST /api/v1/users")
        )
    );
    let why = denied["reason"].as_str().unwrap();
    assert!(why.contains("x-daybook-csrf"), "{why}");
    assert_eq!(server.total("audit", "action=route.denied").await, 1);
}

#[tokio::test]
async fn what_a_key_may_not_do_is_told_of_the_key_and_of_what_it_asked_for() {
    let server = server().await;
    let reader = make_key(&server.control, "reader", &[Scope::Read]).await;
    let sender = make_key(&server.control, "sender", &[Scope::Ingest]).await;
    let secret = "dbk_0123456789abcdefghij";
    #[rustfmt::skip]
    let attempts = [
        ("reader", Method::DELETE, "/api/v1/users/abc?token=hidden".to_owned(), "/api/v1/users/{id}", "/api/v1/users/abc"),
        ("reader", Method::DELETE, "/api/v1/users/def".into(), "/api/v1/users/{id}", "/api/v1/users/def"),
        ("reader", Method::DELETE, format!("/api/v1/users/{secret}"), "/api/v1/users/{id}", ""),
        ("reader", Method::PUT, "/api/v1/settings/retention".into(), "/api/v1/settings/retention", "/api/v1/settings/retention"),
        ("reader", Method::GET, "/api/v1/audit/evidence".into(), "/api/v1/audit/evidence", "/api/v1/audit/evidence"),
        ("reader", Method::GET, "/api/v1/me/logs/usage".into(), "/api/v1/me/logs/{stream}", "/api/v1/me/logs/usage"),
        ("sender", Method::GET, "/api/v1/logs/audit/events/x".into(), "/api/v1/logs/{stream}/events/{id}", "/api/v1/logs/audit/events/x"),
        ("sender", Method::GET, "/ledger/body/000".into(), "/ledger/body/{*path}", "/ledger/body/000"),
    ];
    let count = attempts.len() as u64;
    for (name, method, path, route, named) in attempts {
        let key = if name == "reader" { &reader } else { &sender };
        for _ in 0..2 {
            let headers = [("x-api-key", key.as_str()), JSON];
            let answer = server.request(method.clone(), &path, &headers, "{}").await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.text());
        }
        let told = server.newest("audit", "action=route.denied").await;
        assert_eq!(
            (&told["actor_type"], &told["actor_name"], &told["result"]),
            (&json!("api_key"), &json!(name), &json!("denied")),
            "{told}"
        );
        assert_eq!(told["resource_id"], format!("{method} {route}"), "{told}");
        let told_path = told["resource_name"].as_str().unwrap_or_default();
        assert_eq!(told_path, named, "{told}");
        assert!(!told.to_string().contains(secret), "{told}");
    }
    let told = server.total("audit", "action=route.denied").await;
    assert_eq!(told, count, "once a minute of each thing");
    let refused = "event=key_refused&user_name=sender";
    assert!(server.total("auth", refused).await > 0);
}

#[tokio::test]
async fn events_that_a_session_sends_are_denied_on_record() {
    let server = server().await;
    let person = server.person("bo@example.com", Role::SuperAdmin).await;
    let sent = server
        .as_person(&person, Method::POST, "/api/v1/events", Some(&json!([])))
        .await;
    assert_eq!(sent.error(), (403, "key_needed".into()));
    let told = server.newest("audit", "action=route.denied").await;
    assert_eq!(
        (&told["actor_name"], &told["resource_id"]),
        (&json!("bo@example.com"), &json!("POST /api/v1/events"))
    );
}

#[tokio::test]
async fn exports_and_views_that_cannot_be_are_on_record() {
    let server = server().await;
    for (mut body, field) in [
        (json!({"filters": {"colour": "red"}}), "colour"),
        (json!({"columns": ["colour"]}), "columns"),
        (json!({"filters": {"from": "someday"}}), "from"),
    ] {
        body["stream"] = json!("usage");
        let answer = call(&server, Method::POST, "/exports", &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        let error = &answer.json()["error"];
        assert_eq!(error["field"], field);
        let told = server.newest("audit", "action=export.created").await;
        assert_eq!(
            (&told["result"], &told["resource_name"]),
            (&json!("failure"), &json!("usage"))
        );
        let why = error["message"].as_str().unwrap();
        assert!(why.starts_with(told["reason"].as_str().unwrap()), "{told}");
    }
    assert_eq!(server.total("audit", "action=export.created").await, 3);

    let person = server.person("bo@example.com", Role::User).await;
    let view = json!({"name": "mine", "screen": "nonsense", "query": ""});
    let path = "/api/v1/views";
    let saved = server.as_person(&person, Method::POST, path, Some(&view));
    assert_eq!(saved.await.status, 400);
    let told = server.newest("audit", "action=view.created").await;
    assert_eq!(
        (&told["result"], &told["resource_name"], &told["actor_name"]),
        (&json!("failure"), &json!("mine"), &json!("bo@example.com"))
    );
}

#[tokio::test]
async fn attempts_at_ones_own_account_name_what_was_tried() {
    let server = server().await;
    let person = server.person("bo@example.com", Role::User).await;
    let password = json!({"current": "wrong password", "new": "another sentence of six words"});
    let wrong = json!({"password": "wrong password"});
    let code = json!({"password": "wrong password", "code": "000000"});
    let (confirm, nothing) = (json!({"code": "000000"}), json!({}));
    #[rustfmt::skip]
    let attempts = [
        (Method::POST, "/api/v1/account/password", &password, 403, "user.password_changed", "modify_password"),
        (Method::POST, "/api/v1/account/mfa", &wrong, 403, "user.mfa_bound", "bind_2fa"),
        (Method::DELETE, "/api/v1/account/mfa", &code, 403, "user.mfa_disabled", "disable_2fa"),
        (Method::POST, "/api/v1/account/mfa/confirm", &confirm, 404, "user.mfa_enabled", "enable_2fa"),
        (Method::DELETE, "/api/v1/account/sessions/nope", &nothing, 404, "session.deleted", "delete"),
    ];
    for (method, path, body, status, action, operation) in attempts {
        for _ in 0..2 {
            let answer = server
                .as_person(&person, method.clone(), path, Some(body))
                .await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
        }
        let told = server.newest("audit", &format!("action={action}")).await;
        assert_eq!(
            (&told["result"], &told["operation"], &told["actor_name"]),
            (
                &json!("failure"),
                &json!(operation),
                &json!("bo@example.com")
            ),
            "{told}"
        );
        let failed = format!("action={action}&result=failure");
        assert_eq!(server.total("audit", &failed).await, 1, "{action}");
    }
    let told = server.newest("audit", "action=session.deleted").await;
    assert_eq!(told["resource_id"], "nope");
    let told = server.newest("audit", "action=user.mfa_bound").await;
    assert_eq!(
        (&told["reason"], &told["resource_id"]),
        (&json!("wrong password"), &json!(person.id))
    );
    let refused = "event=reauthentication&result=failure";
    assert!(server.total("auth", refused).await > 0);
}
