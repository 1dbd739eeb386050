//! Attempts at what a role does not allow, as audit events: of each account and route one a
//! minute, so that nobody floods the log with them.

use super::{Actor, Control};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long attempts like one on record are only counted.
const SPAN: Duration = Duration::from_secs(60);
/// Accounts and routes that are told apart.
const ENTRIES_MAX: usize = 1_000;

/// Which attempts are on record already.
#[derive(Debug, Default)]
pub(super) struct Denials {
    seen: Mutex<HashMap<(String, String), Seen>>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    since: Instant,
    left_out: u64,
}

impl Denials {
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

impl Control {
    /// Puts on record that somebody asked for what their role does not allow.
    pub(crate) async fn record_denied(&self, actor: &Actor, route: &str, reason: &str) {
        let Some(left_out) = self.denials.admit(&actor.id, route, Instant::now()) else {
            return;
        };
        let mut event = actor.audit("route.denied");
        event.set_text("result", "denied");
        event.set_text("reason", reason);
        event.set_text("resource_type", "route");
        event.set_text("resource_id", route);
        if left_out > 0 {
            event.set_json("details", json!({"left_out": left_out}).to_string());
        }
        // The refusal stands, whatever becomes of its record.
        if let Err(error) = self.record(event).await {
            tracing::warn!(%error, route, "a denied attempt cannot be put on record");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_attempt_a_minute_is_on_record_and_the_others_are_counted() {
        let denials = Denials::default();
        let start = Instant::now();
        assert_eq!(denials.admit("a", "GET /x", start), Some(0));
        assert_eq!(denials.admit("a", "GET /x", start), None);
        assert_eq!(denials.admit("a", "GET /x", start + SPAN / 2), None);
        assert_eq!(denials.admit("b", "GET /x", start), Some(0));
        assert_eq!(denials.admit("a", "GET /y", start), Some(0));
        assert_eq!(denials.admit("a", "GET /x", start + SPAN), Some(2));
    }

    #[test]
    fn their_number_is_bounded() {
        let denials = Denials::default();
        let start = Instant::now();
        for n in 0..2 * ENTRIES_MAX {
            denials.admit(&n.to_string(), "GET /x", start);
        }
        assert_eq!(denials.seen.lock().unwrap().len(), ENTRIES_MAX);
        assert_eq!(denials.admit("late", "GET /x", start + SPAN), Some(0));
    }
}
