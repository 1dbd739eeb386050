//! Compares what the store has of audit events, online and archived, with the ledger that was verified
//! before: each event's leaf is computed anew and must be the one in its place, and none may be missing.

use super::directory::Directory;
use daybook_archive::Depot;
use daybook_ledger::body::Bodies;
use daybook_ledger::bundle::Entries;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::verify::{Finding, Place, Report, find};
use daybook_ledger::{Part, Tile, leaf_hash};
use daybook_model::ledger::Receipt;
use daybook_model::{Event, StoreError};
use daybook_store::ledger::{Stored, difference, stored_events};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Expired events that are compared together.
const TOGETHER: usize = 32_768;

/// What came out.
#[derive(Default)]
pub(super) struct Compared {
    /// Events that are the same here and there.
    pub(super) equal: u64,
    /// How many of them are archived.
    pub(super) archived: u64,
    /// Events that are not kept any more, of which the hashes are the same.
    pub(super) expired: u64,
    /// The first that is not: events of a partition are not in the order of the ledger, so the least
    /// index counts.
    wrong: Option<(u64, Finding)>,
}

impl Compared {
    /// The first event that is not the same.
    pub(super) fn wrong(&mut self) -> Option<Finding> {
        self.wrong.take().map(|(_, finding)| finding)
    }

    fn note(&mut self, index: u64, id: Option<String>, what: String) {
        if self.wrong.as_ref().is_none_or(|(least, _)| index < *least) {
            let place = Place::Event(index, id);
            self.wrong = Some((index, Finding { place, what }));
        }
    }

    fn add(&mut self, other: Self) {
        self.equal += other.equal;
        self.archived += other.archived;
        self.expired += other.expired;
        let wrong = self.wrong.take().into_iter().chain(other.wrong);
        self.wrong = wrong.min_by_key(|(index, _)| *index);
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

/// Compares the events of a store, as far as the ledger of a report has them.
pub(super) fn compare(
    events: &Path,
    archive: Arc<dyn Depot>,
    ledger: &Directory,
    report: &Report,
    threads: NonZeroUsize,
) -> Result<Compared, StoreError> {
    let size = report.size;
    let mut comparison = Comparison {
        ledger,
        size,
        threads,
        seen: vec![0; usize::try_from(size.div_ceil(64)).unwrap_or(usize::MAX)],
        compared: Compared::default(),
    };
    let mut expired = Vec::new();
    stored_events(events, archive, |stored| {
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
                    comparison.compare(std::mem::take(&mut expired))?;
                }
                return Ok(true);
            }
        };
        let placed = events.iter();
        let placed = placed.filter_map(|event| Placed::of(event, archived));
        comparison.compare(placed.collect())?;
        Ok(true)
    })?;
    comparison.compare(expired)?;
    if let Some(index) = comparison.first_missing(&report.gaps) {
        let what = "is missing from the store".into();
        comparison.compared.note(index, None, what);
    }
    Ok(comparison.compared)
}

struct Comparison<'d> {
    ledger: &'d Directory,
    size: u64,
    threads: NonZeroUsize,
    /// One bit for each index.
    seen: Vec<u64>,
    compared: Compared,
}

impl Comparison<'_> {
    /// Compares events in the order of the ledger: so each bundle is read once for many of them, however
    /// the store orders events, and several bundles are worked on at once.
    fn compare(&mut self, mut events: Vec<Placed<'_>>) -> Result<(), StoreError> {
        // Others are from after the checkpoint.
        events.retain(|placed| placed.index < self.size);
        events.sort_by_key(|placed| placed.index);
        events.retain(|placed| self.see(placed));
        let by_bundle = events.chunk_by(|a, b| a.bundle() == b.bundle());
        let by_bundle: Vec<&[Placed<'_>]> = by_bundle.collect();
        let next = AtomicUsize::new(0);
        let (ledger, size) = (self.ledger, self.size);
        let work = || {
            let mut compared = Compared::default();
            while let Some(events) = by_bundle.get(next.fetch_add(1, Ordering::Relaxed)) {
                compared.add(compare_bundle(ledger, size, events)?);
            }
            Ok(compared)
        };
        std::thread::scope(|scope| {
            let workers = (0..self.threads.get()).map(|_| scope.spawn(work));
            for worker in workers.collect::<Vec<_>>() {
                let panicked = |_| StoreError::Internal("a comparison panicked".into());
                self.compared.add(worker.join().map_err(panicked)??);
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
            self.compared.note(placed.index, placed.id(), what);
        }
        is_new
    }

    /// The first place of which the store has nothing, though the ledger has more than its hash.
    fn first_missing(&self, gaps: &[Range<u64>]) -> Option<u64> {
        let mut index = 0;
        while index < self.size {
            let seen = self.seen[(index / 64) as usize] >> (index % 64);
            match gaps.iter().find(|gap| gap.contains(&index)) {
                Some(gap) => index = gap.end,
                None if seen & 1 == 0 => return Some(index),
                None => index += u64::from(seen.trailing_ones()),
            }
        }
        None
    }
}

/// Compares events that one bundle has, or should have.
fn compare_bundle(
    ledger: &Directory,
    size: u64,
    events: &[Placed<'_>],
) -> Result<Compared, StoreError> {
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
    let mut compared = Compared::default();
    for placed in events {
        let at = (placed.index % u64::from(TILE_WIDTH)) as usize;
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
            (Some(what), _) => compared.note(placed.index, placed.id(), what),
            (None, None) => compared.expired += 1,
            (None, Some(_)) => {
                compared.equal += 1;
                compared.archived += u64::from(placed.archived);
            }
        }
    }
    Ok(compared)
}
