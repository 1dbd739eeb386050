//! A byte of a file is damaged: who asks for it is told so, whoever watches the server sees it, and
//! no backup is made of it.

use crate::server::{Server, create_key, daybook};
use crate::stored;
use daybook_model::{Stream, Timestamp};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

const EVENTS: u64 = 400;

/// A data directory with all events in partitions.
fn make(data_dir: &Path) -> String {
    let key = create_key(data_dir, "sender");
    let now = Timestamp::now();
    let event = |number: u64| {
        let days = i64::try_from(number % 4).unwrap();
        json!({
            "stream": "usage", "id": format!("e{number}"), "cost": 0.5, "user_name": format!("user {number}"),
            "time": now.plus_us(-days * Timestamp::DAY_US).to_string(),
            "request": {"prompt": format!("Question {number}")}, "content": format!("Words of {number}"),
        })
    };
    let events: Value = (0..EVENTS).map(event).collect();
    let mut server = Server::start(data_dir);
    let mut connection = server.connect(&key).unwrap();
    let answer = connection
        .post("/api/v1/events", &events.to_string())
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    server.kill();
    let server = Server::start(data_dir);
    let mut connection = server.connect(&key).unwrap();
    for _ in 0..300 {
        if stored::is_moved(&mut connection) {
            assert_eq!(stored::metric(&mut connection, "damaged_places"), 0);
            return key;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("nothing moves");
}

/// The first file below a directory whose name ends so.
fn file(dir: &Path, end: &str) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries.into_iter().find_map(|path| match path.is_dir() {
        true => file(&path, end),
        false => path.to_str().unwrap().ends_with(end).then_some(path),
    })
}

fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(file, bytes).unwrap();
}

fn backup(data_dir: &Path, target: &Path) -> Output {
    let mut command = daybook(data_dir);
    command.arg("backup").arg(target).output().unwrap()
}

#[test]
fn damage_that_a_query_found_is_seen_by_monitoring() {
    for end in [".payloads", ".fast"] {
        let dir = tempfile::tempdir().unwrap();
        let key = make(dir.path());
        let damaged = file(&dir.path().join("events/usage"), end).unwrap();
        flip(&damaged);
        let server = Server::start(dir.path());
        let mut connection = server.connect(&key).unwrap();
        let asked = (0..EVENTS).map(|number| format!("/api/v1/logs/usage/events/e{number}"));
        let answers = asked.map(|path| connection.get(&path).unwrap());
        let refused: Vec<_> = answers.filter(|answer| answer.status != 200).collect();
        assert!(!refused.is_empty(), "{end}");
        for answer in &refused {
            assert_eq!(answer.status, 500, "{}", answer.text);
            assert_eq!(
                answer.body["error"]["code"], "damaged_data",
                "{}",
                answer.text
            );
        }
        assert!(
            stored::metric(&mut connection, "damaged_places") > 0,
            "{end}"
        );
        let status = connection.get("/api/v1/status").unwrap();
        let name = damaged.file_name().unwrap().to_str().unwrap();
        let told = status.body["damaged"].to_string();
        assert!(told.contains(name), "{name} in {}", status.text);
        // Events are taken, and other streams answer.
        assert_eq!(connection.get("/readyz").unwrap().status, 200);
        stored::total(&mut connection, Stream::Audit, "sender").unwrap();
    }
}

#[test]
fn a_backup_of_damaged_files_fails_and_names_them() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    make(&data);
    let files = [
        ".payloads",
        ".fast",
        ".store",
        ".term",
        ".idx",
        "meta.json",
        "/words",
        "extent.json",
    ];
    for (number, end) in files.into_iter().enumerate() {
        let damaged = file(&data.join("events"), end).unwrap_or_else(|| panic!("{end} is missing"));
        let whole = std::fs::read(&damaged).unwrap();
        flip(&damaged);
        let target = dir.path().join(format!("backup-{number}"));
        let output = backup(&data, &target);
        std::fs::write(&damaged, whole).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{end}: {errors}");
        let name = damaged.file_name().unwrap().to_str().unwrap();
        assert!(errors.contains(name), "{name} in {errors}");
        assert!(!target.join("manifest.json").exists(), "{end}");
    }
    let output = backup(&data, &dir.path().join("backup"));
    assert!(output.status.success(), "{output:?}");
}
