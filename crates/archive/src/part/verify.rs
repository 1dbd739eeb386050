//! Reading a part back from its depot, to its last byte, and comparing it with its manifest.

use super::RowsHash;
use crate::depot::{Depot, Object};
use crate::ids::Known;
use crate::manifest::{File, Manifest, Part, Place};
use crate::sums::Summing;
use crate::table::Table;
use crate::{ArchiveError, Result};
use daybook_model::Event;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are read together.
const STEP_BYTES: u64 = 8 << 20;

/// What a part was found to hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// Events.
    pub events: u64,
    /// What they are recognised by, in the order of events.
    pub known: Vec<Known>,
}

/// Reads a part back. Its events are shown to `seen`, without payloads, in order.
///
/// # Errors
/// [`ArchiveError::Damaged`] names the file that is not what the manifest says, and how.
pub fn verify(
    depot: &Arc<dyn Depot>,
    manifest: &Manifest,
    part: &Part,
    mut seen: impl FnMut(&Event),
) -> Result<Verified> {
    let mut found = Verified {
        events: 0,
        known: Vec::new(),
    };
    let mut rows = RowsHash::default();
    let (mut first, mut last) = (None, None);
    let reading = Reading::new(depot, manifest, &part.events)?;
    reading.each(|events, hashes| {
        for (event, hash) in events.iter().zip(hashes) {
            let place = Place::of(event);
            if last.is_some_and(|last| last >= place) {
                return Err(reading.damaged("its events are out of order"));
            }
            first.get_or_insert(place);
            last = Some(place);
            rows.add_event(event);
            found.known.push(Known::of(event, *hash));
            seen(event);
        }
        found.events += events.len() as u64;
        Ok(())
    })?;
    reading.check(found.events, rows)?;
    if (first, last) != (Some(part.first), Some(part.last)) {
        return Err(reading.damaged("its first or last event is another"));
    }
    if let Some(file) = &part.payloads {
        let (mut count, mut rows) = (0, RowsHash::default());
        let reading = Reading::new(depot, manifest, file)?;
        reading.each(|events, _| {
            count += events.len() as u64;
            events.iter().for_each(|event| rows.add_payloads(event));
            Ok(())
        })?;
        reading.check(count, rows)?;
    }
    Ok(found)
}

/// A file that is read back.
struct Reading<'a> {
    file: &'a File,
    stream: daybook_model::Stream,
    object: Object,
}

impl<'a> Reading<'a> {
    fn new(depot: &Arc<dyn Depot>, manifest: &Manifest, file: &'a File) -> Result<Self> {
        let name = manifest.object(file);
        Ok(Self {
            file,
            stream: manifest.stream,
            object: Object::new(Arc::clone(depot), name, file.bytes, None),
        })
    }

    fn damaged(&self, what: &str) -> ArchiveError {
        ArchiveError::damaged(self.object.name(), what)
    }

    /// Shows the rows of each row group, and hashes every byte of the file on the way.
    fn each(&self, mut show: impl FnMut(&[Event], &[u64]) -> Result<()>) -> Result<()> {
        let table = Table::open(self.object.clone(), self.stream)?;
        let mut hashed = Summing::new(io::sink());
        let mut at = 0;
        for number in 0..table.groups() {
            let range = table.group_range(number);
            if range.start < at {
                return Err(self.damaged("its row groups overlap"));
            }
            self.hash(at..range.start, &mut hashed)?;
            let bytes = self.object.read(range.clone())?;
            note(&mut hashed, &bytes)?;
            at = range.end;
            let group = table.group_of(number, range.start, bytes);
            let events = group.events(|_| true)?;
            let mut hashes = group.content_hashes()?;
            // Payloads have none.
            hashes.resize(events.len(), 0);
            show(&events, &hashes)?;
        }
        self.hash(at..self.file.bytes, &mut hashed)?;
        match hashed.finish().1.sha256 == self.file.sha256 {
            true => Ok(()),
            false => Err(self.damaged("its bytes have another hash")),
        }
    }

    fn hash(&self, mut range: Range<u64>, hashed: &mut Summing<io::Sink>) -> Result<()> {
        while range.start < range.end {
            let end = range.end.min(range.start + STEP_BYTES);
            note(hashed, &self.object.read(range.start..end)?)?;
            range.start = end;
        }
        Ok(())
    }

    fn check(&self, rows: u64, hash: RowsHash) -> Result<()> {
        if rows != self.file.rows {
            let what = format!("it has {rows} rows instead of {}", self.file.rows);
            return Err(self.damaged(&what));
        }
        match hash.finish() == self.file.rows_sha256 {
            true => Ok(()),
            false => Err(self.damaged("its rows have another hash")),
        }
    }
}

fn note(hashed: &mut Summing<io::Sink>, bytes: &[u8]) -> Result<()> {
    hashed.write_all(bytes).map_err(ArchiveError::io("hashing"))
}
