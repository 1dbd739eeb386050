//! Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2), computed from tiles here and
//! checked in [`verify`]. Nothing recurses.

mod verify;

pub use verify::{PROOF_HASHES_MAX, ProofInvalid, verify_consistency, verify_inclusion};

use crate::TREE_SIZE_MAX;
use crate::hash::Hash;
use crate::tile::{HashReader, Tile};
use crate::tree::{TileError, bag, read};
use std::collections::HashMap;

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The tree does not reach that far.
    #[error("a tree of {size} events has no proof for {wanted}")]
    Outside {
        /// The index of an event, or the size of an earlier tree.
        wanted: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tile could not be read.
    #[error(transparent)]
    Tile(#[from] TileError<E>),
}

/// The inclusion proof of event `index` in the tree of `size` events: the leaf's sibling first.
///
/// # Errors
///
/// [`ProofError`]: `index` must be below `size`, and the tiles of that size must be readable.
pub fn inclusion<R: HashReader + ?Sized>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<R::Error>> {
    Prover::new(reader, size).inclusion(index)
}

/// Makes proofs in one tree. What several of them have in common is read and computed once, and kept: use
/// one for events beside each other.
#[derive(Debug)]
pub struct Prover<'r, R: ?Sized> {
    tiles: Tiles<'r, R>,
    /// By the first event of a range and the one after its last.
    roots: HashMap<(u64, u64), Hash>,
}

impl<'r, R: HashReader + ?Sized> Prover<'r, R> {
    /// For the tree of `size` events.
    pub fn new(reader: &'r R, size: u64) -> Self {
        let read = Vec::new();
        Self {
            tiles: Tiles { reader, size, read },
            roots: HashMap::new(),
        }
    }

    /// The inclusion proof of an event: the leaf's sibling first.
    ///
    /// # Errors
    ///
    /// [`ProofError`]: `index` must be below the size, and the tiles must be readable.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
        let size = self.tiles.size;
        let wanted = index;
        if index >= size || size > TREE_SIZE_MAX {
            return Err(ProofError::Outside { wanted, size });
        }
        let mut ranges = Vec::new();
        let (mut start, mut end) = (0, size);
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                ranges.push((middle, end));
                end = middle;
            } else {
                ranges.push((start, middle));
                start = middle;
            }
        }
        self.roots(&ranges)
    }

    /// The roots over ranges of events, the last range first.
    fn roots(&mut self, ranges: &[(u64, u64)]) -> Result<Vec<Hash>, ProofError<R::Error>> {
        let ranges = ranges.iter().rev();
        ranges.map(|range| self.root(*range)).collect()
    }

    fn root(&mut self, range: (u64, u64)) -> Result<Hash, ProofError<R::Error>> {
        if let Some(root) = self.roots.get(&range) {
            return Ok(*root);
        }
        let root = self.tiles.root(range.0, range.1)?;
        self.roots.insert(range, root);
        Ok(root)
    }
}

/// The consistency proof between the trees of `old` and of `size` events. Empty where nothing is to
/// be shown: for an empty old tree, and for equal sizes.
///
/// # Errors
///
/// [`ProofError`]: `old` must be at most `size`, and the tiles of that size must be readable.
pub fn consistency<R: HashReader + ?Sized>(
    reader: &R,
    old: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if old > size || size > TREE_SIZE_MAX {
        return Err(ProofError::Outside { wanted: old, size });
    }
    let mut ranges = Vec::new();
    let (mut start, mut end) = (0, size);
    // The old tree ends inside [start, end), or with it.
    while old > 0 && old < end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    // Where the walk stayed on the left edge, the last subtree is the old tree itself.
    if old > 0 && start > 0 {
        ranges.push((start, end));
    }
    Prover::new(reader, size).roots(&ranges)
}

/// The largest power of two below `length`, which is at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// The tiles of a tree, each read once.
#[derive(Debug)]
struct Tiles<'a, R: ?Sized> {
    reader: &'a R,
    size: u64,
    read: Vec<(Tile, Vec<Hash>)>,
}

impl<R: HashReader + ?Sized> Tiles<'_, R> {
    /// The root over events `start` to `end`: a subtree, complete or at the right edge.
    fn root(&mut self, start: u64, end: u64) -> Result<Hash, ProofError<R::Error>> {
        let (mut subtrees, mut at) = (Vec::new(), start);
        while at < end {
            let height = (end - at).ilog2();
            subtrees.push(self.subtree(at, height)?);
            at += 1 << height;
        }
        let root = subtrees.iter().rev().fold(None, |right, subtree| {
            bag(std::slice::from_ref(subtree), right)
        });
        Ok(root.unwrap_or(Hash::EMPTY_ROOT))
    }

    /// The root of the complete subtree of 2^`height` events from `start` on.
    fn subtree(&mut self, start: u64, height: u32) -> Result<Hash, ProofError<R::Error>> {
        let (level, inside) = (height / 8, height % 8);
        let first = start >> (8 * level);
        let outside = ProofError::Outside {
            wanted: start,
            size: self.size,
        };
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        let tile = Tile::in_tree(level, first >> 8, self.size).ok_or(outside)?;
        let hashes = self.hashes(tile)?;
        let from = usize::from((first & 0xff) as u8);
        let subtree = hashes.get(from..from + (1 << inside));
        // The tile has its width, and the subtree lies within the tree, so within the tile.
        Ok(subtree.map_or(Hash::EMPTY_ROOT, crate::tree::subtree_root))
    }

    fn hashes(&mut self, tile: Tile) -> Result<&[Hash], ProofError<R::Error>> {
        let known = self.read.iter().position(|(known, _)| *known == tile);
        let position = match known {
            Some(position) => position,
            None => {
                self.read.push((tile, read(self.reader, tile)?));
                self.read.len() - 1
            }
        };
        Ok(&self.read[position].1)
    }
}
