//! Events as columns: what files are written from. A text that many events share is held once.

use crate::field::Kind;
use crate::{Event, Field, Stream, Timestamp, ValueRef};
use std::collections::HashMap;
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
    /// Some fields of events.
    pub fn of(events: &[Event], fields: &[&'static Field]) -> Self {
        let columns = fields.iter().map(|field| Column {
            field,
            cells: Cells::of(events, field),
        });
        Self {
            rows: events.len(),
            columns: columns.collect(),
            last: events.last().map(|last| (last.time, last.seq)),
        }
    }

    /// The events, with the fields that it has.
    pub fn events(&self, stream: Stream) -> Vec<Event> {
        let events = (0..self.rows).map(|row| self.event(stream, row));
        events.collect()
    }

    /// The event of a row.
    pub fn event(&self, stream: Stream, row: usize) -> Event {
        let mut event = Event::new(stream);
        for column in &self.columns {
            if let Some(value) = column.get(row) {
                event.put(column.field, value.to_value());
            }
        }
        event
    }

    /// Appends the events of a table of the same fields.
    pub fn append(&mut self, other: Self) {
        if self.rows == 0 {
            *self = other;
            return;
        }
        self.rows += other.rows;
        self.last = other.last.or(self.last);
        for (column, more) in self.columns.iter_mut().zip(other.columns) {
            column.cells.append(more.cells);
        }
    }

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

    fn of(events: &[Event], field: &Field) -> Self {
        let values = events.iter().map(|event| event.get(field));
        match field.kind {
            Kind::Integer | Kind::Money | Kind::Time | Kind::Boolean => {
                Self::Numbers(values.map(to_number).collect())
            }
            Kind::Keyword | Kind::Enum(_) => Self::words(values),
            _ => Self::texts(values),
        }
    }

    fn words<'a>(values: impl Iterator<Item = Option<ValueRef<'a>>>) -> Self {
        let (mut words, mut known): (Vec<Box<str>>, _) = (Vec::new(), HashMap::new());
        let rows = values.map(|value| {
            let Some(ValueRef::Text(word)) = value else {
                return Self::NO_WORD;
            };
            *known.entry(word).or_insert_with(|| {
                words.push(word.into());
                u32::try_from(words.len() - 1).unwrap_or(Self::NO_WORD)
            })
        });
        let rows = rows.collect();
        Self::Words { words, rows }
    }

    fn texts<'a>(values: impl Iterator<Item = Option<ValueRef<'a>>>) -> Self {
        let mut text = String::new();
        let rows = values.map(|value| match value {
            Some(ValueRef::Text(part) | ValueRef::Json(part)) => {
                text.push_str(part);
                Some(text.len() - part.len()..text.len())
            }
            _ => None,
        });
        let rows = rows.collect();
        Self::Texts { text, rows }
    }

    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Numbers(numbers), Self::Numbers(more)) => numbers.extend(more),
            (
                Self::Words { words, rows },
                Self::Words {
                    words: more_words,
                    rows: more,
                },
            ) => {
                let mut known: HashMap<Box<str>, u32> = words.iter().cloned().zip(0..).collect();
                let places: Vec<u32> = more_words
                    .into_iter()
                    .map(|word| {
                        let next = u32::try_from(words.len()).unwrap_or(Self::NO_WORD);
                        *known.entry(word).or_insert_with_key(|word| {
                            words.push(word.clone());
                            next
                        })
                    })
                    .collect();
                let place = |at: u32| places.get(usize::try_from(at).ok()?).copied();
                rows.extend(
                    more.into_iter()
                        .map(|at| place(at).unwrap_or(Self::NO_WORD)),
                );
            }
            (
                Self::Texts { text, rows },
                Self::Texts {
                    text: more_text,
                    rows: more,
                },
            ) => {
                let from = text.len();
                text.push_str(&more_text);
                let moved = |part: Range<usize>| from + part.start..from + part.end;
                rows.extend(more.into_iter().map(|part| part.map(moved)));
            }
            _ => debug_assert!(false, "tables of the same fields have the same cells"),
        }
    }
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

/// What stands for a value in [`Cells::Numbers`].
fn to_number(value: Option<ValueRef<'_>>) -> i64 {
    match value {
        Some(ValueRef::Integer(number)) => number,
        Some(ValueRef::Boolean(truth)) => i64::from(truth),
        _ => Cells::NO_NUMBER,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, field};

    fn table(numbers: &[i64], words: &[&str], rows: &[u32], texts: &[Option<&str>]) -> Table {
        let mut text = String::new();
        let places = texts.iter().map(|part| {
            let from = text.len();
            text.push_str((*part)?);
            Some(from..text.len())
        });
        let places = places.collect();
        let cells = [
            ("latency_ms", Cells::Numbers(numbers.into())),
            (
                "user_id",
                Cells::Words {
                    words: words.iter().map(|word| (*word).into()).collect(),
                    rows: rows.into(),
                },
            ),
            ("error", Cells::Texts { text, rows: places }),
        ];
        Table {
            rows: numbers.len(),
            columns: cells
                .map(|(name, cells)| Column {
                    field: field(Stream::Usage, name),
                    cells,
                })
                .into(),
            last: None,
        }
    }

    #[test]
    fn events_are_the_same_as_columns() {
        let events = [
            r#"{"stream":"usage","id":"a","seq":1,"time":"2026-11-19T14:05:40.25Z","user_id":"u",
               "kind":"call","is_stream":true,"cost":0.5,"latency_ms":0,"error":"","metadata":{}}"#,
            r#"{"stream":"usage","id":"b","seq":2,"time":"2026-11-19T14:05:41Z","user_id":"u",
               "is_stream":false,"cost":0,"error":"x","request":[1]}"#,
        ];
        let events = events.map(|json| Event::from_stored(json).unwrap());
        let fields: Vec<&Field> = Catalogue::of(Stream::Usage).fields().iter().collect();
        let mut table = Table::of(&events, &fields);
        assert_eq!(table.events(Stream::Usage), events);
        table.append(Table::of(&events[1..], &fields));
        assert_eq!((table.rows, table.last), (3, Some((events[1].time, 2))));
        assert_eq!(table.events(Stream::Usage)[2], events[1]);
    }

    #[test]
    fn appended_rows_keep_their_values() {
        let none = (Cells::NO_NUMBER, Cells::NO_WORD);
        let mut all = Table::default();
        all.append(table(
            &[1, none.0],
            &["a", "b"],
            &[1, 0],
            &[None, Some("x")],
        ));
        all.append(table(
            &[3, 4],
            &["c", "a"],
            &[1, none.1],
            &[Some("yz"), None],
        ));
        let row = |at: usize| {
            let shown =
                |column: &Column| column.get(at).map(|value| value.display(column.field.kind));
            all.columns.iter().map(shown).collect::<Vec<_>>()
        };
        let texts = |texts: [&str; 3]| texts.map(|text| (!text.is_empty()).then(|| text.into()));
        assert_eq!(all.rows, 4);
        assert_eq!(row(0), texts(["1", "b", ""]));
        assert_eq!(row(1), texts(["", "a", "x"]));
        assert_eq!(row(2), texts(["3", "a", "yz"]));
        assert_eq!(row(3), texts(["4", "", ""]));
    }
}
