//! Reading the log.

use crate::support::{Server, server};
use daybook_model::Timestamp;
use serde_json::{Value, json};

/// Calls one minute apart, the last a minute ago.
async fn with_calls() -> Server {
    let server = server().await;
    let now = Timestamp::now();
    let calls: Vec<Value> = (0..10)
        .map(|n: i64| {
            json!({
                "stream": "usage",
                "id": format!("call-{n}"),
                "time": now.plus_us((n - 10) * 60 * Timestamp::SECOND_US),
                "platform_model": if n % 3 == 0 { "claude" } else { "gpt-4o" },
                "user_name": format!("user {n}"),
                "cost": 0.001 * n as f64,
                "status_code": if n == 4 { 500 } else { 200 },
                "request": {"prompt": "hello"},
            })
        })
        .collect();
    let answer = server.post_events(&[], json!(calls).to_string()).await;
    assert_eq!(answer.json()["accepted"], 10, "{}", answer.text());
    server
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|event| event["id"].as_str().unwrap().into())
        .collect()
}

#[tokio::test]
async fn lists_take_every_operator() {
    let server = with_calls().await;
    for (parameters, total) in [
        ("", 10),
        ("platform_model=claude", 4),
        ("platform_model=claude&platform_model=gpt-4o", 10),
        ("platform_model.ne=claude", 6),
        ("platform_model.prefix=gpt", 6),
        ("platform_model.contains=LAUD", 4),
        ("cost.gte=0.005", 5),
        ("cost.gt=0.005&cost.lt=0.008", 2),
        ("cost.lte=0", 1),
        ("outcome=error", 1),
        ("workspace_id.exists=true", 0),
        ("workspace_id.exists=false", 10),
        ("q=USER+7", 1),
        ("from=-330s", 5),
        ("to=-330s", 5),
        ("from=-1h&to=now", 10),
        ("id.prefix=call-", 10),
    ] {
        assert_eq!(
            server.total("usage", parameters).await,
            total,
            "{parameters}"
        );
    }
}

#[tokio::test]
async fn lists_are_sorted_and_paged_and_do_not_shift() {
    let server = with_calls().await;
    let list = server.get("/api/v1/logs/usage?page_size=4").await.json();
    assert_eq!(ids(&list), ["call-9", "call-8", "call-7", "call-6"]);
    assert_eq!(
        (&list["total"], &list["page"], &list["page_size"]),
        (&json!(10), &json!(1), &json!(4))
    );
    let as_of = list["as_of"].as_str().unwrap();
    let late =
        json!({"stream": "usage", "id": "late", "time": Timestamp::now(), "platform_model": "x"});
    server.post_events(&[], late.to_string()).await;
    let next = server
        .get(&format!(
            "/api/v1/logs/usage?page_size=4&page=2&as_of={as_of}"
        ))
        .await
        .json();
    assert_eq!(ids(&next), ["call-5", "call-4", "call-3", "call-2"]);
    assert_eq!(next["total"], 10);
    let costly = server
        .get("/api/v1/logs/usage?sort=-cost&page_size=2")
        .await
        .json();
    assert_eq!(ids(&costly), ["call-9", "call-8"]);
    let cheap = server
        .get("/api/v1/logs/usage?sort=cost&page_size=1")
        .await
        .json();
    assert_eq!(ids(&cheap), ["call-0"]);
    assert_eq!(cheap["items"][0]["cost"], 0);
}

#[tokio::test]
async fn what_is_unknown_or_malformed_is_refused_by_name() {
    let server = server().await;
    for (path, field) in [
        ("/api/v1/logs/usage?colour=red", "colour"),
        ("/api/v1/logs/usage?cost=free", "cost"),
        ("/api/v1/logs/usage?cost.near=1", "cost.near"),
        ("/api/v1/logs/usage?from=-5m30s", "from"),
        ("/api/v1/logs/usage?page=0", "page"),
        ("/api/v1/logs/usage?page_size=1001", "page_size"),
        ("/api/v1/logs/usage?sort=mood", "sort"),
        (
            "/api/v1/logs/usage/values/platform_model?colour=red",
            "colour",
        ),
        ("/api/v1/logs/usage/values/colour", "field"),
        ("/api/v1/logs/usage/values/request", "field"),
        ("/api/v1/logs/usage/values/platform_model?limit=0", "limit"),
        ("/api/v1/logs/usage/histogram?by=colour", "by"),
        ("/api/v1/logs/usage/histogram?buckets=1001", "buckets"),
        ("/api/v1/logs/usage/histogram?page=1", "page"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        let error = &answer.json()["error"];
        assert_eq!(error["field"], field, "{path}");
        assert!(
            error["message"].as_str().unwrap().contains(field),
            "{path}: {error}"
        );
    }
    assert_eq!(
        server.get("/api/v1/logs/weather").await.error(),
        (404, "not_found".into())
    );
}

#[tokio::test]
async fn a_single_event_comes_with_its_payloads() {
    let server = with_calls().await;
    let event = server.get("/api/v1/logs/usage/events/call-3").await.json();
    assert_eq!(event["request"], json!({"prompt": "hello"}));
    assert_eq!(event["cost"], json!(0.003));
    let answer = server.get("/api/v1/logs/usage/events/none").await;
    assert_eq!(answer.error(), (404, "not_found".into()));
    let answer = server.get("/api/v1/logs/audit/events/call-3").await;
    assert_eq!(answer.error(), (404, "not_found".into()));
}

#[tokio::test]
async fn values_are_counted_for_menus() {
    let server = with_calls().await;
    let values =
        |parameters: &str| format!("/api/v1/logs/usage/values/platform_model?{parameters}");
    let all = server.get(&values("")).await.json();
    assert_eq!(
        all,
        json!({"values": [{"value": "gpt-4o", "count": 6}, {"value": "claude", "count": 4}], "total": 2})
    );
    let one = server
        .get(&values("prefix=CL&outcome=success"))
        .await
        .json();
    assert_eq!(one["values"], json!([{"value": "claude", "count": 4}]));
    let cut = server.get(&values("limit=1")).await.json();
    assert_eq!(
        (cut["values"].as_array().unwrap().len(), &cut["total"]),
        (1, &json!(2))
    );
    let codes = server
        .get("/api/v1/logs/usage/values/status_code")
        .await
        .json();
    assert_eq!(codes["values"][1], json!({"value": "500", "count": 1}));
}

#[tokio::test]
async fn histograms_count_every_event_of_the_range_once() {
    let server = with_calls().await;
    let answer = server
        .get("/api/v1/logs/usage/histogram?from=-15m&buckets=15")
        .await
        .json();
    assert_eq!(
        (&answer["by"], &answer["interval_ms"]),
        (&json!("outcome"), &json!(120_000))
    );
    let buckets = answer["buckets"].as_array().unwrap();
    assert!(
        (8..=9).contains(&buckets.len()),
        "all intervals, empty ones too: {answer}"
    );
    let sum = |name: &str| {
        buckets
            .iter()
            .filter_map(|b| b["by"][name].as_u64())
            .sum::<u64>()
    };
    assert_eq!((sum("success"), sum("error")), (9, 1));
    assert_eq!(
        buckets
            .iter()
            .map(|b| b["count"].as_u64().unwrap())
            .sum::<u64>(),
        10
    );
    let first = Timestamp::parse(buckets[0]["time"].as_str().unwrap()).unwrap();
    assert_eq!(first.us() % 120_000_000, 0, "intervals are round");
    let by = server
        .get("/api/v1/logs/usage/histogram?by=platform_model&platform_model=claude&buckets=1")
        .await
        .json();
    let models: Vec<_> = by["buckets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| &b["by"])
        .collect();
    assert_eq!(models.last().unwrap(), &&json!({"claude": 4}));
}

#[tokio::test]
async fn the_catalogue_and_the_status_tell_what_there_is() {
    let server = with_calls().await;
    let catalogue = server.get("/api/v1/catalogue").await.json();
    let usage = &catalogue["streams"][1];
    assert_eq!(
        (&usage["name"], &usage["label"]),
        (&json!("usage"), &json!("Usage logs"))
    );
    let fields = usage["fields"].as_array().unwrap();
    let cost = fields.iter().find(|field| field["name"] == "cost").unwrap();
    assert_eq!(
        (&cost["type"], &cost["unit"]),
        (&json!("money"), &json!("usd"))
    );
    assert_eq!(
        cost["operators"],
        json!(["eq", "ne", "gt", "gte", "lt", "lte", "exists"])
    );
    let status = server.get("/api/v1/status").await.json();
    assert_eq!(
        (&status["demo"], &status["events"]["usage"]),
        (&json!(false), &json!(10))
    );
}
