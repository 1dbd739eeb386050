//! Sending events: forms, codings, and every kind of bad input.

use crate::support::{Answer, server};
use daybook_model::limits;
use serde_json::{Value, json};
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn message(text: &str) -> Value {
    json!({"stream": "system", "message": text})
}

/// Accepted, duplicates, and index, field and reason of what was rejected.
#[track_caller]
fn counts(answer: &Answer) -> (u64, u64, Vec<(u64, String, String)>) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rejected = answer["rejected"].as_array().unwrap().iter();
    let rejected = rejected.map(|r| {
        (
            r["index"].as_u64().unwrap(),
            text(&r["field"]),
            text(&r["error"]),
        )
    });
    (
        answer["accepted"].as_u64().unwrap(),
        answer["duplicates"].as_u64().unwrap(),
        rejected.collect(),
    )
}

#[tokio::test]
async fn arrays_objects_and_lines_are_taken() {
    let server = server().await;
    let array = json!([message("one"), message("two")]).to_string();
    assert_eq!(
        counts(&server.post_events(&[], array).await),
        (2, 0, vec![])
    );
    let pretty = serde_json::to_string_pretty(&message("three")).unwrap();
    assert_eq!(
        counts(&server.post_events(&[], pretty).await),
        (1, 0, vec![])
    );
    let lines = format!("{}\n\n{}\n", message("four"), message("five"));
    let kind = [("content-type", "application/x-ndjson")];
    assert_eq!(
        counts(&server.post_events(&kind, lines).await),
        (2, 0, vec![])
    );
    assert_eq!(counts(&server.post_events(&[], "[]").await), (0, 0, vec![]));
    assert_eq!(server.total("system", "").await, 5);
}

#[tokio::test]
async fn one_content_coding_is_undone() {
    let server = server().await;
    let body = json!([message("packed")]).to_string();
    let coded = [("content-encoding", "gzip")];
    assert_eq!(
        counts(&server.post_events(&coded, gzip(body.as_bytes())).await).0,
        1
    );
    let packed = zstd::encode_all(body.as_bytes(), 3).unwrap();
    let coded = [("content-encoding", "zstd")];
    assert_eq!(counts(&server.post_events(&coded, packed).await).0, 1);

    let twice = gzip(&gzip(body.as_bytes()));
    let answer = server
        .post_events(&[("content-encoding", "gzip, gzip")], twice)
        .await;
    assert_eq!(answer.error(), (415, "unsupported_coding".into()));
    let answer = server
        .post_events(&[("content-encoding", "br")], body.clone())
        .await;
    assert_eq!(answer.error(), (415, "unsupported_coding".into()));
    let answer = server
        .post_events(&[("content-encoding", "gzip")], body.clone())
        .await;
    assert_eq!(answer.error(), (400, "bad_coding".into()));
}

/// Wherever it was cut, and whatever of it could be read.
#[tokio::test]
async fn of_a_compressed_body_that_ends_too_early_nothing_is_stored() {
    let server = server().await;
    let lines: String = (0..40)
        .map(|number| format!("{}\n", message(&format!("line {number}"))))
        .collect();
    let zstd = zstd::encode_all(lines.as_bytes(), 3).unwrap();
    for (coding, whole) in [("gzip", gzip(lines.as_bytes())), ("zstd", zstd)] {
        let headers = [
            ("content-type", "application/x-ndjson"),
            ("content-encoding", coding),
        ];
        for bytes in 1..whole.len() {
            let answer = server.post_events(&headers, whole[..bytes].to_vec()).await;
            let expected = (400, "truncated".into());
            assert_eq!(answer.error(), expected, "{bytes} bytes of {coding}");
        }
    }
    assert_eq!(server.total("system", "").await, 0);
}

#[tokio::test]
async fn compressed_data_that_nothing_announces_is_refused_as_such() {
    let server = server().await;
    let lines = format!("{}\n", message("packed")).repeat(1000);
    let zstd = zstd::encode_all(lines.as_bytes(), 3).unwrap();
    let gzipped = gzip(lines.as_bytes());
    let ndjson = ("content-type", "application/x-ndjson");
    let coded = ("content-encoding", "gzip");
    for (headers, body, what) in [
        (vec![ndjson], gzipped.clone(), "Content-Encoding: gzip"),
        (vec![], gzipped.clone(), "Content-Encoding: gzip"),
        (vec![ndjson], zstd.clone(), "Content-Encoding: zstd"),
        (vec![ndjson, coded], gzip(&gzipped), "compress it once"),
        (vec![ndjson, coded], gzip(&zstd), "zstd once more"),
    ] {
        let answer = server.post_events(&headers, body).await;
        assert_eq!(answer.error(), (400, "bad_coding".into()), "{headers:?}");
        assert!(answer.text().contains(what), "{}", answer.text());
    }
    // However the bytes arrive.
    let bytes = gzipped
        .into_iter()
        .map(|byte| Ok::<_, std::io::Error>(vec![byte]));
    let body = axum::body::Body::from_stream(futures_util::stream::iter(bytes));
    let answer = server.post_events(&[ndjson], body).await;
    assert_eq!(answer.error(), (400, "bad_coding".into()));
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_body() {
    let server = server().await;
    let kind = [("content-type", "application/x-ndjson")];
    let lines = format!("\u{feff}{}\n{}", message("one"), message("two"));
    assert_eq!(
        counts(&server.post_events(&kind, lines).await),
        (2, 0, vec![])
    );
    let array = format!("\u{feff}[{}]", message("three"));
    assert_eq!(
        counts(&server.post_events(&[], array).await),
        (1, 0, vec![])
    );
}

#[tokio::test]
async fn a_bad_element_rejects_only_itself() {
    let server = server().await;
    let body = concat!(
        r#"[{"stream":"system","message":"good"},"#,
        r#"NaN,"#,
        r#"{"stream":"system","message":"a","message":"b"},"#,
        r#"{"stream":"system","message":"\ud800"},"#,
        r#"{"stream":"weather","message":"x"},"#,
        r#"{"stream":"system","colour":"red","message":"x"},"#,
        r#"{"stream":"usage","input_tokens":"many"},"#,
        r#"{"stream":"system","message":"x","time":"9999-06-01T00:00:00Z"},"#,
        r#"{"stream":"usage","cost":NaN},"#,
        r#"{"stream":"system","seq":4,"message":"x"},"#,
        r#"{"stream":"system" "message":"x"},"#,
        r#"[],"x","#,
        r#"{"stream":"system","id":"a","message":"an id without a time"},"#,
        r#"{"stream":"system","message":"also good"}]"#,
    );
    let (accepted, _, rejected) = counts(&server.post_events(&[], body).await);
    let rejected: Vec<_> = rejected
        .iter()
        .map(|(i, f, e)| (*i, f.as_str(), e.as_str()))
        .collect();
    assert_eq!(accepted, 2);
    let expected = [
        (1, "", "expected value"),
        (2, "", "duplicate key \"message\""),
        (3, "message", "not a valid text"),
        (4, "stream", "unknown stream \"weather\""),
        (5, "colour", "unknown field"),
        (6, "input_tokens", "expected a whole number"),
        (7, "time", "24 hours in the future"),
        (8, "cost", "expected value"),
        (9, "seq", "cannot be sent"),
        (10, "", "expected `,` or `}`"),
        (11, "", "expected a JSON object"),
        (12, "", "expected a JSON object"),
        (13, "time", "missing"),
    ];
    for ((index, field, error), (i, f, part)) in rejected.iter().zip(expected) {
        assert_eq!((*index, *field), (i, f), "{error}");
        assert!(
            error.contains(part),
            "{index}: {error:?} should say {part:?}"
        );
    }
    assert_eq!(rejected.len(), expected.len());
}

#[tokio::test]
async fn a_bad_line_rejects_only_itself() {
    let server = server().await;
    let good = message("good").to_string();
    let mut body = format!("{good}\n{{\"stream\":\"system\",\"message\":\"").into_bytes();
    body.extend([0xff, 0xfe]);
    body.extend(format!("\"}}\n{good}\n{{\"stream\":\"sys").bytes());
    let kind = [("content-type", "application/x-ndjson")];
    let (accepted, _, rejected) = counts(&server.post_events(&kind, body).await);
    assert_eq!(accepted, 2);
    assert_eq!(rejected.len(), 2);
    assert_eq!(rejected[0].0, 1);
    assert!(rejected[0].2.contains("UTF-8"), "{rejected:?}");
    assert_eq!(rejected[1].0, 3);
    assert!(rejected[1].2.contains("EOF"), "{rejected:?}");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_to_its_end_stores_nothing() {
    let server = server().await;
    let good = message("good").to_string();
    for body in [
        format!("[{good},{good}"),
        format!("[{good}] {good}"),
        "hello".into(),
        String::new(),
    ] {
        let answer = server.post_events(&[], body.clone()).await;
        assert_eq!(answer.error(), (400, "malformed_body".into()), "{body}");
    }
    assert_eq!(server.total("system", "").await, 0);
}

#[tokio::test]
async fn ids_make_repeated_deliveries_duplicates_and_others_conflicts() {
    let server = server().await;
    let event = |text: &str| json!([{"stream": "system", "id": "e1", "time": daybook_model::Timestamp::from_us(1_790_000_000_000_000), "message": text}]);
    assert_eq!(
        counts(&server.post_events(&[], event("one").to_string()).await),
        (1, 0, vec![])
    );
    assert_eq!(
        counts(&server.post_events(&[], event("one").to_string()).await),
        (0, 1, vec![])
    );
    let (accepted, duplicates, rejected) =
        counts(&server.post_events(&[], event("other").to_string()).await);
    assert_eq!((accepted, duplicates, rejected.len()), (0, 0, 1));
    assert_eq!(rejected[0].1, "id");
}

#[tokio::test]
async fn rejections_beyond_the_list_are_counted() {
    let server = server().await;
    let many = limits::REJECTIONS_LISTED_MAX + 5;
    let body = format!("[{}{}]", "0,".repeat(many), message("good"));
    let answer = server.post_events(&[], body).await.json();
    assert_eq!(answer["accepted"], 1);
    assert_eq!(
        answer["rejected"].as_array().unwrap().len(),
        limits::REJECTIONS_LISTED_MAX
    );
    assert_eq!(answer["rejected_total"], many);

    let kind = ("content-type", "application/x-ndjson");
    let many = limits::BATCH_EVENTS_MAX;
    let answer = server.post_events(&[kind], "bad\n".repeat(many)).await;
    let bytes = answer.body.len();
    assert!(bytes < 200 * limits::REJECTIONS_LISTED_MAX, "{bytes} bytes");
    let answer = answer.json();
    assert_eq!(
        answer["rejected"].as_array().unwrap().len(),
        limits::REJECTIONS_LISTED_MAX
    );
    assert_eq!(answer["rejected"][999]["index"], 999);
    assert_eq!(answer["rejected_total"], many);
}

#[tokio::test]
async fn a_prompt_of_ten_megabytes_is_cut_and_marked() {
    let server = server().await;
    let prompt = "word ".repeat(2 << 20);
    let body = json!([{"stream": "usage", "platform_model": "m", "request": {"prompt": prompt}}]);
    assert_eq!(
        counts(&server.post_events(&[], body.to_string()).await),
        (1, 0, vec![])
    );
    let list = server.get("/api/v1/logs/usage").await.json();
    let event = &list["items"][0];
    assert_eq!(event["truncated"], json!(["request"]));
    assert!(event.get("request").is_none(), "lists carry no payloads");
    let path = format!(
        "/api/v1/logs/usage/events/{}",
        event["id"].as_str().unwrap()
    );
    let whole = server.get(&path).await.json();
    let kept = whole["request"].as_str().unwrap().len();
    assert!(
        kept > limits::PAYLOAD_BYTES_MAX / 2 && kept <= limits::PAYLOAD_BYTES_MAX,
        "{kept}"
    );
}

#[tokio::test]
async fn events_know_where_they_came_from() {
    let server = server().await;
    server.post_events(&[], message("x").to_string()).await;
    let list = server.get("/api/v1/logs/system").await.json();
    assert_eq!(list["items"][0]["origin"], "everything");
    assert_eq!(
        list["items"][0]["ingest_key_id"].as_str().unwrap().len(),
        36
    );
}
