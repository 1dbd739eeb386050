//! Reading the ledger's files as of some size. Nothing is given out that the tree does not vouch for: a
//! full tile must lead to the right edge, which is in memory and was compared with what was signed;
//! leaves must have the hashes of their tile, and bodies must be what their leaves commit to.

use super::bodies;
use super::edge::Edge;
use crate::error::internal;
use daybook_ledger::body::Bodies;
use daybook_ledger::tile::{TILE_WIDTH, decode_hashes, encode_hashes};
use daybook_ledger::tree::TileError;
use daybook_ledger::verify::Source;
use daybook_ledger::{Body, Hash, HashReader, Leaf, Part, Tile, Tree, bundle};
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
        let Some(tile) = part.tile() else {
            return false;
        };
        let whole = self.whole(tile);
        whole.is_some_and(|whole| whole.width() >= tile.width())
    }

    /// The bytes of a part that the tree has.
    pub(crate) fn bytes(&self, part: Part) -> Result<Vec<u8>, StoreError> {
        match part {
            Part::Hashes(tile) => Ok(encode_hashes(&self.hashes(tile)?)),
            Part::Entries(tile) => self.entries(tile),
            Part::Bodies(tile) => self.bodies(tile),
            Part::Checkpoint => Err(internal("a checkpoint is no part of the tree")),
        }
    }

    /// The tile of this tree in a place.
    fn whole(&self, tile: Tile) -> Option<Tile> {
        Tile::in_tree(tile.level(), tile.index(), self.edge.size())
    }

    /// The leaves of a bundle.
    fn entries(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let (mut bytes, width) = self.entries_there(tile)?;
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
        let mut bytes = self.bodies_there(tile)?;
        let damaged = |why: &dyn std::fmt::Display| damaged(Part::Bodies(tile.full()), why);
        let length = bodies::bytes_of(&bytes, tile.width().into());
        bytes.truncate(length.map_err(|why| damaged(&why))?);
        check_bodies(&self.entries(tile)?, &bytes, tile.width()).map_err(|why| damaged(&why))?;
        Ok(bytes)
    }

    /// The leaf at an index, and its body. Only these are checked: their bundle may hold 255 others.
    pub(crate) fn entry(&self, index: u64) -> Result<(Vec<u8>, Body<'static>), StoreError> {
        let place = (index % u64::from(TILE_WIDTH)) as u16;
        let tile = Tile::new(0, index / u64::from(TILE_WIDTH), place + 1);
        let tile = tile.ok_or_else(|| internal("no tile has this index"))?;
        let place = usize::from(place);
        let (leaves, bodies) = (Part::Entries(tile.full()), Part::Bodies(tile.full()));
        let (entries, width) = self.entries_there(tile)?;
        let entries = bundle::entries(&entries, width).map_err(|why| damaged(leaves, &why))?;
        let leaf = entries.get(place).copied();
        let leaf = leaf.ok_or_else(|| damaged(leaves, &"it has too few leaves"))?;
        if self.hashes(tile)?.get(place) != Some(&daybook_ledger::leaf_hash(leaf)) {
            return Err(damaged(
                leaves,
                &"its leaves have other hashes than the tile",
            ));
        }
        let bundle = self.bodies_there(tile)?;
        let body = Bodies::new(&bundle).nth(place);
        let body = body.ok_or_else(|| damaged(bodies, &"it has too few bodies"))?;
        let body = body.map_err(|why| damaged(bodies, &why))?;
        let parsed = Leaf::parse(leaf).map_err(|why| damaged(leaves, &why))?;
        agrees(&body, &parsed).map_err(|why| damaged(bodies, &why))?;
        let body = match body {
            Body::Kept { salt, bytes } => Body::Kept {
                salt,
                bytes: bytes.into_owned().into(),
            },
            Body::Erased => Body::Erased,
        };
        Ok((leaf.to_vec(), body))
    }

    /// The bundle of leaves there is in a place, unchecked, and how many it has.
    fn entries_there(&self, tile: Tile) -> Result<(Vec<u8>, u16), StoreError> {
        match self.edge.is_last_bundle(tile.index()) {
            true => Ok((self.edge.entries.clone(), self.last_width())),
            false => Ok((self.read(Part::Entries(tile.full()))?, TILE_WIDTH)),
        }
    }

    /// Their bodies, unchecked.
    fn bodies_there(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        match self.edge.is_last_bundle(tile.index()) {
            true => Ok(self.edge.bodies.clone()),
            false => self.read(Part::Bodies(tile.full())),
        }
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

/// For who compares: every part that the tree has, however it is kept.
impl Source for View {
    type Error = StoreError;

    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, StoreError> {
        self.has(part).then(|| self.bytes(part)).transpose()
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
    let bodies: Result<Vec<_>, _> = Bodies::new(bodies).collect();
    let bodies = bodies.map_err(|e| e.to_string())?;
    if bodies.len() != leaves.len() {
        return Err(format!(
            "it has {} bodies for {} leaves",
            bodies.len(),
            leaves.len()
        ));
    }
    for (leaf, body) in leaves.into_iter().zip(bodies) {
        let leaf = Leaf::parse(leaf).map_err(|e| e.to_string())?;
        agrees(&body, &leaf)?;
    }
    Ok(())
}

fn agrees(body: &Body<'_>, leaf: &Leaf<'_>) -> Result<(), String> {
    match body.matches(leaf) {
        Some(false) => Err(format!(
            "the body of {:?} is not the one its leaf commits to",
            leaf.id
        )),
        _ => Ok(()),
    }
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
