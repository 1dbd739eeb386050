//! The right edge of a ledger from its flushed files, at the start. What is given back was compared, file
//! with file: leaves with their hashes, bodies with their leaves, the last full files with the edge.

use super::edge::Edge;
use super::files::Files;
use super::view::{View, check_bodies, damaged, of_tree};
use daybook_ledger::tile::{TILE_WIDTH, decode_hashes};
use daybook_ledger::{Hash, HashReader, Part, Tile, Tree, bundle};
use daybook_model::StoreError;
use std::path::Path;

/// The right edge at a size up to which files were flushed.
///
/// # Errors
/// Names the file that is missing or damaged.
pub(crate) fn restore(dir: &Path, size: u64) -> Result<Edge, StoreError> {
    let flushed = Flushed(Files::new(dir));
    let mut edge = Edge {
        tree: Tree::rebuild(size, &flushed).map_err(of_tree)?,
        ..Edge::default()
    };
    let last = size / u64::from(TILE_WIDTH);
    if let Some(tile) = Tile::in_tree(0, last, size) {
        edge.entries = flushed.read(Part::Entries(tile))?;
        edge.bodies = flushed.read(Part::Bodies(tile))?;
        let wrong = |why: &dyn std::fmt::Display| damaged(Part::Entries(tile), why);
        let hashes = bundle::leaf_hashes(&edge.entries, tile.width()).map_err(|e| wrong(&e))?;
        if edge.hashes(0, last) != Some(&hashes) {
            let tile = Part::Hashes(tile);
            return Err(wrong(&format!("its leaves have other hashes than {tile}")));
        }
        check_bodies(&edge.entries, &edge.bodies, tile.width())
            .map_err(|why| damaged(Part::Bodies(tile), &why))?;
    }
    let view = View::new(dir, edge.clone());
    if let Some(full) = last
        .checked_sub(1)
        .and_then(|index| Tile::new(0, index, TILE_WIDTH))
    {
        view.bytes(Part::Bodies(full))?;
    }
    Ok(edge)
}

/// Partial tiles of exactly the width that is asked for.
struct Flushed(Files);

impl Flushed {
    fn read(&self, part: Part) -> Result<Vec<u8>, StoreError> {
        self.0.read(part).map_err(|error| damaged(part, &error))
    }
}

impl HashReader for Flushed {
    type Error = StoreError;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, StoreError> {
        let part = Part::Hashes(tile);
        let hashes = decode_hashes(tile, &self.read(part)?);
        hashes.ok_or_else(|| damaged(part, &"it has not the length of its tile"))
    }
}
