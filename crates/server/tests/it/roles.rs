//! What each role reads, and that changes of rights act at once.

use crate::support::{Account, Server, server, server_with};
use axum::http::Method;
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::Write;
use daybook_model::{Event, LogStore, Stream, Timestamp};
use daybook_server::Options;
use daybook_server::control::Role;
use daybook_testkit::MemoryStore;
use serde_json::{Value, json};
use std::sync::Arc;

/// A usage event at a second of an hour ago, and more.
fn call(id: &str, origin: &str, user_id: &str, second: i64) -> Event {
    let begin = Timestamp::now().plus_us(-Timestamp::HOUR_US);
    let mut event = Event::new(Stream::Usage);
    event.id = id.into();
    event.time = begin.plus_us(second * 100_000);
    for (name, text) in [
        ("origin", origin),
        ("kind", "call"),
        ("user_id", user_id),
        ("user_name", "Ana"),
        ("outcome", "success"),
        ("provider", "azure"),
        ("upstream_name", "secret-route"),
    ] {
        event.set_text(name, text);
    }
    event
}

async fn with_calls(calls: impl IntoIterator<Item = Event>) -> Server {
    let store = MemoryStore::default();
    let batch = calls.into_iter().map(Write::Append).collect();
    store.append(batch).await.unwrap();
    server_with(Options::default(), Arc::new(store)).await
}

async fn status(server: &Server, account: &Account, path: &str) -> u16 {
    server.get_as(account, path).await.status.as_u16()
}

#[tokio::test]
async fn each_role_reads_its_streams_and_no_others() {
    let server = with_calls([call("one", "prod", "7", 1)]).await;
    for role in Role::ALL {
        let account = server.account(role).await;
        for stream in Stream::ALL {
            let reads = match role {
                Role::SuperAdmin | Role::Auditor => true,
                Role::BillingAdmin | Role::User => stream == Stream::Usage,
            };
            for path in [
                "",
                "/histogram",
                "/download",
                "/values/origin",
                "/events/none",
            ] {
                let path = format!("/api/v1/logs/{stream}{path}");
                let answer = server.get_as(&account, &path).await;
                match reads {
                    true => assert_ne!(answer.status, 403, "{role} {path}"),
                    false => {
                        assert_eq!(answer.error(), (403, "forbidden".into()), "{role} {path}");
                        let message = answer.json()["error"]["message"].to_string();
                        assert!(message.contains("super_admin or auditor"), "{message}");
                    }
                }
            }
        }
        let inspects = matches!(role, Role::SuperAdmin | Role::Auditor);
        for path in [
            "/api/v1/api-keys",
            "/api/v1/jobs",
            "/api/v1/holds",
            "/api/v1/settings/retention",
            "/metrics",
        ] {
            let expected = if inspects { 200 } else { 403 };
            assert_eq!(
                status(&server, &account, path).await,
                expected,
                "{role} {path}"
            );
        }
        let headers = [
            ("cookie", account.cookie.as_str()),
            ("x-daybook-csrf", "1"),
            ("content-type", "application/json"),
        ];
        for (method, path) in [
            (Method::POST, "/api/v1/api-keys"),
            (Method::DELETE, "/api/v1/api-keys/none"),
            (Method::PUT, "/api/v1/settings/retention"),
            (Method::POST, "/api/v1/holds"),
            (Method::DELETE, "/api/v1/holds/none"),
            (Method::POST, "/api/v1/erasures"),
            (Method::POST, "/api/v1/jobs/retention/confirm-clock"),
        ] {
            let answer = server.request(method, path, &headers, "{}").await;
            let refused = answer.status == 403;
            assert_eq!(refused, role != Role::SuperAdmin, "{role} {path}");
        }
        let seen = server.get_as(&account, "/api/v1/status").await.json();
        let streams = seen["events"].as_object().unwrap().len();
        assert_eq!(streams, if inspects { 4 } else { 1 }, "{role}");
        let own = server.get_as(&account, "/api/v1/me/logs/usage").await;
        assert_eq!(own.json()["total"], 0, "{role}");
    }
}

#[tokio::test]
async fn own_data_is_what_was_linked_whatever_the_role() {
    let calls = [
        call("mine", "prod", "7", 1),
        call("theirs", "lab", "7", 2),
        call("other", "prod", "77", 3),
    ];
    let server = with_calls(calls).await;
    for role in [Role::SuperAdmin, Role::User] {
        let account = server.account(role).await;
        server.link(&account, &[("prod", "7")]).await;
        let own = server
            .get_as(&account, "/api/v1/me/logs/usage")
            .await
            .json();
        assert_eq!(
            (&own["total"], &own["items"][0]["id"]),
            (&json!(1), &json!("mine"))
        );
        for id in ["theirs", "other", "none"] {
            let foreign = format!("/api/v1/me/logs/usage/events/{id}");
            let answer = server.get_as(&account, &foreign).await;
            assert_eq!(answer.error(), (404, "not_found".into()));
            assert_eq!(
                answer.json()["error"]["message"],
                "no usage event has this id"
            );
        }
        assert_eq!(
            status(&server, &account, "/api/v1/me/logs/audit").await,
            404
        );
        let all = server.get_as(&account, "/api/v1/logs/usage").await.json();
        let expected = if role == Role::User { 1 } else { 3 };
        assert_eq!(all["total"], expected, "{role}");
    }
    let answer = server.get("/api/v1/me/logs/usage").await;
    assert_eq!(
        answer.error(),
        (403, "forbidden".into()),
        "a key has no own data"
    );
}

#[tokio::test]
async fn a_user_is_not_shown_how_calls_were_routed() {
    let server = with_calls([call("mine", "prod", "7", 1)]).await;
    let account = server.account(Role::User).await;
    server.link(&account, &[("prod", "7")]).await;
    let event = server
        .get_as(&account, "/api/v1/logs/usage/events/mine")
        .await;
    let event = event.json();
    assert_eq!(event["user_name"], "Ana");
    for path in [
        "/api/v1/logs/usage?provider=azure",
        "/api/v1/logs/usage?upstream_name.prefix=s",
        "/api/v1/logs/usage?sort=provider",
        "/api/v1/logs/usage?sort=-seq",
        "/api/v1/logs/usage/values/provider",
        "/api/v1/logs/usage/histogram?by=provider",
        "/api/v1/logs/usage/download?columns=id,provider",
        "/api/v1/usage/breakdown?by=provider",
        "/api/v1/usage/timeseries?by=channel_id",
        "/api/v1/usage/summary?binding_code=x",
    ] {
        let answer = server.get_as(&account, path).await;
        assert_eq!(answer.status, 400, "{path}");
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains("unknown field"), "{path}: {message}");
    }
    let found = server.get_as(&account, "/api/v1/logs/usage?q=secret").await;
    assert_eq!(found.json()["total"], 0, "nor does a search look there");
    let file = server
        .get_as(&account, "/api/v1/logs/usage/download")
        .await
        .text();
    let head: Vec<&str> = file.lines().next().unwrap().split(',').collect();
    let catalogue = server.get_as(&account, "/api/v1/catalogue").await.json();
    let streams = catalogue["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 1);
    for field in Catalogue::of(Stream::Usage).fields() {
        let named = |field: &Value| field["name"].as_str().unwrap().to_owned();
        let mut listed = streams[0]["fields"].as_array().unwrap().iter().map(named);
        assert_ne!(listed.any(|name| name == field.name), field.internal);
        if field.internal {
            assert!(event.get(field.name).is_none() && !head.contains(&field.name));
        }
    }
    let all = server
        .get("/api/v1/logs/usage?q=secret&provider=azure")
        .await;
    assert_eq!(all.json()["items"][0]["upstream_name"], "secret-route");
}

#[tokio::test]
async fn pages_of_a_user_stand_still_and_their_as_of_says_nothing() {
    let server = with_calls((0..5).map(|n| call(&format!("c{n}"), "prod", "7", n))).await;
    let account = server.account(Role::User).await;
    server.link(&account, &[("prod", "7")]).await;
    let page = server
        .get_as(&account, "/api/v1/logs/usage?page_size=2")
        .await;
    let as_of = page.json()["as_of"].as_str().unwrap().to_owned();
    let again = server
        .get_as(&account, "/api/v1/logs/usage?page_size=2")
        .await;
    assert_ne!(again.json()["as_of"], as_of.as_str());
    let late = json!({"stream": "usage", "user_id": "7"}).to_string();
    assert_eq!(server.post_events(&[], late).await.status, 200);
    server
        .link(&account, &[("prod", "7"), ("everything", "7")])
        .await;
    let all = server.get_as(&account, "/api/v1/logs/usage").await.json();
    assert_eq!(all["total"], 6);
    let path = format!("/api/v1/logs/usage?page_size=2&page=2&as_of={as_of}");
    let page = server.get_as(&account, &path).await.json();
    assert_eq!(
        (&page["total"], &page["items"][0]["id"]),
        (&json!(5), &json!("c2"))
    );
    for wrong in ["3", "9007199254740991", "AAAA", &as_of[1..]] {
        let path = format!("/api/v1/logs/usage?as_of={wrong}");
        let answer = server.get_as(&account, &path).await;
        assert_eq!(answer.error(), (400, "invalid_parameter".into()), "{wrong}");
        assert_eq!(answer.json()["error"]["field"], "as_of");
    }
}

#[tokio::test]
async fn a_change_of_role_or_links_acts_on_open_sessions() {
    let server = with_calls([call("mine", "prod", "7", 1), call("other", "prod", "8", 2)]).await;
    let account = server.account(Role::Auditor).await;
    let total = async || {
        let page = server.get_as(&account, "/api/v1/logs/usage").await.json();
        page["total"].as_u64()
    };
    assert_eq!(total().await, Some(2));
    assert_eq!(status(&server, &account, "/api/v1/logs/audit").await, 200);
    let set_role = async |role: Role| {
        let id = &account.id;
        let statement = format!("UPDATE users SET role = '{role}' WHERE id = '{id}'");
        server.sql(&statement).await;
    };
    set_role(Role::User).await;
    assert_eq!(total().await, Some(0));
    assert_eq!(status(&server, &account, "/api/v1/logs/audit").await, 403);
    server.link(&account, &[("prod", "8")]).await;
    assert_eq!(total().await, Some(1));
    set_role(Role::BillingAdmin).await;
    assert_eq!(total().await, Some(2));
}

#[tokio::test]
async fn nothing_is_own_without_a_link() {
    let server = server().await;
    let event = json!({"stream": "usage", "user_id": "user@example.com",
        "user_name": "user@example.com"});
    assert_eq!(server.post_events(&[], event.to_string()).await.status, 200);
    let account = server.account(Role::User).await;
    let page = server.get_as(&account, "/api/v1/logs/usage").await.json();
    assert_eq!(page["total"], 0, "an e-mail is no link");
}
