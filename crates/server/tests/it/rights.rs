//! Which role may call which route. The routes come from the API document, so that none can be
//! forgotten: one that is missing here fails the test.

use crate::people::Person;
use crate::support::{Server, server};
use axum::http::Method;
use daybook_server::control::Role;
use serde_json::{Value, json};

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// Nothing.
    Public,
    /// An ingest key.
    Ingest,
    /// To read a log; which, and whose events, is tested elsewhere.
    Read,
    /// To look at what belongs to everybody.
    Inspect,
    /// To change what belongs to everybody.
    Administer,
    /// An account of one's own.
    Own,
}

/// Every route that is not administered, and what it needs.
#[rustfmt::skip]
const RIGHTS: &[(&str, &str, Right)] = &[
    ("get", "/healthz", Right::Public),
    ("get", "/readyz", Right::Public),
    ("get", "/api/v1/session", Right::Public),
    ("post", "/api/v1/session", Right::Public),
    ("get", "/api/v1/setup", Right::Public),
    ("post", "/api/v1/setup", Right::Public),
    ("post", "/api/v1/sign-up", Right::Public),
    ("post", "/api/v1/password-reset", Right::Public),
    ("post", "/api/v1/tickets/check", Right::Public),
    ("post", "/api/v1/tickets/use", Right::Public),
    ("delete", "/api/v1/session", Right::Public),
    ("get", "/api/v1/sso", Right::Public),
    ("get", "/api/v1/sso/{id}/start", Right::Public),
    ("get", "/api/v1/sso/{id}/callback", Right::Public),
    ("get", "/ledger/checkpoint", Right::Public),
    ("get", "/ledger/cosigned", Right::Public),
    ("get", "/ledger/key", Right::Public),
    ("get", "/ledger/tile/{path}", Right::Public),
    ("post", "/api/v1/events", Right::Ingest),
    ("post", "/ingest/litellm", Right::Ingest),
    ("post", "/v1/traces", Right::Ingest),
    ("post", "/v1/logs", Right::Ingest),
    ("post", "/v1/metrics", Right::Ingest),
    ("post", "/api/public/otel/v1/traces", Right::Ingest),
    ("get", "/api/v1/logs", Right::Read),
    ("get", "/api/v1/logs/{stream}", Right::Read),
    ("get", "/api/v1/logs/{stream}/events/{id}", Right::Read),
    ("get", "/api/v1/logs/{stream}/values/{field}", Right::Read),
    ("get", "/api/v1/logs/{stream}/histogram", Right::Read),
    ("get", "/api/v1/logs/{stream}/download", Right::Read),
    ("get", "/api/v1/logs/{stream}/tail", Right::Read),
    ("get", "/api/v1/exports", Right::Read),
    ("post", "/api/v1/exports", Right::Read),
    ("get", "/api/v1/exports/{id}", Right::Read),
    ("delete", "/api/v1/exports/{id}", Right::Read),
    ("get", "/api/v1/exports/{id}/file", Right::Read),
    ("get", "/api/v1/usage/summary", Right::Read),
    ("get", "/api/v1/usage/breakdown", Right::Read),
    ("get", "/api/v1/usage/timeseries", Right::Read),
    ("get", "/api/v1/usage/rates", Right::Read),
    ("get", "/api/v1/audit/{id}/proof", Right::Read),
    ("get", "/ledger/tile/entries/{path}", Right::Read),
    ("get", "/ledger/body/{path}", Right::Read),
    ("get", "/api/v1/catalogue", Right::Read),
    ("get", "/api/v1/status", Right::Read),
    ("get", "/metrics", Right::Inspect),
    ("get", "/api/v1/archive", Right::Inspect),
    ("get", "/api/v1/api-keys", Right::Inspect),
    ("get", "/api/v1/holds", Right::Inspect),
    ("get", "/api/v1/identity-providers", Right::Inspect),
    ("get", "/api/v1/identity-providers/{id}", Right::Inspect),
    ("get", "/api/v1/jobs", Right::Inspect),
    ("get", "/api/v1/jobs/{id}", Right::Inspect),
    ("get", "/api/v1/settings/retention", Right::Inspect),
    ("get", "/api/v1/users", Right::Inspect),
    ("get", "/api/v1/users/{id}", Right::Inspect),
    ("get", "/api/v1/settings/sign-in", Right::Inspect),
    ("get", "/api/v1/audit/evidence", Right::Inspect),
    ("get", "/api/v1/ledger/verification", Right::Inspect),
    ("post", "/api/v1/ledger/verification", Right::Inspect),
    ("get", "/api/v1/account", Right::Own),
    ("post", "/api/v1/account/password", Right::Own),
    ("get", "/api/v1/account/sessions", Right::Own),
    ("delete", "/api/v1/account/sessions", Right::Own),
    ("delete", "/api/v1/account/sessions/{id}", Right::Own),
    ("post", "/api/v1/account/mfa", Right::Own),
    ("delete", "/api/v1/account/mfa", Right::Own),
    ("post", "/api/v1/account/mfa/confirm", Right::Own),
    ("post", "/api/v1/account/mfa/verify", Right::Own),
    ("post", "/api/v1/account/mfa/backup-codes", Right::Own),
    ("get", "/api/v1/account/api-keys", Right::Own),
    ("post", "/api/v1/account/api-keys", Right::Own),
    ("delete", "/api/v1/account/api-keys/{id}", Right::Own),
    ("get", "/api/v1/views", Right::Own),
    ("post", "/api/v1/views", Right::Own),
    ("patch", "/api/v1/views/{id}", Right::Own),
    ("delete", "/api/v1/views/{id}", Right::Own),
    ("post", "/api/v1/sso/{id}/start", Right::Own),
    ("delete", "/api/v1/account/identities/{provider_id}", Right::Own),
];

/// Every route of the document with what it needs. What is not listed must be administered.
fn routes() -> Vec<(Method, String, Right)> {
    let document: Value = serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    let mut routes = Vec::new();
    let paths = document["paths"].as_object().unwrap().iter();
    // The same about own data is asked by the test of leaks.
    for (path, operations) in paths.filter(|(path, _)| !path.starts_with("/api/v1/me/")) {
        for (name, operation) in operations.as_object().unwrap() {
            let known = RIGHTS
                .iter()
                .find(|known| (known.0, known.1) == (name, path));
            let right = known.map_or(Right::Administer, |known| known.2);
            let secured = operation.get("security").is_some();
            let public = right == Right::Public && name != "delete";
            assert_eq!(secured, !public, "{name} {path}: what the document says");
            let method = Method::from_bytes(name.to_uppercase().as_bytes()).unwrap();
            let path = ["stream", "field", "id", "provider_id", "path"]
                .iter()
                .fold(path.clone(), |path, name| {
                    path.replace(
                        &format!("{{{name}}}"),
                        if *name == "stream" { "usage" } else { "x" },
                    )
                });
            assert!(!path.contains('{'), "{path}: which values has it?");
            routes.push((method, path, right));
        }
    }
    let listed = RIGHTS.len();
    let found = routes
        .iter()
        .filter(|route| route.2 != Right::Administer)
        .count();
    assert_eq!(found, listed, "a route of the table is gone");
    routes
}

async fn call(
    server: &Server,
    person: Option<&Person>,
    method: &Method,
    path: &str,
) -> (u16, String) {
    let cookie = person.map_or("", |person| person.cookie.as_str());
    let headers = [
        ("cookie", cookie),
        ("x-daybook-csrf", "1"),
        ("content-type", "application/json"),
    ];
    let answer = server.request(method.clone(), path, &headers, "{}").await;
    let code = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let code = code["error"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), code)
}

#[tokio::test]
async fn every_route_lets_in_whom_it_may() {
    let server = server().await;
    let mut people = Vec::new();
    for role in Role::ALL {
        people.push((
            role,
            server.person(&format!("{role}@example.com"), role).await,
        ));
    }
    for (method, path, right) in routes() {
        if right == Right::Public || path == "/api/v1/logs/usage/download" {
            continue;
        }
        let (status, code) = call(&server, None, &method, &path).await;
        // OpenTelemetry has an error form of its own, without codes.
        let otlp = path.contains("/v1/") && !path.starts_with("/api/v1/");
        let expected = if otlp { "" } else { "unauthorized" };
        assert_eq!(
            (status, code.as_str()),
            (401, expected),
            "{method} {path}: nobody"
        );
        // Who reads what is tested elsewhere; what is one's own is everybody's, or ends sessions.
        if matches!(right, Right::Read | Right::Own) {
            continue;
        }
        for (role, person) in &people {
            let (status, code) = call(&server, Some(person), &method, &path).await;
            let refused = status == 403 && code == "forbidden";
            let expected = match right {
                Right::Administer => !role.administers(),
                Right::Inspect => !role.inspects(),
                Right::Ingest => {
                    let expected = if otlp { "" } else { "key_needed" };
                    assert_eq!(
                        (status, code.as_str()),
                        (403, expected),
                        "{method} {path}: {role}"
                    );
                    continue;
                }
                Right::Read | Right::Own | Right::Public => unreachable!(),
            };
            assert_eq!(
                refused, expected,
                "{method} {path}: {role} got {status} {code}"
            );
            assert_ne!(status, 401, "{method} {path}: {role}");
            assert!(status < 500, "{method} {path}: {role} got {status} {code}");
        }
    }
}

#[tokio::test]
async fn a_platforms_key_has_no_account() {
    let server = server().await;
    for (method, path, right) in routes() {
        if right != Right::Own {
            continue;
        }
        let headers = [
            ("x-api-key", server.key.as_str()),
            ("content-type", "application/json"),
        ];
        let answer = server.request(method.clone(), &path, &headers, "{}").await;
        assert_eq!(
            answer.error(),
            (401, "unauthorized".into()),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn denied_attempts_are_on_record_once_a_minute_of_each_thing() {
    let server = server().await;
    let user = server.person("bo@example.com", Role::User).await;
    let body = json!({"email": "x@example.com", "role": "super_admin"});
    for number in 0..20 {
        let denied = server
            .as_person(&user, Method::POST, "/api/v1/users", Some(&body))
            .await;
        assert_eq!(denied.error(), (403, "forbidden".into()));
        let path = format!("/api/v1/users/{}?x={number}", number % 2);
        server
            .as_person(&user, Method::PATCH, &path, Some(&json!({})))
            .await;
    }
    assert_eq!(server.total("audit", "result=denied").await, 3);
    for path in ["/api/v1/users/0", "/api/v1/users/1"] {
        let event = server
            .newest("audit", &format!("result=denied&resource_name={path}"))
            .await;
        assert_eq!(event["resource_id"], "PATCH /api/v1/users/{id}", "{event}");
    }
    let event = server
        .newest("audit", "result=denied&resource_id=POST%20/api/v1/users")
        .await;
    assert_eq!(
        (&event["actor_name"], &event["actor_role"], &event["ip"]),
        (
            &json!("bo@example.com"),
            &json!("user"),
            &json!("203.0.113.8")
        )
    );
    assert_eq!(
        event["reason"],
        "this needs the role super_admin; yours is user"
    );
}
