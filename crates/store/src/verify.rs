//! A check of a whole store that nobody has open: every byte that answers could need is read and
//! compared with its checksum. Nothing is changed.

use crate::archive::{self, Archive};
use crate::options::Options;
use crate::partition;
use crate::wal;
use crate::words::Words;
use daybook_archive::{Depot, Part};
use daybook_model::{StoreError, Stream};
use std::path::Path;
use std::sync::Arc;

/// A file of the archive that a store relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its name in the depot.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// The files of the archive that the store of a directory relies on, wherever they lie.
///
/// # Errors
/// [`StoreError::Damaged`] when the store's own records are.
pub fn archived_files(dir: &Path) -> Result<Vec<ArchivedFile>, StoreError> {
    let archived = archive::load_all(&Archive::new(dir, Options::new(dir).archive, 0))?;
    let mut files = Vec::new();
    for period in archived.periods() {
        let manifest = &period.record.manifest;
        files.extend(
            manifest
                .parts
                .iter()
                .flat_map(Part::files)
                .map(|file| ArchivedFile {
                    name: manifest.object(file),
                    sha256: file.sha256.clone(),
                }),
        );
    }
    Ok(files)
}

/// Names of the files among the archived audit events of a store's directory that are not on record, in
/// order. While the store is open, an archiving that is under way has some, too.
///
/// # Errors
/// [`StoreError`] when the archive cannot be listed, or the store's own records cannot be read.
pub fn archive_strays(dir: &Path, depot: Arc<dyn Depot>) -> Result<Vec<String>, StoreError> {
    Archive::new(dir, depot, 0).strays(Stream::Audit)
}

/// Checks the store of a directory, of which there may be none, and the files of its ledger.
///
/// # Errors
/// [`StoreError::Damaged`] names the first file that is damaged.
pub fn verify(dir: &Path, ledger: &Path) -> Result<(), StoreError> {
    let options = Options::new(dir);
    if !options.wal_dir().exists() {
        return Ok(());
    }
    let log = wal::read(&options.wal_dir())?;
    let first_index = log.segments.first().map_or(0, |first| first.first_index);
    let records = log.segments.iter().flat_map(|segment| &segment.records);
    crate::ledger::verify(
        ledger,
        first_index,
        records.filter_map(|record| record.sealed.as_ref()),
    )?;
    let words = Arc::new(Words::open(&options.words_file(), options.words_max)?);
    let archive = Archive::new(dir, Arc::clone(&options.archive), 0);
    let archived = archive::load_all(&archive)?;
    archived.check_ids()?;
    let (partitions, _) = partition::find_all(dir, &words, &archived)?;
    let used = partitions.iter().map(|partition| partition.info.words);
    words.require(used.max().unwrap_or(0))?;
    partitions.iter().try_for_each(partition::Partition::verify)
}
