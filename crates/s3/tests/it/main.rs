//! A bucket of a real S3 server, and a store that archives into it.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

#[path = "../../../../tests/s3/process.rs"]
mod process;

use daybook_archive::Depot;
use daybook_model::logstore::{ArchiveRequest, ScanRequest, Write};
use daybook_model::{Event, LogStore, Query, Stream, Timestamp};
use daybook_s3::{Bucket, Settings};
use daybook_store::{Options, Store};
use daybook_testkit::{fields_of, walk};
use process::S3;
use std::io::ErrorKind;
use std::sync::Arc;
use tokio::runtime::{Handle, Runtime};

fn settings(s3: &S3, prefix: &str) -> Settings {
    Settings {
        url: format!("s3://{}/{prefix}", s3.said("bucket")),
        endpoint: Some(s3.said("endpoint")),
        region: Some(s3.said("region")),
        access_key_id: Some(s3.said("access_key_id")),
        secret_access_key: Some(s3.said("secret_access_key")),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn bucket(settings: Settings, runtime: &Handle) -> Bucket {
    Bucket::new(settings, runtime.clone()).unwrap()
}

#[test]
fn a_bucket_keeps_objects_of_any_size() {
    let Some(s3) = S3::start() else { return };
    let runtime = runtime();
    let depot = bucket(settings(&s3, "a/b"), runtime.handle());
    assert_eq!(depot.list("audit/2026-03/").unwrap(), [""; 0]);
    let missing = depot.read_all("audit/2026-03/x").unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing}");
    let missing = depot.read("audit/2026-03/x", 0..4).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing}");
    depot.put("audit/2026-03/x", b"one").unwrap();
    depot.put("audit/2026-03/x", b"other").unwrap();
    depot.put("audit/2026-03/empty", b"").unwrap();
    assert_eq!(&depot.read_all("audit/2026-03/x").unwrap()[..], b"other");
    assert_eq!(depot.read_all("audit/2026-03/empty").unwrap().len(), 0);
    assert_eq!(&depot.read("audit/2026-03/x", 1..3).unwrap()[..], b"th");
    let short = depot.read("audit/2026-03/x", 3..9).unwrap_err();
    assert_eq!(short.kind(), ErrorKind::UnexpectedEof, "{short}");

    // Beyond one part.
    let dir = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..20_000_003_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(dir.path().join("large"), &content).unwrap();
    depot
        .put_file("audit/2026-03/large", &dir.path().join("large"))
        .unwrap();
    assert!(depot.read_all("audit/2026-03/large").unwrap()[..] == content[..]);
    let part = depot.read("audit/2026-03/large", 8_388_600..8_388_620);
    assert_eq!(part.unwrap()[..], content[8_388_600..8_388_620]);

    let mut names = depot.list("audit/2026-03/").unwrap();
    names.sort();
    assert_eq!(
        names,
        [
            "audit/2026-03/empty",
            "audit/2026-03/large",
            "audit/2026-03/x"
        ]
    );
    assert_eq!(
        depot.list("audit/").unwrap(),
        [""; 0],
        "only what lies directly there"
    );
    assert_eq!(depot.folders("audit/").unwrap(), ["audit/2026-03/"]);
    assert_eq!(depot.folders("audit/2026-03/").unwrap(), [""; 0]);
    let beside = bucket(settings(&s3, "a"), runtime.handle());
    assert_eq!(beside.list("b/audit/2026-03/").unwrap().len(), 3);
    for _ in 0..2 {
        depot.remove("audit/2026-03/x").unwrap();
    }
    assert_eq!(depot.list("audit/2026-03/").unwrap().len(), 2);
    assert!(!depot.place().contains(&s3.said("secret_access_key")));
}

#[test]
fn a_wrong_secret_is_refused_and_not_told() {
    let Some(s3) = S3::start() else { return };
    let runtime = runtime();
    let wrong = Settings {
        secret_access_key: Some("not the secret".into()),
        ..settings(&s3, "")
    };
    let depot = bucket(wrong, runtime.handle());
    let refused = depot.put("x", b"x").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{refused}");
    assert!(!refused.to_string().contains("not the secret"), "{refused}");
    let nobody = Settings {
        endpoint: Some("http://127.0.0.1:9".into()),
        ..settings(&s3, "")
    };
    let depot = bucket(nobody, runtime.handle());
    assert!(depot.read_all("x").is_err());
}

fn event(number: i64) -> Event {
    let stream = if number % 2 == 0 {
        Stream::Usage
    } else {
        Stream::Audit
    };
    let mut event = Event::new(stream);
    event.id = format!("e{number}").into();
    event.time = Timestamp::from_us(1_772_323_200_000_000 + number * 3_600_000_000);
    event.set_text("workspace_name", format!("Workspace {}", number % 5));
    if stream == Stream::Usage {
        event.set_json("request", format!("\"{}\"", "words ".repeat(200)));
    }
    event
}

#[test]
fn a_store_archives_into_a_bucket_and_reads_it_there() {
    let Some(s3) = S3::start() else { return };
    let runtime = runtime();
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let depot = bucket(settings(&s3, "archive"), runtime.handle());
        Store::open(Options {
            archive: Arc::new(depot),
            archive_cache_bytes_max: 0,
            head_events_max: 50,
            ..Options::new(dir.path())
        })
        .unwrap()
    };
    let mut store = open();
    let walk = |store: &Store, stream| {
        let everything = ScanRequest {
            query: Query::all(stream),
            after: None,
            limit: 64,
            fields: fields_of(stream, true),
        };
        walk(store, everything).unwrap()
    };
    let writes = (0..400).map(|number| Write::Append(event(number)));
    runtime.block_on(store.append(writes.collect())).unwrap();
    let before = [Stream::Usage, Stream::Audit].map(|stream| walk(&store, stream));
    for stream in [Stream::Usage, Stream::Audit] {
        let before = Timestamp::MAX;
        while !runtime
            .block_on(store.archive(ArchiveRequest { stream, before }))
            .unwrap()
            .done
        {}
        let left = runtime.block_on(store.count(Query::all(stream))).unwrap();
        assert_eq!(left, 0);
    }
    for _ in 0..2 {
        let now = [Stream::Usage, Stream::Audit].map(|stream| walk(&store, stream));
        assert_eq!(now, before);
        drop(store);
        store = open();
    }
}
