//! A log store in memory: one vector, searched from end to end for every question. It is the
//! yardstick of every other store, so plainness goes before speed everywhere. An event's `seq` is
//! counted from 1 and never given twice, even when its event has been removed. Audit events get the
//! indices of a ledger that it does not have: their leaf hashes are made up, until it learns those
//! of the store it is compared with.

use crate::aggregates;
use crate::evaluate::{self, matches};
use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::catalogue::Catalogue;
use daybook_model::event::Form;
use daybook_model::field::Kind;
use daybook_model::ledger::{LeafHash, Receipt};
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, BoxFuture, Bucket, EraseRequest, Histogram, HistogramRequest,
    Outcome, Page, Progress, Removal, RemoveRequest, ScanRequest, ScanStep, Stats, StoreResult,
    TimelineRequest, Values, Write, stream_index,
};
use daybook_model::table::Table;
use daybook_model::{
    Event, Field, Ledger, ListRequest, LogStore, Period, Query, Stream, Value, limits,
};
use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A log store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default, Clone)]
struct Kept {
    events: Vec<Stored>,
    last_seq: i64,
    /// The leaf hashes of audit events, by ledger index; a salt decides them, so they can only be
    /// learned.
    leaf_hashes: Vec<Option<LeafHash>>,
}

#[derive(Debug, Clone)]
struct Stored {
    event: Event,
    /// The content of the delivery that created it: a later one is compared with this. Once something
    /// was erased, whatever comes is taken for a repeated delivery.
    first_sent: Option<String>,
    place: Place,
}

impl Stored {
    fn is_repeated_by(&self, event: &Event) -> bool {
        let first_sent = self.first_sent.as_ref();
        first_sent.is_none_or(|first_sent| *first_sent == event.to_json(Form::Content))
    }
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Online,
    Archived,
    /// Gone, but its id stays taken.
    Expired,
}

impl MemoryStore {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ids of a stream's events, in order of arrival.
    pub(crate) fn ids(&self, stream: Stream) -> Vec<String> {
        let kept = self.kept();
        let events = kept.events.iter().map(|stored| &stored.event);
        let of_stream = events.filter(|event| event.stream == stream);
        of_stream.map(|event| event.id.to_string()).collect()
    }

    /// Takes over the leaf hash that another store gave the event at an index. Once learned it
    /// stays what it is.
    pub(crate) fn learn(&self, receipt: Receipt) {
        self.kept().learn(receipt);
    }

    /// An outcome of this store with the leaf hash that was learned since.
    pub(crate) fn known(&self, outcome: Outcome) -> Outcome {
        let kept = self.kept();
        let known = |receipt: Receipt| kept.known(receipt);
        match outcome {
            Outcome::Stored(seq, receipt) => Outcome::Stored(seq, receipt.map(known)),
            Outcome::Duplicate(receipt) => Outcome::Duplicate(receipt.map(known)),
            other => other,
        }
    }
}

impl Clone for MemoryStore {
    /// A store of its own with the same events.
    fn clone(&self) -> Self {
        Self {
            kept: Mutex::new(self.kept().clone()),
        }
    }
}

impl LogStore for MemoryStore {
    fn append(&self, batch: Vec<Write>) -> BoxFuture<'_, StoreResult<Vec<Outcome>>> {
        let mut kept = self.kept();
        let outcomes = batch.into_iter().map(|write| kept.write(write)).collect();
        Box::pin(ready(Ok(outcomes)))
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, StoreResult<Page>> {
        Box::pin(ready(Ok(self.kept().list(&request))))
    }

    fn get(&self, query: Query, id: String) -> BoxFuture<'_, StoreResult<Option<Event>>> {
        let mut found = match query.stream {
            Stream::Audit => self.kept().matching_anywhere(&query),
            _ => self.kept().matching(&query),
        };
        found.retain(|event| *event.id == *id);
        Box::pin(ready(Ok(found
            .into_iter()
            .max_by_key(|event| (event.time, event.seq)))))
    }

    fn values(
        &self,
        query: Query,
        field: &'static Field,
        prefix: String,
        limit: usize,
    ) -> BoxFuture<'_, StoreResult<Values>> {
        let found = self.kept().matching(&query);
        let mut values = count_values(&found, field);
        values.retain(|(value, _)| {
            let shown = value.as_ref().display(field.kind);
            evaluate::begins(&shown, &prefix)
        });
        // The sort is stable: values of equal count stay in order of value.
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let total = values.len() as u64;
        values.truncate(limit);
        Box::pin(ready(Ok(Values { values, total })))
    }

    fn histogram(&self, request: HistogramRequest) -> BoxFuture<'_, StoreResult<Histogram>> {
        Box::pin(ready(Ok(self.kept().histogram(&request))))
    }

    fn scan(&self, request: ScanRequest) -> BoxFuture<'_, StoreResult<ScanStep>> {
        let mut found = self.kept().matching_anywhere(&request.query);
        found.retain(|event| Some((event.time, event.seq)) > request.after);
        found.sort_by_key(|event| (event.time, event.seq));
        let is_last = found.len() <= request.limit;
        found.truncate(request.limit);
        let table = Table::of(&found, &request.fields);
        Box::pin(ready(Ok(ScanStep {
            next: table.last.filter(|_| !is_last),
            passed: found.len() as u64,
            table,
        })))
    }

    fn timeline(&self, request: TimelineRequest) -> BoxFuture<'_, StoreResult<Page>> {
        Box::pin(ready(Ok(self.kept().timeline(&request))))
    }

    fn summary(&self, query: Query) -> BoxFuture<'_, StoreResult<Summary>> {
        let found = self.kept().matching(&query);
        Box::pin(ready(Ok(aggregates::summary(&found))))
    }

    fn breakdown(&self, request: BreakdownRequest) -> BoxFuture<'_, StoreResult<Breakdown>> {
        let found = self.kept().matching(&request.query);
        Box::pin(ready(Ok(aggregates::breakdown(&found, &request))))
    }

    fn series(&self, request: SeriesRequest) -> BoxFuture<'_, StoreResult<SeriesAnswer>> {
        let found = self.kept().matching(&request.query);
        Box::pin(ready(Ok(aggregates::series(&found, &request))))
    }

    fn remove(&self, request: RemoveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        Box::pin(ready(self.kept().remove(request)))
    }

    fn erase(&self, request: EraseRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        Box::pin(ready(self.kept().erase(&request)))
    }

    fn archive(&self, request: ArchiveRequest) -> BoxFuture<'_, StoreResult<Progress>> {
        Box::pin(ready(Ok(self.kept().archive(&request))))
    }

    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
        self.kept().archived(stream)
    }

    fn stats(&self) -> BoxFuture<'_, StoreResult<Stats>> {
        let mut stats = Stats::default();
        for stored in self.kept().online() {
            stats.events[stream_index(stored.event.stream)] += 1;
        }
        Box::pin(ready(Ok(stats)))
    }

    fn read_only(&self) -> Option<String> {
        None
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        None
    }
}

impl Kept {
    fn write(&mut self, write: Write) -> Outcome {
        match write {
            Write::Amend(event) if event.stream == Stream::Usage => self.amend(event),
            Write::Append(event) | Write::Amend(event) => self.append(event),
        }
    }

    fn append(&mut self, event: Event) -> Outcome {
        let there = self.events.iter().find(|stored| {
            is_same(&stored.event, &event)
                && (event.stream == Stream::Audit || period(&stored.event) == period(&event))
        });
        match there {
            Some(stored) if stored.is_repeated_by(&event) => {
                Outcome::Duplicate(Receipt::of(&stored.event))
            }
            Some(_) => Outcome::Conflict,
            None => self.push(event),
        }
    }

    /// The other half of a call is looked for in the amendment's own day, then in the day before,
    /// then in the day after. So a provisional time that gives way never moves an event into a day
    /// that has its id already. What is archived is not amended any more.
    fn amend(&mut self, event: Event) -> Outcome {
        for distance_us in [0, -limits::AMEND_WINDOW_US, limits::AMEND_WINDOW_US] {
            let day = event.stream.period(event.time.plus_us(distance_us));
            let half = self
                .events
                .iter_mut()
                .find(|stored| is_same(&stored.event, &event) && period(&stored.event) == day);
            if let Some(half) = half {
                if half.place != Place::Online || half.first_sent.is_none() {
                    return match half.is_repeated_by(&event) {
                        true => Outcome::Duplicate(None),
                        false => Outcome::Conflict,
                    };
                }
                return if half.event.amend_with(&event) {
                    Outcome::Amended(half.event.seq)
                } else {
                    Outcome::Duplicate(None)
                };
            }
        }
        self.push(event)
    }

    fn push(&mut self, mut event: Event) -> Outcome {
        let first_sent = Some(event.to_json(Form::Content));
        self.last_seq += 1;
        event.seq = self.last_seq;
        if event.stream == Stream::Audit {
            self.next_receipt().put_into(&mut event);
        }
        let receipt = Receipt::of(&event);
        self.events.push(Stored {
            event,
            first_sent,
            place: Place::Online,
        });
        Outcome::Stored(self.last_seq, receipt)
    }

    fn next_receipt(&mut self) -> Receipt {
        let ledger_index = self.leaf_hashes.len() as u64;
        self.leaf_hashes.push(None);
        let mut made_up = [0; 32];
        made_up[..8].copy_from_slice(&ledger_index.to_be_bytes());
        Receipt {
            ledger_index,
            leaf_hash: LeafHash(made_up),
        }
    }

    fn known(&self, receipt: Receipt) -> Receipt {
        let index = usize::try_from(receipt.ledger_index).ok();
        let learned = index.and_then(|index| *self.leaf_hashes.get(index)?);
        Receipt {
            leaf_hash: learned.unwrap_or(receipt.leaf_hash),
            ..receipt
        }
    }

    fn learn(&mut self, receipt: Receipt) {
        let known = usize::try_from(receipt.ledger_index).ok();
        let known = known.and_then(|index| self.leaf_hashes.get_mut(index));
        if let Some(unknown @ None) = known {
            *unknown = Some(receipt.leaf_hash);
            let events = self.events.iter_mut().map(|stored| &mut stored.event);
            let at_index = |event: &&mut Event| {
                Receipt::of(event).is_some_and(|made| made.ledger_index == receipt.ledger_index)
            };
            events
                .filter(at_index)
                .for_each(|event| receipt.put_into(event));
        }
    }

    fn online(&self) -> impl Iterator<Item = &Stored> {
        let events = self.events.iter();
        events.filter(|stored| stored.place == Place::Online)
    }

    fn matching(&self, query: &Query) -> Vec<Event> {
        let events = self.online().map(|stored| &stored.event);
        events
            .filter(|event| matches(query, event))
            .cloned()
            .collect()
    }

    /// Archived ones, too.
    fn matching_anywhere(&self, query: &Query) -> Vec<Event> {
        let events = self.events.iter();
        let events = events.filter(|stored| stored.place != Place::Expired);
        let events = events.map(|stored| &stored.event);
        events
            .filter(|event| matches(query, event))
            .cloned()
            .collect()
    }

    fn archive(&mut self, request: &ArchiveRequest) -> Progress {
        let mut archived = 0;
        for stored in &mut self.events {
            let concerned = stored.event.stream == request.stream
                && period(&stored.event).end() <= request.before;
            if concerned && stored.place == Place::Online {
                stored.place = Place::Archived;
                archived += 1;
            }
        }
        all_at_once(archived)
    }

    fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
        let mut periods: BTreeMap<Period, u64> = BTreeMap::new();
        for stored in &self.events {
            if stored.event.stream == stream && stored.place == Place::Archived {
                *periods.entry(period(&stored.event)).or_default() += 1;
            }
        }
        let periods = periods.into_iter().map(|(period, events)| ArchivedPeriod {
            start: period.start(),
            end: period.end(),
            events,
            bytes: 0,
        });
        periods.collect()
    }

    fn list(&self, request: &ListRequest) -> Page {
        let mut found = self.matching(&request.query);
        let total = found.len() as u64;
        found.sort_by(|a, b| evaluate::order(request.sort, a, b));
        let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let page = found.into_iter().skip(offset).take(request.limit);
        let mut events: Vec<Event> = page.collect();
        for event in &mut events {
            remove_payloads(event);
        }
        Page {
            events,
            total,
            as_of: self.as_of(&request.query),
        }
    }

    fn timeline(&self, request: &TimelineRequest) -> Page {
        let queries = request.queries.iter();
        let mut found: Vec<Event> = queries.flat_map(|query| self.matching(query)).collect();
        let total = found.len() as u64;
        found.sort_by_key(|event| (event.time, event.seq));
        if request.descending {
            found.reverse();
        }
        let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let page = found.into_iter().skip(offset).take(request.limit);
        let mut events: Vec<Event> = page.collect();
        for event in &mut events {
            remove_payloads(event);
        }
        let visible = request.queries.iter().map(|query| self.as_of(query));
        Page {
            events,
            total,
            as_of: visible.max().unwrap_or(self.last_seq),
        }
    }

    fn as_of(&self, query: &Query) -> i64 {
        query
            .as_of
            .map_or(self.last_seq, |seq| seq.min(self.last_seq))
    }

    fn remove(&mut self, request: RemoveRequest) -> StoreResult<Progress> {
        let mut removed = 0;
        match request.removal {
            Removal::Events if request.stream == Stream::Audit => {
                for stored in &mut self.events {
                    let is_old = stored.event.stream == Stream::Audit
                        && period(&stored.event).end() <= request.before;
                    if is_old && stored.place == Place::Archived {
                        stored.place = Place::Expired;
                        removed += 1;
                    }
                }
            }
            Removal::Events => {
                let before = self.events.len();
                self.events.retain(|stored| {
                    let whole = period(&stored.event).end() <= request.before;
                    let is_old = match stored.place {
                        Place::Online => stored.event.time < request.before,
                        Place::Archived | Place::Expired => whole,
                    };
                    stored.event.stream != request.stream || !is_old
                });
                removed = (before - self.events.len()) as u64;
            }
            Removal::Payloads => {
                let events = self.events.iter_mut().map(|stored| &mut stored.event);
                let whole_periods = events.filter(|event| {
                    event.stream == request.stream && period(event).end() <= request.before
                });
                for event in whole_periods {
                    removed += u64::from(remove_payloads(event));
                }
            }
        }
        Ok(all_at_once(removed))
    }

    fn erase(&mut self, request: &EraseRequest) -> StoreResult<Progress> {
        let fields = request.erased()?;
        let events = self.events.iter_mut();
        let events = events.filter(|stored| stored.place != Place::Expired);
        let mut erased = 0;
        for stored in events.filter(|stored| matches(&request.query, &stored.event)) {
            let values = fields.iter().map(|field| stored.event.take(field));
            if values.flatten().count() > 0 {
                (erased, stored.first_sent) = (erased + 1, None);
            }
        }
        Ok(all_at_once(erased))
    }

    fn histogram(&self, request: &HistogramRequest) -> Histogram {
        let (Some(from), Some(to)) = (request.query.from, request.query.to) else {
            return Histogram {
                buckets: Vec::new(),
            };
        };
        let found = self.matching(&request.query);
        let mut buckets = Vec::new();
        let mut time = from;
        while time < to {
            let end = time.plus_us(request.interval_us);
            let inside: Vec<Event> = found
                .iter()
                .filter(|event| event.time >= time && event.time < end)
                .cloned()
                .collect();
            if !inside.is_empty() {
                buckets.push(Bucket {
                    time,
                    count: inside.len() as u64,
                    by: request
                        .by
                        .map_or_else(Vec::new, |field| count_values(&inside, field)),
                });
            }
            time = end;
        }
        Histogram { buckets }
    }
}

/// Whether both carry one id of one sender.
fn is_same(a: &Event, b: &Event) -> bool {
    a.stream == b.stream && a.origin() == b.origin() && a.id == b.id
}

fn period(event: &Event) -> Period {
    event.stream.period(event.time)
}

/// Every value a field has in these events with its number, in order of value.
fn count_values(events: &[Event], field: &Field) -> Vec<(Value, u64)> {
    let mut counts: Vec<(Value, u64)> = Vec::new();
    for value in events.iter().filter_map(|event| event.get(field)) {
        match counts.iter_mut().find(|(known, _)| known.as_ref() == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value.to_value(), 1)),
        }
    }
    counts.sort_by(|(a, _), (b, _)| evaluate::compare(field, a.as_ref(), b.as_ref()));
    counts
}

/// Takes out what lists leave out; whether there was any.
fn remove_payloads(event: &mut Event) -> bool {
    let fields = Catalogue::of(event.stream).fields().iter();
    let payloads = fields.filter(|field| field.kind == Kind::Payload);
    payloads.filter_map(|field| event.take(field)).count() > 0
}

const fn all_at_once(events: u64) -> Progress {
    Progress {
        events,
        bytes: 0,
        partitions_left: 0,
        done: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Sort, catalogue};
    use futures_executor::block_on;

    fn call(id: &str, time: &str, rest: &str) -> Event {
        let json =
            format!(r#"{{"stream":"usage","id":"{id}","time":"{time}","origin":"o"{rest}}}"#);
        Event::from_stored(&json).unwrap()
    }

    fn outcomes(store: &MemoryStore, batch: Vec<Write>) -> Vec<Outcome> {
        block_on(store.append(batch)).unwrap()
    }

    #[test]
    fn an_id_counts_once_a_day_and_never_for_other_content() {
        let store = MemoryStore::default();
        let first = call("a", "2026-03-01T10:00:00Z", r#","user_id":"u""#);
        let mut again = first.clone();
        again.set_integer("received_at", 5);
        let other = call("a", "2026-03-01T11:00:00Z", "");
        let tomorrow = call("a", "2026-03-02T11:00:00Z", "");
        let batch = [first, again, other, tomorrow].map(Write::Append).to_vec();
        assert_eq!(
            outcomes(&store, batch),
            [
                Outcome::Stored(1, None),
                Outcome::Duplicate(None),
                Outcome::Conflict,
                Outcome::Stored(2, None)
            ]
        );
    }

    #[test]
    fn audit_events_get_indices_and_duplicates_the_first_receipt() {
        let store = MemoryStore::default();
        let audit = |id: &str| {
            let json = format!(r#"{{"stream":"audit","id":"{id}","action":"model.disabled"}}"#);
            Write::Append(Event::from_stored(&json).unwrap())
        };
        let batch = vec![
            audit("a"),
            Write::Append(call("a", "2026-03-01T10:00:00Z", "")),
            audit("b"),
        ];
        let receipts = |found: &[Outcome]| -> Vec<Option<Receipt>> {
            found.iter().map(|outcome| outcome.receipt()).collect()
        };
        let first = receipts(&outcomes(&store, batch));
        let indices = first
            .iter()
            .map(|receipt| receipt.map(|receipt| receipt.ledger_index));
        assert!(indices.eq([Some(0), None, Some(1)]));
        let real = |hash| Receipt {
            ledger_index: 1,
            leaf_hash: LeafHash([hash; 32]),
        };
        store.learn(real(7));
        store.learn(real(8));
        let again = receipts(&outcomes(&store, vec![audit("b"), audit("a")]));
        assert_eq!(again, [Some(real(7)), first[0]]);
    }

    #[test]
    fn the_halves_of_a_call_meet_across_midnight() {
        let store = MemoryStore::default();
        let log = call(
            "a",
            "2026-03-02T00:00:01Z",
            r#","provisional":true,"content":"hi""#,
        );
        let span = call("a", "2026-03-01T23:59:59Z", r#","outcome":"success""#);
        let late = call("a", "2026-03-04T00:00:01Z", "");
        let batch = [&log, &span, &span, &log, &late].map(|event| Write::Amend(event.clone()));
        assert_eq!(
            outcomes(&store, batch.to_vec()),
            [
                Outcome::Stored(1, None),
                Outcome::Amended(1),
                Outcome::Duplicate(None),
                Outcome::Duplicate(None),
                Outcome::Stored(2, None)
            ]
        );
        let found = block_on(store.get(Query::all(Stream::Usage), "a".into())).unwrap();
        assert_eq!(found.unwrap().time, late.time);
        assert_eq!(
            outcomes(&store, vec![Write::Append(log)]),
            [Outcome::Stored(3, None)],
            "the event has left this day"
        );
    }

    #[test]
    fn what_is_absent_comes_last_in_both_directions() {
        let store = MemoryStore::default();
        let events = [
            call("none", "2026-03-01T01:00:00Z", ""),
            call("low", "2026-03-01T02:00:00Z", r#","cost":1,"request":[1]"#),
            call("high", "2026-03-01T03:00:00Z", r#","cost":2"#),
        ];
        outcomes(&store, events.map(Write::Append).to_vec());
        let ids = |descending| {
            let field = catalogue::field(Stream::Usage, "cost");
            let page = block_on(store.list(ListRequest {
                query: Query::all(Stream::Usage),
                sort: Sort { field, descending },
                offset: 0,
                limit: 9,
            }))
            .unwrap();
            assert!(
                page.events
                    .iter()
                    .all(|event| event.json("request").is_none())
            );
            page.events
                .into_iter()
                .map(|event| event.id.into())
                .collect::<Vec<String>>()
        };
        assert_eq!(ids(false), ["low", "high", "none"]);
        assert_eq!(ids(true), ["high", "low", "none"]);
    }
}
