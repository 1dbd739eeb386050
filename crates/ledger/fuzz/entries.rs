//! One function per parser: takes any bytes, must not panic, and asserts that what is accepted has one
//! spelling. cargo-fuzz drives them from `fuzz_targets`, the tests with mutated samples.

use daybook_ledger::body::Bodies;
use daybook_ledger::bundle::{Entries, leaf_hashes, push_entry};
use daybook_ledger::evidence;
use daybook_ledger::json::canonicalize;
use daybook_ledger::note::KeyKind;
use daybook_ledger::proof::{verify_consistency, verify_inclusion};
use daybook_ledger::tile::{decode_hashes, encode_hashes};
use daybook_ledger::verify::{Source, Trust};
use daybook_ledger::witness::{AddCheckpoint, Answer, KnownLog, decide};
use daybook_ledger::{
    Checkpoint, Cosigner, Ed25519Signer, Hash, Leaf, Note, Part, Policy, Resource, Signer, Tile,
    TlogProof, VerifierKey, cosignature, leaf_hash, verify,
};
use std::convert::Infallible;
use std::num::NonZeroUsize;

const ORIGIN: &str = "daybook.example/audit";

fn key(kind: KeyKind) -> Ed25519Signer {
    Ed25519Signer::new(ORIGIN, kind, &[7; 32]).expect("a name")
}

/// The rest of `data` behind `N` bytes, which count as zeroes where they are missing.
fn take<const N: usize>(data: &mut &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    let length = data.len().min(N);
    bytes[..length].copy_from_slice(&data[..length]);
    *data = &data[length..];
    bytes
}

/// Signed notes, and the signatures on them.
pub(crate) fn note(data: &[u8]) {
    let Ok(note) = Note::parse(data) else { return };
    assert_eq!(note.to_string().as_bytes(), data);
    let keys = [key(KeyKind::Ed25519), key(KeyKind::CosignatureV1)];
    let _ = note.open(keys.iter().map(Signer::vkey));
}

/// Public and private keys as text.
pub(crate) fn keys(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = Ed25519Signer::from_text(text) {
        assert_eq!(key.to_secret_text(), text.trim_end_matches('\n'));
    }
}

/// Texts of checkpoints.
pub(crate) fn checkpoint(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
}

/// Paths below a log's prefix, and of its files.
pub(crate) fn path(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(resource) = text.parse::<Resource>() {
        assert_eq!(resource.to_string(), text);
    }
    if let Ok(part) = text.parse::<Part>() {
        assert_eq!(part.to_string(), text);
    }
}

/// Bundles and files of tiles; the first byte tells the width.
pub(crate) fn files(data: &[u8]) {
    let Some((width, file)) = data.split_first() else {
        return;
    };
    let width = u16::from(*width) + 1;
    if let Ok(hashes) = leaf_hashes(file, width) {
        assert_eq!(hashes.len(), usize::from(width));
        let mut bundle = Vec::new();
        for entry in Entries::new(file).flatten() {
            push_entry(&mut bundle, entry).expect("as long as it was");
        }
        assert_eq!(bundle, file);
    }
    let tile = Tile::new(0, 0, width).expect("a width");
    if let Some(hashes) = decode_hashes(tile, file) {
        assert_eq!(encode_hashes(&hashes), file);
    }
}

/// Bundles of bodies.
pub(crate) fn bodies(data: &[u8]) {
    let Ok(bodies) = Bodies::new(data).collect::<Result<Vec<_>, _>>() else {
        return;
    };
    let mut bundle = Vec::new();
    for body in bodies {
        body.push_to(&mut bundle).expect("as long as it was");
    }
    assert_eq!(bundle, data);
}

/// Leaves.
pub(crate) fn leaf(data: &[u8]) {
    let Ok(leaf) = Leaf::parse(data) else { return };
    assert_eq!(leaf.encode().as_deref(), Ok(data));
    assert_eq!(canonicalize(data).as_deref(), Ok(data));
}

/// JSON that is made canonical.
pub(crate) fn json(data: &[u8]) {
    let Ok(canonical) = canonicalize(data) else {
        return;
    };
    assert_eq!(canonicalize(&canonical).as_ref(), Ok(&canonical));
    assert!(serde_json::from_slice::<serde_json::Value>(&canonical).is_ok());
}

/// What a witness is asked, and what it decides.
pub(crate) fn witness(data: &[u8]) {
    if let Ok(request) = AddCheckpoint::parse(data) {
        assert_eq!(request.to_string().as_bytes(), data);
        let witness = key(KeyKind::CosignatureV1);
        let log = KnownLog {
            origin: request.checkpoint().origin.clone(),
            keys: vec![key(KeyKind::Ed25519).vkey().clone()],
            last: None,
        };
        let cosigner = Cosigner::new(&witness).expect("a witness's key");
        let decision = decide(&request, Some(&log), &cosigner, 1).expect("a key in memory");
        assert_eq!(decision.last.is_some(), decision.answer.status() == 200);
    }
    let Ok(body) = str::from_utf8(data) else {
        return;
    };
    for status in [200, 400, 403, 404, 409, 422, 500] {
        if let Some(answer @ (Answer::Cosigned(_) | Answer::Conflict(_))) =
            Answer::parse(status, body)
        {
            assert_eq!(answer.body(), body);
        }
    }
    let plain = Note::new(format!("{ORIGIN}\n0\n"), Vec::new()).expect("a text");
    let _ = cosignature::collect(body, &plain, [key(KeyKind::CosignatureV1).vkey()]);
}

/// Proof files, and their verification.
pub(crate) fn tlog_proof(data: &[u8]) {
    let Ok(proof) = TlogProof::parse(data) else {
        return;
    };
    assert_eq!(proof.to_string().as_bytes(), data);
    let policy = Policy::of_log(key(KeyKind::Ed25519).vkey().clone());
    let _ = proof.verify(&leaf_hash(data), &policy);
}

/// Policies.
pub(crate) fn policy(data: &[u8]) {
    let Ok(policy) = Policy::parse(data) else {
        return;
    };
    assert_eq!(Policy::parse(&policy.to_bytes()).as_ref(), Ok(&policy));
    let _ = policy.is_met(&vec![true; policy.witnesses().len()]);
}

/// Proofs between any sizes.
pub(crate) fn proof(mut data: &[u8]) {
    let (a, b) = (
        u64::from_be_bytes(take(&mut data)),
        u64::from_be_bytes(take(&mut data)),
    );
    let (first, second) = (Hash(take(&mut data)), Hash(take(&mut data)));
    let proof: Vec<_> = data.as_chunks().0.iter().copied().map(Hash).collect();
    if verify_inclusion(&first, a, b, &proof, &second).is_ok() {
        assert!(a < b && proof.len() <= 63);
    }
    if verify_consistency(a, b, &proof, &first, &second).is_ok() {
        assert!(a <= b && proof.len() <= 63);
    }
}

/// A log of at most 1023 events whose checkpoint is signed and whose files are whatever comes.
struct Hostile<'d> {
    checkpoint: Vec<u8>,
    files: &'d [u8],
}

impl Source for Hostile<'_> {
    type Error = Infallible;

    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(match part {
            Part::Checkpoint => Some(self.checkpoint.clone()),
            Part::Entries(_) | Part::Bodies(_) => Some(self.files.to_vec()),
            Part::Hashes(tile) => {
                // Tiles that fit the bundle, as far as it has entries.
                let mut hashes: Vec<_> =
                    Entries::new(self.files).flatten().map(leaf_hash).collect();
                hashes.resize(tile.width().into(), Hash::EMPTY_ROOT);
                Some(encode_hashes(&hashes))
            }
        })
    }

    fn partials(&self, _: Part) -> Result<Vec<u16>, Infallible> {
        Ok(vec![0, 1, 2, 300])
    }
}

/// Whoever trusts these keys of the log, and nothing else.
fn trusting(keys: &[VerifierKey]) -> Trust<'_> {
    Trust {
        origin: ORIGIN,
        keys,
        policy: None,
        earlier: &[],
        threads: NonZeroUsize::MIN,
    }
}

/// The verifier, over files that nobody vouches for.
pub(crate) fn verifier(mut data: &[u8]) {
    let size = u64::from(u16::from_be_bytes(take(&mut data)) % 1024);
    let checkpoint = Checkpoint::new(ORIGIN, size, Hash::EMPTY_ROOT);
    let key = key(KeyKind::Ed25519);
    let note = checkpoint.sign(&[&key]).expect("a key in memory");
    let source = Hostile {
        checkpoint: note.to_string().into_bytes(),
        files: data,
    };
    let verdict = verify(&source, &trusting(&[key.vkey().clone()]), |_| {});
    assert_eq!(verdict.exit_code() == 0, size == 0, "{verdict}");
}

/// Evidence packages, by the key of the samples: what is changed is looked at, too.
pub(crate) fn package(data: &[u8]) {
    let seed = std::array::from_fn(|at| u8::try_from(at).expect("below 32"));
    let key = Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &seed).expect("a name");
    let outcome = evidence::verify(data, &trusting(&[key.vkey().clone()]), None, |_| {});
    assert!(outcome.exit_code() <= 2, "{outcome}");
}
