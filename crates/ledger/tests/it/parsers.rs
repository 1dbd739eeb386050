//! Every parser with samples, all their prefixes and random changes: the fuzz targets' functions, bounded
//! and on stable Rust.

use crate::directory::{events, stored};
use crate::entries;
use crate::evidence::package;
use crate::support::{checkpoint, leaves, log_key, naive_inclusion, witness_key};
use daybook_ledger::bundle::push_entry;
use daybook_ledger::witness::AddCheckpoint;
use daybook_ledger::{Body, Cosigner, Note, Signer, TlogProof};
use proptest::prelude::*;
use proptest::sample::Index;

type Entry = fn(&[u8]);

fn cosigned() -> Note {
    let mut note = checkpoint(&leaves(8), 8);
    let text = daybook_ledger::Checkpoint::parse(note.text_unverified()).unwrap();
    let witness = witness_key(1);
    note.add([Cosigner::new(&witness)
        .unwrap()
        .cosign(&text, 1_700_000_000)
        .unwrap()]);
    note
}

/// Samples that each parser accepts.
fn samples() -> Vec<(Entry, Vec<u8>)> {
    let note = cosigned();
    let request = AddCheckpoint::new(0, vec![], note.clone()).unwrap();
    let file = TlogProof {
        extra: Some(b"extra".to_vec()),
        index: 5,
        proof: naive_inclusion(5, &leaves(8)),
        checkpoint: note.clone(),
    };
    let witness = witness_key(1);
    let policy = format!(
        "log {} https://a.example\nwitness a {}\ngroup g all a\nquorum g\n",
        log_key().vkey(),
        witness.vkey()
    );
    let mut bundle = vec![];
    events(3)
        .iter()
        .for_each(|(entry, _)| push_entry(&mut bundle, entry).unwrap());
    let mut bodies = vec![];
    for body in [stored(0).1, Body::Erased, stored(2).1] {
        body.push_to(&mut bodies).unwrap();
    }
    let json = r#"{"b":[1,2.50,-0,1e30,"\u00e9\n"],"a":{"x":null,"y":true},"9007199254740992":9007199254740992}"#;
    let proof: Vec<u8> = naive_inclusion(5, &leaves(8))
        .iter()
        .flat_map(|hash| hash.0)
        .collect();
    let numbers = [5_u64.to_be_bytes(), 8_u64.to_be_bytes()].concat();
    vec![
        (entries::note, note.to_string().into()),
        (entries::keys, log_key().vkey().to_string().into()),
        (entries::keys, witness.to_secret_text().into()),
        (entries::checkpoint, note.text_unverified().into()),
        (entries::path, b"tile/0/x001/x234/067.p/12".into()),
        (entries::path, b"tile/entries/000".into()),
        (entries::files, [&[2], bundle.as_slice()].concat()),
        (entries::files, [&[1], [7; 64].as_slice()].concat()),
        (entries::bodies, bodies),
        (entries::leaf, stored(0).0),
        (entries::json, json.into()),
        (entries::witness, request.to_string().into()),
        (entries::witness, note.signatures()[1].to_string().into()),
        (entries::witness, b"1234\n".into()),
        (entries::tlog_proof, file.to_string().into()),
        (entries::policy, policy.into()),
        (entries::proof, [numbers, vec![1; 64], proof].concat()),
        (entries::verifier, [&[0, 3], bundle.as_slice()].concat()),
        (entries::package, package(7)),
    ]
}

#[test]
fn samples_and_all_their_prefixes() {
    for (entry, sample) in samples() {
        (0..=sample.len()).for_each(|length| entry(&sample[..length]));
    }
}

#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
    Repeat(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        Just(b"\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just("— ".into()),
        Just(b"\"v\":1,".to_vec()),
        Just(b"\xff".to_vec()),
        Just(b"[{\"a\":".repeat(100)),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        any::<(Index, Index)>().prop_map(|(at, length)| Change::Remove(at, length)),
        any::<(Index, Index)>().prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

fn apply(data: &mut Vec<u8>, change: &Change) {
    let range = |at: &Index, length: &Index, data: &[u8]| {
        let start = at.index(data.len() + 1);
        start..start + length.index(data.len() - start + 1)
    };
    match change {
        Change::Set(at, byte) if !data.is_empty() => {
            let at = at.index(data.len());
            data[at] = *byte;
        }
        Change::Flip(at, bit) if !data.is_empty() => {
            let at = at.index(data.len());
            data[at] ^= 1 << bit;
        }
        Change::Set(..) | Change::Flip(..) => {}
        Change::Insert(at, piece) => {
            let at = at.index(data.len() + 1);
            data.splice(at..at, piece.iter().copied());
        }
        Change::Remove(at, length) => {
            data.drain(range(at, length, data));
        }
        Change::Repeat(at, length) => {
            let piece = data[range(at, length, data)].to_vec();
            data.extend(piece);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_samples(changes in prop::collection::vec(change(), 1..4)) {
        for (entry, mut sample) in samples() {
            changes.iter().for_each(|change| apply(&mut sample, change));
            entry(&sample);
        }
    }

    #[test]
    fn arbitrary_bytes(data in prop::collection::vec(any::<u8>(), 0..300)) {
        for (entry, _) in samples() {
            entry(&data);
        }
    }
}
