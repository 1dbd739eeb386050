//! A disk that is full, a real one: a small file system in memory. New events are refused for the
//! moment, questions are answered, and when there is space again everything goes on by itself.

use crate::http::Connection;
use crate::server::{Server, create_key, serve};
use crate::{stored, tool};
use daybook_model::{Stream, Timestamp};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const ORIGIN: &str = "sender";
const BATCH_EVENTS: u64 = 20;
const SENDERS: u64 = 3;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file system of its own, as small as one likes.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Mounts one; `None` where that is not permitted.
    fn mount(test: &str, mib: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"])
            .arg(dir.path())
            .output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(dir));
        }
        tool::skip(test, "a tmpfs cannot be mounted here; root may");
        None
    }

    fn resize(&self, mib: u32) {
        let size = format!("remount,size={mib}m");
        let mut command = Command::new("mount");
        let done = command.args(["-o", &size]).arg(self.0.path()).status();
        assert!(done.unwrap().success());
    }

    fn data_dir(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Fills it up but for so many bytes, as another program may.
    fn fill_but(&self, bytes: usize) {
        let mut ballast = File::create(self.0.path().join("ballast")).unwrap();
        let block = vec![1; 64 << 10];
        let mut written = 0;
        while let Ok(more) = ballast.write(&block) {
            written += more as u64;
        }
        ballast
            .set_len(written.saturating_sub(bytes as u64))
            .unwrap();
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.path().join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Also while a killed process is still being cleared away.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Events with payloads that do not compress, over some days.
fn batch(number: u64, now: Timestamp) -> Value {
    let mut dice = ChaCha8Rng::seed_from_u64(number);
    let event = |at: u64| {
        let days = i64::try_from(at % 5).unwrap();
        let noise: String = (0..6_000)
            .map(|_| char::from(dice.random_range(b'a'..=b'z')))
            .collect();
        json!({
            "stream": "usage", "id": format!("{number}-{at}"), "cost": 0.25,
            "time": now.plus_us(-days * Timestamp::DAY_US).to_string(), "request": {"prompt": noise}
        })
    };
    (0..BATCH_EVENTS).map(event).collect()
}

/// What was sent, by the answer.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<u64>,
    refused: Vec<u64>,
}

/// Several senders send until each is refused.
fn fill(server: &Server, key: &str, now: Timestamp, sent: &mut Sent) {
    let known = sent.acknowledged.iter().chain(&sent.refused).max();
    let first = known.map_or(0, |last| last + 1);
    let shared = Mutex::new(std::mem::take(sent));
    std::thread::scope(|scope| {
        for sender in first..first + SENDERS {
            let (mut connection, sent) = (server.connect(key).unwrap(), &shared);
            scope.spawn(move || send_until_refused(&mut connection, sender, now, sent));
        }
    });
    *sent = shared.into_inner().unwrap();
}

fn send_until_refused(connection: &mut Connection, first: u64, now: Timestamp, sent: &Mutex<Sent>) {
    for number in (first..).step_by(usize::try_from(SENDERS).unwrap()) {
        let answer = connection.post("/api/v1/events", &batch(number, now).to_string());
        let answer = answer.unwrap();
        if answer.status == 200 {
            assert_eq!(answer.body["accepted"], BATCH_EVENTS, "{}", answer.text);
            sent.lock().unwrap().acknowledged.push(number);
            continue;
        }
        assert_eq!(answer.status, 503, "{}", answer.text);
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(answer.text.contains("No space left"), "{}", answer.text);
        sent.lock().unwrap().refused.push(number);
        return;
    }
}

/// Sends again what was refused.
fn send_again(connection: &mut Connection, now: Timestamp, sent: &mut Sent) {
    for number in std::mem::take(&mut sent.refused) {
        let answer = connection.post("/api/v1/events", &batch(number, now).to_string());
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        sent.acknowledged.push(number);
    }
}

/// Checks that all that was acknowledged is there once, and of the rest whole batches or nothing.
fn check(connection: &mut Connection, sent: &Sent, now: Timestamp) {
    let mut ids = stored::ids(connection, Stream::Usage, ORIGIN);
    let found = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), found, "none is there twice");
    let of = |number: u64| {
        let there = |at: &u64| ids.binary_search(&format!("{number}-{at}")).is_ok();
        (0..BATCH_EVENTS).filter(there).count() as u64
    };
    for number in &sent.acknowledged {
        assert_eq!(of(*number), BATCH_EVENTS, "of batch {number}");
    }
    for number in &sent.refused {
        assert!(
            [0, BATCH_EVENTS].contains(&of(*number)),
            "of batch {number}"
        );
    }
    let known = sent.acknowledged.len() + sent.refused.len();
    assert!(found as u64 <= known as u64 * BATCH_EVENTS);
    for number in sent
        .acknowledged
        .iter()
        .step_by(sent.acknowledged.len() / 4 + 1)
    {
        let event = &batch(*number, now)[3];
        let id = event["id"].as_str().unwrap();
        stored::check_event(connection, Stream::Usage, id, event);
    }
}

/// Waits until something is so.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what}: in vain");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn is_ready(connection: &mut Connection) -> bool {
    connection.get("/readyz").unwrap().status == 200
}

#[test]
fn a_full_disk_refuses_new_events_and_loses_none() {
    let Some(disk) = Disk::mount("a full disk", 80) else {
        return;
    };
    let (data, now) = (disk.data_dir(), Timestamp::now());
    let key = create_key(&data, ORIGIN);
    let server = Server::start(&data);
    let mut connection = server.connect(&key).unwrap();
    let mut sent = Sent::default();
    fill(&server, &key, now, &mut sent);
    assert!(sent.acknowledged.len() > 50, "{}", sent.acknowledged.len());
    let ready = connection.get("/readyz").unwrap();
    assert_eq!(ready.status, 503);
    assert!(ready.text.contains("No space left"), "{}", ready.text);
    assert!(!ready.header("retry-after").is_empty());
    check(&mut connection, &sent, now);

    disk.resize(120);
    wait_until("writing again, without a restart", || {
        is_ready(&mut connection)
    });
    send_again(&mut connection, now, &mut sent);
    check(&mut connection, &sent, now);

    fill(&server, &key, now, &mut sent);
    drop(server);
    let said = tempfile::tempdir().unwrap();
    let server = match Server::try_start(&data, &said.path().join("said")) {
        Ok(server) => server,
        Err(said) => {
            let why = said.contains("No space left") && said.contains("64 MiB");
            assert!(why, "{said}");
            disk.resize(184);
            Server::start(&data)
        }
    };
    let mut connection = server.connect(&key).unwrap();
    check(&mut connection, &sent, now);
    disk.resize(250);
    wait_until("writing again", || is_ready(&mut connection));
    send_again(&mut connection, now, &mut sent);
    check(&mut connection, &sent, now);
    let events = stored::total(&mut connection, Stream::Usage, ORIGIN).unwrap();
    assert_eq!(events, sent.acknowledged.len() as u64 * BATCH_EVENTS);
}

#[test]
fn a_move_or_merge_that_meets_a_full_disk_is_repeated_and_complete() {
    let Some(disk) = Disk::mount("a full disk during moves", 250) else {
        return;
    };
    let (data, now) = (disk.data_dir(), Timestamp::now());
    let key = create_key(&data, ORIGIN);
    let said = tempfile::tempdir().unwrap();
    let mut sent = Sent::default();
    let mut met = 0;
    // What is left to a move of about 8 MB; what is sealed grows from round to round.
    for (round, free_kib) in [20, 600, 3_000, 7_000, 9_000].into_iter().enumerate() {
        let mut server = Server::start(&data);
        let mut connection = server.connect(&key).unwrap();
        for number in (0..60).map(|number| round as u64 * 60 + number) {
            let body = batch(number, now).to_string();
            assert_eq!(
                connection.post("/api/v1/events", &body).unwrap().status,
                200
            );
            sent.acknowledged.push(number);
        }
        server.kill();
        disk.fill_but(free_kib << 10);
        // A start moves what it replays.
        let errors = said.path().join(format!("said-{round}"));
        let started = Server::start_as(serve(&data).stderr(File::create(&errors).unwrap()));
        let mut connection = started.connect(&key).unwrap();
        let has_met = || says(&errors, "No space left");
        wait_until("a move or its failure", || {
            has_met() || stored::is_moved(&mut connection)
        });
        met += usize::from(has_met());
        check(&mut connection, &sent, now);
        disk.make_room();
        wait_until("the move", || stored::is_moved(&mut connection));
        check(&mut connection, &sent, now);
    }
    assert!(met >= 2, "{met} moves met a full disk");
    let server = Server::start(&data);
    let mut connection = server.connect(&key).unwrap();
    check(&mut connection, &sent, now);
}

fn says(file: &Path, what: &str) -> bool {
    std::fs::read_to_string(file).unwrap().contains(what)
}
