//! Ranking: which matching events come first. The order is total, `(field, time, seq)` in one
//! direction, with events that lack the field last; so equal pages come from heads, from one
//! segment or from many.

use super::batches::{End, Span};
use super::best::{Best, Limit};
use super::ranks::UnitRanks;
use super::select::Selection;
use super::unit::{Unit, UnitColumn};
use crate::columns::{ABSENT, Place, to_number};
use crate::state::Snapshot;
use crate::words::{Order, Words};
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::{Field, Period, Sort, Stream, Timestamp, Value};
use rayon::prelude::*;
use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tantivy::DocId;

/// The place of an event in an order, all parts turned round when it descends: less comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) absent: bool,
    pub(super) value: u64,
    pub(super) time: u64,
    pub(super) seq: u64,
}

/// Whether the value is absent, and the value: what orders first.
pub(super) type FirstPart = (bool, u64);
/// All that a key may begin with.
pub(super) const ANY: RangeInclusive<FirstPart> = (false, 0)..=(true, u64::MAX);
/// Parts of a key.
pub(super) const PARTS: usize = 4;

impl Key {
    /// One part of it, the first first.
    pub(super) const fn part(&self, at: usize) -> u64 {
        match at {
            0 => self.absent as u64,
            1 => self.value,
            2 => self.time,
            _ => self.seq,
        }
    }
}

/// An event that may be on the page.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) key: Key,
    /// The value where its key does not order it: a word that the store's dictionary lacks.
    text: Option<Box<str>>,
    pub(super) unit: &'a Unit<'a>,
    pub(super) doc: DocId,
}

impl Candidate<'_> {
    /// Where it is: candidates of one unit lie together, in the order of its events.
    pub(super) const fn place(&self) -> (*const (), DocId) {
        (std::ptr::from_ref(self.unit).cast(), self.doc)
    }

    /// The value of a field that has a column.
    pub(super) fn value(&self, field: &'static Field) -> StoreResult<Option<Value>> {
        let stored = self.unit.column(field)?.first(self.doc);
        self.unit.value(field, stored, self.doc)
    }

    /// Its time and `seq`, in an order of time.
    pub(super) const fn instant(&self, descending: bool) -> (Timestamp, i64) {
        let Key { time, seq, .. } = self.key;
        let (time, seq) = if descending {
            (!time, !seq)
        } else {
            (time, seq)
        };
        (Timestamp::from_us(to_number(time)), to_number(seq))
    }

    /// Its place in an order of time.
    pub(super) const fn turned_time(&self) -> u64 {
        self.key.time
    }

    /// The period of its time.
    pub(super) fn period(&self) -> StoreResult<Period> {
        let stored = self
            .unit
            .column(field(self.unit.stream, "time"))?
            .first(self.doc);
        Ok(self
            .unit
            .stream
            .period(Timestamp::from_us(to_number(stored))))
    }

    /// The order of two candidates on a page.
    pub(super) fn compare(&self, other: &Self, descending: bool) -> Ordering {
        if let (Some(a), Some(b)) = (&self.text, &other.text)
            && self.key.value >> 32 == other.key.value >> 32
        {
            let by_text = if descending { b.cmp(a) } else { a.cmp(b) };
            return by_text
                .then((self.key.time, self.key.seq).cmp(&(other.key.time, other.key.seq)));
        }
        self.key.cmp(&other.key)
    }
}

/// The candidates that come first, in order.
pub(super) fn first<'a>(
    sort: Sort,
    mut candidates: Vec<Candidate<'a>>,
    count: usize,
) -> Vec<Candidate<'a>> {
    let compare = |a: &Candidate<'_>, b: &Candidate<'_>| a.compare(b, sort.descending);
    if count == 0 {
        return Vec::new();
    }
    if candidates.len() > count {
        candidates.select_nth_unstable_by(count - 1, compare);
        candidates.truncate(count);
    }
    candidates.sort_unstable_by(compare);
    candidates
}

/// How the values of a field order.
#[derive(Debug)]
pub(super) struct Ranking<'a> {
    pub(super) sort: Sort,
    pub(super) stream: Stream,
    pub(super) words: &'a Words,
    /// The order of the store's words, for fields of words.
    pub(super) order: Option<Arc<Order>>,
}

impl<'a> Ranking<'a> {
    /// The ranking of an order.
    pub(super) fn new(stream: Stream, sort: Sort, snapshot: &'a Snapshot) -> Self {
        snapshot.give_ordinals(stream, sort.field);
        let words = snapshot.words();
        let has_words = Place::of(sort.field) == Place::Words;
        let order = has_words.then(|| words.of(stream, sort.field).order());
        Self {
            sort,
            stream,
            words,
            order,
        }
    }

    /// The first `count` matching events of selections whose key lies in a range and passes a test, and
    /// perhaps others.
    pub(super) fn first_of_all<'s>(
        &self,
        selections: &[&Selection<'s>],
        count: usize,
        range: &RangeInclusive<FirstPart>,
        passes: impl Fn(&Key) -> bool + Sync,
    ) -> StoreResult<Vec<Candidate<'s>>> {
        let limit = Limit::default();
        let found: Vec<Vec<Candidate<'s>>> = selections
            .par_iter()
            .map(|selection| self.first_of(selection, count, range, &limit, &passes))
            .collect::<StoreResult<_>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    fn first_of<'s>(
        &self,
        selection: &Selection<'s>,
        count: usize,
        range: &RangeInclusive<FirstPart>,
        limit: &Limit,
        passes: impl Fn(&Key) -> bool,
    ) -> StoreResult<Vec<Candidate<'s>>> {
        let ranks = UnitRanks::new(self, selection.unit)?;
        // Words that the dictionary lacks are ordered only when all units come together.
        let count = if ranks.inexact { usize::MAX } else { count };
        let mut best = Best::new(count);
        let columns = KeyColumns::open(self, selection.unit, PARTS)?;
        let mut batch = KeyBatch::default();
        let span = Cell::new(self.span(range, columns.values));
        let few = self.order.is_none().then(|| {
            let end = match self.sort.descending {
                true => End::Largest,
                false => End::Least,
            };
            (columns.field, end)
        });
        selection.each_within(columns.values, &span, few, |docs| {
            if let (Some((last, _)), true) = (best.limit, self.order.is_none()) {
                limit.lower(&last);
            }
            let own = best.limit.map(|(last, _)| (last.absent, last.value));
            let last = [own, limit.get()].into_iter().flatten().min();
            let range = *range.start()..=last.map_or(*range.end(), |last| last.min(*range.end()));
            span.set(self.span(&range, columns.values));
            batch.read(self, &ranks, &columns, docs, |first| range.contains(&first));
            for (key, doc) in batch.keys() {
                if passes(&key) {
                    best.offer((key, doc));
                }
            }
            Ok(())
        })?;
        let candidates = best.finish().into_iter().map(|(key, doc)| {
            let text = ranks.text(selection.unit, self.sort.field, doc)?;
            Ok(Candidate {
                key,
                text,
                unit: selection.unit,
                doc,
            })
        });
        candidates.collect()
    }

    /// Visits the keys of all matching events whose first part lies in a range, and perhaps of
    /// others; parts behind `last` are left out.
    pub(super) fn keys(
        &self,
        selection: &Selection<'_>,
        range: &RangeInclusive<FirstPart>,
        last: usize,
        mut visit: impl FnMut(&Key),
    ) -> StoreResult<()> {
        let ranks = UnitRanks::new(self, selection.unit)?;
        let columns = KeyColumns::open(self, selection.unit, last + 1)?;
        let mut batch = KeyBatch::default();
        let span = Cell::new(self.span(range, columns.values));
        selection.each_within(columns.values, &span, None, |docs| {
            batch.read(self, &ranks, &columns, docs, |_| true);
            batch.keys().for_each(|(key, _)| visit(&key));
            Ok(())
        })
    }

    /// The stored values of keys that begin within a range, where the column tells them from others.
    fn span(&self, range: &RangeInclusive<FirstPart>, column: UnitColumn<'_>) -> Span {
        let ((absent, first), (lacking, last)) = (*range.start(), *range.end());
        let values = self.order.is_none() && !absent && !(lacking && column.may_lack());
        let last = if lacking { u64::MAX } else { last };
        let turned = (self.turn(first), self.turn(last));
        values.then_some((turned.0.min(turned.1), turned.0.max(turned.1)))
    }

    /// The earliest place in an order of time that an event of a unit may have.
    pub(super) fn earliest(&self, unit: &Unit<'_>) -> StoreResult<u64> {
        Ok(match unit.column(field(unit.stream, "time"))? {
            UnitColumn::Stored(times) if self.sort.descending => !times.max_value(),
            UnitColumn::Stored(times) => times.min_value(),
            _ => 0,
        })
    }

    /// Bounds of the keys' values, as far as the column tells them.
    pub(super) fn extent(&self, unit: &Unit<'_>) -> StoreResult<Option<(u64, u64)>> {
        let column = unit.column(self.sort.field)?;
        Ok(match (column, &self.order) {
            (UnitColumn::Stored(column), None) => {
                let ends = [column.min_value(), column.max_value()].map(|end| self.turn(end));
                Some((ends[0].min(ends[1]), ends[0].max(ends[1])))
            }
            _ => None,
        })
    }

    /// Whether any event may lack the field.
    pub(super) fn any_absent(&self, selections: &[&Selection<'_>]) -> StoreResult<bool> {
        let mut columns = selections
            .iter()
            .map(|selection| selection.unit.column(self.sort.field));
        columns.try_fold(false, |any, column| Ok(any || column?.may_lack()))
    }

    /// Time and `seq` of a key, as columns hold them.
    pub(super) const fn instant(&self, key: &Key) -> (u64, u64) {
        (self.turn(key.time), self.turn(key.seq))
    }

    const fn turn(&self, part: u64) -> u64 {
        if self.sort.descending { !part } else { part }
    }
}

/// The columns that a unit's keys are made of.
struct KeyColumns<'a> {
    unit: &'a Unit<'a>,
    field: &'static Field,
    values: UnitColumn<'a>,
    times: UnitColumn<'a>,
    seqs: UnitColumn<'a>,
}

impl<'a> KeyColumns<'a> {
    /// The columns of the first `parts` parts of keys.
    fn open(ranking: &Ranking<'_>, unit: &'a Unit<'a>, parts: usize) -> StoreResult<Self> {
        let column = |name: &str, part| match part < parts {
            true => unit.column(field(unit.stream, name)),
            false => Ok(UnitColumn::Absent),
        };
        // Another stream of the same list has a field of the same name.
        let field = match ranking.sort.field.name {
            "time" => field(unit.stream, "time"),
            _ => ranking.sort.field,
        };
        Ok(Self {
            unit,
            field,
            values: unit.column(field)?,
            times: column("time", 2)?,
            seqs: column("seq", 3)?,
        })
    }
}

/// Keys of a batch of events.
#[derive(Default)]
struct KeyBatch {
    docs: Vec<DocId>,
    /// Whether the value is absent, and the value turned.
    firsts: Vec<(bool, u64)>,
    values: Vec<u64>,
    times: Vec<u64>,
    seqs: Vec<u64>,
    turned: bool,
}

impl KeyBatch {
    /// Reads the keys of those events whose first parts pass a test; the others are not looked at
    /// any further.
    fn read(
        &mut self,
        ranking: &Ranking<'_>,
        ranks: &UnitRanks,
        columns: &KeyColumns<'_>,
        docs: &[DocId],
        passes: impl Fn((bool, u64)) -> bool,
    ) {
        self.turned = ranking.sort.descending;
        self.docs.clear();
        self.firsts.clear();
        columns.values.read(docs, &mut self.values);
        for (doc, stored) in docs.iter().zip(&self.values) {
            let absent = *stored == ABSENT;
            let ranked = || ranks.rank(columns.unit, ranking.sort.field, *stored, *doc);
            let first = (absent, if absent { 0 } else { ranking.turn(ranked()) });
            if passes(first) {
                self.docs.push(*doc);
                self.firsts.push(first);
            }
        }
        columns.times.read(&self.docs, &mut self.times);
        columns.seqs.read(&self.docs, &mut self.seqs);
    }

    fn keys(&self) -> impl Iterator<Item = (Key, DocId)> + '_ {
        let turn = |part: u64| if self.turned { !part } else { part };
        self.docs.iter().enumerate().map(move |(at, doc)| {
            let (absent, value) = self.firsts[at];
            let (time, seq) = (turn(self.times[at]), turn(self.seqs[at]));
            (
                Key {
                    absent,
                    value,
                    time,
                    seq,
                },
                *doc,
            )
        })
    }
}
