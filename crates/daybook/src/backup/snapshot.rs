//! A consistent view of a data directory that a server may be using: every file under a second
//! name in a staging directory, made while nothing is moved or removed.
//!
//! It relies on what the store promises. Its mover alone changes or removes what is on disk, and
//! holds `move.lock` while it does; the committer only adds to the log and replaces small files
//! whole, and the ledger removes only what the log can make again. So under that lock a link keeps each file as it is, up to its size at that moment.

use crate::Failure;
use daybook_server::control::copy_database;
use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Held by the store's mover while it changes files.
const MOVE_LOCK: &str = "events/move.lock";
/// The directory of the ledger, and its public checkpoint.
const LEDGER: &str = "ledger";
const CHECKPOINT: &str = "ledger/checkpoint";
/// Held while a backup is made.
const BACKUP_LOCK: &str = "backup.lock";
const STAGING: &str = "backup.staging";
const SQLITE: &[u8] = b"SQLite format 3\0";

/// A file of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Staged {
    /// Relative to the data directory.
    pub(super) path: PathBuf,
    /// How much of it belongs to the snapshot: what was added since does not.
    pub(super) bytes: u64,
}

/// A snapshot under way or done. Its staging directory goes when it is dropped.
#[derive(Debug)]
pub(super) struct Snapshot {
    data_dir: PathBuf,
    /// Holds the links.
    pub(super) staging: PathBuf,
    pub(super) files: Vec<Staged>,
    /// How long moves had to wait for it.
    pub(super) held: Duration,
    _alone: File,
}

impl Snapshot {
    /// Takes a snapshot. Databases come first: what they have handed to the log by then is in the
    /// log's copy, and what they hand over twice is stored once.
    ///
    /// # Errors
    /// When another backup is under way, or the directory cannot be read or linked.
    pub(super) async fn take(data_dir: &Path) -> Result<Self, Failure> {
        let Some(alone) = lock_alone(data_dir)? else {
            let message = "another backup of this directory is under way";
            return Err(Failure::Other(message.into()));
        };
        remove_staging(data_dir)?;
        let staging = data_dir.join(STAGING);
        std::fs::create_dir(&staging)?;
        let mut snapshot = Self {
            data_dir: data_dir.into(),
            staging,
            files: Vec::new(),
            held: Duration::ZERO,
            _alone: alone,
        };
        snapshot.copy_databases().await?;
        tokio::task::spawn_blocking(move || snapshot.link_all())
            .await
            .map_err(|error| Failure::Other(format!("linking files: {error}")))?
    }

    async fn copy_databases(&mut self) -> Result<(), Failure> {
        for path in files_of(&self.data_dir)? {
            let from = self.data_dir.join(&path);
            if is_database(&from)? {
                let to = self.staged(&path)?;
                copy_database(&from, &to).await?;
                let bytes = std::fs::metadata(&to)?.len();
                self.files.push(Staged { path, bytes });
            }
        }
        Ok(())
    }

    fn link_all(mut self) -> Result<Self, Failure> {
        let _no_moves = lock_moves(&self.data_dir.join(MOVE_LOCK))?;
        let began = Instant::now();
        // The second look adds the log segment that was begun during the first: the log's list of
        // segments may have been linked after it.
        self.link_present()?;
        self.link_present()?;
        self.held = began.elapsed();
        Ok(self)
    }

    fn link_present(&mut self) -> Result<(), Failure> {
        let mut paths = files_of(&self.data_dir)?;
        // A checkpoint says what the files after it hold at least: the public one what the last signed
        // one has, both what the log has.
        paths.sort_by_key(|path| (!path.ends_with(CHECKPOINT), !path.starts_with(LEDGER)));
        for path in paths {
            let (from, to) = (self.data_dir.join(&path), self.staged(&path)?);
            if to.exists() || is_part_of_database(&from)? {
                continue;
            }
            match link(&from, &to) {
                Ok(bytes) => self.files.push(Staged { path, bytes }),
                // The committer gave it its final name in between.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let path = path.display();
                    return Err(Failure::Other(format!("linking {path}: {error}")));
                }
            }
        }
        Ok(())
    }

    /// The place of a file in the staging directory.
    fn staged(&self, path: &Path) -> io::Result<PathBuf> {
        let place = self.staging.join(path);
        place.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        Ok(place)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.staging) {
            tracing::warn!(%error, "the staging directory of the backup stays behind");
        }
    }
}

/// Removes what a backup that was killed left behind; a backup under way is left alone. Its links
/// would keep files that were removed or erased since.
pub(crate) fn clear(data_dir: &Path) -> io::Result<()> {
    if data_dir.join(STAGING).exists() && lock_alone(data_dir)?.is_some() {
        remove_staging(data_dir)?;
        tracing::info!("removed what an unfinished backup left behind");
    }
    Ok(())
}

fn remove_staging(data_dir: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(data_dir.join(STAGING)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The lock that one backup at a time holds; `None` while another does.
fn lock_alone(data_dir: &Path) -> io::Result<Option<File>> {
    let lock = File::create(data_dir.join(BACKUP_LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Waits for the move under way and prevents others. Without a store there is nothing to prevent.
fn lock_moves(path: &Path) -> io::Result<Option<File>> {
    match File::create(path) {
        Ok(lock) => lock.lock().map(|()| Some(lock)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// All files below a directory that a backup must hold, by relative path. Not what is derived or
/// belongs to a process: locks, prepared log segments, files that are still being built, exports.
/// Whatever else there is, of whatever part of Daybook, is in.
fn files_of(data_dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(dir) = waiting.pop() {
        let entries = match std::fs::read_dir(data_dir.join(&dir)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = dir.join(entry.file_name());
            if is_derived(&entry.file_name()) {
                continue;
            }
            // Follows symbolic links: a store may lie on a disk of its own.
            match std::fs::metadata(entry.path()) {
                Ok(about) if about.is_dir() => waiting.push(path),
                Ok(about) if about.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    Ok(found)
}

fn is_derived(name: &OsStr) -> bool {
    let path = Path::new(name);
    let extension = path.extension().and_then(OsStr::to_str);
    let text = name.to_str().unwrap_or_default();
    matches!(text, "lock" | "spare" | "archiving" | "exports" | STAGING)
        || matches!(extension, Some("lock" | "new"))
        || text.starts_with(".tmp")
}

fn is_database(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    file.take(SQLITE.len() as u64).read_to_end(&mut head)?;
    Ok(head == SQLITE)
}

/// A database, copied already, or one of the files that SQLite keeps beside it.
fn is_part_of_database(path: &Path) -> io::Result<bool> {
    let name = path.to_str().unwrap_or_default();
    let beside = ["-wal", "-shm", "-journal"]
        .into_iter()
        .find_map(|end| name.strip_suffix(end));
    match beside {
        Some(database) => is_database(Path::new(database)),
        None => is_database(path),
    }
}

/// Gives a file a second name; answers its size. On another file system it is copied.
fn link(from: &Path, to: &Path) -> io::Result<u64> {
    match std::fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => std::fs::copy(from, to),
        linked => linked.and_then(|()| Ok(std::fs::metadata(to)?.size())),
    }
}
