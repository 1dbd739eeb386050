//! Checks proofs, iteratively, as RFC 9162 §2.1.3.2 and §2.1.4.2 do. A proof that is accepted binds
//! its leaf, or its older tree, to the root; any other byte anywhere makes it refused.

use crate::TREE_SIZE_MAX;
use crate::hash::{Hash, node_hash};

/// More hashes no proof has: a tree of [`TREE_SIZE_MAX`] events is 63 levels high.
pub const PROOF_HASHES_MAX: usize = 63;

/// What is wrong with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofInvalid {
    /// The tree has no such event, or sizes are in the wrong order or too large.
    #[error("the index or the sizes do not fit together")]
    Sizes,
    /// Too few hashes, or too many.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// It leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Checks that the leaf with this hash is event `index` of the tree of `size` events with this root.
///
/// # Errors
///
/// [`ProofInvalid`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofInvalid> {
    if index >= size || size > TREE_SIZE_MAX {
        return Err(ProofInvalid::Sizes);
    }
    let mut walk = Walk::new(index, size - 1, proof)?;
    let mut hash = *leaf;
    for sibling in proof {
        hash = match walk.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    walk.end()?;
    (hash == *root).then_some(()).ok_or(ProofInvalid::Root)
}

/// Checks that the tree of `size` events with root `root` begins with the tree of `old` events with
/// root `old_root`.
///
/// # Errors
///
/// [`ProofInvalid`].
pub fn verify_consistency(
    old: u64,
    size: u64,
    proof: &[Hash],
    old_root: &Hash,
    root: &Hash,
) -> Result<(), ProofInvalid> {
    if old > size || size > TREE_SIZE_MAX {
        return Err(ProofInvalid::Sizes);
    }
    if old == 0 || old == size {
        let expected = if old == size { root } else { &Hash::EMPTY_ROOT };
        return match (proof.is_empty(), old_root == expected) {
            (false, _) => Err(ProofInvalid::Length),
            (true, false) => Err(ProofInvalid::Root),
            (true, true) => Ok(()),
        };
    }
    // Where the old tree is one complete subtree the proof leaves it out: it is the old root.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofInvalid::Length)?
    };
    if rest.is_empty() {
        return Err(ProofInvalid::Length);
    }
    let shift = (old - 1).trailing_ones();
    let mut walk = Walk::new((old - 1) >> shift, (size - 1) >> shift, proof)?;
    let (mut from_old, mut from_new) = (*first, *first);
    for sibling in rest {
        match walk.step()? {
            Side::Left => {
                from_old = node_hash(sibling, &from_old);
                from_new = node_hash(sibling, &from_new);
            }
            Side::Right => from_new = node_hash(&from_new, sibling),
        }
    }
    walk.end()?;
    let both = from_old == *old_root && from_new == *root;
    both.then_some(()).ok_or(ProofInvalid::Root)
}

/// On which side of the path the next hash of the proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: its position and the last position on its level.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    fn new(node: u64, last: u64, proof: &[Hash]) -> Result<Self, ProofInvalid> {
        if proof.len() > PROOF_HASHES_MAX {
            return Err(ProofInvalid::Length);
        }
        Ok(Self { node, last })
    }

    fn step(&mut self) -> Result<Side, ProofInvalid> {
        if self.last == 0 {
            return Err(ProofInvalid::Length);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // A node at the right edge without a sibling rises to the level where it has one.
            while self.node & 1 == 0 && self.node > 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    fn end(&self) -> Result<(), ProofInvalid> {
        (self.last == 0).then_some(()).ok_or(ProofInvalid::Length)
    }
}
