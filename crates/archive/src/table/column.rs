//! How the values of a column are written and read back.

use super::Column;
use bytes::Bytes;
use daybook_model::field::Kind;
use daybook_model::{Value, ValueRef};
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::Type;

/// Bytes, digits and places of an amount in USD.
const MONEY_BYTES: usize = 9;
const MONEY_DIGITS: i32 = 19;
const MONEY_PLACES: i32 = 9;

/// The type of a column's values in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Instant,
    Money,
    Truth,
}

impl Form {
    const fn of(column: Column) -> Self {
        match column {
            Column::ContentHash => Self::Number,
            Column::Field(field) => match field.kind {
                Kind::Id | Kind::Keyword | Kind::Text | Kind::Enum(_) => Self::Text,
                Kind::Json(_) | Kind::Payload => Self::Text,
                Kind::Integer => Self::Number,
                Kind::Money => Self::Money,
                Kind::Boolean => Self::Truth,
                Kind::Time => Self::Instant,
            },
        }
    }

    const fn physical(self) -> Physical {
        match self {
            Self::Text => Physical::BYTE_ARRAY,
            Self::Number | Self::Instant => Physical::INT64,
            Self::Money => Physical::FIXED_LEN_BYTE_ARRAY,
            Self::Truth => Physical::BOOLEAN,
        }
    }
}

/// The type of a column in the file's schema.
pub(super) fn schema_of(column: Column) -> Result<Type> {
    let form = Form::of(column);
    let repetition = match column.is_required() {
        true => Repetition::REQUIRED,
        false => Repetition::OPTIONAL,
    };
    let logical = match form {
        Form::Text => Some(LogicalType::String),
        Form::Number | Form::Truth => None,
        Form::Instant => Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
        Form::Money => Some(LogicalType::decimal(MONEY_PLACES, MONEY_DIGITS)),
    };
    let mut builder = Type::primitive_type_builder(column.name(), form.physical())
        .with_repetition(repetition)
        .with_logical_type(logical);
    if form == Form::Money {
        builder = builder
            .with_length(i32::try_from(MONEY_BYTES).unwrap_or_default())
            .with_precision(MONEY_DIGITS)
            .with_scale(MONEY_PLACES);
    }
    builder.build()
}

/// Values of a column that wait to be written, or were read.
#[derive(Debug)]
enum Cells {
    Text(Vec<ByteArray>),
    Numbers(Vec<i64>),
    Money(Vec<FixedLenByteArray>),
    Truths(Vec<bool>),
}

/// Rows of one column: a level for each, and the values of those that have one.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) column: Column,
    cells: Cells,
    /// 1 where a row has a value. Not kept for a required column.
    levels: Vec<i16>,
}

impl Rows {
    pub(super) fn new(column: Column) -> Self {
        let cells = match Form::of(column) {
            Form::Text => Cells::Text(Vec::new()),
            Form::Number | Form::Instant => Cells::Numbers(Vec::new()),
            Form::Money => Cells::Money(Vec::new()),
            Form::Truth => Cells::Truths(Vec::new()),
        };
        Self {
            column,
            cells,
            levels: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if !self.column.is_required() {
            self.levels.push(value.is_some().into());
        }
        match (&mut self.cells, value) {
            (Cells::Text(texts), Some(ValueRef::Text(text) | ValueRef::Json(text))) => {
                texts.push(ByteArray::from(text));
            }
            (Cells::Numbers(numbers), Some(ValueRef::Integer(number))) => numbers.push(number),
            (Cells::Money(amounts), Some(ValueRef::Integer(nano))) => amounts.push(from_nano(nano)),
            (Cells::Truths(truths), Some(ValueRef::Boolean(truth))) => truths.push(truth),
            (_, None) if !self.column.is_required() => {}
            _ => {
                let name = self.column.name();
                let message = format!("an event has no value of its kind in {name}");
                return Err(ParquetError::General(message));
            }
        }
        Ok(())
    }

    /// Writes all rows and forgets them.
    pub(super) fn write(&mut self, to: &mut ColumnWriter<'_>) -> Result<()> {
        let levels = (!self.column.is_required()).then_some(self.levels.as_slice());
        match (&mut self.cells, to) {
            (Cells::Text(texts), ColumnWriter::ByteArrayColumnWriter(to)) => {
                to.write_batch(texts, levels, None)?;
                texts.clear();
            }
            (Cells::Numbers(numbers), ColumnWriter::Int64ColumnWriter(to)) => {
                to.write_batch(numbers, levels, None)?;
                numbers.clear();
            }
            (Cells::Money(amounts), ColumnWriter::FixedLenByteArrayColumnWriter(to)) => {
                to.write_batch(amounts, levels, None)?;
                amounts.clear();
            }
            (Cells::Truths(truths), ColumnWriter::BoolColumnWriter(to)) => {
                to.write_batch(truths, levels, None)?;
                truths.clear();
            }
            _ => return Err(of_another_kind(self.column)),
        }
        self.levels.clear();
        Ok(())
    }

    /// Reads the rows of a row group.
    pub(super) fn read(column: Column, from: ColumnReader, rows: usize) -> Result<Self> {
        let mut read = Self::new(column);
        let levels = (!column.is_required()).then_some(&mut read.levels);
        let found = match (&mut read.cells, from) {
            (Cells::Text(texts), ColumnReader::ByteArrayColumnReader(mut from)) => {
                from.read_records(rows, levels, None, texts)
            }
            (Cells::Numbers(numbers), ColumnReader::Int64ColumnReader(mut from)) => {
                from.read_records(rows, levels, None, numbers)
            }
            (Cells::Money(amounts), ColumnReader::FixedLenByteArrayColumnReader(mut from)) => {
                from.read_records(rows, levels, None, amounts)
            }
            (Cells::Truths(truths), ColumnReader::BoolColumnReader(mut from)) => {
                from.read_records(rows, levels, None, truths)
            }
            _ => return Err(of_another_kind(column)),
        };
        match found? {
            (found, ..) if found == rows => Ok(read),
            (found, ..) => {
                let name = column.name();
                let message = format!("{name} has {found} rows instead of {rows}");
                Err(ParquetError::General(message))
            }
        }
    }

    /// Hands over each value with the number of its row, in order.
    pub(super) fn each(&self, mut take: impl FnMut(usize, Value)) -> Result<()> {
        let mut places = 0..self.levels.len();
        let mut every = 0..usize::MAX;
        let mut next_row = || match self.column.is_required() {
            true => every.next(),
            false => places.find(|at| self.levels[*at] > 0),
        };
        let mut hand = |value: Value| {
            next_row().map_or(Ok(()), |row| {
                take(row, value);
                Ok(())
            })
        };
        match &self.cells {
            Cells::Text(texts) => texts.iter().try_for_each(|text| {
                let text: Box<str> = text.as_utf8()?.into();
                hand(match self.column {
                    Column::Field(field) if is_json(field.kind) => Value::Json(text),
                    _ => Value::Text(text),
                })
            }),
            Cells::Numbers(numbers) => numbers
                .iter()
                .try_for_each(|number| hand(Value::Integer(*number))),
            Cells::Money(amounts) => amounts
                .iter()
                .try_for_each(|amount| hand(Value::Integer(to_nano(amount)?))),
            Cells::Truths(truths) => truths
                .iter()
                .try_for_each(|truth| hand(Value::Boolean(*truth))),
        }
    }
}

const fn is_json(kind: Kind) -> bool {
    matches!(kind, Kind::Json(_) | Kind::Payload)
}

fn of_another_kind(column: Column) -> ParquetError {
    ParquetError::General(format!("{} is of another kind", column.name()))
}

fn from_nano(nano: i64) -> FixedLenByteArray {
    let mut bytes = [if nano < 0 { u8::MAX } else { 0 }; MONEY_BYTES];
    bytes[1..].copy_from_slice(&nano.to_be_bytes());
    ByteArray::from(Bytes::copy_from_slice(&bytes)).into()
}

fn to_nano(amount: &FixedLenByteArray) -> Result<i64> {
    let beyond = || ParquetError::General("an amount is beyond all limits".into());
    let (sign, rest) = amount.data().split_first().ok_or_else(beyond)?;
    let nano = i64::from_be_bytes(rest.try_into().map_err(|_| beyond())?);
    let expected = if nano < 0 { u8::MAX } else { 0 };
    (*sign == expected).then_some(nano).ok_or_else(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_every_nano_dollar() {
        for nano in [0, 1, -1, i64::MAX - 1, i64::MIN, 4_820_000] {
            assert_eq!(to_nano(&from_nano(nano)).unwrap(), nano);
        }
        assert!(to_nano(&ByteArray::from(vec![1; MONEY_BYTES]).into()).is_err());
    }
}
