//! Writing a table.

use super::Column;
use super::column::{Rows, schema_of};
use daybook_model::{Event, Stream, ValueRef};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{KeyValue, ParquetMetaData, ParquetMetaDataReader, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Rows of a row group, which is held in memory when it is written and when it is read.
const GROUP_ROWS_MAX: usize = 8_192;
/// Bytes of its values after which a row group is closed, however few rows it has.
const GROUP_BYTES_MAX: usize = 8 << 20;
const LEVEL: i32 = 3;
const CREATED_BY: &str = concat!("daybook ", env!("CARGO_PKG_VERSION"));

/// Writes events into a Parquet file, row group by row group.
#[derive(Debug)]
pub struct TableWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Rows>,
    group_rows: usize,
    group_bytes: usize,
    rows: u64,
}

impl<W: Write + Send> TableWriter<W> {
    /// A table of these columns. `about` is kept in the file for whoever finds it.
    ///
    /// # Errors
    /// When the beginning cannot be written.
    pub fn new(
        out: W,
        stream: Stream,
        columns: &[Column],
        about: &[(&str, String)],
    ) -> Result<Self> {
        let fields = columns
            .iter()
            .map(|column| schema_of(*column).map(Arc::new));
        let schema = Type::group_type_builder(stream.name())
            .with_fields(fields.collect::<Result<_>>()?)
            .build()?;
        let file = SerializedFileWriter::new(
            out,
            Arc::new(schema),
            Arc::new(properties(columns, about)?),
        )?;
        Ok(Self {
            file,
            columns: columns.iter().map(|column| Rows::new(*column)).collect(),
            group_rows: 0,
            group_bytes: 0,
            rows: 0,
        })
    }

    /// Adds an event. Its content hash is written where the table has a column for it.
    ///
    /// # Errors
    /// When a row group cannot be written.
    pub fn write(&mut self, event: &Event, content_hash: u64) -> Result<()> {
        for rows in &mut self.columns {
            let value = match rows.column {
                Column::Field(field) => event.get(field),
                Column::ContentHash => Some(ValueRef::Integer(content_hash.cast_signed())),
            };
            self.group_bytes += value.map_or(0, size_bytes);
            rows.push(value)?;
        }
        self.group_rows += 1;
        self.rows += 1;
        if self.group_rows >= GROUP_ROWS_MAX || self.group_bytes >= GROUP_BYTES_MAX {
            self.end_group()?;
        }
        Ok(())
    }

    /// Rows written so far.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes written so far, those of the row group under way left out.
    pub fn bytes(&self) -> u64 {
        self.file.bytes_written() as u64
    }

    /// Closes the row group under way, if there is one.
    fn end_group(&mut self) -> Result<()> {
        if self.group_rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for rows in &mut self.columns {
            if let Some(mut column) = group.next_column()? {
                rows.write(column.untyped())?;
                column.close()?;
            }
        }
        group.close()?;
        (self.group_rows, self.group_bytes) = (0, 0);
        Ok(())
    }

    /// Ends the file; answers what it was written to.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(mut self) -> Result<W> {
        self.end_group()?;
        self.file.into_inner()
    }
}

impl TableWriter<Vec<u8>> {
    /// Bytes written since they were last taken.
    pub fn waiting_bytes(&self) -> usize {
        self.file.inner().len()
    }

    /// Takes what was written since the last call.
    pub fn take_written(&mut self) -> Vec<u8> {
        std::mem::take(self.file.inner_mut())
    }
}

/// Writes the row groups of tables of equal columns one after the other, as they are.
///
/// # Errors
/// When one cannot be read, or they have different columns.
pub fn join<W: Write + Send>(paths: &[PathBuf], out: W) -> io::Result<W> {
    let mut joined: Option<SerializedFileWriter<W>> = None;
    let mut out = Some(out);
    for path in paths {
        let from = File::open(path)?;
        let reader = ParquetMetaDataReader::new();
        let metadata = reader.parse_and_finish(&from).map_err(io::Error::other)?;
        if joined.is_none()
            && let Some(out) = out.take()
        {
            let about = metadata.file_metadata();
            let properties = WriterProperties::builder()
                .set_created_by(CREATED_BY.into())
                .set_offset_index_disabled(true)
                .set_key_value_metadata(about.key_value_metadata().cloned())
                .build();
            let schema = about.schema_descr().root_schema_ptr();
            let file = SerializedFileWriter::new(out, schema, Arc::new(properties));
            joined = Some(file.map_err(io::Error::other)?);
        }
        let Some(to) = &mut joined else { break };
        append(&metadata, &from, to).map_err(io::Error::other)?;
    }
    match (joined, out) {
        (Some(joined), _) => joined.into_inner().map_err(io::Error::other),
        (None, Some(out)) => Ok(out),
        (None, None) => Err(io::Error::other("no table to join")),
    }
}

fn append<W: Write + Send>(
    metadata: &ParquetMetaData,
    from: &File,
    to: &mut SerializedFileWriter<W>,
) -> Result<()> {
    for group in metadata.row_groups() {
        let mut out = to.next_row_group()?;
        for column in group.columns() {
            out.append_column(
                from,
                ColumnCloseResult {
                    bytes_written: column.compressed_size().unsigned_abs(),
                    rows_written: group.num_rows().unsigned_abs(),
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                },
            )?;
        }
        out.close()?;
    }
    Ok(())
}

fn properties(columns: &[Column], about: &[(&str, String)]) -> Result<WriterProperties> {
    let about = about.iter();
    let about = about.map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()));
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        // Rows are ordered by time, so only times and what follows them leave out row groups.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(about.collect()));
    let mut sorting = Vec::new();
    for name in ["time", "seq"] {
        let Some(at) = columns.iter().position(|column| column.name() == name) else {
            break;
        };
        let path = ColumnPath::from(name);
        properties = properties
            .set_column_statistics_enabled(path.clone(), EnabledStatistics::Chunk)
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        sorting.push(SortingColumn {
            column_idx: i32::try_from(at).unwrap_or(i32::MAX),
            descending: false,
            nulls_first: false,
        });
    }
    for column in columns.iter().filter(|column| differs_by_row(**column)) {
        properties =
            properties.set_column_dictionary_enabled(ColumnPath::from(column.name()), false);
    }
    Ok(properties.set_sorting_columns(Some(sorting)).build())
}

/// Whether a dictionary of the column's values would only hold them all.
fn differs_by_row(column: Column) -> bool {
    match column {
        Column::ContentHash => true,
        Column::Field(field) => {
            super::is_payload(field) || field.kind == daybook_model::field::Kind::Id
        }
    }
}

fn size_bytes(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(text) | ValueRef::Json(text) => size_of::<usize>() * 4 + text.len(),
        ValueRef::Integer(_) | ValueRef::Boolean(_) => size_of::<i64>(),
    }
}
