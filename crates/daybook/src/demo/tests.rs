//! What the demo promises: numbers, soundness of every event, reproducibility, and its stories.

use super::company::Company;
use super::dice::Dice;
use super::{BATCH, generate, stories};
use daybook_model::catalogue::{LEVELS, OPERATIONS};
use daybook_model::event::Form;
use daybook_model::logstore::Write;
use daybook_model::validate::Intake;
use daybook_model::{Event, NanoUsd, Stream, Timestamp};
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

const NOON: &str = "2026-11-20T12:30:00Z";

/// One whole demo: making it takes long without optimisation, so all tests share it.
#[derive(Default)]
struct Made {
    /// Events per stream, in the order of [`Stream::ALL`].
    counts: [usize; 4],
    payloads: usize,
    protocols: BTreeSet<String>,
    /// All but the ordinary successful calls.
    notable: Vec<Event>,
}

static MADE: LazyLock<Made> = LazyLock::new(make);

/// Makes the demo, and checks each event on the way.
fn make() -> Made {
    let now = Timestamp::parse(NOON).unwrap();
    let intake = Intake {
        origin: "demo".into(),
        ingest_key_id: "demo".into(),
        received_at: now,
    };
    let mut made = Made::default();
    let (mut ids, mut last) = (HashSet::new(), now.plus_us(-30 * Timestamp::DAY_US));
    for batch in generate(7, now) {
        assert!(batch.len() <= BATCH);
        for write in batch {
            let Write::Append(mut event) = write else {
                panic!("the demo amends nothing");
            };
            assert!(
                last <= event.time && event.time <= now,
                "{} after {last}",
                event.time
            );
            last = event.time;
            assert!(ids.insert(event.id.clone()), "id used twice");
            if event.stream != Stream::Usage || ids.len().is_multiple_of(9) {
                // The same strict reading as for events that come over the network.
                let sent = event.to_json(Form::Content);
                assert_eq!(Event::from_json(&sent).as_ref(), Ok(&event));
            }
            event.admit(&intake).unwrap();
            made.take(event);
        }
    }
    made
}

impl Made {
    fn take(&mut self, event: Event) {
        let stream = Stream::ALL.iter().position(|s| *s == event.stream);
        self.counts[stream.unwrap()] += 1;
        if event.stream == Stream::Usage && event.text("kind") == Some("call") {
            assert_eq!(billed(&event), event.integer("cost").unwrap());
            self.payloads += usize::from(event.json("request").is_some());
            self.protocols
                .extend(event.text("protocol").map(String::from));
        }
        let is_ordinary = event.stream == Stream::Usage
            && event.text("outcome") == Some("success")
            && event.text("platform_model") != Some("gpt-4o")
            && event.text("api_key_name") != Some("ci-batch");
        if !is_ordinary {
            self.notable.push(event);
        }
    }
}

fn having<'a, 'b>(
    events: &'a [Event],
    pairs: &'b [(&'b str, &'b str)],
) -> impl Iterator<Item = &'a Event> + use<'a, 'b> {
    events.iter().filter(|event| {
        let catalogue = daybook_model::catalogue::Catalogue::of(event.stream);
        pairs
            .iter()
            .all(|(name, value)| catalogue.field(name).is_some() && event.text(name) == Some(value))
    })
}

#[test]
fn every_event_is_admitted_in_order_and_adds_up() {
    let Made {
        counts,
        payloads,
        protocols,
        ..
    } = &*MADE;
    let [audit, usage, auth, system] = *counts;
    assert!(
        audit >= 3_000 && auth >= 6_000 && system >= 5_000,
        "{counts:?}"
    );
    assert!((200_000..240_000).contains(&usage), "{counts:?}");
    assert!((2_000..12_000).contains(payloads), "{payloads}");
    assert_eq!(protocols.len(), 5, "{protocols:?}");
}

fn billed(event: &Event) -> i64 {
    let items: Vec<serde_json::Value> =
        serde_json::from_str(event.json("billing_items").unwrap()).unwrap();
    let amount = |item: &serde_json::Value| match &item["amount"] {
        serde_json::Value::Number(number) => NanoUsd::from_json(number).unwrap().0,
        other => panic!("no amount: {other}"),
    };
    items.iter().map(amount).sum()
}

#[test]
fn the_same_seed_and_time_give_the_same_events() {
    let now = Timestamp::parse(NOON).unwrap();
    let first = |seed| generate(seed, now).take(4).collect::<Vec<_>>();
    assert!(first(7) == first(7));
    assert!(first(7) != first(8));
}

#[test]
fn the_vocabularies_are_used_up() {
    let words = |stream: Stream, name: &str| -> HashSet<&str> {
        MADE.notable
            .iter()
            .filter(|e| e.stream == stream)
            .filter_map(|e| e.text(name))
            .collect()
    };
    assert_eq!(
        words(Stream::Audit, "operation"),
        OPERATIONS.iter().copied().collect()
    );
    assert_eq!(
        words(Stream::System, "level"),
        LEVELS.iter().copied().collect()
    );
    for stream in [Stream::Audit, Stream::Auth] {
        assert_eq!(
            words(stream, "result"),
            HashSet::from(["success", "failure", "denied"])
        );
    }
    assert_eq!(words(Stream::Audit, "actor_type").len(), 4);
    assert!(words(Stream::Auth, "event").len() >= 10);
    assert!(
        words(Stream::Audit, "action")
            .iter()
            .all(|action| action.split('.').count() == 2)
    );
}

#[test]
fn a_disabled_model_fails_until_it_is_enabled() {
    let changes: Vec<_> = having(&MADE.notable, &[("resource_name", "gpt-4o")])
        .filter(|e| e.stream == Stream::Audit)
        .collect();
    let [off, on] = changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!(
        (off.text("action"), on.text("action")),
        (Some("model.disabled"), Some("model.enabled"))
    );
    assert_eq!(
        off.json("changes"),
        Some(r#"[{"field":"enabled","new":false,"old":true}]"#)
    );
    let refused: Vec<_> = having(&MADE.notable, &[("error", "model gpt-4o is disabled")]).collect();
    assert!(refused.len() > 50, "{}", refused.len());
    for call in refused {
        assert!((off.time..on.time).contains(&call.time));
        assert_eq!(
            (call.integer("status_code"), call.text("platform_model")),
            (Some(503), Some("gpt-4o"))
        );
    }
    let warned = having(&MADE.notable, &[("event", "model.unavailable")]).count();
    assert!(warned >= 5 && having(&MADE.notable, &[("event", "ticket.opened")]).count() == 4);
    let served = having(
        &MADE.notable,
        &[("platform_model", "gpt-4o"), ("outcome", "success")],
    );
    let times: Vec<_> = served.map(|call| call.time).collect();
    assert!(times.iter().any(|time| *time < off.time) && times.iter().any(|time| *time > on.time));
    assert!(!times.iter().any(|time| (off.time..on.time).contains(time)));
}

#[test]
fn a_provider_change_multiplies_the_cost_of_one_key() {
    let changes: Vec<_> = having(
        &MADE.notable,
        &[
            ("action", "provider.updated"),
            ("resource_name", "anthropic-us"),
        ],
    )
    .collect();
    let [change, revert] = changes[..] else {
        panic!("{changes:?}")
    };
    let mean = |from: Timestamp, to: Timestamp| {
        let costs: Vec<_> = having(&MADE.notable, &[("api_key_name", "ci-batch")])
            .filter(|e| (from..to).contains(&e.time))
            .filter_map(|e| e.integer("cost"))
            .collect();
        costs.iter().sum::<i64>() / i64::try_from(costs.len()).unwrap()
    };
    let day = Timestamp::DAY_US;
    let before = mean(change.time.plus_us(-3 * day), change.time);
    let during = mean(change.time, revert.time);
    let after = mean(revert.time, revert.time.plus_us(3 * day));
    assert!(
        during > 6 * before && during > 6 * after,
        "{before} {during} {after}"
    );
}

#[test]
fn a_locked_account_stays_locked() {
    let name = "lucia.marin@example.com";
    let events: Vec<_> = having(&MADE.notable, &[("user_name", name)]).collect();
    let lockout = events.iter().find(|e| {
        e.stream == Stream::Auth
            && e.text("event") == Some("lockout")
            && e.text("ip") == Some("2001:db8:dead::66")
    });
    let lockout = lockout.unwrap();
    let guesses = events
        .iter()
        .filter(|e| e.stream == Stream::Auth && e.text("ip") == lockout.text("ip"));
    assert_eq!(guesses.count(), 11);
    let later: Vec<_> = events
        .iter()
        .filter(|e| e.stream == Stream::Auth && e.time > lockout.time)
        .collect();
    assert!(
        later.len() == 4 && later.iter().all(|e| e.text("result") == Some("denied")),
        "{later:?}"
    );
    let attempt: Vec<_> = having(
        &MADE.notable,
        &[("action", "user.unlocked"), ("resource_name", name)],
    )
    .collect();
    assert_eq!(
        (attempt.len(), attempt[0].text("result")),
        (1, Some("denied"))
    );
}

#[test]
fn a_stuck_job_is_one_request_across_all_streams() {
    let upload = having(
        &MADE.notable,
        &[
            ("action", "document.uploaded"),
            ("resource_name", "test.doc"),
        ],
    )
    .next();
    let request = upload.unwrap().text("request_id").unwrap();
    let related: Vec<_> = having(&MADE.notable, &[("request_id", request)])
        .cloned()
        .collect();
    let failed: Vec<_> = having(&related, &[("event", "job.failed")]).collect();
    assert!(failed.len() >= 10, "{}", failed.len());
    for (number, event) in (1..).zip(&failed) {
        assert_eq!(event.text("level"), Some("error"));
        assert!(
            event
                .json("details")
                .unwrap()
                .contains(&format!("\"attempt\":{number},"))
        );
    }
    let calls = having(&related, &[("protocol", "openai_embeddings")])
        .filter(|e| e.integer("status_code") == Some(504));
    assert_eq!(calls.count(), 3 * failed.len());
}

#[test]
fn soon_after_midnight_the_stories_are_already_told() {
    let now = Timestamp::parse("2026-11-22T00:04:00Z").unwrap();
    let mut dice = Dice::new(7);
    let events = super::stories::events(&Company::new(now, &mut dice), &mut dice);
    assert!(events.iter().all(|event| event.time <= now));
    for pairs in [
        [("action", "model.enabled"), ("resource_name", "gpt-4o")],
        [
            ("action", "user.unlocked"),
            ("resource_name", "lucia.marin@example.com"),
        ],
        [("event", "job.failed"), ("resource_name", "test.doc")],
        [
            ("action", "provider.updated"),
            ("resource_name", "anthropic-us"),
        ],
    ] {
        assert!(having(&events, &pairs).count() >= 1, "{pairs:?}");
    }
    assert_eq!(stories(now).len(), 4);
}
