//! Who may see their own events alone learns nothing of others': whatever is asked, the answer is
//! that of a server which holds no other events.

use crate::support::{Account, Answer, Server, server, unlimited};
use axum::http::StatusCode;
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::{Outcome, Write};
use daybook_model::{Event, LogStore, Owner, Scope, Stream, Timestamp, Value};
use daybook_server::App;
use daybook_server::control::Role;
use daybook_testkit::{MemoryStore, generate};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Users whose ids are prefixes, variants in case or names of each other.
const USERS: &[&str] = &["ana", "Ana", "ana1", "an", "gpt-4o", "日本"];
const ORIGINS: &[&str] = &["prod", "lab"];
/// Holds all random times.
const RANGE: [(&str, &str); 2] = [
    ("from", "2026-02-01T00:00:00Z"),
    ("to", "2026-03-31T00:00:00Z"),
];

#[derive(Debug, Clone)]
struct Case {
    events: Vec<Event>,
    owners: Vec<(&'static str, &'static str)>,
    word: String,
    by: &'static str,
    /// Which of the questions are asked: one in [`PARTS`].
    part: usize,
}

/// All questions together would take minutes. A case asks a part of them, the next one another.
const PARTS: usize = 8;

fn case() -> impl Strategy<Value = Case> {
    let user = || select(USERS);
    let event = prop_oneof![
        5 => generate::event(Stream::Usage),
        1 => generate::any_event(),
    ];
    let event = (event, user(), user(), 0..8).prop_map(|(mut event, user, name, when)| {
        let fields = Catalogue::of(event.stream);
        for (field, text) in [("user_id", user), ("user_name", name)] {
            if let Some(field) = fields.field(field) {
                event.put(field, Value::Text(text.into()));
            }
        }
        if when == 0 {
            event.time = Timestamp::now().plus_us(-Timestamp::SECOND_US);
        }
        event
    });
    let counted = Catalogue::of(Stream::Usage).fields().iter();
    let counted = counted.filter(|field| field.has_values());
    let by: Vec<&'static str> = counted.map(|field| field.name).collect();
    (
        vec(event, 20..60),
        vec((select(ORIGINS), user()), 0..4),
        generate::search_text(),
        select(by),
    )
        .prop_map(|(events, owners, word, by)| Case {
            events,
            owners,
            word,
            by,
            part: 0,
        })
}

/// A server that shares accounts with another and holds events of its own.
fn beside(server: &Server, store: Arc<dyn LogStore>) -> Server {
    let app = App::new(Arc::clone(&store), server.control.clone(), unlimited());
    Server {
        router: app.clone().router(),
        app,
        control: server.control.clone(),
        key: server.key.clone(),
        dir: tempfile::tempdir().unwrap(),
        store,
    }
}

/// Everything that can be asked, some of it wrongly.
fn questions(case: &Case) -> Vec<String> {
    let mut asked = Vec::new();
    for base in ["/api/v1", "/api/v1/me"] {
        for condition in conditions(case) {
            asked.extend(conditional(base, case, &condition));
        }
        for field in Catalogue::of(Stream::Usage).fields() {
            let by = [("by", field.name), ("quantiles", "true")];
            asked.push(url(base, "usage/breakdown", &by));
            asked.push(url(base, "logs/usage", &[("sort", field.name)]));
            let values = format!("logs/usage/values/{}", field.name);
            asked.push(url(base, &values, &[]));
            let columns = [("columns", field.name)];
            asked.push(url(base, "logs/usage/download", &columns));
            asked.push(url(base, "logs/usage", &[(field.name, "ana")]));
        }
        for event in &case.events {
            let (stream, id) = (event.stream, encoded(&event.id));
            asked.push(format!("{base}/logs/{stream}/events/{id}"));
        }
        for stream in Stream::ALL {
            asked.push(url(base, &format!("logs/{stream}"), &[]));
            asked.push(url(base, "logs", &[("streams", stream.name())]));
        }
        asked.push(url(base, "logs/usage", &[("as_of", "3")]));
        asked.push(url(base, "usage/summary", &[("as_of", "AAAA")]));
        asked.push(format!("{base}/catalogue"));
    }
    asked.push("/api/v1/status".into());
    asked
}

fn url(base: &str, path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(RANGE).extend_pairs(parameters);
    format!("{base}/{path}?{}", query.finish())
}

/// What can be asked about the events of a condition.
fn conditional(base: &str, case: &Case, condition: &[(&str, String)]) -> Vec<String> {
    let values = format!("logs/usage/values/{}", case.by);
    let whole = "id,user_id,request,response";
    let asked: [(&str, &[(&str, &str)]); 23] = [
        ("logs/usage", &[]),
        (
            "logs/usage",
            &[("sort", "-cost"), ("page_size", "3"), ("page", "2")],
        ),
        ("logs/usage", &[("sort", "user_name"), ("page_size", "4")]),
        ("logs/usage", &[("sort", "time"), ("page", "1000")]),
        ("logs", &[("sort", "time")]),
        ("logs", &[("streams", "usage"), ("page_size", "2")]),
        ("logs", &[("usage:user_id", "ana")]),
        (&values, &[]),
        (&values, &[("prefix", "an")]),
        (&values, &[("limit", "1")]),
        ("logs/usage/values/user_id", &[]),
        ("logs/usage/values/user_id", &[("prefix", "an")]),
        ("logs/usage/values/user_id", &[("limit", "1")]),
        ("logs/usage/histogram", &[]),
        (
            "logs/usage/histogram",
            &[("by", "user_id"), ("buckets", "7")],
        ),
        ("logs/usage/download", &[("format", "csv")]),
        ("logs/usage/download", &[("format", "jsonl")]),
        (
            "logs/usage/download",
            &[("format", "jsonl"), ("columns", whole)],
        ),
        ("usage/summary", &[]),
        ("usage/rates", &[]),
        ("usage/timeseries", &[("by", "user"), ("interval", "day")]),
        ("usage/timeseries", &[("interval", "day")]),
        ("usage/breakdown", &[("by", "user"), ("limit", "1")]),
    ];
    let own = || {
        condition
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    };
    let all = asked.iter().map(|(path, more)| {
        let parameters: Vec<_> = own().chain(more.iter().copied()).collect();
        url(base, path, &parameters)
    });
    all.collect()
}

fn conditions(case: &Case) -> Vec<Vec<(&'static str, String)>> {
    vec![
        vec![],
        vec![("q", case.word.clone())],
        vec![("q", "an".into()), ("outcome", "success".into())],
        vec![("user_id.prefix", "an".into())],
        vec![("user_id.ne", "ana".into()), ("cost.exists", "true".into())],
        vec![("origin.ne", "prod".into())],
        vec![("platform_model.contains", case.word.clone())],
    ]
}

fn encoded(id: &str) -> String {
    id.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What an answer says, apart from what differs each time it is asked.
fn said(url: &str, answer: &Answer) -> String {
    let mut text = answer.text();
    let mut names = vec!["as_of"];
    if answer.status != StatusCode::OK {
        names.push("request_id");
    }
    if url.contains("/usage/rates") {
        names.extend(["from", "to"]);
    }
    for name in names {
        let start = format!("\"{name}\":\"");
        if let Some(at) = text.find(&start).map(|at| at + start.len()) {
            let length = text[at..].find('"').unwrap_or(0);
            text.replace_range(at..at + length, "");
        }
    }
    let headers = ["content-type", "content-disposition", "x-total-count"];
    let headers = headers.map(|name| answer.header(name)).join(" ");
    format!("{} {headers}\n{text}", answer.status)
}

async fn hold(store: &dyn LogStore, events: Vec<Event>) -> Vec<Outcome> {
    let batch = events.into_iter().map(Write::Append).collect();
    store.append(batch).await.unwrap()
}

async fn check(
    server: &Server,
    account: &Account,
    case: &Case,
    new_store: impl Fn() -> (Arc<dyn LogStore>, Option<TempDir>),
) -> TestCaseResult {
    server.link(account, &case.owners).await;
    let own = Scope::own(case.owners.iter().map(|(origin, user_id)| Owner {
        origin: (*origin).into(),
        user_id: (*user_id).into(),
    }));
    let ((everything, _kept), (own_alone, _also_kept)) = (new_store(), new_store());
    let outcomes = hold(&*everything, case.events.clone()).await;
    let stored = case.events.iter().zip(outcomes);
    let stored = stored.filter(|(_, outcome)| matches!(outcome, Outcome::Stored(..)));
    let own_events = stored
        .map(|(event, _)| event)
        .filter(|event| own.covers(event));
    hold(&*own_alone, own_events.cloned().collect()).await;
    let (server_of_all, server_of_own) = (beside(server, everything), beside(server, own_alone));
    for url in questions(case).into_iter().skip(case.part).step_by(PARTS) {
        // What is kept of somebody else's answer must not become part of this one.
        server_of_all.get(&url).await;
        let (found, expected) = (
            server_of_all.get_as(account, &url).await,
            server_of_own.get_as(account, &url).await,
        );
        let (found_said, expected_said) = (said(&url, &found), said(&url, &expected));
        prop_assert_eq!(found_said, expected_said, "{} tells of others' events", url);
        prop_assert!(!found.status.is_server_error(), "{url}: {}", found.text());
        if found.status == StatusCode::OK {
            for hidden in [
                "upstream_",
                "\"provider\"",
                "channel_id",
                "\"seq\"",
                "ingest_key",
            ] {
                prop_assert!(!found.text().contains(hidden), "{url} shows {hidden}");
            }
        }
    }
    Ok(())
}

fn in_memory() -> (Arc<dyn LogStore>, Option<TempDir>) {
    (Arc::new(MemoryStore::default()), None)
}

/// Partitions and chunks small enough that a few events lie in many.
fn on_disk() -> (Arc<dyn LogStore>, Option<TempDir>) {
    let dir = tempfile::tempdir().unwrap();
    let store = daybook_store::Store::open(daybook_store::Options {
        head_events_max: 20,
        head_age_max: Duration::from_millis(1),
        words_max: 4,
        ..daybook_store::Options::new(dir.path().join("events"))
    });
    (Arc::new(store.unwrap()), Some(dir))
}

fn run(cases: usize, new_store: fn() -> (Arc<dyn LogStore>, Option<TempDir>)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, account) = runtime.block_on(async {
        let server = server().await;
        let account = server.account(Role::User).await;
        (server, account)
    });
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let asked = Cell::new(0);
    // A part is chosen once for a case and then kept, so that a failure can be shrunk.
    let part = Just(()).prop_perturb(|(), _| asked.replace(asked.get() + 1) % PARTS);
    let case = (case(), part).prop_map(|(case, part)| Case { part, ..case });
    let outcome = TestRunner::new(config).run(&case, |case| {
        runtime.block_on(check(&server, &account, &case, new_store))
    });
    outcome.map_err(|error| error.to_string()).unwrap();
}

#[test]
fn a_user_learns_nothing_of_others() {
    run(PARTS, in_memory);
}

#[test]
fn a_user_learns_nothing_of_others_from_the_embedded_store() {
    run(PARTS, on_disk);
}

/// A route that is not asked above could tell anything.
#[test]
fn every_reading_route_is_asked() {
    let case = Case {
        events: vec![Event::from_stored(r#"{"stream":"usage","id":"x"}"#).unwrap()],
        owners: Vec::new(),
        word: "x".into(),
        by: "user_id",
        part: 0,
    };
    let asked = questions(&case);
    let asked: BTreeSet<&str> = asked
        .iter()
        .map(|url| url.split('?').next().unwrap())
        .collect();
    let document: serde_json::Value =
        serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    let reading = [
        "/api/v1/logs",
        "/api/v1/usage",
        "/api/v1/me",
        "/api/v1/catalogue",
        "/api/v1/status",
    ];
    let mut missing = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let reads = reading.iter().any(|start| path.starts_with(start));
        // A tail never ends: it has a test of its own.
        let ends = !path.ends_with("/tail");
        if !reads || !ends || operations.get("get").is_none() {
            continue;
        }
        let is_asked = asked.iter().any(|url| {
            let (template, url): (Vec<_>, Vec<_>) =
                (path.split('/').collect(), url.split('/').collect());
            template.len() == url.len()
                && template
                    .iter()
                    .zip(&url)
                    .all(|(part, found)| part.starts_with('{') || part == found)
        });
        if !is_asked {
            missing.push(path.clone());
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
