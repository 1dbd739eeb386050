//! Copies of files, hashed and flushed. A backup and what it was made from share no block of the
//! disk, so that damage to one leaves the other whole.

use super::manifest::{Entry, copy_hashed};
use super::snapshot::{Snapshot, Staged};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What every segment of the write-ahead log begins with.
const LOG_MAGIC: &[u8; 8] = b"DAYBKWAL";
const PART_BYTES: u64 = 1 << 20;

/// Copies the files of a snapshot into a directory.
pub(super) fn copy_snapshot(
    snapshot: &Snapshot,
    data: &Path,
    progress: &dyn Fn(u64),
) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(snapshot.files.len());
    for staged in &snapshot.files {
        let (from, to) = (snapshot.staging.join(&staged.path), data.join(&staged.path));
        let copied = copy(&from, &to, staged);
        entries.push(copied.map_err(|error| about(&staged.path, &error))?);
        progress(staged.bytes);
    }
    sync_dirs(data, entries.iter().map(|entry| entry.path.as_path()))?;
    Ok(entries)
}

/// An error that names its file.
pub(super) fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path, staged: &Staged) -> io::Result<Entry> {
    let mut source = File::open(from)?;
    let mut target = create(to, &source)?;
    let (copied, sha256) = if is_log_segment(&source)? {
        copy_backwards(&source, &target, staged.bytes)?;
        // Hashed as it lies there now: its last part may have been written to meanwhile.
        copy_hashed(&mut File::open(to)?, &mut io::sink(), staged.bytes)?
    } else {
        copy_hashed(&mut source, &mut target, staged.bytes)?
    };
    if copied != staged.bytes {
        return Err(io::Error::other("it became shorter while it was copied"));
    }
    target.sync_all()?;
    Ok(Entry {
        path: staged.path.clone(),
        bytes: copied,
        sha256,
    })
}

/// A new file with the permissions of its source.
pub(super) fn create(to: &Path, source: &File) -> io::Result<File> {
    to.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    let target = File::create_new(to)?;
    target.set_permissions(source.metadata()?.permissions())?;
    Ok(target)
}

/// Makes the names below a directory durable, those of the files' directories and its own.
pub(super) fn sync_dirs<'p>(root: &Path, files: impl Iterator<Item = &'p Path>) -> io::Result<()> {
    let dirs: BTreeSet<&Path> = files.flat_map(|file| file.ancestors().skip(1)).collect();
    for dir in dirs {
        File::open(root.join(dir))?.sync_all()?;
    }
    root.parent()
        .map_or(Ok(()), |above| match above.as_os_str().is_empty() {
            true => File::open(".")?.sync_all(),
            false => File::open(above)?.sync_all(),
        })
}

fn is_log_segment(file: &File) -> io::Result<bool> {
    let mut head = Vec::new();
    let mut file = file;
    file.take(LOG_MAGIC.len() as u64).read_to_end(&mut head)?;
    io::Seek::rewind(&mut file)?;
    Ok(head == LOG_MAGIC)
}

/// Copies the last part first. A segment may be growing: commits are written one after the other,
/// so each earlier part, read later, holds every commit that a later part goes on from, and what
/// the copy ends with is whole or torn, but never has a hole.
fn copy_backwards(from: &File, to: &File, bytes: u64) -> io::Result<()> {
    let mut buffer = vec![0; usize::try_from(PART_BYTES).map_err(io::Error::other)?];
    let mut end = bytes;
    while end > 0 {
        let start = (end - 1) / PART_BYTES * PART_BYTES;
        let part = usize::try_from(end - start).map_err(io::Error::other)?;
        from.read_exact_at(&mut buffer[..part], start)?;
        to.write_all_at(&buffer[..part], start)?;
        end = start;
    }
    Ok(())
}
