//! Where archive files lie. A depot keeps objects: names with bytes, whole or not at all. What
//! [`Depot::put`] returned for stays.

mod folder;

pub use folder::Folder;

use crate::sums::BlockSums;
use crate::{ArchiveError, Result};
use bytes::Bytes;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A place for archive files. Names are relative paths of plain parts, divided by slashes. Calls
/// wait until the work is done, so they belong on threads that may wait.
pub trait Depot: Send + Sync + fmt::Debug {
    /// Keeps an object, durably, in place of what had its name.
    ///
    /// # Errors
    /// When it could not be kept; then what had its name is still there.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Keeps a copy of a file likewise.
    ///
    /// # Errors
    /// As [`Depot::put`], or when the file cannot be read.
    fn put_file(&self, name: &str, file: &Path) -> io::Result<()>;

    /// A part of an object, of exactly this length.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such object; others when it cannot be read now
    /// or ends before the range does.
    fn read(&self, name: &str, range: Range<u64>) -> io::Result<Bytes>;

    /// A whole object that is small.
    ///
    /// # Errors
    /// As [`Depot::read`].
    fn read_all(&self, name: &str) -> io::Result<Bytes>;

    /// Names of the objects directly below a prefix that ends with a slash.
    ///
    /// # Errors
    /// When the depot cannot be asked now.
    fn list(&self, prefix: &str) -> io::Result<Vec<String>>;

    /// The folders directly below a prefix that ends with a slash, as prefixes that end with one.
    ///
    /// # Errors
    /// As [`Depot::list`].
    fn folders(&self, prefix: &str) -> io::Result<Vec<String>>;

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// When it may still be there.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Where it is, for people. Holds no secrets.
    fn place(&self) -> String;
}

/// An object whose size is known, and perhaps the checksums of its blocks.
#[derive(Debug, Clone)]
pub struct Object {
    depot: Arc<dyn Depot>,
    name: String,
    size_bytes: u64,
    sums: Option<Arc<BlockSums>>,
}

impl Object {
    /// An object of a depot. With checksums, nothing is read from it that fails them.
    pub fn new(
        depot: Arc<dyn Depot>,
        name: impl Into<String>,
        size_bytes: u64,
        sums: Option<Arc<BlockSums>>,
    ) -> Self {
        Self {
            depot,
            name: name.into(),
            size_bytes,
            sums,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its size.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Reads a part of it.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`] when it ends too soon or a block fails its checksum.
    pub fn read(&self, range: Range<u64>) -> Result<Bytes> {
        if range.start > range.end || range.end > self.size_bytes {
            return Err(ArchiveError::damaged(
                &self.name,
                "it points beyond its end",
            ));
        }
        let wide = match &self.sums {
            Some(_) => BlockSums::widened(&range, self.size_bytes),
            None => range.clone(),
        };
        let bytes = self.depot.read(&self.name, wide.clone());
        let bytes = bytes.map_err(|cause| match cause.kind() {
            io::ErrorKind::UnexpectedEof => ArchiveError::damaged(&self.name, "it is too short"),
            _ => ArchiveError::io(format!("reading the archive file {}", self.name))(cause),
        })?;
        if let Some(sums) = &self.sums
            && let Some(block) = sums.first_wrong(wide.start, &bytes)
        {
            let what = format!("the block at byte {block} fails its checksum");
            return Err(ArchiveError::damaged(&self.name, what));
        }
        let skipped = usize::try_from(range.start - wide.start).unwrap_or(usize::MAX);
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        Ok(bytes.slice(skipped..skipped + length))
    }
}
