//! The same questions to implementations of others: `ct-merkle`, and Cloudflare's ports of Go's
//! `sumdb/tlog` and `sumdb/note`.

use crate::support::{Log, checkpoint, hex, leaves, log_key, naive_root};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use daybook_ledger::json::canonicalize;
use daybook_ledger::proof::{consistency, inclusion};
use daybook_ledger::tile::tiles_of_growth;
use daybook_ledger::{
    Checkpoint, Ed25519Signer, Hash, Note, Resource, Signer, Tile, VerifierKey, leaf_hash,
};
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::{StandardVerifier, VerifierList};

type CtTree = MemoryBackedTree<Sha256, Vec<u8>>;

fn entries(count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|index| format!("leaf {index}").into_bytes())
}

fn concat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn trees_and_proofs_agree_with_ct_merkle() {
    let mut theirs = CtTree::new();
    let log = Log::of(&leaves(300));
    for (entry, size) in entries(300).zip(1_u64..) {
        theirs.push(entry);
        if size > 20 && !size.is_multiple_of(37) && ![255, 256, 257].contains(&size) {
            continue;
        }
        let root = daybook_ledger::Tree::rebuild(size, &log).unwrap().root();
        assert_eq!(theirs.root().as_bytes().as_slice(), root.0);
        for index in 0..size {
            let ours = concat(&inclusion(&log, index, size).unwrap());
            let proof = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(proof.as_bytes(), ours, "{index} in {size}");
        }
        for old in 1..=size {
            let ours = concat(&consistency(&log, old, size).unwrap());
            let proof = theirs.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(proof.as_bytes(), ours, "{old} → {size}");
        }
    }
}

/// The hashes of a log in the order of Go's `StoredHashIndex`.
struct Stored(Vec<tlog_tiles::Hash>);

impl tlog_tiles::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let hash = |index: &u64| self.0[usize::try_from(*index).unwrap()];
        Ok(indexes.iter().map(hash).collect())
    }
}

fn theirs(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

#[test]
fn trees_and_proofs_agree_with_tlog_tiles() {
    let mut stored = Stored(Vec::new());
    for (entry, index) in entries(300).zip(0..) {
        let hashes = tlog_tiles::stored_hashes(index, &entry, &stored).unwrap();
        stored.0.extend(hashes);
    }
    let log = Log::of(&leaves(300));
    for size in (1..20).chain([64, 100, 255, 256, 257, 300]) {
        let root = daybook_ledger::Tree::rebuild(size, &log).unwrap().root();
        assert_eq!(tlog_tiles::tree_hash(size, &stored).unwrap().0, root.0);
        for index in 0..size {
            let proof = inclusion(&log, index, size).unwrap();
            let ours: Vec<_> = proof.iter().map(theirs).collect();
            assert_eq!(
                tlog_tiles::prove_record(size, index, &stored).unwrap(),
                ours
            );
            let leaf = theirs(&leaf_hash(format!("leaf {index}").as_bytes()));
            tlog_tiles::check_record(&ours, size, theirs(&root), index, leaf).unwrap();
        }
        for old in 1..=size {
            let proof = consistency(&log, old, size).unwrap();
            let ours: Vec<_> = proof.iter().map(theirs).collect();
            assert_eq!(tlog_tiles::prove_tree(size, old, &stored).unwrap(), ours);
        }
    }
}

/// Go's paths begin with the height of tiles, and name tiles of entries `data`.
fn go_path(resource: Resource) -> String {
    resource.to_string().replacen("tile/", "tile/8/", 1)
}

proptest! {
    #[test]
    fn tiles_of_a_growth_agree(from in 0..200_000_u64, more in 0..2_000_u64) {
        let ours: Vec<_> = tiles_of_growth(from, from + more).map(|tile| go_path(Resource::Hashes(tile))).collect();
        let theirs = tlog_tiles::Tile::new_tiles(8, from, from + more);
        prop_assert_eq!(ours, theirs.iter().map(tlog_tiles::Tile::path).collect::<Vec<_>>());
    }

    #[test]
    fn paths_agree(level in 0..63_u8, index in 0..1_u64 << 40, width in 1..=256_u16) {
        let resource = Resource::Hashes(Tile::new(level, index, width).unwrap());
        let theirs = tlog_tiles::Tile::from_path(&go_path(resource)).unwrap();
        prop_assert_eq!((theirs.level(), theirs.level_index(), theirs.width()), (level, index, u32::from(width)));
        prop_assert_eq!(resource.to_string().parse(), Ok(resource));
    }

    #[test]
    fn checkpoints_agree(text in "[a-z./]{0,5}\n?(0|0?[1-9][0-9]{0,20}|[+-]1)\n(XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz\\+Nw7/RgQyg=|[A-Za-z0-9+/]{43}=)\n(ext\n)?") {
        let ours = Checkpoint::parse(&text);
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes());
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert_eq!((&*ours.origin, ours.size), (theirs.origin(), theirs.size()));
                prop_assert_eq!(ours.root.0, theirs.hash().0);
            }
            // They take sizes beyond 2^63.
            (Err(_), Ok(theirs)) => prop_assert!(theirs.size() >= 1 << 63, "{text:?}"),
            (Ok(_), Err(_)) => prop_assert!(false, "only ours: {text:?}"),
            (Err(_), Err(_)) => {}
        }
    }

    /// What is accepted by us is accepted by them, with the same text and signatures.
    #[test]
    fn notes_agree(at in 0..300_usize, byte in any::<u8>(), seed in any::<[u8; 32]>()) {
        let signer = Ed25519Signer::new("some.example/log", daybook_ledger::note::KeyKind::Ed25519, &seed).unwrap();
        let vkey = signer.vkey().to_string();
        let text = format!("some.example/log\n1\n{}\n", Hash(seed).to_base64());
        let mut note = daybook_ledger::note::sign(text, &[&signer]).unwrap().to_string().into_bytes();
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey).unwrap())]);
        let verify = |note: &[u8]| {
            let ours = Note::parse(note);
            let ours = ours.and_then(|note| note.open([signer.vkey()]).map(|(text, _)| text.to_owned()));
            let theirs = signed_note::Note::from_bytes(note);
            let theirs = theirs.and_then(|note| note.verify(&known).map(|_| note.text().to_vec()));
            (ours.ok().map(String::into_bytes), theirs.ok())
        };
        let (ours, theirs) = verify(&note);
        prop_assert!(ours.is_some());
        prop_assert_eq!(ours, theirs);
        if let Some(old) = note.get_mut(at) {
            *old = byte;
        }
        let (ours, theirs) = verify(&note);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn canonical_json_means_the_same(value in json_value()) {
        let text = value.to_string();
        let canonical = canonicalize(format!("{{\"value\":{text}}}").as_bytes()).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&canonical).unwrap();
        prop_assert_eq!(&read["value"], &value);
        prop_assert_eq!(canonicalize(&canonical).unwrap(), canonical);
    }

    /// Numbers read back as the same double, and take the form of ECMAScript.
    #[test]
    fn canonical_numbers_read_back(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        let text = format!("{{\"n\":{value:e}}}");
        let canonical = String::from_utf8(canonicalize(text.as_bytes()).unwrap()).unwrap();
        let number = canonical.trim_start_matches("{\"n\":").trim_end_matches('}');
        prop_assert_eq!(number.parse::<f64>().unwrap(), value);
        let exponent = value != 0.0 && !(1e-6..1e21).contains(&value.abs());
        prop_assert_eq!(number.contains('e'), exponent, "{}", number);
    }
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let number = (-(1_i64 << 53)..=1 << 53).prop_map(serde_json::Value::from);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        number,
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn a_signed_note_of_ours_opens_with_signed_note() {
    let note = checkpoint(&leaves(8), 8);
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
    let key: &VerifierKey = &log_key().vkey().clone();
    let known = VerifierList::new(vec![Box::new(
        StandardVerifier::new(&key.to_string()).unwrap(),
    )]);
    assert_eq!(theirs.verify(&known).unwrap().0.len(), 1);
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    assert_eq!(checkpoint.hash().0, naive_root(&leaves(8)).0);
    let empty = hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(tlog_tiles::EMPTY_HASH.0, empty.0);
}
