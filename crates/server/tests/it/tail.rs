//! A stream as it grows.

use crate::support::{Account, Server, server, server_with, unlimited};
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use daybook_server::control::Role;
use daybook_server::{Options, Peer};
use daybook_testkit::MemoryStore;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

const PATIENCE: Duration = Duration::from_secs(30);

/// An open tail, and what it said so far.
struct Tail {
    body: BodyDataStream,
    text: String,
}

impl Tail {
    async fn open(server: &Server, header: (&str, &str), path: &str) -> Result<Self, StatusCode> {
        let mut request = Request::get(path).header(header.0, header.1);
        request = request.extension(Peer([203, 0, 113, 8].into()));
        let request = request.body(Body::empty()).unwrap();
        let response = server.router.clone().oneshot(request).await.unwrap();
        if response.status() != StatusCode::OK {
            return Err(response.status());
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let mut tail = Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        };
        tail.until(": from now on").await;
        Ok(tail)
    }

    async fn of_key(server: &Server, path: &str) -> Self {
        let tail = Self::open(server, ("x-api-key", &server.key), path).await;
        tail.unwrap()
    }

    async fn of_account(server: &Server, account: &Account, path: &str) -> Self {
        let tail = Self::open(server, ("cookie", &account.cookie), path).await;
        tail.unwrap()
    }

    /// Reads until this was said, or nothing more comes.
    async fn until(&mut self, wanted: &str) -> bool {
        let reading = async {
            while !self.text.contains(wanted) {
                let Some(piece) = self.body.next().await else {
                    return false;
                };
                let piece = piece.unwrap();
                self.text.push_str(std::str::from_utf8(&piece).unwrap());
            }
            true
        };
        let said = tokio::time::timeout(PATIENCE, reading).await;
        said.unwrap_or_else(|_| panic!("never said {wanted}"))
    }

    /// The events so far.
    fn events(&self) -> Vec<Value> {
        let messages = self.text.split("\n\n");
        let data = messages.filter_map(|message| message.strip_prefix("data: "));
        data.map(|json| serde_json::from_str(json).unwrap())
            .collect()
    }

    fn ids(&self) -> Vec<String> {
        let events = self.events().into_iter();
        events
            .map(|event| event["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn send(server: &Server, events: Value) {
    let answer = server.post_events(&[], events.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["rejected"], json!([]), "{}", answer.text());
}

fn call(id: &str, user: &str) -> Value {
    let time = daybook_model::Timestamp::now().to_string();
    json!({"stream": "usage", "id": id, "time": time, "user_id": user, "upstream_model": "secret"})
}

#[tokio::test]
async fn events_come_as_they_are_stored_as_far_as_they_match() {
    let server = server().await;
    send(&server, json!([call("before", "ana")])).await;
    let mut all = Tail::of_key(&server, "/api/v1/logs/usage/tail").await;
    let path = "/api/v1/logs/usage/tail?user_id=ana&q=GPT";
    let mut some = Tail::of_key(&server, path).await;
    let mut a = call("a", "ana");
    a["platform_model"] = json!("gpt-4o");
    a["request"] = json!({"messages": []});
    let system = json!({"stream": "system", "message": "gpt"});
    send(&server, json!([a, call("b", "ana"), system])).await;
    send(&server, json!([a])).await;
    let mut c = call("c", "ana");
    c["endpoint"] = json!("/gpt");
    send(&server, json!([call("d", "bo"), c])).await;
    all.until("\"id\":\"c\"").await;
    assert_eq!(all.ids(), ["a", "b", "d", "c"], "in order, nothing twice");
    let first = &all.events()[0];
    assert_eq!(first.get("request"), None, "payloads stay behind");
    let stored = server.get("/api/v1/logs/usage?platform_model=gpt-4o").await;
    assert_eq!(first, &stored.json()["items"][0], "as lists have it");
    some.until("\"id\":\"c\"").await;
    assert_eq!(some.ids(), ["a", "c"]);
}

#[tokio::test]
async fn own_events_are_all_that_an_account_of_a_user_sees() {
    let server = server().await;
    let account = server.account(Role::User).await;
    server.link(&account, &[("everything", "ana")]).await;
    for path in ["/api/v1/logs/usage/tail", "/api/v1/me/logs/usage/tail"] {
        let mut tail = Tail::of_account(&server, &account, path).await;
        let (own, others) = (format!("own {path}"), format!("others {path}"));
        let events: Vec<Value> = (0..300)
            .map(|n| call(&format!("{others}{n}"), "bo"))
            .collect();
        send(&server, json!(events)).await;
        send(&server, json!([call(&own, "ana")])).await;
        tail.until(&own).await;
        assert_eq!(tail.ids(), [own], "{path}");
        assert!(!tail.text.contains("missed"), "nothing of it was left out");
        let event = &tail.events()[0];
        assert!(event.get("upstream_model").is_none() && event.get("seq").is_none());
    }
    let cookie = ("cookie", account.cookie.as_str());
    let refused = Tail::open(&server, cookie, "/api/v1/logs/audit/tail").await;
    assert_eq!(refused.err(), Some(StatusCode::FORBIDDEN));
}

#[tokio::test]
async fn a_tail_ends_when_what_its_caller_may_see_changes() {
    let server = server().await;
    let account = server.account(Role::User).await;
    server.link(&account, &[("everything", "ana")]).await;
    let path = "/api/v1/logs/usage/tail";
    let mut tail = Tail::of_account(&server, &account, path).await;
    server.link(&account, &[("everything", "bo")]).await;
    send(&server, json!([call("mine once", "ana")])).await;
    assert!(tail.until("event: end").await);
    assert!(!tail.until("anything more").await, "it is over");
    assert!(
        tail.text.contains("\"code\":\"forbidden\""),
        "{}",
        tail.text
    );
    assert!(!tail.text.contains("mine once"), "{}", tail.text);
}

#[tokio::test]
async fn a_client_that_is_too_slow_is_told_what_it_missed() {
    let server = server().await;
    let mut tail = Tail::of_key(&server, "/api/v1/logs/system/tail?source=loud").await;
    let event = |n: usize| json!({"stream": "system", "id": format!("e{n}"), "time": "2026-03-01T00:00:00Z", "event": "noise", "source": "loud"});
    for batch in 0..10 {
        let events: Vec<Value> = (0..100).map(|n| event(batch * 100 + n)).collect();
        send(&server, json!(events)).await;
    }
    // Without `from` a list covers the online window; so does a tail.
    let seen = server.total("system", "source=loud").await;
    assert_eq!(seen, 0, "too old to be seen without a range");
    let mut tail_of_then = Tail::of_key(
        &server,
        "/api/v1/logs/system/tail?source=loud&from=2026-01-01T00:00:00Z",
    )
    .await;
    for batch in 10..20 {
        let events: Vec<Value> = (0..100).map(|n| event(batch * 100 + n)).collect();
        send(&server, json!(events)).await;
    }
    // Nothing was read meanwhile.
    tail_of_then.until("\"id\":\"e1999\"").await;
    let missed = tail_of_then.text.split("event: missed\ndata: ").skip(1);
    let missed = missed.map(|rest| {
        let json: Value = serde_json::from_str(rest.split('\n').next().unwrap()).unwrap();
        json["count"].as_u64().unwrap()
    });
    let missed: u64 = missed.sum();
    let sent = tail_of_then.events().len() as u64;
    assert_eq!(
        (missed + sent, missed > 0),
        (1_000, true),
        "{missed} missed"
    );
    send(&server, json!([{"stream": "system", "event": "noise", "source": "loud", "id": "now", "time": daybook_model::Timestamp::now().to_string()}])).await;
    tail.until("\"id\":\"now\"").await;
    assert_eq!(tail.ids(), ["now"]);
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused_by_name() {
    let options = Options {
        tails_max: 1,
        ..unlimited()
    };
    let server = server_with(options, Arc::new(MemoryStore::default())).await;
    for (path, status, field) in [
        ("/api/v1/logs/usage/tail?colour=red", 400, "colour"),
        ("/api/v1/logs/usage/tail?as_of=3", 400, "as_of"),
        ("/api/v1/logs/weather/tail", 404, "stream"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.json()["error"]["field"], field, "{path}");
    }
    let tail = Tail::of_key(&server, "/api/v1/logs/usage/tail").await;
    let full = server.get("/api/v1/logs/usage/tail").await;
    assert_eq!(full.error(), (503, "too_many_tails".into()));
    drop(tail);
    let reopened = async {
        let key = ("x-api-key", server.key.as_str());
        while Tail::open(&server, key, "/api/v1/logs/usage/tail")
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let reopened = tokio::time::timeout(PATIENCE, reopened).await;
    reopened.expect("a place is free again once a client has gone");
}

#[tokio::test]
async fn a_server_that_stops_says_so_instead_of_waiting() {
    let server = server().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(daybook_server::serve(listener, server.app.clone(), async {
        _ = stopped.await;
    }));
    let mut client = TcpStream::connect(address).await.unwrap();
    let key = &server.key;
    let request =
        format!("GET /api/v1/logs/usage/tail HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains("from now on") {
        assert!(client.read_buf(&mut text).await.unwrap() > 0);
    }
    stop.send(()).unwrap();
    client.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8_lossy(&text);
    assert!(
        text.contains("event: end") && text.contains("stopping"),
        "{text}"
    );
    // Its answer is whole: nothing was cut off.
    assert!(text.ends_with("0\r\n\r\n"), "{text}");
    serving.await.unwrap();
}
