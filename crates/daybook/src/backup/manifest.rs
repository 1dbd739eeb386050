//! The list of a backup's files, written last: a backup without it is not complete. Every file is
//! there under its size and SHA-256, which other tools can check, too.

use crate::Failure;
use daybook_model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

/// The manifest's name in a backup.
pub(crate) const NAME: &str = "manifest.json";
/// The directory beside it that holds the files.
pub(crate) const DATA: &str = "data";
/// Changes when an older Daybook could not restore what a newer one wrote.
const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    /// The version that made it.
    pub(crate) version: String,
    /// When it was begun: everything acknowledged before is in it.
    pub(crate) began_at: String,
    pub(crate) files: Vec<Entry>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Relative to the data directory.
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// In hexadecimal.
    pub(crate) sha256: String,
}

impl Manifest {
    pub(crate) fn new(began_at: Timestamp, files: Vec<Entry>) -> Self {
        let version = env!("CARGO_PKG_VERSION").into();
        Self {
            format: FORMAT,
            version,
            began_at: began_at.to_string(),
            files,
        }
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }

    /// Puts the manifest in place, whole, and flushes it.
    pub(crate) fn write(&self, backup: &Path) -> io::Result<()> {
        let building = backup.join("manifest.new");
        let mut file = File::create(&building)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        std::fs::rename(&building, backup.join(NAME))?;
        File::open(backup)?.sync_all()
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    pub(crate) fn read(backup: &Path) -> Result<Self, Failure> {
        let shown = backup.display();
        let text = std::fs::read(backup.join(NAME)).map_err(|error| {
            Failure::Other(match error.kind() {
                io::ErrorKind::NotFound if backup.is_dir() => format!(
                    "{shown} is no complete backup: it has no {NAME}, which is written last"
                ),
                _ => format!("{shown} cannot be read: {error}"),
            })
        })?;
        let unusable = |why: String| Failure::Other(format!("{shown}: {NAME} {why}"));
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|error| unusable(format!("is damaged: {error}")))?;
        if manifest.format != FORMAT {
            let version = &manifest.version;
            return Err(unusable(format!(
                "was written by another Daybook ({version})"
            )));
        }
        let inside = |entry: &&Entry| {
            let mut parts = entry.path.components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        match manifest.files.iter().find(|entry| !inside(entry)) {
            Some(entry) => Err(unusable(format!("names {}", entry.path.display()))),
            None => Ok(manifest),
        }
    }
}

/// Copies a file's beginning and hashes what it copies. Where the source is shorter, so is the copy.
pub(crate) fn copy_hashed(
    from: &mut dyn Read,
    to: &mut dyn Write,
    bytes: u64,
) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let (mut from, mut copied) = (from.take(bytes), 0);
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        copied += read as u64;
    }
    let digest = hash.finalize();
    Ok((
        copied,
        digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    ))
}
