//! A log store in memory: one vector, searched from end to end for every question. It is the
//! yardstick of every other store, so plainness goes before speed everywhere. An event's `seq` is
//! counted from 1 and never given twice, even when its event has been removed. Audit events get the
//! indices of a ledger that it does not have: their leaf hashes are made up, until it learns those
//! of the store it is compared with.

mod kept;

use crate::aggregates;
use crate::evaluate;
use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::ledger::Receipt;
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, BoxFuture, EraseRequest, Histogram, HistogramRequest, Outcome,
    Page, Progress, RemoveRequest, ScanRequest, ScanStep, Stats, StoreResult, TimelineRequest,
    Values, Write, stream_index,
};
use daybook_model::table::Table;
use daybook_model::{Event, Field, Ledger, ListRequest, LogStore, Query, Stream};
use kept::{Kept, count_values};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A log store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    kept: Mutex<Kept>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::ledger::LeafHash;
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
