//! A wall clock that jumps, under the real server: `seq` goes on, order and pages hold, ids stay
//! apart, nothing is removed that should stay, and no session outlives its time.

use crate::http::{Answer, Connection};
use crate::server::{Server, create_admin_key, serve};
use crate::tool;
use daybook_model::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;
const YEAR_S: i64 = 365 * DAY_S;
const EVER: &str = "from=2000-01-01T00:00:00Z";

/// The clock of a server, to be set while it runs. The time since the machine's start, which
/// nobody can set, goes on.
struct Clock {
    library: PathBuf,
    offset: PathBuf,
}

impl Clock {
    fn new(test: &str, dir: &Path) -> Option<Self> {
        let places = std::fs::read_dir("/usr/lib").unwrap().flatten();
        let library = places
            .map(|place| place.path().join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.exists());
        let Some(library) = library else {
            let missing = "libfaketime is missing. Install it: apt-get install libfaketime";
            tool::skip(test, missing);
            return None;
        };
        let clock = Self {
            library,
            offset: dir.join("offset"),
        };
        clock.set(0);
        Some(clock)
    }

    /// Sets it so many seconds off.
    fn set(&self, offset_s: i64) {
        let new = self.offset.with_extension("new");
        std::fs::write(&new, format!("{offset_s:+}\n")).unwrap();
        std::fs::rename(new, &self.offset).unwrap();
    }

    fn command(&self, data_dir: &Path) -> Command {
        let mut command = serve(data_dir);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.offset)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DAYBOOK_ADMIN_EMAIL", EMAIL)
            .env("DAYBOOK_ADMIN_PASSWORD", PASSWORD);
        command
    }
}

const EMAIL: &str = "ana@example.org";
const PASSWORD: &str = "correct horse battery";

fn get(connection: &mut Connection, path: &str) -> Value {
    let answer = connection.get(path).unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body
}

fn post(connection: &mut Connection, events: &Value) {
    let answer = connection
        .post("/api/v1/events", &events.to_string())
        .unwrap();
    let accepted = &answer.body["accepted"];
    assert_eq!(
        *accepted,
        events.as_array().unwrap().len(),
        "{}",
        answer.text
    );
}

fn total(connection: &mut Connection, stream: &str) -> u64 {
    let path = format!("/api/v1/logs/{stream}?{EVER}&origin=test&page_size=1");
    get(connection, &path)["total"].as_u64().unwrap()
}

/// All events, newest first, read in small pages as of one instant; `meanwhile` happens between.
fn walk(connection: &mut Connection, mut meanwhile: impl FnMut(&mut Connection)) -> Vec<Value> {
    let path =
        |page: usize| format!("/api/v1/logs/system?{EVER}&origin=test&page_size=7&page={page}");
    let first = get(connection, &path(1));
    let (as_of, total) = (
        first["as_of"].as_str().unwrap(),
        first["total"].as_u64().unwrap(),
    );
    let mut events = first["items"].as_array().unwrap().clone();
    for page in 2.. {
        meanwhile(connection);
        let next = get(connection, &format!("{}&as_of={as_of}", path(page)));
        assert_eq!(next["total"], total);
        let items = next["items"].as_array().unwrap();
        events.extend(items.iter().cloned());
        if items.is_empty() {
            break;
        }
    }
    assert_eq!(events.len() as u64, total, "pages of one instant");
    events
}

#[test]
fn order_pages_and_ids_hold_when_the_clock_jumps() {
    let dir = tempfile::tempdir().unwrap();
    let Some(clock) = Clock::new("a jumping clock", dir.path()) else {
        return;
    };
    let data = dir.path().join("data");
    let key = create_admin_key(&data, "test");
    let mut server = Server::start_as(&mut clock.command(&data));
    let mut sent = 0;
    // Neither an id nor a time: both are Daybook's, by a clock that jumps.
    let send = |connection: &mut Connection, sent: &mut i64| {
        let event = |number| json!({"stream": "system", "level": "info", "message": number});
        let events = (*sent..*sent + 3).map(|number| event(format!("{number}")));
        post(connection, &events.collect());
        *sent += 3;
    };
    let jumps = [0, -HOUR_S, 0, DAY_S, -YEAR_S, 0, 2 * YEAR_S, -1, 0];
    for (step, offset_s) in jumps.into_iter().enumerate() {
        clock.set(offset_s);
        if step % 2 == 1 {
            server.kill();
            server = Server::start_as(&mut clock.command(&data));
        }
        let mut connection = server.connect(&key).unwrap();
        for _ in 0..4 {
            send(&mut connection, &mut sent);
        }
        let before = sent;
        let mut back = offset_s;
        let events = walk(&mut connection, |connection| {
            back -= HOUR_S;
            clock.set(back);
            send(connection, &mut sent);
        });
        assert_eq!(events.len(), usize::try_from(before).unwrap());
        check_order(&events);
        let mut walked = walk(&mut connection, |_| ());
        check_order(&walked);
        walked.sort_by_key(|event| event["seq"].as_i64());
        let said = walked
            .iter()
            .map(|event| event["message"].as_str().unwrap().parse());
        assert!(
            said.eq((0..sent).map(Ok)),
            "seq follows the order of arrival"
        );
    }
}

/// `(time, seq)` falls strictly, and no id is there twice.
fn check_order(events: &[Value]) {
    let place = |event: &Value| {
        let time = Timestamp::parse(event["time"].as_str().unwrap()).unwrap();
        (time, event["seq"].as_i64().unwrap())
    };
    for pair in events.windows(2) {
        assert!(place(&pair[0]) > place(&pair[1]), "{pair:?}");
    }
    let ids: BTreeSet<&str> = events
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), events.len());
}

/// Asks for a run of the retention and waits until one has ended that went by the clock as it is
/// set now: an earlier one may still be under way.
fn retention(connection: &mut Connection, offset_s: i64) -> Value {
    let before = jobs(connection);
    // Only a change begins a run.
    let set = get(connection, "/api/v1/settings/retention");
    let days = 30 + i64::from(set["usage_days"] == 30);
    assert_eq!(set_retention(connection, days).status, 200);
    let began = Instant::now();
    loop {
        let now = Timestamp::now().plus_us(offset_s * Timestamp::SECOND_US);
        let went_by_it = |job: &&Value| match job["state"].as_str() {
            Some("done") => {
                let cut = Timestamp::parse(job["details"]["usage"]["before"].as_str().unwrap());
                let expected_us = now.us() - days * Timestamp::DAY_US;
                (cut.unwrap().us() - expected_us).abs() < Timestamp::HOUR_US
            }
            Some("refused") => {
                let says = format!("the clock says {}", &now.to_string()[..10]);
                job["error"].as_str().unwrap().contains(&says)
            }
            _ => false,
        };
        let jobs = jobs(connection);
        let mut new = jobs.iter().filter(|job| !before.contains(job));
        if let Some(job) = new.find(went_by_it) {
            return job.clone();
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{before:?} {jobs:?}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn set_retention(connection: &mut Connection, usage_days: i64) -> Answer {
    let settings =
        json!({"usage_days": usage_days, "payload_days": 20, "auth_days": 30, "system_days": 30});
    let path = "/api/v1/settings/retention";
    let answer = connection.send("PUT", path, &[], &settings.to_string());
    answer.unwrap()
}

/// The runs of the retention.
fn jobs(connection: &mut Connection) -> Vec<Value> {
    let jobs = get(connection, "/api/v1/jobs");
    let jobs = jobs["items"].as_array().unwrap().iter();
    jobs.filter(|job| job["kind"] == "retention")
        .cloned()
        .collect()
}

#[test]
fn a_clock_that_jumps_removes_nothing_and_late_events_find_their_sealed_partitions() {
    let dir = tempfile::tempdir().unwrap();
    let Some(clock) = Clock::new("retention under a jumping clock", dir.path()) else {
        return;
    };
    let data = dir.path().join("data");
    let key = create_admin_key(&data, "test");
    let now = Timestamp::now();
    let events = |from: i64| -> Value {
        let event = |number: i64| {
            let days = number % 10;
            json!({
                "stream": "usage", "id": format!("e{number}"), "cost": 0.5, "request": {"prompt": "hello"},
                "time": now.plus_us(-days * Timestamp::DAY_US).to_string(),
            })
        };
        (from..from + 40).map(event).collect()
    };
    let mut sent = 0;
    for (round, offset_s) in [0, YEAR_S, 0, -YEAR_S, 25 * HOUR_S].into_iter().enumerate() {
        clock.set(offset_s);
        // A start moves what came before, and by a clock that is ahead seals everything.
        let mut server = Server::start_as(&mut clock.command(&data));
        let mut connection = server.connect(&key).unwrap();
        assert_eq!(total(&mut connection, "usage"), sent, "round {round}");
        // Who starts so far behind the last signing takes no audit events, and so changes nothing.
        if offset_s < -DAY_S {
            assert_eq!(set_retention(&mut connection, 40).status, 503);
            assert_eq!(total(&mut connection, "usage"), sent, "round {round}");
            server.kill();
            continue;
        }
        let job = retention(&mut connection, offset_s);
        let expected = if offset_s > DAY_S { "refused" } else { "done" };
        assert_eq!(job["state"], expected, "round {round}: {job}");
        assert_eq!(
            total(&mut connection, "usage"),
            sent,
            "nothing is a month old"
        );
        post(&mut connection, &events(i64::try_from(sent).unwrap()));
        sent += 40;
        // Jumps while it runs.
        for offset_s in [2 * YEAR_S, -2 * YEAR_S, YEAR_S] {
            clock.set(offset_s);
            let job = retention(&mut connection, offset_s);
            let expected = if offset_s > 0 { "refused" } else { "done" };
            assert_eq!(job["state"], expected, "round {round}: {job}");
        }
        assert_eq!(total(&mut connection, "usage"), sent, "round {round}");
        let one = get(
            &mut connection,
            &format!("/api/v1/logs/usage/events/e{}", sent - 1),
        );
        assert_eq!(one["request"]["prompt"], "hello");
        server.kill();
    }
}

/// Who is signed in with a cookie; null when nobody is.
fn signed_in(server: &Server, cookie: &str) -> Value {
    let mut connection = server.connect("").unwrap();
    let answer = connection.send("GET", "/api/v1/session", &[("cookie", cookie)], "");
    answer.unwrap().body["email"].clone()
}

fn sign_in(server: &Server) -> String {
    let credentials = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let mut connection = server.connect("").unwrap();
    let answer = connection.post("/api/v1/session", &credentials).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    let cookie = answer.header("set-cookie");
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn no_session_outlives_its_time_by_a_jump() {
    let dir = tempfile::tempdir().unwrap();
    let Some(clock) = Clock::new("sessions under a jumping clock", dir.path()) else {
        return;
    };
    let server = Server::start_as(&mut clock.command(&dir.path().join("data")));
    let ordinary = sign_in(&server);
    clock.set(-HOUR_S);
    assert_eq!(
        signed_in(&server, &ordinary),
        EMAIL,
        "a small jump back ends no session"
    );
    clock.set(300 * DAY_S);
    assert_eq!(
        signed_in(&server, &ordinary),
        Value::Null,
        "over by this clock"
    );
    let ahead = sign_in(&server);
    assert_eq!(signed_in(&server, &ahead), EMAIL);
    // Set right again, the clock would need ten months to reach its end.
    clock.set(0);
    assert_eq!(signed_in(&server, &ahead), Value::Null);
    let right = sign_in(&server);
    assert_eq!(signed_in(&server, &right), EMAIL);
}
