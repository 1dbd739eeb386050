//! Limits: each names itself, nothing is stored, memory stays bounded, the server goes on.

use crate::support::{server, server_with};
use crate::troubled::Troubled;
use axum::body::Body;
use axum::http::Method;
use daybook_model::limits;
use daybook_server::Options;
use daybook_testkit::MemoryStore;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// As many zero bytes, compressed.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

#[tokio::test]
async fn bombs_end_at_the_limit() {
    let server = server().await;
    let gzip = bomb(4 * limits::BODY_DECOMPRESSED_BYTES_MAX);
    assert!(gzip.len() < 1 << 20);
    let zstd = zstd::encode_all(&*vec![b'['; 2 * limits::BODY_DECOMPRESSED_BYTES_MAX], 3).unwrap();
    for (coding, body) in [("gzip", gzip), ("zstd", zstd)] {
        let answer = server
            .post_events(&[("content-encoding", coding)], body)
            .await;
        assert_eq!(answer.error(), (413, "too_large".into()), "{coding}");
        let limit = limits::BODY_DECOMPRESSED_BYTES_MAX.to_string();
        assert!(answer.text().contains(&limit), "{}", answer.text());
    }
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn bodies_have_one_coding_and_a_window_of_at_most_8_mib() {
    let server = server().await;
    // The format allows windows of many gigabytes, which a decoder would have to hold.
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.long_distance_matching(true).unwrap();
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..20 {
        encoder.write_all(&spaces).unwrap();
    }
    let wide = encoder.finish().unwrap();
    let answer = server
        .post_events(&[("content-encoding", "zstd")], wide)
        .await;
    assert_eq!(
        answer.error(),
        (400, "bad_coding".into()),
        "{}",
        answer.text()
    );

    let once = bomb(1 << 20);
    let mut twice = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    twice.write_all(&once).unwrap();
    let twice = twice.finish().unwrap();
    let answer = server
        .post_events(&[("content-encoding", "gzip")], twice.clone())
        .await;
    assert_eq!(
        answer.error(),
        (400, "bad_coding".into()),
        "{}",
        answer.text()
    );
    for codings in [
        &[("content-encoding", "gzip, gzip")][..],
        &[("content-encoding", "gzip"), ("content-encoding", "gzip")],
        &[("content-encoding", "deflate")],
        &[("content-encoding", "br")],
    ] {
        let answer = server.post_events(codings, twice.clone()).await;
        assert_eq!(
            answer.error(),
            (415, "unsupported_coding".into()),
            "{codings:?}"
        );
    }
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_before_it_is_read() {
    let server = server().await;
    let endless = Body::from_stream(futures_util::stream::repeat_with(|| {
        Ok::<_, std::io::Error>(axum::body::Bytes::from_static(&[b' '; 65536]))
    }));
    let answer = server
        .post_events(&[("content-length", "100000000")], endless)
        .await;
    assert_eq!(answer.error(), (413, "too_large".into()));
    let endless = Body::from_stream(futures_util::stream::repeat_with(|| {
        Ok::<_, std::io::Error>(axum::body::Bytes::from_static(&[b' '; 65536]))
    }));
    let answer = server.post_events(&[], endless).await;
    assert_eq!(answer.error(), (413, "too_large".into()), "undeclared");
}

#[tokio::test]
async fn a_batch_of_a_million_events_is_refused_whole() {
    let server = server().await;
    let body = format!("[{}0]", "0,".repeat(1_000_000));
    let answer = server.post_events(&[], body).await;
    assert_eq!(answer.error(), (413, "too_large".into()));
    assert!(answer.text().contains("100000 events"), "{}", answer.text());
}

#[tokio::test]
async fn an_event_beyond_its_limit_rejects_only_itself() {
    let server = server().await;
    let large = "x".repeat(limits::EVENT_BYTES_MAX);
    let body = format!(
        r#"[{{"stream":"usage","request":"{large}"}},{{"stream":"system","message":"ok"}}]"#
    );
    let answer = server.post_events(&[], body).await.json();
    assert_eq!(answer["accepted"], 1);
    assert_eq!(answer["rejected"][0]["index"], 0);
    let error = answer["rejected"][0]["error"].as_str().unwrap();
    assert!(
        error.contains(&limits::EVENT_BYTES_MAX.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn what_all_requests_hold_together_is_bounded() {
    let options = Options {
        ingest_bytes_max: 1 << 20,
        ingest_wait: Duration::from_millis(50),
        ..Options::default()
    };
    let server = Arc::new(server_with(options, Arc::new(MemoryStore::default())).await);
    // One sender that holds its share and never ends.
    let (sender, chunks) = tokio::sync::mpsc::channel::<axum::body::Bytes>(1);
    let holding = Arc::clone(&server);
    let stuck = tokio::spawn(async move {
        let body = Body::from_stream(futures_util::stream::unfold(chunks, async |mut chunks| {
            let chunk = chunks.recv().await?;
            Some((Ok::<_, std::io::Error>(chunk), chunks))
        }));
        holding.post_events(&[], body).await
    });
    sender
        .send(format!("[\"{}", "x".repeat(900 << 10)).into())
        .await
        .unwrap();
    sender.send("x".into()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;

    let body = format!("[\"{}\"]", "x".repeat(900 << 10));
    let answer = server.post_events(&[], body.clone()).await;
    assert_eq!(answer.error(), (503, "overloaded".into()));
    assert_eq!(answer.header("retry-after"), "5");

    stuck.abort();
    let _ = stuck.await;
    assert_eq!(
        server.post_events(&[], body).await.status,
        200,
        "and recovers"
    );
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up_but_keeps_its_place() {
    let options = Options {
        query_time_max: Duration::from_millis(50),
        queries_max: 1,
        ..Options::default()
    };
    let store = Arc::new(Troubled::default());
    let server = server_with(options, Arc::clone(&store) as _).await;
    assert_eq!(server.get("/api/v1/logs/usage").await.status, 200);
    store.slow.store(true, Ordering::Relaxed);
    let answer = server.get("/api/v1/logs/usage").await;
    assert_eq!(answer.error(), (503, "query_timeout".into()));
    // What was given up still works in the store: no other may start beside it.
    let answer = server.get("/api/v1/status").await;
    assert_eq!(answer.error(), (503, "query_timeout".into()));
}

#[tokio::test]
async fn control_plane_bodies_are_small_json_objects() {
    let server = server().await;
    let json = ("content-type", "application/json");
    let large = format!(r#"{{"email":"{}","password":""}}"#, "x".repeat(3 << 20));
    let post = async |headers: &[(&str, &str)], body: String| {
        server
            .request(Method::POST, "/api/v1/session", headers, body)
            .await
            .error()
    };
    assert_eq!(post(&[json], large).await.0, 413);
    assert_eq!(
        post(&[json], "{".into()).await,
        (400, "invalid_body".into())
    );
    let unknown = r#"{"email":"a@b.c","password":"x","role":"super_admin"}"#;
    assert_eq!(
        post(&[json], unknown.into()).await,
        (400, "invalid_body".into())
    );
    let by_position = r#"["ana@example.com","correct horse battery",null]"#;
    assert_eq!(
        post(&[json], by_position.into()).await,
        (400, "invalid_body".into())
    );
    assert_eq!(
        post(&[], "{}".into()).await,
        (415, "unsupported_type".into())
    );
}
