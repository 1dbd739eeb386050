//! Roots, tiles and proofs.

use crate::support::{CLASSIC, Log, hex, leaves, naive_consistency, naive_inclusion, naive_root};
use daybook_ledger::bundle::{leaf_hashes, push_entry};
use daybook_ledger::proof::{consistency, inclusion, verify_consistency, verify_inclusion};
use daybook_ledger::tile::{encode_hashes, tiles_of_growth};
use daybook_ledger::{Hash, Tile, Tree, leaf_hash};

const CLASSIC_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn classic() -> Vec<Hash> {
    CLASSIC.map(leaf_hash).to_vec()
}

#[test]
fn published_roots() {
    let mut tree = Tree::new();
    assert_eq!(tree.root(), hex(CLASSIC_ROOTS[0]));
    for (leaf, root) in classic().into_iter().zip(&CLASSIC_ROOTS[1..]) {
        tree.push(leaf);
        assert_eq!(tree.root(), hex(root), "{}", tree.size());
    }
    let log = Log::of(&leaves(300));
    let root = "e7afc82d38944fc7930545328091d45823288c1f734cbdac06396713ebd4b5d5";
    assert_eq!(log.tree.root(), hex(root));
    let root = "cf5effdb11d0927a2edf53b0e73c7837f659414e00537da5d90eb5c4c49ff274";
    assert_eq!(Tree::rebuild(256, &log).unwrap().root(), hex(root));
}

#[test]
fn published_proofs() {
    let log = Log::of(&classic());
    for (index, size, proof) in [
        (
            0,
            8,
            vec![
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            vec![
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            vec!["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
    ] {
        let proof: Vec<_> = proof.into_iter().map(hex).collect();
        assert_eq!(inclusion(&log, index, size).as_ref(), Ok(&proof));
    }
    for (old, size, proof) in [
        (
            6,
            8,
            vec![
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            vec![
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ] {
        let proof: Vec<_> = proof.into_iter().map(hex).collect();
        assert_eq!(consistency(&log, old, size).as_ref(), Ok(&proof));
    }
}

#[test]
fn published_files() {
    let mut bundle = Vec::new();
    for entry in CLASSIC {
        push_entry(&mut bundle, entry).unwrap();
    }
    assert_eq!(bundle.len(), 50);
    let digest = "1afdc32f06ff88236207410a37b10ff2b5647186b52a531da0416d539b15a876";
    assert_eq!(Hash::digest(&bundle), hex(digest));

    let log = Log::of(&classic());
    let tile = Tile::in_tree(0, 0, 8).unwrap();
    let hashes = log.tile(tile);
    assert_eq!(leaf_hashes(&bundle, 8).as_deref(), Ok(hashes));
    let digest = "aea2f1bbb5140fd5f8eacb503fdf54c00c3d860c72588e40233addd416bc8f10";
    assert_eq!(Hash::digest(&encode_hashes(hashes)), hex(digest));
}

/// Every proof between every two sizes, made from tiles, is that of the definition, and verifies.
#[test]
fn all_pairs_follow_the_definition() {
    let leaves = leaves(70);
    let log = Log::of(&leaves);
    for size in 0..=70_usize {
        let all = &leaves[..size];
        let root = naive_root(all);
        assert_eq!(Tree::rebuild(size as u64, &log).unwrap().root(), root);
        for (index, leaf) in all.iter().enumerate() {
            let proof = inclusion(&log, index as u64, size as u64).unwrap();
            assert_eq!(proof, naive_inclusion(index, all));
            let verified = verify_inclusion(leaf, index as u64, size as u64, &proof, &root);
            assert_eq!(verified, Ok(()), "{index} in {size}");
        }
        for old in 0..=size {
            let proof = consistency(&log, old as u64, size as u64).unwrap();
            assert_eq!(proof, naive_consistency(old, all));
            let old_root = naive_root(&all[..old]);
            let verified = verify_consistency(old as u64, size as u64, &proof, &old_root, &root);
            assert_eq!(verified, Ok(()), "{old} → {size}");
        }
    }
}

/// The same around the seams of tiles.
#[test]
fn proofs_cross_tiles() {
    let leaves = leaves(66_000);
    let log = Log::of(&leaves);
    let sizes = [255, 257, 512, 65_536, 65_537, 66_000];
    for size in sizes {
        let all = &leaves[..size];
        let root = naive_root(all);
        let rebuilt = Tree::rebuild(size as u64, &log).unwrap();
        assert_eq!(rebuilt.root(), root);
        for index in [0, 255, 256, 65_535, 65_536, 65_999] {
            if index < size {
                let proof = inclusion(&log, index as u64, size as u64).unwrap();
                assert_eq!(proof, naive_inclusion(index, all));
                let (index, size) = (index as u64, size as u64);
                let verified = verify_inclusion(&leaf_at(index), index, size, &proof, &root);
                assert_eq!(verified, Ok(()));
            }
        }
        for old in sizes.into_iter().filter(|old| *old <= size) {
            let proof = consistency(&log, old as u64, size as u64).unwrap();
            assert_eq!(proof, naive_consistency(old, all), "{old} → {size}");
        }
    }
}

fn leaf_at(index: u64) -> Hash {
    leaf_hash(format!("leaf {index}").as_bytes())
}

/// A tree that was rebuilt from tiles goes on as the one that made them.
#[test]
fn a_rebuilt_tree_grows_on() {
    let mut log = Log::default();
    for (index, leaf) in leaves(1_000).into_iter().enumerate() {
        if index % 37 == 0 || (254..260).contains(&index) {
            assert_eq!(
                Tree::rebuild(index as u64, &log).unwrap(),
                log.tree,
                "{index}"
            );
        }
        log.push(leaf);
    }
}

/// Growth names exactly the tiles whose content is new, and they hold what they should.
#[test]
fn growth_names_the_new_tiles() {
    let mut log = Log::default();
    let (mut full, mut from) = (Vec::new(), 0);
    let mut tree = Tree::new();
    for (size, leaf) in (1_u64..).zip(leaves(70_000)) {
        log.push(leaf);
        tree.push_with(leaf, |tile, hashes| {
            assert_eq!(hashes, log.tile(tile));
            full.push(tile);
        });
        if [1, 2, 255, 256, 257, 600, 65_535, 65_536, 65_537, 70_000].contains(&size) {
            let partial = tree.partial_tiles().map(|(tile, hashes)| {
                assert_eq!(hashes, log.tile(tile));
                tile
            });
            let mut expected: Vec<_> = full.drain(..).chain(partial).collect();
            // The partial tile of a higher level may be as it was.
            let hashes = |tile: &Tile, size: u64| size >> (8 * u32::from(tile.level()));
            expected.retain(|tile| hashes(tile, from) != hashes(tile, size));
            expected.sort_unstable();
            assert_eq!(tiles_of_growth(from, size).collect::<Vec<_>>(), expected);
            from = size;
        }
    }
}
