//! Erasure of audit events: what they said is gone from every file, and every proof stays.

use super::ledger::{append, moved, open};
use super::memory_dir;
use daybook_model::catalogue::field;
use daybook_model::logstore::EraseRequest;
use daybook_model::{Filter, Ledger, LogStore, Query, StoreError, Stream, Test, Value};
use daybook_store::Store;
use futures_executor::block_on;
use std::path::Path;

/// Whether a text stands in a file under a directory.
fn is_in_files(dir: &Path, text: &str) -> bool {
    let mut paths = std::fs::read_dir(dir).into_iter().flatten();
    paths.any(|entry| {
        let path = entry.unwrap().path();
        // The store may be removing it.
        let bytes = std::fs::read(&path).unwrap_or_default();
        let mut parts = bytes.windows(text.len());
        parts.any(|part| part == text.as_bytes()) || is_in_files(&path, text)
    })
}

fn erase(store: &Store, name: &str) -> u64 {
    let query = Query {
        filters: vec![Filter {
            field: field(Stream::Audit, "actor_name"),
            negated: false,
            any: vec![Test::Is(Value::Text(name.into()))],
        }],
        ..Query::all(Stream::Audit)
    };
    let mut events = 0;
    loop {
        let request = EraseRequest {
            query: query.clone(),
            fields: Vec::new(),
        };
        let progress = block_on(store.erase(request)).unwrap();
        events += progress.events;
        if progress.done {
            return events;
        }
    }
}

#[test]
fn erased_bodies_are_gone_and_every_proof_stays() {
    let dir = memory_dir();
    let mut notary = moved(dir.path());
    let store = open(dir.path());
    let receipts = append(&store, 0..310);
    // In a full bundle, in one of which there are partial files of two widths, and in the log.
    for (number, left) in [(107, 309), (299, 308), (305, 307)] {
        let name = format!("Ana {number}");
        assert!(is_in_files(dir.path(), &name));
        assert_eq!(erase(&store, &name), 1);
        assert!(!is_in_files(dir.path(), &name), "{name}");
        let entry = block_on(store.entry(number)).unwrap().unwrap();
        assert_eq!(entry.body, None, "{name}");
        notary.check(&store).unwrap();
        let walked =
            (0..310).filter(|at| block_on(store.entry(*at)).unwrap().unwrap().body.is_some());
        assert_eq!(walked.count(), left);
        assert_eq!(erase(&store, &name), 0);
    }
    append(&store, 310..600);
    notary.check(&store).unwrap();
    drop(store);
    let store = open(dir.path());
    notary.check(&store).unwrap();
    assert_eq!(append(&store, 0..310), receipts, "they are still known");
    assert_eq!(block_on(store.entry(299)).unwrap().unwrap().body, None);
    assert!(!is_in_files(dir.path(), "Ana 299"));
    let request = EraseRequest {
        query: Query::all(Stream::Audit),
        fields: vec![field(Stream::Audit, "ip")],
    };
    assert!(matches!(
        block_on(store.erase(request)),
        Err(StoreError::Limit(_))
    ));
}
