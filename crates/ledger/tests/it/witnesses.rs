//! Cosignatures and the witness protocol.

use crate::support::{
    Log, ORIGIN, checkpoint, leaves, log_key, naive_consistency, seed, witness_key,
};
use daybook_ledger::note::{KeyKind, NoteError};
use daybook_ledger::witness::{
    AddCheckpoint, Answer, Cosigned, Decision, KnownLog, RequestError, decide,
};
use daybook_ledger::{Checkpoint, Cosigner, Ed25519Signer, Hash, Note, Signer, cosignature, proof};
use proptest::prelude::*;

const TIME: u64 = 1_700_000_000;

const COSIGNED: &str = "daybook.example/audit
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— daybook.example/audit iAAg4JfXqsmwzPzkblWB6w2Fw1k+NZf05D8mF6vuk+YEejmENbgcicQsOjy7Uwhk8UfBEY0hz8fmGaLpOiiErh9yGw8=
— witness.example/w1 IDJKvgAAAABlU/EAAa0EsR+GiDyXmqK4BH+gaPm64wseol+wGaEE94qW0JslNoOb0rykBfSBV15SzwZR1wCvdKEKZEYb10HTegAOAw==
";

#[test]
fn the_published_cosignature() {
    let (witness, log) = (witness_key(1), log_key());
    let vkey = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
    assert_eq!(witness.vkey().to_string(), vkey);
    let note = Note::parse(COSIGNED.as_bytes()).unwrap();
    let (text, by) = note.open([witness.vkey(), log.vkey()]).unwrap();
    assert_eq!((by[0].timestamp, by[1].timestamp), (Some(TIME), None));

    let checkpoint = Checkpoint::parse(text).unwrap();
    let cosigner = Cosigner::new(&witness).unwrap();
    let signature = cosigner.cosign(&checkpoint, TIME).unwrap();
    assert_eq!(&signature, &note.signatures()[1]);
    for time in [0, 1 << 63] {
        assert!(
            cosigner.cosign(&checkpoint, time).is_err(),
            "{time} is no time"
        );
    }
    assert!(
        Cosigner::new(&log_key()).is_err(),
        "a log's key does not cosign"
    );
}

/// Changes of the time or of the text, and lines by others.
#[test]
fn a_cosignature_covers_time_and_text() {
    let witness = witness_key(1);
    let signed = Note::parse(COSIGNED.as_bytes()).unwrap();
    let line = signed.signatures()[1].to_string();
    let plain = checkpoint_note(&COSIGNED.replace(&line, ""));
    let collect = |lines: &str| cosignature::collect(lines, &plain, [witness.vkey()]);
    assert_eq!(collect(&line).unwrap(), signed.signatures()[1..]);

    let other = Cosigner::new(&witness_key(2))
        .unwrap()
        .cosign(&read(&plain), TIME);
    let other = other.unwrap().to_string();
    assert_eq!(collect(&other), Err(NoteError::NotSigned));
    assert_eq!(
        collect(&(other + &line)).unwrap().len(),
        1,
        "others are ignored"
    );

    let later = line.replace("AAAABlU/EA", "AAAABlU/EB");
    assert!(matches!(collect(&later), Err(NoteError::WrongSignature(_))));
    let moved = checkpoint_note(&plain.to_string().replace("\n8\n", "\n9\n"));
    let moved = cosignature::collect(&line, &moved, [witness.vkey()]);
    assert!(matches!(moved, Err(NoteError::WrongSignature(_))));
    for bad in [
        "",
        "\n",
        "x\n",
        &line[..line.len() - 1],
        &format!("{line}\n"),
        &format!("a\n\n{line}"),
    ] {
        assert!(collect(bad).is_err(), "{bad:?}");
    }
}

fn checkpoint_note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

fn read(note: &Note) -> Checkpoint {
    Checkpoint::parse(note.text_unverified()).unwrap()
}

fn known(last: Option<Cosigned>) -> KnownLog {
    KnownLog {
        origin: ORIGIN.into(),
        keys: vec![log_key().vkey().clone()],
        last,
    }
}

fn ask(log: Option<&KnownLog>, request: &AddCheckpoint) -> Decision {
    let witness = witness_key(1);
    // Bodies as they go over the wire.
    let request = AddCheckpoint::parse(request.to_string().as_bytes()).unwrap();
    let decision = decide(&request, log, &Cosigner::new(&witness).unwrap(), TIME).unwrap();
    let body = decision.answer.body();
    assert_eq!(
        Answer::parse(decision.answer.status(), &body),
        Some(decision.answer.clone())
    );
    decision
}

fn status(log: &KnownLog, old: u64, proof: Vec<Hash>, note: Note) -> u16 {
    let request = AddCheckpoint::new(old, proof, note).unwrap();
    let decision = ask(Some(log), &request);
    assert_eq!(decision.last.is_some(), decision.answer.status() == 200);
    decision.answer.status()
}

#[test]
fn a_witness_answers_as_the_specification_says() {
    let leaves = leaves(20);
    let proof = |old, size| naive_consistency(old, &leaves[..size]);
    let at = |size| checkpoint(&leaves, size);

    let fresh = known(None);
    let first = ask(Some(&fresh), &AddCheckpoint::new(0, vec![], at(5)).unwrap());
    let last = first.last.unwrap();
    assert_eq!((last.size, &last.root), (5, &read(&at(5)).root));
    let (witness, log) = (witness_key(1), log_key());
    let (_, by) = last.note.open([log.vkey(), witness.vkey()]).unwrap();
    assert_eq!(by.len(), 2, "monitors get both signatures");
    assert_eq!(
        Cosigned::read(last.note.clone(), witness.vkey()).as_ref(),
        Ok(&last)
    );
    assert!(
        Cosigned::read(at(5), witness.vkey()).is_err(),
        "state that it did not sign"
    );

    let log = known(Some(last));
    assert_eq!(status(&log, 5, proof(5, 20), at(20)), 200);
    assert_eq!(status(&log, 5, vec![], at(5)), 200, "again");
    assert_eq!(status(&log, 5, proof(5, 20), at(4)), 400);
    let conflict = ask(Some(&log), &AddCheckpoint::new(0, vec![], at(20)).unwrap());
    assert_eq!(conflict.answer, Answer::Conflict(5));
    assert_eq!(
        (conflict.answer.body(), conflict.answer.content_type()),
        ("5\n".into(), "text/x.tlog.size")
    );
    assert_eq!(status(&log, 6, proof(6, 20), at(20)), 409);
    assert_eq!(status(&log, 5, proof(6, 20), at(20)), 422);
    assert_eq!(status(&log, 5, vec![], at(20)), 422);
    assert_eq!(status(&log, 5, proof(5, 20), at(5)), 422);
    assert_eq!(
        status(&fresh, 0, proof(5, 20), at(20)),
        422,
        "no proof from nothing"
    );

    let signed = |size, root| {
        Checkpoint::new(ORIGIN, size, root)
            .sign(&[&log_key()])
            .unwrap()
    };
    assert_eq!(
        status(&log, 5, vec![], signed(5, Hash([1; 32]))),
        422,
        "another root"
    );
    assert_eq!(
        status(&fresh, 0, vec![], signed(0, Hash([1; 32]))),
        422,
        "no empty root"
    );
    assert_eq!(status(&fresh, 0, vec![], signed(0, Hash::EMPTY_ROOT)), 200);
}

#[test]
fn a_witness_listens_to_known_keys_of_known_logs() {
    let leaves = leaves(20);
    let request = |note| AddCheckpoint::new(0, vec![], note).unwrap();
    let (at, log) = (checkpoint(&leaves, 20), known(None));

    let stranger = Ed25519Signer::new(ORIGIN, KeyKind::Ed25519, &seed(9)).unwrap();
    let forged = read(&at).sign(&[&stranger]).unwrap();
    assert_eq!(status(&log, 0, vec![], forged), 403);
    let altered = checkpoint_note(&at.to_string().replace("\n20\n", "\n21\n"));
    assert_eq!(status(&log, 0, vec![], altered), 403);
    let unsigned = request(Note::new(at.text_unverified().into(), vec![]).unwrap());
    let witness = witness_key(1);
    let decision = decide(
        &unsigned,
        Some(&log),
        &Cosigner::new(&witness).unwrap(),
        TIME,
    );
    assert_eq!(decision.unwrap().answer, Answer::Forbidden);

    assert_eq!(ask(None, &request(at.clone())).answer.status(), 404);
    let elsewhere = KnownLog {
        origin: "elsewhere".into(),
        ..log
    };
    assert_eq!(ask(Some(&elsewhere), &request(at)).answer.status(), 404);
}

#[test]
fn requests_have_one_form() {
    let leaves = leaves(8);
    let note = checkpoint(&leaves, 8);
    let hash = naive_consistency(5, &leaves)[0].to_base64();
    for (head, fine) in [
        ("old 5\n".to_owned(), true),
        (format!("old 5\n{hash}\n"), true),
        (format!("old 5\n{}", format!("{hash}\n").repeat(63)), true),
        (format!("old 5\n{}", format!("{hash}\n").repeat(64)), false),
        ("old 05\n".into(), false),
        ("old -1\n".into(), false),
        ("old  5\n".into(), false),
        ("old 9223372036854775808\n".into(), false),
        ("new 5\n".into(), false),
        ("old 5\nabc\n".into(), false),
        ("old 5\n\n".into(), false),
        (String::new(), false),
    ] {
        let body = format!("{head}\n{note}");
        let parsed = AddCheckpoint::parse(body.as_bytes());
        assert_eq!(parsed.is_ok(), fine, "{head:?}");
        assert!(!fine || parsed.unwrap().to_string() == body);
    }
    let error = AddCheckpoint::new(0, vec![Hash::EMPTY_ROOT; 64], note).unwrap_err();
    assert_eq!(error, RequestError::ProofTooLong);
    for (status, body) in [
        (200, ""),
        (200, "x\n"),
        (409, "5"),
        (409, "05\n"),
        (500, ""),
        (301, ""),
    ] {
        assert_eq!(Answer::parse(status, body), None, "{status} {body:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a log that forks and goes back asks for, all that is cosigned is one history.
    #[test]
    fn a_witness_cosigns_one_history(asked in prop::collection::vec((any::<bool>(), 0..40_usize, 0..40_usize), 1..30)) {
        let honest = leaves(40);
        let mut forked = honest.clone();
        forked[7] = Hash([7; 32]);
        let logs = [Log::of(&honest), Log::of(&forked)];
        let (mut log, mut cosigned) = (known(None), Vec::new());
        for (fork, old, size) in asked {
            let (leaves, reader) = if fork { (&forked, &logs[1]) } else { (&honest, &logs[0]) };
            let proof = proof::consistency(reader, old as u64, size as u64).unwrap_or_default();
            let request = AddCheckpoint::new(old as u64, proof, checkpoint(leaves, size)).unwrap();
            if let Some(last) = ask(Some(&log), &request).last {
                cosigned.push((size, fork));
                log.last = Some(last);
            }
        }
        prop_assert!(cosigned.is_sorted_by_key(|(size, _)| *size), "{cosigned:?}");
        let beyond: Vec<_> = cosigned.iter().filter(|(size, _)| *size > 7).collect();
        prop_assert!(beyond.windows(2).all(|pair| pair[0].1 == pair[1].1), "{cosigned:?}");
    }
}
