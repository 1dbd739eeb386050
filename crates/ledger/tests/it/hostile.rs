//! Proofs that somebody has tampered with, in the ways of the test data of transparency-dev/merkle: none
//! may be accepted.

use crate::support::{leaves, naive_consistency, naive_inclusion, naive_root};
use daybook_ledger::Hash;
use daybook_ledger::proof::{verify_consistency, verify_inclusion};
use proptest::prelude::*;

/// Proofs near `proof`: shortened, lengthened, reordered, with every bit flipped.
fn tampered(proof: &[Hash], roots: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    let garbage = [Hash([0; 32]), Hash([0xaa; 32]), Hash::EMPTY_ROOT];
    for extra in garbage.iter().chain(roots) {
        for at in 0..=proof.len() {
            let mut inserted = proof.to_vec();
            inserted.insert(at, *extra);
            all.push(inserted);
        }
    }
    for at in 0..proof.len() {
        let mut removed = proof.to_vec();
        removed.remove(at);
        all.push(removed);
        for bit in [0, 3, 100, 255] {
            let mut flipped = proof.to_vec();
            flipped[at].0[bit / 8] ^= 1 << (bit % 8);
            all.push(flipped);
        }
        let mut swapped = proof.to_vec();
        swapped.swap(0, at);
        all.extend((swapped != proof).then_some(swapped));
    }
    all.push([proof, &[Hash::EMPTY_ROOT; 64]].concat());
    all
}

fn sizes() -> impl Iterator<Item = u64> {
    (1..=18).chain([31, 32, 33, 63, 64, 65])
}

#[test]
fn inclusion() {
    let leaves = leaves(70);
    for size in sizes() {
        let all = &leaves[..usize::try_from(size).unwrap()];
        let root = naive_root(all);
        for (index, leaf) in (0..).zip(all) {
            let proof = naive_inclusion(usize::try_from(index).unwrap(), all);
            let accepts = |leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash| {
                verify_inclusion(leaf, index, size, proof, root).is_ok()
            };
            assert!(accepts(leaf, index, size, &proof, &root));
            for other in [
                index.wrapping_sub(1),
                index + 1,
                index ^ 2,
                index + size,
                u64::MAX,
            ] {
                assert!(
                    !accepts(leaf, other, size, &proof, &root),
                    "{other} for {index}/{size}"
                );
            }
            for other in [0, size / 2, size * 2, 1 << 63, u64::MAX] {
                let same = other == size;
                assert!(
                    same || !accepts(leaf, index, other, &proof, &root),
                    "{index}/{other} for {size}"
                );
            }
            for other in [Hash::EMPTY_ROOT, Hash([0xaa; 32]), *leaf] {
                assert!(other == root || !accepts(leaf, index, size, &proof, &other));
            }
            assert!(
                !accepts(&Hash([0xaa; 32]), index, size, &proof, &root),
                "another leaf"
            );
            for proof in tampered(&proof, &[root]) {
                assert!(
                    !accepts(leaf, index, size, &proof, &root),
                    "{index}/{size}: {proof:?}"
                );
            }
        }
    }
}

#[test]
fn consistency() {
    let leaves = leaves(70);
    for size in sizes() {
        let all = &leaves[..usize::try_from(size).unwrap()];
        let root = naive_root(all);
        for old in 1..=size {
            let old_leaves = usize::try_from(old).unwrap();
            let old_root = naive_root(&leaves[..old_leaves]);
            let proof = naive_consistency(old_leaves, all);
            let accepts = |old: u64, size: u64, proof: &[Hash], old_root: &Hash, root: &Hash| {
                verify_consistency(old, size, proof, old_root, root).is_ok()
            };
            assert!(accepts(old, size, &proof, &old_root, &root));
            for other in [0, old - 1, old + 1, old ^ 2, size + 1, u64::MAX] {
                let accepted = accepts(other, size, &proof, &old_root, &root);
                assert!(other == old || !accepted, "{other} for {old} → {size}");
            }
            for other in [0, size / 2, size * 2, 1 << 63, u64::MAX] {
                let accepted = accepts(old, other, &proof, &old_root, &root);
                assert!(other == size || !accepted, "{old} → {other} for {size}");
            }
            for other in [Hash::EMPTY_ROOT, Hash([0xaa; 32])] {
                assert!(!accepts(old, size, &proof, &other, &root));
                assert!(!accepts(old, size, &proof, &old_root, &other));
            }
            assert!(
                old == size || !accepts(old, size, &proof, &root, &old_root),
                "swapped roots"
            );
            for proof in tampered(&proof, &[root, old_root]) {
                assert!(
                    !accepts(old, size, &proof, &old_root, &root),
                    "{old} → {size}: {proof:?}"
                );
            }
        }
        assert!(verify_consistency(0, size, &[], &Hash::EMPTY_ROOT, &root).is_ok());
        assert!(verify_consistency(0, size, &[root], &Hash::EMPTY_ROOT, &root).is_err());
        assert!(
            verify_consistency(0, size, &[], &root, &root).is_err(),
            "no empty tree has this root"
        );
    }
}

proptest! {
    /// No proof of random hashes is accepted between any sizes, and none takes long.
    #[test]
    fn random_proofs(
        (a, b) in (any::<u64>(), any::<u64>()),
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..70),
        (first, second) in any::<([u8; 32], [u8; 32])>(),
    ) {
        let (first, second) = (Hash(first), Hash(second));
        prop_assert!(verify_inclusion(&first, a, b, &proof, &second).is_err());
        prop_assert!(verify_consistency(a, b, &proof, &first, &second).is_err());
    }
}
