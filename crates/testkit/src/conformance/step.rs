//! What happens to a store under test.

use super::question::{Question, question};
use crate::generate::batch;
use daybook_model::logstore::Write;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

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
        4 => Just(Step::Pause),
    ];
    vec(step, 1..100)
}
