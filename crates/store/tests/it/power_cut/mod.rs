//! The power fails: what was not flushed is gone. A process delivers batches under strace; from the
//! record of its calls follows what the disk would hold after any of them. What had been
//! acknowledged by then is there, whole and once, and the ledger goes on from every checkpoint that
//! was public by then. The same again for a process that goes on where
//! another was killed: it must not take for durable what that one only wrote.

mod disk;

use super::delivery::{self, ACKNOWLEDGED, DONE, Delivered};
use super::notary::Notary;
use super::trace::{self, Call};
use super::{memory_dir, quiet, strace};
use daybook_store::Store;
use disk::{Chance, Disk};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Calls that change files, or flush them.
const CALLS: &str = "trace=openat,close,write,pwrite64,writev,pwritev,lseek,ftruncate,fallocate,\
    rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,fsync,fdatasync,syncfs,\
    sync_file_range,copy_file_range,sendfile";
const BATCHES: usize = 25;

/// How many cuts to try, of the first process and of each that goes on; and how many kills of each
/// kind. More with `POWER_CUTS`, up to all of them.
fn efforts() -> (usize, usize, usize) {
    match std::env::var("POWER_CUTS") {
        Ok(cuts) => {
            let cuts: usize = cuts.parse().unwrap();
            (cuts, cuts / 5, cuts / 20)
        }
        Err(_) => (12, 3, 1),
    }
}

/// Calls after which a process should be killed, with how many batches the next one delivers.
type BadMoment = (&'static str, &'static str, usize);

/// A commit or words are written and not flushed; the new name of a partition's `meta.json`, of a
/// segment or of a signed checkpoint is not. With few batches the next process has no reason of its own to write to that
/// partition again.
const COMMITTING: [BadMoment; 6] = [
    ("pwrite64", ".wal", BATCHES),
    ("pwrite64", "/words", BATCHES),
    ("rename", "meta.json", 2),
    ("rename", "meta.json", BATCHES),
    ("rename", ".wal", BATCHES),
    ("rename", "ledger/signed", BATCHES),
];

/// The new name of a record, of a list of ids or of an archived file is not flushed, or a partition
/// that is archived is half gone.
const ARCHIVING: [BadMoment; 4] = [
    ("rename", "/archived/", 2),
    ("rename", ".ids", BATCHES),
    ("rename", ".parquet", 2),
    ("rename", ".removed", BATCHES),
];

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    cut_power(false, &COMMITTING);
}

/// The same while everything is archived all the time.
#[test]
fn what_was_archived_survives_a_power_cut() {
    cut_power(true, &ARCHIVING);
}

fn cut_power(archives: bool, moments: &[BadMoment]) {
    if !strace::is_there("the power cut") {
        return;
    }
    let dir = memory_dir();
    let root = dir.path().join("events");
    std::fs::create_dir(&root).unwrap();
    let (cuts, cuts_of_each, kills_of_each) = efforts();

    let mut history = History::new(&root, archives);
    let calls = history.run(BATCHES);
    history.check(0, cuts);
    for (line, batches) in bad_moments(&calls, moments, kills_of_each) {
        let mut history = History::killed(&root, archives, &calls, line);
        let killed = history.lines.len();
        history.run(batches);
        history.check(killed, cuts_of_each);
    }
}

/// Lines after which a process should be killed, with how many batches the next process delivers.
fn bad_moments(calls: &[Call], moments: &[BadMoment], of_each: usize) -> Vec<(usize, usize)> {
    let of_kind = |(name, file, batches): &BadMoment| {
        let of_kind = calls
            .iter()
            .filter(|call| call.name == *name && call.arguments.contains(file));
        let lines: Vec<usize> = of_kind.map(|call| call.ended).collect();
        let (spread, batches) = (spread(&lines, of_each), *batches);
        spread.into_iter().map(move |line| (line, batches))
    };
    moments.iter().flat_map(of_kind).collect()
}

/// Some of many, the last among them.
fn spread(lines: &[usize], wanted: usize) -> Vec<usize> {
    let step = lines.len().div_ceil(wanted.max(1)).max(1);
    lines.iter().rev().step_by(step).copied().collect()
}

/// What processes did, one after the other, to one directory.
struct History {
    root: PathBuf,
    disk: Disk,
    /// Lines after which the power may fail.
    lines: Vec<usize>,
    /// Lines at which batches were acknowledged.
    acknowledged: Vec<usize>,
    /// Whether the processes archive.
    archives: bool,
}

impl History {
    fn new(root: &Path, archives: bool) -> Self {
        Self {
            archives,
            root: root.into(),
            disk: Disk::new(root),
            lines: Vec::new(),
            acknowledged: Vec::new(),
        }
    }

    /// As if the process of these calls had been killed after a line. The machine goes on, so its
    /// directory holds all that was written.
    fn killed(root: &Path, archives: bool, calls: &[Call], line: usize) -> Self {
        let mut history = Self::new(root, archives);
        let before = calls.iter().filter(|call| call.ended <= line).cloned();
        history.add(&before.collect::<Vec<_>>());
        std::fs::remove_dir_all(root).unwrap();
        history.disk.after_cut(usize::MAX, root, &mut || true);
        history
    }

    /// Runs a process until some batches are delivered and all is moved.
    fn run(&mut self, batches: usize) -> Vec<Call> {
        let record = self.root.with_extension("record");
        let mut delivery = delivery::command(&self.root, self.acknowledged.len(), batches, 1);
        if self.archives {
            delivery.env(delivery::ARCHIVES, "1");
        }
        let options = ["-s", "200000", "-e", CALLS].map(String::from);
        let mut process = strace::under(&delivery, &record, &options);
        let mut child = process.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while out.read_line(&mut line).unwrap() > 0 && line.trim() != DONE {
            line.clear();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // It closes when strace has ended, too.
        out.read_to_end(&mut Vec::new()).unwrap();
        let calls = trace::read(&record);
        self.add(&calls);
        calls
    }

    fn add(&mut self, calls: &[Call]) {
        let said = format!("\"{ACKNOWLEDGED}");
        let said = calls.iter().filter(|call| call.arguments.contains(&said));
        let clock = self.disk.clock;
        self.acknowledged
            .extend(said.map(|call| clock + call.began));
        self.lines.append(&mut self.disk.run(calls));
    }

    /// Cuts the power after some of the lines from one on.
    fn check(&self, from: usize, wanted: usize) {
        for line in spread(&self.lines[from..], wanted) {
            let mut draws = Draws(line as u64);
            self.check_cut(line, &mut || false);
            self.check_cut(line, &mut || draws.draw());
        }
    }

    fn check_cut(&self, line: usize, chance: Chance<'_>) {
        let to = self.root.with_extension("cut");
        let _ = std::fs::remove_dir_all(&to);
        self.disk.after_cut(line, &to, chance);
        let acknowledged = self.acknowledged.partition_point(|said| *said <= line);
        let store =
            Store::open(quiet(&to)).unwrap_or_else(|error| panic!("after line {line}: {error}"));
        let mut notary = Notary::default();
        let published = self.disk.published.iter();
        for (_, note) in published.filter(|(published, _)| *published <= line) {
            notary.see(note);
        }
        let outcome = match self.archives {
            true => Delivered::default().check_archived(&store, acknowledged, 1),
            false => Delivered::default().check(&store, acknowledged, 1),
        };
        let outcome = outcome.and_then(|()| notary.check(&store));
        outcome.unwrap_or_else(|difference| panic!("after line {line}, {difference}"));
    }
}

/// A sequence of draws that belongs to its seed (`SplitMix64`).
struct Draws(u64);

impl Draws {
    fn draw(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed >> 63 == 1
    }
}
