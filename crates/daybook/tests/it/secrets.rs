//! What is secret is in no line of the log, however much is logged.

use crate::server::daybook;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct-horse-battery-1";
const WRONG: &str = "wrong-horse-battery-2";

struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a server that logs everything into a file.
fn start(mut command: Command, log: &Path) -> Served {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .unwrap();
    let mut child = command
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "trace"])
        .stderr(Stdio::from(log))
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("Daybook is ready at http://");
    let address = address.unwrap_or_else(|| panic!("the server did not start: {line:?}"));
    Served {
        address: address.into(),
        child,
    }
}

impl Served {
    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(mut self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap();
    }
}

/// The value after a text in an answer, up to a character.
fn after<'a>(answer: &'a str, text: &str, end: char) -> &'a str {
    let (_, rest) = answer
        .split_once(text)
        .unwrap_or_else(|| panic!("{text} in {answer}"));
    rest.split(end).next().unwrap()
}

#[test]
fn no_secret_is_in_any_line_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let data = dir.path().join("data");
    let mut secrets: Vec<String> = [PASSWORD, WRONG, "smtp-pass-word"].map(Into::into).into();

    // The set-up link of a first start is shown to whoever starts it, not logged.
    let mut first = daybook(&data);
    first.env(
        "DAYBOOK_SMTP_URL",
        "smtps://name:smtp-pass-word@127.0.0.1:1",
    );
    let served = start(first, &log);
    let shown = std::fs::read_to_string(&log).unwrap();
    let token = after(&shown, "/setup#", ' ').to_owned();
    let account = format!(r#"{{"token":"{token}","email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    let refused = account.replace(&token, "not-the-token-of-the-link");
    assert!(
        served
            .send("POST", "/api/v1/setup", "", &refused)
            .contains(" 403 ")
    );
    assert!(
        served
            .send("POST", "/api/v1/setup", "", &account)
            .contains(" 200 ")
    );
    secrets.push("not-the-token-of-the-link".into());

    let sign_in = |password: &str| {
        let body = format!(r#"{{"email":"{EMAIL}","password":"{password}"}}"#);
        served.send("POST", "/api/v1/session", "", &body)
    };
    assert!(sign_in(WRONG).contains(" 401 "));
    let session = after(&sign_in(PASSWORD), "daybook_session=", ';').to_owned();
    let broken = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}","#);
    assert!(
        served
            .send("POST", "/api/v1/session", "", &broken)
            .contains(" 400 ")
    );

    let cookie = format!("cookie: daybook_session={session}\r\nx-daybook-csrf: 1\r\n");
    let new = r#"{"name":"gateway","scopes":["read","ingest"]}"#;
    let made = served.send("POST", "/api/v1/api-keys", &cookie, new);
    let (key, id) = (
        after(&made, r#""key":"dbk_"#, '"'),
        after(&made, r#""id":"#, ','),
    );
    let rotate = format!("/api/v1/api-keys/{}/rotate", id.trim_matches('"'));
    let rotated = served.send("POST", &rotate, &cookie, r#"{"grace_minutes":5}"#);
    let rotated = after(&rotated, r#""key":"dbk_"#, '"');
    let own = served.send(
        "POST",
        "/api/v1/account/api-keys",
        &cookie,
        r#"{"name":"own"}"#,
    );
    let own = after(&own, r#""key":"dbk_"#, '"');
    for headers in [
        format!("authorization: Bearer dbk_{key}\r\n"),
        format!("x-api-key: dbk_{rotated}\r\n"),
        format!("api-key: dbk_{own}\r\n"),
        format!("cookie: daybook_session={session}\r\n"),
        "authorization: Basic bm9ib2R5OnRoZS1iYXNpYy1zZWNyZXQ=\r\n".into(),
        "authorization: Bearer dbk_nobodysknownkey\r\n".into(),
        "cookie: daybook_session=nobodys-known-session\r\n".into(),
    ] {
        served.send("GET", "/api/v1/logs/auth", &headers, "");
        served.send(
            "POST",
            "/api/v1/events",
            &headers,
            r#"[{"stream":"system"}]"#,
        );
        served.send("GET", "/metrics", &headers, "");
    }
    served.send("DELETE", "/api/v1/session", &cookie, "");
    secrets.extend([&session, key, rotated, own].map(Into::into));
    secrets.extend(
        [
            "bm9ib2R5OnRoZS1iYXNpYy1zZWNyZXQ=",
            "the-basic-secret",
            "nobodysknownkey",
        ]
        .map(Into::into),
    );
    secrets.push("nobodys-known-session".into());
    served.stop();

    let mut again = daybook(&data);
    again
        .env("DAYBOOK_ADMIN_EMAIL", EMAIL)
        .env("DAYBOOK_ADMIN_PASSWORD", WRONG);
    start(again, &log).stop();

    let log = std::fs::read_to_string(&log).unwrap();
    assert!(
        log.lines().count() > 100 && log.contains("TRACE"),
        "much is logged"
    );
    let lines = log
        .lines()
        .filter(|line| !line.contains("make the first one at"));
    for line in lines {
        let leaked = secrets.iter().find(|secret| line.contains(secret.as_str()));
        assert_eq!(leaked, None, "{line}");
        assert!(!line.contains(&token), "{line}");
        for pattern in ["dbk_", "Bearer ", "Basic "] {
            for (at, _) in line.match_indices(pattern) {
                assert!(line[at + pattern.len()..].starts_with('…'), "{line}");
            }
        }
    }
}
