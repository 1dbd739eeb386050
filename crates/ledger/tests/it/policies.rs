//! Policies and proof files: what an auditor holds.

use crate::support::{Log, ORIGIN, checkpoint, leaves, log_key, naive_root, seed, witness_key};
use daybook_ledger::note::{KeyKind, NoteError};
use daybook_ledger::policy::{PolicyError, PolicySyntaxError};
use daybook_ledger::proof::{ProofInvalid, inclusion};
use daybook_ledger::tlog_proof::{TlogProof, TlogProofError};
use daybook_ledger::{
    Checkpoint, Cosigner, Ed25519Signer, Hash, Note, Policy, Signer, VerifierKey,
};

fn witness_vkey(number: u8) -> String {
    witness_key(number).vkey().to_string()
}

/// The example of C2SP tlog-policy, with keys.
fn example() -> String {
    let mut text = format!(
        "# two groups\nlog {} https://daybook.example/\n\n",
        log_key().vkey()
    );
    for (name, number) in ["X1", "X2", "X3", "Y1", "Y2", "Y3"].into_iter().zip(1..) {
        text += &format!("\twitness {name}  {} \t\n", witness_vkey(number));
    }
    text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n\
            group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

fn policy(text: &str) -> Policy {
    Policy::parse(text.as_bytes()).unwrap()
}

/// A checkpoint of eight leaves, cosigned by these witnesses.
fn cosigned(witnesses: &[u8]) -> Note {
    let mut note = checkpoint(&leaves(8), 8);
    let checkpoint = Checkpoint::parse(note.text_unverified()).unwrap();
    for number in witnesses {
        let key = witness_key(*number);
        let cosigner = Cosigner::new(&key).unwrap();
        note.add([cosigner.cosign(&checkpoint, 1_700_000_000).unwrap()]);
    }
    note
}

#[test]
fn a_quorum_is_counted_through_groups() {
    let policy = policy(&example());
    assert_eq!(
        (
            policy.logs().len(),
            policy.witnesses().len(),
            policy.groups().len()
        ),
        (1, 6, 3)
    );
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some(b"https://daybook.example/".as_slice())
    );
    for (witnesses, enough) in [
        (vec![], false),
        (vec![1, 2, 3], false),
        (vec![4, 5, 6], false),
        (vec![1, 4, 5, 6], false),
        (vec![1, 3, 5], true),
        (vec![1, 2, 3, 4, 5, 6], true),
        // Not in the policy.
        (vec![1, 2, 7, 8], false),
    ] {
        match policy.check(&cosigned(&witnesses)) {
            Ok(trusted) => {
                assert!(enough, "{witnesses:?}");
                assert_eq!(trusted.witnesses.len(), witnesses.len());
                assert_eq!(
                    (trusted.checkpoint.size, &*trusted.checkpoint.origin),
                    (8, ORIGIN)
                );
            }
            Err(error) => {
                assert!(
                    !enough && matches!(error, PolicyError::Quorum(_)),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn a_policy_is_written_as_it_was_read() {
    let once = policy(&example());
    assert_eq!(Policy::parse(&once.to_bytes()), Ok(once.clone()));
    let latin: Vec<u8> = [
        b"# caf\xe9\nwitness \xe9 ",
        witness_vkey(1).as_bytes(),
        b" \xff\nquorum \xe9\n",
    ]
    .concat();
    let latin = Policy::parse(&latin).unwrap();
    assert_eq!(latin.witnesses()[0].name, b"\xe9", "names are opaque bytes");
    assert_eq!(Policy::parse(&latin.to_bytes()), Ok(latin));
    assert_eq!(policy("quorum none").to_bytes(), b"quorum none\n");
}

#[test]
fn what_a_policy_must_not_say() {
    let (w1, w2, log) = (
        witness_vkey(1),
        witness_vkey(2),
        log_key().vkey().to_string(),
    );
    let renamed = Ed25519Signer::new("other", KeyKind::CosignatureV1, &seed(32)).unwrap();
    let renamed = renamed.vkey();
    for (text, line) in [
        (format!("witness a {w1}\nwitness a {w2}\nquorum none\n"), 2),
        (format!("witness a {w1}\nwitness b {w1}\nquorum none\n"), 2),
        (
            format!("witness a {w1}\nwitness b {renamed}\nquorum none\n"),
            2,
        ),
        (format!("log {log}\nlog {log}\nquorum none\n"), 2),
        (format!("log {w1}\nquorum none\n"), 1),
        (format!("witness a {log}\nquorum none\n"), 1),
        (format!("witness none {w1}\nquorum none\n"), 1),
        (format!("log {log} url more\nquorum none\n"), 1),
        (format!("witness a {w1}\ngroup g 1 a a\nquorum g\n"), 2),
        (
            format!("witness a {w1}\ngroup g 1 a\ngroup h 1 a\nquorum g\n"),
            3,
        ),
        (format!("witness a {w1}\ngroup g 1 none\nquorum g\n"), 2),
        (format!("group g 1 a\nwitness a {w1}\nquorum g\n"), 1),
        (format!("witness a {w1}\ngroup g 1 a g\nquorum g\n"), 2),
        (format!("witness a {w1}\ngroup a 1 a\nquorum a\n"), 2),
        (format!("witness a {w1}\ngroup g 0 a\nquorum g\n"), 2),
        (format!("witness a {w1}\ngroup g 2 a\nquorum g\n"), 2),
        (format!("witness a {w1}\ngroup g 01 a\nquorum g\n"), 2),
        (format!("witness a {w1}\ngroup g all\nquorum g\n"), 2),
        (format!("witness a {w1}\nquorum b\n"), 2),
        ("quorum none\nquorum none\n".into(), 2),
        ("quorum none more\n".into(), 1),
        ("quorum none\r\n".into(), 1),
        ("quorum none\x7f\n".into(), 1),
        ("Quorum none\n".into(), 1),
        ("log x+y+z\nquorum none\n".into(), 1),
        ("tree a\nquorum none\n".into(), 1),
    ] {
        match Policy::parse(text.as_bytes()) {
            Err(PolicySyntaxError::Line { line: at, .. }) => assert_eq!(at, line, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(Policy::parse(b""), Err(PolicySyntaxError::NoQuorum));
    let large = Policy::parse(&[b'\n'; 300_000]);
    assert_eq!(large, Err(PolicySyntaxError::TooLarge));
}

#[test]
fn who_signed_is_checked() {
    let one = |line: &str| {
        policy(&format!(
            "log {}\nwitness w {}\nquorum {line}\n",
            log_key().vkey(),
            witness_vkey(1)
        ))
    };
    let note = cosigned(&[1]);
    assert!(one("w").check(&note).is_ok());
    assert!(one("none").check(&cosigned(&[])).is_ok());

    // A wrong cosignature refuses the note even where none is needed.
    let text = note.to_string();
    let at = text.len() - 5;
    let mut wrong = text.clone();
    wrong.replace_range(
        at..=at,
        if text.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        },
    );
    let wrong = Note::parse(wrong.as_bytes()).unwrap();
    let error = one("none").check(&wrong).unwrap_err();
    let expected = NoteError::WrongSignature("witness.example/w1".into());
    assert_eq!(error, PolicyError::from(expected));

    let stranger = Ed25519Signer::new("elsewhere", KeyKind::Ed25519, &seed(5)).unwrap();
    let root = naive_root(&leaves(8));
    let other_log = Checkpoint::new("elsewhere", 8, root)
        .sign(&[&stranger])
        .unwrap();
    assert_eq!(
        one("none").check(&other_log),
        Err(PolicyError::UnknownLog("elsewhere".into()))
    );
    // The trusted key under an origin that is not its own.
    let borrowed = Checkpoint::new("elsewhere", 8, root)
        .sign(&[&log_key()])
        .unwrap();
    let both = Policy::parse(
        &[
            one("none").to_bytes(),
            format!("log {}\n", stranger.vkey()).into(),
        ]
        .concat(),
    );
    assert_eq!(
        both.unwrap().check(&borrowed),
        Err(NoteError::NotSigned.into())
    );
}

fn proof_file(index: u64) -> TlogProof {
    TlogProof {
        extra: None,
        index,
        proof: inclusion(&Log::of(&leaves(8)), index, 8).unwrap(),
        checkpoint: cosigned(&[1]),
    }
}

#[test]
fn a_proof_file_verifies_offline() {
    let key: VerifierKey = log_key().vkey().clone();
    let policy = Policy::of_log(key);
    for (index, leaf) in (0_u64..).zip(leaves(8)) {
        let text = proof_file(index).to_string();
        assert!(text.starts_with(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n")));
        let read = TlogProof::parse(text.as_bytes()).unwrap();
        assert_eq!(read, proof_file(index));
        assert_eq!(read.verify(&leaf, &policy).unwrap().size, 8);
        let other = read.verify(&Hash([1; 32]), &policy);
        assert_eq!(other, Err(TlogProofError::Proof(ProofInvalid::Root)));
    }
    let with_extra = TlogProof {
        extra: Some(b"out of band".to_vec()),
        ..proof_file(3)
    };
    assert_eq!(
        TlogProof::parse(with_extra.to_string().as_bytes()),
        Ok(with_extra)
    );
    let nobody = policy_of_nobody();
    let error = proof_file(0).verify(&leaves(1)[0], &nobody).unwrap_err();
    assert_eq!(
        error,
        TlogProofError::Policy(PolicyError::UnknownLog(ORIGIN.into()))
    );
}

fn policy_of_nobody() -> Policy {
    policy("quorum none\n")
}

#[test]
fn a_proof_file_has_one_form() {
    let text = proof_file(3).to_string();
    let hash = Hash::EMPTY_ROOT.to_base64();
    for (from, to) in [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3", "Index 3"),
        ("index 3\n", ""),
        ("index 3\n", "index 3\nextra AAAA\n"),
        ("index 3\n", "extra AAA\nindex 3\n"),
        ("index 3\n", "extra\nindex 3\n"),
        ("index 3\n", "index 3\n \n"),
        ("index 3\n", "index 3\n\n"),
        (
            "index 3\n",
            &format!("index 3\n{}", format!("{hash}\n").repeat(64)),
        ),
        ("\n\n", "\n"),
        ("\n\n", "\r\n\r\n"),
    ] {
        assert!(text.contains(from));
        let bad = text.replacen(from, to, 1);
        assert!(
            TlogProof::parse(bad.as_bytes()).is_err(),
            "{from:?} → {to:?}"
        );
    }
    let policy = Policy::of_log(log_key().vkey().clone());
    for (from, to) in [
        ("index 3", "index 4"),
        ("index 3\n", &format!("index 3\n{hash}\n")),
    ] {
        let other = TlogProof::parse(text.replacen(from, to, 1).as_bytes()).unwrap();
        assert!(other.verify(&leaves(4)[3], &policy).is_err(), "{to}");
    }
}
