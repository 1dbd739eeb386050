//! The command line as operators and scripts use it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn daybook(args: &[&str], data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    command.args(args).env("DAYBOOK_DATA_DIR", data_dir);
    for name in [
        "DAYBOOK_ADMIN_EMAIL",
        "DAYBOOK_ADMIN_PASSWORD",
        "DAYBOOK_LISTEN",
        "DAYBOOK_LOG",
    ] {
        command.env_remove(name);
    }
    command
}

fn run(args: &[&str], data_dir: &Path) -> Output {
    daybook(args, data_dir).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that is asked to end with the test.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(data_dir: &Path) -> Self {
        let mut command = daybook(&["serve", "--listen", "127.0.0.1:0"], data_dir);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("Daybook is ready at http://");
        let address = address.expect("the line with the address").to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str, key: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end; answers whether it ended well, and its log.
    fn stop(mut self) -> (bool, String) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        let ended_well = self.child.wait().unwrap().success();
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        (ended_well, log)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn keys_are_made_beside_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(dir.path());
    let made = run(
        &[
            "key", "create", "--name", "gateway", "--scope", "read", "--scope", "ingest",
        ],
        dir.path(),
    );
    let key = text(&made.stdout);
    let key = key.strip_suffix('\n').unwrap();
    assert!(
        key.starts_with("dbk_") && key.len() == 47 && !key.contains('\n'),
        "{key}"
    );
    assert!(
        served
            .get("/api/v1/status", key)
            .starts_with("HTTP/1.1 200")
    );

    let list = text(&run(&["key", "list"], dir.path()).stdout);
    assert!(
        list.contains("ingest") && list.contains("gateway") && list.contains(&key[43..]),
        "{list}"
    );
    let id = list.split('\t').next().unwrap();
    assert!(run(&["key", "revoke", id], dir.path()).status.success());
    assert!(
        served
            .get("/api/v1/status", key)
            .starts_with("HTTP/1.1 401")
    );

    let (ended_well, log) = served.stop();
    assert!(ended_well, "{log}");
    assert!(
        log.contains("/setup#"),
        "without an administrator there is a set-up link: {log}"
    );
}

#[test]
fn what_is_wrong_is_said_and_shows_in_the_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    for args in [
        &["key", "revoke", "none"][..],
        &["key", "list"],
        &["key", "rotate", "none"],
    ] {
        let typo = dir.path().join("typo");
        let nowhere = run(args, &typo);
        assert_eq!(nowhere.status.code(), Some(1));
        assert!(text(&nowhere.stderr).contains("there is no Daybook data in"));
        assert!(!typo.exists(), "and none was made");
    }
    let create = ["key", "create", "--name", "x", "--scope", "read"];
    for (time, code) in [
        ("90d", 0),
        ("2100-01-01T00:00:00Z", 0),
        ("-1d", 2),
        ("soon", 2),
    ] {
        let time = format!("--expires={time}");
        let made = run(&[&create[..], &[time.as_str()]].concat(), dir.path());
        assert_eq!(
            made.status.code(),
            Some(code),
            "{time}: {}",
            text(&made.stderr)
        );
    }
    let list = text(&run(&["key", "list"], dir.path()).stdout);
    assert!(list.contains("ends 2100-01-01T00:00:00Z"), "{list}");
    let unknown = run(&["key", "revoke", "none"], dir.path());
    assert_eq!(
        (unknown.status.code(), text(&unknown.stderr)),
        (Some(1), "daybook: key not found\n".into())
    );
    let scope = run(
        &["key", "create", "--name", "x", "--scope", "everything"],
        dir.path(),
    );
    assert_eq!(scope.status.code(), Some(2));
    assert!(text(&scope.stderr).contains("expected ingest, read or admin"));
    let half = daybook(&["serve"], dir.path())
        .env("DAYBOOK_ADMIN_EMAIL", "a@b.c")
        .output()
        .unwrap();
    assert!(text(&half.stderr).contains("set both or none"));
}

#[test]
fn accounts_are_kept_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("data");
    let refused = run(&["user", "list"], &place);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("there is no Daybook data in"));
    let refused = run(&["key", "revoke", "x"], &place);
    assert!(
        !refused.status.success() && !place.exists(),
        "nothing was made"
    );

    run(&["key", "create", "--name", "x", "--scope", "read"], &place);
    let site = ["--public-url", "https://logs.example"];
    let invite = |email: &str, role: &str| {
        let args = [&["user", "invite", email, "--role", role][..], &site].concat();
        text(&run(&args, &place).stdout)
    };
    let link = invite("ana@example.com", "super_admin");
    assert!(link.starts_with("https://logs.example/ticket#"), "{link}");
    assert_ne!(invite("ana@example.com", "super_admin"), link, "a new one");
    assert_eq!(invite("ana@example.com", "boss"), "");
    let done = |args: &[&str]| run(args, &place).status.success();
    assert!(done(&["user", "set-role", "ana@example.com", "user"]));
    assert!(done(&[
        "user",
        "link",
        "ana@example.com",
        "gateway=7",
        "dify=ana=x"
    ]));
    assert!(!done(&["user", "link", "ana@example.com", "gateway"]));
    assert!(done(&["user", "disable", "ana@example.com"]));
    let list = text(&run(&["user", "list"], &place).stdout);
    let told = "ana@example.com\tuser\tdisabled\tnever signed in\tdify=ana=x gateway=7\n";
    assert_eq!(list, told);
    assert!(done(&["user", "enable", "ana@example.com"]));
    assert!(text(&run(&["user", "list"], &place).stdout).contains("\tinvited\t"));
    assert!(
        !done(&["user", "reset-password", "ana@example.com"]),
        "it has none"
    );
    assert!(!done(&["user", "disable", "nobody@example.com"]));
}
