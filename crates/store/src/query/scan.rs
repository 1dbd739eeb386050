//! Walks over all events of a query, oldest first, step by step. A step goes through partitions one by
//! one, each together with what is in memory from its time.

use super::compile::Compiled;
use super::list::selections;
use super::ranking::{Ranking, first};
use super::select::Selection;
use super::table::table;
use super::unit::{Unit, chunk_units, units_of};
use crate::columns::{ABSENT, from_number};
use crate::state::Snapshot;
use daybook_model::catalogue::field;
use daybook_model::logstore::{ScanRequest, StoreResult};
use daybook_model::table::Table;
use daybook_model::{Field, Sort, Timestamp};

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
    let mut step = Step {
        ranking: &ranking,
        fields: &request.fields,
        after: request.after.map_or((0, 0), |(time, seq)| after(time, seq)),
        left: request.limit,
        walked: Table::default(),
    };
    let heads: Vec<Unit<'_>> = chunk_units(snapshot, query.stream).collect();
    let in_memory = selections(&heads, &compiled, &[])?;
    for partition in snapshot.partitions(&query) {
        let units = units_of(snapshot, partition)?;
        let stored = selections(&units, &compiled, &[])?;
        let all: Vec<_> = stored.iter().chain(&in_memory).collect();
        // What is in memory may be newer than the next partition.
        step.walk(&all, Some(partition.key.1.end()))?;
        if step.left == 0 {
            return Ok(step.walked);
        }
    }
    let in_memory: Vec<_> = in_memory.iter().collect();
    step.walk(&in_memory, None)?;
    Ok(step.walked)
}

struct Step<'a> {
    ranking: &'a Ranking<'a>,
    fields: &'a [&'static Field],
    /// The least `(time, seq)` that was not walked over yet.
    after: (u64, u64),
    /// How many events are still wanted.
    left: usize,
    walked: Table,
}

impl Step<'_> {
    /// Adds the next events before an instant.
    fn walk(&mut self, selections: &[&Selection<'_>], end: Option<Timestamp>) -> StoreResult<()> {
        let end = end.map_or(ABSENT, |end| from_number(end.us()));
        let range = (false, self.after.0)..=(false, end.saturating_sub(1));
        let passes = |key: &_| self.ranking.instant(key) >= self.after;
        let all = self
            .ranking
            .first_of_all(selections, self.left, &range, passes)?;
        let found = first(self.ranking.sort, all, self.left);
        self.left -= found.len();
        if let Some(last) = found.last() {
            let (time, seq) = last.instant(false);
            self.after = after(time, seq);
            self.walked.append(table(&found, self.fields)?);
        }
        Ok(())
    }
}

/// What comes next after an event, as columns hold it; after the largest number nothing does.
const fn after(time: Timestamp, seq: i64) -> (u64, u64) {
    (from_number(time.us()), from_number(seq).saturating_add(1))
}
