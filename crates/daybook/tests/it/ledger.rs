//! A real server's ledger in the eyes of the verifier, which shares none of the store's code: while it
//! runs, over HTTP, after an erasure, after a kill; and a history that was brought back.

use crate::http::Connection;
use crate::server::{Server, create_admin_key, daybook, serve};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const DEEDS: usize = 600;

fn deeds(from: usize, count: usize) -> String {
    let deed = |number: usize| {
        let actor = if number.is_multiple_of(3) {
            "u-ana"
        } else {
            "u-bo"
        };
        json!({
            "stream": "audit", "id": format!("d{number}"), "time": "2026-03-01T12:00:00Z",
            "action": "model.disabled", "actor_id": actor, "actor_name": format!("Name of {actor}"),
        })
    };
    Value::from_iter((from..from + count).map(deed)).to_string()
}

/// Sends events, and waits until a checkpoint covers the last of them.
fn send(connection: &mut Connection, from: usize, count: usize) {
    let sent = connection
        .post("/api/v1/events", &deeds(from, count))
        .unwrap();
    assert_eq!(sent.body["accepted"], count as u64, "{}", sent.text);
    let receipts = sent.body["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), count);
    let last = format!("/api/v1/audit/d{}/proof", from + count - 1);
    wait(|| {
        let answer = connection.get(&last).unwrap();
        let proven = answer.status == 200;
        assert!(!proven || answer.body["leaf_hash"] == receipts[count - 1]["leaf_hash"]);
        proven
    });
}

#[track_caller]
fn wait(mut until: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if until() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it does not happen");
}

/// The line of the verifier; the key is what the data directory says it is.
fn verify(dir: &Path, place: &str, api_key: &str, checkpoint: &Path) -> String {
    let mut command = daybook(dir);
    command
        .args(["verify", place, "--key"])
        .arg(dir.join("ledger/key"))
        .arg("--checkpoint")
        .arg(checkpoint)
        .env("DAYBOOK_API_KEY", api_key);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn locked(dir: &Path, lock: &Path) -> Command {
    let mut command = serve(dir);
    command.env("DAYBOOK_LEDGER_LOCK", lock);
    command
}

#[test]
fn the_verifier_agrees_with_the_server() {
    let root = tempfile::tempdir().unwrap();
    let (dir, lock) = (
        root.path().join("data"),
        root.path().join("elsewhere/signed"),
    );
    let key = create_admin_key(&dir, "admin");
    let mut server = Server::start_as(&mut locked(&dir, &lock));
    let mut connection = server.connect(&key).unwrap();
    send(&mut connection, 0, DEEDS / 2);
    let kept = root.path().join("kept");
    std::fs::copy(dir.join("ledger/checkpoint"), &kept).unwrap();
    send(&mut connection, DEEDS / 2, DEEDS / 2);

    let place = dir.to_str().unwrap();
    let passes = |line: &str, erased: usize| {
        let erased = format!(" bodies checked, {erased} erased; 1 earlier checkpoint");
        assert!(
            line.starts_with("PASS: ") && line.contains(&erased),
            "{line}"
        );
    };
    passes(&verify(&dir, place, &key, &kept), 0);
    let url = format!("http://{}", server.address());
    passes(&verify(&dir, &url, &key, &kept), 0);

    let wanted = json!({"user_id": "u-ana", "reason": "asked for", "streams": ["audit"]});
    let asked = connection
        .post("/api/v1/erasures", &wanted.to_string())
        .unwrap();
    let job = format!("/api/v1/jobs/{}", asked.body["id"].as_str().unwrap());
    wait(|| connection.get(&job).unwrap().body["state"] == "done");
    passes(&verify(&dir, place, &key, &kept), DEEDS / 3);
    passes(&verify(&dir, &url, &key, &kept), DEEDS / 3);
    server.kill();
    // The kill may have cut archiving short: what the verifier asks for then must be enough.
    let is_cut_short = || verify(&dir, place, &key, &kept).contains("was cut short");
    while is_cut_short() {
        server = Server::start_as(&mut locked(&dir, &lock));
        wait(|| !is_cut_short());
        server.kill();
    }
    passes(&verify(&dir, place, &key, &kept), DEEDS / 3);

    // An older data directory is brought back, and goes on without knowing it: it signs nothing.
    let older = root.path().join("older");
    let copied = Command::new("cp").arg("-a").args([&dir, &older]).status();
    assert!(copied.unwrap().success());
    server = Server::start_as(&mut locked(&dir, &lock));
    send(&mut server.connect(&key).unwrap(), DEEDS, 10);
    server.kill();
    let signed = std::fs::read(&lock).unwrap();
    server = Server::start_as(&mut locked(&older, &lock));
    let mut connection = server.connect(&key).unwrap();
    let refused = connection
        .post("/api/v1/events", &deeds(2 * DEEDS, 1))
        .unwrap();
    assert_eq!(refused.status, 503, "{}", refused.text);
    let status = connection.get("/api/v1/status").unwrap().body;
    let why = status["ledger"]["refused"].as_str().unwrap();
    assert!(why.contains("it is older than what it has signed"), "{why}");
    assert_eq!(std::fs::read(&lock).unwrap(), signed);

    let body = dir.join("ledger/body/000");
    let mut bytes = std::fs::read(&body).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&body, bytes).unwrap();
    let line = verify(&dir, place, &key, &kept);
    assert!(line.starts_with("FAIL") && line.contains("255"), "{line}");
}
