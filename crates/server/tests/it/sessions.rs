//! Sessions: how they begin, go on and end.

use crate::browser::Browser;
use crate::support::{EMAIL, PASSWORD, Server, server};
use axum::http::Method;
use daybook_server::control::{Actor, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};

const SESSION: &str = "daybook_session";
const MINUTE_US: i64 = 60_000_000;

async fn with_admin() -> Server {
    let server = server().await;
    let made = server.control.bootstrap(EMAIL, PASSWORD.into()).await;
    made.unwrap();
    server
}

async fn signed_in(server: &Server) -> Browser<'_> {
    let browser = Browser::new(server);
    let answer = browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    browser
}

/// Lets a column of instants lie further back.
async fn age(server: &Server, columns: &[&str], minutes: i64) {
    for column in columns {
        let by = minutes * MINUTE_US;
        server
            .sql(&format!("UPDATE sessions SET {column} = {column} - {by}"))
            .await;
    }
}

#[tokio::test]
async fn signing_in_takes_a_new_token_whatever_the_browser_brought() {
    let server = with_admin().await;
    let browser = Browser::new(&server);
    browser.set_cookie(SESSION, "chosen-by-somebody-else");
    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 200);
    let (first, id) = (
        browser.cookie(SESSION),
        browser.session().await["session_id"].clone(),
    );
    assert_ne!(first.as_deref(), Some("chosen-by-somebody-else"));
    let before = browser.copied();

    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 200);
    assert_ne!(browser.cookie(SESSION), first);
    assert_ne!(browser.session().await["session_id"], id);
    assert_eq!(
        before.session().await,
        Value::Null,
        "the earlier session ended"
    );
    let ended = server.auth_events("event=session_revoked").await;
    assert_eq!(
        (&ended[0]["session_id"], &ended[0]["reason"]),
        (&id, &json!("signed in anew"))
    );
}

#[tokio::test]
async fn no_token_works_after_its_session() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let replayed = browser.copied();
    assert_eq!(
        browser.delete("/api/v1/session", Value::Null).await.status,
        204
    );
    assert_eq!(browser.cookie(SESSION), None);
    assert!(!replayed.is_in().await, "signed out");

    let (one, other) = (signed_in(&server).await, signed_in(&server).await);
    let id = other.session().await["session_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/account/sessions/{id}");
    assert_eq!(one.delete(&path, Value::Null).await.status, 204);
    assert!(!other.is_in().await && one.is_in().await, "revoked");
    assert_eq!(
        one.delete(&path, Value::Null).await.error(),
        (404, "not_found".into())
    );

    let actor = Actor::system("test");
    let new = server
        .control
        .reset_password(&actor, EMAIL, "another password".into());
    new.await.unwrap();
    assert!(!one.is_in().await, "a new password");
    let reasons: Vec<_> = server
        .auth_events("event=session_revoked")
        .await
        .iter()
        .map(|event| event["reason"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(reasons, ["ended by its owner", "a new password was set"]);
}

#[tokio::test]
async fn sessions_end_unused_and_in_any_case() {
    let server = with_admin().await;
    let idle = signed_in(&server).await;
    age(&server, &["last_seen_at"], 29).await;
    assert!(idle.is_in().await, "it is used, and counts anew");
    age(&server, &["last_seen_at"], 29).await;
    assert!(idle.is_in().await);
    age(&server, &["last_seen_at"], 31).await;
    assert!(!idle.is_in().await);

    let old = signed_in(&server).await;
    age(&server, &["created_at"], 8 * 60 - 1).await;
    assert!(old.is_in().await);
    age(&server, &["created_at"], 2).await;
    assert!(!old.is_in().await);
}

#[tokio::test]
async fn a_clock_set_back_makes_no_session_immortal() {
    let server = with_admin().await;
    for column in ["created_at", "last_seen_at"] {
        let browser = signed_in(&server).await;
        // As a row looks that was written before the clock went back a year.
        age(&server, &[column], -365 * 24 * 60).await;
        assert!(!browser.is_in().await, "{column} lies in the future");
    }
}

#[tokio::test]
async fn the_settings_act_at_once_on_open_sessions() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let path = "/api/v1/settings/sign-in";
    let mut settings = browser.get(path).await.json();
    assert_eq!(
        settings,
        json!({"sign_up": false, "sign_up_domains": [], "mfa_required_roles": [],
               "session_idle_minutes": 30, "session_absolute_hours": 8})
    );
    age(&server, &["created_at"], 3 * 60).await;
    settings["session_absolute_hours"] = json!(4);
    assert_eq!(browser.call(Method::PUT, path, &settings).await.status, 200);
    let expires_at = browser.session().await["expires_at"].clone();
    age(&server, &["created_at"], 61).await;
    assert!(expires_at.is_string() && !browser.is_in().await);

    let browser = signed_in(&server).await;
    for (field, wrong) in [
        ("session_idle_minutes", json!(1)),
        ("session_absolute_hours", json!(0)),
        ("mfa_required_roles", json!(["root"])),
        ("sign_up_domains", json!(["a@b"])),
        ("unknown", json!(1)),
    ] {
        let mut settings = settings.clone();
        settings[field] = wrong;
        let answer = browser.call(Method::PUT, path, &settings).await;
        assert_eq!(answer.status, 400, "{field}");
        assert!(answer.text().contains(field), "{}", answer.text());
    }
    let audit = server
        .get("/api/v1/logs/audit?action=sign_in.modified&result=success")
        .await
        .json();
    assert_eq!(
        audit["items"][0]["changes"],
        json!([{"field": "session_absolute_hours", "old": 8, "new": 4}])
    );
}

#[tokio::test]
async fn the_token_is_replaced_and_requests_under_way_go_on() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let (first, before) = (browser.cookie(SESSION), browser.copied());
    age(&server, &["token_at"], 16).await;
    assert!(browser.is_in().await);
    let second = browser.cookie(SESSION);
    assert_ne!(second, first);

    // The one before works while its successor is on its way, and gets no token of its own.
    assert!(before.is_in().await && before.cookie(SESSION) == first);
    assert!(browser.is_in().await && browser.cookie(SESSION) == second);
    assert!(before.is_in().await, "for a moment after it, too");
    assert_eq!(server.auth_events("event=refresh").await.len(), 1);

    // Later it can only be a copy.
    age(&server, &["token_seen_at"], 2).await;
    assert!(!before.is_in().await);
    assert!(
        !browser.is_in().await,
        "nobody knows whose copy it is: both end"
    );
    let ended = server.auth_events("event=session_revoked").await;
    assert_eq!(ended[0]["result"], "denied");
    assert!(ended[0]["reason"].as_str().unwrap().contains("copied"));
}

#[tokio::test]
async fn an_answer_that_got_lost_signs_nobody_out() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let lossy = browser.copied();
    age(&server, &["token_at"], 16).await;
    assert!(lossy.is_in().await, "this one's answer never arrives");
    age(&server, &["token_at"], 1).await;
    let (old, copied) = (browser.cookie(SESSION), browser.copied());
    assert!(browser.is_in().await);
    assert_ne!(browser.cookie(SESSION), old, "it gets a token after all");
    assert!(browser.is_in().await);
    assert!(!lossy.is_in().await, "the lost one counts no more");
    assert!(browser.is_in().await);

    // Only once: from then on the old one ends, however many answers get lost.
    age(&server, &["token_seen_at"], 1).await;
    assert!(!copied.is_in().await && !browser.is_in().await);
}

#[tokio::test]
async fn an_old_token_does_not_live_on_because_its_successor_is_never_used() {
    let server = with_admin().await;
    let (browser, thief) = (signed_in(&server).await, Browser::new(&server));
    thief.set_cookie(SESSION, &browser.cookie(SESSION).unwrap());
    let before = thief.copied();
    age(&server, &["token_at"], 16).await;
    assert!(thief.is_in().await, "it takes the successor and keeps it");
    age(&server, &["token_at"], 2).await;
    assert!(!before.is_in().await && !browser.is_in().await);
    assert!(!thief.is_in().await, "the session has ended");
    let ended = server.auth_events("event=session_revoked").await;
    assert_eq!(ended[0]["result"], "denied");
    assert!(ended[0]["reason"].as_str().unwrap().contains("got lost"));
}

#[tokio::test]
async fn many_requests_at_once_get_one_new_token() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    age(&server, &["token_at"], 16).await;
    let tabs: Vec<_> = (0..20).map(|_| browser.copied()).collect();
    let answers = join_all(tabs.iter().map(|tab| tab.get("/api/v1/api-keys"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let renewed = answers
        .iter()
        .filter(|answer| !answer.header("set-cookie").is_empty());
    assert_eq!(renewed.count(), 1);
    assert_eq!(server.auth_events("event=refresh").await.len(), 1);
}

#[tokio::test]
async fn another_role_takes_another_token() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let before = browser.cookie(SESSION);
    server.sql("UPDATE users SET role = 'auditor'").await;
    assert_eq!(browser.session().await["role"], "auditor", "at once");
    assert_ne!(browser.cookie(SESSION), before);
    let after = browser.cookie(SESSION);
    browser.session().await;
    assert_eq!(browser.cookie(SESSION), after, "once");
}

#[tokio::test]
async fn an_owner_sees_and_ends_their_own_sessions_only() {
    let server = with_admin().await;
    server.add_user("bo@example.com", Role::SuperAdmin).await;
    let (here, there) = (
        signed_in(&server).await,
        Browser::at(&server, [198, 51, 100, 7]),
    );
    there.sign_in(EMAIL, PASSWORD).await;
    let other = Browser::new(&server);
    other.sign_in("bo@example.com", PASSWORD).await;

    let list = here.get("/api/v1/account/sessions").await.json();
    let items = list["items"].as_array().unwrap();
    let of = |key: &str| {
        items
            .iter()
            .map(|item| item[key].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("ip"), [json!("198.51.100.7"), json!("203.0.113.8")]);
    assert_eq!(of("current"), [json!(false), json!(true)]);
    assert_eq!(of("method"), [json!("password"), json!("password")]);
    assert_eq!(
        of("user_agent"),
        [json!("test browser"), json!("test browser")]
    );
    assert!(
        !list.to_string().contains(&here.cookie(SESSION).unwrap()),
        "no secrets"
    );

    let foreign = other.session().await["session_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/account/sessions/{foreign}");
    assert_eq!(here.delete(&path, Value::Null).await.status, 404);
    let bearer = format!("Bearer {}", server.key);
    let by_key = server
        .request(
            Method::GET,
            "/api/v1/account/sessions",
            &[("authorization", &bearer)],
            (),
        )
        .await;
    assert_eq!(by_key.status, 401, "a key has no sessions");

    let everywhere = here.delete("/api/v1/account/sessions", Value::Null).await;
    assert_eq!(everywhere.status, 204);
    assert!(!here.is_in().await && !there.is_in().await && other.is_in().await);
    assert_eq!(here.cookie(SESSION), None);
    let revoked = server
        .auth_events("event=session_revoked&reason.contains=everywhere")
        .await;
    assert_eq!(revoked.len(), 2);

    let id = other.session().await["id"].as_str().unwrap().to_owned();
    let admin = signed_in(&server).await;
    let path = format!("/api/v1/users/{id}/sessions");
    assert_eq!(admin.delete(&path, Value::Null).await.status, 204);
    assert!(!other.is_in().await);
    let nobody = admin
        .delete("/api/v1/users/nobody/sessions", Value::Null)
        .await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn no_page_of_another_site_signs_anybody_in_or_out() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let cookie = format!("{SESSION}={}", browser.cookie(SESSION).unwrap());
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let json_type = ("content-type", "application/json");
    let host = ("host", "logs.example");
    for evil in [
        vec![json_type, ("sec-fetch-site", "cross-site")],
        vec![json_type, ("sec-fetch-site", "same-site")],
        vec![json_type, host, ("origin", "https://evil.example")],
        vec![json_type, host, ("origin", "null")],
    ] {
        let sign_in = server
            .request(Method::POST, "/api/v1/session", &evil, body.clone())
            .await;
        assert_eq!(sign_in.error(), (403, "csrf".into()), "{evil:?}");
        assert_eq!(sign_in.header("set-cookie"), "");
    }
    let form = [("content-type", "text/plain")];
    let sign_in = server
        .request(Method::POST, "/api/v1/session", &form, body)
        .await;
    assert_eq!(sign_in.status, 415, "what a form can send is not read");

    for path in ["/api/v1/session", "/api/v1/account/sessions"] {
        let evil = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "cross-site"),
        ];
        let answer = server.request(Method::DELETE, path, &evil, ()).await;
        assert_eq!(answer.error(), (403, "csrf".into()));
        let without_header = [("cookie", cookie.as_str())];
        let answer = server
            .request(Method::DELETE, path, &without_header, ())
            .await;
        assert_eq!(answer.error(), (403, "csrf".into()));
    }
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn an_account_holds_so_many_sessions_and_no_more() {
    let server = with_admin().await;
    let first = signed_in(&server).await;
    let user = server.control.user_by_email(EMAIL).await.unwrap();
    for _ in 0..100 {
        let proof = daybook_server::control::Proof::sso("idp", false);
        let client = daybook_server::control::Client::default();
        let opened = server.control.open_session(&client, user.clone(), proof);
        opened.await.unwrap();
    }
    assert_eq!(server.control.sessions(&user.id).await.unwrap().len(), 100);
    assert!(!first.is_in().await, "the oldest made room");
}
