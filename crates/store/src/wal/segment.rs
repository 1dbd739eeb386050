//! A segment file: a header, then frames. One segment holds the commits of one head, and goes
//! when that head is in its partitions. A segment is only ever appended to by the process that
//! made it, so a failed flush is never retried on the same file.

use super::frame;
use rustix::fs::{FallocateFlags, fallocate};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"DAYBKWAL";
const VERSION: u32 = 2;
/// The version without a ledger, whose header lacks the last number.
const VERSION_WITHOUT_LEDGER: u32 = 1;

/// Bytes of a segment's header.
pub(super) const HEADER_BYTES: usize = 56;
/// The checksum at its end.
const CRC_BYTES: usize = 4;

/// What a segment's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// The head whose commits it holds; segments number them without gaps.
    pub(super) generation: u64,
    /// The `seq` its first event gets.
    pub(super) next_seq: i64,
    /// The number its first commit gets.
    pub(super) first_commit: u64,
    /// Secret of the segment, mixed into every checksum.
    pub(super) nonce: u64,
    /// The ledger index its first audit event gets: all before it are in the ledger's files, flushed,
    /// when the segments before this one are gone.
    pub(super) next_index: u64,
}

impl Header {
    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.generation.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.next_seq.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.first_commit.to_le_bytes());
        bytes[36..44].copy_from_slice(&self.nonce.to_le_bytes());
        bytes[44..52].copy_from_slice(&self.next_index.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..52]);
        bytes[52..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header, and tells where the frames begin; `None` when it is damaged or of an unknown
    /// version.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let half = |at: usize| {
            bytes
                .get(at..at + 4)?
                .try_into()
                .map(u32::from_le_bytes)
                .ok()
        };
        let end = match half(8)? {
            VERSION => HEADER_BYTES,
            VERSION_WITHOUT_LEDGER => HEADER_BYTES - 8,
            _ => return None,
        };
        let word = |at: usize| {
            bytes
                .get(at..at + 8)?
                .try_into()
                .map(u64::from_le_bytes)
                .ok()
        };
        let crc_at = end - CRC_BYTES;
        if &bytes[..8] != MAGIC || half(crc_at)? != crc32c::crc32c(&bytes[..crc_at]) {
            return None;
        }
        let header = Self {
            generation: word(12)?,
            next_seq: word(20)?.cast_signed(),
            first_commit: word(28)?,
            nonce: word(36)?,
            next_index: if end == HEADER_BYTES { word(44)? } else { 0 },
        };
        Some((header, end))
    }
}

/// The numbers that come next, each given once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Next {
    /// Of an event.
    pub(crate) seq: i64,
    /// Of a commit.
    pub(crate) commit: u64,
    /// Of an audit event in the ledger.
    pub(crate) index: u64,
}

impl Next {
    /// The numbers of an empty store.
    pub(crate) const FIRST: Self = Self {
        seq: 1,
        commit: 1,
        index: 0,
    };
}

/// The segment that takes commits.
#[derive(Debug)]
pub(crate) struct Segment {
    file: File,
    header: Header,
    next_commit: u64,
    offset: u64,
    buffer: Vec<u8>,
}

impl Segment {
    /// Makes the segment of a generation, from a prepared file if there is one. It is durable,
    /// and so is its name, when this returns.
    pub(crate) fn create(dir: &Path, generation: u64, next: Next) -> io::Result<Self> {
        let nonce = std::hash::BuildHasher::hash_one(
            &std::collections::hash_map::RandomState::new(),
            (generation, std::process::id()),
        );
        let header = Header {
            generation,
            next_seq: next.seq,
            first_commit: next.commit,
            nonce,
            next_index: next.index,
        };
        // Under a name of its own first: the mover may put a new spare in place at any moment.
        let (path, building) = (
            segment_path(dir, generation),
            dir.join(format!("{generation:020}.new")),
        );
        match std::fs::rename(dir.join(SPARE), &building) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&building)?;
        file.write_all_at(&header.to_bytes(), 0)?;
        file.sync_all()?;
        std::fs::rename(&building, &path)?;
        sync_dir(dir)?;
        let offset = HEADER_BYTES as u64;
        Ok(Self {
            file,
            header,
            next_commit: next.commit,
            offset,
            buffer: Vec::new(),
        })
    }

    /// Writes a commit and flushes it to the disk. After an error the segment must not be used:
    /// what the file holds is then unknown.
    pub(crate) fn commit(&mut self, records: &[u8]) -> io::Result<()> {
        self.buffer.clear();
        frame::write(
            &mut self.buffer,
            self.header.nonce,
            self.next_commit,
            records,
        );
        self.file.write_all_at(&self.buffer, self.offset)?;
        // Unlike a short write, a failed flush leaves open whether the commit is there: never taken
        // for a full disk, after which writing goes on.
        self.file
            .sync_data()
            .map_err(|e| io::Error::other(format!("flushing: {e}")))?;
        self.offset += self.buffer.len() as u64;
        self.next_commit += 1;
        // A rare giant commit must not hold its memory for ever.
        self.buffer.shrink_to(8 << 20);
        Ok(())
    }
}

/// The path of a generation's segment.
pub(crate) fn segment_path(dir: &Path, generation: u64) -> PathBuf {
    dir.join(format!("{generation:020}.wal"))
}

/// The prepared file of the next segment.
const SPARE: &str = "spare";

/// Prepares the file of the next segment: zeros on disk, so that a commit's flush need not also
/// journal new blocks (measured: half the latency of a flush on ext4).
pub(crate) fn prepare_spare(dir: &Path, bytes: u64) -> io::Result<()> {
    let path = dir.join(SPARE);
    if path.exists() {
        return Ok(());
    }
    let building = dir.join("spare.new");
    fill_with_zeros(&building, bytes).inspect_err(|_| {
        // A part of it is of no use and would take the last space from others.
        let _ = std::fs::remove_file(&building);
    })?;
    std::fs::rename(&building, &path)?;
    sync_dir(dir)
}

fn fill_with_zeros(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    if fallocate(&file, FallocateFlags::empty(), 0, bytes).is_err() {
        // Not every file system allocates ahead; writing zeros does the same.
        file.set_len(0)?;
    }
    let zeros = vec![0; 1 << 20];
    let mut left = bytes;
    while left > 0 {
        let step = left.min(zeros.len() as u64);
        file.write_all(&zeros[..usize::try_from(step).unwrap_or(zeros.len())])?;
        left -= step;
    }
    file.sync_all()
}

/// Removes what a crash left half-made.
pub(crate) fn remove_unfinished(dir: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "new") {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The generations whose segments are in a directory, in order.
pub(super) fn generations(dir: &Path) -> io::Result<Vec<u64>> {
    let names =
        std::fs::read_dir(dir)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<u64> = names
        .filter_map(|name| name.strip_suffix(".wal")?.parse().ok())
        .collect();
    found.sort_unstable();
    Ok(found)
}

/// Removes the segments before a generation.
pub(crate) fn remove_segments(dir: &Path, oldest: u64) -> io::Result<()> {
    let generations = generations(dir)?.into_iter();
    for generation in generations.filter(|generation| *generation < oldest) {
        std::fs::remove_file(segment_path(dir, generation))?;
    }
    sync_dir(dir)
}

/// Makes renames and removals in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
