//! `daybook backup`: a complete, checked copy of a data directory, beside a running server or
//! without one. Every event that was acknowledged before it began is in it.

mod copy;
mod manifest;
mod restore;
mod snapshot;
#[cfg(test)]
mod tests;

pub(crate) use restore::{check, run as restore};
pub(crate) use snapshot::clear;

use crate::cli::BackupArgs;
use crate::config::ARCHIVE;
use crate::{Failure, config, keys, logging, output};
use copy::copy_snapshot;
use daybook_model::{Timestamp, limits, validate};
use daybook_server::control::{Change, Control};
use daybook_store::ArchivedFile;
use indicatif::{ProgressBar, ProgressStyle};
use manifest::{DATA, Entry, Manifest};
use serde_json::{Value, json};
use snapshot::Snapshot;
use std::collections::HashMap;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Instant;

pub(crate) async fn run(args: BackupArgs) -> Result<(), Failure> {
    logging::start("warn")?;
    let data_dir = config::data_dir(args.place)?;
    let target = args.target;
    if !Control::exists_in(&data_dir) {
        let shown = data_dir.display();
        return Err(Failure::Other(format!("{shown} is no data directory")));
    }
    check(&data_dir)?;
    let made = make(&data_dir, &target).await;
    let told = record(&data_dir, &target, &made).await;
    let result = made?;
    told?;
    output::result(&result.to_string());
    Ok(())
}

/// Makes the backup, and says what became of it.
async fn make(data_dir: &Path, target: &Path) -> Result<Value, Failure> {
    make_target(target, data_dir)?;
    let (began, began_at) = (Instant::now(), Timestamp::now());
    let snapshot = Snapshot::take(data_dir).await?;
    let (held, to) = (snapshot.held, target.to_owned());
    let copied = tokio::task::spawn_blocking(move || copy_all(&snapshot, began_at, &to)).await;
    let copied = copied.map_err(|error| Failure::Other(format!("copying files: {error}")))?;
    let manifest = copied?;

    Ok(json!({
        "target": target.display().to_string(),
        "files": manifest.files.len(),
        "bytes": manifest.bytes(),
        "began_at": began_at,
        "seconds": began.elapsed().as_secs_f64(),
        "moves_held_ms": held.as_secs_f64() * 1_000.0,
    }))
}

/// Makes the target, for its owner alone: a backup holds what the data directory holds.
fn make_target(target: &Path, data_dir: &Path) -> Result<(), Failure> {
    let shown = target.display();
    let exists = target.exists();
    if exists && std::fs::read_dir(target)?.next().is_some() {
        let message = format!("{shown} is not empty: a backup is made in a directory of its own");
        return Err(Failure::Other(message));
    }
    if !exists {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(target)?;
    }
    if target.canonicalize()?.starts_with(data_dir.canonicalize()?) {
        let message = format!("{shown} lies inside the data directory");
        return Err(Failure::Other(message));
    }
    Ok(())
}

fn copy_all(snapshot: &Snapshot, began_at: Timestamp, target: &Path) -> Result<Manifest, Failure> {
    let data = target.join(DATA);
    std::fs::create_dir(&data)?;
    let bytes = snapshot.files.iter().map(|file| file.bytes).sum();
    let bar = progress("Copying", bytes);
    let entries = copy_snapshot(snapshot, &data, &|bytes| bar.inc(bytes))?;
    // A copy of damage is no backup. Without a manifest it is not taken for one.
    let incomplete = |damage| Failure::Other(format!("this backup is not complete: {damage}"));
    let events = data.join("events");
    daybook_store::verify(&events, &data.join("ledger"))
        .map_err(|damage| incomplete(damage.to_string()))?;
    if data.join(ARCHIVE).is_dir() {
        let archived = daybook_store::archived_files(&events);
        let archived = archived.map_err(|damage| incomplete(damage.to_string()))?;
        check_archive(&archived, &entries).map_err(incomplete)?;
    }
    let manifest = Manifest::new(began_at, entries);
    manifest.write(target)?;
    bar.finish_and_clear();
    Ok(manifest)
}

/// Whether every archived file is in the copy, as it was written.
fn check_archive(archived: &[ArchivedFile], entries: &[Entry]) -> Result<(), String> {
    let copied: HashMap<&Path, &str> = entries
        .iter()
        .map(|entry| (entry.path.as_path(), entry.sha256.as_str()))
        .collect();
    for file in archived {
        let path = Path::new(ARCHIVE).join(&file.name);
        match copied.get(path.as_path()) {
            Some(sha256) if *sha256 == file.sha256 => {}
            Some(_) => return Err(format!("{} is damaged", path.display())),
            None => return Err(format!("{} is missing", path.display())),
        }
    }
    Ok(())
}

fn progress(what: &str, bytes: u64) -> ProgressBar {
    let template = "{msg} {bar:30} {bytes} of {total_bytes} ({eta} left)";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(bytes);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar
}

/// Names a backup in the audit event of what is done with it.
fn describe(change: &mut Change, place: &str) {
    let name = Path::new(place).file_name().unwrap_or_default();
    change.resource("backup", place, &name.to_string_lossy());
}

/// Puts on record that everything, secrets included, was copied, and where to; or that it was to be.
async fn record(
    data_dir: &Path,
    target: &Path,
    made: &Result<Value, Failure>,
) -> Result<(), Failure> {
    let control = Control::open(data_dir).await?;
    let (actor, target) = (keys::actor(), target.display().to_string());
    let (details, failed) = match made {
        Ok(result) => (result.to_string(), None),
        Err(failure) => (
            json!({"target": target}).to_string(),
            Some(failure.to_string()),
        ),
    };
    let told = control.change(&actor, "backup.created", |change| {
        Box::pin(async move {
            describe(change, &target);
            // Everything leaves with it.
            change.audit.set_text("operation", "export");
            change.audit.set_json("details", details);
            if let Some(reason) = failed {
                change.audit.set_text("result", "failure");
                let reason = validate::prefix(&reason, limits::KEYWORD_BYTES_MAX);
                change.audit.set_text("reason", reason);
            }
            Ok(())
        })
    });
    told.await?;
    control.close().await;
    Ok(())
}
