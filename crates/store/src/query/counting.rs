//! Counts: of all matches, by value and by time.

use super::cache::Cache;
use super::compile::{Compiled, folded};
use super::groups::{GroupKey, Slots, counts};
use super::list::selections;
use super::parts::{Asked, Part, Sum, kept};
use super::select::Selection;
use super::unit::{Source, units};
use crate::columns::{ABSENT, Place, from_number, has_postings, to_number};
use crate::error::internal;
use crate::state::Snapshot;
use daybook_model::catalogue;
use daybook_model::field::Kind;
use daybook_model::fold::fold;
use daybook_model::logstore::{Bucket, Histogram, HistogramRequest, StoreResult, Values};
use daybook_model::{Field, Query, StoreError, Timestamp, Value, ValueRef};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The number of events that match, exactly.
pub(crate) fn count(snapshot: &Snapshot, cache: &Cache, query: &Query) -> StoreResult<u64> {
    let query = &folded(query);
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = compiled.asked("count");
    let counted = selections(&units, &compiled, &[])?;
    counted
        .par_iter()
        .map(|selection| count_unit(selection, &asked, cache))
        .sum()
}

/// The number of a unit's events that match.
pub(super) fn count_unit(
    selection: &Selection<'_>,
    asked: &Asked,
    cache: &Cache,
) -> StoreResult<u64> {
    match selection.known_count() {
        Some(count) => Ok(count),
        None => kept(selection, asked, cache, |selection| selection.count()).map(|count| *count),
    }
}

type Counted = Vec<(GroupKey, u64)>;

/// Values of a field by frequency.
pub(crate) fn values(
    snapshot: &Snapshot,
    cache: &Cache,
    query: &Query,
    field: &'static Field,
    prefix: &str,
    limit: usize,
) -> StoreResult<Values> {
    let compiled = Compiled::new(query, snapshot);
    let units = units(snapshot, query)?;
    let asked = compiled.asked(&format!("values {}", field.name));
    let parts: Vec<Arc<Counted>> = selections(&units, &compiled, &[])?
        .par_iter()
        .map(|selection| {
            kept(
                selection,
                &asked,
                cache,
                |selection| match counts_of_terms(selection, field)? {
                    Some(counts) => Ok(counts),
                    None => counts(selection, field),
                },
            )
        })
        .collect::<StoreResult<_>>()?;
    let mut sums: HashMap<&GroupKey, u64> = HashMap::new();
    for (key, count) in parts.iter().flat_map(|part| part.iter()) {
        *sums.entry(key).or_default() += count;
    }
    let prefix = fold(prefix);
    let begins = |value: &Value| {
        let shown = value.as_ref().display(field.kind);
        prefix.is_empty() || fold(&shown).starts_with(&prefix)
    };
    let named = sums.into_iter().filter_map(|(key, count)| {
        let value = key.value(query.stream, field, snapshot.words())?;
        begins(&value).then_some((value, count))
    });
    let mut values: Vec<(Value, u64)> = merged(named).into_iter().collect();
    let total = values.len() as u64;
    values.sort_unstable_by(|(a, a_count), (b, b_count)| {
        let by_count = Reverse(a_count).cmp(&Reverse(b_count));
        by_count.then_with(|| order(field, a.as_ref(), b.as_ref()))
    });
    values.truncate(limit);
    Ok(Values { values, total })
}

/// A word may have an ordinal in one unit and be one of its own in another.
pub(super) fn merged(counts: impl Iterator<Item = (Value, u64)>) -> HashMap<Value, u64> {
    let mut merged = HashMap::new();
    for (value, count) in counts {
        *merged.entry(value).or_default() += count;
    }
    merged
}

/// Counts of a whole segment, read from its terms when those are few.
fn counts_of_terms(
    selection: &Selection<'_>,
    field: &'static Field,
) -> StoreResult<Option<Counted>> {
    /// A term costs as much as some values of a column.
    const VALUES_PER_TERM: usize = 32;
    let Source::Segment(_, _, segment) = selection.unit.source else {
        return Ok(None);
    };
    if !selection.is_all() || !has_postings(field) {
        return Ok(None);
    }
    let Ok(index_field) = segment.reader.schema().get_field(field.name) else {
        return Ok(None);
    };
    let index = segment
        .reader
        .inverted_index(index_field)
        .map_err(internal)?;
    if index.terms().num_terms() * VALUES_PER_TERM > selection.unit.len() as usize {
        return Ok(None);
    }
    let mut counts = Vec::new();
    let mut slots = Slots::new(selection.unit, field);
    let mut stream = index.terms().stream().map_err(internal)?;
    while stream.advance() {
        let Ok(bytes) = <[u8; 8]>::try_from(stream.key()) else {
            return Ok(None);
        };
        slots.slot(u64::from_be_bytes(bytes), 0)?;
        counts.push(u64::from(stream.value().doc_freq));
    }
    Ok(Some(slots.into_keys().into_iter().zip(counts).collect()))
}

/// Counts of one interval: all, and by value.
#[derive(Default, Clone)]
struct Interval {
    count: u64,
    by: Counted,
}

impl Sum for Interval {
    fn bytes(&self) -> usize {
        self.by.bytes()
    }

    fn take(&mut self, gone: &Self) {
        self.count -= gone.count;
        self.by = self.by.without(&gone.by);
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Events per interval.
pub(crate) fn histogram(
    snapshot: &Snapshot,
    cache: &Cache,
    request: &HistogramRequest,
) -> StoreResult<Histogram> {
    let (Some(from), Some(_), 1..) = (request.query.from, request.query.to, request.interval_us)
    else {
        return Err(StoreError::Limit(
            "a histogram needs from, to and an interval".into(),
        ));
    };
    let intervals = Intervals::new(from, request.interval_us);
    let request = &HistogramRequest {
        query: folded(&request.query),
        ..request.clone()
    };
    let compiled = Compiled::new(&request.query, snapshot);
    let units = units(snapshot, &request.query)?;
    let by = request.by.map_or("", |field| field.name);
    let asked = compiled.asked(&format!("histogram {by} {intervals:?}"));
    let reads: Vec<&Field> = request.by.into_iter().collect();
    let parts: Vec<Arc<Vec<(i64, Interval)>>> = selections(&units, &compiled, &reads)?
        .par_iter()
        .map(|selection| {
            kept(selection, &asked, cache, |selection| {
                count_intervals(selection, request.by, intervals)
            })
        })
        .collect::<StoreResult<_>>()?;
    let mut sums: BTreeMap<i64, (u64, HashMap<&GroupKey, u64>)> = BTreeMap::new();
    for (at, interval) in parts.iter().flat_map(|part| part.iter()) {
        let (count, by) = sums.entry(*at).or_default();
        *count += interval.count;
        for (key, found) in &interval.by {
            *by.entry(key).or_default() += found;
        }
    }
    let buckets = sums.into_iter().map(|(at, (count, by))| {
        let mut named = Vec::new();
        if let Some(field) = request.by {
            let values = by.into_iter().filter_map(|(key, count)| {
                Some((
                    key.value(request.query.stream, field, snapshot.words())?,
                    count,
                ))
            });
            named = merged(values).into_iter().collect();
            named.sort_unstable_by(|(a, _), (b, _)| order(field, a.as_ref(), b.as_ref()));
        }
        Bucket {
            time: intervals.start(at),
            count,
            by: named,
        }
    });
    Ok(Histogram {
        buckets: buckets.collect(),
    })
}

/// Intervals of one length, numbered so that equal ones have equal numbers in every query whose
/// intervals begin at the same instants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intervals {
    phase_us: i64,
    length_us: i64,
}

impl Intervals {
    pub(super) const fn new(from: Timestamp, length_us: i64) -> Self {
        Self {
            phase_us: from.us().rem_euclid(length_us),
            length_us,
        }
    }

    /// The interval of a stored time.
    pub(super) const fn of(self, stored: u64) -> i64 {
        (to_number(stored) - self.phase_us).div_euclid(self.length_us)
    }

    /// The beginning of an interval.
    pub(super) const fn start(self, at: i64) -> Timestamp {
        Timestamp::from_us(at * self.length_us + self.phase_us)
    }

    /// The first and the last interval of a range of stored times.
    const fn within(self, low: u64, high: u64) -> (i64, i64) {
        (self.of(low), self.of(high))
    }
}

/// Sums by slot and interval. An array while the intervals are few, as they are within a period.
#[derive(Debug)]
pub(super) struct Grid<T> {
    first: i64,
    width: usize,
    cells: Vec<T>,
    sparse: HashMap<(usize, i64), T>,
}

impl<T: Default + Clone> Grid<T> {
    /// A grid for the intervals of a selection's events.
    pub(super) fn new(
        selection: &Selection<'_>,
        query: &Query,
        intervals: Intervals,
    ) -> StoreResult<Self> {
        const WIDTH_MAX: i64 = 4096;
        let asked =
            |time: Option<Timestamp>, open: u64| time.map_or(open, |time| from_number(time.us()));
        let (mut low, mut high) = (
            asked(query.from, 0),
            asked(query.to, ABSENT).saturating_sub(1),
        );
        let times = selection
            .unit
            .column(catalogue::field(query.stream, "time"))?;
        if let super::unit::UnitColumn::Stored(times) = times {
            (low, high) = (low.max(times.min_value()), high.min(times.max_value()));
        }
        let (first, last) = if low <= high {
            intervals.within(low, high)
        } else {
            (0, 0)
        };
        let width = if last - first < WIDTH_MAX {
            usize::try_from(last - first + 1).unwrap_or(0)
        } else {
            0
        };
        Ok(Self {
            first,
            width,
            cells: Vec::new(),
            sparse: HashMap::new(),
        })
    }

    /// The cell of a slot and an interval.
    pub(super) fn cell(&mut self, slot: usize, interval: i64) -> &mut T {
        if self.width == 0 {
            return self.sparse.entry((slot, interval)).or_default();
        }
        let at = slot * self.width + usize::try_from(interval - self.first).unwrap_or(0);
        if at >= self.cells.len() {
            self.cells.resize((slot + 1) * self.width, T::default());
        }
        &mut self.cells[at]
    }

    /// All cells that were touched or not, with slot and interval.
    pub(super) fn into_cells(self) -> impl Iterator<Item = (usize, i64, T)> {
        let (first, width) = (self.first, self.width.max(1));
        let dense = self.cells.into_iter().enumerate();
        let dense = dense.map(move |(at, cell)| {
            (
                at / width,
                first + i64::try_from(at % width).unwrap_or(0),
                cell,
            )
        });
        dense.chain(
            self.sparse
                .into_iter()
                .map(|((slot, at), cell)| (slot, at, cell)),
        )
    }
}

fn count_intervals(
    selection: &Selection<'_>,
    by: Option<&'static Field>,
    intervals: Intervals,
) -> StoreResult<Vec<(i64, Interval)>> {
    let mut found: BTreeMap<i64, Interval> = BTreeMap::new();
    if selection.is_none() {
        return Ok(Vec::new());
    }
    let unit = selection.unit;
    let times = unit.column(catalogue::field(unit.stream, "time"))?;
    let column = by.map(|field| unit.column(field)).transpose()?;
    let any = by.unwrap_or(catalogue::field(unit.stream, "time"));
    let mut slots = Slots::new(unit, any);
    let mut grid: Grid<u64> = Grid::new(selection, selection.query(), intervals)?;
    let (mut time, mut value) = (Vec::new(), Vec::new());
    selection.each(|docs| {
        times.read(docs, &mut time);
        match &column {
            Some(column) => column.read(docs, &mut value),
            None => {
                value.clear();
                value.resize(docs.len(), ABSENT);
            }
        }
        for (at, doc) in docs.iter().enumerate() {
            let slot = slots.slot(value[at], *doc)?;
            *grid.cell(slot, intervals.of(time[at])) += 1;
        }
        Ok(())
    })?;
    let keys = slots.into_keys();
    for (slot, at, count) in grid.into_cells().filter(|(_, _, count)| *count > 0) {
        let interval = found.entry(at).or_default();
        interval.count += count;
        if keys[slot] != GroupKey::Absent {
            interval.by.push((keys[slot].clone(), count));
        }
    }
    Ok(found.into_iter().collect())
}

/// The order of values of one field: numbers by size, texts by their bytes, words of an
/// enumeration by their declared order.
pub(super) fn order(field: &Field, a: ValueRef<'_>, b: ValueRef<'_>) -> std::cmp::Ordering {
    match (a, b) {
        (ValueRef::Text(a), ValueRef::Text(b)) => match (Place::of(field), field.kind) {
            (Place::Ranks(words), Kind::Enum(_)) => {
                let rank = |word| words.iter().position(|known| *known == word);
                rank(a).cmp(&rank(b))
            }
            _ => a.cmp(b),
        },
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => a.cmp(&b),
        _ => std::cmp::Ordering::Equal,
    }
}
