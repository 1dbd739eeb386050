//! `daybook verify`: joins a source of a log's files with what the caller trusts, and says what the
//! verifier found. It believes nothing of what it reads, and changes nothing of it.

mod directory;
mod remote;

use crate::cli::VerifyArgs;
use crate::{Failure, output, verifier_keys};
use daybook_ledger::verify::{
    Earlier, Finding, Place, Report, Source, StoreReport, Trust, Verdict, grouped, verify,
};
use daybook_ledger::{Policy, VerifierKey, evidence};
use daybook_model::StoreError;
use daybook_model::logstore::StoreResult;
use daybook_store::ledger::{ComparedLedger, compare_events, stored_events};
use directory::Directory;
use indicatif::ProgressBar;
use remote::Remote;
use std::fs::File;
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Handle;

pub(crate) async fn run(args: VerifyArgs) -> ExitCode {
    let runtime = Handle::current();
    let checked = tokio::task::spawn_blocking(move || check(&args, &runtime)).await;
    let checked = checked.unwrap_or_else(|error| Err(Failure::Other(error.to_string())));
    let unchecked = |failure: Failure| Verdict::Unchecked(failure.to_string());
    let Line { text, code } = checked.unwrap_or_else(|failure| unchecked(failure).into());
    output::result(&text);
    ExitCode::from(code)
}

/// What came out, in one line, and the program's exit code.
struct Line {
    text: String,
    code: u8,
}

impl From<Verdict> for Line {
    fn from(verdict: Verdict) -> Self {
        Self {
            text: verdict.to_string(),
            code: verdict.exit_code(),
        }
    }
}

fn check(args: &VerifyArgs, runtime: &Handle) -> Result<Line, Failure> {
    let keys: Vec<Vec<_>> = args
        .keys
        .iter()
        .map(|key| verifier_keys::read(key))
        .collect::<Result<_, _>>()?;
    let keys = keys.concat();
    let mut earlier = Vec::new();
    for path in &args.checkpoints {
        earlier.extend(kept(path)?);
    }
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let trust = Trust {
        origin: origin(&keys)?,
        keys: &keys,
        policy: policy.as_ref(),
        earlier: &earlier,
        threads: args.threads.unwrap_or_else(processors),
    };
    let place = Path::new(&args.place);
    if place.is_file() {
        return package(place, &trust);
    }
    let is_url = args.place.starts_with("https://") || args.place.starts_with("http://");
    if is_url {
        let remote = Remote::new(
            &args.place,
            policy.is_some(),
            args.api_key.clone(),
            runtime.clone(),
        );
        return Ok(with_progress(&remote.map_err(Failure::Other)?, &trust).into());
    }
    Ok(log(args, place, &trust)?.into())
}

/// A data directory or a backup.
fn log(args: &VerifyArgs, place: &Path, trust: &Trust<'_>) -> Result<Verdict, Failure> {
    let directory = Directory::find(place, trust.policy.is_some());
    let directory = directory.map_err(Failure::Other)?;
    let verdict = with_progress(&directory, trust);
    let (Verdict::Pass(report), Some(events)) = (&verdict, directory.events()) else {
        return Ok(verdict);
    };
    match with_store(args, &directory, &events, report, trust.threads) {
        Err(StoreError::Damaged(what)) => {
            let place = Place::Store;
            Ok(Verdict::Fail(Finding { place, what }))
        }
        compared => Ok(compared?),
    }
}

/// Compares the events beside a ledger with it.
fn with_store(
    args: &VerifyArgs,
    ledger: &Directory,
    events: &Path,
    report: &Report,
    threads: NonZeroUsize,
) -> StoreResult<Verdict> {
    let archive = args.archive.clone().place(ledger.data_dir()).open();
    let archive = archive.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let with = ComparedLedger {
        ledger,
        size: report.size,
        gaps: &report.gaps,
        threads,
    };
    let comparison = compare_events(&with, |each| stored_events(events, archive, each))?;
    Ok(match comparison.first_difference {
        Some(first) => Verdict::Fail(Finding {
            place: Place::Event(first.index, first.id),
            what: first.what,
        }),
        None => Verdict::Pass(Report {
            store: Some(StoreReport {
                equal: comparison.equal,
                archived: comparison.archived,
                expired: comparison.expired,
            }),
            ..report.clone()
        }),
    })
}

/// An evidence package.
fn package(place: &Path, trust: &Trust<'_>) -> Result<Line, Failure> {
    let unreadable = |error| Failure::Other(format!("{}: {error}", place.display()));
    let file = File::open(place).map_err(unreadable)?;
    let bar = progress_bar();
    let outcome = evidence::verify(BufReader::new(file), trust, |events| {
        bar.set_message(format!("{} events", grouped(events)));
    });
    bar.finish_and_clear();
    Ok(Line {
        text: outcome.to_string(),
        code: outcome.exit_code(),
    })
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn with_progress<S: Source>(source: &S, trust: &Trust<'_>) -> Verdict {
    let bar = progress_bar();
    let verdict = verify(source, trust, |events| {
        bar.set_message(format!("{} events", grouped(events)));
    });
    bar.finish_and_clear();
    verdict
}

/// The log that all keys are of: its name is its key's.
fn origin(keys: &[VerifierKey]) -> Result<&str, Failure> {
    let none = || Failure::Other("no verifier key".into());
    let origin = keys.first().ok_or_else(none)?.name();
    match keys.iter().find(|key| key.name() != origin) {
        Some(other) => Err(Failure::Other(format!(
            "the keys are of two logs, {origin:?} and {:?}",
            other.name()
        ))),
        None => Ok(origin),
    }
}

/// The checkpoints in a file, one or several, as anchors append them: an empty line follows each.
fn kept(path: &Path) -> Result<Vec<Earlier>, Failure> {
    let (bytes, name) = (read(path)?, path.display());
    let notes = notes(&bytes);
    let name = |number: usize| match notes.len() {
        1 => name.to_string(),
        _ => format!("{name} ({number})"),
    };
    let numbered = (1..).zip(&notes);
    let earlier = numbered.map(|(number, note)| Earlier {
        name: name(number),
        note: note.clone(),
    });
    Ok(earlier.collect())
}

/// Notes one after the other. One ends where an empty line, or nothing, follows a signature.
fn notes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut notes, mut note, mut signed) = (Vec::new(), Vec::new(), false);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\n" && signed {
            notes.push(std::mem::take(&mut note));
        } else {
            note.extend(line);
        }
        signed = line.starts_with("— ".as_bytes());
    }
    if !note.is_empty() || notes.is_empty() {
        notes.push(note);
    }
    notes
}

fn policy(path: &Path) -> Result<Policy, Failure> {
    let policy = Policy::parse(&read(path)?);
    policy.map_err(|error| Failure::Other(format!("{}: {error}", path.display())))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::Other(format!("{}: {error}", path.display()));
    std::fs::read(path).map_err(unreadable)
}

fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The paths under which a ledger may lie below what somebody names: a data directory, a backup, the
/// ledger itself.
fn candidates(place: &Path) -> [PathBuf; 3] {
    [
        place.join("ledger"),
        place.join("data/ledger"),
        place.into(),
    ]
}
