//! Payload files: `request` and `response` of events, apart from their headers, so that lists
//! never read them and merges never copy them. One file per partition and move; blocks of several
//! payloads are compressed together with zstd.

use daybook_model::StoreError;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Uncompressed bytes after which a block is closed: similar conversations compress together,
/// yet one payload is read in a millisecond.
const BLOCK_BYTES: usize = 256 << 10;
/// No block is larger: it has at most one payload beyond [`BLOCK_BYTES`], cut at its own limit.
const BLOCK_BYTES_LIMIT: u32 = 64 << 20;
const LEVEL: i32 = 3;
const BLOCK_HEADER_BYTES: usize = 12;

/// Where the payloads of an event are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PayloadAddress {
    /// The move that wrote them.
    pub(crate) file: u64,
    /// Byte offset of their block.
    pub(crate) block: u64,
    /// Offset and length within the uncompressed block: `offset << 32 | length`.
    pub(crate) span: u64,
}

/// Writes the payload file of one move.
#[derive(Debug)]
pub(crate) struct PayloadWriter {
    path: PathBuf,
    generation: u64,
    file: Option<File>,
    offset: u64,
    block: Vec<u8>,
}

impl PayloadWriter {
    /// A writer for a partition; the file is made with the first payload.
    pub(crate) fn new(partition: &Path, generation: u64) -> Self {
        let path = file_path(partition, generation);
        Self {
            path,
            generation,
            file: None,
            offset: 0,
            block: Vec::new(),
        }
    }

    /// Adds the payloads of an event.
    pub(crate) fn add(&mut self, payloads: &str) -> io::Result<PayloadAddress> {
        if self.block.len() >= BLOCK_BYTES {
            self.write_block()?;
        }
        let (at, length) = (self.block.len() as u64, payloads.len() as u64);
        self.block.extend_from_slice(payloads.as_bytes());
        Ok(PayloadAddress {
            file: self.generation,
            block: self.offset,
            span: at << 32 | length,
        })
    }

    /// Makes the file durable; its name, too.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        self.write_block()?;
        if let Some(file) = self.file {
            file.sync_all()?;
        }
        self.path.parent().map_or(Ok(()), crate::wal::sync_dir)
    }

    fn write_block(&mut self) -> io::Result<()> {
        let packed = zstd::bulk::compress(&self.block, LEVEL)?;
        let mut header = Vec::with_capacity(BLOCK_HEADER_BYTES);
        header.extend_from_slice(&(u32::try_from(packed.len()).unwrap_or(u32::MAX)).to_le_bytes());
        header.extend_from_slice(
            &(u32::try_from(self.block.len()).unwrap_or(u32::MAX)).to_le_bytes(),
        );
        header.extend_from_slice(&crc32c::crc32c(&packed).to_le_bytes());
        let file = match &mut self.file {
            Some(file) => file,
            // A repeated move writes the file anew: nothing committed refers to the old one.
            none => none.insert(File::create(&self.path)?),
        };
        file.write_all(&header)?;
        file.write_all(&packed)?;
        self.offset += (header.len() + packed.len()) as u64;
        self.block.clear();
        Ok(())
    }
}

/// Whether a partition has payload files.
pub(super) fn any(partition: &Path) -> bool {
    let entries = std::fs::read_dir(partition).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.any(|name| generation_of(&name.to_string_lossy()).is_some())
}

/// Removes the payload files of moves up to a generation; returns their bytes.
pub(super) fn remove_through(partition: &Path, generation: u64) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(partition)? {
        let entry = entry?;
        if generation_of(&entry.file_name().to_string_lossy()).is_some_and(|of| of <= generation) {
            bytes += entry.metadata()?.len();
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(bytes)
}

/// Reads the payloads of an event.
pub(crate) fn read(partition: &Path, address: PayloadAddress) -> Result<String, StoreError> {
    let block = read_block(partition, address.file, address.block)?;
    text_in(partition, &block, address).map(Into::into)
}

/// The payloads of an event within their unpacked block.
pub(super) fn text_in<'b>(
    partition: &Path,
    block: &'b [u8],
    address: PayloadAddress,
) -> Result<&'b str, StoreError> {
    let (at, length) = (
        (address.span >> 32) as usize,
        (address.span & 0xffff_ffff) as usize,
    );
    let damaged = |what: String| damaged(&file_path(partition, address.file), &what);
    let bytes = block
        .get(at..at + length)
        .ok_or_else(|| damaged("an address beyond its block".into()))?;
    std::str::from_utf8(bytes).map_err(|e| damaged(e.to_string()))
}

/// Names the partition, too: files of several have the same name.
fn damaged(path: &Path, what: &str) -> StoreError {
    let mut parts: Vec<_> = path
        .iter()
        .rev()
        .take(3)
        .map(|part| part.to_string_lossy())
        .collect();
    parts.reverse();
    StoreError::Damaged(format!("payload file {}: {what}", parts.join("/")))
}

/// Reads the block of a file that begins at a byte.
pub(super) fn read_block(partition: &Path, file: u64, at: u64) -> Result<Vec<u8>, StoreError> {
    let path = file_path(partition, file);
    let damaged = |what: String| damaged(&path, &what);
    let file = File::open(&path).map_err(|e| damaged(e.to_string()))?;
    let mut header = [0; BLOCK_HEADER_BYTES];
    file.read_exact_at(&mut header, at)
        .map_err(|e| damaged(e.to_string()))?;
    let word = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let length = file.metadata().map_err(|e| damaged(e.to_string()))?.len();
    if at + u64::from(word(0)) > length || word(4) > BLOCK_BYTES_LIMIT {
        return Err(damaged(format!("the block header at byte {at} is invalid")));
    }
    let mut packed = vec![0; word(0) as usize];
    file.read_exact_at(&mut packed, at + BLOCK_HEADER_BYTES as u64)
        .map_err(|e| damaged(e.to_string()))?;
    if crc32c::crc32c(&packed) != word(8) {
        return Err(damaged(format!(
            "the block at byte {at} fails its checksum"
        )));
    }
    zstd::bulk::decompress(&packed, word(4) as usize).map_err(|e| damaged(e.to_string()))
}

fn file_path(partition: &Path, generation: u64) -> PathBuf {
    partition.join(format!("{generation:020}.payloads"))
}

fn generation_of(name: &str) -> Option<u64> {
    name.strip_suffix(".payloads")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_payloads_and_notices_damage() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = PayloadWriter::new(dir.path(), 3);
        let texts: Vec<String> = (0..200)
            .map(|n| format!("{n}:{}", "words ".repeat(n * 10)))
            .collect();
        let addresses: Vec<_> = texts.iter().map(|text| writer.add(text).unwrap()).collect();
        writer.finish().unwrap();
        for (text, address) in texts.iter().zip(&addresses) {
            assert_eq!(read(dir.path(), *address).as_ref(), Ok(text));
        }
        assert!(addresses[199].block > 0, "several blocks");
        let path = file_path(dir.path(), 3);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(
            read(dir.path(), addresses[0]),
            Err(StoreError::Damaged(_))
        ));
    }
}
