//! Postings: the events that have a value, read from a segment's index.

use super::compile::Accept;
use crate::columns::has_postings;
use crate::error::internal;
use crate::partition::Segment;
use daybook_model::Filter;
use daybook_model::logstore::StoreResult;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Term};

/// More values than this are faster found in the column than in their postings.
const POSTINGS_MAX: usize = 64;

/// The terms of the values that pass and the number of events that have one; `None` when the
/// field has no postings or too many values pass.
pub(super) fn postings(
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
