//! No change without its audit event, no audit event without its change.

use crate::support::{EMAIL, PASSWORD, make_key, server};
use crate::troubled::Troubled;
use daybook_model::{LogStore, Query, Stream};
use daybook_server::control::{Actor, Bootstrap, Control, ControlError, NewKey, Scope};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) async fn database(dir: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(dir.join("control.db"));
    options.connect().await.unwrap()
}

async fn count(db: &mut SqliteConnection, table: &'static str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

fn new_key(name: &str) -> NewKey {
    NewKey {
        name: name.into(),
        scopes: vec![Scope::Read],
        ..NewKey::default()
    }
}

#[tokio::test]
async fn a_change_whose_audit_event_cannot_be_written_does_not_happen() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let mut db = database(server.dir.path()).await;
    let trigger =
        "CREATE TRIGGER no_events BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END";
    sqlx::query(trigger).execute(&mut db).await.unwrap();
    let tables = ["users", "sessions", "api_keys", "outbox"];
    let mut before = Vec::new();
    for table in tables {
        before.push(count(&mut db, table).await);
    }

    let actor = Actor::system("test");
    assert!(
        server
            .control
            .create_key(&actor, new_key("x"))
            .await
            .is_err()
    );
    let keys = server.control.keys().await.unwrap();
    assert!(
        server
            .control
            .revoke_key(&actor, &keys[0].id)
            .await
            .is_err()
    );
    assert!(
        server
            .control
            .reset_password(&actor, EMAIL, "another password".into())
            .await
            .is_err()
    );
    let answer = server.try_sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.error(), (503, "control_unavailable".into()));
    let headers = [("cookie", cookie.as_str()), ("x-daybook-csrf", "1")];
    let sign_out = server
        .request(axum::http::Method::DELETE, "/api/v1/session", &headers, ())
        .await;
    assert_eq!(sign_out.status, 503);

    for (table, before) in tables.into_iter().zip(before) {
        assert_eq!(count(&mut db, table).await, before, "{table}");
    }
    assert_eq!(
        server.get("/api/v1/status").await.status,
        200,
        "no key was revoked"
    );
    sqlx::query("DROP TRIGGER no_events")
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(
        server.try_sign_in(EMAIL, PASSWORD).await.status,
        200,
        "the password is the old one"
    );
}

#[tokio::test]
async fn a_change_that_is_refused_does_not_happen_and_is_told_as_a_failure() {
    let server = server().await;
    let actor = Actor::system("test");
    let failed = server.control.change(&actor, "thing.created", |change| {
        Box::pin(async move {
            sqlx::query("DELETE FROM api_keys")
                .execute(change.db())
                .await?;
            Err::<(), _>(ControlError::NotFound("thing"))
        })
    });
    assert!(failed.await.is_err());
    let told = server.newest("audit", "action=thing.created").await;
    assert_eq!(
        (&told["result"], &told["reason"]),
        (&json!("failure"), &json!("thing not found"))
    );
    assert_eq!(server.control.keys().await.unwrap().len(), 1, "rolled back");
}

#[tokio::test]
async fn every_change_of_state_leaves_an_audit_event() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let actor = Actor::system("test");
    let (key, _) = server
        .control
        .create_key(&actor, new_key("x"))
        .await
        .unwrap();
    server.control.revoke_key(&actor, &key.id).await.unwrap();
    server.control.revoke_key(&actor, &key.id).await.unwrap();
    let headers = [("cookie", cookie.as_str()), ("x-daybook-csrf", "1")];
    server
        .request(axum::http::Method::DELETE, "/api/v1/session", &headers, ())
        .await;
    server
        .control
        .reset_password(&actor, EMAIL, "another password".into())
        .await
        .unwrap();
    let values = server.get("/api/v1/logs/audit/values/action").await.json();
    let mut actions: Vec<(String, u64)> = values["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| {
            (
                v["value"].as_str().unwrap().into(),
                v["count"].as_u64().unwrap(),
            )
        })
        .collect();
    actions.sort();
    let actions: Vec<_> = actions
        .iter()
        .map(|(action, count)| (action.as_str(), *count))
        .collect();
    assert_eq!(
        actions,
        [
            ("api_key.created", 2),
            ("api_key.revoked", 1),
            ("session.created", 1),
            ("session.deleted", 1),
            ("user.created", 1),
            ("user.password_reset", 1),
        ]
    );
}

#[tokio::test]
async fn events_wait_in_the_outbox_while_the_store_refuses() {
    let store = Arc::new(Troubled::default());
    let dir = tempfile::tempdir().unwrap();
    let control = Control::open(dir.path()).await.unwrap();
    let serving = control
        .clone()
        .delivering_to(Arc::clone(&store) as Arc<dyn LogStore>);
    let mut db = database(dir.path()).await;

    // Without a store, as `daybook key create` has it. With one that refuses nothing changes.
    make_key(&control, "one", &[Scope::Read]).await;
    store.refuses.store(true, Ordering::Relaxed);
    let actor = Actor::system("test");
    let refused = serving.create_key(&actor, new_key("never"));
    assert!(matches!(
        refused.await,
        Err(ControlError::AuditUnavailable(_))
    ));
    make_key(&control, "two", &[Scope::Read]).await;
    assert_eq!(count(&mut db, "outbox").await, 2);

    store.refuses.store(false, Ordering::Relaxed);
    make_key(&serving, "three", &[Scope::Read]).await;
    assert_eq!(count(&mut db, "outbox").await, 0);
    assert_eq!(store.count(Query::all(Stream::Audit)).await.unwrap(), 3);
}

#[tokio::test]
async fn a_delivery_that_is_repeated_stores_nothing_twice() {
    let server = server().await;
    let mut db = database(server.dir.path()).await;
    // What a crash between the store's answer and the deletion leaves behind.
    sqlx::query("CREATE TABLE kept AS SELECT * FROM outbox")
        .execute(&mut db)
        .await
        .unwrap();
    sqlx::query("CREATE TRIGGER keep AFTER INSERT ON outbox BEGIN INSERT INTO kept VALUES (NEW.id, NEW.created_at, NEW.event); END")
        .execute(&mut db).await.unwrap();
    make_key(&server.control, "one", &[Scope::Read]).await;
    sqlx::query("INSERT INTO outbox SELECT * FROM kept")
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(count(&mut db, "outbox").await, 1);
    sqlx::query("DROP TRIGGER keep")
        .execute(&mut db)
        .await
        .unwrap();
    make_key(&server.control, "two", &[Scope::Read]).await;
    assert_eq!(count(&mut db, "outbox").await, 0);
    assert_eq!(server.total("audit", "action=api_key.created").await, 3);
}

#[tokio::test]
async fn a_store_that_refuses_is_503_with_retry_after() {
    let store = Arc::new(Troubled::default());
    let server = crate::support::server_with(Default::default(), Arc::clone(&store) as _).await;
    store.refuses.store(true, Ordering::Relaxed);
    let answer = server
        .post_events(&[], r#"{"stream":"system","message":"x"}"#)
        .await;
    assert_eq!(answer.error(), (503, "store_unavailable".into()));
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(
        server.get("/api/v1/logs/system").await.status,
        200,
        "reading goes on"
    );
}

#[tokio::test]
async fn whether_the_server_is_ready_is_the_stores_word_and_counts_nothing() {
    let store = Arc::new(Troubled::default());
    let server = crate::support::server_with(Default::default(), Arc::clone(&store) as _).await;
    for _ in 0..50 {
        assert_eq!(server.get("/readyz").await.status, 200);
    }
    assert_eq!(
        store.counted.load(Ordering::Relaxed),
        0,
        "anybody may ask, as often as they like"
    );
    store.refuses.store(true, Ordering::Relaxed);
    let answer = server.get("/readyz").await;
    assert_eq!(answer.error(), (503, "read_only".into()));
    assert!(
        answer.text().contains("the disk is full"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn what_cannot_be_noted_refuses_nobody() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let read = make_key(&server.control, "reader", &[Scope::Read]).await;
    let mut db = database(server.dir.path()).await;
    for sql in [
        "UPDATE sessions SET last_seen_at = last_seen_at - 600000000",
        "CREATE TRIGGER full_keys BEFORE UPDATE ON api_keys BEGIN SELECT RAISE(FAIL, 'full'); END",
        "CREATE TRIGGER full_sessions BEFORE UPDATE ON sessions BEGIN SELECT RAISE(FAIL, 'full'); END",
    ] {
        sqlx::query(sql).execute(&mut db).await.unwrap();
    }
    for header in [("x-api-key", read.as_str()), ("cookie", &cookie)] {
        for path in ["/api/v1/logs/usage", "/metrics"] {
            let answer = server
                .request(axum::http::Method::GET, path, &[header], ())
                .await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        }
    }
    // The triggers were in the way of something.
    let used: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM api_keys WHERE name = 'reader' AND last_used_at IS NOT NULL",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(used, 0);
}

#[tokio::test]
async fn an_account_is_never_changed_by_the_environment() {
    let server = server().await;
    let bootstrap = async |email: &str, password: &str| {
        let made = server.control.bootstrap(email, password.into()).await;
        made.unwrap()
    };
    assert_eq!(bootstrap(EMAIL, PASSWORD).await, Bootstrap::Made);
    assert_eq!(bootstrap(EMAIL, PASSWORD).await, Bootstrap::There);
    assert_eq!(
        bootstrap(EMAIL, "another password").await,
        Bootstrap::OtherPassword
    );
    assert_eq!(
        bootstrap("bo@example.com", PASSWORD).await,
        Bootstrap::OtherAccounts
    );
    assert_eq!(server.try_sign_in(EMAIL, PASSWORD).await.status, 200);
    assert_eq!(server.total("audit", "action=user.*").await, 1);
}
