//! A query in terms of columns: what a value must be to pass. Texts are looked up in the store's
//! dictionary once; only words that a single partition has are looked up there.

use super::parts::Asked;
use crate::columns::{ABSENT, Place, from_number};
use crate::state::Snapshot;
use crate::words::{LOCAL, Texts, Words};
use daybook_model::catalogue::field;
use daybook_model::fold::fold;
use daybook_model::{Field, Filter, Query, Scope, Stream, Test, Timestamp, Value, ValueRef};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A query, ready to be asked of units.
#[derive(Debug)]
pub(super) struct Compiled<'q> {
    pub(super) query: &'q Query,
    /// All hold. What the scope demands of every event is among them.
    pub(super) filters: Vec<CompiledFilter<'q>>,
    /// One of these pairs holds, unless there are none.
    pub(super) either: Vec<[CompiledFilter<'q>; 2]>,
    pub(super) search: Option<CompiledSearch>,
    /// What is asked apart from time and `as_of`: equal for equal questions.
    asked: String,
}

/// A condition on one field.
#[derive(Debug)]
pub(super) struct CompiledFilter<'q> {
    pub(super) filter: Cow<'q, Filter>,
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
    pub(super) folded: String,
    /// The fields searched.
    pub(super) fields: Vec<&'static Field>,
    /// Those with words that contain it, with the words.
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

    /// Whether a value is in it.
    pub(super) fn contains(&self, value: u64) -> bool {
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
        let Demands { of_all, either } = demands(query);
        let own = query.filters.iter().map(Cow::Borrowed);
        let filters: Vec<Cow<'q, Filter>> = own.chain(of_all).collect();
        let filtered = filters.iter().map(|filter| filter.field);
        filtered.for_each(|field| snapshot.give_ordinals(query.stream, field));
        if query.search.is_some() {
            let fields = query.searched();
            fields.for_each(|field| snapshot.give_ordinals(query.stream, field));
        }
        let compiled = |filter: Cow<'q, Filter>| CompiledFilter {
            accept: accept(query, &filter, words),
            filter,
        };
        let search = query
            .search
            .as_deref()
            .map(|text| search(query, text, words));
        Self {
            query,
            filters: filters.into_iter().map(compiled).collect(),
            either: either.into_iter().map(|pair| pair.map(compiled)).collect(),
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
    if query.scope != Scope::All {
        write!(asked, "|{:?}", query.scope).expect("writing to a String cannot fail");
    }
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

/// A scope as conditions on fields.
#[derive(Default)]
struct Demands<'q> {
    /// What every event within has.
    of_all: Vec<Cow<'q, Filter>>,
    /// An origin and its users, when that does not say it all.
    either: Vec<[Cow<'q, Filter>; 2]>,
}

fn demands<'q>(query: &Query) -> Demands<'q> {
    let Scope::Own(owners) = &query.scope else {
        return Demands::default();
    };
    let one_of = |name: &str, mut texts: Vec<&str>| {
        texts.sort_unstable();
        texts.dedup();
        let tests = texts
            .into_iter()
            .map(|text| Test::Is(Value::Text(text.into())));
        Cow::Owned(Filter {
            field: field(query.stream, name),
            negated: false,
            any: tests.collect(),
        })
    };
    if query.stream != Stream::Usage || owners.is_empty() {
        let nobody = one_of("origin", Vec::new());
        return Demands {
            of_all: vec![nobody],
            either: Vec::new(),
        };
    }
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for owner in owners.iter() {
        users.entry(&owner.origin).or_default().push(&owner.user_id);
    }
    let of_all = vec![
        one_of("user_id", users.values().flatten().copied().collect()),
        one_of("origin", users.keys().copied().collect()),
    ];
    let mut either = Vec::new();
    if users.len() > 1 {
        let pairs = users.into_iter();
        let pairs =
            pairs.map(|(origin, users)| [one_of("origin", vec![origin]), one_of("user_id", users)]);
        either.extend(pairs);
    }
    Demands { of_all, either }
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
            Test::Contains(folded) => found.extend(texts.containing(folded)),
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
    let folded = fold(text);
    let fields: Vec<_> = query.searched().collect();
    let found = fields.iter().copied().filter_map(|field| {
        let list = match Place::of(field) {
            Place::Words => words.of(query.stream, field).containing(&folded),
            Place::Ranks(declared) => {
                let ranks = (0..).zip(declared);
                ranks
                    .filter(|(_, word)| word.contains(&folded))
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
        folded,
        fields,
        words,
    }
}
