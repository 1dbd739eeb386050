//! Removal of events from an index by their `seq`, all of them in one pass over the column.

use crate::columns::from_number;
use std::collections::HashSet;
use std::sync::Arc;
use tantivy::query::{
    BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::{BitSet, DocId, Score, SegmentReader};

/// Events with one of these `seq`.
#[derive(Debug, Clone)]
pub(super) struct Versions(Arc<HashSet<u64>>);

impl Versions {
    pub(super) fn of(seqs: &[i64]) -> Self {
        Self(Arc::new(seqs.iter().map(|seq| from_number(*seq)).collect()))
    }
}

impl Query for Versions {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Versions {
    fn scorer(&self, segment: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let seqs = segment.fast_fields().u64("seq")?;
        let mut found = BitSet::with_max_value(segment.max_doc());
        for doc in 0..segment.max_doc() {
            if seqs.first(doc).is_some_and(|seq| self.0.contains(&seq)) {
                found.insert(doc);
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(found), 1.0)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("has one of some seq", 1.0))
    }
}
