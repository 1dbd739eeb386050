//! The log on stderr, without secrets, and Daybook's own warnings and errors as `system` events. What cannot be
//! stored is dropped: the log on stderr has it, and storing must never cause more to store.

mod redact;

use crate::config::ConfigError;
use daybook_model::logstore::Write;
use daybook_model::validate::{self, Intake};
use daybook_model::{Event, LogStore, Stream, Timestamp, limits};
use redact::{Redacting, redacted};
use serde_json::{Map, Value, json};
use std::fmt;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt as log};

/// Warnings that wait to be stored; more are dropped.
const QUEUE: usize = 256;
/// How long nothing is stored after the store refused.
const PAUSE: Duration = Duration::from_secs(10);

/// Warnings and errors on their way into the store.
pub(crate) type Reports = Receiver<Event>;

/// Starts logging.
pub(crate) fn start(filter: &str) -> Result<Reports, ConfigError> {
    let filter = EnvFilter::try_new(filter).map_err(|error| ConfigError::Log(error.to_string()))?;
    let (sender, reports) = channel(QUEUE);
    let lines = log::layer()
        .with_writer(|| Redacting(std::io::stderr()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .with(Reporter(sender))
        .init();
    Ok(reports)
}

/// Stores warnings and errors until the process ends.
pub(crate) async fn store_reports(mut reports: Reports, store: Arc<dyn LogStore>) {
    let mut events = Vec::new();
    while reports.recv_many(&mut events, QUEUE).await > 0 {
        let intake = Intake {
            origin: "daybook".into(),
            ingest_key_id: Box::default(),
            received_at: Timestamp::now(),
        };
        let admitted = events.drain(..).filter_map(|mut event| {
            event.admit(&intake).ok()?;
            Some(Write::Append(event))
        });
        if store.append(admitted.collect()).await.is_err() {
            // The refusal itself is likely to be logged: forget what came of it.
            tokio::time::sleep(PAUSE).await;
            while reports.try_recv().is_ok() {}
        }
    }
}

struct Reporter(Sender<Event>);

impl<S: Subscriber> Layer<S> for Reporter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            _ => return,
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut report = Event::new(Stream::System);
        report.time = Timestamp::now();
        report.set_text("level", level);
        report.set_text("source", "daybook");
        report.set_text("event", event.metadata().target());
        let message = redacted(&fields.message);
        let message = validate::prefix(&message, limits::TEXT_BYTES_MAX);
        report.set_text("message", message);
        let details = Value::Object(fields.others).to_string();
        let details = redacted(&details).into_owned();
        if details.len() > 2 && details.len() < limits::JSON_BYTES_MAX {
            report.set_json("details", details);
        }
        // A full queue drops: logging must not wait for storing.
        let _ = self.0.try_send(report);
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.message = text,
            name => _ = self.others.insert(name.into(), json!(text)),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        _ = self.others.insert(field.name().into(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        _ = self.others.insert(field.name().into(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        _ = self.others.insert(field.name().into(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        _ = self.others.insert(field.name().into(), json!(value));
    }
}
