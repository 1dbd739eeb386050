//! System calls fail: each kind that the committer, the mover and the index make on the store's
//! files, with `EIO`, with `ENOSPC`, and by ending the process. Whatever was acknowledged before,
//! meanwhile and after is there, whole and once, and the ledger goes on from what was public.

use super::delivery::{self, ACKNOWLEDGED, DONE, Delivered, REFUSED};
use super::notary::Notary;
use super::{memory_dir, open, strace, trace};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Delivered without faults, so that a start has something to replay.
const BEFORE: usize = 8;
const MEANWHILE: usize = 12;
/// How long nothing may be heard of a process.
const SILENCE: Duration = Duration::from_secs(20);
const FAULTS: [&str; 3] = ["error=EIO", "error=ENOSPC", "signal=KILL"];

/// Calls that change something; a failure of others cannot lose anything that is written.
const CHANGES: [&str; 12] = [
    "fallocate",
    "fdatasync",
    "fsync",
    "ftruncate",
    "mkdir",
    "openat",
    "pwrite64",
    "rename",
    "syncfs",
    "unlink",
    "unlinkat",
    "write",
];
/// Calls whose failure nobody looks at, or that find out only what a file descriptor means; and
/// `mmap`, without which no thread begins.
const UNNOTICED: [&str; 4] = ["close", "fcntl", "mmap", "readlink"];

/// Where a fault strikes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    call: String,
    thread: String,
    /// What kind of file it is about.
    file: String,
}

/// A fault at the n-th call of its name in a thread; threads count for themselves.
#[derive(Debug)]
struct Case {
    point: Point,
    nth: usize,
    fault: &'static str,
}

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { call, thread, file } = &self.point;
        write!(
            out,
            "{call} of {file} by {thread}, call {}, {}",
            self.nth, self.fault
        )
    }
}

#[test]
fn no_failing_call_loses_what_was_acknowledged() {
    fail_calls(false);
}

/// The same for the calls that archiving makes.
#[test]
fn no_failing_call_of_archiving_loses_or_doubles_an_event() {
    fail_calls(true);
}

fn fail_calls(archives: bool) {
    if !strace::is_there("failing system calls") {
        return;
    }
    let dir = memory_dir();
    let template = dir.path().join("template");
    std::fs::create_dir(&template).unwrap();
    let before = run(&template, 0, BEFORE, archives, None).unwrap();
    assert_eq!(before.acknowledged, BEFORE, "{before:?}");

    let cases = cases(&template, &dir.path().join("record"), archives);
    let (queue, failures) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    let next = || queue.lock().unwrap().next();
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (dir, template) = (dir.path().join(format!("case-{worker}")), &template);
            let (next, failures) = (&next, &failures);
            scope.spawn(move || {
                while let Some(case) = next() {
                    let outcome = check(case, template, &dir, archives);
                    if let Err(problem) = outcome {
                        failures.lock().unwrap().push(format!("{case}: {problem}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    eprintln!("{} system calls failed, one at a time", cases.len());
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// The cases: one fault of each call on each kind of file; with `FAULTS_OF_EACH` so many calls of
/// each thread, and each fault of each.
fn cases(template: &Path, record: &Path, archives: bool) -> Vec<Case> {
    let points = points(template, record, archives);
    let Ok(wanted) = std::env::var("FAULTS_OF_EACH") else {
        return one_of_each(points);
    };
    let wanted: usize = wanted.parse().unwrap();
    let mut cases = Vec::new();
    for (point, calls) in points {
        let faults = if CHANGES.contains(&point.call.as_str()) {
            &FAULTS[..]
        } else {
            // Only what needs space can lack it.
            &["error=EIO", "signal=KILL"]
        };
        for nth in calls.iter().step_by(calls.len().div_ceil(wanted)) {
            let (point, nth) = (&point, *nth);
            let case = |fault: &&'static str| Case {
                point: point.clone(),
                nth,
                fault,
            };
            cases.extend(faults.iter().map(case));
        }
    }
    cases
}

fn one_of_each(points: BTreeMap<Point, Vec<usize>>) -> Vec<Case> {
    let mut threads: BTreeMap<_, Vec<(Point, Vec<usize>)>> = BTreeMap::new();
    for (point, calls) in points
        .into_iter()
        .filter(|(point, _)| CHANGES.contains(&point.call.as_str()))
    {
        let what = (point.call.clone(), point.file.clone());
        threads.entry(what).or_default().push((point, calls));
    }
    let one = |(number, mut threads): (usize, Vec<(Point, Vec<usize>)>)| {
        // Neighbours get different faults.
        let fault = FAULTS[number % FAULTS.len()];
        let (point, calls) = threads.swap_remove(number % threads.len());
        Case {
            point,
            nth: calls[calls.len() / 2],
            fault,
        }
    };
    threads.into_values().enumerate().map(one).collect()
}

/// Every kind of call on the store's files, or on those of its archive, and which calls of their
/// threads they are.
fn points(template: &Path, record: &Path, archives: bool) -> BTreeMap<Point, Vec<usize>> {
    let dir = template.with_extension("points");
    copy(template, &dir);
    let everything = ["-e", "trace=%file,%desc,fsync,fdatasync"].map(String::from);
    run(
        &dir,
        BEFORE,
        MEANWHILE,
        archives,
        Some((record, &everything)),
    )
    .unwrap();
    let mut points: BTreeMap<Point, Vec<usize>> = BTreeMap::new();
    let mut counts: BTreeMap<(u32, String), usize> = BTreeMap::new();
    for call in trace::read(record) {
        let count = counts.entry((call.process, call.name.clone())).or_default();
        *count += 1;
        let Some(file) = kind_of_file(&call.arguments, &dir) else {
            continue;
        };
        if archives && !of_archive(&call.arguments) {
            continue;
        }
        if !UNNOTICED.contains(&call.name.as_str()) {
            let point = Point {
                call: call.name,
                thread: call.thread,
                file,
            };
            let calls = points.entry(point).or_default();
            if !calls.contains(count) {
                calls.push(*count);
            }
        }
    }
    points
}

/// Whether a call is about files of the archive, or about a partition that goes.
fn of_archive(arguments: &str) -> bool {
    ["/archive/", "/archived/", "/archiving/", ".removed"]
        .iter()
        .any(|part| arguments.contains(part))
}

/// The end of the name of the file in a call's arguments; names begin with what differs. In the
/// ledger's directory the names of files are numbers, those of directories say what they are.
fn kind_of_file(arguments: &str, dir: &Path) -> Option<String> {
    let (_, rest) = arguments.split_once(dir.to_str().unwrap())?;
    let path = rest.split(['"', '>', ' ']).next().unwrap_or_default();
    if let Some(file) = path.strip_prefix("/ledger/") {
        let parts = file.split('/');
        let named: Vec<&str> = parts
            .filter(|part| !part.starts_with(|c: char| c.is_ascii_digit()))
            .collect();
        let new = if file.ends_with(".new") { ".new" } else { "" };
        return Some(format!("ledger/{}{new}", named.join("/")));
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    Some(
        name.rsplit_once('.')
            .map_or("directory", |(_, kind)| kind)
            .into(),
    )
}

fn check(case: &Case, template: &Path, dir: &Path, archives: bool) -> Result<(), String> {
    let _ = std::fs::remove_dir_all(dir);
    copy(template, dir);
    let inject = format!(
        "inject={}:{}:when={}",
        case.point.call, case.fault, case.nth
    );
    let options = [
        "-e".into(),
        format!("trace={}", case.point.call),
        "-e".into(),
        inject,
    ];
    let record = dir.with_extension("record");
    let heard = run(dir, BEFORE, MEANWHILE, archives, Some((&record, &options)))?;
    if let Some(panic) = heard
        .panics
        .iter()
        .find(|panic| !panic.contains("tests/it"))
    {
        return Err(format!("a part of the store panicked: {panic}"));
    }
    let complete = heard.done && heard.acknowledged == MEANWHILE;
    if !complete && heard.refused.is_empty() && heard.status.is_none_or(|status| status.success()) {
        return Err(format!("it delivered no more, without a word: {heard:?}"));
    }
    let (mut delivered, mut notary) = (Delivered::default(), Notary::default());
    notary.look(template);
    notary.look(dir);
    let (store, acknowledged) = (open(dir), BEFORE + heard.acknowledged);
    match archives {
        true => delivered.check_archived(&store, acknowledged, 1)?,
        false => delivered.check(&store, acknowledged, 1)?,
    }
    notary.check(&store)
}

/// What was heard of a process.
#[derive(Debug, Default)]
struct Heard {
    acknowledged: usize,
    refused: Vec<String>,
    panics: Vec<String>,
    done: bool,
    /// When it ended by itself.
    status: Option<ExitStatus>,
}

/// Delivers batches from a process of its own, which is killed when it says that it is done.
fn run(
    dir: &Path,
    first: usize,
    batches: usize,
    archives: bool,
    under: Option<(&Path, &[String])>,
) -> Result<Heard, String> {
    let mut command = delivery::command(dir, first, batches, 1);
    if archives {
        command.env(delivery::ARCHIVES, "1");
    }
    if let Some((record, options)) = under {
        command = strace::under(&command, record, options);
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut err = child.stderr.take().unwrap();
    let (lines, said) = channel();
    let reader = std::thread::spawn(move || {
        out.lines()
            .map_while(Result::ok)
            .all(|line| lines.send(line).is_ok());
    });
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        err.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut heard = Heard::default();
    let mut silent = false;
    while !heard.done {
        match said.recv_timeout(SILENCE) {
            Ok(line) if line == ACKNOWLEDGED => heard.acknowledged += 1,
            Ok(line) if line.starts_with(REFUSED) => heard.refused.push(line),
            Ok(line) => heard.done = line == DONE,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                silent = true;
                break;
            }
        }
    }
    // An end by a fault is its own, too; what is only done waits.
    heard.status = (!heard.done && !silent).then(|| child.wait().unwrap());
    let _ = child.kill();
    child.wait().unwrap();
    reader.join().unwrap();
    let errors = errors.join().unwrap();
    heard.panics = errors
        .lines()
        .filter(|line| line.contains("panicked"))
        .map(Into::into)
        .collect();
    if silent {
        Err(format!("nothing more was heard: {heard:?}"))
    } else {
        Ok(heard)
    }
}

/// Copies a directory.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
