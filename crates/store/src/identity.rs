//! Who is who: whether an event is new, a repeated delivery, a conflict or another report of a
//! known call. Ids are unique per origin and stream: for `audit` for ever, for the other streams
//! within the partition of their time.

use crate::committer::Prepared;
use crate::head::{Entry, PartitionKey, partition_of};
use crate::partition::{CONTENT_HASH_MASK, Partition};
use crate::state::State;
use crate::wal::{Record, RecordKind};
use daybook_model::event::Form;
use daybook_model::logstore::{Outcome, StoreResult};
use daybook_model::{Event, Stream, Timestamp, limits};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tantivy::DocAddress;

/// Judges the events of one commit against what is stored and against each other.
#[derive(Debug)]
pub(crate) struct Identity<'a> {
    state: &'a State,
    next_seq: i64,
    pending: Vec<Pending>,
    by_id: HashMap<u64, Vec<usize>>,
}

/// An event about to be written.
#[derive(Debug)]
struct Pending {
    event: Event,
    content_hash: u64,
    kind: RecordKind,
    json: String,
}

/// A known event with the id in question.
struct Known {
    seq: i64,
    content_hash: u64,
    partition: PartitionKey,
    place: Place,
}

enum Place {
    Pending(usize),
    Head(Arc<Entry>),
    Partition(Arc<Partition>, DocAddress),
}

impl<'a> Identity<'a> {
    /// A judge over this state; new events get `seq` from `next_seq` on.
    pub(crate) fn new(state: &'a State, next_seq: i64) -> Self {
        Self {
            state,
            next_seq,
            pending: Vec::new(),
            by_id: HashMap::new(),
        }
    }

    /// The records to write, each with its event's JSON, and the next free `seq`.
    pub(crate) fn into_records(self) -> (Vec<(Record, String)>, i64) {
        let records = self.pending.into_iter().map(|entry| {
            let Pending {
                event,
                content_hash,
                kind,
                json,
            } = entry;
            (
                Record {
                    kind,
                    content_hash,
                    event,
                },
                json,
            )
        });
        (records.collect(), self.next_seq)
    }

    /// Decides about one event.
    pub(crate) fn admit(&mut self, write: &Prepared) -> StoreResult<Outcome> {
        let mut known = self.find(write)?;
        if !write.amends {
            return Ok(match known.as_slice() {
                [] => self.add(write),
                some if some
                    .iter()
                    .any(|known| known.content_hash == write.content_hash & CONTENT_HASH_MASK) =>
                {
                    Outcome::Duplicate
                }
                _ => Outcome::Conflict,
            });
        }
        // The day of the amendment itself, else the day before, else the day after: so a time that
        // is settled never brings an event into a day that has its id already.
        let day = partition_of(&write.event);
        known.sort_by_key(|known| match known.partition.cmp(&day) {
            Ordering::Equal => 0,
            Ordering::Less => 1,
            Ordering::Greater => 2,
        });
        match known.into_iter().next() {
            None => Ok(self.add(write)),
            Some(known) => self.amend(known, &write.event),
        }
    }

    fn add(&mut self, write: &Prepared) -> Outcome {
        let mut event = write.event.clone();
        event.seq = self.next_seq;
        self.next_seq += 1;
        let seq = event.seq;
        self.by_id
            .entry(write.id_hash)
            .or_default()
            .push(self.pending.len());
        let (content_hash, json) = (write.content_hash, write.json.clone());
        self.pending.push(Pending {
            event,
            content_hash,
            kind: RecordKind::Append,
            json,
        });
        Outcome::Stored(seq)
    }

    fn amend(&mut self, known: Known, other: &Event) -> StoreResult<Outcome> {
        let mut event = match &known.place {
            Place::Pending(at) => self.pending[*at].event.clone(),
            Place::Head(entry) => entry.event.clone(),
            Place::Partition(partition, address) => partition.whole_event(*address)?,
        };
        let before = event.time;
        if !event.amend_with(other) {
            return Ok(Outcome::Duplicate);
        }
        let json = event.to_json(Form::Whole);
        let content_hash = known.content_hash;
        if let Place::Pending(at) = known.place {
            // Not written yet, so still what it was: a new event or a version of an old one.
            let kind = self.pending[at].kind;
            self.pending[at] = Pending {
                event,
                content_hash,
                kind,
                json,
            };
        } else {
            let hash = crate::head::id_hash(&event);
            self.by_id.entry(hash).or_default().push(self.pending.len());
            let kind = RecordKind::Replace { before };
            self.pending.push(Pending {
                event,
                content_hash,
                kind,
                json,
            });
        }
        Ok(Outcome::Amended(known.seq))
    }

    /// All known events that this one may be the same as; newest version of each.
    fn find(&self, write: &Prepared) -> StoreResult<Vec<Known>> {
        let mut known: Vec<Known> = Vec::new();
        let mut add = |found: Known| {
            if known.iter().all(|known| known.seq != found.seq) {
                known.push(found);
            }
        };
        let event = &write.event;
        let same = |other: &Event| {
            other.id == event.id && other.stream == event.stream && other.origin() == event.origin()
        };
        for at in self.by_id.get(&write.id_hash).into_iter().flatten() {
            let Pending {
                event: other,
                content_hash,
                ..
            } = &self.pending[*at];
            if same(other) {
                add(Known {
                    seq: other.seq,
                    content_hash: content_hash & CONTENT_HASH_MASK,
                    partition: partition_of(other),
                    place: Place::Pending(*at),
                });
            }
        }
        for head in self.state.heads.iter().rev() {
            for entry in head
                .find(write.id_hash)
                .into_iter()
                .filter(|entry| same(&entry.event))
            {
                let (seq, content_hash) = (entry.event.seq, entry.content_hash & CONTENT_HASH_MASK);
                let partition = partition_of(&entry.event);
                add(Known {
                    seq,
                    content_hash,
                    partition,
                    place: Place::Head(entry),
                });
            }
        }
        let reach = Reach::of(write);
        for (_, partition) in self.state.partitions.range(reach.partitions()) {
            for (address, other, content_hash) in partition.find(&event.id)? {
                if same(&other) {
                    let place = Place::Partition(Arc::clone(partition), address);
                    let (seq, partition) = (other.seq, partition.key);
                    add(Known {
                        seq,
                        content_hash,
                        partition,
                        place,
                    });
                }
            }
        }
        known.retain(|known| reach.holds(known.partition));
        Ok(known)
    }
}

/// The partitions in which an id must be unique, or a call's other half may lie.
struct Reach {
    stream: Stream,
    from: Timestamp,
    to: Timestamp,
}

impl Reach {
    fn of(write: &Prepared) -> Self {
        let Event { stream, time, .. } = write.event;
        let (before, after) = match (stream, write.amends) {
            (Stream::Audit, _) => (i64::MIN, i64::MAX),
            (_, true) => (-limits::AMEND_WINDOW_US, limits::AMEND_WINDOW_US),
            (_, false) => (0, 0),
        };
        Self {
            stream,
            from: time.plus_us(before),
            to: time.plus_us(after),
        }
    }

    fn partitions(&self) -> RangeInclusive<PartitionKey> {
        let key = |time| (self.stream, self.stream.period(time));
        key(self.from)..=key(self.to)
    }

    fn holds(&self, partition: PartitionKey) -> bool {
        self.partitions().contains(&partition)
    }
}
