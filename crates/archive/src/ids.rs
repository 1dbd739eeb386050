//! The ids of archived events, kept on this machine when the events are not: a repeated delivery of
//! an archived event is still a duplicate, and another event under its id still a conflict. With the
//! id of an audit event stands its place in the ledger.
//!
//! A file holds `magic | count u64 | with places u64 | entries | crc32c u32`, little-endian. An entry
//! is the first 16 bytes of the SHA-256 of stream, origin and id, and five bytes of the content hash;
//! with places also the ledger index (the largest number where there is none) and the leaf hash.
//! Entries are in order. So nobody can choose an id that is taken for another one.

use crate::sha256::Sha256;
use crate::{ArchiveError, Result, durable};
use daybook_model::ledger::Receipt;
use daybook_model::{Event, Stream};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"DBKIDS01";
const HEADER_BYTES: usize = 24;
const HASH_BYTES: usize = 16;
const CONTENT_BYTES: usize = 5;
const LEAF_BYTES: usize = 32;
const ENTRY_BYTES: usize = HASH_BYTES + CONTENT_BYTES;
const PLACED_BYTES: usize = ENTRY_BYTES + 8 + LEAF_BYTES;
/// Entries of a block. The first hash of each block is kept in memory, and a look-up reads one.
const BLOCK: usize = 128;

/// Stands for the content hash of an event of which something was erased: with the real one names could be
/// tried out. Whatever comes under its id is taken for a repeated delivery.
pub const ERASED_CONTENT: u64 = (1 << 40) - 1;

/// What an archived event is recognised by when it is delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// Its id.
    pub id: IdHash,
    /// What its sender said; 40 bits of a hash.
    pub content_hash: u64,
    /// Where the ledger has it, if it is an audit event there.
    pub ledger: Option<LedgerPlace>,
}

/// The place of an audit event in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerPlace {
    /// Its index.
    pub index: u64,
    /// The hash of its leaf.
    pub leaf_hash: [u8; LEAF_BYTES],
}

impl Known {
    /// What an event will be recognised by.
    pub fn of(event: &Event, content_hash: u64) -> Self {
        Self {
            id: IdHash::of(event),
            content_hash,
            ledger: LedgerPlace::of(event),
        }
    }
}

impl LedgerPlace {
    fn of(event: &Event) -> Option<Self> {
        let receipt = Receipt::of(event)?;
        Some(Self {
            index: receipt.ledger_index,
            leaf_hash: receipt.leaf_hash.0,
        })
    }
}

/// What an id is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdHash([u8; HASH_BYTES]);

impl IdHash {
    /// The hash of an event's id, which is unique for its stream and origin.
    pub fn of(event: &Event) -> Self {
        Self::new(event.stream, event.origin(), &event.id)
    }

    /// The hash of an id.
    pub fn new(stream: Stream, origin: &str, id: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [stream.name(), origin, id] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut first = [0; HASH_BYTES];
        first.copy_from_slice(&hash.finish()[..HASH_BYTES]);
        Self(first)
    }

    /// A part of it, for filters.
    pub fn first(self) -> u64 {
        let (first, _) = self.0.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        u64::from_be_bytes(*first)
    }
}

/// The ids of one archived part.
#[derive(Debug)]
pub struct IdFile {
    path: PathBuf,
    file: File,
    count: usize,
    entry_bytes: usize,
    /// The first hash of each block.
    blocks: Vec<IdHash>,
}

impl IdFile {
    /// Writes the ids of some events, durably.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(path: &Path, mut known: Vec<Known>) -> Result<()> {
        known.sort_unstable();
        let placed = known.iter().any(|known| known.ledger.is_some());
        let content = |out: &mut io::BufWriter<File>| {
            let mut crc = 0;
            let mut put = |bytes: &[u8]| {
                crc = crc32c::crc32c_append(crc, bytes);
                out.write_all(bytes)
            };
            put(MAGIC)?;
            put(&(known.len() as u64).to_le_bytes())?;
            put(&u64::from(placed).to_le_bytes())?;
            for known in &known {
                put(&known.id.0)?;
                put(&known.content_hash.to_le_bytes()[..CONTENT_BYTES])?;
                if placed {
                    let index = known.ledger.map_or(u64::MAX, |place| place.index);
                    put(&index.to_le_bytes())?;
                    put(&known
                        .ledger
                        .map_or([0; LEAF_BYTES], |place| place.leaf_hash))?;
                }
            }
            out.write_all(&crc.to_le_bytes())
        };
        let written = durable::write(path, content);
        written.map_err(ArchiveError::io(format!("writing {}", path.display())))
    }

    /// Opens a file and checks all of it. Every entry is shown to `seen`, in order of ids.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was written.
    pub fn open(path: &Path, mut seen: impl FnMut(Known)) -> Result<Self> {
        let reading = || ArchiveError::io(format!("reading {}", path.display()));
        let damaged = |what: &str| ArchiveError::damaged(&path.display().to_string(), what);
        let file = File::open(path).map_err(reading())?;
        let size = file.metadata().map_err(reading())?.len();
        let mut from = io::BufReader::with_capacity(256 << 10, &file);
        let mut header = [0; HEADER_BYTES];
        let short = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged("it is too short"),
            _ => reading()(error),
        };
        from.read_exact(&mut header).map_err(short)?;
        let ([magic, count, placed], _) = header.as_chunks::<8>() else {
            return Err(damaged("it has no header"));
        };
        let (count, placed) = (u64::from_le_bytes(*count), u64::from_le_bytes(*placed));
        let entry_bytes = match placed {
            0 => ENTRY_BYTES,
            _ => PLACED_BYTES,
        };
        let expected = count.checked_mul(entry_bytes as u64);
        let expected = expected.and_then(|bytes| bytes.checked_add(HEADER_BYTES as u64 + 4));
        if magic != MAGIC || placed > 1 || expected != Some(size) {
            return Err(damaged("it is no list of ids, or not whole"));
        }
        let count = usize::try_from(count).map_err(|_| damaged("it is too large"))?;
        let mut blocks = Vec::with_capacity(count.div_ceil(BLOCK));
        let mut crc = crc32c::crc32c(&header);
        let mut entry = [0; PLACED_BYTES];
        let entry = &mut entry[..entry_bytes];
        for number in 0..count {
            from.read_exact(entry).map_err(short)?;
            crc = crc32c::crc32c_append(crc, entry);
            let hash = hash_in(entry);
            if number.is_multiple_of(BLOCK) {
                blocks.push(hash);
            }
            seen(known_in(entry));
        }
        let mut written = [0; 4];
        from.read_exact(&mut written).map_err(short)?;
        if u32::from_le_bytes(written) != crc {
            return Err(damaged("it fails its checksum"));
        }
        Ok(Self {
            path: path.into(),
            file,
            count,
            entry_bytes,
            blocks,
        })
    }

    /// How many ids it has.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What is known of the event with this id, if it is here.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, id: IdHash) -> Result<Option<Known>> {
        let after = self.blocks.partition_point(|first| *first <= id);
        let Some(block) = after.checked_sub(1) else {
            return Ok(None);
        };
        let first = block * BLOCK;
        let entries = BLOCK.min(self.count - first);
        let mut bytes = [0; BLOCK * PLACED_BYTES];
        let bytes = &mut bytes[..entries * self.entry_bytes];
        let at = (HEADER_BYTES + first * self.entry_bytes) as u64;
        let read = self.file.read_exact_at(bytes, at);
        read.map_err(ArchiveError::io(format!("reading {}", self.path.display())))?;
        let mut entries = bytes.chunks_exact(self.entry_bytes);
        Ok(entries.find(|entry| hash_in(entry) == id).map(known_in))
    }
}

fn hash_in(entry: &[u8]) -> IdHash {
    IdHash(*entry.first_chunk().unwrap_or(&[0; HASH_BYTES]))
}

fn known_in(entry: &[u8]) -> Known {
    let mut content = [0; 8];
    content[..CONTENT_BYTES].copy_from_slice(&entry[HASH_BYTES..ENTRY_BYTES]);
    let place = entry[ENTRY_BYTES..].split_first_chunk::<8>();
    let ledger = place.and_then(|(index, leaf_hash)| {
        Some(LedgerPlace {
            index: u64::from_le_bytes(*index),
            leaf_hash: *leaf_hash.first_chunk()?,
        })
    });
    Known {
        id: hash_in(entry),
        content_hash: u64::from_le_bytes(content),
        ledger: ledger.filter(|place| place.index != u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> IdHash {
        IdHash::new(Stream::Audit, "platform", &format!("id-{number}"))
    }

    fn known(number: u64, placed: bool) -> Known {
        let place = LedgerPlace {
            index: number * 3,
            leaf_hash: [(number % 251) as u8; LEAF_BYTES],
        };
        Known {
            id: hash(number),
            content_hash: number * 7_919,
            ledger: Some(place).filter(|_| placed && !number.is_multiple_of(10)),
        }
    }

    #[test]
    fn finds_every_id_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ids/1.ids");
        for (count, placed) in [0, 1, 127, 128, 129, 5_000]
            .into_iter()
            .zip([true, false].repeat(3))
        {
            let all: Vec<Known> = (0..count).map(|n| known(n, placed)).collect();
            IdFile::write(&path, all.clone()).unwrap();
            let mut seen = 0;
            let file = IdFile::open(&path, |_| seen += 1).unwrap();
            assert_eq!((file.len(), seen), (all.len(), all.len()));
            for known in all {
                assert_eq!(file.find(known.id).unwrap(), Some(known));
            }
            for number in count..count + 500 {
                assert_eq!(file.find(hash(number)).unwrap(), None);
            }
        }
    }

    #[test]
    fn an_audit_event_is_known_with_its_place_in_the_ledger() {
        let mut event = Event::new(Stream::Audit);
        event.id = "a".into();
        assert_eq!(Known::of(&event, 5).ledger, None);
        event.set_integer("ledger_index", 7);
        event.set_text("leaf_hash", "0a".repeat(LEAF_BYTES));
        let place = Known::of(&event, 5).ledger.unwrap();
        assert_eq!((place.index, place.leaf_hash), (7, [10; LEAF_BYTES]));
        event.set_text("leaf_hash", "xy");
        assert_eq!(Known::of(&event, 5).ledger, None);
    }

    #[test]
    fn hashes_tell_stream_origin_and_id_apart() {
        let of = |stream, origin, id| IdHash::new(stream, origin, id);
        let all = [
            of(Stream::Audit, "ab", "c"),
            of(Stream::Audit, "a", "bc"),
            of(Stream::Auth, "ab", "c"),
            of(Stream::Audit, "", "abc"),
        ];
        let apart = |at: usize| all[at + 1..].iter().all(|other| *other != all[at]);
        assert!((0..all.len()).all(apart));
    }

    #[test]
    fn a_file_that_was_changed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.ids");
        IdFile::write(&path, (0..300).map(|n| known(n, true)).collect()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for at in (0..24).chain((24..whole.len()).step_by(97)) {
            let mut changed = whole.clone();
            changed[at] ^= 4;
            std::fs::write(&path, changed).unwrap();
            assert!(IdFile::open(&path, |_| {}).is_err(), "byte {at}");
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(IdFile::open(&path, |_| {}).is_err());
    }
}
