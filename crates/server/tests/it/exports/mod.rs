//! Files of events made in the background: what is in them and who gets them.

mod ends;

use crate::people::Person;
use crate::support::{Answer, Server, server_with, unlimited};
use axum::http::Method;
use daybook_archive::{Depot, Folder, Object, Table};
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::{ArchiveRequest, Write};
use daybook_model::{Event, LogStore, Stream, Timestamp};
use daybook_server::control::Role;
use daybook_server::{ExportLimits, Options};
use daybook_testkit::MemoryStore;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

const EXPORTS: &str = "/api/v1/exports";
const MARCH_US: i64 = 1_772_323_200_000_000;

fn event(stream: Stream, number: i64) -> Event {
    let mut event = Event::new(stream);
    event.id = format!("e{number}").into();
    event.time = Timestamp::from_us(MARCH_US + number * Timestamp::HOUR_US);
    event.set_text("origin", if number % 2 == 0 { "prod" } else { "lab" });
    match stream {
        Stream::Usage => {
            event.set_text("kind", "call");
            event.set_text("user_id", format!("u{}", number % 3));
            event.set_integer("cost", number * 1_000);
            event.set_json("request", format!("{{\"n\":{number}}}"));
        }
        _ => {
            event.set_text(
                "action",
                if number % 4 == 0 {
                    "model.disabled"
                } else {
                    "user.created"
                },
            );
            event.set_text("actor_name", "=cmd()");
            event.set_text("result", "success");
        }
    }
    event
}

/// 300 events of five months and a half, a third of them archived.
async fn fill(store: &dyn LogStore) {
    for stream in [Stream::Audit, Stream::Usage] {
        let events = (0..300).map(|number| Write::Append(event(stream, number * 13)));
        store.append(events.collect()).await.unwrap();
        let before = Timestamp::parse("2026-05-01T00:00:00Z").unwrap();
        while !store
            .archive(ArchiveRequest { stream, before })
            .await
            .unwrap()
            .done
        {}
    }
}

fn limits() -> ExportLimits {
    ExportLimits {
        space_left_min: 0,
        ..ExportLimits::default()
    }
}

async fn server_of(store: Arc<dyn LogStore>, exports: ExportLimits) -> Server {
    let options = Options {
        exports,
        ..unlimited()
    };
    let server = server_with(options, store).await;
    fill(&*server.store).await;
    server
}

async fn server() -> Server {
    server_of(Arc::new(MemoryStore::default()), limits()).await
}

fn work(server: &Server) -> JoinHandle<()> {
    tokio::spawn(server.app.clone().run_exports_forever())
}

/// Asks with the key that may do everything.
async fn ask(server: &Server, body: Value) -> Answer {
    let headers = [
        ("x-api-key", server.key.as_str()),
        ("content-type", "application/json"),
    ];
    let body = body.to_string();
    server.request(Method::POST, EXPORTS, &headers, body).await
}

async fn ask_as(server: &Server, person: &Person, body: Value) -> Answer {
    server
        .as_person(person, Method::POST, EXPORTS, Some(&body))
        .await
}

fn id_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().into()
}

/// The export when it is in this state.
async fn wait(server: &Server, id: &str, state: &str) -> Value {
    let mut export = Value::Null;
    for _ in 0..3_000 {
        export = server.get(&format!("{EXPORTS}/{id}")).await.json();
        if export["state"] == state {
            return export;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {state}: {export}");
}

async fn file(server: &Server, id: &str) -> Answer {
    server.get(&format!("{EXPORTS}/{id}/file")).await
}

async fn made(server: &Server, body: Value) -> (Value, Answer) {
    let id = id_of(&ask(server, body).await);
    let export = wait(server, &id, "done").await;
    (export, file(server, &id).await)
}

#[tokio::test]
async fn archived_and_online_events_are_in_one_file_in_one_order() {
    let server = server().await;
    let worker = work(&server);
    let listed = server
        .get("/api/v1/logs/audit?from=2026-01-01T00:00:00Z&action=model.*")
        .await;
    let listed = listed.json();
    assert_eq!(listed["online_from"], "2026-05-01T00:00:00Z");
    let (export, file) = made(&server, json!({"stream": "audit"})).await;
    assert_eq!(file.status, 200);
    assert_eq!(
        file.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let name = export["file_name"].as_str().unwrap();
    assert_eq!(
        file.header("content-disposition"),
        format!("attachment; filename=\"{name}\"")
    );
    assert!(name.starts_with("daybook-audit-beginning-") && name.ends_with(".csv"));
    assert_eq!(file.header("content-length"), file.body.len().to_string());
    assert_eq!(export["bytes"], file.body.len());
    let hash: String = Sha256::digest(&file.body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        (&export["sha256"], &export["progress"]),
        (&json!(hash), &json!(100))
    );

    let text = file.text();
    let mut lines = text.split("\r\n");
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let fields = Catalogue::of(Stream::Audit).fields().iter();
    let names: Vec<&str> = fields.map(|field| field.name).collect();
    assert_eq!(columns, names, "the fields of the online query");
    let rows: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let own: Vec<&&str> = rows.iter().filter(|row| !row.contains("'=cmd()")).collect();
    let ids: Vec<&str> = rows
        .iter()
        .filter(|row| row.contains("'=cmd()"))
        .map(|row| row.split(',').next().unwrap())
        .collect();
    let expected: Vec<String> = (0..300).map(|number| format!("e{}", number * 13)).collect();
    assert_eq!(ids, expected);
    assert_eq!(export["events"], ids.len() + own.len());
    let created = server.newest("audit", "action=export.created").await;
    assert_eq!(created["operation"], "export");
    let exported = server.newest("audit", "action=log.exported").await;
    assert_eq!(
        (
            &exported["result"],
            &exported["details"]["sha256"],
            &exported["operation"]
        ),
        (&json!("success"), &json!(hash), &json!("export"))
    );
    let asked_by = &exported["details"]["requester"];
    assert_eq!(
        (&asked_by["type"], &asked_by["id"], &asked_by["name"]),
        (
            &json!("api_key"),
            &created["actor_id"],
            &json!("everything")
        )
    );
    assert_eq!(server.total("audit", "action=export.downloaded").await, 1);
    worker.abort();
}

#[tokio::test]
async fn filters_columns_and_formats_are_those_of_the_list() {
    let server = server().await;
    let worker = work(&server);
    let filters = json!({"from": "2026-03-05T00:00:00Z", "to": "2026-06-20T00:00:00Z",
        "origin": ["prod"], "user_id": ["u0", "u1"], "cost.gte": "0.0001"});
    let expected: Vec<i64> = (0..300)
        .map(|number| number * 13)
        .filter(|n| (96..2_664).contains(n) && n % 2 == 0 && n % 3 < 2 && *n >= 100)
        .collect();
    let asked = |format: &str, columns: Value| {
        json!({"stream": "usage", "format": format, "filters": filters, "columns": columns,
               "bom": true})
    };
    let (export, csv) = made(&server, asked("csv", json!(["id", "cost", "request"]))).await;
    let mut rows = String::from("\u{feff}id,cost,request\r\n");
    for n in &expected {
        let cost = format!("{:.6}", *n as f64 / 1e6);
        let cost = cost.trim_end_matches('0');
        rows += &format!("e{n},{cost},\"{{\"\"n\"\":{n}}}\"\r\n");
    }
    assert_eq!(csv.text(), rows);
    assert_eq!(export["events"], expected.len());
    assert_eq!(export["filters"]["user_id"], json!(["u0", "u1"]));
    assert_eq!(export["columns"], json!(["id", "cost", "request"]));
    assert_eq!(export["formulas_neutralised"], true);

    let (_, jsonl) = made(&server, asked("jsonl", Value::Null)).await;
    let events: Vec<Value> = jsonl
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<String> = expected.iter().map(|n| format!("e{n}")).collect();
    let found: Vec<&str> = events
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(found, ids);
    assert!(events.iter().all(|event| event.get("request").is_none()));

    let (export, parquet) = made(&server, asked("parquet", json!(["time", "id", "cost"]))).await;
    assert_eq!(
        parquet.header("content-type"),
        "application/vnd.apache.parquet"
    );
    let dir = tempfile::tempdir().unwrap();
    let depot: Arc<dyn Depot> = Arc::new(Folder::new(dir.path()));
    depot.put("file", &parquet.body).unwrap();
    let object = Object::new(depot, "file", parquet.body.len() as u64, None);
    let table = Table::open(object, Stream::Usage).unwrap();
    let events = table.fetch(0).unwrap().events(|_| true).unwrap();
    let found: Vec<String> = events.iter().map(|event| event.id.to_string()).collect();
    assert_eq!((found, table.groups()), (ids, 1));
    assert_eq!(events[0].integer("cost"), Some(expected[0] * 1_000));
    assert_eq!(export["events"], expected.len());
    assert_eq!(export["formulas_neutralised"], false);

    let streamed = server
        .get("/api/v1/logs/usage/download?format=parquet&from=2026-01-01T00:00:00Z&columns=id,time")
        .await;
    assert_eq!(
        (streamed.status.as_u16(), streamed.header("x-total-count")),
        (200, "")
    );
    assert!(streamed.body.starts_with(b"PAR1") && streamed.body.ends_with(b"PAR1"));
    worker.abort();
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_by_name() {
    let exports = ExportLimits {
        each_max: 2,
        ..limits()
    };
    let server = server_of(Arc::new(MemoryStore::default()), exports).await;
    for (body, field) in [
        (
            json!({"stream": "usage", "filters": {"colour": "red"}}),
            "colour",
        ),
        (
            json!({"stream": "usage", "filters": {"cost": "much"}}),
            "cost",
        ),
        (
            json!({"stream": "usage", "filters": {"from": "later"}}),
            "from",
        ),
        (
            json!({"stream": "usage", "filters": {"from": "now", "to": "-1d"}}),
            "to",
        ),
        (
            json!({"stream": "usage", "columns": ["id", "colour"]}),
            "columns",
        ),
        (json!({"stream": "usage", "columns": []}), "columns"),
    ] {
        let answer = ask(&server, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.json()["error"]["field"], field, "{body}");
    }
    for body in [
        json!({"stream": "colours"}),
        json!({"stream": "usage", "format": "xls"}),
        json!({"stream": "usage", "colour": 1}),
        json!({}),
    ] {
        assert_eq!(ask(&server, body).await.status, 400);
    }
    for _ in 0..2 {
        id_of(&ask(&server, json!({"stream": "usage"})).await);
    }
    let one_more = ask(&server, json!({"stream": "usage"})).await;
    assert_eq!(one_more.error(), (409, "too_many_exports".into()));
}

#[tokio::test]
async fn everybody_has_their_own() {
    let server = server().await;
    let worker = work(&server);
    let auditor = server.person("au@example.com", Role::Auditor).await;
    let billing = server.person("bi@example.com", Role::BillingAdmin).await;
    let admin = server.person("ad@example.com", Role::SuperAdmin).await;
    let user = server.person("us@example.com", Role::User).await;
    let refused = ask_as(&server, &billing, json!({"stream": "audit"})).await;
    assert_eq!(refused.error(), (403, "forbidden".into()));

    let id = id_of(&ask_as(&server, &auditor, json!({"stream": "usage"})).await);
    let path = format!("{EXPORTS}/{id}");
    let mut state = Value::Null;
    for _ in 0..3_000 {
        state = server
            .as_person(&auditor, Method::GET, &path, None)
            .await
            .json();
        if state["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        (&state["state"], &state["asked_by"]),
        (&json!("done"), &json!(auditor.email))
    );
    for other in [&billing, &user] {
        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::DELETE, path.clone()),
            (Method::GET, format!("{path}/file")),
        ] {
            let answer = server.as_person(other, method, &path, None).await;
            assert_eq!(answer.error(), (404, "not_found".into()), "{path}");
        }
        let list = server
            .as_person(other, Method::GET, EXPORTS, None)
            .await
            .json();
        assert_eq!(list["items"], json!([]));
    }
    assert_eq!(
        server.get(&path).await.error(),
        (404, "not_found".into()),
        "a platform's key"
    );
    let list = server
        .as_person(&admin, Method::GET, EXPORTS, None)
        .await
        .json();
    assert_eq!(list["items"][0]["id"], json!(id));
    let taken = server
        .as_person(&admin, Method::GET, &format!("{path}/file"), None)
        .await;
    assert_eq!(taken.error(), (403, "forbidden".into()));
    let deleted = server.as_person(&admin, Method::DELETE, &path, None).await;
    assert_eq!(deleted.status, 204);
    for (action, result, count) in [
        ("export.deleted", "success", 1),
        ("export.deleted", "failure", 2),
        ("export.downloaded", "failure", 2),
        ("export.downloaded", "denied", 1),
    ] {
        let told = format!("action={action}&result={result}&resource_id={id}");
        assert_eq!(
            server.total("audit", &told).await,
            count,
            "{action} {result}"
        );
    }
    worker.abort();
}

#[tokio::test]
async fn own_data_is_all_that_an_export_of_it_has() {
    let server = server().await;
    let worker = work(&server);
    let user = server.account(Role::User).await;
    server.link(&user, &[("prod", "u1")]).await;
    let headers = [
        ("cookie", user.cookie.as_str()),
        ("x-daybook-csrf", "1"),
        ("content-type", "application/json"),
    ];
    let body = json!({"stream": "usage", "format": "jsonl"}).to_string();
    let answer = server.request(Method::POST, EXPORTS, &headers, body).await;
    let path = format!("{EXPORTS}/{}", id_of(&answer));
    for _ in 0..3_000 {
        let export = server.get_as(&user, &path).await.json();
        assert!(
            export["progress"] == 100 || export["progress"].is_null(),
            "{export}"
        );
        if export["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let text = server.get_as(&user, &format!("{path}/file")).await.text();
    let expected = (0..300)
        .map(|n| n * 13)
        .filter(|n| n % 2 == 0 && n % 3 == 1);
    let expected: Vec<String> = expected.map(|n| format!("e{n}")).collect();
    let events = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<String> = events
        .map(|event| event["id"].as_str().unwrap().into())
        .collect();
    assert_eq!(found, expected);
    assert!(!text.contains("\"seq\""), "internal fields are not shown");

    // With another link the file would be another: it is not handed out any more.
    server.link(&user, &[("prod", "u1"), ("lab", "u2")]).await;
    let refused = server.get_as(&user, &format!("{path}/file")).await;
    assert_eq!(refused.error(), (403, "forbidden".into()));
    worker.abort();
}
