//! Which segments must exist: a small file beside them, so that a segment that was lost, at
//! either end, is noticed at the next start instead of being taken for one that was never there.

use super::segment::sync_dir;
use daybook_model::StoreError;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "extent.json";

/// The generations whose segments must exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    oldest: u64,
    newest: u64,
}

/// The range as the file has it: one wrong bit would make events go unnoticed.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    oldest: u64,
    newest: u64,
    /// CRC-32C of both numbers, little-endian.
    crc32c: u32,
}

impl Range {
    fn crc32c(self) -> u32 {
        let bytes = [self.oldest.to_le_bytes(), self.newest.to_le_bytes()].concat();
        crc32c::crc32c(&bytes)
    }
}

/// The durable record of that range.
#[derive(Debug)]
pub(crate) struct Extent {
    dir: PathBuf,
    range: Mutex<Range>,
}

impl Extent {
    /// Begins a record for the segments of a directory.
    pub(crate) fn begin(dir: &Path, oldest: u64, newest: u64) -> io::Result<Self> {
        let extent = Self {
            dir: dir.into(),
            range: Mutex::new(Range { oldest, newest }),
        };
        extent.write(Range { oldest, newest })?;
        // At the first start the directory itself is new, and perhaps the one above.
        for above in dir.ancestors().skip(1).take(2) {
            sync_dir(above)?;
        }
        Ok(extent)
    }

    /// A segment was made.
    pub(crate) fn made(&self, newest: u64) -> io::Result<()> {
        let mut range = self.range.lock();
        self.write(Range { newest, ..*range })?;
        range.newest = newest;
        Ok(())
    }

    /// Segments before this one are needed no more; they may be removed after this returned.
    pub(crate) fn moved_before(&self, oldest: u64) -> io::Result<()> {
        let mut range = self.range.lock();
        self.write(Range { oldest, ..*range })?;
        range.oldest = oldest;
        Ok(())
    }

    fn write(&self, range: Range) -> io::Result<()> {
        let building = self.dir.join("extent.new");
        let mut file = File::create(&building)?;
        let Range { oldest, newest } = range;
        let stored = Stored {
            oldest,
            newest,
            crc32c: range.crc32c(),
        };
        file.write_all(&serde_json::to_vec(&stored)?)?;
        file.sync_all()?;
        std::fs::rename(&building, self.dir.join(NAME))?;
        sync_dir(&self.dir)
    }
}

/// The range of a directory; `None` before the first start ended.
fn read(dir: &Path) -> Result<Option<Range>, StoreError> {
    match std::fs::read(dir.join(NAME)) {
        Ok(bytes) => {
            let stored: Stored = serde_json::from_slice(&bytes)
                .map_err(|e| damaged(format!("{NAME} is invalid: {e}")))?;
            let Stored { oldest, newest, .. } = stored;
            let range = Range { oldest, newest };
            if range.crc32c() != stored.crc32c || oldest > newest {
                return Err(damaged(format!("{NAME} fails its checksum")));
            }
            Ok(Some(range))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(damaged(format!("{NAME} cannot be read: {error}"))),
    }
}

/// Leaves out generations whose events are all in partitions, and refuses when one that must exist
/// is missing.
pub(super) fn needed(dir: &Path, mut found: Vec<u64>) -> Result<Vec<u64>, StoreError> {
    let Some(range) = read(dir)? else {
        return Ok(found);
    };
    found.retain(|generation| *generation >= range.oldest);
    let missing = (range.oldest..=range.newest).find(|generation| !found.contains(generation));
    missing.map_or(Ok(found), |generation| {
        Err(damaged(format!(
            "segment {generation} is missing; events in it were acknowledged. Restore it, or, to \
             go on without them, remove {NAME}"
        )))
    })
}

fn damaged(what: String) -> StoreError {
    StoreError::Damaged(format!("write-ahead log: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        Extent::begin(dir.path(), 1, 1).unwrap();
        let whole = std::fs::read(dir.path().join(NAME)).unwrap();
        assert_eq!(needed(dir.path(), vec![1]).unwrap(), [1]);
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(dir.path().join(NAME), flipped).unwrap();
            assert!(needed(dir.path(), vec![1]).is_err(), "bit {bit}");
        }
    }
}
