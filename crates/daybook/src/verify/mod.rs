//! `daybook verify`: joins a source of a log's files with what the caller trusts, and says what the
//! verifier found. It believes nothing of what it reads, and changes nothing of it.

mod directory;
mod remote;

use crate::cli::VerifyArgs;
use crate::{Failure, output, verifier_keys};
use daybook_archive::Depot;
use daybook_ledger::verify::{Earlier, FileHashes, Source, Trust, Verdict, grouped, verify};
use daybook_ledger::{Note, Policy, VerifierKey, evidence};
use daybook_server::verdict_with_store;
use daybook_store::archive_strays;
use daybook_store::ledger::{ComparedLedger, compare_events, stored_events};
use directory::Directory;
use indicatif::ProgressBar;
use remote::Remote;
use std::fs::File;
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
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
        return package(place, &trust, args.tiles.as_deref(), runtime);
    }
    if args.tiles.is_some() {
        let what = "--tiles is for evidence packages: what is verified here has tiles of its own";
        return Err(Failure::Other(what.into()));
    }
    if is_url(&args.place) {
        let key = args.api_key.clone();
        let remote = Remote::new(&args.place, policy.is_some(), key, runtime.clone());
        return Ok(with_progress(&remote.map_err(Failure::Other)?, &trust).into());
    }
    Ok(log(args, place, &trust)?.into())
}

/// A data directory or a backup.
fn log(args: &VerifyArgs, place: &Path, trust: &Trust<'_>) -> Result<Verdict, Failure> {
    let directory = Directory::find(place, trust.policy.is_some());
    let directory = directory.map_err(Failure::Other)?;
    let verdict = with_progress(&directory, trust);
    let Verdict::Pass(report) = &verdict else {
        return Ok(verdict);
    };
    let Some(events) = directory.events(place).map_err(Failure::Other)? else {
        return Ok(verdict);
    };
    let archive = args.archive.clone().place(directory.data_dir()).open();
    let archive = archive.map_err(|error| Failure::Other(error.to_string()))?;
    let with = ComparedLedger {
        ledger: &directory,
        size: report.size,
        gaps: &report.gaps,
        threads: trust.threads,
    };
    let read = Arc::clone(&archive);
    let compared = compare_events(&with, |each| stored_events(&events, read, each));
    tell_strays(&events, archive);
    Ok(verdict_with_store(report.clone(), compared))
}

/// Tells of files in the archive of which nothing was compared. They are no failure: nothing that Daybook
/// shows comes from them.
fn tell_strays(events: &Path, archive: Arc<dyn Depot>) {
    let strays = archive_strays(events, archive).map_err(|error| {
        format!("files in the archive that are not on record cannot be looked for: {error}")
    });
    let note = strays.map(|strays| {
        let first = strays.first()?;
        let count = grouped(strays.len() as u64);
        Some(format!(
            "{count} files in the archive are not on record, first {first:?}: they were compared with nothing, \
             and Daybook shows nothing of them, unless an archiving under way has brought them"
        ))
    });
    if let Some(note) = note.unwrap_or_else(Some) {
        output::note(&note);
    }
}

fn is_url(place: &str) -> bool {
    place.starts_with("https://") || place.starts_with("http://")
}

/// An evidence package, and where the tiles of its log are.
fn package(
    place: &Path,
    trust: &Trust<'_>,
    tiles: Option<&str>,
    runtime: &Handle,
) -> Result<Line, Failure> {
    let unreadable = |error| Failure::Other(format!("{}: {error}", place.display()));
    let file = BufReader::new(File::open(place).map_err(unreadable)?);
    let bar = progress_bar();
    let progress = |events| bar.set_message(format!("{} events", grouped(events)));
    let outcome = match tiles {
        None => evidence::verify(file, trust, None, progress),
        Some(url) if is_url(url) => {
            let remote = Remote::new(url, false, None, runtime.clone());
            let remote = remote.map_err(Failure::Other)?;
            evidence::verify(file, trust, Some(&FileHashes(&remote)), progress)
        }
        Some(path) => {
            let directory = Directory::find(Path::new(path), false);
            let directory = directory.map_err(Failure::Other)?;
            evidence::verify(file, trust, Some(&FileHashes(&directory)), progress)
        }
    };
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
    let notes = whole(notes(&bytes), |cut| {
        output::note(&format!(
            "{name}: {cut} checkpoints were written in part; they say nothing"
        ));
    });
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

/// Notes one after the other. One ends with an empty line that no signature follows.
fn notes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let is_signature = |line: &[u8]| line.starts_with("— ".as_bytes());
    let (mut notes, mut note) = (Vec::new(), Vec::new());
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let ends = line == b"\n" && !lines.peek().is_some_and(|next| is_signature(next));
        match ends && !note.is_empty() {
            true => notes.push(std::mem::take(&mut note)),
            false if line == b"\n" && note.is_empty() => {}
            false => note.extend(line),
        }
    }
    if !note.is_empty() || notes.is_empty() {
        notes.push(note);
    }
    notes
}

/// Of several notes those that are whole: with a full disk an anchor may have begun to write one.
fn whole(notes: Vec<Vec<u8>>, tell_cut: impl FnOnce(usize)) -> Vec<Vec<u8>> {
    let is_whole = |note: &Vec<u8>| Note::parse(note).is_ok();
    let (kept, cut): (Vec<_>, Vec<_>) = notes.into_iter().partition(is_whole);
    match (kept.is_empty(), cut.len()) {
        // Whoever reads it says what is wrong.
        (true, _) => cut,
        (false, 0) => kept,
        (false, count) => {
            tell_cut(count);
            kept
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_anchor_wrote_in_part_is_told_apart() {
        let note =
            |size: u32| format!("log\n{size}\nroot\n\n— log AAAAAAAAAAAA\n— w AAAAAAAAAAAA\n");
        let (one, two) = (note(1), note(2));
        let found = |text: &str| {
            let mut cut = 0;
            let notes = whole(notes(text.as_bytes()), |count| cut = count);
            let notes = notes
                .into_iter()
                .map(|note| String::from_utf8(note).unwrap());
            (notes.collect::<Vec<_>>(), cut)
        };
        assert_eq!(found(&one), (vec![one.clone()], 0));
        let both = vec![one.clone(), two.clone()];
        assert_eq!(found(&format!("{one}\n{two}\n")), (both.clone(), 0));
        for cut in ["lo", "log\n2\nro", "log\n2\nroot\n\n— log AAAA"] {
            let text = format!("{one}\n{cut}\n\n{two}\n");
            assert_eq!(found(&text), (both.clone(), 1), "{cut}");
        }
        assert_eq!(found("nothing\n").0, ["nothing\n"]);
    }
}
