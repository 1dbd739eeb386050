//! A process with an open store is killed again and again, while it commits, rotates, moves and
//! replays. What it acknowledged is there, whole and once.

use super::open;
use daybook_model::LogStore;
use daybook_model::logstore::Write;
use daybook_testkit::{MemoryStore, compare_contents, generate};
use futures_executor::block_on;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const KILLS: u64 = 30;
const SEED: u64 = 20_260_301;
/// Batches that a process delivers before it only waits to be killed.
const BATCHES_MAX: usize = 40;
/// Batches that are under way at once.
const UNDER_WAY: usize = 4;
const DIR: &str = "KILLED_STORE_DIR";
const FIRST: &str = "KILLED_STORE_FIRST";

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut batches = generate::batches(SEED);
    let mut next: VecDeque<Vec<Write>> = batches.by_ref().take(BATCHES_MAX + UNDER_WAY).collect();
    let (model, mut delivered) = (MemoryStore::default(), 0);
    for kill in 0..KILLS {
        let acknowledged = run_and_kill(dir.path(), delivered, kill);
        let mut survived = 0;
        let mut take = |count: usize, next: &mut VecDeque<Vec<Write>>| {
            for batch in next.drain(..count) {
                block_on(model.append(batch)).unwrap();
                survived += 1;
            }
        };
        take(acknowledged, &mut next);
        let store = open(dir.path());
        // A batch that was under way may have survived, but only after all before it.
        let mut outcome = compare_contents(&model, &store);
        for _ in 0..UNDER_WAY {
            if outcome.is_ok() {
                break;
            }
            take(1, &mut next);
            outcome = compare_contents(&model, &store).map_err(|_| outcome.unwrap_err());
        }
        if let Err(difference) = outcome {
            panic!("kill {kill}, after {acknowledged} acknowledged batches: {difference}");
        }
        delivered += survived;
        next.extend(batches.by_ref().take(survived));
    }
    assert!(delivered > 100, "only {delivered} batches were delivered");
}

/// Starts a process that delivers batches, kills it and returns how many it acknowledged.
fn run_and_kill(dir: &Path, first: usize, kill: u64) -> usize {
    let mut child = start(dir, first);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    // Spread evenly by the golden ratio over a time in which much happens.
    let delay = Duration::from_micros(kill * 61_803 % 100_000);
    if !kill.is_multiple_of(3) {
        // Else it is killed while it opens the store.
        acknowledged += lines.by_ref().filter(is_acknowledgement).take(1).count();
    }
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged + lines.filter(is_acknowledgement).count()
}

fn is_acknowledgement(line: &std::io::Result<String>) -> bool {
    line.as_ref().is_ok_and(|line| line == "acknowledged")
}

fn start(dir: &Path, first: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::process", "--ignored", "--nocapture"])
        .env(DIR, dir)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "runs in the process that is killed"]
fn process() {
    let dir = std::env::var(DIR).unwrap();
    let first: usize = std::env::var(FIRST).unwrap().parse().unwrap();
    let store = open(Path::new(&dir));
    let mut batches = generate::batches(SEED).skip(first).take(BATCHES_MAX);
    let mut under_way = VecDeque::new();
    loop {
        let free = UNDER_WAY - under_way.len();
        under_way.extend(batches.by_ref().take(free).map(|batch| store.append(batch)));
        let Some(oldest) = under_way.pop_front() else {
            break;
        };
        block_on(oldest).unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged").unwrap();
    }
    std::thread::sleep(Duration::from_secs(60));
}
