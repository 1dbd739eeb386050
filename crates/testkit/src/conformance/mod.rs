//! The suite every log store passes. Random sequences of deliveries, removals, crashes, reopenings
//! and questions run against a store and a [`MemoryStore`]; every answer must be the same. A failure
//! is shrunk to a short sequence and printed with both answers.

mod question;
mod run;
mod show;
mod step;
mod sums;

use daybook_model::LogStore;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use run::Run;
pub use run::compare_contents;
use std::cell::Cell;
use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use step::{Step, steps};

#[cfg(doc)]
use crate::MemoryStore;

/// Runs the suite with this many sequences. `open` opens the store of a directory, which is empty
/// at first; it is called again, for the same directory, after the store was dropped. The variable
/// `CONFORMANCE_CASES` overrides the number.
///
/// # Panics
/// When the store gives a wrong answer, after printing the shortest sequence found that shows it
/// and the seed that repeats it with [`conformance_seeded`].
pub fn conformance(cases: u32, open: impl Fn(&Path) -> Arc<dyn LogStore>) {
    let chosen = std::env::var("CONFORMANCE_CASES").ok();
    let cases = chosen.map_or(cases, |number| number.parse().expect("a number of cases"));
    conformance_seeded(RandomState::new().hash_one(cases), cases, open);
}

/// As [`conformance`], with the sequences that belong to a seed.
///
/// # Panics
/// As [`conformance`].
pub fn conformance_seeded(seed: u64, cases: u32, open: impl Fn(&Path) -> Arc<dyn LogStore>) {
    if let Err(report) = check_conformance(seed, cases, open) {
        panic!("{report}");
    }
}

/// As [`conformance_seeded`], for a test that expects a failure.
///
/// # Errors
/// What [`conformance`] prints.
pub fn check_conformance(
    seed: u64,
    cases: u32,
    open: impl Fn(&Path) -> Arc<dyn LogStore>,
) -> Result<(), String> {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        max_shrink_time: 60_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let failed = Cell::new(false);
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        // What a store does in the background takes its own time: once a sequence has failed, a
        // shorter one that passes gets further chances to fail. A panic is a failure, too.
        let before = failed.replace(true);
        let tries = if before { 4 } else { 1 };
        (0..tries).try_for_each(|_| Run::all(&open, &steps))?;
        failed.set(before);
        Ok(())
    });
    outcome.map_err(|error| match error {
        TestError::Fail(reason, steps) => report(seed, &reason.to_string(), &steps),
        TestError::Abort(reason) => format!("the suite could not run: {reason}"),
    })
}

fn report(seed: u64, reason: &str, steps: &[Step]) -> String {
    let mut text = format!("not a conforming log store (seed {seed})\n{reason}\n\nafter:\n");
    for (number, step) in (1..).zip(steps) {
        writeln!(text, "{number:3}. {}", show::step(step)).expect("invariant: memory takes it");
    }
    text
}
