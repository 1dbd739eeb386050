//! Files in the archive that are not on record.

use super::*;
use daybook_store::archive_strays;

#[test]
fn what_others_put_into_the_archive_is_named() {
    let dir = memory_dir();
    let store = Store::open(tiny_heads(dir.path())).unwrap();
    append(&store, (0..20).map(|n| event(Stream::Audit, n, n % 2)));
    assert_eq!(archive(&store, Stream::Audit, 31), 20);
    let depot = depot(dir.path());
    let strays = || archive_strays(dir.path(), Arc::clone(&depot)).unwrap();
    assert_eq!(strays(), [""; 0]);
    let theirs = [
        "audit/2020-01/1-forged.events.parquet",
        "audit/2026-03/1-forged.events.parquet",
        "audit/a/b/c",
        "audit/x",
    ];
    for name in theirs {
        depot.put(name, b"x").unwrap();
    }
    depot.put("usage/2020-01-01/x.parquet", b"x").unwrap();
    assert_eq!(strays(), theirs);
    // All that was archived is of a store that has no records.
    let files = depot.list("audit/2026-03/").unwrap().len();
    let nobody = tempfile::tempdir().unwrap();
    let all = archive_strays(nobody.path(), Arc::clone(&depot)).unwrap();
    assert_eq!(all.len(), files + theirs.len() - 1);
}
