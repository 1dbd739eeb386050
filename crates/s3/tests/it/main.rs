//! A bucket of a real S3 server.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

#[path = "../../../../tests/s3/process.rs"]
mod process;

use daybook_archive::Depot;
use daybook_s3::{Bucket, Settings};
use process::S3;
use std::io::ErrorKind;
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
