//! Events as columns: what files are written from. A text that many events share is held once.

use crate::field::Kind;
use crate::{Field, Timestamp, ValueRef};
use std::ops::Range;

/// Some fields of some events, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// How many events.
    pub rows: usize,
    /// The fields, in the order asked.
    pub columns: Vec<Column>,
    /// Time and `seq` of the last event.
    pub last: Option<(Timestamp, i64)>,
}

impl Table {
    /// Bytes it occupies in memory, about.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(Column::bytes).sum()
    }
}

/// One field of some events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The field.
    pub field: &'static Field,
    /// Its values.
    pub cells: Cells,
}

/// Values by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// Integers, nano-USD, µs and truths (0 and 1); [`Cells::NO_NUMBER`] where there is none.
    Numbers(Vec<i64>),
    /// Each word once, and for each row its position; [`Cells::NO_WORD`] where there is none.
    Words {
        /// Distinct words.
        words: Vec<Box<str>>,
        /// Which of them a row has.
        rows: Vec<u32>,
    },
    /// Texts or JSON in one string, and for each row its part.
    Texts {
        /// All of them.
        text: String,
        /// Where that of a row lies.
        rows: Vec<Option<Range<usize>>>,
    },
}

impl Cells {
    /// No event has this number: [`crate::limits::NUMBER_MAX`] is one below.
    pub const NO_NUMBER: i64 = i64::MAX;
    /// No word has this position.
    pub const NO_WORD: u32 = u32::MAX;
}

impl Column {
    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<ValueRef<'_>> {
        match &self.cells {
            Cells::Numbers(numbers) => number(self.field.kind, numbers[row]),
            Cells::Words { words, rows } => {
                let word = words.get(usize::try_from(rows[row]).ok()?)?;
                Some(ValueRef::Text(word))
            }
            Cells::Texts { text, rows } => {
                let text = &text[rows[row].clone()?];
                Some(match self.field.kind {
                    Kind::Json(_) | Kind::Payload => ValueRef::Json(text),
                    _ => ValueRef::Text(text),
                })
            }
        }
    }

    fn bytes(&self) -> usize {
        match &self.cells {
            Cells::Numbers(numbers) => size_of_val(numbers.as_slice()),
            Cells::Words { words, rows } => {
                let texts: usize = words.iter().map(|word| word.len()).sum();
                texts + size_of_val(words.as_slice()) + size_of_val(rows.as_slice())
            }
            Cells::Texts { text, rows } => text.len() + size_of_val(rows.as_slice()),
        }
    }
}

/// The value that a number of [`Cells::Numbers`] stands for in a field of this kind.
pub const fn number(kind: Kind, number: i64) -> Option<ValueRef<'static>> {
    match (number, kind) {
        (Cells::NO_NUMBER, _) => None,
        (number, Kind::Boolean) => Some(ValueRef::Boolean(number != 0)),
        (number, _) => Some(ValueRef::Integer(number)),
    }
}
