//! The events of a store in memory, and every question answered by a look at all of them.

use crate::evaluate::{self, matches};
use daybook_model::catalogue::Catalogue;
use daybook_model::event::Form;
use daybook_model::field::Kind;
use daybook_model::ledger::{LeafHash, Receipt};
use daybook_model::logstore::{
    ArchiveRequest, ArchivedPeriod, Bucket, EraseRequest, Histogram, HistogramRequest, Outcome,
    Page, Progress, Removal, RemoveRequest, StoreResult, TimelineRequest, Write,
};
use daybook_model::{Event, Field, ListRequest, Period, Query, Stream, Value, limits};
use std::collections::BTreeMap;

/// What a store has.
#[derive(Debug, Default, Clone)]
pub(super) struct Kept {
    pub(super) events: Vec<Stored>,
    last_seq: i64,
    /// The leaf hashes of audit events, by ledger index; a salt decides them, so they can only be
    /// learned.
    leaf_hashes: Vec<Option<LeafHash>>,
}

/// An event of a store.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) event: Event,
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

impl Kept {
    pub(super) fn write(&mut self, write: Write) -> Outcome {
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

    pub(super) fn known(&self, receipt: Receipt) -> Receipt {
        let index = usize::try_from(receipt.ledger_index).ok();
        let learned = index.and_then(|index| *self.leaf_hashes.get(index)?);
        Receipt {
            leaf_hash: learned.unwrap_or(receipt.leaf_hash),
            ..receipt
        }
    }

    pub(super) fn learn(&mut self, receipt: Receipt) {
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

    pub(super) fn online(&self) -> impl Iterator<Item = &Stored> {
        let events = self.events.iter();
        events.filter(|stored| stored.place == Place::Online)
    }

    pub(super) fn matching(&self, query: &Query) -> Vec<Event> {
        let events = self.online().map(|stored| &stored.event);
        events
            .filter(|event| matches(query, event))
            .cloned()
            .collect()
    }

    /// Archived ones, too.
    pub(super) fn matching_anywhere(&self, query: &Query) -> Vec<Event> {
        let events = self.events.iter();
        let events = events.filter(|stored| stored.place != Place::Expired);
        let events = events.map(|stored| &stored.event);
        events
            .filter(|event| matches(query, event))
            .cloned()
            .collect()
    }

    pub(super) fn archive(&mut self, request: &ArchiveRequest) -> Progress {
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

    pub(super) fn archived(&self, stream: Stream) -> Vec<ArchivedPeriod> {
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

    pub(super) fn list(&self, request: &ListRequest) -> Page {
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

    pub(super) fn timeline(&self, request: &TimelineRequest) -> Page {
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

    pub(super) fn remove(&mut self, request: RemoveRequest) -> StoreResult<Progress> {
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

    pub(super) fn erase(&mut self, request: &EraseRequest) -> StoreResult<Progress> {
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

    pub(super) fn histogram(&self, request: &HistogramRequest) -> Histogram {
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
pub(super) fn count_values(events: &[Event], field: &Field) -> Vec<(Value, u64)> {
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
