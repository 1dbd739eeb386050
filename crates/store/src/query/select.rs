//! The events of a unit that a query matches, in batches. The rarest condition that is indexed
//! leads; the others are tests on the columns of what it finds.

use super::cache::PartKey;
use super::compile::{Accept, Compiled, CompiledFilter, passing};
use super::search::{Bits, found_in_segment, text_matches};
use super::unit::{Source, Unit, UnitColumn};
use crate::columns::{ABSENT, OTHER, Place, from_number, has_postings};
use crate::error::internal;
use crate::head::Chunk;
use crate::partition::Segment;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::matching::found_in;
use daybook_model::{Filter, Query, ValueRef};
use std::sync::Arc;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Term};

/// Events of a batch.
pub(super) const BATCH: usize = 1024;
/// More values than this are faster found in the column than in their postings.
const POSTINGS_MAX: usize = 64;

/// The matching events of a unit.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    pub(super) unit: &'a Unit<'a>,
    base: Base,
    tests: Vec<UnitTest<'a>>,
    query: &'a Query,
    /// Whether neither time nor `as_of` leave out anything.
    timeless: bool,
    /// The terms of a negated condition, and how many events have one.
    left_out: Option<(Vec<Term>, u32)>,
}

/// Where the search begins.
#[derive(Debug)]
enum Base {
    None,
    All,
    Docs(Vec<DocId>),
    /// Events with one of these values, of which `test` is the condition.
    Postings {
        terms: Vec<Term>,
        count: u32,
        test: usize,
    },
}

/// A condition on single events.
#[derive(Debug)]
enum UnitTest<'a> {
    Column {
        column: UnitColumn<'a>,
        accept: Accept,
        negated: bool,
        of: Option<(&'a Filter, &'a Chunk)>,
    },
    Bits {
        bits: Bits,
        negated: bool,
    },
    Event {
        filter: &'a Filter,
        chunk: &'a Chunk,
    },
    /// One of these pairs holds.
    Either(Vec<[Self; 2]>),
    Search {
        query: &'a Query,
        chunk: &'a Chunk,
    },
}

impl<'a> Selection<'a> {
    /// The events of a unit that a query matches.
    pub(super) fn new(unit: &'a Unit<'a>, compiled: &'a Compiled<'a>) -> StoreResult<Self> {
        let mut selection = Self {
            unit,
            base: Base::All,
            tests: Vec::new(),
            query: compiled.query,
            timeless: true,
            left_out: None,
        };
        selection.restrict_time(compiled.query)?;
        for filter in &compiled.filters {
            selection.restrict(filter)?;
        }
        if !compiled.either.is_empty() {
            let pairs = compiled.either.iter();
            let pairs = pairs.map(|[one, other]| Ok([test_in(unit, one)?, test_in(unit, other)?]));
            let pairs = pairs.collect::<StoreResult<Vec<_>>>()?;
            selection.tests.push(UnitTest::Either(pairs));
        }
        if let Some(search) = &compiled.search {
            match unit.source {
                Source::Chunk(chunk) => selection.tests.push(UnitTest::Search {
                    query: compiled.query,
                    chunk,
                }),
                Source::Segment(..) => {
                    let bits = found_in_segment(unit, search)?;
                    selection.tests.push(UnitTest::Bits {
                        bits,
                        negated: false,
                    });
                }
            }
        }
        selection.lead_by_bits();
        Ok(selection)
    }

    fn restrict_time(&mut self, query: &Query) -> StoreResult<()> {
        let in_memory = matches!(self.unit.source, Source::Chunk(_));
        let low = query.from.map_or(0, |from| from_number(from.us()));
        // `to` is exclusive; an event of another stream has no time here.
        let high = query
            .to
            .map_or(ABSENT, |to| from_number(to.us()))
            .saturating_sub(1);
        if query.to.is_some_and(|to| to.us() == i64::MIN) {
            self.base = Base::None;
        }
        if in_memory || low > 0 || high < ABSENT - 1 {
            self.within("time", low, high)?;
        }
        if let Some(seq) = query.as_of {
            self.within("seq", 0, from_number(seq))?;
        }
        Ok(())
    }

    fn within(&mut self, name: &str, low: u64, high: u64) -> StoreResult<()> {
        let column = self.unit.column(field(self.unit.stream, name))?;
        if let UnitColumn::Stored(column) = column {
            let (min, max) = (column.min_value(), column.max_value());
            if low <= min && max <= high {
                return Ok(());
            }
            self.timeless = false;
            if high < min || max < low || low > high {
                self.base = Base::None;
                return Ok(());
            }
        }
        let accept = Accept::Ranges(vec![(low, high)]);
        self.tests.push(UnitTest::Column {
            column,
            accept,
            negated: false,
            of: None,
        });
        Ok(())
    }

    fn restrict(&mut self, compiled: &'a CompiledFilter<'a>) -> StoreResult<()> {
        let filter = compiled.filter.as_ref();
        let Some(accept) = accept_in(self.unit, compiled)? else {
            let test = match self.unit.source {
                Source::Chunk(chunk) => UnitTest::Event { filter, chunk },
                Source::Segment(..) => UnitTest::Bits {
                    bits: text_matches(self.unit, filter)?,
                    negated: filter.negated,
                },
            };
            self.tests.push(test);
            return Ok(());
        };
        if let Source::Segment(_, _, segment) = self.unit.source
            && let Some((terms, count)) = postings(segment, filter, &accept)?
        {
            let all = count == self.unit.len();
            match (filter.negated, count, all) {
                (false, 0, _) | (true, _, true) => {
                    self.base = Base::None;
                    return Ok(());
                }
                (true, 0, _) | (false, _, true) => return Ok(()),
                (false, ..) if self.is_rarer(count) => {
                    let test = self.tests.len();
                    self.base = Base::Postings { terms, count, test };
                }
                (negated, ..) => self.left_out = negated.then_some((terms, count)),
            }
        }
        self.tests.push(column_test(self.unit, filter, accept)?);
        Ok(())
    }

    /// Whether postings of so many events should lead.
    fn is_rarer(&self, count: u32) -> bool {
        match &self.base {
            Base::All => true,
            Base::Postings { count: leading, .. } => count < *leading,
            Base::None | Base::Docs(_) => false,
        }
    }

    /// A search that found little leads.
    fn lead_by_bits(&mut self) {
        let leading = match &self.base {
            Base::All => self.unit.len() / 4,
            Base::Postings { count, .. } => *count,
            Base::None | Base::Docs(_) => return,
        };
        let small = self.tests.iter().position(|test| match test {
            UnitTest::Bits {
                bits,
                negated: false,
            } => bits.count() <= leading,
            _ => false,
        });
        if let Some(at) = small
            && let UnitTest::Bits { bits, .. } = self.tests.remove(at)
        {
            self.base = Base::Docs(bits.docs());
        }
    }

    /// Under which name a partial answer is kept; `None` when it holds for this query only.
    pub(super) fn part_key(&self, asked: &Arc<str>) -> Option<PartKey> {
        let Source::Segment(partition, segment, _) = self.unit.source else {
            return None;
        };
        let lasting = self.timeless && self.unit.excluded_none() && !self.is_none();
        lasting.then(|| PartKey {
            view: partition.view,
            segment,
            asked: Arc::clone(asked),
        })
    }

    /// When the only condition leaves out a minority: the selection of all, and of that minority.
    pub(super) fn complement(&self) -> Option<(Self, Self)> {
        let [
            UnitTest::Column {
                column,
                accept,
                negated: true,
                of: None,
            },
        ] = self.tests.as_slice()
        else {
            return None;
        };
        let (terms, count) = self.left_out.clone()?;
        if !matches!(self.base, Base::All) || count > self.unit.len() / 2 {
            return None;
        }
        let with = |base, tests| Self {
            unit: self.unit,
            base,
            tests,
            query: self.query,
            timeless: self.timeless,
            left_out: None,
        };
        let condition = UnitTest::Column {
            column: *column,
            accept: accept.clone(),
            negated: false,
            of: None,
        };
        let minority = Base::Postings {
            terms,
            count,
            test: 0,
        };
        Some((with(Base::All, Vec::new()), with(minority, vec![condition])))
    }

    /// The query.
    pub(super) const fn query(&self) -> &'a Query {
        self.query
    }

    /// Whether it certainly holds nothing.
    pub(super) const fn is_none(&self) -> bool {
        matches!(self.base, Base::None)
    }

    /// Whether it is all of a segment.
    pub(super) fn is_all(&self) -> bool {
        self.is_whole() && !self.unit.has_gaps()
    }

    /// Whether no condition leaves out anything.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.base, Base::All) && self.tests.is_empty()
    }

    /// Whether nothing needs to be looked at to know how many events match.
    pub(super) fn known_count(&self) -> Option<u64> {
        if self.unit.has_gaps() && !matches!(self.base, Base::None) {
            let Source::Segment(_, _, segment) = self.unit.source else {
                return None;
            };
            let plain = self.unit.excluded_none()
                && matches!(self.base, Base::All)
                && self.tests.is_empty();
            return plain.then(|| u64::from(segment.reader.num_docs()));
        }
        match &self.base {
            Base::None => Some(0),
            Base::All if self.tests.is_empty() => Some(u64::from(self.unit.len())),
            Base::All if self.tests.len() == 1 => {
                let left_out = self.left_out.as_ref();
                left_out.map(|(_, count)| u64::from(self.unit.len() - count))
            }
            Base::Docs(docs) if self.tests.is_empty() => Some(docs.len() as u64),
            // The test is the condition itself.
            Base::Postings { count, .. } if self.tests.len() == 1 => Some(u64::from(*count)),
            _ => None,
        }
    }

    /// How many events match.
    pub(super) fn count(&self) -> StoreResult<u64> {
        if let Some(count) = self.known_count() {
            return Ok(count);
        }
        let mut count = 0;
        self.each(|docs| {
            count += docs.len() as u64;
            Ok(())
        })?;
        Ok(count)
    }

    /// Visits the matching events in batches, in order.
    pub(super) fn each(
        &self,
        mut visit: impl FnMut(&[DocId]) -> StoreResult<()>,
    ) -> StoreResult<()> {
        let mut values = Vec::with_capacity(BATCH);
        let mut docs = Vec::with_capacity(BATCH);
        let fulfilled = match &self.base {
            Base::Postings { test, .. } => Some(*test),
            _ => None,
        };
        let mut batch = |docs: &mut Vec<DocId>| -> StoreResult<()> {
            self.unit.retain_counting(docs);
            for (at, test) in self.tests.iter().enumerate() {
                if Some(at) == fulfilled {
                    continue;
                }
                if docs.is_empty() {
                    return Ok(());
                }
                test.retain(docs, &mut values);
            }
            if docs.is_empty() { Ok(()) } else { visit(docs) }
        };
        match &self.base {
            Base::None => Ok(()),
            Base::All => {
                let end = self.unit.len();
                for first in (0..end).step_by(BATCH) {
                    docs.clear();
                    docs.extend(first..end.min(first + 1024));
                    batch(&mut docs)?;
                }
                Ok(())
            }
            Base::Docs(all) => {
                for some in all.chunks(BATCH) {
                    docs.clear();
                    docs.extend_from_slice(some);
                    batch(&mut docs)?;
                }
                Ok(())
            }
            Base::Postings { terms, .. } => self.each_posting(terms, &mut docs, &mut batch),
        }
    }

    fn each_posting(
        &self,
        terms: &[Term],
        docs: &mut Vec<DocId>,
        batch: &mut impl FnMut(&mut Vec<DocId>) -> StoreResult<()>,
    ) -> StoreResult<()> {
        let Source::Segment(_, _, segment) = self.unit.source else {
            return Ok(());
        };
        if let [term] = terms {
            read_postings(segment, term, |found| {
                docs.extend_from_slice(found);
                if docs.len() + 128 > BATCH {
                    batch(docs)?;
                    docs.clear();
                }
                Ok(())
            })?;
            return batch(docs);
        }
        let mut bits = Bits::new(self.unit.len());
        for term in terms {
            read_postings(segment, term, |found| {
                found.iter().for_each(|doc| bits.insert(*doc));
                Ok(())
            })?;
        }
        for some in bits.docs().chunks(BATCH) {
            docs.clear();
            docs.extend_from_slice(some);
            batch(docs)?;
        }
        Ok(())
    }
}

/// The values of a column that pass in a unit; `None` for fields without a column.
fn accept_in(unit: &Unit<'_>, compiled: &CompiledFilter<'_>) -> StoreResult<Option<Accept>> {
    let CompiledFilter { filter, accept } = compiled;
    if let (Some(Accept::Ordinals(ordinals)), Source::Segment(partition, ..)) =
        (accept, unit.source)
        && Place::of(filter.field) == Place::Words
        && let Some(own) = partition.dictionary()?.own()
    {
        let texts = own.of(unit.stream, filter.field);
        let passing = passing(&texts, filter);
        return Ok(Some(Accept::Ordinals(ordinals.with_own(&texts, passing))));
    }
    Ok(accept.clone())
}

fn column_test<'a>(
    unit: &Unit<'a>,
    filter: &'a Filter,
    accept: Accept,
) -> StoreResult<UnitTest<'a>> {
    Ok(UnitTest::Column {
        column: unit.column(filter.field)?,
        accept,
        negated: filter.negated,
        of: match unit.source {
            Source::Chunk(chunk) => Some((filter, chunk.as_ref())),
            Source::Segment(..) => None,
        },
    })
}

/// The test of a condition on a field with a column.
fn test_in<'a>(unit: &Unit<'a>, compiled: &'a CompiledFilter<'a>) -> StoreResult<UnitTest<'a>> {
    let accept = accept_in(unit, compiled)?;
    let accept = accept.expect("invariant: a scope is of fields with columns");
    column_test(unit, &compiled.filter, accept)
}

impl UnitTest<'_> {
    fn retain(&self, docs: &mut Vec<DocId>, values: &mut Vec<u64>) {
        match self {
            Self::Column {
                column,
                accept,
                negated,
                of,
            } => {
                column.read(docs, values);
                let mut values = values.iter();
                docs.retain(|doc| match (values.next().copied().unwrap_or(ABSENT), of) {
                    (OTHER, Some((filter, chunk))) => {
                        filter.matches(&chunk.entries[*doc as usize].event)
                    }
                    (value, _) => accept.passes(value) != *negated,
                });
            }
            Self::Bits { bits, negated } => docs.retain(|doc| bits.contains(*doc) != *negated),
            Self::Event { filter, chunk } => {
                docs.retain(|doc| filter.matches(&chunk.entries[*doc as usize].event));
            }
            Self::Search { query, chunk } => {
                let text = query.search.as_deref().unwrap_or_default();
                let lowered = text.to_lowercase();
                docs.retain(|doc| {
                    let mut values = chunk.entries[*doc as usize].event.values();
                    values.any(|(field, value): (_, ValueRef<'_>)| {
                        field.search
                            && query.scope.shows(field)
                            && found_in(field, value, text, &lowered)
                    })
                });
            }
            Self::Either(pairs) => {
                let mut held = vec![false; docs.len()];
                let mut some = Vec::with_capacity(docs.len());
                for pair in pairs {
                    some.clone_from(docs);
                    pair.iter().for_each(|test| test.retain(&mut some, values));
                    let mut some = some.iter().peekable();
                    for (doc, held) in docs.iter().zip(&mut held) {
                        *held |= some.next_if_eq(&doc).is_some();
                    }
                }
                let mut held = held.into_iter();
                docs.retain(|_| held.next().unwrap_or(false));
            }
        }
    }
}

/// The terms of the values that pass and the number of events that have one; `None` when the
/// field has no postings or too many values pass.
fn postings(
    segment: &Segment,
    filter: &Filter,
    accept: &Accept,
) -> StoreResult<Option<(Vec<Term>, u32)>> {
    if !has_postings(filter.field) {
        return Ok(None);
    }
    let values: Vec<u64> = match accept {
        Accept::Ordinals(ordinals) if ordinals.len() <= POSTINGS_MAX => ordinals.iter().collect(),
        Accept::Ranges(ranges) if ranges.iter().all(|(low, high)| low == high) => {
            let mut values: Vec<u64> = ranges.iter().map(|(value, _)| *value).collect();
            values.sort_unstable();
            values.dedup();
            values
        }
        _ => return Ok(None),
    };
    let Ok(index_field) = segment.reader.schema().get_field(filter.field.name) else {
        return Ok(None);
    };
    let index = segment
        .reader
        .inverted_index(index_field)
        .map_err(internal)?;
    let (mut terms, mut count) = (Vec::new(), 0);
    for value in values {
        let term = Term::from_field_u64(index_field, value);
        let found = index.doc_freq(&term).map_err(internal)?;
        if found > 0 {
            terms.push(term);
            count += found;
        }
    }
    Ok(Some((terms, count)))
}

/// Visits the events of a term, removed ones too, in blocks of at most 128.
pub(super) fn read_postings(
    segment: &Segment,
    term: &Term,
    mut visit: impl FnMut(&[DocId]) -> StoreResult<()>,
) -> StoreResult<()> {
    let index = segment
        .reader
        .inverted_index(term.field())
        .map_err(internal)?;
    let found = index
        .read_block_postings(term, IndexRecordOption::Basic)
        .map_err(internal)?;
    if let Some(mut blocks) = found {
        while blocks.block_len() > 0 {
            visit(blocks.docs())?;
            blocks.advance();
        }
    }
    Ok(())
}
