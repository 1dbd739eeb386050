//! The matching events of a unit, in batches.

use super::compile::Accept;
use super::conditions::Condition;
use super::postings::read_postings;
use super::search::Bits;
use super::select::{Base, Selection};
use super::unit::{Source, UnitColumn};
use daybook_model::logstore::StoreResult;
use std::cell::Cell;
use tantivy::columnar::Column;
use tantivy::{DocId, Term};

/// Events of a batch, about.
pub(super) const BATCH: usize = 1024;

/// Values of a column between bounds, both inclusive; `None` for all events, whatever they have.
pub(super) type Span = Option<(u64, u64)>;

impl Selection<'_> {
    /// Visits the matching events in batches, in order.
    pub(super) fn each(&self, visit: impl FnMut(&[DocId]) -> StoreResult<()>) -> StoreResult<()> {
        let mut tests = self.tests.iter().enumerate();
        let leading = tests.find_map(|(at, test)| match test {
            Condition::Column {
                column: UnitColumn::Stored(column),
                accept: Accept::Ranges(ranges),
                negated: false,
                of: None,
            } if ranges.len() == 1 => Some((*column, ranges[0], at)),
            _ => None,
        });
        let leading = leading.filter(|_| matches!(self.base, Base::All));
        let span = Cell::new(leading.map(|(_, range, _)| range));
        let column = leading.map(|(column, ..)| column);
        self.each_led(column, &span, leading.map(|(.., at)| at), visit)
    }

    /// As [`Self::each`], but events whose value in a column lies outside a span may be left out.
    /// The visitor may narrow the span.
    pub(super) fn each_within(
        &self,
        column: UnitColumn<'_>,
        span: &Cell<Span>,
        visit: impl FnMut(&[DocId]) -> StoreResult<()>,
    ) -> StoreResult<()> {
        match column {
            UnitColumn::Stored(column) => self.each_led(Some(column), span, None, visit),
            _ => self.each(visit),
        }
    }

    fn each_led(
        &self,
        leading: Option<&Column>,
        span: &Cell<Span>,
        fulfilled: Option<usize>,
        mut visit: impl FnMut(&[DocId]) -> StoreResult<()>,
    ) -> StoreResult<()> {
        let mut values = Vec::with_capacity(2 * BATCH);
        let mut docs = Vec::with_capacity(2 * BATCH);
        let fulfilled = match &self.base {
            Base::Postings { test, .. } => Some(*test),
            _ => fulfilled,
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
                let (end, mut found) = (self.unit.len(), Vec::new());
                for first in (0..end).step_by(BATCH) {
                    let window = first..end.min(first + 1024);
                    match (leading, span.get()) {
                        (Some(column), Some((low, high))) => {
                            // Of a range outside its values the column would find the least.
                            let low = low.max(column.min_value());
                            let high = high.min(column.max_value());
                            if low <= high {
                                found.clear();
                                column.get_docids_for_value_range(low..=high, window, &mut found);
                                docs.append(&mut found);
                            }
                        }
                        _ => docs.extend(window),
                    }
                    // What few windows hold is worth no batch of its own.
                    if docs.len() >= BATCH / 2 {
                        batch(&mut docs)?;
                        docs.clear();
                    }
                }
                batch(&mut docs)
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
