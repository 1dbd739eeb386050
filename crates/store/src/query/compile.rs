//! A query in terms of columns: what a value must be to pass. Texts are looked up in the store's
//! dictionary once; only words that a single partition has are looked up there.

use super::parts::Asked;
use crate::columns::{ABSENT, Place, from_number};
use crate::state::Snapshot;
use crate::words::{LOCAL, Texts, Words};
use daybook_model::catalogue::Catalogue;
use daybook_model::{Field, Filter, Query, Test, Timestamp, Value, ValueRef};
use std::fmt::Write as _;

/// A query, ready to be asked of units.
#[derive(Debug)]
pub(super) struct Compiled<'q> {
    pub(super) query: &'q Query,
    pub(super) filters: Vec<CompiledFilter<'q>>,
    pub(super) search: Option<CompiledSearch>,
    /// What is asked apart from time and `as_of`: equal for equal questions.
    asked: String,
}

/// A condition on one field.
#[derive(Debug)]
pub(super) struct CompiledFilter<'q> {
    pub(super) filter: &'q Filter,
    /// What a column's value must be; `None` for fields without a column.
    pub(super) accept: Option<Accept>,
}

/// Values of a column that pass. [`ABSENT`] never does.
#[derive(Debug, Clone)]
pub(super) enum Accept {
    Any,
    /// Between bounds, both inclusive.
    Ranges(Vec<(u64, u64)>),
    /// These words or ranks.
    Ordinals(Ordinals),
}

/// A set of ordinals.
#[derive(Debug, Clone, Default)]
pub(super) struct Ordinals {
    /// In order.
    pub(super) list: Vec<u32>,
    bits: Vec<u64>,
    /// A partition's own words, in order.
    pub(super) own: Vec<u32>,
}

/// A text that any searched field must contain.
#[derive(Debug)]
pub(super) struct CompiledSearch {
    pub(super) text: String,
    pub(super) lowered: String,
    /// Fields with words that contain it, with those.
    pub(super) words: Vec<(&'static Field, Ordinals)>,
}

impl Accept {
    /// Whether a value passes.
    pub(super) fn passes(&self, value: u64) -> bool {
        value != ABSENT
            && match self {
                Self::Any => true,
                Self::Ranges(ranges) => ranges
                    .iter()
                    .any(|(low, high)| (*low..=*high).contains(&value)),
                Self::Ordinals(ordinals) => ordinals.contains(value),
            }
    }
}

impl Ordinals {
    fn new(list: Vec<u32>) -> Self {
        let mut bits = vec![0_u64; list.last().map_or(0, |last| *last as usize / 64 + 1)];
        for ordinal in &list {
            bits[*ordinal as usize / 64] |= 1 << (ordinal % 64);
        }
        Self {
            list,
            bits,
            own: Vec::new(),
        }
    }

    fn contains(&self, value: u64) -> bool {
        let word = usize::try_from(value / 64).unwrap_or(usize::MAX);
        match self.bits.get(word) {
            Some(bits) => bits >> (value % 64) & 1 == 1,
            None => {
                let own = u32::try_from(value)
                    .ok()
                    .filter(|ordinal| *ordinal >= LOCAL);
                own.is_some_and(|ordinal| self.own.binary_search(&ordinal).is_ok())
            }
        }
    }

    /// The same set with a partition's own words that pass, too.
    pub(super) fn with_own(&self, own: &Texts, passing: Vec<u32>) -> Self {
        debug_assert!(passing.len() <= own.len());
        let own = passing.into_iter().map(|at| LOCAL | at).collect();
        Self {
            own,
            ..self.clone()
        }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.list
            .iter()
            .chain(&self.own)
            .map(|ordinal| u64::from(*ordinal))
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.list.len() + self.own.len()
    }
}

impl<'q> Compiled<'q> {
    /// Compiles a query.
    pub(super) fn new(query: &'q Query, snapshot: &Snapshot) -> Self {
        let words = snapshot.words();
        let filtered = query.filters.iter().map(|filter| filter.field);
        filtered.for_each(|field| snapshot.give_ordinals(query.stream, field));
        if query.search.is_some() {
            let fields = Catalogue::of(query.stream)
                .fields()
                .iter()
                .filter(|field| field.search);
            fields.for_each(|field| snapshot.give_ordinals(query.stream, field));
        }
        let filters = query.filters.iter().map(|filter| CompiledFilter {
            filter,
            accept: accept(query, filter, words),
        });
        let search = query
            .search
            .as_deref()
            .map(|text| search(query, text, words));
        Self {
            query,
            filters: filters.collect(),
            search,
            asked: asked(query),
        }
    }

    /// The names of partial answers to this query in the cache.
    pub(super) fn asked(&self, what: &str) -> Asked {
        Asked {
            this: format!("{what}|{}", self.asked).into(),
            whole: format!("{what}|{}", asked(&Query::all(self.query.stream))).into(),
        }
    }
}

/// The same question with conditions on the time as its range, so that partitions wholly inside
/// need no look at their times.
pub(super) fn folded(query: &Query) -> Query {
    let mut folded = query.clone();
    folded.filters.retain(|filter| match filter.any.as_slice() {
        [Test::Within(low, high)] if filter.field.name == "time" && !filter.negated => {
            let from = Timestamp::from_us(*low);
            folded.from = Some(folded.from.map_or(from, |other| other.max(from)));
            if *high < i64::MAX {
                let to = Timestamp::from_us(high + 1);
                folded.to = Some(folded.to.map_or(to, |other| other.min(to)));
            }
            false
        }
        _ => true,
    });
    folded
}

fn asked(query: &Query) -> String {
    let mut asked = format!("{:?}", query.search);
    for Filter {
        field,
        negated,
        any,
    } in &query.filters
    {
        let write = write!(asked, "|{} {negated} {any:?}", field.name);
        write.expect("writing to a String cannot fail");
    }
    asked
}

fn accept(query: &Query, filter: &Filter, words: &Words) -> Option<Accept> {
    let place = Place::of(filter.field);
    if place.is_column() && filter.any.contains(&Test::Present) {
        return Some(Accept::Any);
    }
    match place {
        Place::Words => {
            let list = passing(&words.of(query.stream, filter.field), filter);
            Some(Accept::Ordinals(Ordinals::new(list)))
        }
        Place::Ranks(declared) => {
            let ranks = (0..).zip(declared);
            let passing = ranks
                .filter(|(_, word)| holds(filter, word))
                .map(|(rank, _)| rank);
            Some(Accept::Ordinals(Ordinals::new(passing.collect())))
        }
        Place::Numbers => Some(Accept::Ranges(
            filter.any.iter().filter_map(range).collect(),
        )),
        _ => None,
    }
}

/// The words that pass a filter's tests, negation aside.
pub(super) fn passing(texts: &Texts, filter: &Filter) -> Vec<u32> {
    let mut found = Vec::new();
    for test in &filter.any {
        match test {
            Test::Is(Value::Text(text)) => found.extend(texts.ordinal(text)),
            Test::Contains(lowered) => found.extend(texts.containing(lowered)),
            test => found.extend(texts.passing(|text| test.holds(ValueRef::Text(text)))),
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn holds(filter: &Filter, word: &str) -> bool {
    filter
        .any
        .iter()
        .any(|test| test.holds(ValueRef::Text(word)))
}

fn range(test: &Test) -> Option<(u64, u64)> {
    match test {
        Test::Is(Value::Integer(number)) => Some((from_number(*number), from_number(*number))),
        Test::Is(Value::Boolean(truth)) => {
            let stored = from_number(i64::from(*truth));
            Some((stored, stored))
        }
        Test::Within(low, high) if low <= high => {
            Some((from_number(*low), from_number(*high).min(ABSENT - 1)))
        }
        _ => None,
    }
}

fn search(query: &Query, text: &str, words: &Words) -> CompiledSearch {
    let lowered = text.to_lowercase();
    let fields = Catalogue::of(query.stream)
        .fields()
        .iter()
        .filter(|field| field.search);
    let found = fields.filter_map(|field| {
        let list = match Place::of(field) {
            Place::Words => words.of(query.stream, field).containing(&lowered),
            Place::Ranks(declared) => {
                let ranks = (0..).zip(declared);
                ranks
                    .filter(|(_, word)| word.contains(&lowered))
                    .map(|(rank, _)| rank)
                    .collect()
            }
            _ => return None,
        };
        Some((field, Ordinals::new(list)))
    });
    let words = found.collect();
    CompiledSearch {
        text: text.into(),
        lowered,
        words,
    }
}
