//! Calls in figures.

use crate::support::{Server, server, server_on_disk};
use daybook_model::Timestamp;
use daybook_server::Options;
use serde_json::{Value, json};

/// Four calls and a top-up, half of them with everything and one with hardly anything.
async fn with_calls() -> Server {
    let server = server_on_disk(Options::default()).await;
    let events = json!([
        {"stream": "usage", "id": "a", "time": "2026-03-01T10:15:00Z", "user_id": "u1", "user_name": "Ana",
         "platform_model": "gpt-4o", "provider": "openai", "api_key_id": "k1", "api_key_name": "web", "cost": 0.1,
         "input_tokens": 100, "cache_read_tokens": 40, "output_tokens": 20, "reasoning_tokens": 5, "latency_ms": 100},
        {"stream": "usage", "id": "b", "time": "2026-03-01T10:45:00Z", "user_id": "u1", "user_name": "Ana M.",
         "platform_model": "claude", "provider": "anthropic", "api_key_id": "k1", "api_key_name": "web", "cost": 0.2,
         "input_tokens": 200, "latency_ms": 200, "is_stream": true},
        {"stream": "usage", "id": "c", "time": "2026-03-01T11:30:00Z", "user_id": "u2", "user_name": "Bo",
         "platform_model": "gpt-4o", "provider": "openai", "api_key_id": "k2", "cost": 0.000000001,
         "input_tokens": 10, "output_tokens": 10, "latency_ms": 100000, "status_code": 500},
        {"stream": "usage", "id": "d", "time": "2026-03-01T13:00:00Z", "platform_model": "gpt-4o"},
        {"stream": "usage", "id": "e", "time": "2026-03-01T13:00:00Z", "user_id": "u1", "kind": "top_up", "amount": 50},
    ]);
    let answer = server.post_events(&[], events.to_string()).await;
    assert_eq!(answer.json()["accepted"], 5, "{}", answer.text());
    server
}

const DAY: &str = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z";

async fn ask(server: &Server, path: &str, parameters: &str) -> Value {
    let path = format!("/api/v1/usage/{path}?{DAY}&{parameters}");
    let answer = server.get(&path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_summary_sums_calls_and_nothing_else() {
    let server = with_calls().await;
    let answer = server.get(&format!("/api/v1/usage/summary?{DAY}")).await;
    assert!(
        answer.text().contains("\"cost\":0.300000001,"),
        "exact to the last place: {}",
        answer.text()
    );
    assert_eq!(
        answer.json(),
        json!({
            "requests": 4, "errors": 1, "total_tokens": 340, "cost": 0.300000001,
            "input_tokens": 310, "output_tokens": 30, "cache_read_tokens": 40, "reasoning_tokens": 5,
            "users": 2, "models": 2, "latency_ms": {"p50": 200, "p95": 100096, "p99": 100096}
        })
    );
    let none = ask(&server, "summary", "kind=top_up").await;
    assert_eq!(
        (&none["requests"], &none["cost"], &none["latency_ms"]),
        (&json!(0), &json!(0), &Value::Null)
    );
    for (parameters, requests) in [
        ("user_id=u1", 2),
        ("q=OPENAI", 2),
        ("cost.gte=0.2", 1),
        ("user_id.exists=false", 1),
    ] {
        let some = ask(&server, "summary", parameters).await;
        assert_eq!(some["requests"], requests, "{parameters}");
    }
    let second = server.get("/api/v1/logs/usage/events/b").await.json();
    let early = ask(&server, "summary", &format!("as_of={}", second["seq"])).await;
    assert_eq!(early["requests"], 2);
}

/// Key, name and requests of each group.
fn groups(answer: &Value) -> Vec<Value> {
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|group| json!([group["key"], group["name"], group["requests"]]))
        .collect()
}

#[tokio::test]
async fn a_breakdown_orders_names_and_pages_groups() {
    let server = with_calls().await;
    let by = async |parameters: &str| ask(&server, "breakdown", parameters).await;
    let users = by("by=user").await;
    assert_eq!(
        groups(&users),
        [
            json!(["u1", "Ana M.", 2]),
            json!(["u2", "Bo", 1]),
            json!([null, null, 1])
        ]
    );
    assert_eq!(
        users["items"][0],
        json!({"key": "u1", "name": "Ana M.", "requests": 2, "errors": 0, "total_tokens": 320, "cost": 0.3})
    );
    let second = by("by=user&limit=1&page=2").await;
    assert_eq!(groups(&second), [json!(["u2", "Bo", 1])]);
    assert_eq!(second["total"], 3);
    let models = by("by=model&order=requests").await;
    assert_eq!(
        groups(&models),
        [json!(["gpt-4o", null, 3]), json!(["claude", null, 1])]
    );
    let keys = by("by=api_key&order=tokens&user_id.exists=true").await;
    assert_eq!(
        groups(&keys),
        [json!(["k1", "web", 2]), json!(["k2", null, 1])]
    );
    let codes = by("by=status_code&order=requests").await;
    assert_eq!(
        groups(&codes),
        [json!([null, null, 3]), json!(["500", null, 1])]
    );
    let streamed = by("by=is_stream&is_stream=true").await;
    assert_eq!(groups(&streamed), [json!(["true", null, 1])]);
    let slow = by("by=provider&quantiles=true").await;
    let latencies: Vec<_> = slow["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["latency_ms"].clone())
        .collect();
    assert_eq!(
        latencies,
        [
            json!({"p50": 200, "p95": 200, "p99": 200}),
            json!({"p50": 100, "p95": 100096, "p99": 100096}),
            Value::Null
        ]
    );
}

fn requests(points: &Value) -> Vec<(&str, u64)> {
    let points = points.as_array().unwrap().iter();
    points
        .map(|point| {
            let time = point["time"].as_str().unwrap();
            (&time[11..16], point["requests"].as_u64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn a_timeseries_fills_every_interval_of_the_clock() {
    let server = with_calls().await;
    let of = async |parameters: &str| {
        let path = format!("/api/v1/usage/timeseries?{parameters}");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    };
    let range = "from=2026-03-01T10:30:00Z&to=2026-03-01T13:30:00Z";
    let models = of(&format!("{range}&by=model&order=requests&limit=1")).await;
    assert_eq!(models["from"], "2026-03-01T10:30:00Z");
    assert_eq!(models["to"], "2026-03-01T13:30:00Z");
    assert_eq!(models["interval_ms"], 3_600_000);
    let series = models["series"].as_array().unwrap();
    assert_eq!((series.len(), &series[0]["key"]), (1, &json!("gpt-4o")));
    assert_eq!(
        requests(&series[0]["points"]),
        [("10:00", 0), ("11:00", 1), ("12:00", 0), ("13:00", 1)],
        "a call before the range is not in its first interval"
    );
    assert_eq!(
        requests(&models["other"]["points"]),
        [("10:00", 1), ("11:00", 0), ("12:00", 0), ("13:00", 0)]
    );
    let all = of(&format!("{range}&interval=day")).await;
    assert_eq!(
        all["series"],
        json!([{"key": null, "name": null, "points": [
            {"time": "2026-03-01T00:00:00Z", "requests": 3, "errors": 1, "total_tokens": 220, "cost": 0.200000001}
        ]}])
    );
    assert_eq!(all["other"], json!({"points": []}));
    let users = of(&format!("{range}&interval=minute&by=user")).await;
    assert_eq!(users["series"][0]["name"], "Ana M.");
    assert_eq!(users["series"][0]["points"].as_array().unwrap().len(), 180);
    let quiet = of("from=-3h").await;
    let points = requests(&quiet["series"][0]["points"]);
    assert!((3..=4).contains(&points.len()), "{points:?}");
    assert_eq!(of("from=-3h&by=user").await["series"], json!([]));
}

#[tokio::test]
async fn rates_are_of_the_last_minute() {
    let server = with_calls().await;
    let now = Timestamp::now();
    let call = |id: &str, seconds: i64, model: &str| {
        json!({"stream": "usage", "id": id, "time": now.plus_us(-seconds * Timestamp::SECOND_US),
               "input_tokens": 7, "platform_model": model})
    };
    let calls = json!([
        call("1", 1, "x"),
        call("2", 30, "y"),
        call("3", 90, "x"),
        call("4", -30, "x")
    ]);
    server.post_events(&[], calls.to_string()).await;
    let rates = ask(&server, "rates", "").await;
    assert_eq!((&rates["rpm"], &rates["tpm"]), (&json!(2), &json!(14)));
    let some = ask(&server, "rates", "platform_model=y").await;
    assert_eq!((&some["rpm"], &some["tpm"]), (&json!(1), &json!(7)));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_name() {
    let server = server().await;
    for (path, field) in [
        ("summary?colour=red", "colour"),
        ("summary?limit=3", "limit"),
        ("breakdown", "by"),
        ("breakdown?by=colour", "by"),
        ("breakdown?by=error", "by"),
        ("breakdown?by=user&order=size", "order"),
        ("breakdown?by=user&limit=1001", "limit"),
        ("breakdown?by=user&page=0", "page"),
        ("breakdown?by=user&quantiles=yes", "quantiles"),
        ("timeseries?interval=week", "interval"),
        ("timeseries?interval=minute&by=user", "interval"),
        ("timeseries?by=user&limit=101", "limit"),
        ("rates?from=yesterday", "from"),
    ] {
        let answer = server.get(&format!("/api/v1/usage/{path}")).await;
        assert_eq!(answer.status, 400, "{path}");
        let error = &answer.json()["error"];
        assert_eq!(error["field"], field, "{path}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(field), "{path}: {error}");
    }
    let answer = server
        .get("/api/v1/usage/timeseries?interval=minute&by=user")
        .await;
    assert!(answer.text().contains("120000 points"), "{}", answer.text());
}
