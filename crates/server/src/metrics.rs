//! Figures about the server itself in Prometheus' text form. Labels come from the program and its
//! configuration, never from what callers send, so that their number is bounded.

use crate::publication::TellAnswer;
use axum::http::StatusCode;
use daybook_model::ledger::LedgerHealth;
use daybook_model::logstore::Stats;
use daybook_model::{Stream, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StreamLabels {
    stream: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ToldLabels {
    /// A witness or an anchor.
    kind: &'static str,
    name: String,
}

/// Why a connection was closed from our side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    TooMany,
    Handshake,
    FirstByte,
    Head,
    Idle,
    Write,
}

impl Closed {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::Handshake => "handshake",
            Self::FirstByte => "first_byte",
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Write => "write",
        }
    }
}

/// An open connection; it counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Connection(Gauge);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn durations() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    ])
}

/// The figures.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    received: Family<OutcomeLabels, Counter>,
    events: Family<StreamLabels, Gauge>,
    head_events: Gauge,
    head_bytes: Gauge,
    partitions: Gauge,
    read_only: Gauge,
    damaged_places: Gauge,
    ingest_bytes: Gauge,
    connections: Gauge,
    closed: Family<ReasonLabels, Counter>,
    certificate_end: Gauge,
    ledger: LedgerGauges,
    told_size: Family<ToldLabels, Gauge>,
    told_failing: Family<ToldLabels, Gauge>,
}

/// How the ledger is.
#[derive(Debug)]
struct LedgerGauges {
    size: Gauge,
    published_size: Gauge,
    checkpoint_time: Gauge,
    refused: Gauge,
    failing: Gauge,
}

impl LedgerGauges {
    fn new(mut gauge: impl FnMut(&str, &str) -> Gauge) -> Self {
        Self {
            size: gauge("ledger_size", "Audit events in the ledger"),
            published_size: gauge(
                "ledger_published_size",
                "Audit events that the newest published checkpoint covers",
            ),
            checkpoint_time: gauge(
                "ledger_checkpoint_time_seconds",
                "When a checkpoint was last published, in seconds since 1970; 0 before the first one",
            ),
            refused: gauge(
                "ledger_refused",
                "1 when no audit event is taken until an operator acts",
            ),
            failing: gauge(
                "ledger_failing",
                "1 when the last attempt to publish a checkpoint failed",
            ),
        }
    }

    fn set(&self, health: &LedgerHealth) {
        self.size.set(whole(health.size));
        self.published_size.set(whole(health.published_size));
        let at = health
            .published_at
            .map_or(0, |at| at.us() / Timestamp::SECOND_US);
        self.checkpoint_time.set(at);
        self.refused.set(i64::from(health.refused.is_some()));
        self.failing.set(i64::from(health.failing.is_some()));
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("daybook");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations = Family::new_with_constructor(durations as fn() -> Histogram);
        let help = "Time until the answer began";
        registry.register_with_unit(
            "http_request_duration",
            help,
            Unit::Seconds,
            durations.clone(),
        );
        let received = Family::default();
        registry.register(
            "events_received",
            "Events received, by outcome",
            received.clone(),
        );
        let events = Family::default();
        registry.register("events", "Events in the store", events.clone());
        let closed = Family::default();
        let help = "Connections closed by the server, by reason";
        registry.register("connections_closed", help, closed.clone());
        let told_size = Family::default();
        let help = "Audit events of the last checkpoint that a witness or an anchor took";
        registry.register("checkpoint_told_size", help, told_size.clone());
        let told_failing = Family::default();
        let help = "1 when a witness or an anchor did not take the last checkpoint";
        registry.register("checkpoint_told_failing", help, told_failing.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        Self {
            head_events: gauge("head_events", "Events not yet in partitions"),
            head_bytes: gauge("head_bytes", "Memory of events not yet in partitions"),
            partitions: gauge("partitions", "Partitions on disk"),
            read_only: gauge("read_only", "1 when the store takes no events"),
            damaged_places: gauge(
                "damaged_places",
                "Places of damaged data found since the start",
            ),
            ingest_bytes: gauge(
                "ingest_bytes",
                "Memory reserved by requests that bring events",
            ),
            connections: gauge("connections", "Open connections"),
            certificate_end: gauge(
                "tls_certificate_end_seconds",
                "When the TLS certificate ends, in seconds since 1970; 0 without TLS",
            ),
            ledger: LedgerGauges::new(gauge),
            told_size,
            told_failing,
            closed,
            registry,
            requests,
            durations,
            received,
            events,
        }
    }
}

impl Metrics {
    pub(crate) fn request(&self, route: &str, method: &str, status: StatusCode, took: Duration) {
        // Methods are an open set; a caller must not fill the memory with them.
        let known = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"];
        let method = known
            .into_iter()
            .find(|known| *known == method)
            .unwrap_or("other");
        let labels = RequestLabels {
            method: method.into(),
            route: route.into(),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        let route = RouteLabels {
            route: route.into(),
        };
        self.durations
            .get_or_create(&route)
            .observe(took.as_secs_f64());
    }

    pub(crate) fn received(&self, outcome: &'static str, count: u64) {
        self.received
            .get_or_create(&OutcomeLabels { outcome })
            .inc_by(count);
    }

    /// Counts an open connection.
    pub(crate) fn connection(&self) -> Connection {
        self.connections.inc();
        Connection(self.connections.clone())
    }

    pub(crate) fn closed(&self, reason: Closed) {
        let reason = reason.name();
        self.closed.get_or_create(&ReasonLabels { reason }).inc();
    }

    pub(crate) fn certificate_ends(&self, end: Timestamp) {
        self.certificate_end.set(end.us() / Timestamp::SECOND_US);
    }

    /// The page that Prometheus reads.
    pub(crate) fn render(
        &self,
        stats: &Stats,
        ledger: Option<&LedgerHealth>,
        (witnesses, anchors): (Vec<TellAnswer>, Vec<TellAnswer>),
        ingest_bytes: usize,
    ) -> Result<String, std::fmt::Error> {
        if let Some(health) = ledger {
            self.ledger.set(health);
        }
        for (kind, told) in [("witness", witnesses), ("anchor", anchors)] {
            for TellAnswer {
                name,
                size,
                problem,
                ..
            } in told
            {
                let labels = ToldLabels { kind, name };
                let failing = i64::from(problem.is_some());
                self.told_failing.get_or_create(&labels).set(failing);
                let size = whole(size.unwrap_or(0));
                self.told_size.get_or_create(&labels).set(size);
            }
        }
        for (stream, count) in Stream::ALL.into_iter().zip(stats.events) {
            let labels = StreamLabels {
                stream: stream.name(),
            };
            self.events.get_or_create(&labels).set(whole(count));
        }
        self.head_events.set(whole(stats.head_events));
        self.head_bytes.set(whole(stats.head_bytes));
        self.partitions.set(whole(stats.partitions));
        self.read_only.set(i64::from(stats.read_only.is_some()));
        self.damaged_places.set(whole(stats.damaged.len() as u64));
        self.ingest_bytes.set(whole(ingest_bytes as u64));
        let mut page = String::new();
        encode(&mut page, &self.registry)?;
        Ok(page)
    }
}
