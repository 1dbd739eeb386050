//! Conditions on single events of a unit.

use super::chunk_search::ChunkSearch;
use super::compile::{Accept, CompiledFilter, passing};
use super::search::Bits;
use super::unit::{Source, Unit, UnitColumn};
use crate::columns::{ABSENT, OTHER, Place};
use crate::head::Chunk;
use daybook_model::Filter;
use daybook_model::logstore::StoreResult;
use tantivy::DocId;

/// A condition on single events.
#[derive(Debug)]
pub(super) enum Condition<'a> {
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
    Search(ChunkSearch<'a>),
}

/// The values of a column that pass in a unit; `None` for fields without a column.
pub(super) fn accept_in(
    unit: &Unit<'_>,
    compiled: &CompiledFilter<'_>,
) -> StoreResult<Option<Accept>> {
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

pub(super) fn column_test<'a>(
    unit: &Unit<'a>,
    filter: &'a Filter,
    accept: Accept,
) -> StoreResult<Condition<'a>> {
    Ok(Condition::Column {
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
pub(super) fn test_in<'a>(
    unit: &Unit<'a>,
    compiled: &'a CompiledFilter<'a>,
) -> StoreResult<Condition<'a>> {
    let accept = accept_in(unit, compiled)?;
    let accept = accept.expect("invariant: a scope is of fields with columns");
    column_test(unit, &compiled.filter, accept)
}

impl Condition<'_> {
    /// Leaves only events that pass.
    pub(super) fn retain(&self, docs: &mut Vec<DocId>, values: &mut Vec<u64>) {
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
            Self::Search(search) => search.retain(docs, values),
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
