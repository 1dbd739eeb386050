//! Providers as administrators set them: on record, without their secrets.

use super::rogue::Rogue;
use super::{Browser, admin, change_provider, make_provider};
use crate::support::server;
use axum::http::Method;
use serde_json::{Value, json};

const PROVIDERS: &str = "/api/v1/identity-providers";

#[tokio::test]
async fn the_client_secret_goes_in_and_never_out() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let path = format!("{PROVIDERS}/{id}");
    let nothing = json!({});
    let mut shown = String::new();
    for path in [PROVIDERS, &path] {
        shown += &admin(&server, Method::GET, path, &nothing).await.text();
    }
    // Without a secret the stored one stays.
    change_provider(&server, &id, json!({"name": "Renamed"})).await;
    let end = rogue
        .sign_in(&server, &mut Browser::default(), &id, json!({}))
        .await;
    assert_eq!(end, "/usage");
    let sent = rogue.script().authorization.clone();
    assert!(sent.starts_with("Basic "), "{sent}");
    change_provider(&server, &id, json!({"client_secret": "hunter3"})).await;
    let answer = admin(&server, Method::GET, &path, &nothing).await;
    assert_eq!(answer.json()["has_client_secret"], true);
    assert_eq!(
        answer.json()["callback_url"],
        format!("http://daybook.test/api/v1/sso/{id}/callback")
    );
    change_provider(&server, &id, json!({"client_secret": ""})).await;
    let answer = admin(&server, Method::GET, &path, &nothing).await;
    assert_eq!(answer.json()["has_client_secret"], false);
    rogue
        .sign_in(&server, &mut Browser::default(), &id, json!({}))
        .await;
    assert_eq!(
        rogue.script().authorization,
        "",
        "a public client has no secret to send"
    );
    assert_eq!(rogue.script().form["client_id"], "daybook");
    for path in [
        "/api/v1/logs/audit?page_size=1000",
        "/api/v1/logs/auth?page_size=1000",
    ] {
        shown += &server.get(path).await.text();
    }
    assert!(!shown.contains("hunter"), "{shown}");
    let changed = super::events(&server, "audit", "action=identity_provider.modified").await;
    let secrets = changed
        .iter()
        .flat_map(|event| event["changes"].as_array().unwrap());
    let secrets: Vec<_> = secrets
        .filter(|it| it["field"] == "client_secret")
        .collect();
    let is_hash = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("hmac:"));
    assert_eq!(secrets.len(), 2, "changed, and taken away: {secrets:?}");
    assert!(secrets.iter().all(|it| is_hash(&it["old"])), "{secrets:?}");
    let new = secrets
        .iter()
        .filter(|it| is_hash(&it["new"]) && it["old"] != it["new"]);
    assert_eq!(new.count(), 1, "{secrets:?}");
}

#[tokio::test]
async fn every_change_of_a_provider_is_on_record() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    change_provider(&server, &id, json!({"email_domains": ["example.com"]})).await;
    change_provider(&server, &id, json!({})).await;
    let path = format!("{PROVIDERS}/{id}");
    admin(&server, Method::POST, &format!("{path}/test"), &json!({})).await;
    admin(&server, Method::DELETE, &path, &json!({})).await;
    let found = super::events(
        &server,
        "audit",
        "resource_type=identity_provider&sort=time",
    )
    .await;
    let found: Vec<_> = found
        .iter()
        .map(|it| it["action"].as_str().unwrap())
        .collect();
    let actions = ["created", "modified", "tested", "deleted"];
    assert_eq!(
        found,
        actions.map(|verb| format!("identity_provider.{verb}"))
    );
    let modified = super::events(&server, "audit", "action=identity_provider.modified").await;
    let change = json!([{"field": "email_domains", "old": [], "new": ["example.com"]}]);
    assert_eq!(modified[0]["changes"], change);
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/test")),
    ] {
        let answer = admin(&server, method, &path, &json!({})).await;
        assert_eq!(answer.error(), (404, "not_found".into()));
    }
}

#[tokio::test]
async fn what_cannot_work_is_refused_by_field() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let settings = |more: Value| {
        let mut settings = json!({"name": "Other", "issuer": rogue.issuer, "client_id": "daybook"});
        settings
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        settings
    };
    for (more, field) in [
        (json!({"name": "Example"}), "name"),
        (json!({"issuer": "http://id.example.com"}), "issuer"),
        (json!({"default_role": "super_admin"}), "default_role"),
    ] {
        let answer = admin(&server, Method::POST, PROVIDERS, &settings(more)).await;
        assert_eq!(answer.error(), (400, "invalid".into()));
        assert_eq!(answer.json()["error"]["field"], field);
    }
    let answer = admin(
        &server,
        Method::POST,
        PROVIDERS,
        &settings(json!({"admin": true})),
    )
    .await;
    assert_eq!(answer.error(), (400, "invalid_body".into()));

    // Subjects of another issuer are other people.
    rogue
        .sign_in(&server, &mut Browser::default(), &id, json!({}))
        .await;
    let moved = settings(json!({"name": "Example", "issuer": "https://id.example.com"}));
    let path = format!("{PROVIDERS}/{id}");
    let answer = admin(&server, Method::PUT, &path, &moved).await;
    assert_eq!(answer.json()["error"]["field"], "issuer");
}

#[tokio::test]
async fn the_test_says_what_works_and_what_to_do() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let path = format!("{PROVIDERS}/{id}/test");
    let test = async || {
        let answer = admin(&server, Method::POST, &path, &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        let steps = answer["steps"].as_array().unwrap().clone();
        let outcome = |step: &Value| {
            let name = step["name"].as_str().unwrap().to_owned();
            (name, step["outcome"].as_str().unwrap().to_owned())
        };
        let outcomes = steps
            .iter()
            .map(outcome)
            .collect::<std::collections::HashMap<_, _>>();
        for step in &steps {
            let good = step["outcome"] == "ok";
            assert_eq!(
                step["advice"].is_null(),
                good,
                "what is not good has an advice: {step}"
            );
        }
        (answer["ok"].as_bool().unwrap(), outcomes)
    };
    let answers = |status, body: &str| (status, "application/json", body.to_owned());
    let grant = answers(400, r#"{"error": "invalid_grant"}"#);
    rogue.script().instead.insert("token", grant);
    let (ok, steps) = test().await;
    assert!(ok, "{steps:?}");
    let names = ["discovery", "features", "keys", "credentials", "clock"];
    assert!(names.iter().all(|name| steps[*name] == "ok"), "{steps:?}");
    assert_eq!(
        steps["accounts"], "warning",
        "everybody there would get an account"
    );

    let wrong = answers(401, r#"{"error": "invalid_client"}"#);
    rogue.script().instead.insert("token", wrong);
    let (ok, steps) = test().await;
    assert!(!ok && steps["credentials"] == "failed", "{steps:?}");
    rogue.script().instead.insert("token", answers(400, "?"));
    rogue
        .script()
        .instead
        .insert("jwks", answers(200, r#"{"keys": []}"#));
    let plain = json!({"code_challenge_methods_supported": null, "scopes_supported": ["openid"]});
    rogue.script().metadata = plain.as_object().unwrap().clone();
    let (ok, steps) = test().await;
    assert!(!ok && steps["keys"] == "failed", "{steps:?}");
    assert_eq!(
        (steps["credentials"].as_str(), steps["features"].as_str()),
        ("warning", "warning")
    );
    rogue.script().instead.insert("metadata", answers(500, ""));
    let (ok, steps) = test().await;
    assert!(
        !ok && steps.len() == 1 && steps["discovery"] == "failed",
        "{steps:?}"
    );
}
