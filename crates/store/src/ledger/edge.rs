//! The right edge of the ledger in memory: the tree, and the bundles that are not full yet. Whatever a
//! partial file holds can be made from it.

use super::envelope::Sealed;
use daybook_ledger::bundle::push_entry;
use daybook_ledger::tile::{TILE_WIDTH, encode_hashes};
use daybook_ledger::{Body, Hash, Part, Tile, Tree};
use std::borrow::Cow;

/// The right edge at some size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) tree: Tree,
    /// The leaves of the last bundle, unless it is full.
    pub(crate) entries: Vec<u8>,
    /// Their bodies.
    pub(crate) bodies: Vec<u8>,
}

impl Edge {
    /// How many events there are.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Appends an event, and hands over each file that it fills.
    pub(crate) fn push(&mut self, sealed: &Sealed, mut full: impl FnMut(Part, Vec<u8>)) {
        let Self {
            tree,
            entries,
            bodies,
        } = self;
        push_entry(entries, &sealed.leaf).expect("invariant: a sealed leaf fits into a bundle");
        let body = Body::Kept {
            salt: sealed.salt,
            bytes: Cow::Borrowed(&sealed.body),
        };
        body.push_to(bodies)
            .expect("invariant: an event is below 4 GiB");
        tree.push_with(Hash(sealed.leaf_hash.0), |tile, hashes| {
            full(Part::Hashes(tile), encode_hashes(hashes));
            if tile.level() == 0 {
                full(Part::Entries(tile), std::mem::take(entries));
                full(Part::Bodies(tile), std::mem::take(bodies));
            }
        });
    }

    /// The files that are not full.
    pub(crate) fn partial_files(&self) -> impl Iterator<Item = (Part, Vec<u8>)> {
        self.tree.partial_tiles().flat_map(move |(tile, hashes)| {
            let bundles = [
                (Part::Entries(tile), self.entries.clone()),
                (Part::Bodies(tile), self.bodies.clone()),
            ];
            let beside = (tile.level() == 0).then_some(bundles);
            let hashes = (Part::Hashes(tile), encode_hashes(hashes));
            std::iter::once(hashes).chain(beside.into_iter().flatten())
        })
    }

    /// The hashes of a tile that is not full.
    pub(crate) fn hashes(&self, level: u8, index: u64) -> Option<&[Hash]> {
        let mut tiles = self.tree.partial_tiles();
        let here = |(tile, _): &(Tile, _)| (tile.level(), tile.index()) == (level, index);
        tiles.find(here).map(|(_, hashes)| hashes)
    }

    /// Whether the bundle at a place is the one that is not full yet.
    pub(crate) fn is_last_bundle(&self, index: u64) -> bool {
        index == self.size() / u64::from(TILE_WIDTH)
    }
}
