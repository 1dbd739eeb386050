//! Which events of a unit a query matches. The rarest condition that is indexed leads; the others are
//! tests on the columns of what it finds.

use super::cache::SegmentKey;
use super::chunk_search::ChunkSearch;
use super::compile::{Accept, Compiled, CompiledFilter};
use super::conditions::{Condition, accept_in, column_test, test_in};
use super::postings::postings;
use super::search::{Bits, found_in_segment, text_matches};
use super::unit::{Source, Unit, UnitColumn};
use crate::columns::{ABSENT, from_number};
use daybook_model::Query;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use tantivy::Term;

/// The matching events of a unit.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    pub(super) unit: &'a Unit<'a>,
    pub(super) base: Base,
    /// All hold.
    pub(super) tests: Vec<Condition<'a>>,
    query: &'a Query,
    /// Whether neither time nor `as_of` leave out anything.
    timeless: bool,
    /// The terms of a negated condition, and how many events have one.
    left_out: Option<(Vec<Term>, u32)>,
}

/// Where the search begins.
#[derive(Debug)]
pub(super) enum Base {
    None,
    All,
    Bits(Bits),
    /// Events with one of these values, of which `test` is the condition.
    Postings {
        terms: Vec<Term>,
        count: u32,
        test: usize,
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
            selection.tests.push(Condition::Either(pairs));
        }
        if let Some(search) = &compiled.search {
            match unit.source {
                Source::Chunk(chunk) => {
                    let search = ChunkSearch::new(unit, chunk, search)?;
                    selection.tests.push(Condition::Search(search));
                }
                Source::Segment(..) => {
                    let bits = found_in_segment(unit, search)?;
                    selection.tests.push(Condition::Bits {
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
        self.tests.push(Condition::Column {
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
                Source::Chunk(chunk) => Condition::Event { filter, chunk },
                Source::Segment(..) => Condition::Bits {
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
            Base::None | Base::Bits(_) => false,
        }
    }

    /// A search leads, unless a condition leaves less.
    fn lead_by_bits(&mut self) {
        let leading = match &self.base {
            Base::All => self.unit.len(),
            Base::Postings { count, .. } => *count,
            Base::None | Base::Bits(_) => return,
        };
        let small = self.tests.iter().position(|test| match test {
            Condition::Bits {
                bits,
                negated: false,
            } => bits.count() <= leading,
            _ => false,
        });
        if let Some(at) = small
            && let Condition::Bits { bits, .. } = self.tests.remove(at)
        {
            self.base = Base::Bits(bits);
        }
    }

    /// The segment that its partial answer is of; `None` when that holds for this query only.
    pub(super) fn lasting(&self) -> Option<SegmentKey> {
        let Source::Segment(partition, segment, _) = self.unit.source else {
            return None;
        };
        let lasting = self.timeless && self.unit.excluded_none() && !self.is_none();
        lasting.then_some((partition.view, segment))
    }

    /// When the only condition leaves out a minority: the selection of all, and of that minority.
    pub(super) fn complement(&self) -> Option<(Self, Self)> {
        let [
            Condition::Column {
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
        let condition = Condition::Column {
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
            Base::Bits(bits) if self.tests.is_empty() => Some(u64::from(bits.count())),
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
}
