//! Lines of files, plain or compressed, in chunks that end with a line. Whatever the files hold,
//! memory stays bounded: a line that is too long for an event is named and its bytes are skipped.

use daybook_model::{Timestamp, limits};
use flate2::read::MultiGzDecoder;
use memchr::{memchr, memchr_iter, memrchr};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a chunk, about: a thousand events or two.
const CHUNK_BYTES: usize = 1 << 20;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where lines come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
}

impl Source {
    /// `-` is standard input.
    pub(crate) fn named(path: &Path) -> Self {
        match path.as_os_str() == "-" {
            true => Self::StandardInput,
            false => Self::File(path.into()),
        }
    }

    /// The name as it was given.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::StandardInput => "-".into(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Bytes on disk, when they are known beforehand.
    pub(crate) fn size_bytes(&self) -> Option<u64> {
        match self {
            Self::StandardInput => None,
            Self::File(path) => {
                let about = std::fs::metadata(path).ok()?;
                about.is_file().then_some(about.len())
            }
        }
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::StandardInput => Box::new(io::stdin()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// Some lines of a source.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Position of the source among all.
    pub(crate) source: usize,
    /// Number of the first line, from 1.
    pub(crate) first_line: u64,
    /// Whole lines; empty when the one line was too long.
    pub(crate) bytes: Vec<u8>,
    pub(crate) too_long: bool,
    /// When they were read.
    pub(crate) received_at: Timestamp,
}

impl Chunk {
    /// How many lines.
    pub(crate) fn lines(&self) -> u64 {
        let unended = self.bytes.last().is_some_and(|last| *last != b'\n');
        let ends = memchr_iter(b'\n', &self.bytes).count() as u64;
        ends + u64::from(unended || self.too_long)
    }
}

/// Reads a source to its end and hands out its chunks until nobody wants more. Counts the bytes
/// that it reads, before decompression.
///
/// # Errors
/// When the source cannot be opened, read or decompressed, or is no NDJSON at all.
pub(crate) fn read(
    source: &Source,
    position: usize,
    read_bytes: &Arc<AtomicU64>,
    sink: &mut dyn FnMut(Chunk) -> bool,
) -> io::Result<()> {
    let counted = Counted {
        inner: source.open()?,
        bytes: Arc::clone(read_bytes),
    };
    let mut lines = Lines {
        source: position,
        next_line: 1,
        bytes: Vec::with_capacity(CHUNK_BYTES),
        reader: decompressed(Box::new(counted))?,
        ended: false,
    };
    lines.begin()?;
    while let Some(chunk) = lines.next()? {
        if !sink(chunk) {
            break;
        }
    }
    Ok(())
}

/// The reader of what is compressed in a way that its first bytes tell.
fn decompressed(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    (&mut reader).take(4).read_to_end(&mut head)?;
    let (gzip, zstd) = (head.starts_with(GZIP), head.starts_with(ZSTD));
    let whole = Cursor::new(head).chain(reader);
    Ok(match (gzip, zstd) {
        (true, _) => Box::new(MultiGzDecoder::new(whole)),
        (_, true) => Box::new(zstd::stream::read::Decoder::new(whole)?),
        _ => Box::new(whole),
    })
}

struct Lines {
    source: usize,
    next_line: u64,
    /// What was read and not yet handed out.
    bytes: Vec<u8>,
    reader: Box<dyn Read + Send>,
    ended: bool,
}

impl Lines {
    /// Looks at the beginning of the text.
    fn begin(&mut self) -> io::Result<()> {
        self.fill(CHUNK_BYTES)?;
        if self.bytes.starts_with(BYTE_ORDER_MARK) {
            self.bytes.drain(..BYTE_ORDER_MARK.len());
        }
        let first = self.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            Some(b'[') => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "this is a JSON array, not one event a line; convert it, for example with: jq -c '.[]'",
            )),
            _ => Ok(()),
        }
    }

    fn next(&mut self) -> io::Result<Option<Chunk>> {
        self.fill(CHUNK_BYTES)?;
        if memrchr(b'\n', &self.bytes).is_none() && !self.ended {
            self.fill(limits::EVENT_BYTES_MAX + 1)?;
        }
        let end = match memrchr(b'\n', &self.bytes) {
            Some(last) => last + 1,
            None if self.bytes.len() > limits::EVENT_BYTES_MAX => return self.skip_line(),
            None if self.bytes.is_empty() => return Ok(None),
            None => self.bytes.len(),
        };
        let mut rest = Vec::with_capacity(CHUNK_BYTES.max(self.bytes.len() - end));
        rest.extend_from_slice(&self.bytes[end..]);
        self.bytes.truncate(end);
        let bytes = std::mem::replace(&mut self.bytes, rest);
        Ok(Some(self.chunk(bytes, false)))
    }

    /// Reads on until so many bytes are held.
    fn fill(&mut self, bytes: usize) -> io::Result<()> {
        let missing = bytes.saturating_sub(self.bytes.len());
        if missing > 0 && !self.ended {
            let wanted = missing as u64;
            let read = (&mut self.reader)
                .take(wanted)
                .read_to_end(&mut self.bytes)?;
            self.ended = (read as u64) < wanted;
        }
        Ok(())
    }

    fn skip_line(&mut self) -> io::Result<Option<Chunk>> {
        while !self.ended || !self.bytes.is_empty() {
            if let Some(end) = memchr(b'\n', &self.bytes) {
                self.bytes.drain(..=end);
                break;
            }
            self.bytes.clear();
            self.fill(CHUNK_BYTES)?;
        }
        Ok(Some(self.chunk(Vec::new(), true)))
    }

    fn chunk(&mut self, bytes: Vec<u8>, too_long: bool) -> Chunk {
        let chunk = Chunk {
            source: self.source,
            first_line: self.next_line,
            bytes,
            too_long,
            received_at: Timestamp::now(),
        };
        self.next_line += chunk.lines();
        chunk
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn chunks(content: &[u8]) -> io::Result<Vec<Chunk>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let mut found = Vec::new();
        let source = Source::File(file.path().into());
        read(&source, 0, &Arc::default(), &mut |chunk| {
            found.push(chunk);
            true
        })?;
        Ok(found)
    }

    #[test]
    fn lines_are_whole_and_counted_however_long_the_text() {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1_000));
        let text = format!("\u{feff}{}last", line.repeat(9_000));
        let found = chunks(text.as_bytes()).unwrap();
        assert!(found.len() > 1);
        let mut expected_line = 1;
        for chunk in &found {
            assert_eq!(chunk.first_line, expected_line);
            expected_line += chunk.lines();
        }
        assert_eq!(expected_line, 9_002);
        let whole: Vec<u8> = found.into_iter().flat_map(|chunk| chunk.bytes).collect();
        assert_eq!(whole, text.trim_start_matches('\u{feff}').as_bytes());
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_one_read() {
        let text = format!("one\n{}\nthree\n", "x".repeat(limits::EVENT_BYTES_MAX + 1));
        let found = chunks(text.as_bytes()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|chunk| (chunk.first_line, chunk.too_long, chunk.bytes.as_slice()))
            .collect();
        let expected: [(u64, bool, &[u8]); 3] =
            [(1, false, b"one\n"), (2, true, b""), (3, false, b"three\n")];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_array_is_refused_with_advice_and_nothing_is_nothing() {
        let refusal = chunks(b" [{}]").unwrap_err().to_string();
        assert!(refusal.contains("jq"), "{refusal}");
        assert!(chunks(b"").unwrap().is_empty());
    }

    #[test]
    fn a_compressed_file_that_was_cut_short_is_an_error() {
        let packed = zstd::bulk::compress("{}\n".repeat(100_000).as_bytes(), 3).unwrap();
        assert!(chunks(&packed).is_ok());
        assert!(chunks(&packed[..packed.len() / 2]).is_err());
    }
}
