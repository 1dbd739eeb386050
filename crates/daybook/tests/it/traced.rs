//! The real server under strace: between the arrival of a request and its 200 the log is written
//! and flushed, for every single answer.

use crate::server::{Server, create_key, serve};
use crate::{strace, trace};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Stdio;
use trace::Call;

const SENDERS: usize = 8;
const REQUESTS: usize = 40;
const MARK: &str = "traced-";
/// Bytes of an id: the mark, the sender, the request and the event.
const ID_BYTES: usize = MARK.len() + 2 + 1 + 3 + 1 + 1;

fn id(sender: usize, request: usize, event: usize) -> String {
    format!("{MARK}{sender:02}-{request:03}-{event}")
}

#[test]
fn the_log_is_flushed_before_every_200() {
    if !strace::is_there("tracing flushes") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (data, record) = (dir.path().join("data"), dir.path().join("record"));
    let key = create_key(&data, "sender");
    // Whole texts, so that the ids in them are seen.
    let calls = "trace=pwrite64,fdatasync,recvfrom,sendto,writev";
    let options = ["-s", "1000000", "-e", calls].map(String::from);
    let mut command = strace::under(&serve(&data), &record, &options);
    let mut server = Server::start_as(command.stdout(Stdio::piped()));
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            let (server, key) = (&server, &key);
            scope.spawn(move || send(server, key, sender));
        }
    });
    server.kill();

    let answered = check(&trace::read(&record));
    let sent: usize = (0..REQUESTS).map(events_in).sum();
    assert_eq!(answered, SENDERS * sent, "events that were answered for");
}

const fn events_in(request: usize) -> usize {
    1 + request % 4
}

fn send(server: &Server, key: &str, sender: usize) {
    let mut connection = server.connect(key).unwrap();
    for request in 0..REQUESTS {
        let event = |event| {
            json!({
                "stream": "system", "id": id(sender, request, event), "level": "info",
                "time": "2026-03-01T12:00:00Z", "message": "m"
            })
        };
        let events: Value = (0..events_in(request)).map(event).collect();
        let answer = connection
            .post("/api/v1/events", &events.to_string())
            .unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// Checks every 200; answers how many events they were for.
fn check(calls: &[Call]) -> usize {
    let is_log = |call: &&Call| file(call).ends_with(".wal");
    let of = |name: &'static str| calls.iter().filter(move |call| call.name == name);
    let flushes: Vec<&Call> = of("fdatasync")
        .filter(is_log)
        .filter(|c| c.succeeded())
        .collect();
    let mut written: HashMap<&str, &Call> = HashMap::new();
    for write in of("pwrite64")
        .filter(is_log)
        .filter(|call| call.succeeded())
    {
        for id in ids(&write.arguments) {
            assert!(
                written.insert(id, write).is_none(),
                "{id} was written twice"
            );
        }
    }
    // By connection: what was asked and not yet answered, and when the last of it arrived.
    let mut asked: HashMap<&str, (Vec<&str>, usize)> = HashMap::new();
    let mut answered = 0;
    for call in calls
        .iter()
        .filter(|call| file(call).starts_with("socket:"))
    {
        if call.name == "recvfrom" {
            let (waiting, arrived) = asked.entry(file(call)).or_default();
            waiting.extend(ids(&call.arguments));
            *arrived = call.ended;
        } else if call.arguments.contains("HTTP/1.1 200") {
            let (waiting, arrived) = asked.remove(file(call)).unwrap_or_default();
            answered += waiting.len();
            for id in waiting {
                let write = written
                    .get(id)
                    .unwrap_or_else(|| panic!("{id} is in no log"));
                let flushed = flushes.iter().any(|flush| {
                    file(flush) == file(write)
                        && flush.began > write.ended
                        && flush.ended < call.began
                });
                assert!(
                    flushed && write.began > arrived,
                    "{id} arrived at line {arrived}, was written by {}, lines {} to {}, and answered by {} ({}) at line {} \
                     without a flush in between",
                    write.thread,
                    write.began,
                    write.ended,
                    call.thread,
                    call.process,
                    call.began
                );
            }
        }
    }
    answered
}

/// What the file descriptor of a call means.
fn file(call: &Call) -> &str {
    let inside = call.arguments.split_once('<');
    inside.map_or("", |(_, rest)| rest.split('>').next().unwrap_or_default())
}

fn ids(text: &str) -> Vec<&str> {
    let found = text.match_indices(MARK);
    found
        .filter_map(|(at, _)| text.get(at..at + ID_BYTES))
        .collect()
}
