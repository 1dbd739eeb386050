//! Lists. In order of time whole periods are skipped by their counts; for any other
//! order every unit offers its first, and far pages are found by histograms of the keys.

use super::cache::Cache;
use super::compile::{Compiled, folded};
use super::counting::count_unit;
use super::far::{coarse, far};
use super::plan::Plan;
use super::ranking::{ANY, Candidate, Ranking, first};
use super::select::Selection;
use super::unit::{Source, Unit, chunk_units, open_columns, units, units_in, units_of};
use crate::partition::Partition;
use crate::state::Snapshot;
use daybook_model::catalogue::field;
use daybook_model::logstore::{Page, StoreResult, TimelineRequest};
use daybook_model::{Event, Field, ListRequest, Period, Query, Sort, Value};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tantivy::DocId;

/// Candidates that are held at once; pages beyond are found by histograms.
const HELD_MAX: u64 = 65_536;

/// A page with the exact total.
pub(crate) fn list(snapshot: &Snapshot, cache: &Cache, request: &ListRequest) -> StoreResult<Page> {
    let ListRequest {
        query,
        sort,
        offset,
        limit,
    } = request;
    let query = &folded(query);
    let compiled = Compiled::new(query, snapshot);
    let Plan { read, skipped } = match sort.field.name {
        "time" => Plan::of(snapshot, request, query),
        _ => Plan::everything(snapshot, query),
    };
    let mut units = units_in(snapshot, read)?;
    units.extend(chunk_units(snapshot, query.stream));
    let reads: &[&Field] = match sort.field.name {
        "time" => &[],
        _ => &[sort.field],
    };
    let selections = selections(&units, &compiled, reads)?;
    let counts = counts(&selections, &compiled, cache)?;
    let total = counts.iter().chain(skipped.values()).sum::<u64>();
    let left = usize::try_from(total.saturating_sub(*offset)).unwrap_or(usize::MAX);
    let ranking = Ranking::new(query.stream, *sort, snapshot);
    let walk = Walk {
        ranking: &ranking,
        offset: *offset,
        limit: left.min(*limit),
    };
    let page = if walk.limit == 0 {
        Vec::new()
    } else if sort.field.name == "time" {
        walk.by_time(&selections, &counts, &skipped)?
    } else if offset + walk.limit as u64 > HELD_MAX {
        let asked = compiled.asked(&format!("far {}", sort.field.name));
        let coarse = coarse(&ranking, &selections, &asked, cache)?;
        let all: Vec<_> = selections.iter().collect();
        far(&ranking, (&all, Vec::new()), coarse, *offset, walk.limit)?
    } else {
        walk.by_field(&selections)?
    };
    Ok(Page {
        events: events(&page)?,
        total,
        as_of: as_of(snapshot, query.as_of),
    })
}

fn as_of(snapshot: &Snapshot, asked: Option<i64>) -> i64 {
    let visible = snapshot.seq_last();
    asked.map_or(visible, |seq| seq.min(visible))
}

/// What a query selects of each unit; `reads` are the fields that will be read of it.
pub(super) fn selections<'a>(
    units: &'a [Unit<'a>],
    compiled: &'a Compiled<'a>,
    reads: &[&Field],
) -> StoreResult<Vec<Selection<'a>>> {
    let filters = compiled.filters.iter().map(|filter| filter.filter.field);
    let time = field(compiled.query.stream, "time");
    let fields: Vec<&Field> = filters.chain([time]).chain(reads.iter().copied()).collect();
    open_columns(units, &fields);
    units
        .par_iter()
        .map(|unit| Selection::new(unit, compiled))
        .collect()
}

fn counts(
    selections: &[Selection<'_>],
    compiled: &Compiled<'_>,
    cache: &Cache,
) -> StoreResult<Vec<u64>> {
    let asked = compiled.asked("count");
    selections
        .par_iter()
        .map(|selection| count_unit(selection, &asked, cache))
        .collect()
}

/// A page of several streams, merged in order of time.
pub(crate) fn timeline(
    snapshot: &Snapshot,
    cache: &Cache,
    request: &TimelineRequest,
) -> StoreResult<Page> {
    let TimelineRequest {
        queries,
        descending,
        offset,
        limit,
    } = request;
    let asked = queries.iter().filter_map(|query| query.as_of).min();
    let mut page = Page {
        events: Vec::new(),
        total: 0,
        as_of: as_of(snapshot, asked),
    };
    let Some(stream) = queries.first().map(|query| query.stream) else {
        return Ok(page);
    };
    let compiled: Vec<_> = queries
        .iter()
        .map(|query| Compiled::new(query, snapshot))
        .collect();
    let all = queries
        .iter()
        .map(|query| units(snapshot, query))
        .collect::<StoreResult<Vec<_>>>()?;
    let mut selected = Vec::new();
    for (units, compiled) in all.iter().zip(&compiled) {
        let selections = selections(units, compiled, &[])?;
        page.total += counts(&selections, compiled, cache)?.iter().sum::<u64>();
        selected.extend(selections);
    }
    // Every stream has a time, and `seq` is one for all.
    let sort = Sort {
        field: field(stream, "time"),
        descending: *descending,
    };
    let ranking = Ranking::new(stream, sort, snapshot);
    let left = usize::try_from(page.total.saturating_sub(*offset)).unwrap_or(usize::MAX);
    let walk = Walk {
        ranking: &ranking,
        offset: *offset,
        limit: left.min(*limit),
    };
    let found = if walk.limit == 0 {
        Vec::new()
    } else if offset + walk.limit as u64 > HELD_MAX {
        let all: Vec<_> = selected.iter().collect();
        far(&ranking, (&all, Vec::new()), None, *offset, walk.limit)?
    } else {
        walk.by_bounds(&selected)?
    };
    page.events = events(&found)?;
    Ok(page)
}

/// What a field holds in the newest of all matching events. Only partitions that may have that are
/// looked at.
pub(super) fn newest(
    snapshot: &Snapshot,
    query: &Query,
    name: &'static Field,
) -> StoreResult<Option<Value>> {
    let compiled = Compiled::new(query, snapshot);
    let ranking = Ranking::new(query.stream, Sort::newest(query.stream), snapshot);
    let walk = Walk {
        ranking: &ranking,
        offset: 0,
        limit: 1,
    };
    let newest_of = |units: &[Unit<'_>]| {
        let selections = selections(units, &compiled, &[])?;
        let found = walk.by_bounds(&selections)?;
        let named = |newest: &Candidate<'_>| Ok((newest.instant(true), newest.value(name)?));
        found.first().map(named).transpose()
    };
    let in_memory: Vec<Unit<'_>> = chunk_units(snapshot, query.stream).collect();
    let in_memory = newest_of(&in_memory)?;
    for partition in snapshot.partitions(query).rev() {
        if in_memory
            .as_ref()
            .is_some_and(|((time, _), _)| partition.key.1.end() <= *time)
        {
            break;
        }
        if let Some(stored) = newest_of(&units_of(snapshot, partition)?)? {
            let both = in_memory.into_iter().chain([stored]);
            let newest = both.max_by_key(|(instant, _)| *instant);
            return Ok(newest.and_then(|(_, value)| value));
        }
    }
    Ok(in_memory.and_then(|(_, value)| value))
}

/// Whether any matching event of a partition, payloads included, passes a test.
pub(crate) fn any_event(
    snapshot: &Snapshot,
    query: &Query,
    partition: &Arc<Partition>,
    mut passes: impl FnMut(&Event) -> bool,
) -> StoreResult<bool> {
    let compiled = Compiled::new(query, snapshot);
    let mut found = false;
    for unit in &units_of(snapshot, partition)? {
        Selection::new(unit, &compiled)?.each(|docs| {
            for doc in docs {
                found = found || passes(&unit.event(*doc, true)?);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The events of candidates, in their order. Those of one unit are read together.
fn events(candidates: &[Candidate<'_>]) -> StoreResult<Vec<Event>> {
    let mut by_unit: Vec<(&Candidate<'_>, usize)> = candidates.iter().zip(0..).collect();
    by_unit.sort_unstable_by_key(|(candidate, _)| candidate.place());
    let mut read: Vec<Option<Event>> = vec![None; candidates.len()];
    for of_unit in by_unit.chunk_by(|(a, _), (b, _)| a.place().0 == b.place().0) {
        let docs: Vec<DocId> = of_unit.iter().map(|(candidate, _)| candidate.doc).collect();
        let events = of_unit[0].0.unit.events(&docs)?;
        for ((_, at), event) in of_unit.iter().zip(events) {
            read[*at] = Some(event);
        }
    }
    Ok(read.into_iter().flatten().collect())
}

struct Walk<'a> {
    ranking: &'a Ranking<'a>,
    offset: u64,
    limit: usize,
}

/// The matching events of one period.
#[derive(Default)]
struct PeriodMatches<'a> {
    stored: Vec<&'a Selection<'a>>,
    count: u64,
    heads: Vec<Candidate<'a>>,
}

impl Walk<'_> {
    /// Periods do not overlap, so the order of time goes through them one by one.
    fn by_time<'s>(
        &self,
        selections: &'s [Selection<'s>],
        counts: &[u64],
        skipped: &BTreeMap<Period, u64>,
    ) -> StoreResult<Vec<Candidate<'s>>> {
        let mut periods = self.periods(selections, counts, skipped)?;
        if self.ranking.sort.descending {
            periods.reverse();
        }
        let (mut page, mut skip) = (Vec::new(), self.offset);
        for period in periods {
            if period.count <= skip {
                skip -= period.count;
                continue;
            }
            let limit = self.limit - page.len();
            page.append(&mut self.in_period(period, skip, limit)?);
            skip = 0;
            if page.len() >= self.limit {
                break;
            }
        }
        Ok(page)
    }

    fn in_period<'s>(
        &self,
        period: PeriodMatches<'s>,
        skip: u64,
        limit: usize,
    ) -> StoreResult<Vec<Candidate<'s>>> {
        /// Beyond it counting costs less than holding.
        const FAR: u64 = 8_192;
        let PeriodMatches { stored, heads, .. } = period;
        if skip > FAR {
            return far(self.ranking, (&stored, heads), None, skip, limit);
        }
        let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
        let wanted = skipped.saturating_add(limit);
        let mut candidates = heads;
        candidates.append(&mut self.first_of(&stored, wanted)?);
        let found = first(self.ranking.sort, candidates, wanted);
        Ok(found.into_iter().skip(skipped).collect())
    }

    fn periods<'s>(
        &self,
        selections: &'s [Selection<'s>],
        counts: &[u64],
        skipped: &BTreeMap<Period, u64>,
    ) -> StoreResult<Vec<PeriodMatches<'s>>> {
        let mut periods: BTreeMap<Period, PeriodMatches<'s>> = BTreeMap::new();
        for (period, count) in skipped {
            periods.entry(*period).or_default().count += count;
        }
        let mut in_memory = Vec::new();
        for (selection, count) in selections
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
        {
            match selection.unit.source {
                Source::Segment(partition, ..) => {
                    let period = periods.entry(partition.key.1).or_default();
                    period.stored.push(selection);
                    period.count += count;
                }
                Source::Chunk(_) => in_memory.push(selection),
            }
        }
        for candidate in self.first_of(&in_memory, usize::MAX)? {
            let period = periods.entry(candidate.period()?).or_default();
            period.heads.push(candidate);
            period.count += 1;
        }
        Ok(periods.into_values().collect())
    }

    fn by_field<'s>(&self, selections: &'s [Selection<'s>]) -> StoreResult<Vec<Candidate<'s>>> {
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let wanted = skipped.saturating_add(self.limit);
        let all: Vec<_> = selections.iter().collect();
        let found = first(self.ranking.sort, self.first_of(&all, wanted)?, wanted);
        Ok(found.into_iter().skip(skipped).collect())
    }

    /// The first in order of time over units that overlap: the newest (or oldest) units go first,
    /// until no further one can hold an event of the page.
    fn by_bounds<'s>(&self, selections: &'s [Selection<'s>]) -> StoreResult<Vec<Candidate<'s>>> {
        /// Units that are read at a time.
        const TOGETHER: usize = 4;
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let wanted = skipped.saturating_add(self.limit);
        let mut ordered = Vec::new();
        for selection in selections {
            ordered.push((self.ranking.earliest(selection.unit)?, selection));
        }
        ordered.sort_by_key(|(earliest, _)| *earliest);
        let mut found: Vec<Candidate<'s>> = Vec::new();
        for some in ordered.chunks(TOGETHER) {
            let last = found.get(wanted - 1).map(Candidate::turned_time);
            if last.is_some_and(|last| last < some[0].0) {
                break;
            }
            let selections: Vec<_> = some.iter().map(|(_, selection)| *selection).collect();
            found.append(&mut self.first_of(&selections, wanted)?);
            found = first(self.ranking.sort, found, wanted);
        }
        Ok(found.into_iter().skip(skipped).collect())
    }

    fn first_of<'s>(
        &self,
        selections: &[&Selection<'s>],
        wanted: usize,
    ) -> StoreResult<Vec<Candidate<'s>>> {
        let mut all = self
            .ranking
            .first_of_all(selections, wanted, &ANY, |_| true)?;
        if all.len() > wanted {
            all = first(self.ranking.sort, all, wanted);
        }
        Ok(all)
    }
}
