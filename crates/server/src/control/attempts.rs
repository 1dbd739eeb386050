//! What people do without changing anything, as audit events: attempts that were denied or refused,
//! and reading and exporting the log. Of each kind and person one a minute is an event; how many like it
//! were left out the next one says, or one of its own when the minute is over. So nobody floods the log
//! with them, and none goes uncounted. A file that leaves is always an event.

use super::{Actor, Control};
use crate::redaction::holds_secret;
use daybook_model::{Event, Timestamp, limits, validate};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long attempts like one on record are only counted.
const SPAN: Duration = Duration::from_secs(60);
/// Kinds of one person that are told apart, readings and other attempts each; what comes on top is counted
/// by its action.
const KINDS_MAX: usize = 300;
const READ: &str = "log.read";
/// How much of a question is told.
const QUESTION_BYTES_MAX: usize = 4_096;

/// Which attempts are on record already, by person and kind. Readings stand apart: whoever asks much hides
/// nothing that they tried.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    seen: Mutex<HashMap<(String, bool), HashMap<String, Seen>>>,
}

#[derive(Debug)]
struct Seen {
    since: Instant,
    /// The event on record.
    event: Event,
    left_out: u64,
}

impl Attempts {
    /// Whether this one goes on record, with how many did not since the last that did.
    fn admit(&self, event: &Event, what: &str, now: Instant) -> Option<u64> {
        let text = |name| event.text(name).unwrap_or_default().to_owned();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let whose = (text("actor_id"), text("action") == READ);
        let kinds = seen.entry(whose).or_default();
        let is_told_apart = kinds.len() < KINDS_MAX || kinds.contains_key(what);
        let kind = if is_told_apart {
            what.into()
        } else {
            text("action")
        };
        let mut left_out = 0;
        if let Some(known) = kinds.get_mut(&kind) {
            if now.duration_since(known.since) < SPAN {
                known.left_out += 1;
                return None;
            }
            left_out = known.left_out;
        }
        let event = event.clone();
        let told = Seen {
            since: now,
            event,
            left_out: 0,
        };
        kinds.insert(kind, told);
        Some(left_out)
    }

    /// What was left out in a minute that is over, or in all: an event of each kind, and how many.
    pub(super) fn due(&self, all: bool) -> Vec<(Event, u64)> {
        self.due_at(all, Instant::now())
    }

    fn due_at(&self, all: bool, now: Instant) -> Vec<(Event, u64)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        for kinds in seen.values_mut() {
            let over = |known: &Seen| all || now.duration_since(known.since) >= SPAN;
            let over = kinds.extract_if(|_, known| over(known));
            let left_out = over.map(|(_, known)| (known.event, known.left_out));
            due.extend(left_out.filter(|(_, left_out)| *left_out > 0));
        }
        seen.retain(|_, kinds| !kinds.is_empty());
        due
    }
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asking {
    /// The operation, such as `DELETE /api/v1/users/{id}`.
    pub(crate) route: String,
    /// The path, such as `/api/v1/users/7`.
    pub(crate) path: String,
}

impl Asking {
    /// The path as it may be told: as long as a name, and nothing of one with a secret in it.
    fn told(&self) -> &str {
        match holds_secret(&self.path) {
            true => "",
            false => cut(&self.path),
        }
    }
}

/// What somebody reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) stream: &'a str,
    /// Whether it leaves as a file.
    pub(crate) exported: bool,
    pub(crate) question: &'a str,
    /// Whether there is what was asked for.
    pub(crate) found: bool,
}

/// What was done, and what became of it.
struct Attempt<'a> {
    action: &'a str,
    result: &'a str,
    reason: &'a str,
    /// Its kind, identifier and name.
    resource: [&'a str; 3],
    details: Value,
}

fn cut(text: &str) -> &str {
    validate::prefix(text, limits::KEYWORD_BYTES_MAX)
}

impl Attempt<'_> {
    /// The event of it.
    fn by(self, actor: &Actor) -> Event {
        let mut event = actor.audit(self.action);
        event.set_text("result", self.result);
        if !self.reason.is_empty() {
            event.set_text("reason", cut(self.reason));
        }
        event.set_text("resource_type", self.resource[0]);
        event.set_text("resource_id", self.resource[1]);
        event.set_text("resource_name", self.resource[2]);
        if self
            .details
            .as_object()
            .is_some_and(|told| !told.is_empty())
        {
            event.set_json("details", self.details.to_string());
        }
        event
    }
}

impl Control {
    /// Puts on record that somebody asked for what their role or the scopes of their key do not allow. Of
    /// those at one path it is told how many there were.
    pub(crate) async fn record_denied(&self, actor: &Actor, asking: &Asking, reason: &str) {
        let (route, path) = (asking.route.as_str(), asking.told());
        let attempt = Attempt {
            action: "route.denied",
            result: "denied",
            reason,
            resource: ["route", route, path],
            details: json!({}),
        };
        let what = format!("{route} {path} {reason}");
        self.record_attempt(actor, &what, attempt).await;
    }

    /// Puts on record that somebody reads events of a stream, takes them along as a file, or looks for one
    /// that is not there. The question is told as it was asked; of equal questions it is told how many
    /// there were.
    pub(crate) async fn record_read(&self, actor: &Actor, reading: Reading<'_>) {
        let Reading {
            stream,
            exported,
            question,
            found,
        } = reading;
        let action = match exported {
            true => "log.exported",
            false => READ,
        };
        let (result, reason) = match found {
            true => ("success", ""),
            false => ("failure", "not found"),
        };
        let attempt = Attempt {
            action,
            result,
            reason,
            resource: ["log", stream, ""],
            details: json!({"query": validate::prefix(question, QUESTION_BYTES_MAX)}),
        };
        if exported {
            return self.record_counted(attempt.by(actor), 0).await;
        }
        let what = format!("{action} {stream} {result} {question}");
        self.record_attempt(actor, &what, attempt).await;
    }

    /// Puts on record that something was refused before it became a change, under the action it would have
    /// been. `about` is the resource: its kind, identifier and name.
    pub(crate) async fn record_attempted(
        &self,
        actor: &Actor,
        action: &str,
        about: [&str; 3],
        denied: bool,
        reason: &str,
    ) {
        let mut audit = actor.audit(action);
        let names = ["resource_type", "resource_id", "resource_name"];
        for (name, text) in names.into_iter().zip(about) {
            audit.set_text(name, cut(text));
        }
        self.record_refused(audit, denied, reason).await;
    }

    /// Puts on record that a change was refused; `audit` is the event it would have left.
    pub(super) async fn record_refused(&self, audit: Event, denied: bool, reason: &str) {
        let mut event = audit;
        event.set_text("result", if denied { "denied" } else { "failure" });
        event.set_text("reason", cut(reason));
        let told = ["action", "resource_id", "resource_name", "reason"];
        let told = told.map(|name| event.text(name).unwrap_or_default());
        let what = told.join(" ");
        if let Some(left_out) = self.attempts.admit(&event, &what, Instant::now()) {
            self.record_counted(event, left_out).await;
        }
    }

    async fn record_attempt(&self, actor: &Actor, what: &str, attempt: Attempt<'_>) {
        let event = attempt.by(actor);
        if let Some(left_out) = self.attempts.admit(&event, what, Instant::now()) {
            self.record_counted(event, left_out).await;
        }
    }

    /// Puts what was left out on record.
    pub(super) async fn record_left_out(&self, all: bool) {
        for (mut event, left_out) in self.attempts.due(all) {
            event.time = Timestamp::now();
            self.record_counted(event, left_out).await;
        }
    }

    async fn record_counted(&self, mut event: Event, left_out: u64) {
        if left_out > 0 {
            let details = event.json("details").unwrap_or("{}");
            let mut details: Value = serde_json::from_str(details).unwrap_or_default();
            details["left_out"] = left_out.into();
            event.set_json("details", details.to_string());
        }
        // What was answered stands, whatever becomes of its record.
        if let Err(error) = self.record(event).await {
            tracing::warn!(%error, "an attempt cannot be put on record");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(who: &str) -> Event {
        let mut event = Event::new(daybook_model::Stream::Audit);
        event.set_text("actor_id", who);
        event.set_text("action", READ);
        event
    }

    #[test]
    fn one_attempt_a_minute_is_on_record_and_the_others_are_counted() {
        let attempts = Attempts::default();
        let start = Instant::now();
        let admit = |who, what, at| attempts.admit(&event(who), what, at);
        assert_eq!(admit("a", "GET /x", start), Some(0));
        assert_eq!(admit("a", "GET /x", start), None);
        assert_eq!(admit("a", "GET /x", start + SPAN / 2), None);
        assert_eq!(admit("b", "GET /x", start), Some(0));
        assert_eq!(admit("a", "GET /y", start), Some(0));
        assert_eq!(admit("a", "GET /x", start + SPAN), Some(2));
        assert_eq!(admit("a", "GET /x", start + SPAN), None);
        assert!(attempts.due_at(false, start + SPAN).is_empty());
        let due = attempts.due_at(false, start + 2 * SPAN);
        assert_eq!(due, [(event("a"), 1)], "nobody asked again");
        assert!(attempts.seen.lock().unwrap().is_empty());
    }

    #[test]
    fn whoever_reads_much_hides_nothing_that_they_tried() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for n in 0..10 * KINDS_MAX {
            attempts.admit(&event("a"), &format!("question {n}"), start);
        }
        let mut tried = event("a");
        tried.set_text("action", "erasure.requested");
        assert_eq!(attempts.admit(&tried, "person x, held", start), Some(0));
        assert_eq!(attempts.admit(&tried, "person y, held", start), Some(0));
        assert_eq!(attempts.admit(&tried, "person x, held", start), None);
    }

    #[test]
    fn a_flood_is_bounded_and_counted_and_hides_nobody_else() {
        let attempts = Attempts::default();
        let start = Instant::now();
        let mut told = 0;
        for n in 0..10 * KINDS_MAX {
            let what = format!("question {n}");
            told += usize::from(attempts.admit(&event("a"), &what, start).is_some());
        }
        assert_eq!(told, KINDS_MAX + 1);
        assert_eq!(attempts.admit(&event("b"), "question", start), Some(0));
        let left_out: u64 = attempts
            .due(true)
            .iter()
            .map(|(_, left_out)| left_out)
            .sum();
        assert_eq!(left_out, (10 * KINDS_MAX - told) as u64);
    }
}
