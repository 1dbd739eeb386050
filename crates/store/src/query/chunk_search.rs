//! Search in a chunk of a head: words by their ordinals, and only what has none by reading it. It finds
//! exactly the events for which [`daybook_model::matching`] holds.

use super::compile::{CompiledSearch, Ordinals};
use super::unit::{Unit, UnitColumn};
use crate::columns::{ABSENT, OTHER};
use crate::head::Chunk;
use daybook_model::Field;
use daybook_model::logstore::StoreResult;
use daybook_model::matching::found_in;
use tantivy::DocId;

/// A search over the events of a chunk.
#[derive(Debug)]
pub(super) struct ChunkSearch<'a> {
    chunk: &'a Chunk,
    search: &'a CompiledSearch,
    /// Fields of words, with the words in which the text is.
    words: Vec<(&'static Field, UnitColumn<'a>, &'a Ordinals)>,
    /// Fields without a column.
    others: Vec<&'static Field>,
}

impl<'a> ChunkSearch<'a> {
    pub(super) fn new(
        unit: &Unit<'a>,
        chunk: &'a Chunk,
        search: &'a CompiledSearch,
    ) -> StoreResult<Self> {
        let words = search.words.iter();
        let words = words.map(|(field, ordinals)| Ok((*field, unit.column(field)?, ordinals)));
        let has_words = |field: &Field| search.words.iter().any(|(of, _)| of.index == field.index);
        let fields = search.fields.iter().copied();
        Ok(Self {
            chunk,
            search,
            words: words.collect::<StoreResult<_>>()?,
            others: fields.filter(|field| !has_words(field)).collect(),
        })
    }

    /// Leaves only events in which the text is.
    pub(super) fn retain(&self, docs: &mut Vec<DocId>, values: &mut Vec<u64>) {
        let mut found = vec![false; docs.len()];
        for (field, column, ordinals) in &self.words {
            column.read(docs, values);
            for ((doc, value), found) in docs.iter().zip(values.iter()).zip(&mut found) {
                *found = *found
                    || match *value {
                        ABSENT => false,
                        OTHER => self.is_in(*doc, field),
                        ordinal => ordinals.contains(ordinal),
                    };
            }
        }
        let mut found = found.into_iter();
        docs.retain(|doc| {
            let found = found.next().unwrap_or(false);
            found || self.others.iter().any(|field| self.is_in(*doc, field))
        });
    }

    fn is_in(&self, doc: DocId, field: &Field) -> bool {
        let CompiledSearch { text, folded, .. } = self.search;
        let value = self.chunk.entries[doc as usize].event.get(field);
        value.is_some_and(|value| found_in(field, value, text, folded))
    }
}
