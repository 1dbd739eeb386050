//! Building a part from events in order.

use super::RowsHash;
use crate::ids::Known;
use crate::manifest::{File, LedgerRange, Manifest, Part, Place};
use crate::sums::{BlockSums, Summing};
use crate::table::{Column, TableWriter, is_payload};
use crate::{ArchiveError, Depot, Result};
use daybook_model::{Event, Period, Stream, Timestamp};
use parquet::errors::ParquetError;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Takes events in the order of `(time, seq)` and makes files of them.
#[derive(Debug)]
pub struct PartWriter {
    stream: Stream,
    period: Period,
    events: Sheet,
    /// Begun with the first payload.
    payloads: Option<Sheet>,
    dir: Box<Path>,
    first: Option<Place>,
    last: Option<Place>,
    ledger: Option<LedgerRange>,
    known: Vec<Known>,
}

/// A part whose files wait to be brought to a depot. They go when this is dropped.
#[derive(Debug)]
pub struct BuiltPart {
    /// What the manifest will say of it.
    pub part: Part,
    /// What its events are recognised by.
    pub known: Vec<Known>,
    /// The checksums of its files' blocks, by name.
    pub sums: Vec<(String, BlockSums)>,
    files: Vec<NamedTempFile>,
}

/// A table under construction with the hash of its rows.
#[derive(Debug)]
struct Sheet {
    table: TableWriter<Summing<BufWriter<NamedTempFile>>>,
    rows: RowsHash,
}

impl PartWriter {
    /// A part of a period, built in a directory of this machine.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn new(dir: &Path, stream: Stream, period: Period) -> Result<Self> {
        Ok(Self {
            stream,
            period,
            events: Sheet::new(dir, stream, period, &Column::of_events(stream))?,
            payloads: None,
            dir: dir.into(),
            first: None,
            last: None,
            ledger: None,
            known: Vec::new(),
        })
    }

    /// Adds an event with its payloads.
    ///
    /// # Errors
    /// When it is out of order, or cannot be written.
    pub fn add(&mut self, event: &Event, content_hash: u64) -> Result<()> {
        let place = Place::of(event);
        if self.last.is_some_and(|last| last >= place) {
            let what = format!("the event {} is out of order", event.seq);
            return Err(ArchiveError::damaged(&self.name(), what));
        }
        self.events
            .table
            .write(event, content_hash)
            .map_err(failed)?;
        self.events.rows.add_event(event);
        if event.values().any(|(field, _)| is_payload(field)) {
            if self.payloads.is_none() {
                let columns = Column::of_payloads(self.stream);
                let sheet = Sheet::new(&self.dir, self.stream, self.period, &columns)?;
                self.payloads = Some(sheet);
            }
            if let Some(payloads) = &mut self.payloads {
                payloads.table.write(event, 0).map_err(failed)?;
                payloads.rows.add_payloads(event);
            }
        }
        self.first.get_or_insert(place);
        self.last = Some(place);
        if self.stream == Stream::Audit
            && let Some(index) = event.integer("ledger_index")
        {
            let range = self.ledger.get_or_insert(LedgerRange {
                lowest: index,
                highest: index,
            });
            range.lowest = range.lowest.min(index);
            range.highest = range.highest.max(index);
        }
        self.known.push(Known::of(event, content_hash));
        Ok(())
    }

    /// Ends the files; `None` when there was no event.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(self, number: u64) -> Result<Option<BuiltPart>> {
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return Ok(None);
        };
        let (mut files, mut sums) = (Vec::new(), Vec::new());
        let mut end = |sheet: Sheet, kind: &str| -> Result<File> {
            let (file, described, block_sums) = sheet.finish(number, kind)?;
            files.push(file);
            sums.push((described.name.clone(), block_sums));
            Ok(described)
        };
        let events = end(self.events, "events")?;
        let payloads = self.payloads.map(|sheet| end(sheet, "payloads"));
        let part = Part {
            number,
            written_at: Timestamp::now(),
            written_by: concat!("daybook ", env!("CARGO_PKG_VERSION")).into(),
            first,
            last,
            ledger: self.ledger,
            events,
            payloads: payloads.transpose()?,
            changes: Vec::new(),
        };
        Ok(Some(BuiltPart {
            part,
            known: self.known,
            sums,
            files,
        }))
    }

    fn name(&self) -> String {
        Manifest::dir(self.stream, self.period)
    }
}

impl BuiltPart {
    /// Brings the files to a depot.
    ///
    /// # Errors
    /// When it does not take one.
    pub fn put(&self, depot: &dyn Depot, stream: Stream, period: Period) -> Result<()> {
        for (file, built) in self.part.files().zip(&self.files) {
            let name = Manifest::dir(stream, period) + &file.name;
            depot
                .put_file(&name, built.path())
                .map_err(ArchiveError::io(format!("writing the archive file {name}")))?;
        }
        Ok(())
    }
}

impl Sheet {
    fn new(dir: &Path, stream: Stream, period: Period, columns: &[Column]) -> Result<Self> {
        let building = || ArchiveError::io("building an archive file");
        std::fs::create_dir_all(dir).map_err(building())?;
        let file = tempfile::Builder::new()
            .suffix(".building")
            .tempfile_in(dir);
        let file = file.map_err(building())?;
        let about = [
            ("daybook.format", crate::manifest::FORMAT.to_owned()),
            ("daybook.stream", stream.to_string()),
            ("daybook.period", period.to_string()),
        ];
        let out = Summing::new(BufWriter::with_capacity(64 << 10, file));
        Ok(Self {
            table: TableWriter::new(out, stream, columns, &about).map_err(failed)?,
            rows: RowsHash::default(),
        })
    }

    fn finish(self, number: u64, kind: &str) -> Result<(NamedTempFile, File, BlockSums)> {
        let rows = self.table.rows();
        let (out, summed) = self.table.finish().map_err(failed)?.finish();
        let ended = out.into_inner().map_err(io::IntoInnerError::into_error);
        let ended = ended.and_then(|mut file| file.flush().map(|()| file));
        let file = ended.map_err(ArchiveError::io("building an archive file"))?;
        let described = File {
            // Named by its content, so that a file is never another than it was.
            name: format!("{number}-{:.16}.{kind}.parquet", summed.sha256),
            rows,
            bytes: summed.bytes,
            sha256: summed.sha256,
            rows_sha256: self.rows.finish(),
        };
        Ok((file, described, summed.sums))
    }
}

fn failed(error: ParquetError) -> ArchiveError {
    let cause = match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => *cause,
            Err(cause) => io::Error::other(cause),
        },
        error => io::Error::other(error),
    };
    ArchiveError::io("building an archive file")(cause)
}
