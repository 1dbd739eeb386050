//! Every command that changes something leaves exactly its audit event. The commands come from the
//! program's help: one that is missing here fails the test.

use crate::server::{Server, create_key, daybook, serve};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// What a command leaves: action and operation, in the order in which the test runs them.
#[rustfmt::skip]
const LEAVES: &[(&str, &str, &str)] = &[
    ("key create", "api_key.created", "create"),
    ("key create", "api_key.created", "create"),
    ("key rotate", "api_key.rotated", "modify"),
    ("key revoke", "api_key.revoked", "delete"),
    ("user invite", "user.invited", "invite"),
    ("user invite", "user.invited_again", "modify"),
    ("user set-role", "user.role_changed", "modify_access"),
    ("user link", "user.links_changed", "modify_access"),
    ("user disable", "user.disabled", "disable"),
    ("user enable", "user.enabled", "enable"),
    ("user reset-password", "user.password_reset", "modify_password"),
    ("import", "events.imported", "upload"),
    ("backup", "backup.created", "export"),
    ("restore", "backup.restored", "upload"),
];

/// Commands that change nothing themselves: a server tells of its own start, a witness holds no log.
const NOTHING: &[&str] = &[
    "serve",
    "demo",
    "verify",
    "witness",
    "key list",
    "user list",
];

const ADMIN: &str = "admin@example.com";

/// What the program says when a command succeeds.
#[track_caller]
fn run(data_dir: &Path, command: &str, arguments: &[&str]) -> String {
    let mut program = daybook(data_dir);
    let output = program.args(command.split(' ')).args(arguments).output();
    let output = output.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

/// The commands that a help names.
fn commands(dir: &Path, of: &str) -> Vec<String> {
    let help = run(dir, format!("{of} --help").trim(), &[]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.split_whitespace().next());
    let names = names.filter(|name| *name != "help");
    let names = names.map(|name| format!("{of} {name}").trim().to_owned());
    names.collect()
}

#[test]
fn every_command_is_known_to_change_something_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut named = BTreeSet::new();
    for command in commands(dir.path(), "") {
        match commands(dir.path(), &command).as_slice() {
            [] => _ = named.insert(command),
            parts => named.extend(parts.iter().cloned()),
        }
    }
    let known = LEAVES.iter().map(|row| row.0);
    let known: BTreeSet<String> = known
        .chain(NOTHING.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(named, known);
}

fn text(event: &Value, name: &str) -> String {
    event[name].as_str().unwrap_or_default().to_owned()
}

/// What the command line did, the oldest first, once there is so much of it.
fn deeds(data_dir: &Path, key: &str, count: usize) -> Vec<Value> {
    let server = Server::start(data_dir);
    let mut connection = server.connect(key).unwrap();
    let path = "/api/v1/logs/audit?sort=time&page_size=100&actor_name=command%20line";
    let mut found = Vec::new();
    // Commands leave it to the server to hand their events to the log.
    for _ in 0..400 {
        let page = connection.get(path).unwrap();
        assert_eq!(page.status, 200, "{}", page.text);
        found = page.body["items"].as_array().unwrap().clone();
        if found.len() >= count {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    found
}

/// Actions and operations of what the command line did.
fn told(data_dir: &Path, key: &str, count: usize) -> Vec<(String, String)> {
    let found = deeds(data_dir, key, count);
    for event in &found {
        assert_eq!(
            (text(event, "actor_type"), text(event, "result")),
            ("system".into(), "success".into()),
            "{event}"
        );
        let uid = &event["details"]["os_account"]["uid"];
        assert!(
            uid.is_u64() && !text(event, "resource_type").is_empty(),
            "{event}"
        );
    }
    let found = found.iter();
    found
        .map(|event| (text(event, "action"), text(event, "operation")))
        .collect()
}

#[test]
fn every_change_by_command_leaves_its_audit_event() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let (data, backup, restored) = (path("data"), path("backup"), path("restored"));
    let mut first = serve(&data);
    first.env("DAYBOOK_ADMIN_EMAIL", ADMIN);
    first.env("DAYBOOK_ADMIN_PASSWORD", "a sentence of six words, roughly");
    drop(Server::start_as(&mut first));

    let do_it = |command: &str, arguments: &[&str]| run(&data, command, arguments);
    let key = do_it("key create", &["--name", "reader", "--scope", "read"]);
    do_it("key create", &["--name", "other", "--scope", "ingest"]);
    let keys = do_it("key list", &[]);
    let other = keys.lines().find(|line| line.contains("\tother\t"));
    let other = other.unwrap().split('\t').next().unwrap();
    do_it("key rotate", &[other]);
    do_it("key revoke", &[other]);
    let bo = "bo@example.com";
    for _ in 0..2 {
        do_it("user invite", &[bo, "--role", "user"]);
    }
    do_it("user set-role", &[bo, "auditor"]);
    do_it("user link", &[bo, "platform=7"]);
    do_it("user disable", &[bo]);
    do_it("user enable", &[bo]);
    do_it("user list", &[]);
    do_it("user reset-password", &[ADMIN]);
    let file = path("events.ndjson");
    std::fs::write(&file, "{\"stream\":\"usage\",\"user_id\":\"7\"}\n").unwrap();
    do_it("import", &[file.to_str().unwrap()]);
    do_it("backup", &[backup.to_str().unwrap()]);
    run(&restored, "restore", &[backup.to_str().unwrap()]);

    // That there is a backup is not in it.
    for (place, other_place) in [(&data, "restore"), (&restored, "backup")] {
        let expected = LEAVES.iter().filter(|row| row.0 != other_place);
        let expected: Vec<_> = expected.map(|row| (row.1.into(), row.2.into())).collect();
        assert_eq!(told(place, &key, expected.len()), expected);
    }
}

/// What a refused command says.
#[track_caller]
fn refuse(data_dir: &Path, command: &str, arguments: &[&str]) -> String {
    let mut program = daybook(data_dir);
    let output = program.args(command.split(' ')).args(arguments).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1), "{command}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn commands_that_are_refused_leave_the_attempt() {
    let dir = tempfile::tempdir().unwrap();
    let (data, full) = (dir.path().join("data"), dir.path().join("full"));
    let key = run(
        &data,
        "key create",
        &["--name", "reader", "--scope", "read"],
    );
    let gone = run(&data, "key create", &["--name", "gone", "--scope", "read"]);
    assert_ne!(key, gone);
    let keys = run(&data, "key list", &[]);
    let id = keys.lines().find(|line| line.contains("\tgone\t"));
    let id = id.unwrap().split('\t').next().unwrap();
    run(&data, "key revoke", &[id]);
    let bo = "bo@example.com";
    run(&data, "user invite", &[bo, "--role", "user"]);
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("something"), "x").unwrap();

    let nobody = "nobody@example.com";
    let full = full.to_str().unwrap();
    #[rustfmt::skip]
    let commands: [(&str, &[&str], &str, &str); 10] = [
        ("key revoke", &["unknown"], "api_key.revoked", "unknown"),
        ("key rotate", &["unknown"], "api_key.rotated", "unknown"),
        ("key rotate", &[id], "api_key.rotated", id),
        ("user link", &[nobody, "platform=7"], "user.links_changed", nobody),
        ("user set-role", &[nobody, "auditor"], "user.role_changed", nobody),
        ("user disable", &[nobody], "user.disabled", nobody),
        ("user reset-password", &[nobody], "user.password_reset", nobody),
        ("user invite", &["nomail", "--role", "user"], "user.invited", ""),
        ("user invite", &[bo, "--role", "auditor"], "user.invited", ""),
        ("backup", &[full], "backup.created", full),
    ];
    for (command, arguments, ..) in commands {
        let said = refuse(&data, command, arguments);
        assert!(said.contains("daybook: "), "{command}: {said}");
    }
    let found = deeds(&data, &key, 4 + commands.len());
    let failed = found.iter().filter(|event| event["result"] == "failure");
    let failed: Vec<_> = failed
        .map(|event| (text(event, "action"), text(event, "resource_id")))
        .collect();
    let expected = commands.map(|(_, _, action, id)| (action.to_owned(), id.to_owned()));
    assert_eq!(failed, expected);
    let invited = found
        .iter()
        .filter(|event| event["action"] == "user.invited");
    let invited: Vec<_> = invited
        .map(|event| (text(event, "resource_name"), text(event, "result")))
        .collect();
    let told = [(bo, "success"), ("nomail", "failure"), (bo, "failure")];
    assert_eq!(
        invited,
        told.map(|(name, result)| (name.to_owned(), result.to_owned()))
    );
    let backup = found.last().unwrap();
    assert!(text(backup, "reason").contains("not empty"), "{backup}");
    assert_eq!(backup["details"]["target"], full);
}

#[test]
fn a_start_that_fails_leaves_nothing_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = create_key(&data, "reader");
    let mut command = serve(&data);
    command.args(["--smtp-url", "bogus://x", "--mail-from", "log@example.com"]);
    let failed = command.args(["--public-url", "https://logs.example"]);
    let failed = failed.output().unwrap();
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");

    let server = Server::start(&data);
    let path = "/api/v1/logs/audit?action=daybook.*&action=configuration.*";
    let told = server.connect(&key).unwrap().get(path).unwrap().body;
    assert_eq!(told["total"], 1, "{told}");
    let start = &told["items"][0];
    assert_eq!(start["action"], "daybook.started");
    assert_eq!(start["details"]["ended_in_order_before"], Value::Null);
}
