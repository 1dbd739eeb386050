//! Words that no event has any more go from the store's dictionary, for they may say who somebody was. On
//! the mover's thread: meanwhile no event leaves memory, and partitions stay as they are.

use crate::error::{internal, io_error};
use crate::mover::Mover;
use crate::partition::Partition;
use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::logstore::StoreResult;
use daybook_model::{Field, Stream};
use std::collections::HashSet;

/// Ids of archived events are found by it, and it names platforms, not people.
const KEPT: &str = "origin";

impl Mover {
    /// Takes the words of a stream out of the dictionary that no event has.
    pub(crate) fn sweep(&self, stream: Stream) -> StoreResult<()> {
        let fields = Catalogue::of(stream).fields().iter();
        let fields = fields.filter(|field| field.kind == Kind::Keyword && field.name != KEPT);
        for field in fields {
            let unused = self.unused(stream, field)?;
            if !unused.is_empty() {
                let in_memory = || self.in_memory(stream, field);
                let words = &self.shared.words;
                let erased = words.erase(stream, field, &unused, in_memory);
                erased.map_err(|error| io_error("erasing words", &error))?;
            }
        }
        Ok(())
    }

    /// Ordinals that no partition has.
    fn unused(&self, stream: Stream, field: &Field) -> StoreResult<Vec<u32>> {
        let mut used = vec![false; self.shared.words.of(stream, field).len()];
        let state = self.shared.get();
        let partitions = state.partitions.iter();
        for (_, partition) in partitions.filter(|((of, _), _)| *of == stream) {
            mark(partition, field, &mut used)?;
        }
        let words = self.shared.words.of(stream, field);
        let unused = (0..).zip(used).filter(|(_, used)| !used);
        let unused = unused.map(|(ordinal, _)| ordinal);
        Ok(unused
            .filter(|ordinal| !words.text(*ordinal).is_empty())
            .collect())
    }

    fn in_memory(&self, stream: Stream, field: &Field) -> HashSet<Box<str>> {
        let snapshot = self.shared.snapshot();
        let entries = snapshot.chunks().flat_map(|(chunk, _)| &chunk.entries);
        let events = entries
            .map(|entry| &entry.event)
            .filter(|event| event.stream == stream);
        let texts = events.filter_map(|event| event.text(field.name));
        texts.map(Box::from).collect()
    }
}

/// Marks the words of the store that a partition has.
fn mark(partition: &Partition, field: &Field, used: &mut [bool]) -> StoreResult<()> {
    let Some(index_field) = partition.schema()?.field(field) else {
        return Ok(());
    };
    for segment in partition.segments()? {
        let index = segment.reader.inverted_index(index_field);
        let index = index.map_err(internal)?;
        let mut terms = index.terms().stream().map_err(internal)?;
        while terms.advance() {
            // Its own words have larger ordinals.
            let ordinal = terms
                .key()
                .first_chunk()
                .map(|key| u64::from_be_bytes(*key));
            let ordinal = ordinal.and_then(|ordinal| usize::try_from(ordinal).ok());
            if let Some(mark) = ordinal.and_then(|ordinal| used.get_mut(ordinal)) {
                *mark = true;
            }
        }
    }
    Ok(())
}
