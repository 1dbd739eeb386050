//! The file of word lists: frames of new words, appended and flushed before a partition commit
//! that uses them. `len u32 | count u32 | crc32c u32 | payload`, the payload a run of `stream u8 |
//! field length u8 | field | text length u16 | text`. After a failed write the whole file is
//! written anew, for nobody knows what the old one holds.

use daybook_model::{StoreError, Stream};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const HEADER_BYTES: usize = 12;

/// The file, open for appending.
#[derive(Debug)]
pub(super) struct WordFile {
    path: PathBuf,
    /// `None` before the first word.
    file: Option<File>,
    /// Bytes that are whole frames; behind them may be a torn one.
    end: u64,
    torn: bool,
    /// What was read may have been written by a process that was killed before it flushed.
    unflushed: bool,
    count: u64,
    unknown: bool,
}

/// A word as the file keeps it: stream, name of the field, text.
type StoredWord = (Stream, String, String);

/// Words about to be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    payload: Vec<u8>,
    count: u32,
}

impl Batch {
    pub(super) fn add(&mut self, stream: Stream, field: &str, text: &str) {
        self.payload.push(stream as u8);
        self.payload
            .push(u8::try_from(field.len()).expect("invariant: field names are short"));
        self.payload.extend_from_slice(field.as_bytes());
        let length = u16::try_from(text.len()).expect("invariant: a keyword has 512 bytes");
        self.payload.extend_from_slice(&length.to_le_bytes());
        self.payload.extend_from_slice(text.as_bytes());
        self.count += 1;
    }

    fn frame(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).expect("invariant: below 4 GiB");
        let mut frame = [length.to_le_bytes(), self.count.to_le_bytes()].concat();
        let crc = crc32c::crc32c_append(crc32c::crc32c(&frame), &self.payload);
        frame.extend_from_slice(&crc.to_le_bytes());
        frame.extend_from_slice(&self.payload);
        frame
    }
}

impl WordFile {
    /// Reads a file, which may be missing, up to the first frame that is not whole.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<StoredWord>)> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let (mut words, mut end) = (Vec::new(), 0);
        while let Some((frame, length)) = read_frame(&bytes[end..]) {
            words.extend(frame);
            end += length;
        }
        let opened = Self {
            path: path.into(),
            file: OpenOptions::new().write(true).open(path).ok(),
            torn: end < bytes.len(),
            end: end as u64,
            count: words.len() as u64,
            unflushed: !bytes.is_empty(),
            unknown: false,
        };
        Ok((opened, words))
    }

    /// Refuses when fewer words can be read than are in use.
    pub(super) fn require(&self, used: u64) -> Result<(), StoreError> {
        if self.count >= used {
            return Ok(());
        }
        let (name, count, end) = (self.path.display(), self.count, self.end);
        Err(StoreError::Damaged(format!(
            "the dictionary {name}: {count} words can be read before byte {end}, but partitions use {used}"
        )))
    }

    /// Whether a write failed, so that only [`Self::replace`] can say what the file holds.
    pub(super) const fn is_unknown(&self) -> bool {
        self.unknown
    }

    /// Appends words durably; returns how many the file holds.
    pub(super) fn append(&mut self, batch: &Batch) -> io::Result<u64> {
        if std::mem::take(&mut self.unflushed)
            && let Some(file) = &self.file
        {
            self.unknown = true;
            file.sync_all()?;
            self.path.parent().map_or(Ok(()), crate::wal::sync_dir)?;
            self.unknown = false;
        }
        if batch.count > 0 {
            self.unknown = true;
            self.write(&batch.frame())?;
            self.unknown = false;
            self.count += u64::from(batch.count);
        }
        Ok(self.count)
    }

    fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        let new = self.file.is_none();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::create(&self.path)?),
        };
        if std::mem::take(&mut self.torn) {
            file.set_len(self.end)?;
        }
        file.write_all_at(frame, self.end)?;
        file.sync_data()?;
        if new {
            self.path.parent().map_or(Ok(()), crate::wal::sync_dir)?;
        }
        self.end += frame.len() as u64;
        Ok(())
    }

    /// Writes the whole file anew, all at once; returns how many words it holds.
    pub(super) fn replace(&mut self, batch: &Batch) -> io::Result<u64> {
        let new = self.path.with_extension("new");
        let file = File::create(&new)?;
        let frame = if batch.count > 0 {
            batch.frame()
        } else {
            Vec::new()
        };
        file.write_all_at(&frame, 0)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        self.path.parent().map_or(Ok(()), crate::wal::sync_dir)?;
        (self.file, self.end, self.count) = (Some(file), frame.len() as u64, batch.count.into());
        (self.unknown, self.torn, self.unflushed) = (false, false, false);
        Ok(self.count)
    }
}

/// The words of the first frame and its length; `None` when it is not whole.
fn read_frame(bytes: &[u8]) -> Option<(Vec<StoredWord>, usize)> {
    let header = bytes.get(..HEADER_BYTES)?;
    let word = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let length = word(0) as usize;
    let payload = bytes.get(HEADER_BYTES..HEADER_BYTES.checked_add(length)?)?;
    if crc32c::crc32c_append(crc32c::crc32c(&header[..8]), payload) != word(8) {
        return None;
    }
    let (mut words, mut rest) = (Vec::new(), payload);
    while !rest.is_empty() {
        let stream = *Stream::ALL
            .iter()
            .find(|stream| **stream as u8 == rest[0])?;
        let (field, after) = text(rest.get(2..)?, (*rest.get(1)?).into())?;
        let length = u16::from_le_bytes([*after.first()?, *after.get(1)?]);
        let (word, after) = text(&after[2..], length.into())?;
        words.push((stream, field, word));
        rest = after;
    }
    (words.len() == word(4) as usize).then_some((words, HEADER_BYTES + length))
}

fn text(bytes: &[u8], length: usize) -> Option<(String, &[u8])> {
    let (text, rest) = bytes.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?.into(), rest))
}
