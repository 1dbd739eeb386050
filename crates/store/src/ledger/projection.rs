//! Compares what the store has of audit events, online and archived, with a ledger that was verified
//! before: each event's leaf and body are made anew and must be those in its place, and none may be missing.

use super::online::{Stored, difference};
use daybook_ledger::body::Bodies;
use daybook_ledger::bundle::Entries;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::verify::{Source, find};
use daybook_ledger::{Part, Tile};
use daybook_model::ledger::{Comparison, Difference, Receipt};
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, StoreError};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

/// Expired events that are compared together.
const TOGETHER: usize = 32_768;

/// Notes what differs. Events of a partition are not in the order of the ledger, so the least index
/// counts, and before all an event that has none.
fn note(comparison: &mut Comparison, index: Option<u64>, id: Option<String>, what: String) {
    let first = &mut comparison.first_difference;
    if first.as_ref().is_none_or(|first| index < first.index) {
        *first = Some(Difference { index, id, what });
    }
}

fn add(comparison: &mut Comparison, other: Comparison) {
    comparison.equal += other.equal;
    comparison.archived += other.archived;
    comparison.expired += other.expired;
    comparison.newer += other.newer;
    if let Some(Difference { index, id, what }) = other.first_difference {
        note(comparison, index, id, what);
    }
}

/// What the store has of one place of the ledger.
struct Placed<'e> {
    index: u64,
    leaf_hash: [u8; 32],
    /// None when it is not kept any more.
    event: Option<&'e Event>,
    archived: bool,
}

impl<'e> Placed<'e> {
    fn of(event: &'e Event, archived: bool) -> Option<Self> {
        let receipt = Receipt::of(event)?;
        Some(Self {
            index: receipt.ledger_index,
            leaf_hash: receipt.leaf_hash.0,
            event: Some(event),
            archived,
        })
    }

    const fn bundle(&self) -> u64 {
        self.index / TILE_WIDTH as u64
    }

    fn id(&self) -> Option<String> {
        self.event.map(|event| event.id.to_string())
    }
}

/// What a ledger is asked for when its events are compared with the store's.
#[derive(Debug)]
pub struct Compared<'s, S> {
    /// Its files, which were verified.
    pub ledger: &'s S,
    /// How many events it has.
    pub size: u64,
    /// Indices of which it has only the hashes.
    pub gaps: &'s [Range<u64>],
    /// How many threads compare.
    pub threads: NonZeroUsize,
}

/// Compares the events that `give_all` gives one group after the other, which are all of a store, with
/// a ledger. Events after its checkpoint are passed over.
///
/// # Errors
/// Those of `give_all`; [`StoreError`] when a file of the ledger cannot be read.
pub fn compare_events<S: Source>(
    with: &Compared<'_, S>,
    give_all: impl FnOnce(&mut dyn FnMut(Stored) -> StoreResult<bool>) -> StoreResult<()>,
) -> StoreResult<Comparison> {
    let mut run = Run {
        with,
        seen: vec![0; usize::try_from(with.size.div_ceil(64)).unwrap_or(usize::MAX)],
        expired: Vec::new(),
        comparison: Comparison::default(),
    };
    match with.threads.get() {
        1 => give_all(&mut |stored| run.take(stored).map(|()| true))?,
        _ => reading_ahead(&mut run, give_all)?,
    }
    run.end()
}

/// Compares events while the next ones are read.
fn reading_ahead<S: Source>(
    run: &mut Run<'_, '_, S>,
    give_all: impl FnOnce(&mut dyn FnMut(Stored) -> StoreResult<bool>) -> StoreResult<()>,
) -> StoreResult<()> {
    let (sender, receiver) = sync_channel(1);
    std::thread::scope(|scope| {
        let mut given = receiver.into_iter();
        let comparing = scope.spawn(move || given.try_for_each(|stored| run.take(stored)));
        // Who compares has failed when nobody takes it.
        let read = give_all(&mut |stored| Ok(sender.send(stored).is_ok()));
        drop(sender);
        comparing.join().map_err(panicked)??;
        read
    })
}

fn panicked<E>(_: E) -> StoreError {
    StoreError::Internal("a comparison panicked".into())
}

struct Run<'c, 's, S> {
    with: &'c Compared<'s, S>,
    /// One bit for each index.
    seen: Vec<u64>,
    expired: Vec<Placed<'static>>,
    comparison: Comparison,
}

impl<S: Source> Run<'_, '_, S> {
    fn take(&mut self, stored: Stored) -> StoreResult<()> {
        match stored {
            Stored::Online(events) => self.compare_stored(&events, false),
            Stored::Archived(events) => self.compare_stored(&events, true),
            Stored::Expired(place) => {
                self.expired.push(Placed {
                    index: place.index,
                    leaf_hash: place.leaf_hash,
                    event: None,
                    archived: true,
                });
                match self.expired.len() {
                    TOGETHER => self.compare_expired(),
                    _ => Ok(()),
                }
            }
        }
    }

    fn compare_stored(&mut self, events: &[Event], archived: bool) -> StoreResult<()> {
        let mut placed = Vec::with_capacity(events.len());
        for event in events {
            match Placed::of(event, archived) {
                Some(found) => placed.push(found),
                None => {
                    let (id, what) = (event.id.to_string(), "has no place in the ledger");
                    note(&mut self.comparison, None, Some(id), what.into());
                }
            }
        }
        self.compare(placed)
    }

    fn compare_expired(&mut self) -> StoreResult<()> {
        let expired = std::mem::take(&mut self.expired);
        self.compare(expired)
    }

    fn end(mut self) -> StoreResult<Comparison> {
        self.compare_expired()?;
        if let Some(index) = self.first_missing() {
            let what = "is missing from the store".into();
            note(&mut self.comparison, Some(index), None, what);
        }
        Ok(self.comparison)
    }

    /// Compares events in the order of the ledger: so each bundle is read once for many of them, however
    /// the store orders events, and several bundles are worked on at once.
    fn compare(&mut self, mut events: Vec<Placed<'_>>) -> StoreResult<()> {
        let all = events.len();
        events.retain(|placed| placed.index < self.with.size);
        self.comparison.newer += (all - events.len()) as u64;
        events.sort_by_key(|placed| placed.index);
        events.retain(|placed| self.see(placed));
        let by_bundle = events.chunk_by(|a, b| a.bundle() == b.bundle());
        let by_bundle: Vec<&[Placed<'_>]> = by_bundle.collect();
        let next = AtomicUsize::new(0);
        let (ledger, size) = (self.with.ledger, self.with.size);
        let work = || {
            let mut comparison = Comparison::default();
            while let Some(events) = by_bundle.get(next.fetch_add(1, Ordering::Relaxed)) {
                add(&mut comparison, compare_bundle(ledger, size, events)?);
            }
            Ok(comparison)
        };
        std::thread::scope(|scope| {
            let workers = (0..self.with.threads.get()).map(|_| scope.spawn(work));
            for worker in workers.collect::<Vec<_>>() {
                add(&mut self.comparison, worker.join().map_err(panicked)??);
            }
            Ok(())
        })
    }

    /// Whether this is the first event of the store in its place; another one is noted.
    fn see(&mut self, placed: &Placed<'_>) -> bool {
        let (word, bit) = ((placed.index / 64) as usize, 1 << (placed.index % 64));
        let is_new = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        if !is_new {
            let what = "stands in the store twice".into();
            note(&mut self.comparison, Some(placed.index), placed.id(), what);
        }
        is_new
    }

    /// The first place of which the store has nothing, though the ledger has more than its hash.
    fn first_missing(&self) -> Option<u64> {
        let mut index = 0;
        while index < self.with.size {
            let seen = self.seen[(index / 64) as usize] >> (index % 64);
            match self.with.gaps.iter().find(|gap| gap.contains(&index)) {
                Some(gap) => index = gap.end,
                None if seen & 1 == 0 => return Some(index),
                None => index += u64::from(seen.trailing_ones()),
            }
        }
        None
    }
}

/// Compares events that one bundle has, or should have.
fn compare_bundle<S: Source>(
    ledger: &S,
    size: u64,
    events: &[Placed<'_>],
) -> StoreResult<Comparison> {
    let index = events[0].bundle();
    let unread = || StoreError::Damaged(format!("the ledger has no bundle {index}"));
    let tile = Tile::in_tree(0, index, size).ok_or_else(unread)?;
    let read = |part: Part| {
        let found = find(ledger, part);
        let found = found.map_err(|e| StoreError::Unavailable(format!("{part}: {e}")))?;
        let missing = || StoreError::Damaged(format!("{part} is missing"));
        found.map(|(_, file)| file).ok_or_else(missing)
    };
    let (entries, bodies) = (read(Part::Entries(tile))?, read(Part::Bodies(tile))?);
    let hashes = read(Part::Hashes(tile))?;
    let hashes = hashes.as_chunks().0;
    let entries: Vec<_> = Entries::new(&entries).flatten().collect();
    let bodies: Vec<_> = Bodies::new(&bodies).flatten().collect();
    let mut comparison = Comparison::default();
    for placed in events {
        let at = (placed.index % u64::from(TILE_WIDTH)) as usize;
        let same = hashes.get(at).map(|hash| *hash == placed.leaf_hash);
        let differs = match (same, placed.event) {
            (Some(true), None) => None,
            (_, None) => Some("had another `leaf_hash` when it was archived".into()),
            (Some(false), _) => Some("stands in the store with another `leaf_hash`".into()),
            (_, Some(event)) => match (entries.get(at), bodies.get(at)) {
                (Some(entry), Some(body)) => difference(event, entry, body),
                _ => Some("stands in the store alone".into()),
            },
        };
        match (differs, placed.event) {
            (Some(what), _) => note(&mut comparison, Some(placed.index), placed.id(), what),
            (None, None) => comparison.expired += 1,
            (None, Some(_)) => {
                comparison.equal += 1;
                comparison.archived += u64::from(placed.archived);
            }
        }
    }
    Ok(comparison)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::edge::Edge;
    use crate::ledger::envelope::Sealed;
    use crate::ledger::view::View;
    use daybook_ledger::leaf_hash;
    use daybook_model::Stream;
    use daybook_model::catalogue::field;
    use daybook_model::ledger::LeafHash;

    /// Events and the ledger of them.
    fn made(count: u64) -> (Vec<Event>, View) {
        let mut edge = Edge::default();
        let event = |index: u64| {
            let json = format!(
                r#"{{"stream":"audit","id":"a{index}","time":"2026-03-01T10:00:00Z","action":"model.disabled","operation":"disable","result":"success","origin":"prod","ip":"192.0.2.1"}}"#
            );
            let mut event = Event::from_stored(&json).unwrap();
            let sealed = Sealed::new(&event, [7; 32]).unwrap();
            edge.push(&sealed, |_, _| ());
            let receipt = Receipt {
                ledger_index: index,
                leaf_hash: LeafHash(leaf_hash(&sealed.leaf).0),
            };
            receipt.put_into(&mut event);
            event
        };
        let events = (0..count).map(event).collect();
        (events, View::new("".as_ref(), edge))
    }

    fn compare(view: &View, size: u64, gaps: &[Range<u64>], events: &[Event]) -> Comparison {
        let with = Compared {
            ledger: view,
            size,
            gaps,
            threads: NonZeroUsize::MIN,
        };
        let give = |each: &mut dyn FnMut(Stored) -> StoreResult<bool>| {
            each(Stored::Online(events.to_vec())).map(drop)
        };
        let found = compare_events(&with, give).unwrap();
        let threads = NonZeroUsize::new(3).unwrap();
        let by_several = compare_events(&Compared { threads, ..with }, give);
        assert_eq!(by_several.unwrap(), found);
        found
    }

    #[test]
    fn the_first_event_that_is_not_the_ledgers_is_told() {
        let (events, view) = made(9);
        let first = |events: &[Event], gaps: &[Range<u64>]| {
            let compared = compare(&view, 8, gaps, events);
            compared.first_difference.map(|it| (it.index, it.what))
        };
        let compared = compare(&view, 8, &[], &events);
        assert_eq!((compared.equal, compared.newer), (8, 1));
        assert_eq!(first(&events, &[]), None);

        let missing = "is missing from the store".to_owned();
        let but_two: Vec<Event> = [&events[..2], &events[3..]].concat();
        assert_eq!(first(&but_two, &[]), Some((Some(2), missing)));
        let gap = 2..3;
        assert_eq!(first(&but_two, std::slice::from_ref(&gap)), None);

        let twice = [&events[..], &events[4..5]].concat();
        let what = "stands in the store twice".to_owned();
        assert_eq!(first(&twice, &[]), Some((Some(4), what)));

        let mut changed = events.clone();
        changed[6].set_text("ip", "192.0.2.9");
        changed[3].set_text("ip", "192.0.2.9");
        changed.reverse();
        let what = "stands in the store with another `ip`".to_owned();
        assert_eq!(first(&changed, &[]), Some((Some(3), what)));

        let mut unknown = changed[0].clone();
        unknown.take(field(Stream::Audit, "ledger_index"));
        let what = "has no place in the ledger".to_owned();
        assert_eq!(
            first(&[&events[..], &[unknown]].concat(), &[]),
            Some((None, what))
        );
    }
}
