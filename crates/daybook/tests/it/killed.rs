//! `kill -9` during ingest, again and again on one data directory: what was acknowledged is there
//! exactly once, and what was not is there once or not at all, whole batches at a time.

use crate::batch::Batch;
use crate::http::Connection;
use crate::server::{Server, create_key};
use daybook_model::{Stream, Timestamp};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const KILLS: u64 = 50;
const SENDERS: usize = 4;
const ORIGIN: &str = "kill-test";

/// What the senders know about their batches.
#[derive(Debug, Default)]
struct Sent {
    next: AtomicU64,
    acknowledged: Mutex<BTreeSet<Batch>>,
    /// Sent, and the answer never came.
    open: Mutex<Vec<Batch>>,
}

#[test]
fn an_acknowledged_event_survives_fifty_kills_once() {
    let dir = tempfile::tempdir().unwrap();
    let key = create_key(dir.path(), ORIGIN);
    let test = Test {
        key,
        now: Timestamp::now(),
        sent: Sent::default(),
    };
    for kill in 0..KILLS {
        // Spread evenly by the golden ratio over a time in which much happens.
        let after = Duration::from_micros(kill * 123_607 % 200_000);
        if kill % 5 == 4 {
            Server::start_and_kill(dir.path(), after / 2);
            continue;
        }
        let mut server = Server::start(dir.path());
        test.check_some(&server, kill);
        test.send_again(&server);
        test.send_and_kill(&mut server, after);
    }
    let server = Server::start(dir.path());
    test.check_all(&server);
    let open = test.send_again(&server);
    test.check_all(&server);
    let acknowledged = test.sent.acknowledged.lock().unwrap().len();
    assert!(acknowledged > 100, "only {acknowledged} batches were sent");
    assert!(open > 0, "the last kill interrupted nobody");
}

struct Test {
    key: String,
    /// The day of this test, for the times of events.
    now: Timestamp,
    sent: Sent,
}

impl Test {
    fn connect(&self, server: &Server) -> Connection {
        server.connect(&self.key).unwrap()
    }

    /// Several senders send until the server is killed.
    fn send_and_kill(&self, server: &mut Server, after: Duration) {
        // Connected while it lives, so that only sending can fail.
        let connections: Vec<Connection> = (0..SENDERS).map(|_| self.connect(server)).collect();
        std::thread::scope(|scope| {
            for connection in connections {
                scope.spawn(|| self.send(connection));
            }
            std::thread::sleep(after);
            server.kill();
        });
    }

    fn send(&self, mut connection: Connection) {
        loop {
            let batch = Batch(self.sent.next.fetch_add(1, Ordering::Relaxed));
            let Ok(answer) = connection.post("/api/v1/events", &batch.body(self.now)) else {
                self.sent.open.lock().unwrap().push(batch);
                return;
            };
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(answer.body["accepted"], batch.len(), "{}", answer.body);
            self.sent.acknowledged.lock().unwrap().insert(batch);
        }
    }

    /// Sends again what was not acknowledged, and one batch that was. Answers how many were open.
    fn send_again(&self, server: &Server) -> usize {
        let mut connection = self.connect(server);
        let mut again = |batch: Batch| {
            let answer = connection.post("/api/v1/events", &batch.body(self.now));
            let body = answer.unwrap().body;
            let counts = (&body["accepted"], &body["duplicates"]);
            let (accepted, duplicates) = (counts.0.as_u64(), counts.1.as_u64());
            (accepted.unwrap(), duplicates.unwrap(), body)
        };
        let mut acknowledged = self.sent.acknowledged.lock().unwrap();
        if let Some(known) = acknowledged.last() {
            let (accepted, duplicates, body) = again(*known);
            assert_eq!((accepted, duplicates), (0, known.len()), "{body}");
        }
        let open = std::mem::take(&mut *self.sent.open.lock().unwrap());
        for batch in &open {
            let (accepted, duplicates, body) = again(*batch);
            let whole = [(batch.len(), 0), (0, batch.len())];
            assert!(whole.contains(&(accepted, duplicates)), "{batch:?}: {body}");
            acknowledged.insert(*batch);
        }
        open.len()
    }

    /// Totals, and a few events in full.
    fn check_some(&self, server: &Server, kill: u64) {
        let mut connection = self.connect(server);
        let acknowledged = self.sent.acknowledged.lock().unwrap();
        let (known, open) = (
            self.count(&*acknowledged),
            self.count(&*self.sent.open.lock().unwrap()),
        );
        for (stream, known) in &known {
            let total = list(&mut connection, *stream, 1, 1).0;
            let most = known + open.get(stream).copied().unwrap_or(0);
            assert!(
                (*known..=most).contains(&total),
                "after kill {kill}: {total} {stream} events, of {known} to {most}"
            );
        }
        for batch in acknowledged
            .iter()
            .rev()
            .step_by(acknowledged.len() / 5 + 1)
        {
            for (stream, id, event) in batch.events(self.now).take(2) {
                check_event(&mut connection, stream, &id, &event);
            }
        }
    }

    /// Every event by its id.
    fn check_all(&self, server: &Server) {
        let mut connection = self.connect(server);
        let mut found: HashMap<(Stream, String), u32> = HashMap::new();
        for stream in Stream::ALL {
            for page in 1.. {
                let (_, ids) = list(&mut connection, stream, page, 1_000);
                if ids.is_empty() {
                    break;
                }
                ids.into_iter()
                    .for_each(|id| *found.entry((stream, id)).or_default() += 1);
            }
        }
        let mut take = |batch: &Batch| -> Vec<u32> {
            let events = batch.events(self.now);
            events
                .map(|(stream, id, _)| found.remove(&(stream, id)).unwrap_or(0))
                .collect()
        };
        for batch in &*self.sent.acknowledged.lock().unwrap() {
            let times = take(batch);
            assert!(
                times.iter().all(|times| *times == 1),
                "{batch:?}: {times:?}"
            );
        }
        for batch in &*self.sent.open.lock().unwrap() {
            let times = take(batch);
            let whole = times.iter().all(|t| *t == 0) || times.iter().all(|t| *t == 1);
            assert!(whole, "{batch:?}: {times:?}");
        }
        assert!(found.is_empty(), "nobody sent {found:?}");
    }

    fn count<'a>(&self, batches: impl IntoIterator<Item = &'a Batch>) -> HashMap<Stream, u64> {
        let mut counts = HashMap::new();
        for (stream, _, _) in batches.into_iter().flat_map(|batch| batch.events(self.now)) {
            *counts.entry(stream).or_default() += 1;
        }
        counts
    }
}

/// The total of this test's events in a stream, and the ids of a page.
fn list(connection: &mut Connection, stream: Stream, page: u32, size: u32) -> (u64, Vec<String>) {
    let path = format!("/api/v1/logs/{stream}?origin={ORIGIN}&page={page}&page_size={size}");
    let answer = connection.get(&path).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let items = answer.body["items"].as_array().unwrap();
    let ids = items.iter().map(|item| item["id"].as_str().unwrap().into());
    (answer.body["total"].as_u64().unwrap(), ids.collect())
}

fn check_event(connection: &mut Connection, stream: Stream, id: &str, event: &Value) {
    let path = format!("/api/v1/logs/{stream}/events/{id}");
    let answer = connection.get(&path).unwrap();
    assert_eq!(answer.status, 200, "{stream} {id}: {}", answer.body);
    for (field, value) in event.as_object().unwrap() {
        if field != "stream" {
            assert_eq!(answer.body[field], *value, "{field} of {stream} {id}");
        }
    }
}
