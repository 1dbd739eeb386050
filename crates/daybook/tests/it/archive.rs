//! The whole program with old events: it archives them, in a folder or in a bucket, exports them with
//! the others, and is killed on the way.

use crate::s3::S3;
use crate::server::{Server, create_admin_key, daybook, serve};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const DAYS: u64 = 160;
const EACH: u64 = 12;

/// Usage and audit events of the days before today.
fn events() -> Value {
    let now = jiff::Timestamp::now().as_microsecond();
    let numbers = (0..DAYS * EACH).flat_map(|number| [("usage", number), ("audit", number)]);
    let events = numbers.map(|(stream, number)| {
        let age_us = (DAYS * EACH - number) as i64 * (86_400_000_000 / EACH as i64);
        let time = jiff::Timestamp::from_microsecond(now - age_us)
            .unwrap()
            .to_string();
        let id = format!("{stream}-{number}");
        match stream {
            "usage" => json!({"stream": stream, "id": id, "time": time, "user_name": "Ana",
                "cost": 1.000_000_001, "is_stream": true, "request": {"n": number}}),
            _ => json!({"stream": stream, "id": id, "time": time, "action": "model.disabled",
                "actor_name": "Bo", "changes": [{"field": "enabled", "old": true, "new": false}]}),
        }
    });
    events.collect()
}

const JOBS: &str = "/api/v1/jobs";

/// Whether a job that archives usage events, too, is done.
fn has_archived(jobs: &Value) -> bool {
    let mut jobs = jobs["items"].as_array().unwrap().iter();
    jobs.any(|job| {
        job["kind"] == "archive" && job["state"] == "done" && job["details"]["usage"] != Value::Null
    })
}

struct Asked<'a> {
    server: &'a Server,
    key: &'a str,
}

impl Asked<'_> {
    fn get(&self, path: &str) -> Value {
        let answer = self.server.connect(self.key).unwrap().get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut connection = self.server.connect(self.key).unwrap();
        let answer = connection
            .send(method, path, &[], &body.to_string())
            .unwrap();
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {}",
            answer.text
        );
        answer.body
    }

    /// Waits until an address answers what fits.
    fn wait(&self, path: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..4_000 {
            last = self.get(path);
            if fits(&last) {
                return last;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{path}: {last}");
    }

    /// Makes usage events older than a hundred days archived, audit events older than the window.
    fn archive(&self) {
        let settings = json!({"usage_online_days": 100});
        self.send("PUT", "/api/v1/settings/retention", &settings);
        self.archived();
    }

    fn archived(&self) {
        self.wait(JOBS, has_archived);
    }

    fn total(&self, stream: &str) -> u64 {
        let path = format!(
            "/api/v1/logs/{stream}?from=2001-01-01T00:00:00Z&id.prefix={stream}-&page_size=1"
        );
        self.get(&path)["total"].as_u64().unwrap()
    }

    /// The file of an export.
    fn export(&self, body: &Value) -> String {
        let asked = self.send("POST", "/api/v1/exports", body);
        let path = format!("/api/v1/exports/{}", asked["id"].as_str().unwrap());
        let done = self.wait(&path, |export| {
            assert_ne!(export["state"], "failed", "{export}");
            export["state"] == "done"
        });
        let mut connection = self.server.connect(self.key).unwrap();
        let file = connection.get(&format!("{path}/file")).unwrap();
        assert_eq!(
            (file.status, file.text.len() as u64),
            (200, done["bytes"].as_u64().unwrap())
        );
        file.text
    }

    /// All events of a stream, in the order in which they happened, and once.
    fn has_all(&self, stream: &str) {
        let text = self.export(
            &json!({"stream": stream, "format": "jsonl", "columns": ["id"],
            "filters": {"id.prefix": format!("{stream}-")}}),
        );
        let expected: String = (0..DAYS * EACH)
            .map(|number| format!("{{\"id\":\"{stream}-{number}\"}}\n"))
            .collect();
        assert!(
            text == expected,
            "{} of {} bytes",
            text.len(),
            expected.len()
        );
    }
}

#[test]
fn old_events_are_archived_and_exported_with_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let key = create_admin_key(dir.path(), "admin");
    let server = Server::start(dir.path());
    let asked = Asked {
        server: &server,
        key: &key,
    };
    let all = events();
    let sent = asked.send("POST", "/api/v1/events", &all);
    assert_eq!(sent["accepted"], 2 * DAYS * EACH);
    asked.archive();
    let (usage, audit) = (asked.total("usage"), asked.total("audit"));
    assert!(
        (99 * EACH..=101 * EACH).contains(&usage),
        "{usage} usage events are online"
    );
    assert!(
        (89 * EACH..=121 * EACH).contains(&audit),
        "{audit} audit events are online"
    );
    let archived = asked.get("/api/v1/archive");
    let of = |stream: &str| -> u64 {
        let items = archived["items"].as_array().unwrap().iter();
        let items = items.filter(|item| item["stream"] == stream);
        items.map(|item| item["events"].as_u64().unwrap()).sum()
    };
    assert_eq!(
        (of("usage") + usage, of("audit") + audit),
        (DAYS * EACH, DAYS * EACH)
    );
    asked.has_all("usage");
    asked.has_all("audit");
    let again = asked.send("POST", "/api/v1/events", &all);
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(2 * DAYS * EACH))
    );
    read_by_others(dir.path(), of("usage"), of("audit"));
}

/// The archived files as another engine sees them.
fn read_by_others(data_dir: &Path, usage: u64, audit: u64) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/s3/read.py");
    let archive = data_dir.join("archive");
    let archive = archive.display();
    let read = |query: String| -> Value {
        let output = Command::new("python3")
            .arg(&script)
            .arg(query)
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(std::env::var_os("DAYBOOK_REQUIRE_S3").is_none(), "{said}");
            eprintln!("skipped: DuckDB cannot be had here: {said}");
            Value::Null
        })
    };
    let found = read(format!(
        "SELECT count(*), count(DISTINCT id), sum(cost), typeof(any_value(cost)), typeof(any_value(time)), \
         min(time) < max(time), bool_and(is_stream) FROM '{archive}/usage/*/*.events.parquet'"
    ));
    if found.is_null() {
        return;
    }
    let cost = format!("{usage}.{usage:09}");
    assert_eq!(
        found,
        json!([[
            usage,
            usage,
            cost,
            "DECIMAL(19,9)",
            "TIMESTAMP WITH TIME ZONE",
            true,
            true
        ]])
    );
    let found = read(format!(
        "SELECT count(*), min(changes->0->>'field') FROM '{archive}/audit/*/*.events.parquet'"
    ));
    assert_eq!(found, json!([[audit, "enabled"]]));
    let found = read(format!(
        "SELECT count(*), count(DISTINCT request->>'n') FROM '{archive}/usage/*/*.payloads.parquet'"
    ));
    assert_eq!(found, json!([[usage, usage]]));
}

#[test]
fn a_bucket_that_is_away_stops_nothing_but_what_needs_it() {
    let Some(s3) = S3::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let key = create_admin_key(dir.path(), "admin");
    let start = |endpoint: &str| {
        let mut command = serve(dir.path());
        command
            .args(["--archive", "s3://logs/daybook"])
            .args(["--archive-region", &s3.said("region")])
            .args(["--archive-access-key-id", &s3.said("access_key_id")])
            .args(["--archive-endpoint", endpoint])
            .env(
                "DAYBOOK_ARCHIVE_SECRET_ACCESS_KEY",
                s3.said("secret_access_key"),
            );
        Server::start_as(&mut command)
    };
    let mut server = start(&s3.said("endpoint"));
    let asked = Asked {
        server: &server,
        key: &key,
    };
    asked.send("POST", "/api/v1/events", &events());
    asked.archive();
    asked.has_all("usage");
    let online = asked.total("usage");
    server.kill();

    server = start("http://127.0.0.1:9");
    let asked = Asked {
        server: &server,
        key: &key,
    };
    assert_eq!(asked.total("usage"), online);
    let again = asked.send("POST", "/api/v1/events", &events());
    assert_eq!(again["accepted"], 0, "{again}");
    let export = asked.send("POST", "/api/v1/exports", &json!({"stream": "usage"}));
    let path = format!("/api/v1/exports/{}", export["id"].as_str().unwrap());
    let waiting = asked.wait(&path, |export| !export["error"].is_null());
    assert_eq!(waiting["state"], "waiting", "{waiting}");
    server.kill();

    server = start(&s3.said("endpoint"));
    let asked = Asked {
        server: &server,
        key: &key,
    };
    asked.wait(&path, |export| export["state"] == "done");
    asked.has_all("audit");
    assert!(!dir.path().join("archive").exists());
}

#[test]
fn killed_again_and_again_it_archives_everything_once() {
    let dir = tempfile::tempdir().unwrap();
    let key = create_admin_key(dir.path(), "admin");
    let mut server = Server::start(dir.path());
    let asked = Asked {
        server: &server,
        key: &key,
    };
    asked.send("POST", "/api/v1/events", &events());
    let settings = json!({"usage_online_days": 100});
    asked.send("PUT", "/api/v1/settings/retention", &settings);
    let periods = |found: &Value| found["items"].as_array().unwrap().len();
    // A process archives something, and is killed while it archives what comes next, unless it is done.
    let mut kills = 0;
    for round in 0..12_u64 {
        let asked = Asked {
            server: &server,
            key: &key,
        };
        let before = periods(&asked.get("/api/v1/archive"));
        let is_done = || has_archived(&asked.get(JOBS));
        asked.wait("/api/v1/archive", |found| {
            periods(found) > before || is_done()
        });
        if is_done() {
            break;
        }
        std::thread::sleep(Duration::from_millis(37 * (round % 7)));
        server.kill();
        server = Server::start(dir.path());
        kills += 1;
    }
    assert!(kills > 1, "it was killed {kills} times on its way");
    let asked = Asked {
        server: &server,
        key: &key,
    };
    asked.archived();
    asked.has_all("usage");
    asked.has_all("audit");
    assert!(asked.total("usage") <= 101 * EACH);
}

/// What the verifier says about a data directory: its exit code, the line, its notes.
fn verify(data: &Path, key: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = daybook(data);
    command.arg("verify").arg(data).args(["--key", key]);
    let output = command.args(more).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// A file below a directory, by the end of its name.
fn file_in(dir: &Path, end: &str) -> PathBuf {
    let entries = std::fs::read_dir(dir).unwrap().flatten();
    let mut paths = entries.map(|entry| entry.path());
    let found = paths.find(|path| path.to_string_lossy().ends_with(end));
    found.unwrap_or_else(|| panic!("{}: no {end}", dir.display()))
}

/// A file that nobody archived is told of, and is no failure.
fn assert_a_stray_is_told(data: &Path, log_key: &str, archive: &Path) {
    let stray = archive.join("audit/2020-01");
    std::fs::create_dir(&stray).unwrap();
    std::fs::write(stray.join("1-x.events.parquet"), "x").unwrap();
    let place = ["--archive", archive.to_str().unwrap()];
    let (code, said, told) = verify(data, log_key, &place);
    assert_eq!(code, Some(0), "{said}");
    let note = " in the archive are not on record, first \"audit/2020-01/1-x.events.parquet\"";
    assert!(told.contains(note), "{told}");
    std::fs::remove_dir_all(stray).unwrap();
}

#[test]
fn archived_audit_events_are_found_proven_and_compared_with_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = create_admin_key(&data, "admin");
    let mut server = Server::start(&data);
    let asked = Asked {
        server: &server,
        key: &key,
    };
    let mut audit = events();
    let only_audit = |event: &Value| event["stream"] == "audit";
    audit.as_array_mut().unwrap().retain(only_audit);
    let sent = asked.send("POST", "/api/v1/events", &audit);
    let first = sent["receipts"][0]["ledger_index"].as_u64().unwrap();
    asked.archive();
    let connected = || server.connect(&key).unwrap();
    let log_key = connected().get("/ledger/key").unwrap().text;
    let found = asked.get("/api/v1/logs/audit/events/audit-0");
    assert_eq!(found["ledger_index"], first);
    for _ in 0..600 {
        let proof = connected().get("/api/v1/audit/audit-0/proof").unwrap();
        if proof.status == 200 {
            assert_eq!(proof.body["leaf_hash"], found["leaf_hash"]);
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    server.kill();

    let says = |code: i32, line: &str, more: &[&str]| {
        let (found, said, _) = verify(&data, log_key.trim(), more);
        assert_eq!(found, Some(code), "{said}");
        assert!(said.contains(line), "{said}");
    };
    says(0, " of them archived", &[]);
    let (archive, elsewhere) = (data.join("archive"), dir.path().join("elsewhere"));
    std::fs::rename(&archive, &elsewhere).unwrap();
    says(2, "COULD NOT CHECK: ", &[]);
    let place = ["--archive", elsewhere.to_str().unwrap()];
    says(0, " of them archived", &place);
    assert_a_stray_is_told(&data, log_key.trim(), &elsewhere);

    // The oldest month begins with the oldest event.
    let mut months: Vec<_> = std::fs::read_dir(elsewhere.join("audit"))
        .unwrap()
        .map(|month| month.unwrap().path())
        .collect();
    months.sort();
    let file = file_in(&months[0], ".events.parquet");
    let whole = std::fs::read(&file).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 3] ^= 1;
    std::fs::write(&file, changed).unwrap();
    says(1, "FAIL: the store: archive file audit/", &place);
    std::fs::write(&file, whole).unwrap();
    let manifest = file_in(&months[0], "manifest.json");
    let whole = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, whole.replacen("\"rows\": ", "\"rows\": 1", 1)).unwrap();
    says(
        1,
        "/manifest.json does not say what this store has on record",
        &place,
    );
    std::fs::remove_file(&manifest).unwrap();
    says(2, "/manifest.json", &place);
    std::fs::write(&manifest, whole).unwrap();
    let month = months[0].file_name().unwrap().to_str().unwrap();
    let record = format!("events/archived/audit/{month}.json");
    std::fs::rename(data.join(&record), dir.path().join("record")).unwrap();
    let missing = format!("FAIL: event {first}: is missing from the store");
    says(1, &missing, &place);
}
