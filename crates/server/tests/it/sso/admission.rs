//! Who may sign in, and as whom.

use super::rogue::{Rogue, come_back};
use super::{Browser, change_provider, events, make_provider};
use crate::support::{EMAIL, PASSWORD, Server, server};
use axum::http::Method;
use daybook_server::control::{Actor, UserQuery};
use serde_json::{Value, json};

/// A server, and a provider that says what it is told.
pub(super) async fn both() -> (Server, Rogue) {
    (server().await, Rogue::start().await)
}

async fn accounts(server: &Server) -> u64 {
    let query = UserQuery {
        limit: 1,
        ..UserQuery::default()
    };
    server.control.users(query).await.unwrap().1
}

/// A browser with a session of the first account, by password.
pub(super) async fn by_password(server: &Server) -> Browser {
    let mut browser = Browser::default();
    server
        .control
        .bootstrap(EMAIL, PASSWORD.into())
        .await
        .unwrap();
    let answer = server.try_sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    browser.keep(&answer);
    browser
}

async fn bind(
    server: &Server,
    rogue: &Rogue,
    browser: &mut Browser,
    id: &str,
    more: Value,
) -> String {
    let path = format!("/api/v1/sso/{id}/start");
    let input = json!({"return_to": "/account"});
    let answer = browser.send(server, Method::POST, &path, &input).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = super::parameters(answer.json()["location"].as_str().unwrap());
    let mut claims = rogue.claims(&sent["nonce"]);
    claims
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    rogue.give(&rogue.signed(&claims));
    come_back(server, browser, id, &sent["state"]).await
}

#[tokio::test]
async fn a_stranger_gets_an_account_only_where_the_settings_say_so() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({"create_accounts": false})).await;
    let mut browser = Browser::default();
    let refused = "/sign-in#sso_error=not_allowed";
    let end = rogue.sign_in(&server, &mut browser, &id, json!({})).await;
    assert_eq!((end.as_str(), accounts(&server).await), (refused, 0));

    change_provider(&server, &id, json!({"create_accounts": true})).await;
    for unusable in [
        json!({"email": null}),
        json!({"email_verified": false}),
        json!({"email_verified": null}),
        json!({"email": "no address"}),
    ] {
        let end = rogue.sign_in(&server, &mut browser, &id, unusable).await;
        assert_eq!((end.as_str(), accounts(&server).await), (refused, 0));
    }
    let end = rogue.sign_in(&server, &mut browser, &id, json!({})).await;
    assert_eq!((end.as_str(), accounts(&server).await), ("/usage", 1));
    let session = browser.session(&server).await;
    assert_eq!(
        (&session["email"], &session["role"]),
        (&json!("bo@example.com"), &json!("user"))
    );

    // The same person again, under another address: the subject counts.
    let mut other = Browser::default();
    let end = rogue
        .sign_in(
            &server,
            &mut other,
            &id,
            json!({"email": "new@example.com"}),
        )
        .await;
    assert_eq!((end.as_str(), accounts(&server).await), ("/usage", 1));
    assert_eq!(other.session(&server).await["email"], "bo@example.com");

    let of = |event: &'static str| events(&server, "auth", event);
    let bound = of("event=identity_bound&result=success").await;
    assert_eq!(bound.len(), 1);
    assert_eq!(bound[0]["identity_provider"], "Example");
    let signed_in = of("event=sign_in&result=success").await;
    assert_eq!(signed_in.len(), 2);
    let told = &signed_in[0];
    assert_eq!(
        (&told["method"], &told["identity_provider"]),
        (&json!("sso"), &json!("Example"))
    );
    let logins = events(&server, "audit", "operation=login").await;
    assert_eq!(logins.len(), 2);
    assert_eq!(
        events(&server, "audit", "action=user.created").await.len(),
        1
    );
}

#[tokio::test]
async fn only_named_domains_may_sign_in() {
    let (server, rogue) = both().await;
    let id = make_provider(
        &server,
        &rogue.issuer,
        json!({"email_domains": ["example.com"]}),
    )
    .await;
    let mut browser = Browser::default();
    for (email, verified) in [
        ("bo@evil.org", true),
        ("bo@evil-example.com", true),
        ("bo@example.com", false),
    ] {
        let claims = json!({"email": email, "email_verified": verified});
        let end = rogue.sign_in(&server, &mut browser, &id, claims).await;
        assert_eq!(end, "/sign-in#sso_error=not_allowed", "{email}");
    }
    let end = rogue
        .sign_in(
            &server,
            &mut browser,
            &id,
            json!({"email": "Bo@Example.com"}),
        )
        .await;
    assert_eq!(end, "/usage");
    let claims = json!({"email": "bo@evil.org"});
    let end = rogue.sign_in(&server, &mut browser, &id, claims).await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed", "also who is known");
}

#[tokio::test]
async fn an_address_alone_binds_to_no_account() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    by_password(&server).await;
    let mut thief = Browser::default();
    for (verified, end) in [
        (true, "/sign-in#sso_error=account_exists"),
        (false, "/sign-in#sso_error=not_allowed"),
    ] {
        let claims = json!({"email": EMAIL, "email_verified": verified});
        assert_eq!(rogue.sign_in(&server, &mut thief, &id, claims).await, end);
        assert!(!thief.signed_in());
    }
    change_provider(&server, &id, json!({"trust_email": true})).await;
    change_provider(&server, &id, json!({"require_email_verified": false})).await;
    let claims = json!({"email": EMAIL, "email_verified": false});
    let end = rogue.sign_in(&server, &mut thief, &id, claims).await;
    assert_eq!(
        end, "/sign-in#sso_error=not_allowed",
        "trust needs a verified address"
    );

    let claims = json!({"email": EMAIL, "email_verified": true});
    let mut owner = Browser::default();
    assert_eq!(
        rogue.sign_in(&server, &mut owner, &id, claims).await,
        "/usage"
    );
    assert_eq!(owner.session(&server).await["role"], "super_admin");
    assert_eq!(
        events(&server, "audit", "action=identity.bound")
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn an_identity_is_bound_by_whoever_is_signed_in() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({"create_accounts": false})).await;
    let mut browser = by_password(&server).await;
    assert_eq!(
        bind(&server, &rogue, &mut browser, &id, json!({})).await,
        "/account"
    );
    assert_eq!(
        bind(&server, &rogue, &mut browser, &id, json!({})).await,
        "/account",
        "again"
    );
    let mut other = Browser::default();
    assert_eq!(
        rogue.sign_in(&server, &mut other, &id, json!({})).await,
        "/usage"
    );
    assert_eq!(other.session(&server).await["email"], EMAIL);

    // A second identity of the same provider has no place.
    let end = bind(
        &server,
        &rogue,
        &mut browser,
        &id,
        json!({"sub": "person-2"}),
    )
    .await;
    assert_eq!(end, "/account#sso_error=identity_taken");
    let path = format!("/api/v1/account/identities/{id}");
    let unbound = browser
        .send(&server, Method::DELETE, &path, &json!({}))
        .await;
    assert_eq!(unbound.status, 204, "{}", unbound.text());
    let unbound = browser
        .send(&server, Method::DELETE, &path, &json!({}))
        .await;
    assert_eq!(unbound.status, 404);
    let end = rogue.sign_in(&server, &mut other, &id, json!({})).await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed");
    let kinds = ["identity_bound", "identity_unbound"];
    for kind in kinds {
        let found = events(&server, "auth", &format!("event={kind}")).await;
        assert_eq!(found.len(), 1, "{kind}");
        assert_eq!(found[0]["user_name"], EMAIL);
    }
}

#[tokio::test]
async fn no_other_site_can_begin_to_bind() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let browser = by_password(&server).await;
    let path = format!("/api/v1/sso/{id}/start");
    let cookie = browser.header();
    for more in [
        &[][..],
        &[("x-daybook-csrf", "1"), ("sec-fetch-site", "cross-site")],
        &[("x-daybook-csrf", "1"), ("origin", "https://evil.example")],
    ] {
        let mut headers = vec![
            super::HOST,
            ("cookie", cookie.as_str()),
            ("content-type", "application/json"),
        ];
        headers.extend(more);
        let answer = server.request(Method::POST, &path, &headers, "{}").await;
        assert_eq!(answer.error(), (403, "csrf".into()));
    }
    let headers = [super::HOST, ("content-type", "application/json")];
    let answer = server.request(Method::POST, &path, &headers, "{}").await;
    assert_eq!(answer.error(), (401, "unauthorized".into()));
}

#[tokio::test]
async fn whoever_signed_out_meanwhile_binds_nothing() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let mut browser = by_password(&server).await;
    let path = format!("/api/v1/sso/{id}/start");
    let answer = browser.send(&server, Method::POST, &path, &json!({})).await;
    let sent = super::parameters(answer.json()["location"].as_str().unwrap());
    rogue.give(&rogue.signed(&rogue.claims(&sent["nonce"])));
    browser
        .send(&server, Method::DELETE, "/api/v1/session", &json!({}))
        .await;
    let end = come_back(&server, &mut browser, &id, &sent["state"]).await;
    assert_eq!(end, "/#sso_error=expired");
    assert_eq!(rogue.asked("token"), 0);
}

#[tokio::test]
async fn the_only_way_into_an_account_stays() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let mut browser = Browser::default();
    rogue.sign_in(&server, &mut browser, &id, json!({})).await;
    let path = format!("/api/v1/account/identities/{id}");
    let answer = browser
        .send(&server, Method::DELETE, &path, &json!({}))
        .await;
    assert_eq!(answer.error(), (400, "invalid".into()));
    assert_eq!(
        rogue.sign_in(&server, &mut browser, &id, json!({})).await,
        "/usage"
    );
}

#[tokio::test]
async fn a_disabled_account_stays_out() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({"trust_email": true})).await;
    by_password(&server).await;
    let mut browser = Browser::default();
    rogue.sign_in(&server, &mut browser, &id, json!({})).await;
    disable(&server, "bo@example.com").await;
    assert_eq!(browser.session(&server).await, Value::Null);
    for subject in ["person-1", "person-2"] {
        let end = rogue
            .sign_in(&server, &mut browser, &id, json!({"sub": subject}))
            .await;
        assert_eq!(end, "/sign-in#sso_error=not_allowed");
    }
    let found = events(&server, "auth", "event=sign_in&result=failure").await;
    assert_eq!(found[0]["reason"], "the account is disabled");
}

async fn disable(server: &Server, email: &'static str) {
    let actor = Actor::system("test");
    let disabled = server.control.change(&actor, "user.disabled", |change| {
        Box::pin(async move {
            sqlx::query("UPDATE users SET state = 'disabled' WHERE email = $1")
                .bind(email)
                .execute(change.db())
                .await?;
            Ok(())
        })
    });
    disabled.await.unwrap();
}

#[tokio::test]
async fn a_password_of_a_stranger_does_not_outlive_the_owners_first_visit() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({"trust_email": true})).await;
    by_password(&server).await;
    // Somebody signed up with an address that is not theirs and never verified it.
    let actor = Actor::system("test");
    let made = server.control.change(&actor, "user.created", |change| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO users (id, email, role, state, password_hash, created_at) \
                 SELECT 'x', 'bo@example.com', 'user', 'unverified', password_hash, 0 FROM users",
            )
            .execute(change.db())
            .await?;
            Ok(())
        })
    });
    made.await.unwrap();
    let mut owner = Browser::default();
    assert_eq!(
        rogue.sign_in(&server, &mut owner, &id, json!({})).await,
        "/usage"
    );
    assert_eq!(owner.session(&server).await["email"], "bo@example.com");
    let answer = server.try_sign_in("bo@example.com", PASSWORD).await;
    assert_eq!(answer.error(), (401, "wrong_credentials".into()));
}

#[tokio::test]
async fn two_first_visits_at_once_make_one_account() {
    let (server, rogue) = both().await;
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let (mut one, mut other) = (Browser::default(), Browser::default());
    let sent = rogue.leave(&server, &mut one, &id).await;
    let also_sent = rogue.leave(&server, &mut other, &id).await;
    // Both tokens are of the same person; each sign-in checks its own nonce.
    rogue.give(&rogue.signed(&rogue.claims(&sent["nonce"])));
    assert_eq!(
        come_back(&server, &mut one, &id, &sent["state"]).await,
        "/usage"
    );
    rogue.give(&rogue.signed(&rogue.claims(&also_sent["nonce"])));
    assert_eq!(
        come_back(&server, &mut other, &id, &also_sent["state"]).await,
        "/usage"
    );
    assert_eq!(accounts(&server).await, 1);
}
