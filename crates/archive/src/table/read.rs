//! Reading a table, row group by row group. What a field's column does not hold is absent; a column
//! that the catalogue does not know any more is passed over.

use super::Column;
use super::column::Rows;
use crate::depot::Object;
use crate::{ArchiveError, Result};
use bytes::{Buf, Bytes, buf::Reader};
use daybook_model::{Event, Field, Stream, Timestamp, Value};
use parquet::column::reader::get_column_reader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    FooterTail, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::statistics::Statistics;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A footer of a file up to a million events fits.
const FOOTER_BYTES_GUESSED: u64 = 256 << 10;
const TAIL_BYTES: usize = 8;

/// A Parquet file with a table of events.
#[derive(Debug)]
pub struct Table {
    object: Object,
    stream: Stream,
    metadata: ParquetMetaData,
    /// What each column of the file is, in catalogue order, with its position.
    columns: Vec<(Column, usize)>,
}

/// A row group in memory, not yet decoded.
#[derive(Debug)]
pub struct Group<'a> {
    table: &'a Table,
    metadata: &'a RowGroupMetaData,
    window: Arc<Window>,
}

impl Table {
    /// Opens the table of a stream.
    ///
    /// # Errors
    /// When the file cannot be read, or is no table.
    pub fn open(object: Object, stream: Stream) -> Result<Self> {
        let size = object.size_bytes();
        let guessed = object.read(size.saturating_sub(FOOTER_BYTES_GUESSED)..size)?;
        let damaged = |error: &dyn std::fmt::Display| ArchiveError::damaged(object.name(), error);
        let tail = guessed.last_chunk::<TAIL_BYTES>();
        let tail = tail.ok_or_else(|| damaged(&"it has no footer"))?;
        let tail = FooterTail::try_new(tail).map_err(|e| damaged(&e))?;
        let length = tail.metadata_length() + TAIL_BYTES;
        let footer = match guessed.len().checked_sub(length) {
            Some(skipped) => guessed.slice(skipped..),
            None => object.read(size.saturating_sub(length as u64)..size)?,
        };
        let footer = &footer[..footer.len().saturating_sub(TAIL_BYTES)];
        let metadata = guarded(|| ParquetMetaDataReader::decode_metadata(footer));
        let metadata = metadata.map_err(|e| damaged(&e))?;
        if !metadata.row_groups().iter().all(has_sound_ranges) {
            return Err(damaged(&"its footer points nowhere"));
        }
        let schema = metadata.file_metadata().schema_descr();
        let mut columns: Vec<(Column, usize)> = (0..schema.num_columns())
            .filter_map(|at| Some((Column::named(stream, schema.column(at).name())?, at)))
            .collect();
        columns.sort_by_key(|(column, _)| match column {
            Column::Field(field) => field.index,
            Column::ContentHash => u8::MAX,
        });
        Ok(Self {
            object,
            stream,
            metadata,
            columns,
        })
    }

    /// How many row groups it has.
    pub fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// How many rows a row group has.
    pub fn group_rows(&self, group: usize) -> u64 {
        self.metadata.row_group(group).num_rows().unsigned_abs()
    }

    /// The first and the last time of a row group.
    ///
    /// # Errors
    /// When the file does not say.
    pub fn group_times(&self, group: usize) -> Result<(Timestamp, Timestamp)> {
        let time = self
            .columns
            .iter()
            .find(|(column, _)| column.name() == "time");
        let found = time.and_then(|(_, at)| {
            match self.metadata.row_group(group).column(*at).statistics()? {
                Statistics::Int64(times) => Some((*times.min_opt()?, *times.max_opt()?)),
                _ => None,
            }
        });
        let (first, last) = found
            .ok_or_else(|| ArchiveError::damaged(self.object.name(), "a row group has no times"))?;
        Ok((Timestamp::from_us(first), Timestamp::from_us(last)))
    }

    /// Bytes that knowing it takes.
    pub fn size_bytes(&self) -> usize {
        self.metadata.memory_size()
    }

    /// The bytes of a row group in the file.
    pub(crate) fn group_range(&self, group: usize) -> Range<u64> {
        let ranges = self.metadata.row_group(group).columns().iter();
        let ranges = ranges.map(|column| column.byte_range());
        let (start, end) = ranges.fold((u64::MAX, 0), |(start, end), (from, length)| {
            (start.min(from), end.max(from.saturating_add(length)))
        });
        start.min(end)..end
    }

    /// Reads a row group.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn fetch(&self, group: usize) -> Result<Group<'_>> {
        let range = self.group_range(group);
        let bytes = self.object.read(range.clone())?;
        Ok(self.group_of(group, range.start, bytes))
    }

    /// A row group whose bytes, from `start` on, are known.
    pub(crate) fn group_of(&self, group: usize, start: u64, bytes: Bytes) -> Group<'_> {
        Group {
            table: self,
            metadata: self.metadata.row_group(group),
            window: Arc::new(Window { start, bytes }),
        }
    }
}

impl Group<'_> {
    /// Its events, with the values of the fields that are wanted.
    ///
    /// # Errors
    /// When its bytes do not make sense.
    pub fn events(&self, wanted: impl Fn(&Field) -> bool) -> Result<Vec<Event>> {
        let rows = self.rows()?;
        let mut events = vec![Event::new(self.table.stream); rows];
        for (column, at) in &self.table.columns {
            if let Column::Field(field) = column
                && wanted(field)
            {
                self.each(*column, *at, |row, value| events[row].put(field, value))?;
            }
        }
        Ok(events)
    }

    /// The content hashes of its events; none of a table without them.
    ///
    /// # Errors
    /// When its bytes do not make sense.
    pub fn content_hashes(&self) -> Result<Vec<u64>> {
        let mut hashes = Vec::new();
        for (column, at) in &self.table.columns {
            if *column == Column::ContentHash {
                self.each(*column, *at, |_, value| {
                    let hash = value.as_ref().integer().unwrap_or_default();
                    hashes.push(hash.cast_unsigned());
                })?;
            }
        }
        Ok(hashes)
    }

    fn rows(&self) -> Result<usize> {
        let rows = usize::try_from(self.metadata.num_rows());
        rows.map_err(|_| self.damaged(&"a row group has no size"))
    }

    fn each(&self, column: Column, at: usize, take: impl FnMut(usize, Value)) -> Result<()> {
        let (chunk, rows) = (self.metadata.column(at), self.rows()?);
        let read = || -> parquet::errors::Result<()> {
            let pages = SerializedPageReader::new(Arc::clone(&self.window), chunk, rows, None)?;
            let reader = get_column_reader(chunk.column_descr_ptr(), Box::new(pages));
            Rows::read(column, reader, rows)?.each(take)
        };
        guarded(read).map_err(|error| self.damaged(&format!("{}: {error}", column.name())))
    }

    fn damaged(&self, what: &dyn std::fmt::Display) -> ArchiveError {
        ArchiveError::damaged(self.table.object.name(), what)
    }
}

/// Reads bytes that may be anybody's: where the library gives up, that is an error like others.
fn guarded<T>(read: impl FnOnce() -> parquet::errors::Result<T>) -> parquet::errors::Result<T> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("it makes no sense".into())))
}

/// Whether the library can be asked where its columns are.
fn has_sound_ranges(group: &RowGroupMetaData) -> bool {
    group.num_rows() >= 0
        && group.columns().iter().all(|column| {
            let first = column.dictionary_page_offset().unwrap_or(0);
            first
                .min(column.data_page_offset())
                .min(column.compressed_size())
                >= 0
        })
}

/// A part of a file.
#[derive(Debug)]
struct Window {
    start: u64,
    bytes: Bytes,
}

impl Window {
    fn from(&self, start: u64) -> parquet::errors::Result<Bytes> {
        let skipped = start.checked_sub(self.start);
        let skipped = skipped.and_then(|skipped| usize::try_from(skipped).ok());
        match skipped.filter(|skipped| *skipped <= self.bytes.len()) {
            Some(skipped) => Ok(self.bytes.slice(skipped..)),
            None => Err(ParquetError::EOF("beyond the row group".into())),
        }
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Window {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.from(start)?;
        match length <= bytes.len() {
            true => Ok(bytes.slice(..length)),
            false => Err(ParquetError::EOF("beyond the row group".into())),
        }
    }
}
