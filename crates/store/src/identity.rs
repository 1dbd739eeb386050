//! Who is who: whether an event is new, a repeated delivery, a conflict or another report of a
//! known call. Ids are unique per origin and stream: for `audit` for ever, for the other streams
//! within the partition of their time, be it online or archived.

use crate::committer::Prepared;
use crate::head::{Entry, Masks, PartitionKey, partition_of};
use crate::partition::{CONTENT_HASH_MASK, Partition};
use crate::state::State;
use crate::wal::{Next, Record, RecordKind};
use daybook_archive::ids::{ERASED_CONTENT, LedgerPlace};
use daybook_model::event::Form;
use daybook_model::ledger::{LeafHash, Receipt};
use daybook_model::logstore::{Outcome, StoreResult};
use daybook_model::{Event, Stream, Timestamp, limits};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tantivy::DocAddress;

/// Judges the events of one commit against what is stored and against each other. It copies no
/// event that is stored as it came: at full speed the committer has no time for that.
#[derive(Debug)]
pub(crate) struct Identity<'a> {
    state: &'a State,
    writes: &'a [&'a Prepared],
    next: Next,
    pending: Vec<Admitted>,
    /// The last pending event with an id hash; `Admitted::older` leads to those before it.
    by_id: HashMap<u64, usize>,
}

/// An event about to be written.
#[derive(Debug)]
pub(crate) struct Admitted {
    seq: i64,
    content_hash: u64,
    kind: RecordKind,
    version: Version,
    /// Of an audit event.
    receipt: Option<Receipt>,
    older: Option<usize>,
}

#[derive(Debug)]
enum Version {
    /// The event of this write, as it came.
    Sent(usize),
    Amended(Box<Event>),
}

impl Admitted {
    /// The record to write, with its event's JSON. Takes what it needs of the writes that were
    /// judged.
    pub(crate) fn into_record(self, writes: &mut [Option<Prepared>]) -> (Record, String) {
        let (mut event, json, sealed) = match self.version {
            Version::Sent(at) => {
                let sent = writes[at].take();
                let sent = sent.expect("invariant: a write is admitted once");
                (sent.event, sent.json, sent.sealed)
            }
            Version::Amended(event) => {
                let json = event.to_json(Form::Whole);
                (*event, json, None)
            }
        };
        event.seq = self.seq;
        if let Some(receipt) = self.receipt {
            receipt.put_into(&mut event);
        }
        let (kind, content_hash) = (self.kind, self.content_hash);
        (
            Record {
                kind,
                content_hash,
                event,
                sealed,
            },
            json,
        )
    }
}

/// A known event with the id in question.
struct Known {
    seq: i64,
    content_hash: u64,
    partition: PartitionKey,
    receipt: Option<Receipt>,
    place: Place,
}

impl Known {
    /// Whether an event of this content and its id is itself, delivered again.
    const fn is_repeated_by(&self, content_hash: u64) -> bool {
        self.content_hash == content_hash || self.content_hash == ERASED_CONTENT
    }
}

enum Place {
    Pending(usize),
    Head(Arc<Entry>),
    Partition(Arc<Partition>, DocAddress),
    /// What is archived does not change any more; only its hashes are known here.
    Archived,
}

impl<'a> Identity<'a> {
    /// A judge of these writes over this state; new events get these numbers, and those after them.
    pub(crate) fn new(state: &'a State, writes: &'a [&'a Prepared], next: Next) -> Self {
        Self {
            state,
            writes,
            next,
            pending: Vec::new(),
            by_id: HashMap::with_capacity(writes.len()),
        }
    }

    /// What becomes of each write, in order.
    pub(crate) fn admit_all(&mut self) -> StoreResult<Vec<Outcome>> {
        (0..self.writes.len()).map(|at| self.admit(at)).collect()
    }

    /// What to write, and the next free numbers.
    pub(crate) fn into_admitted(self) -> (Vec<Admitted>, Next) {
        (self.pending, self.next)
    }

    fn admit(&mut self, at: usize) -> StoreResult<Outcome> {
        let write = self.writes[at];
        let mut known = self.find(write)?;
        if !write.amends {
            let content_hash = write.content_hash & CONTENT_HASH_MASK;
            let mut same = known.iter();
            return Ok(
                match same.find(|known| known.is_repeated_by(content_hash)) {
                    Some(known) => Outcome::Duplicate(known.receipt),
                    None if known.is_empty() => self.add(at),
                    None => Outcome::Conflict,
                },
            );
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
            None => Ok(self.add(at)),
            Some(known) => self.amend(known, write),
        }
    }

    fn add(&mut self, at: usize) -> Outcome {
        let write = self.writes[at];
        let seq = self.next.seq;
        self.next.seq += 1;
        let receipt = write.sealed.as_ref().map(|sealed| {
            let ledger_index = self.next.index;
            self.next.index += 1;
            Receipt {
                ledger_index,
                leaf_hash: sealed.leaf_hash,
            }
        });
        let admitted = Admitted {
            seq,
            content_hash: write.content_hash,
            kind: RecordKind::Append,
            version: Version::Sent(at),
            receipt,
            older: None,
        };
        self.push(write.id_hash, admitted);
        Outcome::Stored(seq, receipt)
    }

    fn push(&mut self, id_hash: u64, admitted: Admitted) {
        let older = self.by_id.insert(id_hash, self.pending.len());
        self.pending.push(Admitted { older, ..admitted });
    }

    fn event<'p>(&'p self, pending: &'p Admitted) -> &'p Event {
        match &pending.version {
            Version::Sent(at) => &self.writes[*at].event,
            Version::Amended(event) => event,
        }
    }

    fn amend(&mut self, known: Known, write: &Prepared) -> StoreResult<Outcome> {
        if known.content_hash == ERASED_CONTENT {
            // It would bring back what was erased.
            return Ok(Outcome::Duplicate(None));
        }
        let mut event = match &known.place {
            Place::Pending(at) => self.event(&self.pending[*at]).clone(),
            Place::Head(entry) => entry.event.clone(),
            Place::Partition(partition, address) => partition.whole_event(*address)?,
            Place::Archived => {
                let content_hash = write.content_hash & CONTENT_HASH_MASK;
                return Ok(match known.is_repeated_by(content_hash) {
                    true => Outcome::Duplicate(None),
                    false => Outcome::Conflict,
                });
            }
        };
        let before = event.time;
        if !event.amend_with(&write.event) {
            return Ok(Outcome::Duplicate(None));
        }
        let hash = crate::head::id_hash(&event);
        let version = Version::Amended(Box::new(event));
        if let Place::Pending(at) = known.place {
            // Not written yet, so still what it was: a new event or a version of an old one.
            self.pending[at].version = version;
        } else {
            let admitted = Admitted {
                seq: known.seq,
                content_hash: known.content_hash,
                kind: RecordKind::Replace { before },
                version,
                receipt: None,
                older: None,
            };
            self.push(hash, admitted);
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
        let last = self.by_id.get(&write.id_hash).copied();
        for at in std::iter::successors(last, |at| self.pending[*at].older) {
            let pending = &self.pending[at];
            let other = self.event(pending);
            if same(other) {
                add(Known {
                    seq: pending.seq,
                    content_hash: pending.content_hash & CONTENT_HASH_MASK,
                    partition: partition_of(other),
                    receipt: pending.receipt,
                    place: Place::Pending(at),
                });
            }
        }
        // After a move that was cut short a newer version may be in its partition already, and the one
        // that its head hides still in an older head.
        let mut masks: Vec<Arc<Masks>> = Vec::new();
        for head in self.state.heads.iter().rev() {
            for entry in head
                .find(write.id_hash)
                .into_iter()
                .filter(|entry| same(&entry.event))
            {
                let (seq, content_hash) = (entry.event.seq, entry.content_hash & CONTENT_HASH_MASK);
                let partition = partition_of(&entry.event);
                if is_hidden(&masks, partition, seq) {
                    continue;
                }
                add(Known {
                    seq,
                    content_hash,
                    partition,
                    receipt: Receipt::of(&entry.event),
                    place: Place::Head(entry),
                });
            }
            masks.extend(Some(head.masks()).filter(|masks| !masks.is_empty()));
        }
        let reach = Reach::of(write);
        for (_, partition) in self.state.partitions.range(reach.partitions()) {
            for (address, other, content_hash) in partition.find(&event.id)? {
                if same(&other) && !is_hidden(&masks, partition.key, other.seq) {
                    let place = Place::Partition(Arc::clone(partition), address);
                    let (seq, partition) = (other.seq, partition.key);
                    add(Known {
                        seq,
                        content_hash,
                        partition,
                        receipt: Receipt::of(&other),
                        place,
                    });
                }
            }
        }
        known.retain(|known| reach.holds(known.partition));
        known.extend(self.archived(event, &reach)?);
        Ok(known)
    }

    /// The same of what is archived.
    fn archived(
        &self,
        event: &Event,
        reach: &Reach,
    ) -> StoreResult<impl Iterator<Item = Known> + use<>> {
        let archived = self.state.archived.find(event, reach.partitions())?;
        Ok(archived.into_iter().map(|(partition, known)| Known {
            seq: 0,
            content_hash: known.content_hash,
            partition,
            receipt: known.ledger.map(receipt),
            place: Place::Archived,
        }))
    }
}

/// Whether one of these hides the version in a partition.
fn is_hidden(masks: &[Arc<Masks>], partition: PartitionKey, seq: i64) -> bool {
    masks.iter().any(|masks| masks.hide(partition, seq))
}

/// The receipt of an archived event.
const fn receipt(place: LedgerPlace) -> Receipt {
    Receipt {
        ledger_index: place.index,
        leaf_hash: LeafHash(place.leaf_hash),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Head;
    use crate::ledger::Salts;
    use daybook_model::logstore::Write;
    use std::collections::BTreeMap;

    fn call(time_us: i64, seq: i64) -> Event {
        let mut event = Event::new(Stream::Usage);
        (event.id, event.seq) = ("e0".into(), seq);
        event.time = Timestamp::from_us(time_us);
        event
    }

    /// Two heads were moved together, and a crash came when the second day had its new version, and the
    /// first day was not worked on yet. What comes next must not be merged with the old one.
    #[test]
    fn a_version_that_a_moved_one_has_replaced_is_not_found() {
        let (first, second) = (Timestamp::DAY_US * 20_000, Timestamp::DAY_US * 19_999);
        let record = |kind, event| Record {
            kind,
            content_hash: 0,
            event,
            sealed: None,
        };
        let heads: Vec<Arc<Head>> = [1, 2, 3]
            .map(|generation| Arc::new(Head::new(generation, Next::FIRST)))
            .into();
        heads[0].apply([record(RecordKind::Append, call(first, 1))]);
        let before = Timestamp::from_us(first);
        let newer = call(second, 1);
        let moved = partition_of(&newer);
        heads[1].apply([record(RecordKind::Replace { before }, newer)]);
        let state = State {
            heads,
            partitions: BTreeMap::new(),
            archived: Arc::default(),
        };
        let other = Write::Amend(call(second, 0));
        let prepared = Prepared::new(other, &mut Salts::draw(0).unwrap()).unwrap();
        let find = || {
            let writes = [&prepared];
            let known = Identity::new(&state, &writes, Next::FIRST).find(&prepared);
            let known = known.unwrap().into_iter();
            known.map(|known| known.partition).collect::<Vec<_>>()
        };
        assert_eq!(find(), [moved]);
        state.heads[1].retain(|partition| partition != moved);
        assert_eq!(find(), [], "its day has it");
    }
}
