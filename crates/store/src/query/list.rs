//! Lists and walks. In order of time whole partitions are skipped by their counts; for any other
//! order every partition offers its first.

use super::ranking::{Candidate, compare, first, first_of_segment};
use super::search::{Search, searches};
use crate::state::Snapshot;
use daybook_model::catalogue::field;
use daybook_model::logstore::{Page, ScanRequest, StoreResult};
use daybook_model::{Event, ListRequest, Period, Sort, Timestamp};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A page with the exact total.
pub(crate) fn list(snapshot: &Snapshot, request: ListRequest) -> StoreResult<Page> {
    let ListRequest {
        query,
        sort,
        offset,
        limit,
    } = request;
    let visible = snapshot.seq_last();
    let searches = searches(snapshot, &query)?;
    let counts: Vec<u64> = searches
        .par_iter()
        .map(Search::count)
        .collect::<StoreResult<_>>()?;
    let heads: Vec<Candidate> = snapshot
        .head_matches(&query)
        .map(|entry| Candidate::in_head(entry, sort))
        .collect();
    let total = counts.iter().sum::<u64>() + heads.len() as u64;
    let as_of = query.as_of.map_or(visible, |seq| seq.min(visible));
    let limit = limit.min(usize::try_from(total.saturating_sub(offset)).unwrap_or(usize::MAX));
    if limit == 0 {
        return Ok(Page {
            events: Vec::new(),
            total,
            as_of,
        });
    }
    let walk = Walk {
        sort,
        offset,
        limit,
        after: None,
    };
    let page = if sort.field.name == "time" {
        walk.by_time(periods(query.stream, searches, Some(counts), heads))?
    } else {
        walk.by_field(&searches, heads)?
    };
    Ok(Page {
        events: events(&page, false)?,
        total,
        as_of,
    })
}

/// The next step of a walk, oldest first.
pub(crate) fn scan(snapshot: &Snapshot, request: ScanRequest) -> StoreResult<Vec<Event>> {
    let ScanRequest {
        mut query,
        after,
        limit,
        payloads,
    } = request;
    if let Some((time, _)) = after {
        query.from = query.from.max(Some(time));
    }
    let after = after.map(|(time, seq)| (time.us(), seq));
    let sort = Sort {
        field: field(query.stream, "time"),
        descending: false,
    };
    let searches = searches(snapshot, &query)?;
    let heads = snapshot
        .head_matches(&query)
        .map(|entry| Candidate::in_head(entry, sort))
        .filter(|candidate| after.is_none_or(|after| candidate.at() > after))
        .collect();
    let walk = Walk {
        sort,
        offset: 0,
        limit,
        after,
    };
    events(
        &walk.by_time(periods(query.stream, searches, None, heads))?,
        payloads,
    )
}

fn events(candidates: &[Candidate], payloads: bool) -> StoreResult<Vec<Event>> {
    candidates
        .iter()
        .map(|candidate| candidate.event(payloads))
        .collect()
}

/// The matching events of one period.
#[derive(Default)]
struct PeriodMatches<'a> {
    search: Option<Search<'a>>,
    /// How many in the partition, when counted.
    count: Option<u64>,
    heads: Vec<Candidate>,
}

fn periods(
    stream: daybook_model::Stream,
    searches: Vec<Search<'_>>,
    counts: Option<Vec<u64>>,
    heads: Vec<Candidate>,
) -> BTreeMap<Period, PeriodMatches<'_>> {
    let mut periods: BTreeMap<Period, PeriodMatches<'_>> = BTreeMap::new();
    for (at, search) in searches.into_iter().enumerate() {
        let count = counts.as_ref().map(|counts| counts[at]);
        let heads = Vec::new();
        periods.insert(
            search.partition.key.1,
            PeriodMatches {
                search: Some(search),
                count,
                heads,
            },
        );
    }
    for candidate in heads {
        let period = stream.period(Timestamp::from_us(candidate.at().0));
        let absent = || PeriodMatches {
            count: Some(0),
            ..PeriodMatches::default()
        };
        periods
            .entry(period)
            .or_insert_with(absent)
            .heads
            .push(candidate);
    }
    periods
}

struct Walk {
    sort: Sort,
    offset: u64,
    limit: usize,
    after: Option<(i64, i64)>,
}

impl Walk {
    /// Periods do not overlap, so the order of time goes through them one by one.
    fn by_time(&self, periods: BTreeMap<Period, PeriodMatches<'_>>) -> StoreResult<Vec<Candidate>> {
        let mut page = Vec::new();
        let mut skip = self.offset;
        let mut periods: Vec<_> = periods.into_values().collect();
        if self.sort.descending {
            periods.reverse();
        }
        for period in periods {
            let count = period.count.map(|count| count + period.heads.len() as u64);
            if count.is_some_and(|count| count <= skip) {
                skip -= count.unwrap_or(0);
                continue;
            }
            let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
            let wanted = skipped.saturating_add(self.limit - page.len());
            let mut candidates = period.heads;
            if let Some(search) = &period.search {
                candidates.append(&mut self.first_of(search, wanted)?);
            }
            page.extend(
                first(self.sort, candidates, wanted)
                    .into_iter()
                    .skip(skipped),
            );
            skip = 0;
            if page.len() >= self.limit {
                break;
            }
        }
        Ok(page)
    }

    fn by_field(
        &self,
        searches: &[Search<'_>],
        mut heads: Vec<Candidate>,
    ) -> StoreResult<Vec<Candidate>> {
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let wanted = skipped.saturating_add(self.limit);
        let found: Vec<Vec<Candidate>> = searches
            .par_iter()
            .map(|search| self.first_of(search, wanted))
            .collect::<StoreResult<_>>()?;
        heads.extend(found.into_iter().flatten());
        Ok(first(self.sort, heads, wanted)
            .into_iter()
            .skip(skipped)
            .collect())
    }

    fn first_of(&self, search: &Search<'_>, wanted: usize) -> StoreResult<Vec<Candidate>> {
        let segments: Vec<_> = search.segments()?.collect();
        let found: Vec<Vec<Candidate>> = segments
            .into_par_iter()
            .map(|segment| first_of_segment(search, segment, self.sort, wanted, self.after))
            .collect::<StoreResult<_>>()?;
        let mut all: Vec<Candidate> = found.into_iter().flatten().collect();
        all.sort_unstable_by(|a, b| compare(self.sort, a, b));
        all.truncate(wanted);
        Ok(all)
    }
}
