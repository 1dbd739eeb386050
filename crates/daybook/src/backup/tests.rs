//! Backups of a store that moves, seals and removes all the time.

use super::copy_all;
use super::manifest::Manifest;
use super::restore;
use super::snapshot::Snapshot;
use daybook_model::catalogue::field;
use daybook_model::logstore::{Removal, RemoveRequest, ScanRequest, Write};
use daybook_model::validate::Intake;
use daybook_model::{Event, LogStore, Query, Stream, Timestamp, ValueRef};
use daybook_store::ledger::LedgerOptions;
use daybook_store::{Options, Store};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A store whose events are in partitions a moment after they came.
fn open(data_dir: &Path) -> Store {
    let options = Options {
        head_events_max: 300,
        ledger: LedgerOptions {
            publish_every: Duration::from_millis(20),
            ..LedgerOptions::new(data_dir.join("ledger"))
        },
        ..Options::new(data_dir.join("events"))
    };
    Store::open(options).unwrap()
}

fn event(id: &str, day: i64) -> Write {
    let mut event = Event::new(Stream::Usage);
    event.id = id.into();
    event.time = Timestamp::now().plus_us(-day * Timestamp::DAY_US);
    event.set_text("user_id", format!("u{}", day % 3));
    event.set_text("user_name", id);
    event.set_json(
        "request",
        format!("{{\"prompt\":\"{}\"}}", "words ".repeat(40)),
    );
    let intake = Intake {
        origin: "test".into(),
        ingest_key_id: Box::default(),
        received_at: Timestamp::now(),
    };
    event.admit(&intake).unwrap();
    Write::Append(event)
}

/// Events of the last days, which nothing removes.
async fn keep_appending(store: &Store, acked: &Mutex<Vec<String>>, stop: &AtomicBool) {
    for batch in 0_i64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let ids: Vec<String> = (0..50).map(|at| format!("{batch}-{at}")).collect();
        let mut writes: Vec<Write> = ids.iter().map(|id| event(id, batch % 9)).collect();
        // Days of old, which a removal takes again, whole partitions at a time.
        writes.push(event(&format!("old-{batch}"), 100 + batch % 9));
        if store.append(writes).await.is_ok() {
            acked.lock().unwrap().extend(ids);
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}

async fn keep_removing(store: &Store, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let request = RemoveRequest {
            stream: Stream::Usage,
            before: Timestamp::now().plus_us(-50 * Timestamp::DAY_US),
            removal: Removal::Events,
        };
        while store
            .remove(request.clone())
            .await
            .is_ok_and(|progress| !progress.done)
        {}
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn backup(data_dir: &Path, target: &Path) -> Duration {
    std::fs::create_dir(target).unwrap();
    let snapshot = Snapshot::take(data_dir).await.unwrap();
    let held = snapshot.held;
    copy_all(&snapshot, Timestamp::now(), target).unwrap();
    held
}

/// The ids of all events, each of which has its words and its payload.
async fn ids(store: &Store) -> BTreeSet<String> {
    let mut request = ScanRequest {
        query: Query::all(Stream::Usage),
        after: None,
        limit: 1_000,
        fields: ["id", "user_name", "request"]
            .map(|name| field(Stream::Usage, name))
            .into(),
    };
    let mut found = BTreeSet::new();
    loop {
        let step = store.scan(request.clone()).await.unwrap();
        for row in 0..step.table.rows {
            let cell = |at: usize| step.table.columns[at].get(row);
            assert_eq!(cell(0), cell(1), "words are the right ones");
            assert!(matches!(cell(2), Some(ValueRef::Json(_))));
            let id = cell(0).and_then(ValueRef::text).unwrap();
            assert!(found.insert(id.into()), "none is there twice");
        }
        request.after = step.next;
        if request.after.is_none() {
            return found;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_while_partitions_change_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let store = open(&data);
    let (acked, stop) = (Mutex::<Vec<String>>::default(), AtomicBool::new(false));
    let mut promised = Vec::new();
    let backups = async {
        for round in 0..4 {
            tokio::time::sleep(Duration::from_millis(400)).await;
            let before = acked.lock().unwrap().clone();
            let target = dir.path().join(format!("backup-{round}"));
            let held = backup(&data, &target).await;
            assert!(held < Duration::from_secs(5), "moves had to wait {held:?}");
            promised.push((target, before));
        }
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(
        keep_appending(&store, &acked, &stop),
        keep_removing(&store, &stop),
        backups
    );
    let partitions = store.stats().await.unwrap().partitions;
    assert!(
        partitions >= 9,
        "{partitions} partitions: events were moved"
    );
    store.close();
    for (target, before) in promised {
        let restored = target.with_extension("restored");
        let manifest = Manifest::read(&target).unwrap();
        restore::begin(&restored).unwrap();
        restore::copy_all(&target, &manifest, &restored).unwrap();
        let store = open(&restored);
        let found = ids(&store).await;
        let missing: Vec<_> = before.iter().filter(|id| !found.contains(*id)).collect();
        assert!(
            missing.is_empty(),
            "{} of {}: {:?}",
            missing.len(),
            before.len(),
            missing.first()
        );
        store.close();
    }
}
