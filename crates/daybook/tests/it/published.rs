//! A server with a witness and anchors, and `daybook verify` over what it keeps and gives out.

use crate::http::Connection;
use crate::server::{Server, create_admin_key, create_key, daybook, serve};
use crate::witness::Witness;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A data directory with a ledger, and a witness of it.
struct Witnessed {
    dir: tempfile::TempDir,
    witness: Witness,
    log_key: String,
    api_key: String,
}

impl Witnessed {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let api_key = create_admin_key(&data, "platform");
        let server = Server::start(&data);
        let answer = server.connect("").unwrap().get("/ledger/key").unwrap();
        drop(server);
        let log_key = answer.text.trim().to_owned();
        let witness = Witness::start(&dir.path().join("witness"), &log_key);
        let policy = format!("witness w {} {}\nquorum w\n", witness.key, witness.url());
        std::fs::write(dir.path().join("policy"), policy).unwrap();
        Self {
            dir,
            witness,
            log_key,
            api_key,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn start(&self) -> Server {
        let mut command = serve(&self.path("data"));
        command.arg("--ledger-policy").arg(self.path("policy"));
        command.arg("--ledger-anchors").arg(self.path("anchors"));
        command.args(["--ledger-anchor-seconds", "1"]);
        Server::start_as(&mut command)
    }

    /// Sends audit events, and waits until the witness has cosigned them.
    fn send(&self, server: &Server, name: &str, count: usize) {
        let mut connection = server.connect(&self.api_key).unwrap();
        let events: Vec<Value> = (0..count)
            .map(|at| event(&format!("{name}-{at}")))
            .collect();
        let sent = connection.post("/api/v1/events", &json!(events).to_string());
        let sent = sent.unwrap();
        assert_eq!(sent.status, 200, "{}", sent.text);
        let last = sent.body["receipts"][count - 1]["ledger_index"].as_u64();
        let last = last.unwrap_or_else(|| panic!("{}", sent.text));
        wait("the witness has cosigned it", || {
            cosigned_size(&mut connection).is_some_and(|size| size > last)
        });
    }

    #[track_caller]
    fn verifies(&self, place: &str, more: &[&str], code: i32, line: &str) -> String {
        let mut command = daybook(Path::new("/nonexistent"));
        command
            .args(["verify", place, "--key", &self.log_key])
            .args(more);
        let output = command.stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.starts_with(line), "{said}");
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }
}

fn event(id: &str) -> Value {
    json!({
        "stream": "audit", "id": id, "time": "2026-03-01T12:00:00Z", "action": "model.disabled",
        "actor_id": "u1", "actor_name": "Ada", "resource_type": "model", "resource_id": "m1",
        "ip": "192.0.2.7", "details": {"why": "too dear", "limit": 1.50},
    })
}

fn cosigned_size(connection: &mut Connection) -> Option<u64> {
    let answer = connection.get("/ledger/cosigned").unwrap();
    let found = answer.status == 200;
    found.then(|| answer.text.lines().nth(1).unwrap().parse().unwrap())
}

#[track_caller]
fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < until, "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => _ = std::fs::copy(entry.path(), to).unwrap(),
        }
    }
}

#[test]
fn what_is_cosigned_and_anchored_verifies_everywhere() {
    let place = Witnessed::new();
    let mut server = place.start();
    place.send(&server, "first", 300);
    let mut connection = server.connect(&place.api_key).unwrap();
    // What is cosigned is public a moment before the status tells of it.
    let mut status = Value::Null;
    wait("the status tells of witnesses and anchors", || {
        status = connection.get("/api/v1/status").unwrap().body;
        let ledger = &status["ledger"];
        ledger["witnesses"][0]["size"].as_u64() > Some(300) && ledger["anchors"][0]["size"].is_u64()
    });
    let told = &status["ledger"]["witnesses"][0];
    assert!(told["problem"].is_null(), "{status}");
    let metrics = connection.get("/metrics").unwrap().text;
    let line = format!(
        "daybook_checkpoint_told_failing{{kind=\"witness\",name=\"{}\"}} 0",
        place.witness.key.name()
    );
    assert!(metrics.contains(&line), "{metrics}");

    let (data, policy) = (place.path("data"), place.path("policy"));
    let (data, policy) = (
        data.to_str().unwrap(),
        ["--policy", policy.to_str().unwrap()],
    );
    let anchors = place.path("anchors");
    let anchors = ["--checkpoint", anchors.to_str().unwrap()];
    let said = place.verifies(data, &policy, 0, "PASS: ");
    let witness = format!("; witness {} at ", place.witness.key.name());
    assert!(said.contains(&witness), "{said}");
    let said = place.verifies(data, &anchors, 0, "PASS: ");
    assert!(!said.contains("; 0 earlier checkpoints"), "{said}");
    assert!(said.contains(" events compared with the store"), "{said}");
    let compared = said.rsplit("; ").next().unwrap();
    let bodies = said.split("; ").nth(1).unwrap();
    let number = |text: &str| text.split(' ').next().unwrap().replace(',', "");
    assert_eq!(
        number(compared),
        number(bodies),
        "the store shows each of them"
    );

    let url = format!("http://{}", server.address());
    let with_key = [&["--api-key", place.api_key.as_str()], policy.as_slice()].concat();
    let said = place.verifies(&url, &with_key, 0, "PASS: ");
    assert!(
        !said.contains("; 0 bodies") && said.contains(&witness),
        "{said}"
    );
    place.verifies(&url, &anchors, 0, "PASS: 0 events, only hashes kept of 0–");
    let no_reader = key_that_may_not_read(&place);
    place.verifies(&url, &["--api-key", &no_reader], 2, "COULD NOT CHECK: ");
    let elsewhere = place.verifies(&format!("{url}/nowhere"), &[], 2, "COULD NOT CHECK: ");
    assert!(elsewhere.contains("there is no log at "), "{elsewhere}");

    place.send(&server, "second", 700);
    server.kill();
    place.verifies(data, &[anchors, policy].concat(), 0, "PASS: ");
    std::fs::remove_file(place.path("data/ledger/tile/0/001")).unwrap();
    place.verifies(data, &anchors, 1, "FAIL: tile/0/001: is missing");
}

/// Takes one POST and answers it; gives its body.
fn take_post(listener: &TcpListener, status: &str) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    for line in reader.by_ref().lines() {
        let line = line.unwrap().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    String::from_utf8(body).unwrap()
}

#[test]
fn a_webhook_and_the_log_get_checkpoints_too() {
    let dir = tempfile::tempdir().unwrap();
    let (data, said) = (dir.path().join("data"), dir.path().join("said"));
    let key = create_admin_key(&data, "platform");
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let anchors = format!(
        "log,http://{}/hook?token=secret",
        hook.local_addr().unwrap()
    );
    let mut command = serve(&data);
    command.args(["--ledger-anchors", &anchors, "--ledger-anchor-seconds", "1"]);
    command.stderr(File::create(&said).unwrap());
    let mut server = Server::start_as(&mut command);
    // One that fails is tried again.
    let first = take_post(&hook, "500 Internal Server Error");
    let again = take_post(&hook, "204 No Content");
    assert!(!first.is_empty() && again.contains("\n\n— "), "{again}");
    let mut connection = server.connect(&key).unwrap();
    let log_key = connection.get("/ledger/key").unwrap().text;
    wait("the webhook took it", || {
        let status = connection.get("/api/v1/status").unwrap();
        assert!(!status.text.contains("secret"), "{}", status.text);
        status.body["ledger"]["anchors"][1]["size"].is_u64()
    });
    server.kill();
    let said = std::fs::read_to_string(said).unwrap();
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("checkpoint "));
    let note: String = serde_json::from_str(line.unwrap()).unwrap();
    for (name, note) in [("log", note), ("hook", again)] {
        let kept = dir.path().join(name);
        std::fs::write(&kept, note).unwrap();
        let mut command = daybook(&data);
        command
            .arg("verify")
            .arg(&data)
            .args(["--key", log_key.trim()]);
        let output = command.arg("--checkpoint").arg(&kept).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("; 1 earlier checkpoint"), "{name}: {said}");
        assert_eq!(output.status.code(), Some(0), "{name}: {said}");
    }
}

fn key_that_may_not_read(place: &Witnessed) -> String {
    let mut command = daybook(&place.path("data"));
    command.args(["key", "create", "--name", "sender", "--scope", "ingest"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

#[test]
fn a_log_that_was_rolled_back_is_refused() {
    let place = Witnessed::new();
    let mut server = place.start();
    place.send(&server, "before", 20);
    server.kill();
    let (data, old) = (place.path("data"), place.path("old"));
    copy(&data, &old);
    let mut server = place.start();
    place.send(&server, "after", 20);
    server.kill();
    std::fs::copy(data.join("ledger/checkpoint"), place.path("kept")).unwrap();
    std::fs::rename(&data, place.path("lost")).unwrap();
    std::fs::rename(&old, &data).unwrap();
    let kept = place.path("kept");
    let kept = ["--checkpoint", kept.to_str().unwrap()];
    let line = format!("FAIL: earlier checkpoint {}: has ", kept[1]);
    let said = place.verifies(data.to_str().unwrap(), &kept, 1, &line);
    assert!(said.contains("the end of the log was removed"), "{said}");

    let server = place.start();
    let mut connection = server.connect(&place.api_key).unwrap();
    let mut refused = String::new();
    wait("the witness contradicts", || {
        let status = connection.get("/api/v1/status").unwrap().body;
        refused = status["ledger"]["refused"]
            .as_str()
            .unwrap_or_default()
            .into();
        !refused.is_empty()
    });
    let expected = format!("the witness {} has cosigned ", place.witness.key.name());
    assert!(refused.starts_with(&expected), "{refused}");
    let sent = connection.post("/api/v1/events", &json!([event("later")]).to_string());
    let sent = sent.unwrap();
    assert_eq!(sent.status, 503, "{}", sent.text);
}

#[test]
fn a_store_that_shows_something_else_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut keys = Vec::new();
    for (name, ip) in [("a", "192.0.2.1"), ("b", "192.0.2.2")] {
        let data = dir.path().join(name);
        let key = create_key(&data, "sender");
        let mut server = Server::start(&data);
        let mut connection = server.connect(&key).unwrap();
        keys.push(
            connection
                .get("/ledger/key")
                .unwrap()
                .text
                .trim()
                .to_owned(),
        );
        let mut event = event("one");
        event["ip"] = ip.into();
        // An old one would be archived, sooner or later, and not be in the store that is exchanged.
        event["time"] = jiff::Timestamp::now().to_string().into();
        let sent = connection.post("/api/v1/events", &json!([event]).to_string());
        let last = sent.unwrap().body["receipts"][0]["ledger_index"]
            .as_u64()
            .unwrap();
        wait("it is published", || {
            let note = connection.get("/ledger/checkpoint").unwrap().text;
            let size = note
                .lines()
                .nth(1)
                .and_then(|size| size.parse::<u64>().ok());
            size.is_some_and(|size| size > last)
        });
        server.kill();
    }
    let place = dir.path().join("a");
    std::fs::rename(place.join("events"), place.join("events.own")).unwrap();
    std::fs::rename(dir.path().join("b/events"), place.join("events")).unwrap();
    let mut command = daybook(&place);
    let command = command.args(["verify", place.to_str().unwrap(), "--key", &keys[0]]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("FAIL: event 0 (id "), "{said}");
    assert!(
        said.contains("stands in the store with another `leaf_hash`"),
        "{said}"
    );
}
