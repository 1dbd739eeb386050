//! Batches of events that follow from their number alone, so that nothing of them need be kept.

use daybook_model::{Stream, Timestamp};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// A batch; its number is all there is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Batch(pub(crate) u64);

impl Batch {
    /// How many events it has: 1 to 50.
    pub(crate) const fn len(self) -> u64 {
        1 + self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 50
    }

    /// Its events: stream, id and all that the sender says.
    pub(crate) fn events(self, now: Timestamp) -> impl Iterator<Item = (Stream, String, Value)> {
        (0..self.len()).map(move |index| event(self.0, index, now))
    }

    /// The events as a request's body.
    pub(crate) fn body(self, now: Timestamp) -> String {
        let mut body = String::from("[");
        for (_, _, event) in self.events(now) {
            let comma = if body.len() > 1 { "," } else { "" };
            write!(body, "{comma}{event}").unwrap();
        }
        body + "]"
    }
}

fn event(batch: u64, index: u64, now: Timestamp) -> (Stream, String, Value) {
    const STREAMS: [Stream; 6] = [
        Stream::Usage,
        Stream::Audit,
        Stream::Usage,
        Stream::Auth,
        Stream::Usage,
        Stream::System,
    ];
    let stream = STREAMS[usize::try_from((batch + index) % 6).unwrap()];
    let id = format!("{batch}-{index}");
    let hours = i64::try_from(batch * 7 + index).unwrap() % 96;
    let time = now.plus_us(-hours * Timestamp::HOUR_US);
    let own = match stream {
        Stream::Usage => json!({
            "platform_model": format!("model-{}", index % 7), "status_code": 200,
            "input_tokens": batch, "output_tokens": index, "cost": 0.001,
            "request": {"messages": [{"role": "user", "content": format!("Question {id}")}]},
            "response": {"text": "An answer. ".repeat(20)},
        }),
        Stream::Audit => json!({"action": "model.disabled", "resource_id": format!("m{index}")}),
        Stream::Auth => json!({"event": "sign_in", "user_name": format!("user-{index}")}),
        Stream::System => json!({"level": "warning", "message": format!("Job {id} failed")}),
    };
    let mut event: Map<String, Value> = own.as_object().unwrap().clone();
    event.insert("stream".into(), json!(stream.name()));
    event.insert("id".into(), json!(id));
    event.insert("time".into(), json!(time.to_string()));
    event.insert("trace_id".into(), json!(format!("trace-{batch}")));
    (stream, id, Value::Object(event))
}
