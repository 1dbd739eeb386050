//! The record of an archived period: what the store believes about it. Whoever archives, removes or
//! erases writes it last, and a start goes by it: what it names is archived, and online copies of
//! that are left over.

use super::{Archive, Archived, ArchivedPeriod, Sums, store_error};
use crate::error::io_error;
use crate::head::PartitionKey;
use crate::partition::checksum_line;
use daybook_archive::manifest::File;
use daybook_archive::{BlockSums, Known, Manifest, durable};
use daybook_model::logstore::StoreResult;
use daybook_model::{Period, StoreError, Stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is archived of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// As it lies beside the files.
    pub(crate) manifest: Manifest,
    /// The checksums of the files' blocks, by the name of the file.
    pub(crate) sums: BTreeMap<String, BlockSums>,
    /// Partition directories of this period with a smaller number are archived.
    pub(crate) next_dir: u64,
    /// Events of heads up to this generation are archived.
    pub(crate) moved_through: u64,
    /// Largest `seq` that was archived.
    pub(crate) seq_max: i64,
    /// Whether the depot may hold files of this period that count no more.
    pub(crate) untidy: bool,
}

impl Record {
    /// The record of a period of which nothing is archived.
    pub(crate) fn new(installation: &str, (stream, period): PartitionKey) -> Self {
        Self {
            manifest: Manifest::new(installation, stream, period),
            sums: BTreeMap::new(),
            next_dir: 0,
            moved_through: 0,
            seq_max: 0,
            untidy: false,
        }
    }

    pub(crate) fn key(&self) -> PartitionKey {
        (self.manifest.stream, self.manifest.period)
    }

    /// Whether nothing is archived any more, nor known of what was, nor left to tidy.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.manifest.is_empty() && !self.untidy
    }

    /// The checksums of a file.
    pub(super) fn sums_of(&self, file: &File) -> StoreResult<Sums> {
        let sums = self.sums.get(&file.name).cloned().map(Arc::new);
        sums.ok_or_else(|| damaged(self.key(), &format!("it has no checksums of {}", file.name)))
    }

    /// Keeps only the checksums of files that count.
    pub(super) fn forget_other_sums(&mut self) {
        let files = self.manifest.parts.iter().flat_map(|part| part.files());
        let names: Vec<&str> = files.map(|file| file.name.as_str()).collect();
        self.sums.retain(|name, _| names.contains(&name.as_str()));
    }

    /// Writes it, durably; one that says nothing is removed.
    fn save(&self, archive: &Archive) -> std::io::Result<()> {
        let path = path(&archive.dir, self.key());
        if self.is_forgotten() {
            return durable::remove(&path);
        }
        let json = serde_json::to_vec(self)?;
        durable::write(&path, |out| {
            out.write_all(&json)?;
            out.write_all(checksum_line(&json).as_bytes())
        })
    }

    /// Puts it in place of another one, or of none. When that fails, the old one is put back.
    ///
    /// # Errors
    /// The second part says why it is unknown which one holds after a restart, if it is.
    pub(super) fn replace(
        &self,
        before: Option<&Self>,
        archive: &Archive,
    ) -> Result<(), (StoreError, Option<String>)> {
        let Err(error) = self.save(archive) else {
            return Ok(());
        };
        let undone = match before {
            Some(before) => before.save(archive),
            None => durable::remove(&path(&archive.dir, self.key())),
        };
        let unknown = undone.err().map(|error| {
            let (stream, period) = self.key();
            format!("the archive record of {stream}/{period} cannot be written: {error}")
        });
        Err((io_error("writing an archive record", &error), unknown))
    }
}

/// Where records and ids lie.
pub(super) fn dir(store: &Path) -> PathBuf {
    store.join("archived")
}

fn path(dir: &Path, (stream, period): PartitionKey) -> PathBuf {
    dir.join(stream.name()).join(format!("{period}.json"))
}

/// The ids of a part.
pub(super) fn ids_path(dir: &Path, (stream, period): PartitionKey, part: u64) -> PathBuf {
    let period = dir.join(stream.name()).join(period.to_string());
    period.join(format!("{part}.ids"))
}

/// All that is archived, by the records of a store's directory.
pub(crate) fn load_all(archive: &Archive) -> StoreResult<Archived> {
    let records = load_records(archive)?.into_iter();
    let periods = records.map(|record| ArchivedPeriod::new(archive, record).map(Arc::new));
    Archived::new(periods.collect::<StoreResult<Vec<_>>>()?)
}

/// The records of a store's directory.
pub(super) fn load_records(archive: &Archive) -> StoreResult<Vec<Record>> {
    let mut records = Vec::new();
    for stream in Stream::ALL {
        let entries = match std::fs::read_dir(archive.dir.join(stream.name())) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|e| io_error("reading the archive records", &e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| io_error("reading the archive records", &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(Ok(period)) = name.strip_suffix(".json").map(str::parse::<Period>) {
                let record = load((stream, period), &entry.path())?;
                // The process that wrote it may have been killed before its name was durable, and
                // what it says is archived goes now.
                durable::sync_above(&entry.path())
                    .map_err(|e| io_error("flushing an archive record", &e))?;
                records.push(record);
            }
        }
    }
    Ok(records)
}

/// The record of a period as it is now; `None` when nothing of it is archived any more.
pub(super) fn current(archive: &Archive, key: PartitionKey) -> StoreResult<Option<Record>> {
    let path = path(&archive.dir, key);
    match path.exists() {
        true => load(key, &path).map(Some),
        false => Ok(None),
    }
}

fn load(key: PartitionKey, path: &Path) -> StoreResult<Record> {
    let bytes = std::fs::read(path).map_err(|e| io_error("reading an archive record", &e))?;
    let at = bytes.len().saturating_sub(checksum_line(b"").len());
    let (json, line) = bytes.split_at(at);
    if line != checksum_line(json).as_bytes() {
        return Err(damaged(key, &"it fails its checksum"));
    }
    let record: Record = serde_json::from_slice(json).map_err(|e| damaged(key, &e))?;
    match record.key() == key {
        true => Ok(record),
        false => Err(damaged(key, &"it is of another period")),
    }
}

fn damaged((stream, period): PartitionKey, what: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("archive record {stream}/{period}: {what}"))
}

impl Archive {
    /// What tells this store from others that may use the same depot.
    pub(super) fn installation(&self) -> StoreResult<String> {
        let path = self.dir.join("installation");
        match std::fs::read_to_string(&path) {
            Ok(id) => Ok(id.trim().into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let id = uuid::Uuid::now_v7().to_string();
                let written = durable::write(&path, |out| writeln!(out, "{id}"));
                written.map_err(|e| io_error("naming the installation", &e))?;
                Ok(id)
            }
            Err(error) => Err(io_error("reading the installation's name", &error)),
        }
    }

    /// Makes sure that no other store uses the depot: each would tidy away what the other has.
    pub(super) fn claim(&self) -> StoreResult<String> {
        const NAME: &str = "daybook.json";
        let own = self.installation()?;
        let io = |e: std::io::Error| io_error(&format!("reading {NAME} of the archive"), &e);
        let found = match self.depot.read_all(NAME) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            found => Some(found.map_err(io)?),
        };
        let Some(found) = found else {
            let claim = serde_json::json!({
                "format": daybook_archive::manifest::FORMAT,
                "installation": own,
            });
            let put = self.depot.put(NAME, claim.to_string().as_bytes());
            put.map_err(|e| io_error("claiming the archive", &e))?;
            return Ok(own);
        };
        let found: serde_json::Value = serde_json::from_slice(&found).unwrap_or_default();
        match found["installation"].as_str() == Some(own.as_str()) {
            true => Ok(own),
            false => Err(StoreError::Unavailable(format!(
                "the archive at {} belongs to another Daybook: give each its own place",
                self.depot.place()
            ))),
        }
    }

    /// Forgets the ids of a period of which nothing is archived any more.
    pub(super) fn remove_ids(&self, (stream, period): PartitionKey) -> StoreResult<()> {
        let dir = self.dir.join(stream.name()).join(period.to_string());
        match std::fs::remove_dir_all(dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(io_error("removing ids of archived events", &error))
            }
            _ => Ok(()),
        }
    }

    /// Keeps the ids of a part.
    pub(super) fn write_ids(
        &self,
        key: PartitionKey,
        part: u64,
        known: Vec<Known>,
    ) -> StoreResult<()> {
        let path = ids_path(&self.dir, key, part);
        daybook_archive::IdFile::write(&path, known).map_err(store_error)
    }
}
