//! An erasure under way in a process that is killed again and again: it comes to its end, erases
//! all of one person and nothing of another.

use crate::server::{Server, create_admin_key};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const DAYS: usize = 14;
const EVENTS: usize = 3_000;
/// Audit events: a full bundle of the ledger, and one that is not.
const DEEDS: usize = 300;

fn events() -> Value {
    let deed = |number: usize| {
        let (actor, name) = match number % 3 {
            0 => ("u-ana", "Ana Quandt"),
            _ => ("u-bo", "Bo Lindqvist"),
        };
        json!({
            "stream": "audit", "id": format!("d{number}"), "actor_id": actor, "actor_name": name,
            "time": "2026-03-01T12:00:00Z", "action": "model.disabled",
        })
    };
    let event = |number: usize| {
        let (user, name) = match number % 3 {
            0 => ("u-ana", "Ana Quandt"),
            _ => ("u-bo", "Bo Lindqvist"),
        };
        json!({
            "stream": "usage", "id": format!("e{number}"), "user_id": user, "user_name": name,
            "time": format!("2026-03-{:02}T12:00:{:02}Z", 1 + number % DAYS, number % 60), "cost": 0.001,
            "request": {"prompt": format!("I am {name}")},
        })
    };
    (0..EVENTS).map(event).chain((0..DEEDS).map(deed)).collect()
}

/// The total of a list; the server may die meanwhile.
fn total(server: &Server, key: &str, filter: &str) -> u64 {
    let path = format!("/api/v1/logs/usage?from=2026-01-01T00:00:00Z&page_size=1&{filter}");
    let answer = server.connect(key).unwrap().get(&path).unwrap();
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body["total"].as_u64().unwrap()
}

fn state(server: &Server, key: &str, job: &str) -> Value {
    let path = format!("/api/v1/jobs/{job}");
    let answer = server.connect(key).unwrap().get(&path).unwrap();
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body
}

#[test]
fn an_erasure_that_is_killed_again_and_again_erases_everything() {
    let dir = tempfile::tempdir().unwrap();
    let key = create_admin_key(dir.path(), "admin");
    let mut server = Server::start(dir.path());
    let mut connection = server.connect(&key).unwrap();
    let sent = connection
        .post("/api/v1/events", &events().to_string())
        .unwrap();
    assert_eq!(sent.body["accepted"], (EVENTS + DEEDS) as u64);
    let streams = ["usage", "auth", "system", "audit"];
    let wanted = json!({"user_id": "u-ana", "reason": "asked for", "streams": streams}).to_string();
    let asked = connection.post("/api/v1/erasures", &wanted).unwrap();
    assert_eq!(asked.status, 202, "{:?}", asked.body);
    let job = asked.body["id"].as_str().unwrap().to_owned();

    let mut kills = 0;
    for round in 0..60 {
        std::thread::sleep(Duration::from_millis(40 + 17 * (round % 11)));
        if state(&server, &key, &job)["state"] == "done" {
            break;
        }
        server.kill();
        kills += 1;
        server = Server::start(dir.path());
    }
    assert!(kills > 0, "it was killed on its way");
    for _ in 0..1_200 {
        if state(&server, &key, &job)["state"] == "done" {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(state(&server, &key, &job)["state"], "done");
    let others = 2 * EVENTS as u64 / 3;
    assert_eq!(total(&server, &key, ""), EVENTS as u64, "events stay");
    assert_eq!(total(&server, &key, "user_id=u-bo"), others);
    assert_eq!(total(&server, &key, "user_id.exists=true"), others);
    let mut connection = server.connect(&key).unwrap();
    let erased = connection.get("/api/v1/logs/usage/events/e3").unwrap().body;
    assert_eq!(
        (&erased["request"], &erased["user_name"], &erased["cost"]),
        (&Value::Null, &Value::Null, &json!(0.001))
    );
    let other = connection.get("/api/v1/logs/usage/events/e4").unwrap().body;
    assert_eq!(other["request"]["prompt"], "I am Bo Lindqvist");
    for (id, erased) in [("d3", true), ("d4", false), ("d297", true)] {
        let path = format!("/api/v1/audit/{id}/proof");
        let answer = (0..300).map(|_| {
            std::thread::sleep(Duration::from_millis(20));
            connection.get(&path).unwrap()
        });
        let proven = answer.into_iter().find(|answer| answer.status == 200);
        let body = proven.expect("every event has a proof").body;
        assert_eq!(body["body"].is_null(), erased, "{id}");
    }
    server.kill();
    // Words, the log and files that were replaced hold it no more.
    assert_eq!(files_with(dir.path(), b"Ana Quandt"), [""; 0]);
    assert!(!files_with(dir.path(), b"Bo Lindqvist").is_empty());
}

fn files_with(path: &Path, text: &[u8]) -> Vec<String> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).unwrap();
        let within = entries.flat_map(|entry| files_with(&entry.unwrap().path(), text));
        return within.collect();
    }
    let bytes = std::fs::read(path).unwrap();
    let found = bytes.windows(text.len()).any(|bytes| bytes == text);
    found
        .then(|| path.display().to_string())
        .into_iter()
        .collect()
}
