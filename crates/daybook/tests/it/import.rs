//! `daybook import`: what is in the files is in the log, and what is not is named.

use crate::server::{Server, create_key, daybook};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

fn event(number: usize) -> String {
    format!(
        r#"{{"stream":"usage","id":"e{number}","time":"2026-03-{:02}T10:00:00Z","user_id":"u{}","cost":0.25}}"#,
        1 + number % 28,
        number % 7
    )
}

fn events(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| event(number) + "\n").collect()
}

fn file(dir: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn gzip(content: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(content.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn import(data_dir: &Path, arguments: &[&Path], input: &[u8]) -> (Option<i32>, Value, String) {
    let mut command = daybook(data_dir);
    command.arg("import").args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let result = serde_json::from_slice(&stdout).unwrap_or(Value::Null);
    (status.code(), result, String::from_utf8(stderr).unwrap())
}

/// The total of a list, asked of a server that is started for it.
fn total(data_dir: &Path, path: &str) -> u64 {
    let key = create_key(data_dir, "reader");
    let server = Server::start(data_dir);
    let answer = server.connect(&key).unwrap().get(path).unwrap();
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body["total"].as_u64().unwrap()
}

#[test]
fn files_of_every_packing_and_standard_input_are_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let plain = file(dir.path(), "a.ndjson", events(0..3_000).as_bytes());
    // Told by content, not by name.
    let gz = file(dir.path(), "b.log", &gzip(&events(3_000..6_000)));
    let packed = zstd::bulk::compress(events(6_000..9_000).as_bytes(), 3).unwrap();
    let zst = file(dir.path(), "c", &packed);
    let dash = Path::new("-");
    let input = events(8_500..10_000);
    let arguments: [&Path; 6] = [
        &plain,
        &gz,
        &zst,
        dash,
        Path::new("--origin"),
        Path::new("legacy"),
    ];
    let (code, result, errors) = import(&data, &arguments, input.as_bytes());
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(
        (&result["accepted"], &result["duplicates"], &result["lines"]),
        (&10_000.into(), &500.into(), &10_500.into()),
        "{result}"
    );

    let (code, again, _) = import(&data, &arguments, input.as_bytes());
    assert_eq!(
        (code, &again["accepted"], &again["duplicates"]),
        (Some(0), &0.into(), &10_500.into()),
        "the second time everything is known"
    );
    let path = "/api/v1/logs/usage?from=2026-01-01T00:00:00Z&origin=legacy&page_size=1";
    assert_eq!(total(&data, path), 10_000);
    let path = "/api/v1/logs/audit?action=events.imported&operation=upload";
    assert_eq!(total(&data, path), 2, "an import is on record");
}

#[test]
fn bad_lines_are_named_kept_and_cost_no_good_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut lines: Vec<String> = (0..5_000).map(event).collect();
    lines[1] = String::new();
    lines[2] = r#"{"stream":"usage","cost":"much"}"#.into();
    lines[3] = "nonsense".into();
    // The same id with other content, after it and in the same batch.
    lines[4_000] = event(7).replace("0.25", "0.5");
    let source = file(dir.path(), "events", (lines.join("\r\n")).as_bytes());
    let rejects = dir.path().join("rejects");
    let arguments: [&Path; 3] = [&source, Path::new("--rejects"), &rejects];
    let (code, result, errors) = import(&data, &arguments, b"");
    assert_eq!(code, Some(1), "{errors}");
    assert_eq!(
        (
            &result["accepted"],
            &result["rejected_total"],
            &result["lines"]
        ),
        (&4_996.into(), &3.into(), &5_000.into())
    );
    let named: Vec<(u64, &str)> = result["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rejected| {
            let field = rejected["field"].as_str().unwrap_or_default();
            (rejected["line"].as_u64().unwrap(), field)
        })
        .collect();
    assert_eq!(named, [(3, "cost"), (4, ""), (4_001, "id")]);
    assert!(errors.contains(":3: cost: not an amount"), "{errors}");
    let kept = std::fs::read_to_string(&rejects).unwrap();
    assert_eq!(
        kept,
        format!("{}\n{}\n{}\n", lines[2], lines[3], lines[4_000])
    );
}

#[test]
fn what_cannot_be_imported_is_2_and_says_how_far_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let good = file(dir.path(), "good", events(0..10).as_bytes());
    let (code, result, errors) = import(&data, &[&good, &dir.path().join("missing")], b"");
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("missing"), "{errors}");
    assert_eq!(result["accepted"], 10);
    assert_eq!(result["stopped_before"]["line"], 11);

    let array = file(dir.path(), "array", b"[{\"stream\":\"usage\"}]");
    let (code, _, errors) = import(&data, &[&array], b"");
    assert!(code == Some(2) && errors.contains("jq -c"), "{errors}");

    let origin: [&Path; 3] = [&good, Path::new("--origin"), Path::new("daybook")];
    let (code, _, errors) = import(&data, &origin, b"");
    assert!(code == Some(2) && errors.contains("origin"), "{errors}");
}

#[test]
fn beside_a_running_server_it_names_the_way_over_http() {
    let dir = tempfile::tempdir().unwrap();
    let _server = Server::start(dir.path());
    let good = file(dir.path(), "good", events(0..10).as_bytes());
    let (code, result, errors) = import(dir.path(), &[&good], b"");
    assert_eq!((code, result), (Some(2), Value::Null));
    assert!(
        errors.contains("in use by another process") && errors.contains("/api/v1/events"),
        "{errors}"
    );
}
