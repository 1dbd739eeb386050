//! What a witness remembers: of each log the last checkpoint that it cosigned, in a file named after the
//! log. Invariant: what it answers about is in the file, flushed.

use super::WitnessError;
use daybook_ledger::witness::{Cosigned, KnownLog};
use daybook_ledger::{Checkpoint, Hash, Note, VerifierKey};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The logs of a witness, by their origins.
#[derive(Debug)]
pub(super) struct Logs {
    dir: PathBuf,
    known: BTreeMap<String, KnownLog>,
    /// Held while the directory is in use: two witnesses with one memory would forget.
    _alone: File,
}

fn failed(path: &Path) -> impl Fn(io::Error) -> WitnessError {
    move |cause| WitnessError::File {
        path: path.into(),
        cause,
    }
}

impl Logs {
    /// Reads what a witness with this key remembers of logs with these keys.
    pub(super) fn open(
        dir: &Path,
        witness: &VerifierKey,
        keys: &[VerifierKey],
    ) -> Result<Self, WitnessError> {
        std::fs::create_dir_all(dir).map_err(failed(dir))?;
        let alone = lock(&dir.join("lock"))?;
        let mut known: BTreeMap<String, KnownLog> = BTreeMap::new();
        for key in keys {
            let origin = key.name().to_owned();
            if let Some(log) = known.get_mut(&origin) {
                log.keys.push(key.clone());
                continue;
            }
            let log = KnownLog {
                last: read(&dir.join(name(&origin)), &origin, witness)?,
                keys: vec![key.clone()],
                origin: origin.clone(),
            };
            known.insert(origin, log);
        }
        Ok(Self {
            dir: dir.into(),
            known,
            _alone: alone,
        })
    }

    pub(super) fn get(&self, origin: &str) -> Option<&KnownLog> {
        self.known.get(origin)
    }

    /// The last checkpoint of the log whose origin has this hash, in hexadecimal.
    pub(super) fn last_of(&self, hash: &str) -> Option<&Note> {
        let log = self.known.values().find(|log| id(&log.origin) == hash)?;
        log.last.as_ref().map(|last| &last.note)
    }

    /// Remembers a checkpoint of a log, durably.
    pub(super) fn keep(&mut self, origin: &str, last: Cosigned) -> Result<(), WitnessError> {
        let path = self.dir.join(name(origin));
        replace(&path, last.note.to_string().as_bytes()).map_err(failed(&path))?;
        if let Some(log) = self.known.get_mut(origin) {
            log.last = Some(last);
        }
        Ok(())
    }
}

/// How the monitoring path of a log calls it: the hash of its origin (C2SP tlog-witness).
fn id(origin: &str) -> String {
    Hash::digest(origin.as_bytes()).to_hex()
}

fn name(origin: &str) -> String {
    format!("{}.checkpoint", id(origin))
}

fn lock(path: &Path) -> Result<File, WitnessError> {
    let file = File::create(path).map_err(failed(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(WitnessError::Content {
            path: path.into(),
            why: "another witness uses this directory".into(),
        }),
        Err(TryLockError::Error(cause)) => Err(failed(path)(cause)),
    }
}

fn read(
    path: &Path,
    origin: &str,
    witness: &VerifierKey,
) -> Result<Option<Cosigned>, WitnessError> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(failed(path))?,
    };
    let wrong = |why: &dyn std::fmt::Display| WitnessError::Content {
        path: path.into(),
        why: format!(
            "{why}. It must be what this witness, {witness}, has cosigned last of {origin:?}: bring \
             back the file or the key that belong together"
        ),
    };
    let note = Note::parse(&bytes).map_err(|error| wrong(&error))?;
    let found = Checkpoint::parse(note.text_unverified()).map_err(|error| wrong(&error))?;
    if found.origin != origin {
        return Err(wrong(&format!("it is about {:?}", found.origin)));
    }
    let last = Cosigned::read(note, witness).map_err(|error| wrong(&error))?;
    Ok(Some(last))
}

/// Puts a file in place, whole and flushed, its name too.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let building = path.with_extension("new");
    let mut file = File::create(&building)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&building, path)?;
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => File::open(dir)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
