//! The right edge of the Merkle tree: everything needed to append and to know the root, at most 255
//! hashes per level of tiles. Invariant: `edge[l]` is the content of the partial tile of level `l`.

use crate::TREE_SIZE_MAX;
use crate::hash::{Hash, node_hash};
use crate::tile::{HashReader, TILE_WIDTH, Tile};

/// A tree that grows: its size and its partial tiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    edge: Vec<Vec<Hash>>,
}

/// Why a tree could not be rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E> {
    /// The reader failed.
    #[error(transparent)]
    Read(E),
    /// The reader gave another number of hashes than asked for.
    #[error("a tile of {} hashes came with {got}", .tile.width())]
    Width {
        /// The tile asked for.
        tile: Tile,
        /// How many hashes came.
        got: usize,
    },
    /// No checkpoint can have this size.
    #[error("{0} is more than {TREE_SIZE_MAX}, the largest tree size (TREE_SIZE_MAX)")]
    Size(u64),
}

/// The hashes of a tile, exactly as many as it has.
pub(crate) fn read<R: HashReader + ?Sized>(
    reader: &R,
    tile: Tile,
) -> Result<Vec<Hash>, TileError<R::Error>> {
    let hashes = reader.hashes(tile).map_err(TileError::Read)?;
    if hashes.len() != usize::from(tile.width()) {
        let got = hashes.len();
        return Err(TileError::Width { tile, got });
    }
    Ok(hashes)
}

impl Tree {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of `size` events, rebuilt from its partial tiles. Compare its root with a signed one
    /// before trusting it.
    ///
    /// # Errors
    ///
    /// [`TileError`].
    pub fn rebuild<R: HashReader>(size: u64, reader: &R) -> Result<Self, TileError<R::Error>> {
        if size > TREE_SIZE_MAX {
            return Err(TileError::Size(size));
        }
        let mut edge = Vec::new();
        for level in 0.. {
            let Some(hashes) = size.checked_shr(8 * level).filter(|hashes| *hashes > 0) else {
                break;
            };
            let (index, level) = (hashes / u64::from(TILE_WIDTH), level.try_into());
            let tile = level
                .ok()
                .and_then(|level| Tile::in_tree(level, index, size));
            edge.push(match tile {
                Some(tile) => read(reader, tile)?,
                None => Vec::new(),
            });
        }
        Ok(Self { size, edge })
    }

    /// How many events the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends the leaf hash of an event.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _| {});
    }

    /// Appends the leaf hash of an event, and hands over each tile that it fills, lowest first.
    pub fn push_with(&mut self, leaf: Hash, mut filled: impl FnMut(Tile, &[Hash])) {
        let mut hash = leaf;
        self.size += 1;
        for level in 0.. {
            if self.edge.len() <= usize::from(level) {
                self.edge.push(Vec::with_capacity(usize::from(TILE_WIDTH)));
            }
            let hashes = &mut self.edge[usize::from(level)];
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                return;
            }
            let number = self.size >> (8 * (u32::from(level) + 1));
            if let Some(tile) = Tile::new(level, number - 1, TILE_WIDTH) {
                filled(tile, hashes);
            }
            hash = subtree_root(hashes);
            hashes.clear();
        }
    }

    /// The partial tiles with their hashes, lowest first: with the full ones handed over by
    /// [`Self::push_with`] all tiles of this size.
    pub fn partial_tiles(&self) -> impl Iterator<Item = (Tile, &[Hash])> {
        let levels = (0_u8..).zip(&self.edge);
        levels.filter_map(|(level, hashes)| {
            let index = self
                .size
                .checked_shr(8 * (u32::from(level) + 1))
                .unwrap_or(0);
            let width = u16::try_from(hashes.len()).ok()?;
            Some((Tile::new(level, index, width)?, hashes.as_slice()))
        })
    }

    /// The root hash (RFC 6962 §2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut root = None;
        for hashes in &self.edge {
            root = bag(hashes, root);
        }
        root.unwrap_or(Hash::EMPTY_ROOT)
    }
}

/// The root over `hashes`, roots of complete subtrees of one size, and `right`, the root of what
/// follows them and is smaller.
pub(crate) fn bag(hashes: &[Hash], right: Option<Hash>) -> Option<Hash> {
    let (mut rest, mut root) = (hashes, right);
    while !rest.is_empty() {
        let width = 1 << rest.len().trailing_zeros();
        let (left, last) = rest.split_at(rest.len() - width);
        let subtree = subtree_root(last);
        root = Some(match root {
            Some(right) => node_hash(&subtree, &right),
            None => subtree,
        });
        rest = left;
    }
    root
}

/// The root over a power of two of hashes.
pub(crate) fn subtree_root(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        let half = level.len() / 2;
        for index in 0..half {
            level[index] = node_hash(&level[2 * index], &level[2 * index + 1]);
        }
        level.truncate(half);
    }
    level.first().copied().unwrap_or(Hash::EMPTY_ROOT)
}
