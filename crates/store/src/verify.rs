//! A check of a whole store that nobody has open: every byte that answers could need is read and
//! compared with its checksum. Nothing is changed.

use crate::options::Options;
use crate::partition;
use crate::wal;
use crate::words::Words;
use daybook_model::StoreError;
use std::path::Path;
use std::sync::Arc;

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
    let (partitions, _) = partition::find_all(dir, &words)?;
    let used = partitions.iter().map(|partition| partition.info.words);
    words.require(used.max().unwrap_or(0))?;
    partitions.iter().try_for_each(partition::Partition::verify)
}
