//! Notes, keys and checkpoints.

use crate::support::{log_key, seed};
use daybook_ledger::note::{KeyError, KeyKind, NoteError, sign};
use daybook_ledger::{Checkpoint, Ed25519Signer, Hash, Note, SignError, Signer, VerifierKey};

const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_SKEY: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
";

const C2SP_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
";

const OURS_VKEY: &str =
    "daybook.example/audit+880020e0+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const OURS_NOTE: &str = "daybook.example/audit
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— daybook.example/audit iAAg4JfXqsmwzPzkblWB6w2Fw1k+NZf05D8mF6vuk+YEejmENbgcicQsOjy7Uwhk8UfBEY0hz8fmGaLpOiiErh9yGw8=
";

fn key(vkey: &str) -> VerifierKey {
    vkey.parse().unwrap()
}

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

#[test]
fn published_notes_verify() {
    for (vkey, text) in [
        (GO_VKEY, GO_NOTE),
        (C2SP_VKEY, C2SP_NOTE),
        (OURS_VKEY, OURS_NOTE),
    ] {
        let (key, note) = (key(vkey), note(text));
        assert_eq!(key.to_string(), vkey);
        assert_eq!(note.to_string(), text);
        let (opened, by) = note.open([&key]).unwrap();
        assert_eq!(opened, &text[..=text.rfind("\n\n").unwrap()]);
        assert_eq!((by.len(), by[0].key, by[0].timestamp), (1, &key, None));
    }
}

#[test]
fn published_notes_are_signed_again() {
    let go = Ed25519Signer::from_text(GO_SKEY).unwrap();
    assert_eq!(go.to_secret_text(), GO_SKEY);
    assert_eq!(go.vkey().to_string(), GO_VKEY);
    let text = note(GO_NOTE).text_unverified().to_owned();
    assert_eq!(sign(text, &[&go]).unwrap().to_string(), GO_NOTE);

    assert_eq!(log_key().vkey().to_string(), OURS_VKEY);
    let root = Hash::from_base64("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=").unwrap();
    let checkpoint = Checkpoint::new("daybook.example/audit", 8, root);
    assert_eq!(
        checkpoint.sign(&[&log_key()]).unwrap().to_string(),
        OURS_NOTE
    );
    let opened = Checkpoint::open(&note(OURS_NOTE), "daybook.example/audit", [&key(OURS_VKEY)]);
    assert_eq!(opened, Ok(checkpoint));
}

/// Every single change of a character of a key is found (Go's `note_test.go` demands the same).
#[test]
fn no_mangled_key_is_accepted() {
    for (at, char) in GO_VKEY.char_indices() {
        for other in ['!', 'A', 'f', '0', '+', ' ', 'ä'] {
            let mut mangled = GO_VKEY.to_owned();
            mangled.replace_range(at..=at, other.encode_utf8(&mut [0; 2]));
            let parsed = mangled.parse::<VerifierKey>();
            assert!(other == char || parsed.is_err(), "{mangled}");
        }
        assert!(GO_VKEY[..at].parse::<VerifierKey>().is_err());
    }
    for (at, char) in GO_SKEY.char_indices() {
        let mut mangled = GO_SKEY.to_owned();
        mangled.replace_range(at..=at, if char == 'A' { "B" } else { "A" });
        let error = Ed25519Signer::from_text(&mangled).unwrap_err();
        assert!(
            !error.to_string().contains("AYEKFALV"),
            "the secret is not repeated"
        );
    }
    assert!(!format!("{:?}", log_key()).contains("PRIVATE"));
    let upper = GO_VKEY.replace("c74f20a3", "C74F20A3");
    assert!(upper.parse::<VerifierKey>().is_err(), "one spelling");
}

#[test]
fn unsafe_and_unknown_keys_are_refused() {
    // The neutral element: every message has a signature under it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    for public in [neutral, [0; 32]] {
        let error = VerifierKey::new("a", KeyKind::Ed25519, &public).unwrap_err();
        assert_eq!(error, KeyError::Unsafe);
    }
    let ecdsa = "a+00000000+Ag==".parse::<VerifierKey>();
    assert_eq!(ecdsa, Err(KeyError::Kind(2)));
    for name in ["", "a b", "a+b", "a\u{2003}b", "a\nb"] {
        assert!(
            Ed25519Signer::new(name, KeyKind::Ed25519, &seed(0)).is_err(),
            "{name:?}"
        );
    }
}

/// Rules of C2SP signed-note: who is ignored, and what refuses the whole note.
#[test]
fn signatures_of_others_are_ignored_and_wrong_ones_are_not() {
    let (go, c2sp) = (key(GO_VKEY), key(C2SP_VKEY));
    assert_eq!(note(GO_NOTE).open([&c2sp]), Err(NoteError::NotSigned));
    assert_eq!(note(GO_NOTE).open([]), Err(NoteError::NotSigned));

    let other_name = GO_NOTE.replace("— PeterNeumann", "— Peter");
    assert_eq!(note(&other_name).open([&go]), Err(NoteError::NotSigned));
    let other_id = GO_NOTE.replace("x08go", "x08gp");
    assert_eq!(note(&other_id).open([&go]), Err(NoteError::NotSigned));

    let wrong = NoteError::WrongSignature("PeterNeumann".into());
    let text = GO_NOTE.replace("answer", "Answer");
    assert_eq!(note(&text).open([&go]), Err(wrong.clone()));
    let line = GO_NOTE.lines().last().unwrap();
    let broken = line.replace("RyyBwJnAM=", "RyyBwJnAA=");
    for both in [
        format!("{GO_NOTE}{broken}\n"),
        GO_NOTE.replace(line, &format!("{broken}\n{line}")),
    ] {
        assert_eq!(note(&both).open([&go, &c2sp]), Err(wrong.clone()));
    }
    let twice = format!("{GO_NOTE}{line}\n");
    assert_eq!(
        note(&twice).open([&go]).unwrap().1.len(),
        1,
        "signing twice counts once"
    );
}

#[test]
fn malformed_notes_are_refused() {
    let line = GO_NOTE.lines().last().unwrap();
    for bad in [
        String::new(),
        "\n".into(),
        "\n\n".into(),
        "text\n".into(),
        "text\n\n".into(),
        format!("text\n{line}\n"),
        format!("text\n\n{line}"),
        format!("text\n\n{line}\n\n"),
        format!("te\txt\n\n{line}\n"),
        format!("te\rxt\n\n{line}\n"),
        format!("text\n\n{line}\r\n"),
        format!("text\n\n{line} \n"),
        format!("text\n\n {line}\n"),
        format!("text\n\n{}\n", line.replace('—', "-")),
        format!("text\n\n{}\n", line.replace("— ", "—  ")),
        format!("text\n\n{}\n", line.replace("AM=", "AM")),
        "text\n\n— a AAAA\n".into(),
        "text\n\n— a AAAAAA==\n".into(),
        "text\n\n— a+b AAAAAAA=\n".into(),
        format!("text\n\n{}", format!("{line}\n").repeat(101)),
        format!("{}\n\n{line}\n", "x".repeat(1_000_000)),
    ] {
        assert!(
            Note::parse(bad.as_bytes()).is_err(),
            "{}",
            &bad[..bad.len().min(200)]
        );
    }
    assert!(Note::parse(b"te\xffxt\n\n").is_err());
    let text = format!("a\n\nb\n\n{}", format!("{line}\n").repeat(100));
    assert_eq!(
        note(&text).text_unverified(),
        "a\n\nb\n",
        "split at the last empty line"
    );
}

#[test]
fn a_checkpoint_has_one_spelling() {
    let root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
    for good in [
        format!("o\n0\n{root}\n"),
        format!("a b+c\n9223372036854775807\n{root}\nextension\n"),
    ] {
        assert_eq!(Checkpoint::parse(&good).unwrap().to_string(), good);
    }
    for bad in [
        format!("o\n08\n{root}\n"),
        format!("o\n+8\n{root}\n"),
        format!("o\n-8\n{root}\n"),
        format!("o\n8 \n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n9223372036854775808\n{root}\n"),
        format!("o\n99999999999999999999\n{root}\n"),
        format!("o\n8\n{root}"),
        format!("o\n8\n{root}\n\n"),
        format!("o\n8\n{root}\n\next\n"),
        format!("\n8\n{root}\n"),
        format!("o\n8\n{}\n", root.replace("yg=", "yh=")),
        format!("o\n8\n{}\n", root.replace('=', "")),
        "o\n8\nAAAA\n".into(),
        "o\n8\n".into(),
        "o\n".into(),
        String::new(),
    ] {
        assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let opened = Checkpoint::open(&note(OURS_NOTE), "daybook.example/auth", [&key(OURS_VKEY)]);
    let error = opened.unwrap_err().to_string();
    assert!(error.contains("daybook.example/audit") && error.contains("daybook.example/auth"));
    let unknown = Checkpoint::open(&note(OURS_NOTE), "daybook.example/audit", [&key(GO_VKEY)]);
    assert_eq!(unknown, Err(NoteError::NotSigned.into()));
    let no_checkpoint = Checkpoint::open(&note(GO_NOTE), "o", [&key(GO_VKEY)]);
    assert!(no_checkpoint.is_err());
}

struct Failing(VerifierKey, Result<Vec<u8>, ()>);

impl Signer for Failing {
    fn vkey(&self) -> &VerifierKey {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
        self.1.clone().map_err(|()| SignError::Key {
            name: self.name().into(),
            reason: "the token is unplugged".into(),
        })
    }
}

#[test]
fn a_signer_is_not_believed() {
    let checkpoint = Checkpoint::new("daybook.example/audit", 0, Hash::EMPTY_ROOT);
    for (answer, words) in [
        (Err(()), "the token is unplugged"),
        (Ok(vec![0; 64]), "does not match its public key"),
        (Ok(vec![]), "does not match its public key"),
    ] {
        let error = checkpoint
            .sign(&[&Failing(key(OURS_VKEY), answer)])
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let witness = Ed25519Signer::new("w", KeyKind::CosignatureV1, &seed(0)).unwrap();
    assert!(
        checkpoint.sign(&[&witness]).is_err(),
        "a witness signs no plain note"
    );
    for origin in ["", "a\nb", "a\tb"] {
        let impossible = Checkpoint::new(origin, 0, Hash::EMPTY_ROOT);
        assert!(impossible.sign(&[&log_key()]).is_err(), "{origin:?}");
    }
}
