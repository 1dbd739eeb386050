//! CSV as RFC 4180 has it, and safe to open in a spreadsheet: a text that such a program would take
//! for a formula begins with an apostrophe. Exports write hundreds of millions of cells, so each word
//! is made ready once, and what is short is copied as a block of fixed size.

use daybook_model::decimal::Digits;
use daybook_model::field::{Field, Kind};
use daybook_model::table::{Cells, Column};
use daybook_model::{NanoUsd, Timestamp};
use std::ops::Range;

/// What makes Excel read a file as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The names of the columns, as a line.
pub(super) fn head(fields: &[&'static Field], byte_order_mark: bool) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let mark = if byte_order_mark { BYTE_ORDER_MARK } else { "" };
    format!("{mark}{}\r\n", names.join(","))
}

/// Columns, ready to be written.
#[derive(Debug)]
pub(super) struct Csv {
    /// Each with what follows its cells.
    columns: Vec<(Written, &'static [u8])>,
}

#[derive(Debug)]
enum Written {
    /// Each word as it is written with what follows it, all in one text; the last is none at all.
    Words {
        text: Vec<u8>,
        places: Vec<Range<usize>>,
        rows: Vec<u32>,
    },
    Numbers(Kind, Vec<i64>),
    Texts {
        /// Whether they are JSON, which is no formula.
        json: bool,
        text: Vec<u8>,
        rows: Vec<Option<Range<usize>>>,
    },
}

impl Csv {
    /// The columns of a table.
    pub(super) fn new(columns: Vec<Column>) -> Self {
        let last = columns.len().saturating_sub(1);
        let columns = columns.into_iter().enumerate().map(|(at, column)| {
            let end: &[u8] = if at == last { b"\r\n" } else { b"," };
            (Written::new(column, end), end)
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// Appends a row.
    pub(super) fn write(&self, row: usize, out: &mut Buffer) {
        for (column, end) in &self.columns {
            match column {
                Written::Words { text, places, rows } => {
                    let none = places.len() - 1;
                    let at = usize::try_from(rows[row]).map_or(none, |at| at.min(none));
                    out.put_part(text, &places[at]);
                    continue;
                }
                Written::Numbers(kind, numbers) => write_number(*kind, numbers[row], out),
                Written::Texts { json, text, rows } => {
                    if let Some(place) = &rows[row] {
                        let text = &text[place.clone()];
                        write_text(text, !json && is_formula(text), out);
                    }
                }
            }
            out.put(end);
        }
    }
}

impl Written {
    fn new(column: Column, end: &[u8]) -> Self {
        match column.cells {
            Cells::Words { words, rows } => {
                let mut text = Buffer::default();
                let mut places = Vec::with_capacity(words.len() + 1);
                let words = words.iter().map(Some).chain([None]);
                for word in words {
                    let from = text.len();
                    if let Some(word) = word {
                        let word = word.as_bytes();
                        write_text(word, is_formula(word), &mut text);
                    }
                    text.put(end);
                    places.push(from..text.len());
                }
                Self::Words {
                    text: text.into_padded(),
                    places,
                    rows,
                }
            }
            Cells::Numbers(numbers) => Self::Numbers(column.field.kind, numbers),
            Cells::Texts { text, rows } => Self::Texts {
                json: matches!(column.field.kind, Kind::Json(_) | Kind::Payload),
                text: text.into_bytes(),
                rows,
            },
        }
    }
}

fn write_number(kind: Kind, number: i64, out: &mut Buffer) {
    match (kind, number) {
        (_, Cells::NO_NUMBER) => {}
        (Kind::Boolean, truth) => out.put(if truth == 0 { b"false" } else { b"true" }),
        (Kind::Money, nano) => out.put_digits(&Digits::usd(NanoUsd(nano))),
        (Kind::Time, us) => match Digits::time(Timestamp::from_us(us)) {
            Some(digits) => out.put_digits(&digits),
            None => out.put(Timestamp::from_us(us).to_string().as_bytes()),
        },
        (_, number) => out.put_digits(&Digits::integer(number)),
    }
}

/// Whether a text begins as a formula may, in one spreadsheet or another: also in full width, and
/// behind what they skip.
fn is_formula(text: &[u8]) -> bool {
    match text {
        [
            b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | b'\0',
            ..,
        ] => true,
        // U+FF1D, U+FF0B, U+FF0D, U+FF20.
        [0xef, 0xbc, 0x9d | 0x8b | 0x8d | 0xa0, ..] => true,
        _ => false,
    }
}

/// A text, in quotes when it must be; one that looks like a formula is defused.
fn write_text(text: &[u8], formula: bool, out: &mut Buffer) {
    // Without a way out in the middle, so that many bytes are compared at once.
    let quoted = text.iter().fold(false, |found, byte| {
        found | matches!(byte, b'"' | b',' | b'\r' | b'\n')
    });
    if quoted {
        out.put(b"\"");
    }
    if formula {
        out.put(b"'");
    }
    if quoted {
        let mut parts = text.split(|byte| *byte == b'"');
        out.put(parts.next().unwrap_or_default());
        for part in parts {
            out.put(b"\"\"");
            out.put(part);
        }
        out.put(b"\"");
    } else {
        out.put(text);
    }
}

/// A text that grows, with room behind it that blocks of fixed size may be copied to.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Bytes of the text; what lies behind is room.
    len: usize,
}

/// Bytes that are copied as one.
type Block = [u8; Digits::BYTES_MAX];

impl Buffer {
    /// With room for so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self {
            bytes: vec![0; bytes + size_of::<Block>()],
            len: 0,
        }
    }

    /// Bytes of the text.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Appends a text.
    pub(super) fn put(&mut self, text: &[u8]) {
        self.make_room(text.len());
        self.bytes[self.len..][..text.len()].copy_from_slice(text);
        self.len += text.len();
    }

    /// The text.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }

    /// The text, with a block behind it.
    fn into_padded(mut self) -> Vec<u8> {
        self.make_room(0);
        self.bytes
    }

    fn make_room(&mut self, bytes: usize) {
        let needed = self.len + bytes + size_of::<Block>();
        if needed > self.bytes.len() {
            self.bytes.resize(needed.max(2 * self.bytes.len()), 0);
        }
    }

    fn put_digits(&mut self, digits: &Digits) {
        self.put_block(digits.window(), digits.len());
    }

    /// Appends a part of a padded text.
    fn put_part(&mut self, text: &[u8], part: &Range<usize>) {
        match text[part.start..].first_chunk::<{ size_of::<Block>() }>() {
            Some(block) if part.len() <= block.len() => self.put_block(block, part.len()),
            _ => self.put(&text[part.clone()]),
        }
    }

    /// Appends the first bytes of a block.
    fn put_block(&mut self, block: &Block, len: usize) {
        self.make_room(0);
        if let Some(room) = self.bytes[self.len..].first_chunk_mut() {
            *room = *block;
        }
        self.len += len;
    }
}
