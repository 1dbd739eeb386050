//! What people do without changing anything, as audit events: attempts that were denied or refused,
//! and reading and exporting the log. Of each kind and person one a minute is an event, which says
//! how many like it were left out, so that nobody floods the log with them.

use super::{Actor, Control};
use daybook_model::{Event, limits, validate};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long attempts like one on record are only counted.
const SPAN: Duration = Duration::from_secs(60);
/// Kinds and people that are told apart.
const ENTRIES_MAX: usize = 1_000;
/// How much of a question is told.
const QUESTION_BYTES_MAX: usize = 4_096;

/// Which attempts are on record already.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    seen: Mutex<HashMap<(String, String), Seen>>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    since: Instant,
    left_out: u64,
}

impl Attempts {
    /// Whether this one goes on record, with how many did not since the last that did.
    fn admit(&self, who: &str, what: &str, now: Instant) -> Option<u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (who.to_owned(), what.to_owned());
        let left_out = match seen.get_mut(&name) {
            Some(known) if now.duration_since(known.since) < SPAN => {
                known.left_out += 1;
                return None;
            }
            Some(known) => known.left_out,
            None => 0,
        };
        if seen.len() >= ENTRIES_MAX {
            seen.retain(|_, known| now.duration_since(known.since) < SPAN);
        }
        if seen.len() >= ENTRIES_MAX {
            return None;
        }
        let left_out_from_now = Seen {
            since: now,
            left_out: 0,
        };
        seen.insert(name, left_out_from_now);
        Some(left_out)
    }
}

/// What was done, and what became of it.
struct Attempt<'a> {
    action: &'a str,
    result: &'a str,
    reason: &'a str,
    resource: (&'a str, &'a str),
    details: Value,
}

impl Control {
    /// Puts on record that somebody asked for what their role does not allow.
    pub(crate) async fn record_denied(&self, actor: &Actor, route: &str, reason: &str) {
        let attempt = Attempt {
            action: "route.denied",
            result: "denied",
            reason,
            resource: ("route", route),
            details: json!({}),
        };
        self.record_attempt(actor, route, attempt).await;
    }

    /// Puts on record that somebody reads events of a stream, or takes them along as a file. The
    /// question is told as it was asked; of equal questions it is told how many there were.
    pub(crate) async fn record_read(
        &self,
        actor: &Actor,
        stream: &str,
        exported: bool,
        question: &str,
    ) {
        let action = match exported {
            true => "log.exported",
            false => "log.read",
        };
        let attempt = Attempt {
            action,
            result: "success",
            reason: "",
            resource: ("log", stream),
            details: json!({"query": validate::prefix(question, QUESTION_BYTES_MAX)}),
        };
        let what = format!("{action} {stream} {question}");
        self.record_attempt(actor, &what, attempt).await;
    }

    /// Puts on record that a change was refused; `audit` is the event it would have left.
    pub(super) async fn record_refused(&self, audit: Event, denied: bool, reason: &str) {
        let text = |name| audit.text(name).unwrap_or_default();
        let what = format!("{} {}", text("action"), text("resource_id"));
        let Some(left_out) = self.attempts.admit(text("actor_id"), &what, Instant::now()) else {
            return;
        };
        let mut event = audit;
        event.set_text("result", if denied { "denied" } else { "failure" });
        event.set_text(
            "reason",
            validate::prefix(reason, limits::KEYWORD_BYTES_MAX),
        );
        self.record_counted(event, json!({}), left_out).await;
    }

    async fn record_attempt(&self, actor: &Actor, what: &str, attempt: Attempt<'_>) {
        let Some(left_out) = self.attempts.admit(&actor.id, what, Instant::now()) else {
            return;
        };
        let mut event = actor.audit(attempt.action);
        event.set_text("result", attempt.result);
        if !attempt.reason.is_empty() {
            event.set_text("reason", attempt.reason);
        }
        event.set_text("resource_type", attempt.resource.0);
        event.set_text("resource_id", attempt.resource.1);
        self.record_counted(event, attempt.details, left_out).await;
    }

    async fn record_counted(&self, mut event: Event, mut details: Value, left_out: u64) {
        if left_out > 0 {
            details["left_out"] = left_out.into();
        }
        if details.as_object().is_some_and(|told| !told.is_empty()) {
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

    #[test]
    fn one_attempt_a_minute_is_on_record_and_the_others_are_counted() {
        let attempts = Attempts::default();
        let start = Instant::now();
        assert_eq!(attempts.admit("a", "GET /x", start), Some(0));
        assert_eq!(attempts.admit("a", "GET /x", start), None);
        assert_eq!(attempts.admit("a", "GET /x", start + SPAN / 2), None);
        assert_eq!(attempts.admit("b", "GET /x", start), Some(0));
        assert_eq!(attempts.admit("a", "GET /y", start), Some(0));
        assert_eq!(attempts.admit("a", "GET /x", start + SPAN), Some(2));
    }

    #[test]
    fn their_number_is_bounded() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for n in 0..2 * ENTRIES_MAX {
            attempts.admit(&n.to_string(), "GET /x", start);
        }
        assert_eq!(attempts.seen.lock().unwrap().len(), ENTRIES_MAX);
        assert_eq!(attempts.admit("late", "GET /x", start + SPAN), Some(0));
    }
}
