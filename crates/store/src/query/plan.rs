//! Which partitions a page in order of time needs to read. What a partition's last commit says of it
//! is known without opening it: one of which all events match, and none of which is on the page, is
//! only counted.

use crate::partition::Partition;
use crate::state::Snapshot;
use daybook_model::{ListRequest, Period, Query};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Partitions to read, and the numbers of matching events in those that need not be.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// In order of time.
    pub(super) read: Vec<&'a Arc<Partition>>,
    pub(super) skipped: BTreeMap<Period, u64>,
}

impl<'a> Plan<'a> {
    /// Every partition that may hold matching events.
    pub(super) fn everything(snapshot: &'a Snapshot, query: &Query) -> Self {
        Self {
            read: snapshot.partitions(query).collect(),
            skipped: BTreeMap::new(),
        }
    }

    /// The plan of a page in order of time; `query` is that of the request with its range folded.
    pub(super) fn of(snapshot: &'a Snapshot, request: &ListRequest, query: &Query) -> Self {
        let mut plan = Self::everything(snapshot, query);
        if !query.is_unconditional() {
            return plan;
        }
        let mut partitions = std::mem::take(&mut plan.read);
        if request.sort.descending {
            partitions.reverse();
        }
        let in_memory = snapshot.chunks().map(|(chunk, _)| chunk.entries.len());
        let in_memory = in_memory.sum::<usize>() as u64;
        let page_end = request.offset.saturating_add(request.limit as u64);
        // How many events come before a partition: at least, and at most.
        let (mut least, mut most) = (0, in_memory);
        for partition in partitions {
            most += partition.events;
            match whole(snapshot, query, partition) {
                Some(count) if least >= page_end || most <= request.offset => {
                    plan.skipped.insert(partition.key.1, count);
                    least += count;
                }
                Some(count) => {
                    plan.read.push(partition);
                    least += count;
                }
                None => plan.read.push(partition),
            }
        }
        if request.sort.descending {
            plan.read.reverse();
        }
        plan
    }
}

/// How many events of a partition there are when certainly all of them match.
fn whole(snapshot: &Snapshot, query: &Query, partition: &Partition) -> Option<u64> {
    let period = partition.key.1;
    let all = query.from.is_none_or(|from| from <= period.start())
        && query.to.is_none_or(|to| period.end() <= to)
        && query.as_of.is_none_or(|seq| partition.info.seq_max <= seq)
        && snapshot.hidden(partition.key).next().is_none();
    all.then_some(partition.events)
}
