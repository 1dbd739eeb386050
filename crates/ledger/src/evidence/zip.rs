//! Zip archives of one form only: entries in order of their names, stored as they are, without times,
//! attributes or comments. Invariant: the same entries give the same bytes, and the reader takes nothing
//! but these bytes, so that no byte of an archive is without meaning. (PKWARE APPNOTE 6.3.10, §4.3.)

use std::io::{self, Read, Write};

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// A version that any program reads.
const VERSION: u16 = 20;
/// 1980-01-01, the first day that the format knows, at midnight.
const DATE: u16 = 0x0021;
/// Bytes of a local header before the name.
const LOCAL_BYTES: usize = 30;
/// Longer names there are not.
const NAME_BYTES_MAX: usize = 64;

/// Why bytes are no archive of this form.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// The reason of whoever reads or writes.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Not of this form; the text says where.
    #[error("{0}")]
    Invalid(String),
    /// Text, as exports are; a package does not become that by a change of some bytes.
    #[error(
        "this is text, no evidence package: exports of events hold no proofs, packages (zip) do; the log \
         they came from can be verified itself"
    )]
    Text,
    /// A zip archive of another form; the text says from where on.
    #[error(
        "the zip is not byte for byte the one that Daybook made: from {0} on it was packed again or changed"
    )]
    Repacked(String),
    /// More than the format can hold: 4 GiB, or 65,535 files.
    #[error("the package would have more than 4 GiB or 65,535 files")]
    TooLarge,
}

/// What the end of the archive says about an entry.
#[derive(Debug)]
struct Listed {
    name: String,
    crc: u32,
    size: u32,
    offset: u32,
}

impl Listed {
    /// What local and central headers have in common.
    fn common(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(26);
        for field in [VERSION, 0, 0, 0, DATE] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.size, self.size] {
            out.extend(field.to_le_bytes());
        }
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out
    }

    fn local(&self) -> Vec<u8> {
        [&LOCAL, self.common().as_slice(), self.name.as_bytes()].concat()
    }

    fn central(&self) -> Vec<u8> {
        let mut out = [CENTRAL.as_slice(), &VERSION.to_le_bytes(), &self.common()].concat();
        // No comment, first disk, no attributes.
        out.extend([0; 10]);
        out.extend(self.offset.to_le_bytes());
        out.extend(self.name.as_bytes());
        out
    }
}

/// The central directory and what follows it.
fn tail(listed: &[Listed], offset: u32) -> Result<Vec<u8>, ZipError> {
    let mut out: Vec<u8> = listed.iter().flat_map(Listed::central).collect();
    let size = u32::try_from(out.len()).map_err(|_| ZipError::TooLarge)?;
    let count = u16::try_from(listed.len()).map_err(|_| ZipError::TooLarge)?;
    out.extend(END);
    out.extend([0; 4]);
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([size.to_le_bytes(), offset.to_le_bytes()].concat());
    out.extend([0; 2]);
    Ok(out)
}

/// Where the next entry begins.
fn next_offset(offset: u32, header: usize, size: u32) -> Result<u32, ZipError> {
    let header = u32::try_from(header).ok();
    let end = header.and_then(|header| offset.checked_add(header)?.checked_add(size));
    end.ok_or(ZipError::TooLarge)
}

/// Writes an archive, entry by entry.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    listed: Vec<Listed>,
    offset: u32,
}

impl<W: Write> Writer<W> {
    /// An archive that is written there.
    pub fn new(out: W) -> Self {
        Self {
            out,
            listed: Vec::new(),
            offset: 0,
        }
    }

    /// Adds an entry. Names must come in order.
    ///
    /// # Errors
    ///
    /// [`ZipError`].
    pub fn add(&mut self, name: &str, data: &[u8]) -> Result<(), ZipError> {
        let in_order = self.listed.last().is_none_or(|last| *last.name < *name);
        if !in_order || name.len() > NAME_BYTES_MAX {
            return Err(ZipError::Invalid(format!(
                "{name} stands in the wrong place"
            )));
        }
        let listed = Listed {
            name: name.into(),
            crc: crc32fast::hash(data),
            size: u32::try_from(data.len()).map_err(|_| ZipError::TooLarge)?,
            offset: self.offset,
        };
        let header = listed.local();
        self.offset = next_offset(self.offset, header.len(), listed.size)?;
        self.out.write_all(&header)?;
        self.out.write_all(data)?;
        self.listed.push(listed);
        Ok(())
    }

    /// Ends the archive.
    ///
    /// # Errors
    ///
    /// [`ZipError`].
    pub fn finish(mut self) -> Result<W, ZipError> {
        self.out.write_all(&tail(&self.listed, self.offset)?)?;
        Ok(self.out)
    }
}

/// An entry that was read.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub data: Vec<u8>,
    /// Whether they are those that the checksum is of. Whoever knows what the bytes mean can say better
    /// what is wrong with them.
    pub is_intact: bool,
}

/// Reads an archive from its beginning to its end.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    listed: Vec<Listed>,
    offset: u32,
}

impl<R: Read> Reader<R> {
    /// The archive in these bytes.
    pub fn new(input: R) -> Self {
        Self {
            input,
            listed: Vec::new(),
            offset: 0,
        }
    }

    fn read(&mut self, count: usize) -> Result<Vec<u8>, ZipError> {
        let mut bytes = Vec::new();
        let most = u64::try_from(count).unwrap_or(u64::MAX);
        self.input.by_ref().take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn place(&self) -> String {
        let last = self.listed.last();
        last.map_or("its beginning".into(), |last| {
            format!("what follows {}", last.name)
        })
    }

    fn repacked(&self) -> ZipError {
        ZipError::Repacked(self.place())
    }

    fn cut(&self) -> ZipError {
        ZipError::Invalid(format!("the zip is cut short in {}", self.place()))
    }

    /// The next entry; `None` at the end, which is then checked, too.
    ///
    /// # Errors
    ///
    /// [`ZipError`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ZipError> {
        let header = self.read(LOCAL_BYTES)?;
        if !header.starts_with(&LOCAL) {
            return self.end(header).map(|()| None);
        }
        let number = |at: usize| {
            let bytes = header.get(at..at + 4).and_then(|it| it.try_into().ok());
            bytes.map(u32::from_le_bytes)
        };
        let length = header.get(26..LOCAL_BYTES).and_then(|it| it.first_chunk());
        let length = length.map(|it| usize::from(u16::from_le_bytes(*it)));
        let (Some(crc), Some(size), Some(length)) = (number(14), number(18), length) else {
            return Err(self.cut());
        };
        let name = String::from_utf8(self.read(length.min(NAME_BYTES_MAX + 1))?);
        let listed = Listed {
            name: name.map_err(|_| self.repacked())?,
            crc,
            size,
            offset: self.offset,
        };
        let in_order = self
            .listed
            .last()
            .is_none_or(|last| last.name < listed.name);
        if !in_order || [header.as_slice(), listed.name.as_bytes()].concat() != listed.local() {
            return Err(self.repacked());
        }
        let data = self.read(size as usize)?;
        if data.len() != size as usize {
            return Err(ZipError::Invalid(format!("{} is cut short", listed.name)));
        }
        self.offset = next_offset(self.offset, header.len() + listed.name.len(), size)?;
        let entry = Entry {
            name: listed.name.clone(),
            is_intact: crc32fast::hash(&data) == crc,
            data,
        };
        self.listed.push(listed);
        Ok(Some(entry))
    }

    /// The end is what the entries make of it, and nothing follows.
    fn end(&mut self, begun: Vec<u8>) -> Result<(), ZipError> {
        // A package that was cut behind its first letters is one.
        if self.listed.is_empty() && is_text(&begun) && !LOCAL.starts_with(&begun) {
            return Err(ZipError::Text);
        }
        let expected = tail(&self.listed, self.offset)?;
        let rest = self.read(expected.len() + 1)?;
        let found = [begun, rest].concat();
        if found == expected {
            return Ok(());
        }
        Err(match self.listed.is_empty() {
            true => {
                ZipError::Invalid("this is no evidence package: it does not begin like one".into())
            }
            false if expected.starts_with(&found) => self.cut(),
            false if found.starts_with(&expected) => {
                ZipError::Invalid("something follows the end of the zip".into())
            }
            false => self.repacked(),
        })
    }
}

/// Whether a file that begins so is one of text. The last character may be cut.
fn is_text(begin: &[u8]) -> bool {
    let whole = match std::str::from_utf8(begin) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&begin[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_binary = |c: char| c.is_control() && !['\n', '\r', '\t'].contains(&c);
    !whole.is_empty() && !whole.contains(is_binary)
}
