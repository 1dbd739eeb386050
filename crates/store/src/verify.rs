//! A check of a whole store that nobody has open: every byte that answers could need is read and
//! compared with its checksum. Nothing is changed.

use crate::options::Options;
use crate::partition;
use crate::wal;
use crate::words::Words;
use daybook_model::StoreError;
use std::path::Path;
use std::sync::Arc;

/// Checks the store of a directory, of which there may be none.
///
/// # Errors
/// [`StoreError::Damaged`] names the first file that is damaged.
pub fn verify(dir: &Path) -> Result<(), StoreError> {
    let options = Options::new(dir);
    if !options.wal_dir().exists() {
        return Ok(());
    }
    wal::read(&options.wal_dir())?;
    let words = Arc::new(Words::open(&options.words_file(), options.words_max)?);
    let (partitions, _) = partition::find_all(dir, &words)?;
    let used = partitions.iter().map(|partition| partition.info.words);
    words.require(used.max().unwrap_or(0))?;
    partitions.iter().try_for_each(partition::Partition::verify)
}
