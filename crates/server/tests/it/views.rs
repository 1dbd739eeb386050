//! Saved views: one's own, and what others share with those who may read it.

use crate::people::Person;
use crate::support::{Answer, Server, server};
use axum::http::Method;
use daybook_server::control::Role;
use serde_json::{Value, json};

async fn save(server: &Server, person: &Person, name: &str, screen: &str, shared: bool) -> Answer {
    let body = json!({"name": name, "screen": screen, "query": "from=-7d&outcome=error", "shared": shared});
    let path = "/api/v1/views";
    server
        .as_person(person, Method::POST, path, Some(&body))
        .await
}

async fn names(server: &Server, person: &Person) -> Vec<String> {
    let answer = server
        .as_person(person, Method::GET, "/api/v1/views", None)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let list = answer.json();
    let items = list["items"].as_array().unwrap().iter();
    let name = |item: &Value| item["name"].as_str().unwrap().to_owned();
    items.map(name).collect()
}

fn address(saved: &Answer) -> String {
    assert_eq!(saved.status, 201, "{}", saved.text());
    format!("/api/v1/views/{}", saved.json()["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_view_is_its_owners_until_it_is_shared_with_those_who_may_read_it() {
    let server = server().await;
    let person = async |role: Role| server.person(&format!("{role}@example.com"), role).await;
    let (admin, billing) = (
        person(Role::SuperAdmin).await,
        person(Role::BillingAdmin).await,
    );
    let (auditor, user) = (person(Role::Auditor).await, person(Role::User).await);
    for (name, screen, shared) in [
        ("failing calls", "requests", true),
        ("mine", "requests", false),
        ("who changed models", "audit", true),
    ] {
        address(&save(&server, &admin, name, screen, shared).await);
    }
    address(&save(&server, &user, "my errors", "usage", true).await);

    let all = ["failing calls", "mine", "my errors", "who changed models"];
    assert_eq!(names(&server, &admin).await, all);
    let shared = ["failing calls", "my errors", "who changed models"];
    assert_eq!(names(&server, &auditor).await, shared);
    assert_eq!(
        names(&server, &billing).await,
        ["failing calls", "my errors"]
    );
    assert_eq!(names(&server, &user).await, ["my errors"]);

    let list = server
        .as_person(&billing, Method::GET, "/api/v1/views", None)
        .await
        .json();
    let view = &list["items"][0];
    assert_eq!(
        (&view["owner"], &view["own"], &view["query"]),
        (
            &json!(admin.email),
            &json!(false),
            &json!("from=-7d&outcome=error")
        )
    );
}

#[tokio::test]
async fn only_its_owner_changes_a_view_and_every_change_is_on_record() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let auditor = server.person("bo@example.com", Role::Auditor).await;
    let view = address(&save(&server, &auditor, " errors ", "requests", true).await);
    let change = async |person: &Person, body: Value| {
        server
            .as_person(person, Method::PATCH, &view, Some(&body))
            .await
    };
    let refused = change(&admin, json!({"name": "mine now"})).await;
    assert_eq!(refused.error(), (404, "not_found".into()));
    let changed = change(&auditor, json!({"query": "from=-1h"})).await.json();
    assert_eq!(
        (&changed["name"], &changed["query"], &changed["shared"]),
        (&json!("errors"), &json!("from=-1h"), &json!(true))
    );
    let event = server.newest("audit", "action=view.changed").await;
    assert_eq!(
        (
            &event["actor_name"],
            &event["resource_name"],
            &event["changes"]
        ),
        (
            &json!("bo@example.com"),
            &json!("errors"),
            &json!([{"field": "query", "old": "from=-7d&outcome=error", "new": "from=-1h"}])
        )
    );
    change(&auditor, json!({"query": "from=-1h"})).await;
    assert_eq!(
        server
            .total("audit", "action=view.changed&result=success")
            .await,
        1,
        "nothing changed"
    );

    // What others share an administrator may take away; what they keep to themselves is not there.
    let kept = address(&save(&server, &auditor, "kept", "audit", false).await);
    for (path, status) in [(&kept, 404), (&view, 204), (&view, 404)] {
        let answer = server.as_person(&admin, Method::DELETE, path, None).await;
        assert_eq!(answer.status, status, "{path}");
    }
    assert_eq!(names(&server, &auditor).await, ["kept"]);
    let actions = ["view.created", "view.changed", "view.deleted"];
    let mut found = Vec::new();
    for action in actions {
        found.push(
            server
                .total("audit", &format!("action={action}&result=success"))
                .await,
        );
    }
    assert_eq!(found, [2, 1, 1]);
}

#[tokio::test]
async fn what_cannot_be_a_view_is_refused_by_field() {
    let server = server().await;
    let ana = server.person("ana@example.com", Role::User).await;
    address(&save(&server, &ana, "a", "usage", false).await);
    let again = save(&server, &ana, "a", "usage", false).await;
    assert_eq!(again.error(), (409, "exists".into()));
    address(&save(&server, &ana, "a", "requests", false).await);
    let good = json!({"name": "x", "screen": "usage", "query": ""});
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(129))),
        ("name", json!("a\nb")),
        ("screen", json!("weather")),
        ("query", json!("q".repeat((8 << 10) + 1))),
        ("query", json!("a\u{0}")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = server
            .as_person(&ana, Method::POST, "/api/v1/views", Some(&body))
            .await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text());
        assert_eq!(answer.json()["error"]["field"], field, "{}", answer.text());
    }
    server
        .sql(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 198) \
             INSERT INTO views SELECT 'v' || i, '{}', 'n' || i, 'usage', '', FALSE, 0, 0 FROM n",
            ana.id
        ))
        .await;
    let answer = save(&server, &ana, "one too many", "usage", false).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("200"), "{}", answer.text());
}
