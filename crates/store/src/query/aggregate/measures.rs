//! The columns that sums read.

use crate::columns::{ABSENT, to_number};
use crate::query::batches::BATCH;
use crate::query::select::Selection;
use crate::query::unit::{Unit, UnitColumn};
use daybook_model::aggregate::Totals;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::{Field, Stream};
use tantivy::DocId;

/// Position of `error` among the outcomes.
const ERROR: u64 = 1;

/// The columns of [`Totals`] with a batch of their values.
#[derive(Debug)]
pub(super) struct Measures<'a> {
    outcomes: Batch<'a>,
    tokens: Batch<'a>,
    costs: Batch<'a>,
}

/// The fields of [`Totals`], and others.
pub(super) fn measured(others: &[&str]) -> Vec<&'static Field> {
    let totals = ["outcome", "total_tokens", "cost"].iter();
    let names = totals.chain(others);
    names.map(|name| field(Stream::Usage, name)).collect()
}

impl<'a> Measures<'a> {
    pub(super) fn of(unit: &Unit<'a>) -> StoreResult<Self> {
        Ok(Self {
            outcomes: Batch::of(unit, "outcome")?,
            tokens: Batch::of(unit, "total_tokens")?,
            costs: Batch::of(unit, "cost")?,
        })
    }

    /// Reads the values of some events.
    pub(super) fn read(&mut self, docs: &[DocId]) {
        self.outcomes.read(docs);
        self.tokens.read(docs);
        self.costs.read(docs);
    }

    /// Adds one of the events read.
    pub(super) fn add(&self, at: usize, totals: &mut Totals) {
        totals.requests += 1;
        totals.errors += u64::from(self.outcomes.values[at] == ERROR);
        totals.total_tokens += self.tokens.number(at);
        totals.cost.0 += self.costs.number(at);
    }

    /// Adds all of the events read.
    pub(super) fn add_all(&self, totals: &mut Totals) {
        let outcomes = &self.outcomes.values;
        totals.requests += outcomes.len() as u64;
        totals.errors += outcomes.iter().filter(|outcome| **outcome == ERROR).count() as u64;
        totals.total_tokens += self.tokens.sum();
        totals.cost.0 += self.costs.sum();
    }
}

/// A column with a batch of its values.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    column: UnitColumn<'a>,
    pub(super) values: Vec<u64>,
}

impl<'a> Batch<'a> {
    pub(super) fn of(unit: &Unit<'a>, name: &str) -> StoreResult<Self> {
        let column = unit.column(field(Stream::Usage, name))?;
        Ok(Self {
            column,
            values: Vec::with_capacity(BATCH),
        })
    }

    pub(super) fn read(&mut self, docs: &[DocId]) {
        self.column.read(docs, &mut self.values);
    }

    /// A number of the batch; 0 when it is absent.
    pub(super) fn number(&self, at: usize) -> i128 {
        number(self.values[at]).into()
    }

    /// The sum of the batch.
    pub(super) fn sum(&self) -> i128 {
        self.values
            .iter()
            .map(|stored| i128::from(number(*stored)))
            .sum()
    }
}

const fn number(stored: u64) -> i64 {
    if stored == ABSENT {
        0
    } else {
        to_number(stored)
    }
}

/// Visits the batches of a selection with their measures.
pub(super) fn each_measured<'a>(
    selection: &Selection<'a>,
    mut visit: impl FnMut(&[DocId], &Measures<'a>) -> StoreResult<()>,
) -> StoreResult<()> {
    if selection.is_none() {
        return Ok(());
    }
    let mut measures = Measures::of(selection.unit)?;
    selection.each(|docs| {
        measures.read(docs);
        visit(docs, &measures)
    })
}
