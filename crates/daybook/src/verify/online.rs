//! Compares what the store shows of audit events with the ledger that was verified before: each event's
//! leaf is computed anew and must be the one in its place.

use super::directory::Directory;
use daybook_ledger::body::Bodies;
use daybook_ledger::bundle::Entries;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::verify::{Finding, Place, find};
use daybook_ledger::{Body, Part, Tile, leaf_hash};
use daybook_model::ledger::Receipt;
use daybook_model::{Event, StoreError};
use daybook_store::ledger::{difference, online_events};
use std::collections::VecDeque;
use std::path::Path;

/// Bundles that are kept: events come in the order of their arrival, most of them.
const BUNDLES_KEPT: usize = 64;

/// What came out.
pub(super) struct Compared {
    /// Events that are the same here and there.
    pub(super) equal: u64,
    /// The first that is not.
    pub(super) wrong: Option<Finding>,
}

/// Compares the events of a store, as far as a ledger of this size has them.
pub(super) fn compare(
    events: &Path,
    ledger: &Directory,
    size: u64,
) -> Result<Compared, StoreError> {
    let mut comparison = Comparison {
        ledger,
        size,
        seen: vec![0; usize::try_from(size.div_ceil(64)).unwrap_or(usize::MAX)],
        bundles: VecDeque::new(),
    };
    let mut equal = 0;
    // The least index counts: events of a partition are not in the order of the ledger.
    let mut wrong: Option<(u64, Finding)> = None;
    online_events(events, |events| {
        for event in events {
            let Some(receipt) = Receipt::of(event).filter(|it| it.ledger_index < size) else {
                // From before the ledger, or from after the checkpoint.
                continue;
            };
            match comparison.differs(event, receipt)? {
                None => equal += 1,
                Some(what) => {
                    let index = receipt.ledger_index;
                    let place = Place::Event(index, Some(event.id.to_string()));
                    let finding = Finding { place, what };
                    match &wrong {
                        Some((least, _)) if *least <= index => {}
                        _ => wrong = Some((index, finding)),
                    }
                }
            }
        }
        Ok(true)
    })?;
    let wrong = wrong.map(|(_, finding)| finding);
    Ok(Compared { equal, wrong })
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
    fn differs(&mut self, event: &Event, receipt: Receipt) -> Result<Option<String>, StoreError> {
        let index = receipt.ledger_index;
        let (word, bit) = ((index / 64) as usize, 1 << (index % 64));
        if self.seen[word] & bit != 0 {
            return Ok(Some("stands in the store twice".into()));
        }
        self.seen[word] |= bit;
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
