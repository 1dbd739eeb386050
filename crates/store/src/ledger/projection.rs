//! Compares what the store has of audit events, online and archived, with a ledger that was verified
//! before: each event's leaf is computed anew and must be the one in its place, and none may be missing.

use super::online::{Stored, difference, is_same};
use daybook_ledger::body::Bodies;
use daybook_ledger::bundle::Entries;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::verify::{Source, find};
use daybook_ledger::{Part, Tile, leaf_hash};
use daybook_model::ledger::{Comparison, Difference, Receipt};
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, StoreError};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Expired events that are compared together.
const TOGETHER: usize = 32_768;

/// Notes what differs. Events of a partition are not in the order of the ledger, so the least index
/// counts.
fn note(comparison: &mut Comparison, index: u64, id: Option<String>, what: String) {
    let first = &mut comparison.first_difference;
    if first.as_ref().is_none_or(|first| index < first.index) {
        *first = Some(Difference { index, id, what });
    }
}

fn add(comparison: &mut Comparison, other: Comparison) {
    comparison.equal += other.equal;
    comparison.archived += other.archived;
    comparison.expired += other.expired;
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
    give_all: impl FnOnce(&mut dyn FnMut(Stored<'_>) -> StoreResult<bool>) -> StoreResult<()>,
) -> StoreResult<Comparison> {
    let mut run = Run {
        with,
        seen: vec![0; usize::try_from(with.size.div_ceil(64)).unwrap_or(usize::MAX)],
        comparison: Comparison::default(),
    };
    let mut expired = Vec::new();
    give_all(&mut |stored| {
        let (events, archived) = match stored {
            Stored::Online(events) => (events, false),
            Stored::Archived(events) => (events, true),
            Stored::Expired(place) => {
                expired.push(Placed {
                    index: place.index,
                    leaf_hash: place.leaf_hash,
                    event: None,
                    archived: true,
                });
                if expired.len() == TOGETHER {
                    run.compare(std::mem::take(&mut expired))?;
                }
                return Ok(true);
            }
        };
        let placed = events.iter();
        let placed = placed.filter_map(|event| Placed::of(event, archived));
        run.compare(placed.collect())?;
        Ok(true)
    })?;
    run.compare(expired)?;
    if let Some(index) = run.first_missing() {
        let what = "is missing from the store".into();
        note(&mut run.comparison, index, None, what);
    }
    Ok(run.comparison)
}

struct Run<'c, 's, S> {
    with: &'c Compared<'s, S>,
    /// One bit for each index.
    seen: Vec<u64>,
    comparison: Comparison,
}

impl<S: Source> Run<'_, '_, S> {
    /// Compares events in the order of the ledger: so each bundle is read once for many of them, however
    /// the store orders events, and several bundles are worked on at once.
    fn compare(&mut self, mut events: Vec<Placed<'_>>) -> StoreResult<()> {
        // Others are from after the checkpoint.
        events.retain(|placed| placed.index < self.with.size);
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
                let panicked = |_| StoreError::Internal("a comparison panicked".into());
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
            note(&mut self.comparison, placed.index, placed.id(), what);
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
    let entries: Vec<_> = Entries::new(&entries).flatten().collect();
    let bodies: Vec<_> = Bodies::new(&bodies).flatten().collect();
    let mut comparison = Comparison::default();
    for placed in events {
        let at = (placed.index % u64::from(TILE_WIDTH)) as usize;
        if let (Some(event), Some(entry), Some(body)) =
            (placed.event, entries.get(at), bodies.get(at))
            && is_same(event, &placed.leaf_hash, entry, body)
        {
            comparison.equal += 1;
            comparison.archived += u64::from(placed.archived);
            continue;
        }
        let same = entries
            .get(at)
            .map(|entry| leaf_hash(entry).0 == placed.leaf_hash);
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
            (Some(what), _) => note(&mut comparison, placed.index, placed.id(), what),
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
        let give = |each: &mut dyn FnMut(Stored<'_>) -> StoreResult<bool>| {
            each(Stored::Online(events)).map(drop)
        };
        compare_events(&with, give).unwrap()
    }

    #[test]
    fn the_first_event_that_is_not_the_ledgers_is_told() {
        let (events, view) = made(9);
        let first = |events: &[Event], gaps: &[Range<u64>]| {
            let compared = compare(&view, 8, gaps, events);
            compared.first_difference.map(|it| (it.index, it.what))
        };
        assert_eq!(compare(&view, 8, &[], &events).equal, 8, "one came later");
        assert_eq!(first(&events, &[]), None);

        let missing = "is missing from the store".to_owned();
        let but_two: Vec<Event> = [&events[..2], &events[3..]].concat();
        assert_eq!(first(&but_two, &[]), Some((2, missing)));
        let gap = 2..3;
        assert_eq!(first(&but_two, std::slice::from_ref(&gap)), None);

        let twice = [&events[..], &events[4..5]].concat();
        let what = "stands in the store twice".to_owned();
        assert_eq!(first(&twice, &[]), Some((4, what)));

        let mut changed = events.clone();
        changed[6].set_text("ip", "192.0.2.9");
        changed[3].set_text("ip", "192.0.2.9");
        changed.reverse();
        let what = "stands in the store with another `ip`".to_owned();
        assert_eq!(first(&changed, &[]), Some((3, what)));
    }
}
