//! Walks over all events of a query, oldest first, step by step. A step reads one partition and what
//! is in memory beside it, so that walks of any length need little.

use super::compile::Compiled;
use super::list::selections;
use super::ranking::{Candidate, Ranking, first};
use super::select::Selection;
use super::table::table;
use super::unit::{Unit, chunk_units, units_of};
use crate::columns::{ABSENT, from_number};
use crate::state::Snapshot;
use daybook_model::catalogue::field;
use daybook_model::logstore::{ScanRequest, StoreResult};
use daybook_model::table::Table;
use daybook_model::{Sort, Timestamp};
use rayon::prelude::*;

/// The next step of a walk.
pub(crate) fn scan(snapshot: &Snapshot, request: &ScanRequest) -> StoreResult<Table> {
    let mut query = request.query.clone();
    if let Some((time, _)) = request.after {
        query.from = query.from.max(Some(time));
    }
    let sort = Sort {
        field: field(query.stream, "time"),
        descending: false,
    };
    let compiled = Compiled::new(&query, snapshot);
    let ranking = Ranking::new(query.stream, sort, snapshot);
    let step = Step {
        ranking: &ranking,
        after: request.after.map_or((0, 0), |(time, seq)| {
            (from_number(time.us()), from_number(seq) + 1)
        }),
        limit: request.limit,
    };
    let heads: Vec<Unit<'_>> = chunk_units(snapshot, query.stream).collect();
    let in_memory = selections(&heads, &compiled)?;
    for partition in snapshot.partitions(&query) {
        let units = units_of(snapshot, partition)?;
        let stored = selections(&units, &compiled)?;
        let all: Vec<_> = stored.iter().chain(&in_memory).collect();
        // What is in memory may be newer than the next partition.
        let found = step.take(&all, Some(partition.key.1.end()))?;
        if !found.is_empty() {
            return table(&found, &request.fields);
        }
    }
    let in_memory: Vec<_> = in_memory.iter().collect();
    table(&step.take(&in_memory, None)?, &request.fields)
}

struct Step<'a> {
    ranking: &'a Ranking<'a>,
    /// The least `(time, seq)` that was not walked over yet.
    after: (u64, u64),
    limit: usize,
}

impl Step<'_> {
    /// The first events before an instant, in order.
    fn take<'s>(
        &self,
        selections: &[&Selection<'s>],
        end: Option<Timestamp>,
    ) -> StoreResult<Vec<Candidate<'s>>> {
        let end = end.map_or(ABSENT, |end| from_number(end.us()));
        let found: Vec<Vec<Candidate<'s>>> = selections
            .par_iter()
            .map(|selection| {
                let range = (false, self.after.0)..=(false, end.saturating_sub(1));
                let passes = |key: &_| self.ranking.instant(key) >= self.after;
                self.ranking.first_of(selection, self.limit, range, passes)
            })
            .collect::<StoreResult<_>>()?;
        let all = found.into_iter().flatten().collect();
        Ok(first(self.ranking.sort, all, self.limit))
    }
}
