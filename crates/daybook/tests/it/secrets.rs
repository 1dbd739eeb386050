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
    let (log, data) = (dir.path().join("log"), dir.path().join("data"));
    let mut first = daybook(&data);
    let smtp = "smtps://name:smtp-pass-word@127.0.0.1:1";
    first
        .env("DAYBOOK_SMTP_URL", smtp)
        .env("DAYBOOK_MAIL_FROM", "daybook@example.com")
        .env("DAYBOOK_PUBLIC_URL", "http://localhost");
    let served = start(first, &log);
    // The set-up link of a first start is shown to whoever starts it, not logged.
    let shown = std::fs::read_to_string(&log).unwrap();
    let token = after(&shown, "/setup#", ' ').to_owned();
    set_up(&served, &token);
    let session = sign_in(&served);
    let mut secrets = use_keys(&served, &session);
    served.stop();
    let given = [
        PASSWORD,
        WRONG,
        "smtp-pass-word",
        "not-the-token-of-the-link",
    ];
    secrets.extend(given.map(Into::into));
    secrets.push(session);

    let mut again = daybook(&data);
    again
        .env("DAYBOOK_ADMIN_EMAIL", EMAIL)
        .env("DAYBOOK_ADMIN_PASSWORD", WRONG);
    start(again, &log).stop();
    check(&std::fs::read_to_string(&log).unwrap(), &token, &secrets);
}

#[track_caller]
fn expect(answer: &str, status: &str) {
    assert!(answer.contains(&format!(" {status} ")), "{answer}");
}

fn set_up(served: &Served, token: &str) {
    let account = format!(r#"{{"token":"{token}","email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    let refused = account.replace(token, "not-the-token-of-the-link");
    expect(&served.send("POST", "/api/v1/setup", "", &refused), "403");
    expect(&served.send("POST", "/api/v1/setup", "", &account), "200");
}

/// The token of a session, after attempts that fail.
fn sign_in(served: &Served) -> String {
    let send = |body: String| served.send("POST", "/api/v1/session", "", &body);
    let with = |password: &str| format!(r#"{{"email":"{EMAIL}","password":"{password}"}}"#);
    expect(&send(with(WRONG)), "401");
    expect(&send(with(PASSWORD).replace('}', ",")), "400");
    after(&send(with(PASSWORD)), "daybook_session=", ';').to_owned()
}

/// Makes keys and sends them and others in every way; what of that is secret.
fn use_keys(served: &Served, session: &str) -> Vec<String> {
    let cookie = format!("cookie: daybook_session={session}\r\nx-daybook-csrf: 1\r\n");
    let post = |path: &str, body: &str| served.send("POST", path, &cookie, body);
    let key_of = |answer: &str| after(answer, r#""key":"dbk_"#, '"').to_owned();
    let made = post(
        "/api/v1/api-keys",
        r#"{"name":"gateway","scopes":["read","ingest"]}"#,
    );
    let id = after(&made, r#""id":"#, ',').trim_matches('"').to_owned();
    let rotate = format!("/api/v1/api-keys/{id}/rotate");
    let key = key_of(&made);
    let rotated = key_of(&post(&rotate, r#"{"grace_minutes":5}"#));
    let own = key_of(&post("/api/v1/account/api-keys", r#"{"name":"own"}"#));
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
        let event = r#"[{"stream":"system"}]"#;
        served.send("POST", "/api/v1/events", &headers, event);
        served.send("GET", "/metrics", &headers, "");
    }
    served.send("DELETE", "/api/v1/session", &cookie, "");
    let unknown = [
        "bm9ib2R5OnRoZS1iYXNpYy1zZWNyZXQ=",
        "the-basic-secret",
        "nobodysknownkey",
        "nobodys-known-session",
    ];
    let mut secrets = vec![key, rotated, own];
    secrets.extend(unknown.map(Into::into));
    secrets
}

fn check(log: &str, token: &str, secrets: &[String]) {
    assert!(
        log.lines().count() > 100 && log.contains("DEBUG"),
        "much is logged"
    );
    let lines = log
        .lines()
        .filter(|line| !line.contains("make the first one at"));
    for line in lines {
        let leaked = secrets.iter().find(|secret| line.contains(secret.as_str()));
        assert_eq!(leaked, None, "{line}");
        assert!(!line.contains(token), "{line}");
        for pattern in ["dbk_", "Bearer ", "Basic "] {
            for (at, _) in line.match_indices(pattern) {
                assert!(line[at + pattern.len()..].starts_with('…'), "{line}");
            }
        }
    }
}
