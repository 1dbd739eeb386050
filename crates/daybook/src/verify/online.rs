//! Compares what the store has of audit events, online and archived, with the ledger that was verified
//! before: each event's leaf is computed anew and must be the one in its place, and none may be missing.

use super::directory::Directory;
use daybook_archive::Depot;
use daybook_archive::ids::LedgerPlace;
use daybook_ledger::body::Bodies;
use daybook_ledger::bundle::Entries;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::verify::{Finding, Place, Report, find};
use daybook_ledger::{Body, Part, Tile, leaf_hash};
use daybook_model::ledger::Receipt;
use daybook_model::{Event, StoreError};
use daybook_store::ledger::{Stored, difference, stored_events};
use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Bundles that are kept: events come in the order of their arrival, most of them.
const BUNDLES_KEPT: usize = 64;

/// What came out.
#[derive(Default)]
pub(super) struct Compared {
    /// Events that are the same here and there.
    pub(super) equal: u64,
    /// How many of them are archived.
    pub(super) archived: u64,
    /// Events that are not kept any more, of which the hashes are the same.
    pub(super) expired: u64,
    /// The first that is not.
    pub(super) wrong: Option<Finding>,
}

/// Compares the events of a store, as far as the ledger of a report has them.
pub(super) fn compare(
    events: &Path,
    archive: Arc<dyn Depot>,
    ledger: &Directory,
    report: &Report,
) -> Result<Compared, StoreError> {
    let size = report.size;
    let mut comparison = Comparison {
        ledger,
        size,
        seen: vec![0; usize::try_from(size.div_ceil(64)).unwrap_or(usize::MAX)],
        bundles: VecDeque::new(),
    };
    let mut compared = Compared::default();
    // The least index counts: events of a partition are not in the order of the ledger.
    let mut wrong: Option<(u64, Finding)> = None;
    let mut note = |index: u64, id: Option<String>, what: String| match &wrong {
        Some((least, _)) if *least <= index => {}
        _ => {
            let place = Place::Event(index, id);
            wrong = Some((index, Finding { place, what }));
        }
    };
    stored_events(events, archive, |stored| {
        let (events, archived) = match stored {
            Stored::Online(events) => (events, false),
            Stored::Archived(events) => (events, true),
            Stored::Expired(place) => {
                match comparison.expired(place)? {
                    None => compared.expired += 1,
                    Some(what) => note(place.index, None, what),
                }
                return Ok(true);
            }
        };
        for event in events {
            let Some(receipt) = Receipt::of(event).filter(|it| it.ledger_index < size) else {
                // From before the ledger, or from after the checkpoint.
                continue;
            };
            match comparison.differs(event, receipt)? {
                None => {
                    compared.equal += 1;
                    compared.archived += u64::from(archived);
                }
                Some(what) => note(receipt.ledger_index, Some(event.id.to_string()), what),
            }
        }
        Ok(true)
    })?;
    if let Some(index) = comparison.first_missing(&report.gaps) {
        note(index, None, "is missing from the store".into());
    }
    compared.wrong = wrong.map(|(_, finding)| finding);
    Ok(compared)
}

struct Comparison<'d> {
    ledger: &'d Directory,
    size: u64,
    /// One bit for each index.
    seen: Vec<u64>,
    bundles: VecDeque<Bundle>,
}

/// What the ledger has of some events.
struct Bundle {
    index: u64,
    entries: Vec<Vec<u8>>,
    bodies: Vec<Body<'static>>,
}

impl Comparison<'_> {
    /// Whether this is the first event of the store in this place.
    fn see(&mut self, index: u64) -> bool {
        let (word, bit) = ((index / 64) as usize, 1 << (index % 64));
        let is_new = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
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

    /// What is wrong with what is known of an event that is not kept any more.
    fn expired(&mut self, place: LedgerPlace) -> Result<Option<String>, StoreError> {
        if place.index >= self.size {
            return Ok(None);
        }
        if !self.see(place.index) {
            return Ok(Some("stands in the store twice".into()));
        }
        let bundle = self.bundle(place.index / u64::from(TILE_WIDTH))?;
        let entry = bundle
            .entries
            .get((place.index % u64::from(TILE_WIDTH)) as usize);
        let same = entry.is_some_and(|entry| leaf_hash(entry).0 == place.leaf_hash);
        Ok((!same).then(|| "had another `leaf_hash` when it was archived".into()))
    }

    fn differs(&mut self, event: &Event, receipt: Receipt) -> Result<Option<String>, StoreError> {
        let index = receipt.ledger_index;
        if !self.see(index) {
            return Ok(Some("stands in the store twice".into()));
        }
        let bundle = self.bundle(index / u64::from(TILE_WIDTH))?;
        let at = (index % u64::from(TILE_WIDTH)) as usize;
        let (Some(entry), Some(body)) = (bundle.entries.get(at), bundle.bodies.get(at)) else {
            return Ok(Some("stands in the store alone".into()));
        };
        if leaf_hash(entry).0 != receipt.leaf_hash.0 {
            return Ok(Some("stands in the store with another `leaf_hash`".into()));
        }
        Ok(difference(event, entry, body))
    }

    fn bundle(&mut self, index: u64) -> Result<&Bundle, StoreError> {
        if let Some(at) = self.bundles.iter().position(|bundle| bundle.index == index) {
            return Ok(&self.bundles[at]);
        }
        let tile = Tile::in_tree(0, index, self.size);
        let unread = || StoreError::Damaged(format!("the ledger has no bundle {index}"));
        let tile = tile.ok_or_else(unread)?;
        let read = |part: Part| {
            let found = find(self.ledger, part);
            let found = found.map_err(|e| StoreError::Unavailable(format!("{part}: {e}")))?;
            let missing = || StoreError::Damaged(format!("{part} is missing"));
            found.map(|(_, file)| file).ok_or_else(missing)
        };
        let (entries, bodies) = (read(Part::Entries(tile))?, read(Part::Bodies(tile))?);
        let kept = |body: Body<'_>| match body {
            Body::Kept { salt, bytes } => Body::Kept {
                salt,
                bytes: bytes.into_owned().into(),
            },
            Body::Erased => Body::Erased,
        };
        if self.bundles.len() == BUNDLES_KEPT {
            self.bundles.pop_back();
        }
        self.bundles.push_front(Bundle {
            index,
            entries: Entries::new(&entries)
                .flatten()
                .map(<[u8]>::to_vec)
                .collect(),
            bodies: Bodies::new(&bodies).flatten().map(kept).collect(),
        });
        Ok(&self.bundles[0])
    }
}
