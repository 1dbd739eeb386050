//! How values look in columns, in memory and on disk alike: unsigned numbers that order as the
//! values do, words and ranks by their ordinals.

use daybook_model::field::Kind;
use daybook_model::{Field, Value, ValueRef};

/// No value. (Numbers end one below: see [`daybook_model::limits::NUMBER_MAX`].)
pub(crate) const ABSENT: u64 = u64::MAX;
/// In memory only: a keyword that has no ordinal in the store's dictionary.
pub(crate) const OTHER: u64 = u64::MAX - 1;

/// Where a field is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A column of ordinals of words.
    Words,
    /// A column of positions in the declared list of an enumeration.
    Ranks(&'static [&'static str]),
    /// A column of numbers, amounts, instants or truths.
    Numbers,
    /// A dictionary of the unique ids of a segment.
    Keys,
    /// The stored row, with trigrams for search.
    Text,
    /// The stored row, with each of its strings as a term for search.
    SearchedJson,
    /// The stored row.
    Row,
    /// Payload files.
    Payload,
}

impl Place {
    /// Where a field is kept.
    pub(crate) const fn of(field: &Field) -> Self {
        match field.kind {
            Kind::Keyword => Self::Words,
            Kind::Enum(words) => Self::Ranks(words),
            Kind::Integer | Kind::Money | Kind::Boolean | Kind::Time => Self::Numbers,
            Kind::Id => Self::Keys,
            Kind::Text => Self::Text,
            Kind::Json(_) if field.search => Self::SearchedJson,
            Kind::Json(_) => Self::Row,
            Kind::Payload => Self::Payload,
        }
    }

    /// Whether that is a column.
    pub(crate) const fn is_column(self) -> bool {
        matches!(self, Self::Words | Self::Ranks(_) | Self::Numbers)
    }
}

/// Whether values of the field are terms, too, so that few of many events are found quickly.
pub(crate) fn has_postings(field: &Field) -> bool {
    match Place::of(field) {
        Place::Words | Place::Ranks(_) => true,
        Place::Numbers => field.has_values() && field.kind == Kind::Integer && !field.ours,
        _ => false,
    }
}

/// A number as a column holds it.
pub(crate) const fn from_number(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// The number that a column holds.
pub(crate) const fn to_number(stored: u64) -> i64 {
    (stored ^ (1 << 63)).cast_signed()
}

/// The position of a word of an enumeration.
pub(crate) fn rank(words: &[&str], word: &str) -> Option<u64> {
    words
        .iter()
        .position(|known| *known == word)
        .map(|at| at as u64)
}

/// A value of a field kept as a number or a rank.
pub(crate) fn plain(field: &Field, value: ValueRef<'_>) -> Option<u64> {
    match (value, Place::of(field)) {
        (ValueRef::Integer(number), _) => Some(from_number(number)),
        (ValueRef::Boolean(truth), _) => Some(from_number(i64::from(truth))),
        (ValueRef::Text(word), Place::Ranks(words)) => rank(words, word),
        _ => None,
    }
}

/// The value that a number or rank stands for.
pub(crate) fn plain_value(field: &Field, stored: u64) -> Option<Value> {
    match (Place::of(field), field.kind) {
        (Place::Ranks(words), _) => {
            let word = words.get(usize::try_from(stored).ok()?)?;
            Some(Value::Text((*word).into()))
        }
        (Place::Numbers, Kind::Boolean) => Some(Value::Boolean(to_number(stored) != 0)),
        (Place::Numbers, _) => Some(Value::Integer(to_number(stored))),
        _ => None,
    }
}
