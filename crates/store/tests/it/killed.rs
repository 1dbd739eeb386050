//! A process with an open store is killed again and again, while it commits, rotates, moves and
//! replays. What it acknowledged is there, whole and once; and the ledger goes on from every
//! checkpoint that was ever public.

use super::delivery::{self, ACKNOWLEDGED, Delivered};
use super::notary::Notary;
use super::open;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

const KILLS: u64 = 30;
/// Batches that a process delivers before it only waits to be killed.
const BATCHES_MAX: usize = 40;
/// Batches that are under way at once.
const UNDER_WAY: usize = 4;

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let (mut delivered, mut notary) = (Delivered::default(), Notary::default());
    for kill in 0..KILLS {
        let acknowledged = run_and_kill(dir.path(), delivered.batches(), kill, &mut notary, false);
        notary.look(dir.path());
        let store = open(dir.path());
        let outcome = delivered.check(&store, acknowledged, UNDER_WAY);
        let outcome = outcome.and_then(|()| notary.check(&store));
        outcome.unwrap_or_else(|difference| panic!("kill {kill}: {difference}"));
    }
    let checkpoints = notary.count();
    assert!(checkpoints > 10, "only {checkpoints} checkpoints were seen");
    let batches = delivered.batches();
    assert!(batches > 100, "only {batches} batches were delivered");
}

/// The same while everything is archived all the time.
#[test]
fn a_kill_while_events_are_archived_leaves_each_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut delivered, mut notary) = (Delivered::default(), Notary::default());
    for kill in 0..KILLS / 2 {
        let acknowledged = run_and_kill(dir.path(), delivered.batches(), kill, &mut notary, true);
        notary.look(dir.path());
        let store = open(dir.path());
        let outcome = delivered.check_archived(&store, acknowledged, UNDER_WAY);
        let outcome = outcome.and_then(|()| notary.check(&store));
        outcome.unwrap_or_else(|difference| panic!("kill {kill}: {difference}"));
    }
    let batches = delivered.batches();
    assert!(batches > 20, "only {batches} batches were delivered");
}

/// Starts a process that delivers batches, kills it and returns how many it acknowledged.
fn run_and_kill(dir: &Path, first: usize, kill: u64, notary: &mut Notary, archives: bool) -> usize {
    let mut command = delivery::command(dir, first, BATCHES_MAX, UNDER_WAY);
    if archives {
        command.env(delivery::ARCHIVES, "1");
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    // Spread evenly by the golden ratio over a time in which much happens.
    let delay = Duration::from_micros(kill * 61_803 % 100_000);
    if !kill.is_multiple_of(3) {
        // Else it is killed while it opens the store.
        acknowledged += lines.by_ref().filter(is_acknowledgement).take(1).count();
    }
    let began = Instant::now();
    while began.elapsed() < delay {
        notary.look(dir);
        std::thread::sleep(Duration::from_millis(1).min(delay));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged + lines.filter(is_acknowledgement).count()
}

fn is_acknowledgement(line: &std::io::Result<String>) -> bool {
    line.as_ref().is_ok_and(|line| line == ACKNOWLEDGED)
}
