//! Running a plan over the segments of a partition.

use super::plan::plan;
use crate::error::internal;
use crate::partition::Partition;
use crate::state::Snapshot;
use daybook_model::Query;
use daybook_model::logstore::StoreResult;
use rayon::prelude::*;
use std::sync::Arc;
use tantivy::query::{EnableScoring, Weight};
use tantivy::{DocId, SegmentReader};

/// A partition with what a query wants of it.
pub(super) struct Search<'a> {
    pub(super) partition: &'a Arc<Partition>,
    /// `None` when all its events match.
    weight: Option<Box<dyn Weight>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        snapshot: &Snapshot,
        query: &Query,
        partition: &'a Arc<Partition>,
    ) -> StoreResult<Self> {
        let plan = plan(query, partition, &snapshot.hidden(partition.key))?;
        let weight = plan
            .map(|plan| {
                plan.weight(EnableScoring::disabled_from_searcher(partition.searcher()?))
                    .map_err(internal)
            })
            .transpose()?;
        Ok(Self { partition, weight })
    }

    /// The number of matching events.
    pub(super) fn count(&self) -> StoreResult<u64> {
        let Some(weight) = &self.weight else {
            return Ok(self.partition.events);
        };
        let segments = self.partition.searcher()?.segment_readers();
        segments
            .iter()
            .map(|segment| weight.count(segment).map(u64::from).map_err(internal))
            .sum()
    }

    /// The segments, numbered as in addresses.
    pub(super) fn segments(
        &self,
    ) -> StoreResult<impl Iterator<Item = (u32, &'a SegmentReader)> + use<'a>> {
        Ok((0..).zip(self.partition.searcher()?.segment_readers()))
    }

    /// Calls `visit` with every matching event of a segment.
    pub(super) fn each(
        &self,
        segment: &SegmentReader,
        mut visit: impl FnMut(DocId),
    ) -> StoreResult<()> {
        let alive = segment.alive_bitset();
        let mut visit = |doc| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                visit(doc);
            }
        };
        match &self.weight {
            None => (0..segment.max_doc()).for_each(visit),
            Some(weight) => weight
                .for_each_no_score(segment, &mut |docs| docs.iter().for_each(|doc| visit(*doc)))
                .map_err(internal)?,
        }
        Ok(())
    }
}

/// The searches of a query, one per partition, in order of time.
pub(super) fn searches<'a>(snapshot: &'a Snapshot, query: &Query) -> StoreResult<Vec<Search<'a>>> {
    let partitions: Vec<_> = snapshot.partitions(query).collect();
    partitions
        .into_par_iter()
        .map(|partition| Search::new(snapshot, query, partition))
        .collect()
}

/// The number of events that match, exactly.
pub(crate) fn count(snapshot: &Snapshot, query: &Query) -> StoreResult<u64> {
    let searches = searches(snapshot, query)?;
    let stored: u64 = searches
        .par_iter()
        .map(Search::count)
        .sum::<StoreResult<u64>>()?;
    Ok(stored + snapshot.head_matches(query).count() as u64)
}
