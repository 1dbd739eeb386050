//! What a commit consists of: one record per stored event, in the event's JSON form.

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
}

const APPEND: u8 = 0;
const REPLACE: u8 = 1;
const HEADER_BYTES: usize = 4 + 1 + 8 + 8 + 8;

impl Record {
    /// Appends the record; `json` is the event's whole JSON form (its `seq` does not count).
    pub(crate) fn write(&self, json: &str, out: &mut Vec<u8>) {
        let length = u32::try_from(json.len()).expect("invariant: an event is below 4 GiB");
        let (kind, before) = match self.kind {
            RecordKind::Append => (APPEND, 0),
            RecordKind::Replace { before } => (REPLACE, before.us()),
        };
        out.extend_from_slice(&length.to_le_bytes());
        out.push(kind);
        out.extend_from_slice(&self.content_hash.to_le_bytes());
        out.extend_from_slice(&self.event.seq.to_le_bytes());
        out.extend_from_slice(&before.to_le_bytes());
        out.extend_from_slice(json.as_bytes());
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
        let short = || StoreError::Damaged("a record of the write-ahead log is cut short".into());
        let header = bytes.get(..HEADER_BYTES).ok_or_else(short)?;
        let number = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&header[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let json = bytes
            .get(HEADER_BYTES..HEADER_BYTES + length)
            .ok_or_else(short)?;
        let json = std::str::from_utf8(json).map_err(|_| short())?;
        let mut event = Event::from_stored(json).map_err(|e| {
            StoreError::Damaged(format!(
                "an event of the write-ahead log cannot be read: {e}"
            ))
        })?;
        event.seq = number(13).cast_signed();
        let kind = match header[4] {
            APPEND => RecordKind::Append,
            REPLACE => RecordKind::Replace {
                before: Timestamp::from_us(number(21).cast_signed()),
            },
            other => {
                return Err(StoreError::Damaged(format!(
                    "unknown record type {other} in the log"
                )));
            }
        };
        let record = Self {
            kind,
            content_hash: number(5),
            event,
        };
        Ok((record, &bytes[HEADER_BYTES + length..]))
    }
}
