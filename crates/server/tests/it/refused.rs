//! Changes that are refused leave the event of the change, as an attempt that names what was asked for.

use crate::support::{Answer, EMAIL, JSON, Server, server};
use axum::http::Method;
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
