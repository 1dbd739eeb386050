//! Checks a package, from its first byte to its last, and believes nothing in it but what the given keys
//! have signed. The first event that is not right is named.

use super::completeness::completeness;
use super::outcome::{Evidence, Outcome};
use super::period::Period;
use super::signed::{Tiles, check_signature, compare_kept, trusted};
use super::survey::Survey;
use super::zip::{Entry, Reader, ZipError};
use super::{
    ACCESS, CHECKPOINT, COMPLETENESS, Counts, FORMAT, File, KEY, MANIFEST, Manifest, README,
    SIGNATURE, events_file,
};
use crate::body::Bodies;
use crate::bundle::Entries;
use crate::checkpoint::Checkpoint;
use crate::leaf::Leaf;
use crate::note::Note;
use crate::tlog_proof::TlogProof;
use crate::verify::{Trust, event, extend};
use std::fmt;
use std::io::Read;
use std::ops::Range;

/// What to do about a zip that is not the one that was made.
const ASK: &str = "ask for the zip as Daybook gave it";

/// Why checking stops.
pub(super) enum Stop {
    Fail(String),
    Unchecked(String),
}

impl From<ZipError> for Stop {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(_) | ZipError::Text => Self::Unchecked(error.to_string()),
            ZipError::Repacked(_) => Self::Fail(format!(
                "{error}. Nothing behind could be checked, and so not the signature over all files; {ASK}"
            )),
            other => Self::Fail(other.to_string()),
        }
    }
}

pub(super) fn fail<T>(what: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Fail(what.into()))
}

/// Checks a package. Checkpoints that were kept and have other sizes than its own are compared by `tiles`,
/// and without them they cannot be. `progress` is told how many events are done, from time to time.
pub fn verify<R: Read>(
    input: R,
    trust: &Trust<'_>,
    tiles: Option<Tiles<'_>>,
    progress: impl FnMut(u64),
) -> Outcome {
    let mut files = Files {
        zip: Reader::new(input),
        files: Vec::new(),
        ahead: None,
    };
    match check(&mut files, trust, tiles, progress) {
        Ok(evidence) => Outcome::Pass(Box::new(evidence)),
        Err(Stop::Fail(what)) => Outcome::Fail(what),
        Err(Stop::Unchecked(why)) => Outcome::Unchecked(why),
    }
}

/// The files of a package, in order.
struct Files<R> {
    zip: Reader<R>,
    /// Those that were read.
    files: Vec<File>,
    ahead: Option<Entry>,
}

impl<R: Read> Files<R> {
    /// The next file, unless it has another name.
    fn take_if(&mut self, name: &str) -> Result<Option<Entry>, Stop> {
        if self.ahead.is_none() {
            self.ahead = self.zip.next_entry()?;
        }
        let found = self.ahead.take_if(|entry| entry.name == name);
        if let Some(entry) = &found {
            self.files.push(File::of(name, &entry.data));
        }
        Ok(found)
    }

    /// The next file, which must have this name. Its checksum is left for later.
    fn take(&mut self, name: &str) -> Result<Entry, Stop> {
        let missing = || Stop::Fail(format!("{name} is missing"));
        self.take_if(name)?.ok_or_else(missing)
    }

    fn intact(&mut self, name: &str) -> Result<Vec<u8>, Stop> {
        let entry = self.take(name)?;
        check_intact(&entry)?;
        Ok(entry.data)
    }

    /// Nothing may follow the last file. All of them were checked before.
    fn end(&mut self) -> Result<(), Stop> {
        match self.zip.next_entry() {
            Ok(None) => Ok(()),
            Ok(Some(_)) => fail(format!("something follows {SIGNATURE}")),
            Err(error @ ZipError::Repacked(_)) => fail(format!(
                "{error}. The files of the package were all checked and are the ones that were signed; {ASK}"
            )),
            Err(error) => Err(error.into()),
        }
    }
}

fn check_intact(entry: &Entry) -> Result<(), Stop> {
    match entry.is_intact {
        true => Ok(()),
        false => fail(format!(
            "{} is damaged: its checksum is another",
            entry.name
        )),
    }
}

fn check<R: Read>(
    files: &mut Files<R>,
    trust: &Trust<'_>,
    tiles: Option<Tiles<'_>>,
    mut progress: impl FnMut(u64),
) -> Result<Evidence, Stop> {
    files.intact(README)?;
    files.intact(ACCESS)?;
    let note = files.intact(CHECKPOINT)?;
    let (checkpoint, note, keys) = trusted(&note, trust)?;
    compare_kept(&checkpoint, trust, tiles)?;
    let told = files.intact(COMPLETENESS)?;
    let period = period(&told)?;
    let mut pass = Pass {
        period,
        survey: Survey::default(),
        checkpoint,
        note,
        next: None,
        first: None,
        edges: (false, false),
        counts: Counts::default(),
        erased: Vec::new(),
    };
    while let Some(first) = pass.next_chunk(files)? {
        pass.chunk(files, first)?;
        progress(pass.counts.events + pass.counts.others);
    }
    if told != completeness(&pass.period, &pass.survey, pass.checkpoint.size) {
        return fail(format!(
            "{COMPLETENESS} does not say what follows from the leaves"
        ));
    }
    files.intact(KEY)?;
    let named = files.files.clone();
    let manifest = files.intact(MANIFEST)?;
    let signature = files.intact(SIGNATURE)?;
    check_signature(&signature, &manifest, trust)?;
    let made_at = pass.check_manifest(&manifest, &named)?;
    files.end()?;
    Ok(Evidence {
        indices: pass.indices(),
        period: pass.period,
        counts: pass.counts,
        erased: pass.erased,
        checkpoint: pass.checkpoint,
        keys,
        kept: trust.earlier.len(),
        made_at,
    })
}

fn period(completeness: &[u8]) -> Result<Period, Stop> {
    let told: Option<serde_json::Value> = serde_json::from_slice(completeness).ok();
    let text = |name: &str| {
        let text = told.as_ref().and_then(|told| told["period"][name].as_str());
        text.unwrap_or_default()
    };
    Period::new(text("from"), text("to"))
        .or_else(|error| fail(format!("{COMPLETENESS} names no period: {error}")))
}

/// One pass over the events.
struct Pass {
    period: Period,
    /// What follows from the leaves so far.
    survey: Survey,
    checkpoint: Checkpoint,
    note: Note,
    /// The index that must come next; none before the first.
    next: Option<u64>,
    first: Option<u64>,
    /// Whether the first and the last leaf are of the period.
    edges: (bool, bool),
    counts: Counts,
    erased: Vec<Range<u64>>,
}

impl Pass {
    fn indices(&self) -> Option<(u64, u64)> {
        Some((self.first?, self.next?.checked_sub(1)?))
    }

    /// The first index of the next chunk, if there is one.
    fn next_chunk<R: Read>(&mut self, files: &mut Files<R>) -> Result<Option<u64>, Stop> {
        if files.ahead.is_none() {
            files.ahead = files.zip.next_entry()?;
        }
        let name = files.ahead.as_ref().map(|entry| entry.name.as_str());
        let Some(rest) = name.and_then(|name| name.strip_prefix("events/")) else {
            return Ok(None);
        };
        let digits = rest.split('.').next().unwrap_or_default();
        let Ok(first) = digits.parse::<u64>() else {
            return fail(format!("events/{rest} has no index"));
        };
        match self.next {
            Some(next) if next != first => {
                fail(format!("event {next} is missing, or in the wrong file"))
            }
            _ => Ok(Some(first)),
        }
    }

    fn chunk<R: Read>(&mut self, files: &mut Files<R>, first: u64) -> Result<(), Stop> {
        let bodies = files.take(&events_file(first, "bodies"))?;
        let leaves = files.take(&events_file(first, "leaves"))?;
        let proofs = files.take(&events_file(first, "proofs"))?;
        let mut kept = Bodies::new(&bodies.data);
        let mut proven = proofs.data.as_slice();
        let checkpoint = self.note.to_string();
        let mut index = first;
        for entry in Entries::new(&leaves.data) {
            let entry = entry.or_else(|error| fail(format!("event {index}: {error}")))?;
            let proof = next_proof(&mut proven, checkpoint.as_bytes());
            let proof = proof.filter(|proof| proof.index == index);
            let Some(proof) = proof else {
                return fail(format!(
                    "{}: its proof is missing or another",
                    named(index, entry)
                ));
            };
            self.one(index, entry, &proof, &mut kept)?;
            index += 1;
        }
        if index == first || !proven.is_empty() {
            return fail(format!("event {index} is missing"));
        }
        if kept.left() > 0 {
            return fail(format!("{} has more bodies than events", bodies.name));
        }
        self.first.get_or_insert(first);
        self.next = Some(index);
        [bodies, leaves, proofs].iter().try_for_each(check_intact)
    }

    fn one(
        &mut self,
        index: u64,
        entry: &[u8],
        proof: &TlogProof,
        kept: &mut Bodies<'_>,
    ) -> Result<(), Stop> {
        let wrong =
            |what: &dyn fmt::Display| Stop::Fail(format!("{}: {what}", named(index, entry)));
        let is_of_period = Leaf::parse(entry).map(|leaf| self.period.has(&leaf.time));
        let is_of_period = is_of_period.map_err(|error| wrong(&error))?;
        let body = match is_of_period {
            true => match kept.next() {
                Some(body) => body.map_err(|error| wrong(&error))?,
                None => {
                    return Err(wrong(
                        &"its body is missing, and nothing says that it was erased",
                    ));
                }
            },
            // It is shown by its leaf alone.
            false => crate::Body::Erased,
        };
        let checked = event(entry, &body, index, &proof.proof, &self.checkpoint);
        let leaf = checked.map_err(|error| wrong(&error))?;
        if is_of_period {
            let counted = self.survey.add(index, &leaf);
            counted.map_err(|error| wrong(&error))?;
        }
        match (is_of_period, body.matches(&leaf)) {
            (false, _) => self.counts.others += 1,
            (true, None) => {
                self.counts.erased += 1;
                extend(&mut self.erased, index..index + 1);
            }
            (true, Some(_)) => self.counts.bodies += 1,
        }
        self.counts.events += u64::from(is_of_period);
        let is_first = self.counts.events + self.counts.others == 1;
        self.edges = (
            if is_first { is_of_period } else { self.edges.0 },
            is_of_period,
        );
        Ok(())
    }

    /// Compares what the manifest says with what is there; gives when the package was made.
    fn check_manifest(&self, bytes: &[u8], files: &[File]) -> Result<String, Stop> {
        let manifest: Manifest = serde_json::from_slice(bytes)
            .or_else(|error| fail(format!("{MANIFEST} cannot be read: {error}")))?;
        if manifest.format != FORMAT {
            let format = manifest.format;
            return Err(Stop::Unchecked(format!(
                "the package has the format {format:?}, not {FORMAT}"
            )));
        }
        if let Some((found, said)) = files.iter().zip(&manifest.files).find(|(a, b)| a != b) {
            return fail(format!(
                "{} is not the file {} of the manifest",
                found.name, said.name
            ));
        }
        let checkpoint = &self.checkpoint;
        let says = (
            &manifest.query.from[..],
            &manifest.query.to[..],
            manifest.counts,
        );
        let is = (self.period.from(), self.period.to(), self.counts);
        let indices = manifest.first_index.zip(manifest.last_index);
        let same = manifest.files.len() == files.len()
            && (manifest.tree_size, manifest.root.as_str())
                == (checkpoint.size, checkpoint.root.to_base64().as_str())
            && manifest.log == checkpoint.origin
            && says == is
            && indices == self.indices()
            && (indices.is_none() || self.edges == (true, true));
        match same {
            true => Ok(manifest.made_at),
            false => fail(format!("{MANIFEST} does not say what the package holds")),
        }
    }
}

/// An event, by its index and its id, as far as that can be read.
fn named(index: u64, entry: &[u8]) -> String {
    match Leaf::parse(entry) {
        Ok(leaf) => format!("event {index} (id {:?})", leaf.id),
        Err(_) => format!("event {index}"),
    }
}

/// Takes the next proof, which must end with exactly this checkpoint.
fn next_proof(proofs: &mut &[u8], checkpoint: &[u8]) -> Option<TlogProof> {
    let head = proofs.windows(2).position(|pair| pair == b"\n\n")? + 2;
    let end = head.checked_add(checkpoint.len())?;
    let (proof, rest) = proofs.split_at_checked(end)?;
    let parsed = TlogProof::parse(proof).ok()?;
    let is_whole = parsed.to_string().as_bytes() == proof && &proof[head..] == checkpoint;
    *proofs = rest;
    is_whole.then_some(parsed)
}
