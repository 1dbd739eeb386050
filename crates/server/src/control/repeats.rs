//! Failures that are repeated at will from outside, such as wrong passwords and refused keys: the
//! first few of a minute are events of their own, the others one event with their count. So neither
//! a guesser nor a client with an old key can flood the log, and nothing happens unrecorded.

use super::auth_events::{AuthEvent, AuthKind};
use daybook_model::{Event, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);
/// Events of their own in a minute, of one name at one address.
const PAIR_FREE: u64 = 5;
/// The same for refused keys, which programs send over and over.
const KEY_FREE: u64 = 1;
/// Events of their own in a minute from one address, whatever the names.
const ADDRESS_FREE: u64 = 60;
/// Events of their own in a minute, all in all.
const ALL_FREE: u64 = 600;
/// Names and addresses watched at once. What comes on top is summed with everything.
const WATCHED_MAX: usize = 10_000;
/// Names and reasons that a sum tells apart.
const TOLD_MAX: usize = 100;

/// Whose failures are counted together: of one name at one address, of one address, or all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Pair(AuthKind, Box<str>, Box<str>),
    Address(AuthKind, Box<str>),
    All(AuthKind),
}

#[derive(Debug)]
struct Window {
    began: Instant,
    /// Failures seen here.
    seen: u64,
    /// Those of them that became no event.
    sum: Option<Sum>,
}

#[derive(Debug)]
struct Sum {
    /// The first of them, as a pattern for the event.
    first: Event,
    count: u64,
    names: HashSet<Box<str>>,
    reasons: BTreeMap<Box<str>, u64>,
    from: Timestamp,
    to: Timestamp,
}

/// The failures of the last minute.
#[derive(Debug, Default)]
pub(super) struct Repeats(Mutex<Windows>);

#[derive(Debug, Default)]
struct Windows {
    open: HashMap<Whose, Window>,
    /// When those that are over were last looked for.
    swept: Option<Instant>,
}

impl Repeats {
    /// Counts a failure. Answers what goes on record now: the failure, unless it is summed, and
    /// the sums that are due.
    pub(super) fn admit(&self, failure: AuthEvent) -> Vec<Event> {
        self.admit_at(failure, Instant::now())
    }

    fn admit_at(&self, failure: AuthEvent, now: Instant) -> Vec<Event> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = windows.make_room(now);
        let AuthEvent { kind, event } = failure;
        for (whose, free) in levels(kind, &event) {
            let watched = windows.open.contains_key(&whose) || matches!(whose, Whose::All(_));
            if !watched && windows.open.len() >= WATCHED_MAX {
                continue;
            }
            let fresh = || Window {
                began: now,
                seen: 0,
                sum: None,
            };
            let window = windows.open.entry(whose.clone()).or_insert_with(fresh);
            if now.duration_since(window.began) >= WINDOW {
                out.extend(window.sum.take().map(|sum| sum.event(&whose)));
                *window = fresh();
            }
            window.seen += 1;
            if window.seen > free {
                window.add(event);
                return out;
            }
        }
        out.push(event);
        out
    }

    /// The sums whose minute is over, or all.
    pub(super) fn due(&self, all: bool) -> Vec<Event> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.take(|began| all || began.elapsed() >= WINDOW)
    }
}

impl Windows {
    /// Takes what is over when there is no more room, once a second: looking costs as much as there
    /// is.
    fn make_room(&mut self, now: Instant) -> Vec<Event> {
        let swept = |last: Instant| now.duration_since(last) < Duration::from_secs(1);
        if self.open.len() < WATCHED_MAX || self.swept.is_some_and(swept) {
            return Vec::new();
        }
        self.swept = Some(now);
        self.take(|began| now.duration_since(began) >= WINDOW)
    }

    fn take(&mut self, over: impl Fn(Instant) -> bool) -> Vec<Event> {
        let taken = self.open.extract_if(|_, window| over(window.began));
        let sums = taken.filter_map(|(whose, window)| Some(window.sum?.event(&whose)));
        sums.collect()
    }
}

/// Under what a failure is counted, the closest first, and how many are free there.
fn levels(kind: AuthKind, event: &Event) -> [(Whose, u64); 3] {
    let text = |name: &str| Box::from(event.text(name).unwrap_or_default());
    let pair_free = match kind {
        AuthKind::KeyRefused => KEY_FREE,
        _ => PAIR_FREE,
    };
    [
        (Whose::Pair(kind, text("user_name"), text("ip")), pair_free),
        (Whose::Address(kind, text("ip")), ADDRESS_FREE),
        (Whose::All(kind), ALL_FREE),
    ]
}

impl Window {
    fn add(&mut self, event: Event) {
        let sum = self.sum.get_or_insert_with(|| Sum {
            from: event.time,
            to: event.time,
            first: event.clone(),
            count: 0,
            names: HashSet::new(),
            reasons: BTreeMap::new(),
        });
        sum.count += 1;
        sum.to = event.time;
        if let Some(name) = event.text("user_name")
            && sum.names.len() < TOLD_MAX
        {
            sum.names.insert(name.into());
        }
        let reason = event.text("reason").unwrap_or_default();
        if sum.reasons.len() < TOLD_MAX || sum.reasons.contains_key(reason) {
            *sum.reasons.entry(reason.into()).or_default() += 1;
        }
    }
}

impl Sum {
    /// One event in the place of many: what they share, and how many they were.
    fn event(self, whose: &Whose) -> Event {
        let mut event = Event::new(self.first.stream);
        event.time = self.to;
        let shared: &[&str] = match whose {
            Whose::Pair(..) => &["user_id", "user_name", "ip", "identity_provider", "method"],
            Whose::Address(..) => &["ip", "identity_provider", "method"],
            Whose::All(..) => &["identity_provider", "method"],
        };
        for name in ["event", "result"].iter().chain(shared) {
            if let Some(text) = self.first.text(name) {
                event.set_text(name, text);
            }
        }
        let count = self.count;
        event.set_text("reason", format!("{count} more in one minute, summed"));
        let details = json!({
            "count": count,
            "names": self.names.len(),
            "names_at_least": self.names.len() == TOLD_MAX,
            "reasons": self.reasons,
            "from": self.from,
            "to": self.to,
        });
        event.set_json("details", details.to_string());
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Client;
    use std::net::IpAddr;

    fn failure(name: &str, address: [u8; 4]) -> AuthEvent {
        let client = Client {
            ip: Some(IpAddr::from(address)),
            ..Client::default()
        };
        AuthEvent::failure(&client, AuthKind::SignIn, "wrong password").named(name)
    }

    fn count_of(event: &Event) -> u64 {
        let details = event.json("details").map_or("{}", |details| details);
        let details: serde_json::Value = serde_json::from_str(details).unwrap_or_default();
        details["count"].as_u64().unwrap_or(1)
    }

    #[test]
    fn what_is_repeated_is_summed_and_nothing_is_lost() {
        let repeats = Repeats::default();
        let start = Instant::now();
        let mut told = Vec::new();
        for _ in 0..100 {
            told.extend(repeats.admit_at(failure("ana", [192, 0, 2, 1]), start));
        }
        assert_eq!(told.len() as u64, PAIR_FREE);
        let later = start + WINDOW;
        let next = repeats.admit_at(failure("ana", [192, 0, 2, 1]), later);
        assert_eq!(next.len(), 2, "the sum and the first of the next minute");
        assert_eq!(next[0].text("user_name"), Some("ana"));
        assert_eq!(count_of(&next[0]), 100 - PAIR_FREE);
        told.extend(next);
        assert_eq!(told.iter().map(count_of).sum::<u64>(), 101);
    }

    #[test]
    fn many_names_from_one_address_and_many_addresses_are_summed_in_bounded_memory() {
        let repeats = Repeats::default();
        let start = Instant::now();
        let mut told = Vec::new();
        for n in 0..30_000_u32 {
            told.extend(repeats.admit_at(failure(&n.to_string(), [192, 0, 2, 1]), start));
        }
        assert_eq!(told.len() as u64, ADDRESS_FREE);
        for n in 0..30_000_u32 {
            told.extend(repeats.admit_at(failure("ana", n.to_be_bytes()), start));
        }
        assert_eq!(told.len() as u64, ALL_FREE);
        assert!(repeats.0.lock().map_or(0, |windows| windows.open.len()) <= WATCHED_MAX + 1);
        told.extend(repeats.due(true));
        assert_eq!(told.iter().map(count_of).sum::<u64>(), 60_000);
    }
}
