//! How the making of a file goes on, ends or fails, and when a file goes.

use super::{EXPORTS, ask, ask_as, file, id_of, limits, made, server, server_of, wait, work};
use crate::support::unlimited;
use crate::troubled::Troubled;
use axum::http::Method;
use daybook_server::control::{Actor, Role, UserChange};
use daybook_server::{ExportLimits, Options};
use daybook_testkit::MemoryStore;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A store whose walks stand still after so many steps.
fn paused(steps: usize) -> Arc<Troubled> {
    let store = Arc::new(Troubled::default());
    store
        .walks
        .forget_permits(tokio::sync::Semaphore::MAX_PERMITS / 2 - steps);
    store
}

async fn walking(store: &Troubled) {
    for _ in 0..3_000 {
        if store.walks.available_permits() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it does not walk");
}

#[tokio::test]
async fn a_role_that_is_lowered_ends_an_export_under_way() {
    let store = paused(1);
    let server = server_of(Arc::clone(&store) as _, limits()).await;
    let person = server.person("au@example.com", Role::Auditor).await;
    let worker = work(&server);
    // With payloads, for steps have few of those.
    let whole = json!({"stream": "usage", "columns": ["id", "request"]});
    let id = id_of(&ask_as(&server, &person, whole).await);
    walking(&store).await;
    let change = UserChange {
        role: Some(Role::User),
        disabled: None,
    };
    let actor = Actor::system("test");
    server
        .control
        .change_user(&actor, &person.id, change)
        .await
        .unwrap();
    store.walks.add_permits(1_000);
    server
        .wait_for("audit", "action=log.exported&result=failure", 1)
        .await;
    let failed = server.newest("audit", "action=log.exported").await;
    assert_eq!(
        failed["reason"],
        "what you may see has changed since this began"
    );
    assert!(
        !server.dir.path().join("exports").join(&id).exists(),
        "nothing is left of it"
    );
    worker.abort();
}

#[tokio::test]
async fn an_export_goes_on_after_a_restart() {
    for format in ["csv", "jsonl", "parquet"] {
        let exports = ExportLimits {
            marked_every: 1,
            ..limits()
        };
        let store = paused(1);
        let server = server_of(Arc::clone(&store) as _, exports).await;
        let worker = work(&server);
        let columns = ["id", "time", "request"];
        let whole = json!({"stream": "usage", "format": format, "columns": columns});
        let id = id_of(&ask(&server, whole).await);
        walking(&store).await;
        let before = wait(&server, &id, "running").await;
        worker.abort();
        let _ = worker.await;
        store.walks.add_permits(1_000);
        let options = Options {
            exports,
            ..unlimited()
        };
        let server = server.restart_with(options).await;
        let worker = work(&server);
        let export = wait(&server, &id, "done").await;
        assert_eq!(export["events"], 300, "{before}");
        let file = file(&server, &id).await;
        assert_eq!(export["bytes"], file.body.len());
        if format != "parquet" {
            let text = file.text();
            let ids: Vec<&str> = text.split('e').skip(1).collect();
            assert!(
                ids.len() >= 300 && text.matches("e3887").count() == 1,
                "{text}"
            );
            assert_eq!(
                text.lines().count(),
                if format == "csv" { 301 } else { 300 }
            );
        }
        worker.abort();
    }
}

#[tokio::test]
async fn files_that_may_hold_what_was_erased_go() {
    let server = server().await;
    let jobs = tokio::spawn(server.app.clone().run_jobs_forever());
    let worker = work(&server);
    let (usage, _) = made(&server, json!({"stream": "usage"})).await;
    let (audit, _) = made(&server, json!({"stream": "audit"})).await;
    let about_one = json!({"stream": "usage", "filters": {"user_id": "u1"}});
    let (named, _) = made(&server, about_one).await;
    let erasure = json!({"user_id": "u1", "reason": "asked for"});
    let headers = [
        ("x-api-key", server.key.as_str()),
        ("content-type", "application/json"),
    ];
    let path = "/api/v1/erasures";
    let asked = server
        .request(Method::POST, path, &headers, erasure.to_string())
        .await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    wait(&server, usage["id"].as_str().unwrap(), "expired").await;
    let named = wait(&server, named["id"].as_str().unwrap(), "expired").await;
    assert_eq!(named["filters"], json!({}), "whom it was about goes, too");
    wait(&server, audit["id"].as_str().unwrap(), "done").await;
    let (after, file) = made(&server, json!({"stream": "usage"})).await;
    assert_eq!(after["events"], 300);
    assert!(!file.text().contains("u1"));
    jobs.abort();
    worker.abort();
}

#[tokio::test]
async fn files_go_when_their_time_is_over_or_they_are_too_large() {
    let kept_not = ExportLimits {
        kept: Duration::ZERO,
        ..limits()
    };
    let server = server_of(Arc::new(MemoryStore::default()), kept_not).await;
    let worker = work(&server);
    let id = id_of(&ask(&server, json!({"stream": "usage"})).await);
    wait(&server, &id, "expired").await;
    assert_eq!(
        file(&server, &id).await.error(),
        (409, "wrong_state".into())
    );
    let file = server.dir.path().join("exports").join(&id);
    for _ in 0..3_000 {
        if !file.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!file.exists(), "it goes soon after");
    assert_eq!(server.total("audit", "action=export.expired").await, 1);
    worker.abort();

    let small = ExportLimits {
        file_bytes_max: 1_000,
        ..limits()
    };
    let server = server_of(Arc::new(MemoryStore::default()), small).await;
    let worker = work(&server);
    let id = id_of(&ask(&server, json!({"stream": "usage"})).await);
    let failed = wait(&server, &id, "failed").await;
    let why = failed["error"].as_str().unwrap();
    assert!(why.contains("larger than 1000 bytes"), "{why}");
    worker.abort();

    let full = ExportLimits {
        space_left_min: u64::MAX,
        ..limits()
    };
    let server = server_of(Arc::new(MemoryStore::default()), full).await;
    let worker = work(&server);
    let id = id_of(&ask(&server, json!({"stream": "usage"})).await);
    for _ in 0..3_000 {
        let export = server.get(&format!("{EXPORTS}/{id}")).await.json();
        if export["error"]
            .as_str()
            .is_some_and(|why| why.contains("bytes left"))
        {
            assert_eq!(export["state"], "waiting", "it is tried again");
            let deleted = server
                .request(
                    Method::DELETE,
                    &format!("{EXPORTS}/{id}"),
                    &[("x-api-key", server.key.as_str())],
                    (),
                )
                .await;
            assert_eq!(deleted.status, 204);
            worker.abort();
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not notice that the disk is full");
}

#[tokio::test]
async fn damage_fails_an_export_and_says_so() {
    let store = Arc::new(Troubled::default());
    let server = server_of(Arc::clone(&store) as _, limits()).await;
    store.steps_left.store(0, Ordering::Relaxed);
    let worker = work(&server);
    let id = id_of(&ask(&server, json!({"stream": "usage"})).await);
    let failed = wait(&server, &id, "failed").await;
    assert!(
        failed["error"].as_str().unwrap().contains("damaged"),
        "{failed}"
    );
    worker.abort();
}
