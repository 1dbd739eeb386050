//! Random events. All have passed [`Event::admit`].

use super::values::{self, FIRST_DAY_US, id, repeated_id, time, value};
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::Write;
use daybook_model::validate::Intake;
use daybook_model::{Event, Field, Stream, Timestamp, Value};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::strategy::{Union, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// A batch of a few events, some of which are halves of calls; it may be empty.
pub fn batch() -> BoxedStrategy<Vec<Write>> {
    let write = prop_oneof![
        6 => any_event().prop_map(Write::Append),
        2 => half_call().prop_map(Write::Amend),
        1 => half_call().prop_map(Write::Append),
    ];
    vec(write, 0..12).boxed()
}

/// Batches without end, the same ones for the same seed.
pub fn batches(seed: u64) -> impl Iterator<Item = Vec<Write>> {
    let strategy = batch();
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    });
    std::iter::from_fn(move || {
        strategy
            .new_tree(&mut runner)
            .ok()
            .map(|tree| tree.current())
    })
}

/// An event of any stream; `usage` is the most frequent.
pub fn any_event() -> BoxedStrategy<Event> {
    let streams = Stream::ALL.map(|stream| {
        let weight = if stream == Stream::Usage { 3 } else { 1 };
        (weight, event(stream))
    });
    Union::new_weighted(streams.to_vec()).boxed()
}

/// An event of a stream.
pub fn event(stream: Stream) -> BoxedStrategy<Event> {
    (id(), origin(), time(), members(stream))
        .prop_map(move |(id, origin, time, members)| assemble(stream, id, origin, time, members))
        .boxed()
}

/// A report of a call that another may complete: few ids, so that halves meet; some with a
/// provisional time.
pub fn half_call() -> BoxedStrategy<Event> {
    let parts = (
        repeated_id(),
        origin(),
        time(),
        members(Stream::Usage),
        proptest::bool::weighted(0.3),
    );
    parts
        .prop_map(|(id, origin, time, members, provisional)| {
            let mut half = assemble(Stream::Usage, id, origin, time, members);
            if provisional {
                half.set_boolean("provisional", true);
            }
            half
        })
        .boxed()
}

/// The same event in a delivery of its own: only what Daybook notes about the delivery differs.
pub fn redelivered(event: &Event) -> Event {
    let mut again = event.clone();
    let received_us = event.integer("received_at").unwrap_or_default();
    again.set_integer("received_at", received_us + Timestamp::SECOND_US);
    again.set_text("ingest_key_id", "k2");
    again
}

pub(crate) fn origin() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("prod"), 1 => Just("lab")]
}

type Member = (&'static Field, Value);

/// Values for some of the fields that senders may set.
fn members(stream: Stream) -> impl Strategy<Value = Vec<Member>> + use<> {
    let fields = Catalogue::of(stream).fields().iter();
    let settable = fields.filter(|field| !field.ours && !["id", "time"].contains(&field.name));
    let member = |field| value(field).prop_map(move |value| (field, value)).boxed();
    let others = vec(Union::new(settable.map(member)), 0..14);
    // Whose it is decides who may see it: most usage events say so.
    let user = Catalogue::of(stream).field("user_id").map(member);
    let user = user.map_or(Just(None).boxed(), |user| weighted(0.6, user).boxed());
    (others, user).prop_map(|(mut members, user)| {
        members.extend(user);
        members
    })
}

fn assemble(
    stream: Stream,
    id: Box<str>,
    origin: &str,
    time: Timestamp,
    members: Vec<Member>,
) -> Event {
    let mut event = Event::new(stream);
    event.id = id;
    event.time = time;
    for (field, value) in members {
        event.put(field, value);
    }
    make_admissible(&mut event);
    let last_day_us = FIRST_DAY_US + values::DAYS * Timestamp::DAY_US;
    let intake = Intake {
        origin: origin.into(),
        ingest_key_id: "k1".into(),
        received_at: Timestamp::from_us(last_day_us + time.us() % 3),
    };
    let admitted = event.admit(&intake);
    admitted.expect("invariant: make_admissible knows every rule");
    event
}

/// Adds what a stream requires and removes what contradicts itself.
fn make_admissible(event: &mut Event) {
    match event.stream {
        Stream::Audit if event.text("action").is_none() => {
            event.set_text("action", "model.disabled");
        }
        Stream::Auth if event.text("event").is_none() => event.set_text("event", "sign_in"),
        Stream::System if event.text("event").is_none() && event.text("message").is_none() => {
            event.set_text("event", "job_failed");
        }
        Stream::Usage => {
            let is_call = event.text("kind").unwrap_or("call") == "call";
            event.take(event.field(if is_call { "amount" } else { "cost" }));
            let parts = [
                ("cache_read_tokens", "input_tokens"),
                ("cache_write_tokens", "input_tokens"),
                ("reasoning_tokens", "output_tokens"),
            ];
            for (part, whole) in parts {
                let all = event.integer(whole).unwrap_or(i64::MAX);
                if event.integer(part).is_some_and(|count| count > all) {
                    event.take(event.field(part));
                }
            }
        }
        _ => {}
    }
}
