//! The system stream: what the platform's parts report about their work, most of it routine.

use super::company::Company;
use super::deeds::id_of;
use super::dice::{Dice, Weighted};
use super::record::{self, Trail, moment};
use super::timeline::MINUTE_US;
use daybook_model::{Event, Stream, Timestamp};
use serde_json::json;

/// Routine reports of a day.
const PER_DAY: f64 = 150.0;

/// A kind of report; `{n}` in its message becomes a number, `{name}` the resource.
struct Kind {
    weight: u32,
    level: &'static str,
    source: &'static str,
    event: &'static str,
    resource: &'static str,
    names: &'static [&'static str],
    message: &'static str,
}

const fn kind(
    weight: u32,
    [level, source, event]: [&'static str; 3],
    resource: &'static str,
    names: &'static [&'static str],
    message: &'static str,
) -> Kind {
    Kind {
        weight,
        level,
        source,
        event,
        resource,
        names,
        message,
    }
}

const UPSTREAMS: &[&str] = &[
    "openai-main",
    "azure-eu",
    "azure-us",
    "anthropic-eu",
    "anthropic-us",
    "gemini-eu",
    "deepseek-cn",
    "vllm-local",
];
const TASKS: &[&str] = &[
    "usage-rollup",
    "quota-reset",
    "session-sweep",
    "price-sync",
    "archive-audit",
    "budget-alerts",
];
const CONNECTORS: &[&str] = &[
    "sharepoint-legal",
    "gdrive-marketing",
    "confluence-eng",
    "s3-manuals",
    "notion-東京",
];
const FILES: &[&str] = &[
    "scan_0231.tiff",
    "minutes.odt",
    "old-catalogue.pdf",
    "archive.zip",
    "データ.csv",
    "قائمة.xlsx",
];
const NODES: &[&str] = &["gateway-1", "gateway-2", "worker-1", "worker-2", "worker-3"];

// One row a line.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    kind(104, ["info", "scheduler", "task.finished"], "task", TASKS, "{name} finished in {n} ms"),
    kind(20, ["debug", "scheduler", "task.skipped"], "task", TASKS, "{name} skipped: nothing to do"),
    kind(12, ["warning", "scheduler", "task.late"], "task", TASKS, "{name} started {n} s late: all workers were busy"),
    kind(4, ["error", "scheduler", "task.failed"], "task", TASKS, "{name} failed: database is locked; next try in 5 min"),
    kind(64, ["info", "connector", "sync.finished"], "connector", CONNECTORS, "{name}: {n} files checked, nothing lost"),
    kind(16, ["warning", "connector", "sync.throttled"], "connector", CONNECTORS, "{name} answered 429; waiting {n} s"),
    kind(8, ["error", "connector", "sync.failed"], "connector", CONNECTORS, "{name}: token expired, sign in again to resume"),
    kind(32, ["info", "gateway", "config.reloaded"], "node", NODES, "{name} took over configuration {n}"),
    kind(28, ["warning", "gateway", "route.failover"], "upstream", UPSTREAMS, "{name} failed {n} times in five minutes; traffic moved to the next route"),
    kind(24, ["info", "gateway", "route.recovered"], "upstream", UPSTREAMS, "{name} answers again after {n} s"),
    kind(24, ["warning", "gateway", "upstream.slow"], "upstream", UPSTREAMS, "first byte from {name} took {n}0 ms at p95"),
    kind(8, ["error", "gateway", "upstream.unreachable"], "upstream", UPSTREAMS, "{name}: connection refused {n} times"),
    kind(28, ["debug", "gateway", "cache.evicted"], "node", NODES, "{name} evicted {n} prompt cache entries"),
    kind(20, ["info", "file-processor", "file.parsed"], "file", FILES, "{name}: {n} pages read"),
    kind(16, ["warning", "file-processor", "file.partly_read"], "file", FILES, "{name}: text recognition failed on {n} pages"),
    kind(8, ["error", "file-processor", "file.rejected"], "file", FILES, "{name}: encrypted, cannot be read"),
    kind(20, ["info", "mailer", "mail.sent"], "template", &["invitation", "password-reset", "budget-80-percent"], "{name} sent to {n} recipients"),
    kind(4, ["error", "mailer", "mail.failed"], "template", &["invitation", "password-reset"], "{name}: relay refused {n} recipients"),
    kind(16, ["info", "billing", "reconciled"], "provider", &["openai", "azure", "anthropic"], "{name}: our figures and theirs differ by {n} µUSD"),
    kind(12, ["info", "runtime", "started"], "node", NODES, "{name} started, ready after {n} ms"),
    kind(8, ["warning", "runtime", "memory.high"], "node", NODES, "{name} uses {n} MB more than its soft limit of 4096 MB"),
    kind(1, ["critical", "runtime", "disk.full"], "node", NODES, "{name}: {n} MB left on /var/lib/platform"),
];

/// Adds the reports of a day.
pub(super) fn day(
    _: &Company,
    from: Timestamp,
    to: Timestamp,
    dice: &mut Dice,
    out: &mut Vec<Event>,
) {
    let kinds = Weighted::new(KINDS.iter().map(|kind| f64::from(kind.weight)));
    for _ in 0..dice.times(PER_DAY) {
        let (kind, time) = (&KINDS[kinds.draw(dice)], moment(from, to, dice));
        let name = dice.pick(kind.names);
        let number = dice.around(180.0, 1.0);
        let message = kind
            .message
            .replace("{name}", name)
            .replace("{n}", &number.to_string());
        let id = id_of(&kind.resource[..3], name);
        let about = Report::new(
            kind.level,
            kind.source,
            kind.event,
            [kind.resource, &id, name],
        );
        out.push(about.saying(&message).record(None, time, dice));
    }
}

/// A system event in the making.
pub(super) struct Report<'a> {
    level: &'a str,
    source: &'a str,
    event: &'a str,
    resource: [&'a str; 3],
    message: &'a str,
    details: Option<serde_json::Value>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        level: &'a str,
        source: &'a str,
        event: &'a str,
        resource: [&'a str; 3],
    ) -> Self {
        Self {
            level,
            source,
            event,
            resource,
            message: "",
            details: None,
        }
    }

    pub(super) fn saying(mut self, message: &'a str) -> Self {
        self.message = message;
        self
    }

    pub(super) fn noting(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The event, tied to a request if it has one.
    pub(super) fn record(self, trail: Option<&Trail>, time: Timestamp, dice: &mut Dice) -> Event {
        let mut event = match trail {
            Some(trail) => record::event_of(trail, Stream::System, time, dice),
            None => record::event(Stream::System, time, dice),
        };
        event.set_text("level", self.level);
        event.set_text("source", self.source);
        event.set_text("event", self.event);
        event.set_text("resource_type", self.resource[0]);
        event.set_text("resource_id", self.resource[1]);
        event.set_text("resource_name", self.resource[2]);
        event.set_text("message", self.message);
        if let Some(details) = self.details {
            event.set_json("details", details.to_string());
        }
        event
    }
}

/// An uploaded document is read and vectorized, seconds to minutes later.
pub(super) fn after_upload(
    trail: &Trail,
    uploaded: Timestamp,
    [id, name]: [&str; 2],
    dice: &mut Dice,
    out: &mut Vec<Event>,
) {
    let resource = ["document", id, name];
    let (pages, chunks) = (dice.around(24.0, 0.9), dice.around(110.0, 0.9));
    let job = format!("vec-{}", dice.between(6_000, 9_999));
    let mut time = uploaded.plus_us(dice.between(1, 20) * Timestamp::SECOND_US);
    let text = format!("{name}: {pages} pages read");
    let parsed = Report::new("info", "file-processor", "file.parsed", resource).saying(&text);
    out.push(parsed.record(Some(trail), time, dice));
    time = time.plus_us(dice.between(1, 9) * Timestamp::SECOND_US);
    let text = format!("{job}: {chunks} chunks of {name}");
    let started = Report::new("info", "vectorizer", "job.started", resource)
        .saying(&text)
        .noting(json!({"job": job, "attempt": 1, "chunks": chunks}));
    out.push(started.record(Some(trail), time, dice));
    if dice.chance(0.08) {
        time = time.plus_us(dice.between(20, 40) * Timestamp::SECOND_US);
        let text = format!("{job}: embedding call answered 429, trying again");
        let retried = Report::new("warning", "vectorizer", "job.retried", resource)
            .saying(&text)
            .noting(json!({"job": job, "attempt": 1, "try": 2}));
        out.push(retried.record(Some(trail), time, dice));
    }
    time = time.plus_us(dice.between(4_000, 3 * MINUTE_US / 1_000) * 1_000);
    let text = format!("{job}: {chunks} chunks of {name} are searchable");
    let finished = Report::new("info", "vectorizer", "job.finished", resource)
        .saying(&text)
        .noting(json!({"job": job, "attempt": 1, "chunks": chunks}));
    out.push(finished.record(Some(trail), time, dice));
}
