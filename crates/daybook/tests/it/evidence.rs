//! `daybook verify` over an evidence package: its line and its exit code.

use crate::verify::{Data, ORIGIN, key, verifies};
use daybook_ledger::evidence::{Package, Period, signed_text, survey, write};
use daybook_ledger::note::sign;
use daybook_ledger::verify::Source;
use daybook_ledger::{Checkpoint, Note, Part, Signer};
use serde_json::json;
use std::io;

struct Files<'d>(&'d Data);

impl Source for Files<'_> {
    type Error = io::Error;

    fn file(&self, part: Part) -> io::Result<Option<Vec<u8>>> {
        std::fs::read(self.0.path(&part.to_string())).map(Some)
    }
}

fn package(data: &Data) -> Vec<u8> {
    let period = Period::new("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z").unwrap();
    let note = Note::parse(&std::fs::read(data.checkpoint()).unwrap()).unwrap();
    let checkpoint = Checkpoint::parse(note.text_unverified()).unwrap();
    let (files, key) = (Files(data), key(1));
    let package = Package {
        period: &period,
        survey: &survey(&files, &checkpoint, &period).unwrap(),
        note: &note,
        checkpoint: &checkpoint,
        key: &key.vkey().to_string(),
        made_at: "2026-04-02T09:00:00Z",
        requester: json!({}),
        access: json!({}),
    };
    let signed = |hash| {
        let note = sign(signed_text(ORIGIN, &hash), &[&key as &dyn Signer]).unwrap();
        Ok(note.to_string())
    };
    write(&files, &package, Vec::new(), signed).unwrap()
}

#[test]
fn a_package_passes_or_its_first_bad_event_is_named() {
    let data = Data::of(0..300, &key(1));
    let mut bytes = package(&data);
    let path = data.path("evidence.zip");
    let says = |bytes: &[u8], by: u8, more: &[&str], code: i32, line: &str| {
        std::fs::write(&path, bytes).unwrap();
        verifies(&path, &key(by).vkey().to_string(), more, code, line);
    };
    let passed = "PASS: evidence package, 300 events of 2026-03-01T00:00:00Z to 2026-04-01T00:00:00Z UTC, \
        indices 0–299, no gaps, ";
    says(&bytes, 1, &[], 0, passed);
    let kept = data.checkpoint();
    says(
        &bytes,
        1,
        &["--checkpoint", kept.to_str().unwrap()],
        0,
        passed,
    );
    says(&bytes, 2, &[], 1, "FAIL: checkpoint: ");
    let cut = "FAIL: the zip is cut short in what follows manifest.sig";
    says(&bytes[..bytes.len() - 1], 1, &[], 1, cut);
    let no_package = "FAIL: this is no evidence package: it does not begin like one";
    says(b"PK\x01\x02", 1, &[], 1, no_package);
    let export = "COULD NOT CHECK: this is text, no evidence package: ";
    says(b"{\"id\": \"a1\"}\n", 1, &[], 2, export);
    let other = Data::of(0..299, &key(1));
    let other = other.checkpoint();
    let mut more = vec!["--checkpoint", other.to_str().unwrap()];
    let alone = "COULD NOT CHECK: checkpoint ";
    says(&bytes, 1, &more, 2, alone);
    let tiles = data.path("");
    more.extend(["--tiles", tiles.to_str().unwrap()]);
    says(&bytes, 1, &more, 0, passed);
    more[3] = "/nowhere";
    says(
        &bytes,
        1,
        &more,
        2,
        "COULD NOT CHECK: /nowhere does not exist",
    );
    says_how_it_was_packed(&bytes, |bytes, line| says(bytes, 1, &[], 1, line));
    let at = bytes.windows(5).position(|part| part == b"u-270").unwrap();
    bytes[at + 4] = b'1';
    says(
        &bytes,
        1,
        &[],
        1,
        "FAIL: event 270 (id \"id-270\"): the body is not the one",
    );
}

/// The same files in another zip are told from files that are not the same.
fn says_how_it_was_packed(bytes: &[u8], says: impl Fn(&[u8], &str)) {
    let other = "FAIL: the zip is not byte for byte the one that Daybook made: from ";
    let with = |at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x80;
        bytes
    };
    // Where zip programs write the time of the first file.
    let line = format!(
        "{other}its beginning on it was packed again or changed. Nothing behind could be checked"
    );
    says(&with(10), &line);
    let of_next = bytes
        .windows(4)
        .skip(4)
        .position(|part| part == b"PK\x03\x04");
    let line = format!("{other}what follows README.txt on ");
    says(&with(of_next.unwrap() + 4 + 10), &line);
    // Where they write the rights of the first file.
    let central = bytes.windows(4).position(|part| part == b"PK\x01\x02");
    let line = format!(
        "{other}what follows manifest.sig on it was packed again or changed. \
         The files of the package were all checked and are the ones that were signed; ask for"
    );
    says(&with(central.unwrap() + 38), &line);
}
