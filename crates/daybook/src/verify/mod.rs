//! `daybook verify`: joins a source of a log's files with what the caller trusts, and says what the
//! verifier found. It believes nothing of what it reads, and changes nothing of it.

mod directory;
mod online;
mod remote;

use crate::cli::VerifyArgs;
use crate::{Failure, output, verifier_keys};
use daybook_ledger::verify::{Earlier, Finding, Place, Source, Trust, Verdict, grouped, verify};
use daybook_ledger::{Policy, VerifierKey, evidence};
use daybook_model::StoreError;
use directory::Directory;
use indicatif::ProgressBar;
use online::{Compared, compare};
use remote::Remote;
use std::fmt;
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
    let unchecked =
        |failure: Failure| -> Outcome { Verdict::Unchecked(failure.to_string()).into() };
    let Line { text, code } = checked.unwrap_or_else(|failure| unchecked(failure).into());
    output::result(&text);
    ExitCode::from(code)
}

/// What came out, in one line, and the program's exit code.
struct Line {
    text: String,
    code: u8,
}

impl From<Outcome> for Line {
    fn from(outcome: Outcome) -> Self {
        Self {
            text: outcome.to_string(),
            code: outcome.verdict.exit_code(),
        }
    }
}

/// What came out of a log.
struct Outcome {
    verdict: Verdict,
    /// What of the store was compared with the ledger, if there is a store.
    compared: Option<Compared>,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        let compared = None;
        Self { verdict, compared }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        let (Verdict::Pass(_), Some(compared)) = (&self.verdict, &self.compared) else {
            return Ok(());
        };
        let equal = grouped(compared.equal);
        write!(f, "; {equal} events compared with the store")?;
        if compared.archived > 0 {
            write!(f, ", {} of them archived", grouped(compared.archived))?;
        }
        if compared.expired > 0 {
            write!(
                f,
                "; of {} expired events the hashes",
                grouped(compared.expired)
            )?;
        }
        Ok(())
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
        let verdict = with_progress(&remote.map_err(Failure::Other)?, &trust);
        return Ok(Outcome::from(verdict).into());
    }
    Ok(log(args, place, &trust)?.into())
}

/// A data directory or a backup.
fn log(args: &VerifyArgs, place: &Path, trust: &Trust<'_>) -> Result<Outcome, Failure> {
    let directory = Directory::find(place, trust.policy.is_some());
    let directory = directory.map_err(Failure::Other)?;
    let verdict = with_progress(&directory, trust);
    match (&verdict, directory.events()) {
        (Verdict::Pass(report), Some(events)) => {
            let archive = args.archive.clone().place(directory.data_dir()).open();
            let archive = archive.map_err(|error| Failure::Other(error.to_string()))?;
            let mut compared = match compare(&events, archive, &directory, report, trust.threads) {
                Err(StoreError::Damaged(what)) => {
                    let place = Place::Store;
                    return Ok(Verdict::Fail(Finding { place, what }).into());
                }
                compared => compared?,
            };
            Ok(Outcome {
                verdict: compared.wrong().map_or(verdict, Verdict::Fail),
                compared: Some(compared),
            })
        }
        _ => Ok(verdict.into()),
    }
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
