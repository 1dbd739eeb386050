//! The matching events of a unit, in batches.

use super::compile::Accept;
use super::conditions::Condition;
use super::postings::read_postings;
use super::search::Bits;
use super::select::{Base, Selection};
use super::unit::{Source, UnitColumn};
use crate::partition::segment::{WINDOW, Zones};
use daybook_model::Field;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use std::cell::Cell;
use std::ops::Range;
use tantivy::columnar::Column;
use tantivy::{DocId, Term};

/// Events of a batch, about.
pub(super) const BATCH: usize = WINDOW as usize;

/// Which values are wanted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Least,
    Largest,
}

/// Values of a column between bounds, both inclusive; `None` for all events, whatever they have.
pub(super) type Span = Option<(u64, u64)>;

/// A column whose values say which events are looked at.
struct Leading<'c> {
    column: &'c Column,
    /// Where windows need not be read to know their values.
    zones: Option<&'c Zones>,
    /// What a condition asks of it, and which.
    bounds: Span,
    fulfilled: Option<usize>,
    /// Whether the last events are looked at first.
    backwards: bool,
}

impl Leading<'_> {
    /// What values of the bounds and a span are.
    fn both(&self, span: Span) -> Span {
        match (span, self.bounds) {
            (Some(one), Some(other)) => Some((one.0.max(other.0), one.1.min(other.1))),
            (one, other) => one.or(other),
        }
    }

    /// Whether an event of a window may have its value within the bounds and a span.
    fn may_hold(&self, span: Span, window: &Range<DocId>) -> bool {
        let (Some((low, high)), Some(zones)) = (self.both(span), self.zones) else {
            return true;
        };
        let (least, largest) = zones.of_window(window.start);
        low <= largest && least <= high
    }

    /// Appends the events of a window whose values lie within the bounds and a span.
    fn add_within(&self, span: Span, window: Range<DocId>, docs: &mut Vec<DocId>) {
        let Some((low, high)) = self.both(span) else {
            return docs.extend(window);
        };
        if let Some(zones) = self.zones {
            let (least, largest) = zones.of_window(window.start);
            if largest < low || high < least {
                return;
            }
            if low <= least && largest <= high {
                return docs.extend(window);
            }
        }
        // Of a range outside its values the column would find the least.
        let low = low.max(self.column.min_value());
        let high = high.min(self.column.max_value());
        if low <= high {
            let mut found = Vec::new();
            let column = self.column;
            column.get_docids_for_value_range(low..=high, window, &mut found);
            docs.append(&mut found);
        }
    }
}

impl Selection<'_> {
    /// Visits the matching events in batches, in order.
    pub(super) fn each(&self, visit: impl FnMut(&[DocId]) -> StoreResult<()>) -> StoreResult<()> {
        let leading = match (&self.base, self.ranges().next()) {
            (Base::All | Base::Bits(_), Some((_, column, _))) => Some(self.leading(column, None)?),
            _ => None,
        };
        self.each_led(leading, &Cell::new(None), visit)
    }

    /// As [`Self::each`], but events whose value in a column lies outside a span may be left out. The
    /// visitor may narrow the span. Where few are wanted, the field of the column is given: then it is
    /// known of each window which values it has, and of times the last may come first.
    pub(super) fn each_within(
        &self,
        column: UnitColumn<'_>,
        span: &Cell<Span>,
        few: Option<(&Field, End)>,
        visit: impl FnMut(&[DocId]) -> StoreResult<()>,
    ) -> StoreResult<()> {
        let UnitColumn::Stored(column) = column else {
            return self.each(visit);
        };
        let mut leading = self.leading(column, few.map(|(field, _)| field))?;
        let newest = matches!(few, Some((Field { name: "time", .. }, End::Largest)));
        leading.backwards = newest && leading.zones.is_some();
        self.each_led(Some(leading), span, visit)
    }

    /// The conditions that are one range of a stored column.
    fn ranges(&self) -> impl Iterator<Item = (usize, &Column, (u64, u64))> {
        let tests = self.tests.iter().enumerate();
        tests.filter_map(|(at, test)| match test {
            Condition::Column {
                column: UnitColumn::Stored(column),
                accept: Accept::Ranges(ranges),
                negated: false,
                of: None,
            } if ranges.len() == 1 => Some((at, *column, ranges[0])),
            _ => None,
        })
    }

    fn leading<'c>(&'c self, column: &'c Column, of: Option<&Field>) -> StoreResult<Leading<'c>> {
        let is_it = |other: &Column| std::ptr::eq(other, column);
        let zones = match self.unit.source {
            Source::Segment(_, _, segment) if self.unit.len() > WINDOW => {
                let time = field(self.unit.stream, "time");
                let is_time = segment.column(time)?.is_some_and(is_it);
                let of = if is_time { Some(time) } else { of };
                of.map(|field| segment.zones(field)).transpose()?.flatten()
            }
            _ => None,
        };
        let bounds = self.ranges().find(|(_, other, _)| is_it(other));
        Ok(Leading {
            column,
            zones,
            bounds: bounds.map(|(.., range)| range),
            fulfilled: bounds.map(|(at, ..)| at),
            backwards: false,
        })
    }

    fn each_led(
        &self,
        leading: Option<Leading<'_>>,
        span: &Cell<Span>,
        mut visit: impl FnMut(&[DocId]) -> StoreResult<()>,
    ) -> StoreResult<()> {
        let mut values = Vec::with_capacity(2 * BATCH);
        let mut docs = Vec::with_capacity(2 * BATCH);
        let fulfilled = match &self.base {
            Base::Postings { test, .. } => Some(*test),
            Base::All => leading.as_ref().and_then(|leading| leading.fulfilled),
            Base::None | Base::Bits(_) => None,
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
            Base::All | Base::Bits(_) => {
                let end = self.unit.len();
                let backwards = leading.as_ref().is_some_and(|leading| leading.backwards);
                let windows = end.div_ceil(WINDOW);
                for at in 0..windows {
                    let at = if backwards { windows - 1 - at } else { at };
                    let window = at * WINDOW..end.min((at + 1) * WINDOW);
                    match (&self.base, &leading) {
                        (Base::Bits(bits), leading) => {
                            let may_hold =
                                |leading: &Leading<'_>| leading.may_hold(span.get(), &window);
                            if leading.as_ref().is_none_or(may_hold) {
                                bits.add_to(&mut docs, window);
                            }
                        }
                        (_, Some(leading)) => leading.add_within(span.get(), window, &mut docs),
                        (_, None) => docs.extend(window),
                    }
                    // What few windows hold is worth no batch of its own; but those of a batch rise.
                    if docs.len() >= BATCH / 2 || backwards && !docs.is_empty() {
                        batch(&mut docs)?;
                        docs.clear();
                    }
                }
                batch(&mut docs)
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
        let end = self.unit.len();
        for first in (0..end).step_by(BATCH) {
            bits.add_to(docs, first..end.min(first + WINDOW));
            if docs.len() >= BATCH / 2 {
                batch(docs)?;
                docs.clear();
            }
        }
        batch(docs)
    }
}
