//! A file under checksums: the bytes of its writer, then a CRC-32C of every 64 KiB of them, then a
//! footer `length u64 | crc32c u32 | magic`, little-endian, whose checksum covers the table and the
//! length. A block is verified when it is first read, and is not served when it fails.
//!
//! What changes on the disk after a block was verified and while the file stays open goes
//! unnoticed until the file is opened again.

use parking_lot::Mutex;
use rustix::fs::{Advice, fadvise};
use std::fs::File;
use std::io::{self, Write};
use std::num::NonZeroU64;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tantivy::HasLen;
use tantivy::directory::{AntiCallToken, FileHandle, OwnedBytes, TerminatingWrite};

/// Small enough that a row read from a cold file costs little more than its own pages.
pub(super) const BLOCK_BYTES: usize = 64 << 10;
const CRC_BYTES: usize = 4;
const MAGIC: &[u8; 8] = b"DBKCRC01";
const FOOTER_BYTES: usize = 8 + CRC_BYTES + MAGIC.len();

/// The first damage found in a directory.
#[derive(Debug, Default)]
pub(super) struct Damage(Mutex<Option<String>>);

impl Damage {
    pub(super) fn found(&self) -> Option<String> {
        self.0.lock().clone()
    }

    /// Remembers damage, and answers the error that says so.
    fn report(&self, name: &Path, what: &str) -> io::Error {
        let message = format!("{}: {what}", name.display());
        self.0.lock().get_or_insert_with(|| message.clone());
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

/// A file open for reading.
#[derive(Debug)]
pub(super) struct CheckedFile {
    name: PathBuf,
    path: PathBuf,
    bytes: OwnedBytes,
    /// Checksums of the blocks.
    table: OwnedBytes,
    /// One bit per block.
    verified: Box<[AtomicU64]>,
    damage: Arc<Damage>,
}

impl CheckedFile {
    /// The file of a directory with these bytes; fails when they do not end in a valid trailer.
    pub(super) fn new(
        root: &Path,
        name: &Path,
        whole: OwnedBytes,
        damage: &Arc<Damage>,
    ) -> io::Result<Self> {
        let invalid = || damage.report(name, "its trailer is missing or damaged");
        let path = root.join(name);
        // With the trailer, what the library reads first: it keeps its tables at the end.
        will_need(&path, whole.len().saturating_sub(BLOCK_BYTES)..whole.len());
        let length = length_in_trailer(&whole).ok_or_else(invalid)?;
        let (bytes, trailer) = whole.split(length);
        let blocks = length.div_ceil(BLOCK_BYTES);
        Ok(Self {
            name: name.into(),
            path,
            bytes,
            table: trailer.slice(0..blocks * CRC_BYTES),
            verified: (0..blocks.div_ceil(64)).map(|_| 0.into()).collect(),
            damage: Arc::clone(damage),
        })
    }

    fn is_verified(&self, block: usize) -> bool {
        self.verified[block / 64].load(Ordering::Relaxed) >> (block % 64) & 1 == 1
    }

    /// Asks the system for blocks that were never read. Their pages come in large pieces then and, as
    /// the file is mapped for random access, without their neighbours.
    fn fetch(&self, blocks: RangeInclusive<usize>) {
        let mut unread = blocks.filter(|block| !self.is_verified(*block));
        if let Some(first) = unread.next() {
            let last = unread.next_back().unwrap_or(first);
            let end = ((last + 1) * BLOCK_BYTES).min(self.bytes.len());
            will_need(&self.path, first * BLOCK_BYTES..end);
        }
    }

    fn verify(&self, block: usize) -> io::Result<()> {
        if self.is_verified(block) {
            return Ok(());
        }
        let start = block * BLOCK_BYTES;
        let end = (start + BLOCK_BYTES).min(self.bytes.len());
        let crc = crc32c::crc32c(&self.bytes[start..end]).to_le_bytes();
        if self.table[block * CRC_BYTES..][..CRC_BYTES] != crc {
            let what = format!("bytes {start} to {end} fail their checksum");
            return Err(self.damage.report(&self.name, &what));
        }
        self.verified[block / 64].fetch_or(1 << (block % 64), Ordering::Relaxed);
        Ok(())
    }
}

impl HasLen for CheckedFile {
    fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl FileHandle for CheckedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if !range.is_empty() {
            let blocks = range.start / BLOCK_BYTES..=(range.end - 1) / BLOCK_BYTES;
            self.fetch(blocks.clone());
            for block in blocks {
                self.verify(block)?;
            }
        }
        Ok(self.bytes.slice(range))
    }
}

/// Tells the system which part of a file is read next. Only a hint: what fails here fails again, or is
/// slow, where the pages are read.
fn will_need(path: &Path, part: Range<usize>) {
    /// What the system takes as one piece, whatever its read-ahead.
    const PIECE_BYTES: usize = 1 << 20;
    let Ok(file) = File::open(path) else { return };
    for from in part.clone().step_by(PIECE_BYTES) {
        let length = NonZeroU64::new(PIECE_BYTES.min(part.end - from) as u64);
        let _ = fadvise(&file, from as u64, length, Advice::WillNeed);
    }
}

/// The length before a valid trailer.
fn length_in_trailer(whole: &[u8]) -> Option<usize> {
    let (body, footer) = whole.split_last_chunk::<FOOTER_BYTES>()?;
    let (length, rest) = footer.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let table = body.get(length..)?;
    let sound = table.len() == length.div_ceil(BLOCK_BYTES) * CRC_BYTES
        && rest[..CRC_BYTES] == trailer_crc(table, length).to_le_bytes()
        && rest[CRC_BYTES..] == MAGIC[..];
    sound.then_some(length)
}

fn trailer_crc(table: &[u8], length: usize) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(table), &(length as u64).to_le_bytes())
}

/// A file open for writing. It is whole when terminated, and not yet on the disk.
pub(super) struct CheckedWriter<F> {
    /// Until it is terminated.
    file: Option<(File, F)>,
    /// The block being filled.
    block: Vec<u8>,
    table: Vec<u8>,
    length: usize,
}

impl<F: FnOnce(File)> CheckedWriter<F> {
    /// A writer of an empty file; `finished` takes the file when it is whole.
    pub(super) fn new(file: File, finished: F) -> Self {
        Self {
            file: Some((file, finished)),
            block: Vec::with_capacity(BLOCK_BYTES),
            table: Vec::new(),
            length: 0,
        }
    }

    fn write_block(&mut self) -> io::Result<()> {
        let (file, _) = self.file.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        file.write_all(&self.block)?;
        let crc = crc32c::crc32c(&self.block);
        self.table.extend_from_slice(&crc.to_le_bytes());
        self.length += self.block.len();
        self.block.clear();
        Ok(())
    }
}

impl<F: FnOnce(File)> Write for CheckedWriter<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(BLOCK_BYTES - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        if self.block.len() == BLOCK_BYTES
            && let Err(error) = self.write_block()
        {
            // How much was written is unknown: the file can never be whole.
            self.file = None;
            return Err(error);
        }
        Ok(taken)
    }

    /// Nothing: the file is read only when it is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnOnce(File)> TerminatingWrite for CheckedWriter<F> {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        if !self.block.is_empty() {
            self.write_block()?;
        }
        let (mut file, finished) = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let crc = trailer_crc(&self.table, self.length);
        let mut trailer = std::mem::take(&mut self.table);
        trailer.extend_from_slice(&(self.length as u64).to_le_bytes());
        trailer.extend_from_slice(&crc.to_le_bytes());
        trailer.extend_from_slice(MAGIC);
        file.write_all(&trailer)?;
        finished(file);
        Ok(())
    }
}

/// A small text with a last line that holds its checksum.
pub(super) fn with_checksum_line(content: &[u8]) -> Vec<u8> {
    [content, checksum_line(content).as_bytes()].concat()
}

/// The text before a valid checksum line.
pub(super) fn without_checksum_line(
    name: &Path,
    mut bytes: Vec<u8>,
    damage: &Damage,
) -> io::Result<Vec<u8>> {
    let at = bytes.len().saturating_sub(checksum_line(b"").len());
    let (content, line) = bytes.split_at(at);
    if line != checksum_line(content).as_bytes() {
        return Err(damage.report(name, "its checksum is missing or does not match"));
    }
    bytes.truncate(at);
    Ok(bytes)
}

/// The last line of a small text, which holds its checksum.
pub(crate) fn checksum_line(content: &[u8]) -> String {
    format!("crc32c {:08x}\n", crc32c::crc32c(content))
}
