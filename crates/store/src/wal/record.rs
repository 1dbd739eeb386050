//! What a commit consists of: one record per stored event. Most hold the event's JSON form; an audit
//! event is kept as the ledger keeps it, so that replaying it can only give the same leaf again.

use crate::ledger::Sealed;
use daybook_model::ledger::Receipt;
use daybook_model::{Event, StoreError, Timestamp};

/// How a record changes the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordKind {
    /// A new event.
    Append,
    /// A new version of the event with this `seq`, whose time was this before.
    Replace { before: Timestamp },
}

/// One stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) kind: RecordKind,
    /// Hash of what the first sender said: tells a repeated delivery from a conflict.
    pub(crate) content_hash: u64,
    pub(crate) event: Event,
    /// An audit event as the ledger keeps it.
    pub(crate) sealed: Option<Sealed>,
}

const APPEND: u8 = 0;
const REPLACE: u8 = 1;
/// An audit event. Its last number is its ledger index; its content is the salt, the length of the
/// leaf (u32), the leaf and the body.
const AUDIT: u8 = 2;

/// What stands before a record's content: its length u32, its type u8 and three numbers of 8 bytes,
/// little-endian.
const HEADER_BYTES: usize = 4 + 1 + 8 + 8 + 8;

impl Record {
    /// Appends the record; `json` is the event's whole JSON form (its `seq` does not count), of which
    /// nothing is needed when the event is sealed.
    pub(crate) fn write(&self, json: &str, out: &mut Vec<u8>) {
        let (kind, number) = match (&self.sealed, self.kind) {
            (Some(_), _) => (
                AUDIT,
                self.event.integer("ledger_index").unwrap_or_default(),
            ),
            (None, RecordKind::Append) => (APPEND, 0),
            (None, RecordKind::Replace { before }) => (REPLACE, before.us()),
        };
        let begin = out.len();
        out.extend_from_slice(&[0; 4]);
        out.push(kind);
        out.extend_from_slice(&self.content_hash.to_le_bytes());
        out.extend_from_slice(&self.event.seq.to_le_bytes());
        out.extend_from_slice(&number.to_le_bytes());
        match &self.sealed {
            None => out.extend_from_slice(json.as_bytes()),
            Some(Sealed {
                salt, leaf, body, ..
            }) => {
                out.extend_from_slice(salt);
                out.extend_from_slice(&length_of(leaf.len()));
                out.extend_from_slice(leaf);
                out.extend_from_slice(body);
            }
        }
        let length = length_of(out.len() - begin - HEADER_BYTES);
        out[begin..begin + 4].copy_from_slice(&length);
    }

    /// Reads all records of a commit.
    pub(crate) fn read_all(mut bytes: &[u8]) -> Result<Vec<Self>, StoreError> {
        let mut records = Vec::new();
        while !bytes.is_empty() {
            let (record, rest) = Self::read(bytes)?;
            records.push(record);
            bytes = rest;
        }
        Ok(records)
    }

    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), StoreError> {
        let (header, rest) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or_else(short)?;
        let number = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&header[at..at + 8]);
            i64::from_le_bytes(word)
        };
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let (content, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        let before = Timestamp::from_us(number(21));
        let (kind, mut event, sealed) = match header[4] {
            APPEND => (RecordKind::Append, read_json(content)?, None),
            REPLACE => (RecordKind::Replace { before }, read_json(content)?, None),
            AUDIT => {
                let (event, sealed) = read_sealed(content, number(21))?;
                (RecordKind::Append, event, Some(sealed))
            }
            other => {
                return Err(StoreError::Damaged(format!(
                    "unknown record type {other} in the log"
                )));
            }
        };
        event.seq = number(13);
        let record = Self {
            kind,
            content_hash: number(5).cast_unsigned(),
            event,
            sealed,
        };
        Ok((record, rest))
    }
}

fn read_json(content: &[u8]) -> Result<Event, StoreError> {
    let json = std::str::from_utf8(content).map_err(|_| short())?;
    Event::from_stored(json).map_err(unreadable)
}

fn read_sealed(content: &[u8], index: i64) -> Result<(Event, Sealed), StoreError> {
    let (salt, content) = content.split_first_chunk().ok_or_else(short)?;
    let (length, content) = content.split_first_chunk().ok_or_else(short)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (leaf, body) = content.split_at_checked(length).ok_or_else(short)?;
    let sealed = Sealed::of_parts(*salt, leaf, body);
    let mut event = sealed.event().map_err(unreadable)?;
    let receipt = Receipt {
        ledger_index: u64::try_from(index).map_err(|_| short())?,
        leaf_hash: sealed.leaf_hash,
    };
    receipt.put_into(&mut event);
    Ok((event, sealed))
}

fn length_of(bytes: usize) -> [u8; 4] {
    let length = u32::try_from(bytes).expect("invariant: an event is below 4 GiB");
    length.to_le_bytes()
}

fn short() -> StoreError {
    StoreError::Damaged("a record of the write-ahead log is cut short".into())
}

fn unreadable(why: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!(
        "an event of the write-ahead log cannot be read: {why}"
    ))
}
