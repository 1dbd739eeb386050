//! `daybook restore`: a data directory from a backup. Every file is checked while it is copied; a
//! directory whose restoring did not end is not taken for a whole one.

use super::copy::{about, create, sync_dirs};
use super::manifest::{DATA, Entry, Manifest, copy_hashed};
use super::{describe, progress};
use crate::cli::RestoreArgs;
use crate::{Failure, config, keys, output};
use daybook_server::control::Control;
use serde_json::json;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Holds what is being restored until all of it is there and checked.
const UNFINISHED: &str = "restore.unfinished";

pub(crate) async fn run(args: RestoreArgs) -> Result<(), Failure> {
    let data_dir = config::data_dir(args.place)?;
    let backup = args.backup;
    let began = Instant::now();
    let manifest = Manifest::read(&backup)?;
    begin(&data_dir)?;
    let (files, bytes) = (manifest.files.len(), manifest.bytes());
    let details = json!({
        "backup": backup.display().to_string(),
        "began_at": manifest.began_at,
        "version": manifest.version,
        "files": files,
        "bytes": bytes,
    });
    let (target, place) = (data_dir.clone(), backup.display().to_string());
    let copied = tokio::task::spawn_blocking(move || copy_all(&backup, &manifest, &target)).await;
    copied.map_err(|error| Failure::Other(format!("copying files: {error}")))??;

    let control = Control::open(&data_dir).await?;
    let actor = keys::actor();
    let told = control.change(&actor, "backup.restored", |change| {
        Box::pin(async move {
            describe(change, &place);
            change.audit.set_text("operation", "upload");
            change.audit.set_json("details", details.to_string());
            Ok(())
        })
    });
    told.await?;
    control.close().await;
    let seconds = began.elapsed().as_secs_f64();
    output::result(&json!({"files": files, "bytes": bytes, "seconds": seconds}).to_string());
    output::note("Restored. Start it with: daybook serve");
    Ok(())
}

/// Refuses a directory that a restore did not finish.
pub(crate) fn check(data_dir: &Path) -> Result<(), Failure> {
    match data_dir.join(UNFINISHED).exists() {
        true => Err(Failure::Other(format!(
            "{} was not restored to the end: empty it and restore again",
            data_dir.display()
        ))),
        false => Ok(()),
    }
}

pub(super) fn begin(data_dir: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(data_dir)?;
    if let Some(found) = std::fs::read_dir(data_dir)?.next() {
        return Err(Failure::Other(format!(
            "{} is not empty (it has {}): a backup is restored into an empty directory only",
            data_dir.display(),
            found?.file_name().display()
        )));
    }
    std::fs::create_dir(data_dir.join(UNFINISHED))?;
    Ok(())
}

pub(super) fn copy_all(backup: &Path, manifest: &Manifest, data_dir: &Path) -> Result<(), Failure> {
    let (from, to) = (backup.join(DATA), data_dir.join(UNFINISHED));
    let bar = progress("Restoring", manifest.bytes());
    for entry in &manifest.files {
        restore_file(&from.join(&entry.path), &to.join(&entry.path), entry)
            .map_err(|error| about(&entry.path, &error))?;
        bar.inc(entry.bytes);
    }
    sync_dirs(&to, manifest.files.iter().map(|entry| entry.path.as_path()))?;
    let restored: io::Result<Vec<PathBuf>> = std::fs::read_dir(&to)?
        .map(|entry| Ok(entry?.path()))
        .collect();
    for path in restored? {
        let name = path.file_name().unwrap_or_default();
        std::fs::rename(&path, data_dir.join(name))?;
    }
    File::open(data_dir)?.sync_all()?;
    std::fs::remove_dir(&to)?;
    bar.finish_and_clear();
    Ok(File::open(data_dir)?.sync_all()?)
}

fn restore_file(from: &Path, to: &Path, entry: &Entry) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = create(to, &source)?;
    // One byte more shows a file that has grown.
    let (bytes, sha256) = copy_hashed(&mut source, &mut target, entry.bytes.saturating_add(1))?;
    if (bytes, &sha256) != (entry.bytes, &entry.sha256) {
        let message = "it is not what was backed up: the backup is damaged";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    target.sync_all()
}
