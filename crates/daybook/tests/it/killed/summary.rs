//! The summary of a long run, as Markdown.

use super::{SENDERS, Test};
use crate::server::daybook;
use daybook_model::Stream;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

pub(super) fn of(test: &Test, took: Duration) -> String {
    let sum = |of: fn(&super::Known) -> u64| test.known.iter().map(of).sum::<u64>();
    let deliveries = sum(|known| known.acknowledged.len() as u64);
    let calls = sum(|known| known.acknowledged.iter().filter(|n| *n % 5 == 4).count() as u64);
    let (survived, repeated) = (sum(|known| known.survived), sum(|known| known.repeated));
    let events = |stream| test.acknowledged.get(&stream).copied().unwrap_or(0);
    let all: u64 = Stream::ALL.into_iter().map(events).sum();
    let mut starts = test.starts.clone();
    starts.sort_unstable();
    let (kills, moments) = (test.pace.kills, &test.moments);
    let mut text = format!(
        "# {kills} kills\n\n{}\n\n\
         {SENDERS} processes sent to `daybook serve` over HTTP, which was killed with `kill -9` at moments spread evenly over its start \
         and the first {} ms after it, and started again on the same directory. Written by `make soak`.\n\n| | |\n|---|--:|\n",
        machine(test.dir.path()),
        test.pace.within.as_millis(),
    );
    let mut row = |what: &str, figure: String| _ = writeln!(text, "| {what} | {figure} |");
    row("kills", kills.to_string());
    row("events acknowledged", all.to_string());
    for stream in Stream::ALL {
        row(&format!("– {stream}"), events(stream).to_string());
    }
    row("deliveries acknowledged", deliveries.to_string());
    row("– of these calls in two halves", calls.to_string());
    // The test fails on the first of either.
    row("**acknowledged events lost**", "**0**".into());
    row("**events stored twice**", "**0**".into());
    row(
        "kills that left answers missing",
        test.interrupted.to_string(),
    );
    row(
        "batches without an answer that had survived whole",
        survived.to_string(),
    );
    row(
        "batches without an answer that were not there, and were sent again",
        repeated.to_string(),
    );
    row(
        "totals read meanwhile, none of which fell",
        (4 * test.reads).to_string(),
    );
    row("checks of every single id", test.full_checks.to_string());
    row("median start", milliseconds(starts[starts.len() / 2]));
    row("longest start", milliseconds(starts[starts.len() - 1]));
    row("duration", format!("{} min", took.as_secs().div_ceil(60)));
    text += "\n## Where kills hit\n\nBy the files they left behind; one kill may count in several rows.\n\n| | |\n|---|--:|\n";
    let mut row = |what: &str, figure: u32| _ = writeln!(text, "| {what} | {figure} |");
    row("during the start", moments.starting);
    row("while events were taken and read", moments.serving);
    row(
        "older heads waited to be moved into partitions, or were",
        moments.moving,
    );
    row(
        "a partition was being written, by a move or a merge",
        moments.partition,
    );
    row(
        "a file of the write-ahead log was being made",
        moments.log_file,
    );
    row("the database had changes beside it", moments.database);
    text
}

fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

/// What it ran on.
fn machine(dir: &Path) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(|| "unknown".into(), |(_, value)| value.trim().to_owned())
    };
    let version = daybook(dir).arg("--version").output().unwrap().stdout;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let today = daybook_model::Timestamp::now().to_string();
    format!(
        "{}. {}, {cores} cores, {} of memory, Linux {}, {}; a flush of 4 KiB takes {:.2} ms (median). {}.",
        &today[..10],
        field(&read("/proc/cpuinfo"), "model name"),
        field(&read("/proc/meminfo"), "MemTotal"),
        read("/proc/sys/kernel/osrelease").trim(),
        file_system(dir),
        flush_ms(dir),
        String::from_utf8_lossy(&version).trim()
    )
}

fn file_system(dir: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut parts = line.split(' ').skip(1);
        Some((parts.next()?, parts.next()?))
    });
    let beneath = mounts.filter(|(place, _)| dir.starts_with(place));
    let deepest = beneath.max_by_key(|(place, _)| place.len());
    deepest.map_or("unknown", |(_, kind)| kind).to_owned()
}

fn flush_ms(dir: &Path) -> f64 {
    let mut file = std::fs::File::create(dir.join("flush")).unwrap();
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            file.write_all(&[7; 4096]).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}
