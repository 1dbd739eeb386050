//! The manifest of an archived period: which files hold its events, and the hashes by which anybody
//! can check them. It is written after the files it names, so what it names is there.
//!
//! `rows_sha256` of a part's events is the SHA-256 of its events in order, each as the line of JSON
//! that the API shows in lists, with a line feed behind it; that of its payloads likewise, of lines
//! with `seq`, `request` and `response`.

use crate::{ArchiveError, Depot, Result};
use daybook_model::{Event, Period, Stream, Timestamp};
use serde::{Deserialize, Serialize};

/// What a manifest says it is.
pub const FORMAT: &str = "daybook-archive-1";
/// The name of a manifest in the directory of its period.
const NAME: &str = "manifest.json";

/// What is archived of one period of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The data directory that it belongs to.
    pub installation: String,
    /// Whose events.
    pub stream: Stream,
    /// The day or month of the events, as in `2026-03`.
    #[serde(with = "as_text")]
    pub period: Period,
    /// The files, oldest first. Events that arrived late are in a part of their own.
    pub parts: Vec<Part>,
    /// Parts whose audit events were older than they are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired: Vec<Expired>,
}

/// What is left of events that were older than they are kept: how many they were, and their hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    /// When they went.
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// Their part. Its files are gone.
    pub part: Part,
}

/// Events that were archived together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Counts the parts of a period; never given twice.
    pub number: u64,
    /// When it was written.
    #[serde(with = "as_text")]
    pub written_at: Timestamp,
    /// The program that wrote it.
    pub written_by: String,
    /// The first event in the order of `(time, seq)`.
    pub first: Place,
    /// The last one.
    pub last: Place,
    /// The lowest and the highest ledger index of audit events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerRange>,
    /// The events without their payloads.
    pub events: File,
    /// Requests and responses; absent when there are none, or none any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payloads: Option<File>,
    /// What was done to the files since they were first written, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PartChange>,
}

/// Where an event stands in the order of its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Its time.
    #[serde(with = "as_text")]
    pub time: Timestamp,
    /// Its sequence number.
    pub seq: i64,
}

/// A range of ledger indices, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRange {
    /// The lowest.
    pub lowest: i64,
    /// The highest.
    pub highest: i64,
}

/// A Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name beside the manifest.
    pub name: String,
    /// Rows in it.
    pub rows: u64,
    /// Bytes in it.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// SHA-256 of its rows, whatever their encoding.
    pub rows_sha256: String,
}

/// A rewriting of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartChange {
    /// When.
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// What for.
    pub what: Rewriting,
    /// Events that are not what they were.
    pub events: u64,
    /// The `rows_sha256` of the events before; not of those of which something was erased since, for nobody
    /// shall try out what that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_sha256_before: Option<String>,
}

/// Why a part was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rewriting {
    /// Fields of some events were erased.
    Erased,
    /// The payloads were older than they are kept.
    PayloadsRemoved,
}

impl Manifest {
    /// The manifest of a period of which nothing is archived.
    pub fn new(installation: &str, stream: Stream, period: Period) -> Self {
        Self {
            format: FORMAT.into(),
            installation: installation.into(),
            stream,
            period,
            parts: Vec::new(),
            expired: Vec::new(),
        }
    }

    /// Whether it says nothing.
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.expired.is_empty()
    }

    /// Keeps of its events only what tells that they were there.
    pub fn expire(&mut self, at: Timestamp) {
        let parts = self.parts.drain(..);
        self.expired.extend(parts.map(|part| Expired { at, part }));
    }

    /// Whether it says what an earlier one said, and one part more: as left by an archiving that did not end.
    pub fn goes_on_from(&self, earlier: &Self) -> bool {
        let parts = self.parts.split_last();
        parts.is_some_and(|(_, before)| before == earlier.parts)
            && self.expired == earlier.expired
            && self.installation == earlier.installation
    }

    /// The directory of a period's files in a depot, with a slash at its end.
    pub fn dir(stream: Stream, period: Period) -> String {
        format!("{stream}/{period}/")
    }

    /// The name of one of its files in the depot.
    pub fn object(&self, file: &File) -> String {
        format!("{}{}", Self::dir(self.stream, self.period), file.name)
    }

    /// The names in the depot of its files, and its own.
    pub fn objects(&self) -> impl Iterator<Item = String> {
        let own = Self::dir(self.stream, self.period) + NAME;
        let files = self.parts.iter().flat_map(Part::files);
        files.map(|file| self.object(file)).chain([own])
    }

    /// Events in all its parts.
    pub fn events(&self) -> u64 {
        self.parts.iter().map(|part| part.events.rows).sum()
    }

    /// Events in all its parts, those that are gone included.
    pub fn events_known(&self) -> u64 {
        let expired = self.expired.iter().map(|expired| &expired.part);
        let expired: u64 = expired.map(|part| part.events.rows).sum();
        self.events() + expired
    }

    /// The number of the next part, beyond all that were ever given.
    pub fn next_number(&self) -> u64 {
        let expired = self.expired.iter().map(|expired| &expired.part);
        let numbers = self.parts.iter().chain(expired).map(|part| part.number);
        numbers.max().map_or(1, |last| last + 1)
    }

    /// Its JSON, as it lies in the depot.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        json.expect("invariant: a manifest has no map with other keys than text") + "\n"
    }

    /// Puts it into the depot, after the files it names.
    ///
    /// # Errors
    /// When the depot does not take it.
    pub fn put(&self, depot: &dyn Depot) -> Result<()> {
        let name = Self::dir(self.stream, self.period) + NAME;
        depot
            .put(&name, self.to_json().as_bytes())
            .map_err(ArchiveError::io(format!("writing the archive file {name}")))
    }

    /// The manifest of a period in a depot.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn get(depot: &dyn Depot, stream: Stream, period: Period) -> Result<Self> {
        let name = Self::dir(stream, period) + NAME;
        let bytes = depot
            .read_all(&name)
            .map_err(ArchiveError::io(format!("reading the archive file {name}")))?;
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|e| ArchiveError::damaged(&name, e))?;
        match manifest.format == FORMAT && (manifest.stream, manifest.period) == (stream, period) {
            true => Ok(manifest),
            false => Err(ArchiveError::damaged(
                &name,
                "it is of another period or format",
            )),
        }
    }

    /// Removes the files of its period that it does not name: what a crash left, and what was
    /// rewritten. Others than Daybook's stay.
    ///
    /// # Errors
    /// When the depot cannot be asked, or keeps one.
    pub fn tidy(&self, depot: &dyn Depot) -> Result<()> {
        let dir = Self::dir(self.stream, self.period);
        let failed = || ArchiveError::io(format!("tidying the archive directory {dir}"));
        let files = self.parts.iter().flat_map(Part::files);
        let named: Vec<String> = files.map(|file| self.object(file)).collect();
        for name in depot.list(&dir).map_err(failed())? {
            let ours = name.ends_with(".parquet")
                || name.ends_with(&format!(".{}", crate::durable::UNFINISHED));
            if ours && !named.contains(&name) {
                depot.remove(&name).map_err(failed())?;
            }
        }
        if self.is_empty() {
            depot.remove(&(dir.clone() + NAME)).map_err(failed())?;
        }
        Ok(())
    }
}

impl Part {
    /// Its files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        [Some(&self.events), self.payloads.as_ref()]
            .into_iter()
            .flatten()
    }

    /// Bytes of its files.
    pub fn size_bytes(&self) -> u64 {
        self.files().map(|file| file.bytes).sum()
    }
}

impl Place {
    /// Where an event stands.
    pub const fn of(event: &Event) -> Self {
        Self {
            time: event.time,
            seq: event.seq,
        }
    }
}

/// Values whose text says all, such as periods and instants.
mod as_text {
    use daybook_model::{Period, Timestamp};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) trait Text: Sized + std::fmt::Display {
        fn read(text: &str) -> Option<Self>;
    }

    impl Text for Period {
        fn read(text: &str) -> Option<Self> {
            text.parse().ok()
        }
    }

    impl Text for Timestamp {
        fn read(text: &str) -> Option<Self> {
            Self::parse(text).ok()
        }
    }

    pub(super) fn serialize<T: Text, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        T::read(&text)
            .ok_or_else(|| D::Error::custom(format!("not a time or a period: {text:.40}")))
    }
}
