//! Checksums of a file's blocks, so that a part of it can be read and checked without the rest, and
//! the writer that makes them together with the file's SHA-256.

use crate::sha256::Sha256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::ops::Range;

/// A row group takes some of them, a footer one or two.
const BLOCK_BYTES: u64 = 256 << 10;

/// The CRC-32C of each block of 256 KiB of a file; the last block is shorter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlockSums(Vec<u32>);

impl BlockSums {
    /// The blocks that a range touches.
    pub(crate) fn widened(range: &Range<u64>, size_bytes: u64) -> Range<u64> {
        let end = range.end.div_ceil(BLOCK_BYTES) * BLOCK_BYTES;
        range.start / BLOCK_BYTES * BLOCK_BYTES..end.min(size_bytes)
    }

    /// Where the first block begins that is not what it was, among whole blocks from a byte on.
    pub(crate) fn first_wrong(&self, from: u64, bytes: &[u8]) -> Option<u64> {
        let first = from / BLOCK_BYTES;
        let block_bytes = usize::try_from(BLOCK_BYTES).unwrap_or(usize::MAX);
        let numbered = (first..).zip(bytes.chunks(block_bytes));
        let wrong = |(number, block): &(u64, &[u8])| {
            let known = usize::try_from(*number).ok().and_then(|at| self.0.get(at));
            known.copied() != Some(crc32c::crc32c(block))
        };
        let mut numbered = numbered.filter(wrong);
        numbered.next().map(|(number, _)| number * BLOCK_BYTES)
    }
}

impl From<BlockSums> for String {
    fn from(sums: BlockSums) -> Self {
        let bytes: Vec<u8> = sums.0.iter().flat_map(|sum| sum.to_le_bytes()).collect();
        STANDARD.encode(bytes)
    }
}

impl TryFrom<String> for BlockSums {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text).map_err(|_| "not base64")?;
        let (sums, []) = bytes.as_chunks::<4>() else {
            return Err("not a list of checksums");
        };
        Ok(Self(
            sums.iter().map(|sum| u32::from_le_bytes(*sum)).collect(),
        ))
    }
}

/// Passes bytes on and notes their number, their SHA-256 and the checksums of their blocks.
#[derive(Debug)]
pub(crate) struct Summing<W> {
    inner: W,
    sha256: Sha256,
    sums: Vec<u32>,
    block_crc: u32,
    bytes: u64,
}

/// What a [`Summing`] has noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summed {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) sums: BlockSums,
}

impl<W: Write> Summing<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self {
            inner,
            sha256: Sha256::new(),
            sums: Vec::new(),
            block_crc: 0,
            bytes: 0,
        }
    }

    /// Ends it; answers what is beneath, too.
    pub(crate) fn finish(mut self) -> (W, Summed) {
        if !self.bytes.is_multiple_of(BLOCK_BYTES) {
            self.sums.push(self.block_crc);
        }
        let summed = Summed {
            bytes: self.bytes,
            sha256: hex(&self.sha256.finish()),
            sums: BlockSums(self.sums),
        };
        (self.inner, summed)
    }

    fn note(&mut self, mut bytes: &[u8]) {
        self.sha256.update(bytes);
        while !bytes.is_empty() {
            let left = BLOCK_BYTES - self.bytes % BLOCK_BYTES;
            let fitting = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let (now, later) = bytes.split_at(fitting);
            self.block_crc = crc32c::crc32c_append(self.block_crc, now);
            self.bytes += now.len() as u64;
            if self.bytes.is_multiple_of(BLOCK_BYTES) {
                self.sums.push(std::mem::take(&mut self.block_crc));
            }
            bytes = later;
        }
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.note(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A hash as people and other programs write it.
pub(crate) fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_checked_on_its_own() {
        let content: Vec<u8> = (0..(BLOCK_BYTES * 5 / 2))
            .map(|n| (n % 251) as u8)
            .collect();
        let mut summing = Summing::new(Vec::new());
        content
            .chunks(70_001)
            .for_each(|chunk| summing.write_all(chunk).unwrap());
        let (written, summed) = summing.finish();
        assert_eq!(
            (written.len(), summed.bytes),
            (content.len(), content.len() as u64)
        );
        let mut whole = Sha256::new();
        whole.update(&content);
        assert_eq!(summed.sha256, hex(&whole.finish()));
        let text = String::from(summed.sums.clone());
        assert_eq!(BlockSums::try_from(text), Ok(summed.sums.clone()));
        assert_eq!(summed.sums.first_wrong(0, &content), None);

        let wide = BlockSums::widened(&(BLOCK_BYTES + 5..BLOCK_BYTES + 9), summed.bytes);
        assert_eq!(wide, BLOCK_BYTES..2 * BLOCK_BYTES);
        let (from, to) = (wide.start as usize, wide.end as usize);
        let mut part = content[from..to].to_vec();
        assert_eq!(summed.sums.first_wrong(wide.start, &part), None);
        part[17] ^= 1;
        assert_eq!(
            summed.sums.first_wrong(wide.start, &part),
            Some(BLOCK_BYTES)
        );
        let beyond = content[..10].to_vec();
        assert_eq!(
            summed.sums.first_wrong(9 * BLOCK_BYTES, &beyond),
            Some(9 * BLOCK_BYTES)
        );
    }
}
