//! Reading the ledger's files as of some size. Nothing is given out that the tree does not vouch for: a
//! full tile must lead to the right edge, which is in memory and was compared with what was signed;
//! leaves must have the hashes of their tile, and bodies must be what their leaves commit to.

use super::bodies;
use super::edge::Edge;
use super::part::Part;
use daybook_ledger::leaf::commitment;
use daybook_ledger::tile::{TILE_WIDTH, decode_hashes, encode_hashes};
use daybook_ledger::tree::TileError;
use daybook_ledger::{Hash, HashReader, Leaf, Tile, Tree, bundle};
use daybook_model::StoreError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The ledger at some size.
#[derive(Debug, Clone)]
pub(crate) struct View {
    dir: PathBuf,
    pub(crate) edge: Arc<Edge>,
}

impl View {
    pub(crate) fn new(dir: &Path, edge: Edge) -> Self {
        Self {
            dir: dir.into(),
            edge: Arc::new(edge),
        }
    }

    /// Whether a tree of this size has the part.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.whole(part.tile())
            .is_some_and(|whole| whole.width() >= part.tile().width())
    }

    /// The bytes of a part that the tree has.
    pub(crate) fn bytes(&self, part: Part) -> Result<Vec<u8>, StoreError> {
        match part {
            Part::Hashes(tile) => Ok(encode_hashes(&self.hashes(tile)?)),
            Part::Entries(tile) => self.entries(tile),
            Part::Bodies(tile) => self.bodies(tile),
        }
    }

    /// The tile of this tree in a place.
    fn whole(&self, tile: Tile) -> Option<Tile> {
        Tile::in_tree(tile.level(), tile.index(), self.edge.size())
    }

    /// The leaves of a bundle.
    fn entries(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let (mut bytes, width) = match self.edge.is_last_bundle(tile.index()) {
            true => (self.edge.entries.clone(), self.last_width()),
            false => (self.read(Part::Entries(tile.full()))?, TILE_WIDTH),
        };
        let damaged = |why: &dyn std::fmt::Display| damaged(Part::Entries(tile.full()), why);
        let entries = bundle::entries(&bytes, width).map_err(|why| damaged(&why))?;
        let entries = &entries[..usize::from(tile.width()).min(entries.len())];
        let hashes: Vec<Hash> = entries
            .iter()
            .map(|leaf| daybook_ledger::leaf_hash(leaf))
            .collect();
        if hashes != self.hashes(tile)? {
            return Err(damaged(&"its leaves have other hashes than the tile"));
        }
        let length = entries.iter().map(|leaf| leaf.len() + 2).sum();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// The bodies of a bundle.
    fn bodies(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let mut bytes = match self.edge.is_last_bundle(tile.index()) {
            true => self.edge.bodies.clone(),
            false => self.read(Part::Bodies(tile.full()))?,
        };
        let damaged = |why: &dyn std::fmt::Display| damaged(Part::Bodies(tile.full()), why);
        let length = bodies::bytes_of(&bytes, tile.width().into());
        bytes.truncate(length.ok_or_else(|| damaged(&"it is cut short"))?);
        check_bodies(&self.entries(tile)?, &bytes, tile.width()).map_err(|why| damaged(&why))?;
        Ok(bytes)
    }

    fn last_width(&self) -> u16 {
        (self.edge.size() % u64::from(TILE_WIDTH)) as u16
    }

    fn read(&self, part: Part) -> Result<Vec<u8>, StoreError> {
        let path = self.dir.join(part.to_string());
        std::fs::read(path).map_err(|error| damaged(part, &error))
    }

    /// The right edge of an earlier size.
    pub(crate) fn edge_at(&self, size: u64) -> Result<Edge, StoreError> {
        let tree = Tree::rebuild(size, self).map_err(of_tree)?;
        let last = Tile::in_tree(0, size / u64::from(TILE_WIDTH), size);
        let (entries, bodies) = match last {
            Some(tile) => (self.entries(tile)?, self.bodies(tile)?),
            None => Default::default(),
        };
        Ok(Edge {
            tree,
            entries,
            bodies,
        })
    }
}

impl HashReader for View {
    type Error = StoreError;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, StoreError> {
        let (level, index, width) = (tile.level(), tile.index(), usize::from(tile.width()));
        if let Some(hashes) = self.edge.hashes(level, index) {
            return Ok(hashes.iter().copied().take(width).collect());
        }
        let part = Part::Hashes(tile.full());
        let bytes = self.read(part)?;
        let mut hashes = decode_hashes(tile.full(), &bytes)
            .ok_or_else(|| damaged(part, &"it has not the length of a tile"))?;
        let above = (level + 1, index / u64::from(TILE_WIDTH));
        let place = (index % u64::from(TILE_WIDTH)) as u16;
        let above = Tile::new(above.0, above.1, place + 1);
        let above = above.map(|above| self.hashes(above)).transpose()?;
        if above
            .as_ref()
            .and_then(|hashes| hashes.get(usize::from(place)))
            != Some(&root(&hashes))
        {
            return Err(damaged(part, &"its hashes are not those of the tree"));
        }
        hashes.truncate(width);
        Ok(hashes)
    }
}

/// Checks that bodies are what leaves commit to. What was erased is committed to for ever, and left out
/// here.
pub(crate) fn check_bodies(entries: &[u8], bodies: &[u8], width: u16) -> Result<(), String> {
    let leaves = bundle::entries(entries, width).map_err(|e| e.to_string())?;
    let bodies = bodies::read(bodies).ok_or("it is cut short")?;
    if bodies.len() != leaves.len() {
        return Err(format!(
            "it has {} bodies for {} leaves",
            bodies.len(),
            leaves.len()
        ));
    }
    for (leaf, body) in leaves.into_iter().zip(bodies) {
        let leaf = Leaf::parse(leaf).map_err(|e| e.to_string())?;
        if body.is_some_and(|body| commitment(body.salt, body.bytes) != leaf.body) {
            return Err(format!(
                "the body of {:?} is not the one its leaf commits to",
                leaf.id
            ));
        }
    }
    Ok(())
}

/// The root over the hashes of a full tile.
fn root(hashes: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    hashes.iter().for_each(|hash| tree.push(*hash));
    tree.root()
}

/// Why a tree could not be put together.
pub(crate) fn of_tree(error: TileError<StoreError>) -> StoreError {
    match error {
        TileError::Read(error) => error,
        other => StoreError::Damaged(format!("ledger: {other}")),
    }
}

/// Damage in a file of the ledger.
pub(crate) fn damaged(part: Part, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("ledger file {part}: {why}"))
}
