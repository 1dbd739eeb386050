//! A comparison with the ledger while another process archives.

use super::*;
use daybook_store::ledger::stored_events;
use std::fs::File;

#[test]
fn a_comparison_lets_an_archiving_end_that_has_written_its_manifest() {
    let dir = memory_dir();
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..20).map(|n| event(Stream::Audit, n, n % 2)));
    assert_eq!(archive(&store, Stream::Audit, 31), 20);
    drop(store);
    let depot = depot(dir.path());
    let recorded = manifest(dir.path(), Stream::Audit);
    let mut ahead = recorded.clone();
    let mut part = ahead.parts[0].clone();
    part.number = ahead.next_number();
    ahead.parts.push(part);
    ahead.put(&*depot).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            // What comes next needs the partitions for itself.
            let lock = File::open(dir.path().join("move.lock")).unwrap();
            lock.lock().unwrap();
            recorded.put(&*depot).unwrap();
        });
        let mut groups = 0;
        let all = stored_events(dir.path(), Arc::clone(&depot), |_| {
            groups += 1;
            Ok(true)
        });
        all.unwrap();
        assert!(groups > 0);
    });
}
