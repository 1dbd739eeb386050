//! What is open while rights change: downloads break off, later pages show what may be seen now.

use crate::people::{PASSWORD, Person, cookie_of};
use crate::support::{Server, make_key, server, server_on_disk, unlimited};
use axum::body::Body;
use axum::http::{Method, Request};
use daybook_model::Timestamp;
use daybook_server::Peer;
use daybook_server::control::{Role, Scope};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::pin::Pin;
use tower::ServiceExt;

const EVENTS: usize = 3_000;
const PATH: &str = "/api/v1/logs/usage/download?columns=id,content";

/// A server with so much to download that few of many parts are under way at a time.
async fn filled() -> Server {
    let server = server_on_disk(unlimited()).await;
    let long = "x".repeat(5_000);
    let line = json!({"stream": "usage", "user_id": "7", "content": long});
    let kind = ("content-type", "application/x-ndjson");
    let lines = format!("{line}\n").repeat(EVENTS);
    let sent = server.post_events(&[kind], lines).await;
    assert_eq!(sent.json()["accepted"], EVENTS, "{}", sent.text());
    server
}

/// Reads the first part of a download, lets something happen, and reads on; answers how many
/// events came and whether the file came to its end.
async fn download(
    server: &Server,
    caller: (&str, &str),
    meanwhile: impl Future<Output = ()>,
) -> (usize, bool) {
    let mut request = Request::get(PATH)
        .header(caller.0, caller.1)
        .body(Body::empty())
        .unwrap();
    let peer = Peer([203, 0, 113, 8].into());
    request.extensions_mut().insert(peer);
    let response = server.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut parts = response.into_body().into_data_stream();
    let mut text = parts.next().await.unwrap().unwrap().to_vec();
    meanwhile.await;
    let whole = loop {
        match parts.next().await {
            Some(Ok(bytes)) => text.extend(bytes),
            Some(Err(_)) => break false,
            None => break true,
        }
    };
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    (lines - 1, whole)
}

/// Does something to an account, as its administrator or its owner does.
type Act = for<'a> fn(&'a Server, &'a Person) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

async fn administer(server: &Server, method: Method, path: &str, body: Value) {
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let answer = server
        .request(method, path, &headers, body.to_string())
        .await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
}

async fn change(server: &Server, person: &Person, change: Value) {
    let path = format!("/api/v1/users/{}", person.id);
    administer(server, Method::PATCH, &path, change).await;
}

/// Another session of the same person.
async fn elsewhere(server: &Server, person: &Person) -> Person {
    let answer = server.try_sign_in(&person.email, PASSWORD).await;
    Person {
        id: person.id.clone(),
        email: person.email.clone(),
        cookie: cookie_of(&answer),
    }
}

/// What ends a right, by name.
const ENDS: &[(&str, Act)] = &[
    ("a lower role", |server, person| {
        Box::pin(change(server, person, json!({"role": "user"})))
    }),
    ("a disabled account", |server, person| {
        Box::pin(change(server, person, json!({"disabled": true})))
    }),
    ("sessions ended by an administrator", |server, person| {
        Box::pin(async move {
            let path = format!("/api/v1/users/{}/sessions", person.id);
            administer(server, Method::DELETE, &path, json!({})).await;
        })
    }),
    ("signing out", |server, person| {
        Box::pin(async move {
            let path = "/api/v1/session";
            let ended = server.as_person(person, Method::DELETE, path, None).await;
            assert_eq!(ended.status, 204);
        })
    }),
    (
        "signing out everywhere, from elsewhere",
        |server, person| {
            Box::pin(async move {
                let other = elsewhere(server, person).await;
                let path = "/api/v1/account/sessions";
                let ended = server.as_person(&other, Method::DELETE, path, None).await;
                assert_eq!(ended.status, 204);
            })
        },
    ),
    ("a new password, set elsewhere", |server, person| {
        Box::pin(async move {
            let other = elsewhere(server, person).await;
            let path = "/api/v1/account/password";
            let body = json!({"current": PASSWORD, "new": "another sentence of six words"});
            let set = server
                .as_person(&other, Method::POST, path, Some(&body))
                .await;
            assert_eq!(set.status, 204, "{}", set.text());
        })
    }),
    (
        "a session that was not used for too long",
        |server, person| {
            Box::pin(async move {
                let long_ago = Timestamp::now().us() - 24 * Timestamp::HOUR_US;
                let person = &person.id;
                let sql = format!(
                    "UPDATE sessions SET last_seen_at = {long_ago} WHERE user_id = '{person}'"
                );
                server.sql(&sql).await;
            })
        },
    ),
    // Last, for it concerns everybody after it.
    (
        "a second factor that the role must have",
        |server, person| {
            Box::pin(async move {
                let path = "/api/v1/settings/sign-in";
                let mut settings = server.get(path).await.json();
                settings["mfa_required_roles"] = json!(["billing_admin"]);
                administer(server, Method::PUT, path, settings).await;
                let waits = server.as_person(person, Method::GET, PATH, None).await;
                assert_eq!(waits.error(), (403, "mfa_setup_required".into()));
            })
        },
    ),
];

#[tokio::test]
async fn a_download_ends_when_the_right_does() {
    let server = filled().await;
    let person = server.person("may@example.com", Role::BillingAdmin).await;
    let caller = ("cookie", person.cookie.as_str());
    let nothing = download(&server, caller, async {}).await;
    assert_eq!(nothing, (EVENTS, true));
    let raised = change(&server, &person, json!({"role": "auditor"}));
    let goes_on = download(&server, caller, raised).await;
    assert_eq!(goes_on, (EVENTS, true), "what may still be read goes on");
    for (number, (name, end)) in ENDS.iter().enumerate() {
        let email = format!("loses-{number}@example.com");
        let person = server.person(&email, Role::BillingAdmin).await;
        let caller = ("cookie", person.cookie.as_str());
        let (lines, whole) = download(&server, caller, end(&server, &person)).await;
        assert!(lines < EVENTS && !whole, "{name}: {lines}");
    }
}

#[tokio::test]
async fn a_download_by_key_ends_with_the_key_and_its_owner() {
    let server = filled().await;
    let key = make_key(&server.control, "reader", &[Scope::Read]).await;
    let keys = server.get("/api/v1/api-keys").await.json();
    let mut keys = keys["items"].as_array().unwrap().iter();
    let id = keys.find(|key| key["name"] == "reader").unwrap()["id"].as_str();
    let path = format!("/api/v1/api-keys/{}", id.unwrap());
    let revoked = administer(&server, Method::DELETE, &path, json!({}));
    let (lines, whole) = download(&server, ("x-api-key", &key), revoked).await;
    assert!(lines < EVENTS && !whole, "{lines}");

    let person = server.person("owner@example.com", Role::User).await;
    let links = json!({"links": [{"origin": "everything", "user_id": "7"}]});
    let path = format!("/api/v1/users/{}/links", person.id);
    administer(&server, Method::PUT, &path, links).await;
    let body = json!({"name": "mine"});
    let made = server
        .as_person(
            &person,
            Method::POST,
            "/api/v1/account/api-keys",
            Some(&body),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let caller = ("x-api-key", key.as_str());
    assert_eq!(download(&server, caller, async {}).await, (EVENTS, true));
    let unlinked = administer(&server, Method::PUT, &path, json!({"links": []}));
    let (lines, whole) = download(&server, caller, unlinked).await;
    assert!(lines < EVENTS && !whole, "other links: {lines}");
    change(&server, &person, json!({"role": "auditor"})).await;
    let disabled = change(&server, &person, json!({"disabled": true}));
    let (lines, whole) = download(&server, caller, disabled).await;
    assert!(lines < EVENTS && !whole, "a disabled owner: {lines}");
}

#[tokio::test]
async fn a_session_is_in_use_while_a_download_runs() {
    let server = filled().await;
    let person = server.person("long@example.com", Role::BillingAdmin).await;
    let seen_us = async || {
        let open = server.control.sessions(&person.id).await.unwrap();
        open[0].last_seen_at.us()
    };
    // As if it had run for a while.
    let earlier_us = Timestamp::now().us() - 20 * 60 * Timestamp::SECOND_US;
    let aged = async {
        let id = &person.id;
        let sql = format!("UPDATE sessions SET last_seen_at = {earlier_us} WHERE user_id = '{id}'");
        server.sql(&sql).await;
        assert_eq!(seen_us().await, earlier_us);
    };
    let caller = ("cookie", person.cookie.as_str());
    assert_eq!(download(&server, caller, aged).await, (EVENTS, true));
    assert!(seen_us().await > earlier_us);
}

#[tokio::test]
async fn later_pages_show_what_may_be_seen_now() {
    let server = server().await;
    let events: Vec<Value> = ["7", "8", "7"]
        .iter()
        .flat_map(|user| {
            [
                json!({"stream": "usage", "user_id": user}),
                json!({"stream": "system", "message": "x"}),
            ]
        })
        .collect();
    server.post_events(&[], json!(events).to_string()).await;
    let person = server.person("pages@example.com", Role::Auditor).await;
    let get = async |path: String| server.as_person(&person, Method::GET, &path, None).await;
    let first = get("/api/v1/logs?streams=usage,system&page_size=2".into())
        .await
        .json();
    assert_eq!(first["total"], 6);
    let as_of = first["as_of"].as_str().unwrap();
    let second =
        |streams: &str| format!("/api/v1/logs?streams={streams}&page_size=2&page=2&as_of={as_of}");
    change(&server, &person, json!({"role": "billing_admin"})).await;
    let refused = get(second("usage,system")).await;
    assert_eq!(refused.error(), (403, "forbidden".into()));
    assert_eq!(get(second("usage")).await.json()["total"], 3);
    change(&server, &person, json!({"role": "user"})).await;
    let own = get("/api/v1/logs?page_size=2".into()).await.json();
    assert_eq!((&own["total"], &own["items"]), (&json!(0), &json!([])));
    // What was told to somebody who saw everything is no `as_of` of own events.
    let sealed = get(second("usage")).await;
    assert_eq!(sealed.error(), (400, "invalid_parameter".into()));
    let path = format!("/api/v1/users/{}/sessions", person.id);
    administer(&server, Method::DELETE, &path, json!({})).await;
    assert_eq!(get("/api/v1/logs".into()).await.status, 401);
}
