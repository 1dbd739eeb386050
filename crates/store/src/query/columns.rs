//! The columns of a segment that an answer reads.

use crate::error::internal;
use daybook_model::Field;
use daybook_model::field::Kind;
use daybook_model::logstore::StoreResult;
use daybook_model::{Value, ValueRef};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

/// A column of one field in one segment, as numbers that order like the field's values there.
pub(super) enum FieldColumn {
    /// Numbers, amounts, instants, truths.
    Numbers(Column<i64>),
    /// Ordinals of texts.
    Texts(StrColumn),
    /// Ordinals of an enumeration's words, with the declared position of each.
    Words(StrColumn, Vec<i64>, &'static [&'static str]),
    /// No event of the segment has the field.
    Absent,
}

impl FieldColumn {
    /// The column of a field that has one.
    pub(super) fn open(segment: &SegmentReader, field: &Field) -> StoreResult<Self> {
        let columns = segment.fast_fields();
        match field.kind {
            Kind::Keyword | Kind::Enum(_) => {
                let Some(column) = columns.str(field.name).map_err(internal)? else {
                    return Ok(Self::Absent);
                };
                let Kind::Enum(words) = field.kind else {
                    return Ok(Self::Texts(column));
                };
                let ranks = ranks(&column, words)?;
                Ok(Self::Words(column, ranks, words))
            }
            _ => {
                let column = columns.column_opt::<i64>(field.name).map_err(internal)?;
                Ok(column.map_or(Self::Absent, Self::Numbers))
            }
        }
    }

    /// The event's number or ordinal.
    pub(super) fn first(&self, doc: DocId) -> Option<i64> {
        match self {
            Self::Numbers(column) => column.first(doc),
            Self::Texts(column) => column.ords().first(doc).map(u64::cast_signed),
            Self::Words(column, ranks, _) => {
                let ordinal = column.ords().first(doc)?;
                ranks.get(usize::try_from(ordinal).ok()?).copied()
            }
            Self::Absent => None,
        }
    }

    /// The value that a number of this column stands for.
    pub(super) fn value(&self, number: i64, field: &Field) -> StoreResult<Value> {
        match self {
            Self::Texts(column) => {
                let mut text = String::new();
                column
                    .ord_to_str(number.cast_unsigned(), &mut text)
                    .map_err(internal)?;
                Ok(Value::Text(text.into()))
            }
            Self::Words(_, _, words) => {
                let word = usize::try_from(number)
                    .ok()
                    .and_then(|rank| words.get(rank));
                Ok(Value::Text((*word.unwrap_or(&"")).into()))
            }
            _ if field.kind == Kind::Boolean => Ok(Value::Boolean(number != 0)),
            _ => Ok(Value::Integer(number)),
        }
    }
}

/// The declared position of each word of a column.
fn ranks(column: &StrColumn, words: &[&str]) -> StoreResult<Vec<i64>> {
    let mut ranks = Vec::with_capacity(words.len());
    let mut text = String::new();
    for ordinal in 0_u64.. {
        text.clear();
        if !column.ord_to_str(ordinal, &mut text).map_err(internal)? {
            break;
        }
        let rank = words.iter().position(|word| *word == text);
        ranks.push(
            rank.and_then(|rank| i64::try_from(rank).ok())
                .unwrap_or(i64::MAX),
        );
    }
    Ok(ranks)
}

/// The order of values of one field: numbers by size, texts by their bytes, words of an
/// enumeration by their declared order.
pub(super) fn order(field: &Field, a: ValueRef<'_>, b: ValueRef<'_>) -> std::cmp::Ordering {
    match (a, b) {
        (ValueRef::Text(a), ValueRef::Text(b)) => match field.kind {
            Kind::Enum(words) => {
                let rank = |word| words.iter().position(|known| *known == word);
                rank(a).cmp(&rank(b))
            }
            _ => a.cmp(b),
        },
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => a.cmp(&b),
        _ => std::cmp::Ordering::Equal,
    }
}
