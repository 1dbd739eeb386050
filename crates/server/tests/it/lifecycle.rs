//! What is removed, kept and erased in the embedded store, and what is on record about it.

mod erasure;

use crate::ledger::published;
use crate::support::{Answer, Server, make_key};
use axum::http::Method;
use daybook_model::LogStore;
use daybook_server::control::{Control, Scope};
use daybook_server::{App, Options};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// A server whose background jobs run, or not.
async fn server(store: Arc<dyn LogStore>, dir: TempDir, jobs: bool) -> Server {
    server_with(store, dir, jobs, Options::default()).await
}

async fn server_with(
    store: Arc<dyn LogStore>,
    dir: TempDir,
    jobs: bool,
    options: Options,
) -> Server {
    let control = Control::open(dir.path()).await.unwrap();
    let control = control.delivering_to(Arc::clone(&store));
    let scopes = [Scope::Ingest, Scope::Read, Scope::Admin];
    let key = make_key(&control, "everything", &scopes).await;
    let app = App::new(Arc::clone(&store), control.clone(), options);
    if jobs {
        tokio::spawn(app.clone().run_jobs_forever());
    }
    Server {
        router: app.clone().router(),
        app,
        control,
        key,
        dir,
        store,
    }
}

async fn started() -> Server {
    let dir = tempfile::tempdir().unwrap();
    server(store_in(dir.path()), dir, true).await
}

/// A store whose events are soon in partitions.
fn store_in(dir: &Path) -> Arc<dyn LogStore> {
    let options = daybook_store::Options {
        head_events_max: 3,
        ..daybook_store::Options::new(dir.join("events"))
    };
    Arc::new(daybook_store::Store::open(options).unwrap())
}

async fn call(server: &Server, method: Method, path: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    server
        .request(method, path, &headers, body.to_string())
        .await
}

/// Sends events whose `age_days` becomes their time.
async fn send(server: &Server, mut events: Value) {
    let now = now();
    for event in events.as_array_mut().unwrap() {
        let age_days = event.as_object_mut().unwrap().remove("age_days");
        let age_us = age_days.unwrap().as_i64().unwrap() * 86_400_000_000;
        event["time"] = json!(now.plus_us(-age_us).to_string());
    }
    let answer = server.post_events(&[], events.to_string()).await.json();
    assert_eq!(answer["rejected"], json!([]), "{answer}");
}

fn now() -> daybook_model::Timestamp {
    daybook_model::Timestamp::now()
}

/// The first job that fits, once there is one.
async fn wait_for(server: &Server, fits: impl Fn(&Value) -> bool) -> Value {
    let mut jobs = Value::Null;
    for _ in 0..1_500 {
        jobs = server.get("/api/v1/jobs").await.json();
        let mut items = jobs["items"].as_array().unwrap().iter();
        if let Some(job) = items.find(|job| fits(job)) {
            return job.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no job fits: {jobs}");
}

async fn job_in(server: &Server, kind: &str, state: &str) -> Value {
    wait_for(server, |job| job["kind"] == kind && job["state"] == state).await
}

async fn total(server: &Server, stream: &str, filter: &str) -> u64 {
    server
        .total(stream, &format!("from=2001-01-01T00:00:00Z&{filter}"))
        .await
}

/// The only audit event of an action.
async fn audit(server: &Server, action: &str) -> Value {
    let page = server
        .get(&format!("/api/v1/logs/audit?action={action}"))
        .await
        .json();
    assert_eq!(page["total"], 1, "{action}");
    page["items"][0].clone()
}

async fn database(dir: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(dir.join("control.db"));
    options.connect().await.unwrap()
}

/// Online and archived events.
async fn downloaded(server: &Server, stream: &str, filter: &str) -> usize {
    let range = "format=jsonl&from=2001-01-01T00:00:00Z";
    let path = format!("/api/v1/logs/{stream}/download?{range}&{filter}");
    server.get(&path).await.text().lines().count()
}

const RETENTION: &str = "/api/v1/settings/retention";

async fn old_and_new(server: &Server) {
    let payload = json!({"prompt": "hello"});
    send(
        server,
        json!([
            {"stream": "usage", "id": "old", "age_days": 40, "cost": 1},
            {"stream": "usage", "id": "middle", "age_days": 20, "cost": 1, "request": payload},
            {"stream": "usage", "id": "new", "age_days": 1, "cost": 1, "request": payload},
            {"stream": "auth", "id": "old", "age_days": 40, "event": "sign_in"},
            {"stream": "auth", "id": "new", "age_days": 1, "event": "sign_in"},
            {"stream": "system", "id": "old", "age_days": 400, "event": "x"},
            {"stream": "audit", "id": "old", "age_days": 4000, "action": "model.disabled"},
        ]),
    )
    .await;
}

#[tokio::test]
async fn what_is_older_than_it_is_kept_is_removed_and_that_is_on_record() {
    let server = started().await;
    old_and_new(&server).await;
    let before = server.get(RETENTION).await.json();
    assert_eq!(
        before["usage_days"],
        Value::Null,
        "for ever unless told otherwise"
    );

    let wanted = json!({"usage_days": 30, "payload_days": 10, "auth_days": 30});
    let answer = call(&server, Method::PUT, RETENTION, wanted.clone()).await;
    assert_eq!(answer.json()["usage_days"], 30, "{}", answer.text());
    // A run that is started by the clock finds nothing after this one, or before it.
    let job = wait_for(&server, |job| job["events"] == 3 && job["state"] == "done").await;
    assert_eq!(job["error"], Value::Null);
    assert_eq!(job["details"]["payloads"]["events"], 1);

    assert_eq!(total(&server, "usage", "").await, 2);
    let middle = server.get("/api/v1/logs/usage/events/middle").await.json();
    assert_eq!(
        (&middle["request"], &middle["cost"]),
        (&Value::Null, &json!(1))
    );
    let new = server.get("/api/v1/logs/usage/events/new").await.json();
    assert_eq!(new["request"]["prompt"], "hello");
    assert_eq!(total(&server, "auth", "").await, 1);
    assert_eq!(total(&server, "system", "id=old").await, 1, "kept for ever");
    assert_eq!(
        downloaded(&server, "audit", "id=old").await,
        1,
        "as all audit events, online or archived"
    );

    let modified = audit(&server, "retention.modified").await;
    assert_eq!(
        modified["changes"][0],
        json!({"field": "usage_days", "old": null, "new": 30})
    );
    let applied = audit(&server, "retention.applied").await;
    assert_eq!(
        (&applied["actor_type"], &applied["details"]["events"]),
        (&json!("system"), &json!(3))
    );
    assert_eq!(applied["details"]["removed"]["auth"]["events"], 1);

    call(&server, Method::PUT, RETENTION, wanted).await;
    audit(&server, "retention.modified").await;
}

#[tokio::test]
async fn audit_events_are_archived_and_removed_as_the_deployment_says_alone() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        audit_online_days: 40,
        audit_days: Some(400),
        ..Options::default()
    };
    let server = server_with(store_in(dir.path()), dir, false, options).await;
    let audit_events = |age_days: &[i64]| -> Value {
        let events = age_days.iter().map(|age_days| {
            json!({"stream": "audit", "id": format!("e{age_days}"), "age_days": age_days,
                   "action": "model.disabled"})
        });
        events.collect()
    };
    send(&server, audit_events(&[1, 200, 1_000, 2_000])).await;
    let worker = tokio::spawn(server.app.clone().run_jobs_forever());
    wait_for(&server, |job| {
        job["kind"] == "archive" && job["state"] == "done"
    })
    .await;
    assert_eq!(total(&server, "audit", "action=model.disabled").await, 1);
    let archived = server.get("/api/v1/archive").await.json();
    assert_eq!(archived["items"].as_array().unwrap().len(), 3);
    let extended = audit(&server, "archive.extended").await;
    assert_eq!(extended["details"]["archived"]["audit"]["events"], 3);
    let event = "/api/v1/logs/audit/events/e200";
    assert_eq!(server.get(event).await.json()["action"], "model.disabled");

    // The next run removes what is in the archive now.
    call(
        &server,
        Method::PUT,
        RETENTION,
        json!({"usage_days": 9_999}),
    )
    .await;
    let removed = |job: &Value| job["kind"] == "retention" && job["events"] == 2;
    let job = wait_for(&server, removed).await;
    assert_eq!(job["details"]["audit"]["events"], 2);
    assert_eq!(
        downloaded(&server, "audit", "action=model.disabled").await,
        2
    );
    let applied = audit(&server, "retention.applied").await;
    assert_eq!(applied["details"]["removed"]["audit"]["events"], 2);
    // Of what expired the leaf is there, and its proof.
    let proof = published(&server, "/api/v1/audit/e1000/proof").await;
    assert_eq!(proof.status, 200, "{}", proof.text());
    let proof = proof.json();
    let leaf: Value = serde_json::from_str(proof["leaf"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&leaf["id"], &proof["body"]),
        (&json!("e1000"), &Value::Null)
    );
    let settings = server.get(RETENTION).await.json();
    assert_eq!(
        (&settings["audit_days"], &settings["audit_online_days"]),
        (&json!(400), &json!(40))
    );
    for name in ["audit_days", "audit_online_days"] {
        let answer = call(&server, Method::PUT, RETENTION, json!({name: 399})).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["field"]),
            (400, &json!(name))
        );
    }
    worker.abort();
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_by_name() {
    let server = started().await;
    for (body, field) in [
        (json!({"audit_days": 365}), "audit_days"),
        (json!({"usage_days": 0}), "usage_days"),
        (json!({"payload_days": 40_000}), "payload_days"),
    ] {
        let answer = call(&server, Method::PUT, RETENTION, body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["field"]),
            (400, &json!(field))
        );
    }
    let unknown = call(&server, Method::PUT, RETENTION, json!({"use_days": 3})).await;
    assert_eq!(unknown.error(), (400, "invalid_body".into()));
    let same = server.get(RETENTION).await.json();
    assert_eq!(
        call(&server, Method::PUT, RETENTION, same).await.status,
        200
    );
    let reader = make_key(&server.control, "reader", &[Scope::Read]).await;
    for path in [RETENTION, "/api/v1/holds", "/api/v1/jobs"] {
        let answer = server
            .request(Method::GET, path, &[("x-api-key", &reader)], ())
            .await;
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_legal_hold_stops_removal_and_erasure_until_it_is_released() {
    let server = started().await;
    old_and_new(&server).await;
    let hold = json!({"name": "Case 7", "reason": "court order", "streams": ["usage"]});
    let made = call(&server, Method::POST, "/api/v1/holds", hold).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let without_reason = json!({"name": "x", "reason": " "});
    let refused = call(&server, Method::POST, "/api/v1/holds", without_reason).await;
    assert_eq!(refused.json()["error"]["field"], "reason");

    let wanted = json!({"usage_days": 30, "payload_days": 10, "auth_days": 30});
    call(&server, Method::PUT, RETENTION, wanted).await;
    let job = job_in(&server, "retention", "held").await;
    let why = job["error"].as_str().unwrap();
    assert!(why.contains("Case 7") && why.contains(&id), "{why}");
    assert_eq!(total(&server, "usage", "").await, 3);
    let whole = server.get("/api/v1/logs/usage/events/middle").await.json();
    assert_eq!(whole["request"]["prompt"], "hello");
    assert_eq!(total(&server, "auth", "").await, 1, "other streams go on");
    assert_eq!(
        audit(&server, "retention.applied").await["details"]["events"],
        1
    );

    let erasure = json!({"user_id": "u1", "reason": "asked for"});
    let refused = call(&server, Method::POST, "/api/v1/erasures", erasure).await;
    assert_eq!(refused.error(), (409, "held".into()));
    assert!(refused.text().contains("Case 7"), "{}", refused.text());

    let path = format!("/api/v1/holds/{id}");
    for _ in 0..2 {
        assert_eq!(
            call(&server, Method::DELETE, &path, Value::Null)
                .await
                .status,
            204
        );
    }
    wait_for(&server, |job| job["details"]["usage"]["events"] == 1).await;
    job_in(&server, "retention", "done").await;
    assert_eq!(total(&server, "usage", "").await, 2);
    let holds = server.get("/api/v1/holds").await.json();
    assert_eq!(holds["items"][0]["name"], "Case 7");
    assert_ne!(
        holds["items"][0]["released_at"],
        Value::Null,
        "it stays on record"
    );
    assert_eq!(
        audit(&server, "hold.created&result=success").await["reason"],
        "court order"
    );
    audit(&server, "hold.released").await;
    let unknown = call(&server, Method::DELETE, "/api/v1/holds/none", Value::Null).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_clock_that_jumped_removes_nothing_until_it_is_confirmed() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(store_in(dir.path()), dir, false).await;
    old_and_new(&server).await;
    let mut db = database(server.dir.path()).await;
    // As if the machine had last run thirty days ago.
    let wall_us = now().us() - 30 * 86_400_000_000;
    let reference = json!({"wall_us": wall_us, "boot": "another", "uptime_us": 0}).to_string();
    let set = "INSERT INTO settings (name, value) VALUES ('clock', $1) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(set)
        .bind(reference)
        .execute(&mut db)
        .await
        .unwrap();
    // Not before: the first run would set the reference right.
    tokio::spawn(server.app.clone().run_jobs_forever());

    call(&server, Method::PUT, RETENTION, json!({"usage_days": 30})).await;
    let job = job_in(&server, "retention", "refused").await;
    assert!(
        job["error"].as_str().unwrap().contains("confirm-clock"),
        "{job}"
    );
    assert_eq!(total(&server, "usage", "").await, 3);

    let path = "/api/v1/jobs/retention/confirm-clock";
    assert_eq!(
        call(&server, Method::POST, path, Value::Null).await.status,
        200
    );
    job_in(&server, "retention", "done").await;
    assert_eq!(total(&server, "usage", "").await, 2);
    audit(&server, "retention.clock_confirmed").await;
}
