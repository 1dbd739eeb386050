//! `kill -9`, again and again on one data directory, while several processes send: what was
//! acknowledged is there exactly once, and what was not is there once or not at all, whole
//! deliveries at a time. What was acknowledged is recorded outside of it, by the senders.

mod delivery;
mod moments;
mod record;
mod sender;
mod summary;

use crate::server::{Server, create_key};
use crate::stored;
use daybook_model::{Stream, Timestamp};
use delivery::Delivery;
use moments::Moments;
use record::Known;
use sender::Task;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant, SystemTime};

const SENDERS: u64 = 4;
const ORIGIN: &str = "kill-test";

#[test]
fn an_acknowledged_event_survives_fifty_kills_once() {
    let pace = Pace {
        kills: 50,
        within: Duration::from_millis(200),
        pause_ms: 0,
        full_check_every: 25,
    };
    let test = Test::run(pace);
    let acknowledged = test.known.iter().map(|known| known.acknowledged.len());
    let acknowledged: usize = acknowledged.sum();
    assert!(acknowledged > 100, "only {acknowledged} were sent");
    assert!(test.interrupted > 0, "no kill interrupted anybody");
}

/// The long form; `make soak` runs it and writes its summary.
#[test]
#[ignore = "takes an hour: make soak"]
fn soak() {
    let kills = std::env::var("KILLS").map_or(1_000, |kills| kills.parse().unwrap());
    let began = Instant::now();
    let test = Test::run(Pace {
        kills,
        within: Duration::from_millis(900),
        pause_ms: 30,
        full_check_every: 100,
    });
    let summary = summary::of(&test, began.elapsed());
    match std::env::var_os("SOAK_SUMMARY") {
        Some(path) => std::fs::write(path, summary).unwrap(),
        None => eprintln!("{summary}"),
    }
}

/// How a test goes on.
#[derive(Debug, Clone, Copy)]
struct Pace {
    kills: u64,
    /// Kills hit so long after a start at most, at moments spread evenly.
    within: Duration,
    /// Between two deliveries of a sender.
    pause_ms: u64,
    /// After so many kills every event is looked for; the totals are compared after each.
    full_check_every: u64,
}

/// Events by stream.
type Counts = HashMap<Stream, u64>;

struct Test {
    dir: tempfile::TempDir,
    pace: Pace,
    key: String,
    /// The day of this test, for the times of events.
    now: Timestamp,
    /// By sender.
    known: Vec<Known>,
    /// Events that were acknowledged.
    acknowledged: Counts,
    /// The largest totals that anybody has seen.
    seen: Counts,
    starts: Vec<Duration>,
    moments: Moments,
    /// Kills after which answers were missing.
    interrupted: u64,
    reads: u64,
    full_checks: u64,
}

impl Test {
    fn run(pace: Pace) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let record = |sender| dir.path().join(format!("sender-{sender}.record"));
        let mut test = Self {
            key: create_key(&dir.path().join("data"), ORIGIN),
            known: (0..SENDERS)
                .map(|sender| Known::of(&record(sender)))
                .collect(),
            dir,
            pace,
            now: Timestamp::now(),
            acknowledged: Counts::new(),
            seen: Counts::new(),
            starts: Vec::new(),
            moments: Moments::default(),
            interrupted: 0,
            reads: 0,
            full_checks: 0,
        };
        for kill in 0..pace.kills {
            test.kill_once(kill);
            if kill % 10 == 9 {
                eprintln!("{} kills, {:?} acknowledged", kill + 1, test.acknowledged);
            }
        }
        let server = test.start();
        test.check_all(&server);
        test.send(&server, true).into_iter().for_each(wait);
        test.read_records();
        assert!(test.known.iter().all(|known| known.open.is_none()));
        test.check_all(&server);
        test
    }

    fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn kill_once(&mut self, kill: u64) {
        // Spread evenly by the golden ratio over a time in which much happens.
        let within_us = u64::try_from(self.pace.within.as_micros()).unwrap();
        let after = Duration::from_micros(kill * 618_034 % within_us);
        let started = SystemTime::now();
        let starting = kill % 5 == 4;
        if starting {
            let longest = self.starts.iter().max().copied().unwrap_or(after);
            Server::start_and_kill(
                &self.data_dir(),
                longest.mul_f64(after.div_duration_f64(self.pace.within)),
            );
        } else {
            let mut server = self.start();
            self.check_some(&server, kill);
            if kill.is_multiple_of(self.pace.full_check_every) {
                self.check_all(&server);
            }
            self.send_and_kill(&mut server, after);
        }
        self.moments.look(&self.data_dir(), started, starting);
    }

    fn start(&mut self) -> Server {
        let began = Instant::now();
        let server = Server::start(&self.data_dir());
        self.starts.push(began.elapsed());
        server
    }

    /// Several processes send and somebody reads, until the server is killed.
    fn send_and_kill(&mut self, server: &mut Server, after: Duration) {
        let senders = self.send(server, false);
        let reader = {
            let connection = server.connect(&self.key).unwrap();
            let floor = self.seen.clone();
            std::thread::spawn(move || watch(connection, floor))
        };
        std::thread::sleep(after);
        server.kill();
        senders.into_iter().for_each(wait);
        let (seen, reads) = reader.join().unwrap();
        self.seen = seen;
        self.reads += reads;
        self.read_records();
        self.interrupted += u64::from(self.known.iter().any(|known| known.open.is_some()));
    }

    fn send(&self, server: &Server, nothing_new: bool) -> Vec<Child> {
        let task = |first: u64| Task {
            address: server.address().into(),
            key: self.key.clone(),
            record: self.dir.path().join(format!("sender-{first}.record")),
            now_us: self.now.us(),
            first,
            senders: SENDERS,
            pause_ms: self.pace.pause_ms,
            nothing_new,
        };
        let spawn = |first| task(first).command().spawn().unwrap();
        (0..SENDERS).map(spawn).collect()
    }

    fn read_records(&mut self) {
        for known in &mut self.known {
            let before = known.read_on();
            for number in &known.acknowledged[before..] {
                count(&mut self.acknowledged, *number, self.now);
            }
        }
    }

    /// Totals, and a few events in full.
    fn check_some(&mut self, server: &Server, kill: u64) {
        let mut connection = server.connect(&self.key).unwrap();
        let mut open = Counts::new();
        for number in self.known.iter().filter_map(|known| known.open) {
            count(&mut open, number, self.now);
        }
        for stream in Stream::ALL {
            let of = |counts: &Counts| counts.get(&stream).copied().unwrap_or(0);
            let total = stored::total(&mut connection, stream, ORIGIN).unwrap();
            let acknowledged = of(&self.acknowledged);
            let (least, most) = (acknowledged.max(of(&self.seen)), acknowledged + of(&open));
            assert!(
                (least..=most).contains(&total),
                "after kill {kill}: {total} {stream} events, of {least} to {most}"
            );
        }
        for known in &self.known {
            let newest_and_another = [1, 1 + kill as usize % known.acknowledged.len().max(1)];
            for back in newest_and_another {
                let at = known.acknowledged.len().checked_sub(back);
                if let Some(number) = at.and_then(|at| known.acknowledged.get(at)) {
                    Delivery::new(*number).check(&mut connection, self.now);
                }
            }
        }
    }

    /// Every event by its id.
    fn check_all(&mut self, server: &Server) {
        self.full_checks += 1;
        let mut connection = server.connect(&self.key).unwrap();
        let mut found: HashMap<(Stream, String), u32> = HashMap::new();
        for stream in Stream::ALL {
            for id in stored::ids(&mut connection, stream, ORIGIN) {
                *found.entry((stream, id)).or_default() += 1;
            }
        }
        let mut take = |number: u64| -> Vec<u32> {
            let ids = Delivery::new(number).ids(self.now);
            ids.iter().map(|at| found.remove(at).unwrap_or(0)).collect()
        };
        for number in self.known.iter().flat_map(|known| &known.acknowledged) {
            let times = take(*number);
            assert!(times.iter().all(|times| *times == 1), "{number}: {times:?}");
        }
        for number in self.known.iter().filter_map(|known| known.open) {
            let times = take(number);
            let whole = times.iter().all(|t| *t == 0) || times.iter().all(|t| *t == 1);
            assert!(whole, "{number}: {times:?}");
        }
        assert!(found.is_empty(), "nobody sent {found:?}");
    }
}

fn count(counts: &mut Counts, number: u64, now: Timestamp) {
    for (stream, _) in Delivery::new(number).ids(now) {
        *counts.entry(stream).or_default() += 1;
    }
}

/// A sender that found something wrong fails.
fn wait(mut sender: Child) {
    assert!(sender.wait().unwrap().success(), "a sender failed");
}

/// Reads totals until the server is gone: none ever falls. Answers them, and how often it read.
fn watch(mut connection: crate::http::Connection, mut seen: Counts) -> (Counts, u64) {
    for reads in 0.. {
        for stream in Stream::ALL {
            let Ok(total) = stored::total(&mut connection, stream, ORIGIN) else {
                return (seen, reads);
            };
            let before = seen.insert(stream, total).unwrap_or(0);
            assert!(total >= before, "{stream}: {total} after {before}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    unreachable!("a server is always killed")
}
