//! What a server says it holds.

use crate::http::Connection;
use daybook_model::Stream;
use serde_json::Value;
use std::io;

/// How many events of an origin a stream has.
pub(crate) fn total(connection: &mut Connection, stream: Stream, origin: &str) -> io::Result<u64> {
    Ok(page(connection, stream, origin, 1, 1)?.0)
}

/// The ids of all events of an origin in a stream, in the order of its pages.
pub(crate) fn ids(connection: &mut Connection, stream: Stream, origin: &str) -> Vec<String> {
    const SIZE: u32 = 1_000;
    let mut all = Vec::new();
    for number in 1.. {
        let (total, ids) = page(connection, stream, origin, number, SIZE).unwrap();
        all.extend(ids);
        if all.len() as u64 >= total || u64::from(number * SIZE) >= total {
            break;
        }
    }
    all
}

/// The total of a list, and the ids of a page.
fn page(
    connection: &mut Connection,
    stream: Stream,
    origin: &str,
    number: u32,
    size: u32,
) -> io::Result<(u64, Vec<String>)> {
    let path = format!("/api/v1/logs/{stream}?origin={origin}&page={number}&page_size={size}");
    let answer = connection.get(&path)?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.body["items"].as_array().unwrap();
    let ids = items.iter().map(|item| item["id"].as_str().unwrap().into());
    Ok((answer.body["total"].as_u64().unwrap(), ids.collect()))
}

/// One of the server's figures.
pub(crate) fn metric(connection: &mut Connection, name: &str) -> u64 {
    let metrics = connection.get("/metrics").unwrap();
    assert_eq!(metrics.status, 200, "{}", metrics.text);
    let start = format!("daybook_{name} ");
    let mut lines = metrics.text.lines();
    let value = lines.find_map(|line| line.strip_prefix(&start));
    value.unwrap().parse().unwrap()
}

/// Whether what was sent is in partitions. Daybook may have told of itself since.
pub(crate) fn is_moved(connection: &mut Connection) -> bool {
    metric(connection, "head_events") < 10
}

/// An event that must be there, with everything.
pub(crate) fn event(connection: &mut Connection, stream: Stream, id: &str) -> Value {
    let path = format!("/api/v1/logs/{stream}/events/{id}");
    let answer = connection.get(&path).unwrap();
    assert_eq!(answer.status, 200, "{stream} {id}: {}", answer.text);
    answer.body
}

/// Checks that an event is stored as it was sent.
pub(crate) fn check_event(connection: &mut Connection, stream: Stream, id: &str, sent: &Value) {
    let stored = event(connection, stream, id);
    for (field, value) in sent.as_object().unwrap() {
        if field != "stream" {
            assert_eq!(stored[field], *value, "{field} of {stream} {id}");
        }
    }
}
