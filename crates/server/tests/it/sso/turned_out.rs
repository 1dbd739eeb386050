//! People whom their provider no longer admits: what they had open ends.

use super::rogue::Rogue;
use super::{Browser, change_provider, events, make_provider};
use crate::support::{EMAIL, PASSWORD, Server, server};
use axum::http::Method;
use serde_json::{Value, json};

/// A provider whose claim `groups` gives roles.
async fn with_groups(server: &Server, rogue: &Rogue) -> String {
    let rules = json!([{"value": "admins", "role": "super_admin"}]);
    let more = json!({"role_claim": "groups", "role_map": rules, "default_role": null});
    make_provider(server, &rogue.issuer, more).await
}

#[tokio::test]
async fn sessions_and_personal_keys_end_with_the_role() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = with_groups(&server, &rogue).await;
    let made = server.control.bootstrap(EMAIL, PASSWORD.into()).await;
    made.unwrap();
    let (mut open, mut again) = (Browser::default(), Browser::default());
    let admins = json!({"groups": ["admins"]});
    let end = rogue.sign_in(&server, &mut open, &id, admins.clone()).await;
    assert_eq!(end, "/usage");
    let path = "/api/v1/account/api-keys";
    let key = open
        .send(&server, Method::POST, path, &json!({"name": "x"}))
        .await;
    let key = key.json()["key"].as_str().unwrap().to_owned();
    let by_key = [("x-api-key", key.as_str())];
    let read = async || {
        let path = "/api/v1/logs/audit";
        server.request(Method::GET, path, &by_key, ()).await
    };
    assert_eq!(read().await.status, 200);

    let nothing = json!({"groups": []});
    for _ in 0..2 {
        let end = rogue
            .sign_in(&server, &mut again, &id, nothing.clone())
            .await;
        assert_eq!(end, "/sign-in#sso_error=not_allowed");
        assert_eq!(open.session(&server).await, Value::Null);
    }
    assert_eq!(read().await.error(), (401, "revoked_key".into()));
    let ended = events(&server, "auth", "event=session_revoked").await;
    assert_eq!(ended.len(), 1);
    let reason = "its identity provider no longer admits the account";
    assert_eq!(ended[0]["reason"], reason);
    let changes = events(&server, "audit", "action=user.sessions_ended").await;
    assert_eq!(changes.len(), 1, "once: then nothing is open");
    let details = changes[0]["details"].to_string();
    assert!(details.contains("no rule of role_map fits"), "{details}");

    // The provider admits them again: they begin anew, the key stays revoked.
    let end = rogue.sign_in(&server, &mut again, &id, admins).await;
    assert_eq!(end, "/usage");
    assert_eq!(read().await.status, 401);
}

#[tokio::test]
async fn sessions_end_with_the_admitted_domain_and_a_stranger_ends_nothing() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let mut open = Browser::default();
    rogue.sign_in(&server, &mut open, &id, json!({})).await;
    change_provider(&server, &id, json!({"email_domains": ["example.org"]})).await;
    let mut other = Browser::default();
    let stranger = json!({"sub": "person-2", "email": "bo@example.com"});
    let end = rogue.sign_in(&server, &mut other, &id, stranger).await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed");
    assert!(!open.session(&server).await.is_null());
    let end = rogue.sign_in(&server, &mut other, &id, json!({})).await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed");
    assert_eq!(open.session(&server).await, Value::Null);
}

#[tokio::test]
async fn the_last_administrator_can_still_mend_the_settings() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = with_groups(&server, &rogue).await;
    let (mut open, mut again) = (Browser::default(), Browser::default());
    let admins = json!({"groups": ["admins"]});
    rogue.sign_in(&server, &mut open, &id, admins).await;
    let end = rogue.sign_in(&server, &mut again, &id, json!({})).await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed");
    assert_eq!(open.session(&server).await["role"], "super_admin");
    let denied = "action=user.sessions_ended&result=denied";
    assert_eq!(events(&server, "audit", denied).await.len(), 1);
}
