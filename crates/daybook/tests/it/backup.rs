//! `daybook backup` and `restore`: nothing acknowledged before the backup is missing from what is
//! restored, and nothing that is not a whole backup is taken for one.

use crate::server::{Server, create_key, daybook};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn run(data_dir: &Path, arguments: &[&str]) -> Output {
    daybook(data_dir).args(arguments).output().unwrap()
}

fn backup(data_dir: &Path, target: &Path) -> Value {
    let made = run(data_dir, &["backup", target.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{errors}");
    serde_json::from_slice(&made.stdout).unwrap()
}

fn restore(from: &Path, data_dir: &Path) -> Output {
    run(data_dir, &["restore", from.to_str().unwrap()])
}

#[track_caller]
fn refused(output: &Output, part: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains(part), "{errors}");
}

fn event(id: &str, day: usize) -> Value {
    json!({
        "stream": "usage", "id": id, "time": format!("2026-03-{:02}T12:00:00Z", 1 + day % 28),
        "user_id": format!("u{}", day % 5), "cost": 0.5, "request": {"prompt": "x".repeat(500)},
    })
}

/// Sends batches until it is told to stop; `acked` holds what is promised.
fn keep_sending(
    server: &Server,
    key: &str,
    sender: usize,
    acked: &Mutex<Vec<String>>,
    stop: &AtomicBool,
) {
    let mut connection = server.connect(key).unwrap();
    for batch in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let ids: Vec<String> = (0..40).map(|at| format!("{sender}-{batch}-{at}")).collect();
        let events: Vec<Value> = (batch..)
            .zip(&ids)
            .map(|(day, id)| event(id, day))
            .collect();
        let answer = connection.post("/api/v1/events", &json!(events).to_string());
        if answer.unwrap().status == 200 {
            acked.lock().unwrap().extend(ids);
        }
    }
}

/// All ids of the usage stream, with what the summary of a list says.
fn ids(server: &Server, key: &str) -> BTreeSet<String> {
    let mut connection = server.connect(key).unwrap();
    let mut found = BTreeSet::new();
    for page in 1.. {
        let path = format!(
            "/api/v1/logs/usage?from=2026-01-01T00:00:00Z&page_size=1000&page={page}&sort=time"
        );
        let answer = connection.get(&path).unwrap();
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let items = answer.body["items"].as_array().unwrap();
        found.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        if items.len() < 1_000 {
            assert_eq!(
                answer.body["total"],
                found.len() as u64,
                "none is there twice"
            );
            break;
        }
    }
    found
}

#[test]
fn what_was_acknowledged_before_a_backup_under_load_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let (data, restored) = (dir.path().join("data"), dir.path().join("restored"));
    let key = create_key(&data, "sender");
    let server = Server::start(&data);
    let (acked, stop) = (Mutex::default(), AtomicBool::new(false));
    let mut promised = Vec::new();
    std::thread::scope(|scope| {
        for sender in 0..3 {
            let (server, key, acked, stop) = (&server, &key, &acked, &stop);
            scope.spawn(move || keep_sending(server, key, sender, acked, stop));
        }
        for round in 0..4 {
            std::thread::sleep(Duration::from_millis(700));
            let before = acked.lock().unwrap().clone();
            let target = dir.path().join(format!("backup-{round}"));
            let result = backup(&data, &target);
            assert!(result["files"].as_u64() > Some(2), "{result}");
            promised.push((target, before));
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(promised.iter().any(|(_, before)| before.len() > 500));
    for (target, before) in promised {
        let output = restore(&target, &restored);
        assert!(output.status.success(), "{output:?}");
        let copy = Server::start(&restored);
        let found = ids(&copy, &key);
        let missing: Vec<_> = before.iter().filter(|id| !found.contains(*id)).collect();
        assert!(missing.is_empty(), "{} of {}", missing.len(), before.len());
        let mut connection = copy.connect(&key).unwrap();
        let path = format!("/api/v1/logs/usage/events/{}", before[0]);
        let whole = connection.get(&path).unwrap().body;
        assert_eq!(whole["request"]["prompt"].as_str().unwrap().len(), 500);
        let sent = connection.post("/api/v1/events", &json!([event("later", 3)]).to_string());
        assert_eq!(sent.unwrap().body["accepted"], 1, "it goes on from there");
        let told = connection
            .get("/api/v1/logs/audit?action=backup.restored")
            .unwrap();
        assert_eq!(told.body["total"], 1, "that it was restored is on record");
        drop(copy);
        std::fs::remove_dir_all(&restored).unwrap();
    }
    let mut connection = server.connect(&key).unwrap();
    let told = connection
        .get("/api/v1/logs/audit?action=backup.created")
        .unwrap();
    assert_eq!(told.body["total"], 4);
}

#[test]
fn only_a_whole_backup_is_restored_and_only_into_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, target) = (dir.path().join("data"), dir.path().join("backup"));
    let key = create_key(&data, "reader");
    backup(&data, &target);
    refused(
        &run(&data, &["backup", target.to_str().unwrap()]),
        "not empty",
    );
    refused(&restore(&target, &data), "not empty");
    let inside = data.join("backup");
    refused(
        &run(&data, &["backup", inside.to_str().unwrap()]),
        "inside the data directory",
    );

    let database = target.join("data/control.db");
    let whole = std::fs::read(&database).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    let longer = [whole.as_slice(), b"x"].concat();
    for (n, bad) in [&whole[..whole.len() - 1], &changed, &longer]
        .into_iter()
        .enumerate()
    {
        std::fs::write(&database, bad).unwrap();
        let place = dir.path().join(format!("bad-{n}"));
        refused(
            &restore(&target, &place),
            "control.db: it is not what was backed up",
        );
        let served = run(&place, &["serve", "--listen", "127.0.0.1:0"]);
        refused(&served, "not restored to the end");
    }
    std::fs::write(&database, &whole).unwrap();
    std::fs::remove_file(target.join("manifest.json")).unwrap();
    let place = dir.path().join("place");
    refused(&restore(&target, &place), "no complete backup");
    assert!(!place.exists());
    // The key belongs to the directory that was backed up, and is still good there.
    let server = Server::start(&data);
    assert_eq!(
        server
            .connect(&key)
            .unwrap()
            .get("/api/v1/status")
            .unwrap()
            .status,
        200
    );
}

#[test]
fn a_backup_that_was_killed_leaves_nothing_that_stays() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = create_key(&data, "sender");
    let server = Server::start(&data);
    let mut connection = server.connect(&key).unwrap();
    for batch in 0..20 {
        let events: Vec<Value> = (0..200)
            .map(|at| event(&format!("{batch}-{at}"), at))
            .collect();
        assert_eq!(
            connection
                .post("/api/v1/events", &json!(events).to_string())
                .unwrap()
                .status,
            200
        );
    }
    let staging = data.join("backup.staging");
    let mut seen = 0;
    for attempt in 0..40 {
        let target = dir.path().join(format!("killed-{attempt}"));
        let mut command = daybook(&data);
        let mut child = command.arg("backup").arg(&target).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(4 * attempt));
        child.kill().unwrap();
        child.wait().unwrap();
        seen += usize::from(staging.exists());
        if !target.join("manifest.json").exists() {
            let place = dir.path().join(format!("place-{attempt}"));
            assert!(!restore(&target, &place).status.success());
        }
    }
    assert!(seen > 0, "some were killed in their middle");
    backup(&data, &dir.path().join("whole"));
    assert!(!staging.exists(), "the next backup cleans up");

    std::fs::create_dir(&staging).unwrap();
    std::fs::write(staging.join("left"), "x").unwrap();
    drop(connection);
    drop(server);
    let _server = Server::start(&data);
    assert!(!staging.exists(), "so does the next start");
}
