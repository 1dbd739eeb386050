//! The ledger over HTTP: receipts, what is public and what is not, and proofs that hold.

use crate::support::{Answer, Server, server, server_on_disk, unlimited};
use axum::http::Method;
use daybook_ledger::leaf::commitment;
use daybook_ledger::{Checkpoint, Leaf, Note, Policy, TlogProof, VerifierKey, leaf_hash};
use daybook_model::Timestamp;
use daybook_server::control::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn deed(id: &str) -> Value {
    json!({"stream": "audit", "id": id, "time": "2026-03-01T10:00:00Z", "action": "model.disabled",
           "actor_name": "Ana", "details": {"a": 2.5, "b": 1}})
}

async fn post(server: &Server, events: Value) -> Value {
    let answer = server.post_events(&[], events.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Asks until a checkpoint covers what is asked for.
pub(crate) async fn published(server: &Server, path: &str) -> Answer {
    let began = Instant::now();
    loop {
        let answer = server.get(path).await;
        if answer.status != 503 {
            return answer;
        }
        assert_eq!(answer.error().1, "not_published");
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{}",
            answer.text()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn anonymous(server: &Server, path: &str) -> Answer {
    server.request(Method::GET, path, &[], ()).await
}

#[tokio::test]
async fn audit_events_get_receipts_and_duplicates_their_first_ones() {
    for server in [server().await, server_on_disk(unlimited()).await] {
        let usage = json!({"stream": "usage", "id": "u", "time": "2026-03-01T10:00:00Z"});
        let bad = json!({"stream": "audit", "id": "bad"});
        let batch = json!([deed("a"), usage, bad, deed("b"), deed("a")]);
        let first = post(&server, batch.clone()).await;
        assert_eq!(
            (&first["accepted"], &first["duplicates"]),
            (&json!(3), &json!(1))
        );
        let receipts = first["receipts"].as_array().unwrap();
        let places: Vec<_> = receipts
            .iter()
            .map(|one| (&one["index"], &one["id"]))
            .collect();
        assert_eq!(
            places,
            [
                (&json!(0), &json!("a")),
                (&json!(3), &json!("b")),
                (&json!(4), &json!("a"))
            ]
        );
        let index = receipts[0]["ledger_index"].as_u64().unwrap();
        assert_eq!(receipts[1]["ledger_index"], index + 1);
        assert_eq!(receipts[2]["leaf_hash"], receipts[0]["leaf_hash"]);
        assert_eq!(receipts[0]["leaf_hash"].as_str().unwrap().len(), 64);
        assert_eq!(post(&server, batch).await["receipts"], first["receipts"]);
        let event = server.get("/api/v1/logs/audit/events/b").await.json();
        assert_eq!(event["ledger_index"], receipts[1]["ledger_index"]);
        assert_eq!(event["leaf_hash"], receipts[1]["leaf_hash"]);
    }
}

#[tokio::test]
async fn a_proof_convinces_whoever_has_the_key() {
    let server = server_on_disk(unlimited()).await;
    // As it is sent, and not as a program would write it again.
    let details = r#""details":{"b":1,"a":2.50}"#;
    let second = deed("b/c").to_string();
    let second = second.replace(r#""details":{"a":2.5,"b":1}"#, details);
    let sent = format!("[{},{second}]", deed("a"));
    let answer = server.post_events(&[], sent).await;
    let receipts = answer.json()["receipts"].clone();
    let answer = published(&server, "/api/v1/audit/b%2Fc/proof").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let said = answer.json();
    assert_eq!(said["ledger_index"], receipts[1]["ledger_index"]);
    let leaf = said["leaf"].as_str().unwrap();
    let hash = leaf_hash(leaf.as_bytes());
    assert_eq!(json!(hash.to_hex()), receipts[1]["leaf_hash"]);

    let key = anonymous(&server, "/ledger/key").await;
    assert_eq!(key.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(said["verifier_key"], key.text().trim_end());
    let key: VerifierKey = key.text().trim_end().parse().unwrap();
    let proof = TlogProof::parse(said["proof"].as_str().unwrap().as_bytes()).unwrap();
    proof.verify(&hash, &Policy::of_log(key.clone())).unwrap();
    assert_eq!(json!(proof.index), said["ledger_index"]);

    let parsed = Leaf::parse(leaf.as_bytes()).unwrap();
    let salt = said["salt"].as_str().unwrap();
    let salt = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, salt).unwrap();
    let body = said["body"].as_str().unwrap();
    assert!(body.contains(details) && !leaf.contains("Ana"), "{body}");
    assert_eq!(
        parsed.body,
        commitment(&salt.try_into().unwrap(), body.as_bytes())
    );

    let file = server.get("/api/v1/audit/a/proof?format=tlog-proof").await;
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    TlogProof::parse(file.text().as_bytes()).unwrap();
    for (path, code) in [
        ("/api/v1/audit/none/proof", "not_found"),
        ("/api/v1/audit/a/proof?origin=none", "not_found"),
        ("/api/v1/audit/a/proof?format=xml", "invalid_parameter"),
        ("/api/v1/audit/a/proof?page=1", "invalid_parameter"),
    ] {
        assert_eq!(server.get(path).await.error().1, code, "{path}");
    }
}

#[tokio::test]
async fn no_platform_takes_the_place_of_daybooks_own_events() {
    let server = server_on_disk(unlimited()).await;
    server.account(Role::Auditor).await;
    let own = server.newest("audit", "origin=daybook").await;
    let id = own["id"].as_str().unwrap();
    let mut theirs = deed(id);
    theirs["time"] = json!(Timestamp::now().to_string());
    post(&server, json!([theirs])).await;
    let path = format!("/api/v1/logs/audit/events/{id}");
    let shown = server.get(&path).await.json();
    assert_eq!(shown["ledger_index"], own["ledger_index"]);
    let proof = published(&server, &format!("/api/v1/audit/{id}/proof")).await;
    assert_eq!(proof.json()["ledger_index"], own["ledger_index"]);

    let theirs = server
        .newest("audit", &format!("id={id}&action=model.disabled"))
        .await;
    let origin = theirs["origin"].as_str().unwrap();
    let shown = server.get(&format!("{path}?origin={origin}")).await.json();
    assert_eq!(shown["ledger_index"], theirs["ledger_index"]);
    let unknown = server.get(&format!("{path}?page=1")).await;
    assert_eq!(unknown.error().1, "invalid_parameter");
}

#[tokio::test]
async fn checkpoints_and_hashes_are_public_and_nothing_else() {
    let server = server_on_disk(unlimited()).await;
    post(
        &server,
        (0..300).map(|number| deed(&format!("d{number}"))).collect(),
    )
    .await;
    published(&server, "/api/v1/audit/d299/proof").await;
    let checkpoint = anonymous(&server, "/ledger/checkpoint").await;
    assert_eq!(checkpoint.status, 200);
    assert_eq!(
        checkpoint.header("content-type"),
        "text/plain; charset=utf-8"
    );
    assert_eq!(checkpoint.header("cache-control"), "public, max-age=1");
    let note = Note::parse(checkpoint.text().as_bytes()).unwrap();
    let size = Checkpoint::parse(note.text_unverified()).unwrap().size;
    let width = size % 256;
    for (path, bytes) in [
        ("tile/0/000".to_owned(), 8192),
        (format!("tile/0/001.p/{width}"), width * 32),
        ("tile/0/001.p/1".into(), 32),
        ("tile/1/000.p/1".into(), 32),
    ] {
        let answer = anonymous(&server, &format!("/ledger/{path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.body.len() as u64, bytes, "{path}");
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert!(answer.header("cache-control").contains("immutable"));
    }
    for path in [
        "tile/0/001",
        "tile/0/002",
        "tile/1/000",
        "tile/0/1",
        "tile/x",
        "tile/0/../../signed",
        "signed",
    ] {
        let answer = server.get(&format!("/ledger/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // The same place, spelled so that another route takes it.
    for path in [
        "/ledger/tile/%65ntries/000",
        "/ledger/tile/0/../entries/000",
    ] {
        assert_eq!(anonymous(&server, path).await.status, 404, "{path}");
    }
    let entries = [
        "/ledger/tile/entries/000",
        "/ledger/body/000",
        "/api/v1/audit/d1/proof",
    ];
    for path in entries {
        assert_eq!(anonymous(&server, path).await.status, 401, "{path}");
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(
            answer.header("cache-control").contains("no-store"),
            "{path}"
        );
    }
    for role in Role::ALL {
        let account = server.account(role).await;
        let reads = matches!(role, Role::SuperAdmin | Role::Auditor);
        for path in entries {
            let expected = if reads { 200 } else { 403 };
            let answer = server.get_as(&account, path).await;
            assert_eq!(answer.status, expected, "{role} {path}");
        }
    }
}

#[tokio::test]
async fn reading_leaves_bodies_and_proofs_is_on_record() {
    let server = server_on_disk(unlimited()).await;
    post(&server, json!([deed("a"), deed("b")])).await;
    published(&server, "/api/v1/audit/b/proof").await;
    let auditor = server.account(Role::Auditor).await;
    for path in [
        "/ledger/tile/entries/000.p/2",
        "/ledger/body/000.p/2",
        "/ledger/tile/0/000.p/2",
        "/api/v1/audit/a/proof",
    ] {
        let answer = server.get_as(&auditor, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    // Neither another spelling nor a refusal hides it.
    let answer = server
        .get_as(&auditor, "/api/v1/logs/%61udit?user_agent=x")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let user = server.account(Role::User).await;
    for path in [
        "/api/v1/logs/audit",
        "/api/v1/audit/a/proof",
        "/api/v1/logs/usage",
    ] {
        server.get_as(&user, path).await;
    }
    let denied = format!("action=route.denied&actor_id={}&sort=time", user.id);
    let told = server.get(&format!("/api/v1/logs/audit?{denied}")).await;
    let told = told.json();
    let routes = told["items"].as_array().unwrap().iter();
    let routes: Vec<_> = routes.map(|event| &event["resource_id"]).collect();
    assert_eq!(
        routes,
        ["GET /api/v1/logs/{stream}", "GET /api/v1/audit/{id}/proof"]
    );
    let read = format!("action=log.read&actor_id={}&sort=time", auditor.id);
    let told = server.get(&format!("/api/v1/logs/audit?{read}")).await;
    let told = told.json();
    let asked = told["items"].as_array().unwrap().iter();
    let asked: Vec<_> = asked.map(|event| &event["details"]["query"]).collect();
    assert_eq!(asked, ["ledger=entries", "id=a", "user_agent=x"]);
}

#[tokio::test]
async fn its_health_is_shown() {
    let server = server_on_disk(unlimited()).await;
    post(&server, json!([deed("a")])).await;
    published(&server, "/api/v1/audit/a/proof").await;
    let status = server.get("/api/v1/status").await.json();
    let size = status["ledger"]["size"].as_u64().unwrap();
    assert!(size > 0 && status["ledger"]["published_at"].is_string());
    assert!(status["ledger"].get("refused").is_none());
    let metrics = server.get("/metrics").await;
    let figure = |name: &str| {
        let text = metrics.text();
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(&format!("daybook_{name} ")));
        line.unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(figure("ledger_size"), size);
    assert_eq!(figure("ledger_refused"), 0);
    assert!(figure("ledger_published_size") > 0);
    assert!(figure("ledger_checkpoint_time_seconds") > 1_700_000_000);
    let user = server.account(Role::User).await;
    let seen = server.get_as(&user, "/api/v1/status").await.json();
    assert!(seen.get("ledger").is_none());
}

#[tokio::test]
async fn while_it_refuses_nothing_is_changed_and_the_rest_goes_on() {
    let server = server_on_disk(unlimited()).await;
    post(&server, json!([deed("a")])).await;
    published(&server, "/api/v1/audit/a/proof").await;
    // As if another process had signed.
    std::fs::write(server.dir.path().join("events/ledger/signed"), "another").unwrap();
    post(&server, json!([deed("b")])).await;
    let began = Instant::now();
    let why = loop {
        let status = server.get("/api/v1/status").await.json();
        if let Some(why) = status["ledger"]["refused"].as_str() {
            break why.to_owned();
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(why.contains("another Daybook signs"), "{why}");

    let refused = server
        .post_events(&[], json!([deed("c")]).to_string())
        .await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    let key = json!({"name": "n", "scopes": ["read"]}).to_string();
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let change = server.request(Method::POST, "/api/v1/api-keys", &headers, key);
    assert_eq!(change.await.error(), (503, "audit_unavailable".into()));
    post(
        &server,
        json!([{"stream": "usage", "id": "u", "time": "2026-03-01T10:00:00Z"}]),
    )
    .await;
    assert_eq!(server.get("/api/v1/audit/a/proof").await.status, 200);
    assert_eq!(server.get("/api/v1/audit/b/proof").await.status, 503);
    let metrics = server.get("/metrics").await.text();
    assert!(metrics.contains("daybook_ledger_refused 1"), "{metrics}");
}
