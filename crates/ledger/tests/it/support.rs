//! The definitions of RFC 6962 written down naively, and a log in memory.

use daybook_ledger::note::KeyKind;
use daybook_ledger::{
    Checkpoint, Ed25519Signer, Hash, HashReader, Note, Tile, Tree, leaf_hash, node_hash,
};
use std::convert::Infallible;

/// The eight leaves of the classic Certificate Transparency tests.
pub(crate) const CLASSIC: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

pub(crate) fn hex(text: &str) -> Hash {
    Hash::from_hex(text).expect("a hash in hexadecimal")
}

/// The log of the tests.
pub(crate) const ORIGIN: &str = "daybook.example/audit";

/// Consecutive bytes.
pub(crate) fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|index| first + u8::try_from(index).expect("below 32"))
}

/// The key of the log of the tests.
pub(crate) fn log_key() -> Ed25519Signer {
    Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &seed(0)).expect("a name")
}

/// The key of a witness; number 1 is that of the published vector.
pub(crate) fn witness_key(number: u8) -> Ed25519Signer {
    let name = format!("witness.example/w{number}");
    Ed25519Signer::new(&name, KeyKind::CosignatureV1, &seed(31 + number)).expect("a name")
}

/// A signed checkpoint of the first `size` leaves.
pub(crate) fn checkpoint(leaves: &[Hash], size: usize) -> Note {
    let root = naive_root(&leaves[..size]);
    let checkpoint = Checkpoint::new(ORIGIN, size as u64, root);
    checkpoint.sign(&[&log_key()]).expect("a key in memory")
}

/// Leaf hashes that differ.
pub(crate) fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|index| leaf_hash(format!("leaf {index}").as_bytes()))
        .collect()
}

fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}

/// MTH of RFC 6962 §2.1.
pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// PATH of RFC 6962 §2.1.1.
pub(crate) fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (naive_inclusion(index, left), right)
    } else {
        (naive_inclusion(index - left.len(), right), left)
    };
    path.push(naive_root(sibling));
    path
}

/// PROOF of RFC 6962 §2.1.2; empty for an empty old tree.
pub(crate) fn naive_consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    fn sub(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
        if old == leaves.len() {
            let root = (!known).then(|| naive_root(leaves));
            return root.into_iter().collect();
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut proof, other) = if old <= left.len() {
            (sub(old, left, known), right)
        } else {
            (sub(old - left.len(), right, false), left)
        };
        proof.push(naive_root(other));
        proof
    }
    if old == 0 {
        return Vec::new();
    }
    sub(old, leaves, true)
}

/// A log in memory: all hashes that tiles hold, by level.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) tree: Tree,
    levels: [Vec<Hash>; 8],
}

impl Log {
    pub(crate) fn of(leaves: &[Hash]) -> Self {
        let mut log = Self::default();
        leaves.iter().for_each(|leaf| log.push(*leaf));
        log
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        levels[0].push(leaf);
        self.tree.push_with(leaf, |tile, hashes| {
            levels[usize::from(tile.level()) + 1].push(naive_root(hashes));
        });
    }

    pub(crate) fn tile(&self, tile: Tile) -> &[Hash] {
        let start = usize::try_from(tile.index() * 256).expect("a small log");
        &self.levels[usize::from(tile.level())][start..start + usize::from(tile.width())]
    }
}

impl HashReader for Log {
    type Error = Infallible;

    /// Panics for a tile that no tree of this log has: such tiles must not be asked for.
    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Infallible> {
        Ok(self.tile(tile).to_vec())
    }
}
