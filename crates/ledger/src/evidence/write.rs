//! Writes a package. Memory holds one bundle and the names of the files.

use super::completeness::{completeness, pretty};
use super::period::Period;
use super::survey::{Survey, read};
use super::zip::{Writer, ZipError};
use super::{
    ACCESS, CHECKPOINT, COMPLETENESS, Counts, EvidenceError, FORMAT, File, KEY, MANIFEST, Manifest,
    Question, README, SIGNATURE, events_file,
};
use crate::body::Bodies;
use crate::bundle::{self, push_entry};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::leaf::Leaf;
use crate::note::Note;
use crate::part::Part;
use crate::proof::Prover;
use crate::tile::{HashReader, TILE_WIDTH, Tile};
use crate::tlog_proof::TlogProof;
use crate::verify::{FileHashes, Source};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;

/// Everything that a package is made of, but for the log's files.
#[derive(Debug)]
pub struct Package<'a> {
    /// Which events.
    pub period: &'a Period,
    /// Where they are.
    pub survey: &'a Survey,
    /// The checkpoint that proofs lead to.
    pub note: &'a Note,
    /// What that says.
    pub checkpoint: &'a Checkpoint,
    /// The log's verifier key.
    pub key: &'a str,
    /// When this is made, RFC 3339, UTC.
    pub made_at: &'a str,
    /// Who asked for it.
    pub requester: Value,
    /// Who may read the audit log.
    pub access: Value,
}

const CSV: &str = "This package has no CSV. CSV files that Daybook makes put an apostrophe before values that \
    a spreadsheet would run as a formula; they are for reading, and prove nothing.";

/// Writes a package; `sign` signs the text of [`super::signed_text`] for a manifest's hash.
///
/// # Errors
///
/// [`EvidenceError`].
pub fn write<S: Source, W: Write>(
    source: &S,
    package: &Package<'_>,
    out: W,
    sign: impl FnOnce(Hash) -> Result<String, String>,
) -> Result<W, EvidenceError> {
    let mut out = Files {
        zip: Writer::new(out),
        files: Vec::new(),
    };
    out.add(README, readme(package).as_bytes())?;
    out.add(ACCESS, &pretty(&package.access))?;
    out.add(CHECKPOINT, package.note.to_string().as_bytes())?;
    out.add(
        COMPLETENESS,
        &completeness(package.period, package.survey, package.checkpoint.size),
    )?;
    let mut counts = Counts::default();
    let tiles = Tiles {
        source,
        read: RefCell::default(),
    };
    for chunk in chunks(package.survey.range.clone()) {
        add_events(&tiles, package, chunk, &mut out, &mut counts)?;
    }
    out.add(KEY, format!("{}\n", package.key).as_bytes())?;
    let manifest = pretty(&manifest(package, counts, &out.files));
    out.zip.add(MANIFEST, &manifest)?;
    let signature = sign(Hash::digest(&manifest)).map_err(EvidenceError::Sign)?;
    out.zip.add(SIGNATURE, signature.as_bytes())?;
    Ok(out.zip.finish()?)
}

/// An archive, and what its manifest will name.
struct Files<W> {
    zip: Writer<W>,
    files: Vec<File>,
}

impl<W: Write> Files<W> {
    fn add(&mut self, name: &str, data: &[u8]) -> Result<(), ZipError> {
        self.files.push(File::of(name, data));
        self.zip.add(name, data)
    }
}

/// A range of indices cut where bundles begin.
fn chunks(range: Option<Range<u64>>) -> impl Iterator<Item = Range<u64>> {
    let width = u64::from(TILE_WIDTH);
    let range = range.unwrap_or_default();
    let bundles = range.start / width..range.end.div_ceil(width);
    bundles.map(move |number| {
        let start = range.start.max(number * width);
        start..range.end.min((number + 1) * width)
    })
}

fn add_events<S: Source, W: Write>(
    tiles: &Tiles<'_, S>,
    package: &Package<'_>,
    chunk: Range<u64>,
    out: &mut Files<W>,
    counts: &mut Counts,
) -> Result<(), EvidenceError> {
    let size = package.checkpoint.size;
    let number = chunk.start / u64::from(TILE_WIDTH);
    let tile =
        Tile::in_tree(0, number, size).ok_or_else(|| EvidenceError::log("no such bundle"))?;
    let entries = read(tiles.source, Part::Entries(tile))?;
    let entries = bundle::entries(&entries, tile.width()).map_err(EvidenceError::log)?;
    let kept = read(tiles.source, Part::Bodies(tile))?;
    let mut kept = Bodies::new(&kept);
    let mut prover = Prover::new(tiles, size);
    let (mut leaves, mut bodies, mut proofs) = (Vec::new(), Vec::new(), String::new());
    for (index, entry) in (number * u64::from(TILE_WIDTH)..).zip(entries) {
        let body = kept
            .next()
            .ok_or_else(|| EvidenceError::log("a body is missing"))?;
        let body = body.map_err(EvidenceError::log)?;
        if !chunk.contains(&index) {
            continue;
        }
        let leaf = Leaf::parse(entry).map_err(EvidenceError::log)?;
        push_entry(&mut leaves, entry).map_err(EvidenceError::log)?;
        if package.period.has(&leaf.time) {
            counts.events += 1;
            match body.matches(&leaf) {
                Some(false) => {
                    return Err(EvidenceError::log(format!(
                        "body of event {index} is another"
                    )));
                }
                Some(true) => counts.bodies += 1,
                None => counts.erased += 1,
            }
            body.push_to(&mut bodies).map_err(EvidenceError::log)?;
        } else {
            counts.others += 1;
        }
        let path = prover.inclusion(index).map_err(EvidenceError::log)?;
        let proof = TlogProof {
            extra: None,
            index,
            proof: path,
            checkpoint: package.note.clone(),
        };
        proofs.push_str(&proof.to_string());
    }
    tiles.forget(number);
    out.add(&events_file(chunk.start, "bodies"), &bodies)?;
    out.add(&events_file(chunk.start, "leaves"), &leaves)?;
    out.add(&events_file(chunk.start, "proofs"), proofs.as_bytes())?;
    Ok(())
}

/// The tiles of a log, each read once.
struct Tiles<'s, S> {
    source: &'s S,
    read: RefCell<HashMap<Tile, Vec<Hash>>>,
}

impl<S> Tiles<'_, S> {
    /// Of the lowest level only those around a bundle are needed again.
    fn forget(&self, number: u64) {
        let mut read = self.read.borrow_mut();
        read.retain(|tile, _| tile.level() > 0 || tile.index() > number);
    }
}

impl<S: Source> HashReader for Tiles<'_, S> {
    type Error = EvidenceError;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, EvidenceError> {
        if let Some(hashes) = self.read.borrow().get(&tile) {
            return Ok(hashes.clone());
        }
        let hashes = FileHashes(self.source).hashes(tile);
        let hashes = hashes.map_err(EvidenceError::Log)?;
        self.read.borrow_mut().insert(tile, hashes.clone());
        Ok(hashes)
    }
}

fn manifest(package: &Package<'_>, counts: Counts, files: &[File]) -> Manifest {
    let Package {
        period, checkpoint, ..
    } = package;
    let range = package.survey.range.as_ref();
    Manifest {
        format: FORMAT.into(),
        log: checkpoint.origin.clone(),
        tree_size: checkpoint.size,
        root: checkpoint.root.to_base64(),
        made_at: package.made_at.into(),
        requester: package.requester.clone(),
        query: Question {
            stream: "audit".into(),
            field: "time".into(),
            from: period.from().into(),
            to: period.to().into(),
            bounds: "from <= time < to".into(),
            filters: Vec::new(),
        },
        time_zone: "UTC".into(),
        first_index: range.map(|range| range.start),
        last_index: range.map(|range| range.end - 1),
        counts,
        removals_after_the_period: package.survey.removals_after.clone(),
        csv: CSV.into(),
        files: files.to_vec(),
    }
}

fn readme(package: &Package<'_>) -> String {
    format!(
        "Evidence from the audit log {log}\n\
         Period: {period} (UTC, from inclusive, to exclusive)\n\
         Made at: {made_at}\n\n\
         To check it, no network and no account is needed:\n\n    \
         daybook verify THIS.zip --key '{key}'\n\n\
         Do not believe this file about the key: get it from somebody who answers for the log, by another way,\n\
         and compare. The answer is one line that begins with PASS, FAIL or COULD NOT CHECK; exit codes 0, 1, 2.\n\n\
         events/N.leaves   the hashed leaves from index N on, each behind its length (2 bytes, big-endian)\n\
         events/N.bodies   what the leaves of this period commit to: length (4 bytes), salt (32 bytes), body;\n                  \
         zeroes where it was erased or has expired. SHA-256 of a byte 2, salt and body is the leaf's \"body\"\n\
         events/N.proofs   a C2SP tlog-proof for each leaf (https://c2sp.org/tlog-proof)\n\
         checkpoint        what all proofs lead to (https://c2sp.org/tlog-checkpoint)\n\
         completeness.json indices, starts and stops, changes of configuration and retention, what is not claimed\n\
         access.json       who may read the audit log, as of the making of this package\n\
         manifest.json     the question, who asked, counts, the SHA-256 of each file; what Daybook removed or erased\n                  \
         after the period and may have reached it, each at its index in the ledger: the signer's word\n\
         manifest.sig      the log's signature over the SHA-256 of manifest.json (https://c2sp.org/signed-note)\n\n\
         Leaves without a body are events of other times that stand in between; their times are in them.\n",
        log = package.checkpoint.origin,
        period = package.period,
        made_at = package.made_at,
        key = package.key,
    )
}
