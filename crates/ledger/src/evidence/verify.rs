//! Checks a package, from its first byte to its last, and believes nothing in it but what the given keys
//! have signed. The first event that is not right is named.

use super::period::Period;
use super::zip::{Entry, Reader, ZipError};
use super::{
    ACCESS, CHECKPOINT, COMPLETENESS, Counts, FORMAT, File, KEY, MANIFEST, Manifest, README,
    SIGNATURE, events_file, signed_text,
};
use crate::body::Bodies;
use crate::bundle::Entries;
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::leaf::Leaf;
use crate::note::Note;
use crate::tlog_proof::TlogProof;
use crate::verify::{Trust, event, grouped};
use std::fmt;
use std::io::Read;

/// What came out. Shown as one line that can be quoted.
#[derive(Debug)]
pub enum Outcome {
    /// All of it is what was signed.
    Pass(Box<Evidence>),
    /// Something is not; this is the first of it.
    Fail(String),
    /// It could not be told, for this reason.
    Unchecked(String),
}

impl Outcome {
    /// The exit code of a program: 0, 1 and 2.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Pass(_) => 0,
            Self::Fail(_) => 1,
            Self::Unchecked(_) => 2,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(evidence) => write!(f, "PASS: {evidence}"),
            Self::Fail(what) => write!(f, "FAIL: {what}"),
            Self::Unchecked(why) => write!(f, "COULD NOT CHECK: {why}"),
        }
    }
}

/// What a package proves.
#[derive(Debug)]
pub struct Evidence {
    period: Period,
    counts: Counts,
    indices: Option<(u64, u64)>,
    checkpoint: Checkpoint,
    keys: Vec<String>,
    made_at: String,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            events,
            others,
            bodies,
            erased,
        } = self.counts;
        write!(
            f,
            "evidence package, {} events of {} UTC",
            grouped(events),
            self.period
        )?;
        if let Some((first, last)) = self.indices {
            write!(f, ", indices {first}–{last}, no gaps")?;
        }
        write!(f, ", {} of other times in between", grouped(others))?;
        write!(
            f,
            ", tree size {}, root {}, key {}",
            self.checkpoint.size,
            self.checkpoint.root.to_base64(),
            self.keys.join(" and ")
        )?;
        let (bodies, erased) = (grouped(bodies), grouped(erased));
        write!(
            f,
            "; {bodies} bodies checked, {erased} erased; made at {}",
            self.made_at
        )
    }
}

/// Why checking stops.
enum Stop {
    Fail(String),
    Unchecked(String),
}

impl From<ZipError> for Stop {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Unchecked(error.to_string()),
            other => Self::Fail(other.to_string()),
        }
    }
}

fn fail<T>(what: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Fail(what.into()))
}

/// Checks a package. `progress` is told how many events are done, from time to time.
pub fn verify<R: Read>(input: R, trust: &Trust<'_>, progress: impl FnMut(u64)) -> Outcome {
    let mut files = Files {
        zip: Reader::new(input),
        files: Vec::new(),
        ahead: None,
    };
    match check(&mut files, trust, progress) {
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
    mut progress: impl FnMut(u64),
) -> Result<Evidence, Stop> {
    files.intact(README)?;
    files.intact(ACCESS)?;
    let note = files.intact(CHECKPOINT)?;
    let (checkpoint, note, keys) = trusted(&note, trust)?;
    let period = period(&files.intact(COMPLETENESS)?)?;
    let mut pass = Pass {
        period,
        checkpoint,
        note,
        next: None,
        first: None,
        edges: (false, false),
        counts: Counts::default(),
    };
    while let Some(first) = pass.next_chunk(files)? {
        pass.chunk(files, first)?;
        progress(pass.counts.events + pass.counts.others);
    }
    files.intact(KEY)?;
    let named = files.files.clone();
    let manifest = files.intact(MANIFEST)?;
    let signature = files.intact(SIGNATURE)?;
    if files.ahead.is_some() || files.zip.next_entry()?.is_some() {
        return fail("something follows manifest.sig");
    }
    check_signature(&signature, &manifest, trust)?;
    let made_at = pass.check_manifest(&manifest, &named)?;
    Ok(Evidence {
        indices: pass.indices(),
        period: pass.period,
        counts: pass.counts,
        checkpoint: pass.checkpoint,
        keys,
        made_at,
    })
}

/// The checkpoint, signed by the log and cosigned as is asked for.
fn trusted(bytes: &[u8], trust: &Trust<'_>) -> Result<(Checkpoint, Note, Vec<String>), Stop> {
    let wrong = |error: &dyn fmt::Display| Stop::Fail(format!("{CHECKPOINT}: {error}"));
    let note = Note::parse(bytes).map_err(|error| wrong(&error))?;
    let opened = Checkpoint::open_signed(&note, trust.origin, trust.keys);
    let (checkpoint, by) = opened.map_err(|error| wrong(&error))?;
    if let Some(policy) = trust.policy {
        policy.check_quorum(&note).map_err(|error| wrong(&error))?;
    }
    for earlier in trust.earlier {
        let name = &earlier.name;
        let useless = |why: String| Stop::Unchecked(format!("earlier checkpoint {name}: {why}"));
        let kept = Note::parse(&earlier.note).map_err(|error| useless(error.to_string()))?;
        let kept = Checkpoint::open(&kept, trust.origin, trust.keys);
        let kept = kept.map_err(|error| useless(error.to_string()))?;
        if kept.size != checkpoint.size {
            let why =
                "a package only tells about a checkpoint of its own size; verify the whole log";
            return Err(useless(why.into()));
        }
        if kept.root != checkpoint.root {
            return fail(format!(
                "{CHECKPOINT} has another root than {name}: history was rewritten"
            ));
        }
    }
    let keys = by
        .iter()
        .map(|by| format!("{}+{:08x}", by.key.name(), by.key.id()));
    let keys = keys.collect();
    Ok((checkpoint, note, keys))
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

fn check_signature(signature: &[u8], manifest: &[u8], trust: &Trust<'_>) -> Result<(), Stop> {
    let wrong = |error: &dyn fmt::Display| Stop::Fail(format!("{SIGNATURE}: {error}"));
    let note = Note::parse(signature).map_err(|error| wrong(&error))?;
    let (text, by) = note.open(trust.keys).map_err(|error| wrong(&error))?;
    if text != signed_text(trust.origin, &Hash::digest(manifest)) {
        return fail(format!("{MANIFEST} is not the one that was signed"));
    }
    match by.len() == note.signatures().len() && note.to_string().as_bytes() == signature {
        true => Ok(()),
        false => fail(format!(
            "{SIGNATURE} has more than the signature of the log"
        )),
    }
}

/// One pass over the events.
struct Pass {
    period: Period,
    checkpoint: Checkpoint,
    note: Note,
    /// The index that must come next; none before the first.
    next: Option<u64>,
    first: Option<u64>,
    /// Whether the first and the last leaf are of the period.
    edges: (bool, bool),
    counts: Counts,
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
        match (is_of_period, body.matches(&leaf)) {
            (false, _) => self.counts.others += 1,
            (true, None) => self.counts.erased += 1,
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
