//! What happens to a store under test.

use super::question::{Question, question};
use crate::generate::{batch, query, time};
use daybook_model::catalogue::Catalogue;
use daybook_model::field::Field;
use daybook_model::logstore::{ArchiveRequest, EraseRequest, Removal, RemoveRequest, Write};
use daybook_model::{Query, Stream, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A batch arrives.
    Deliver(Vec<Write>),
    /// Several batches arrive at once, so that they may share a commit.
    Together(Vec<Vec<Write>>),
    /// Events delivered before arrive again, in one batch.
    Redeliver(Vec<Index>),
    /// Events delivered before arrive again with other content.
    Contradict(Vec<Index>),
    /// Somebody asks, several things at a time.
    Ask(Vec<Question>),
    /// All handles are dropped and the directory is opened again.
    Reopen,
    /// The same while a batch is under way, of which nobody learns whether it was stored.
    Crash(Vec<Write>),
    /// What is old is removed, to the end; the flag closes the store in between.
    Remove(RemoveRequest, bool),
    /// Fields are erased, to the end; the flag closes the store in between.
    Erase(EraseRequest, bool),
    /// What is old is archived, to the end; the flag closes the store in between.
    Archive(ArchiveRequest, bool),
    /// Time passes, in which the store may move events about.
    Pause,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some_earlier = || vec(any::<Index>(), 1..6);
    let step = prop_oneof![
        10 => batch().prop_map(Step::Deliver),
        2 => vec(batch(), 2..5).prop_map(Step::Together),
        2 => some_earlier().prop_map(Step::Redeliver),
        1 => some_earlier().prop_map(Step::Contradict),
        14 => vec(question(), 1..8).prop_map(Step::Ask),
        1 => Just(Step::Reopen),
        1 => batch().prop_map(Step::Crash),
        1 => (remove(), any::<bool>()).prop_map(|(what, cut)| Step::Remove(what, cut)),
        1 => (erase(), any::<bool>()).prop_map(|(what, cut)| Step::Erase(what, cut)),
        2 => (archive(), any::<bool>()).prop_map(|(what, cut)| Step::Archive(what, cut)),
        4 => Just(Step::Pause),
    ];
    vec(step, 1..100)
}

fn remove() -> impl Strategy<Value = RemoveRequest> {
    // The earlier of two times, so that enough is left to ask about.
    let before = (time(), time()).prop_map(|(one, other)| one.min(other));
    let removal = select(&[Removal::Events, Removal::Payloads][..]);
    (stream(), before, removal).prop_map(|(stream, before, removal)| RemoveRequest {
        stream,
        before,
        removal,
    })
}

fn archive() -> impl Strategy<Value = ArchiveRequest> {
    // Periods under way are archived, too: what comes later is in a part of its own.
    let before = (time(), any::<bool>());
    (select(&Stream::ALL[..]), before).prop_map(|(stream, (time, all))| ArchiveRequest {
        stream,
        before: if all { Timestamp::MAX } else { time },
    })
}

fn erase() -> impl Strategy<Value = EraseRequest> {
    stream().prop_flat_map(|stream| {
        let fields = Catalogue::of(stream).fields().iter();
        let senders = fields.filter(|field| !field.ours && !["id", "time"].contains(&field.name));
        let fields: Vec<&'static Field> = senders.collect();
        // Without a condition it concerns every event; half of the conditions concern hardly any.
        let query = prop_oneof![1 => Just(Query::all(stream)), 3 => query(stream)];
        let some = vec(select(fields), 1..5);
        let fields = match stream {
            Stream::Audit => prop_oneof![some, Just(Vec::new())].boxed(),
            _ => some.boxed(),
        };
        (query, fields).prop_map(|(query, fields)| EraseRequest { query, fields })
    })
}

/// `usage` is the most frequent; `audit` refuses fields to be erased.
fn stream() -> impl Strategy<Value = Stream> {
    let streams = Stream::ALL.map(|stream| {
        let weight = if stream == Stream::Usage { 4 } else { 1 };
        (weight, Just(stream))
    });
    Union::new_weighted(streams.to_vec())
}
