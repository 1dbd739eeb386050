//! A file under construction, handed on part by part: what it was given is written only as fast as
//! the parts are taken.

use super::csv::Buffer;
use super::rows::{self, Lines};
use super::{Format, Layout, PART_BYTES};
use daybook_archive::TableWriter;
use daybook_archive::table::Column;
use daybook_model::table::Table;
use std::io;

/// The file.
#[derive(Debug)]
pub(crate) struct Sheet {
    layout: Layout,
    form: Form,
    /// Which of the events given comes next.
    at: usize,
}

#[derive(Debug)]
enum Form {
    Text {
        /// What stands before the first event, until it is handed on.
        head: String,
        lines: Option<Lines>,
    },
    Parquet {
        writer: Box<TableWriter<Vec<u8>>>,
        rows: Table,
    },
}

impl Sheet {
    /// An empty file.
    pub(crate) fn new(layout: Layout) -> io::Result<Self> {
        let begun = rows::head(&layout);
        Self::from(layout, begun)
    }

    /// The rest of a file of which something was handed on before.
    pub(super) fn rest_of(layout: Layout) -> io::Result<Self> {
        Self::from(layout, String::new())
    }

    fn from(layout: Layout, head: String) -> io::Result<Self> {
        let form = match layout.format {
            Format::Parquet => Form::Parquet {
                writer: Box::new(parquet(&layout)?),
                rows: Table::default(),
            },
            Format::Csv | Format::Jsonl => Form::Text { head, lines: None },
        };
        Ok(Self {
            layout,
            form,
            at: 0,
        })
    }

    /// Adds events; what was there before must have been handed on.
    pub(crate) fn add(&mut self, table: Table) {
        self.at = 0;
        match &mut self.form {
            Form::Text { lines, .. } => *lines = Some(Lines::new(&self.layout, table)),
            Form::Parquet { rows, .. } => *rows = table,
        }
    }

    /// The next part; none when more events are needed.
    pub(crate) fn part(&mut self) -> io::Result<Option<Vec<u8>>> {
        let part = match &mut self.form {
            Form::Text { head, lines } => {
                let Some(lines) = lines.as_ref().filter(|lines| self.at < lines.count()) else {
                    return Ok(None);
                };
                let mut text = Buffer::with_room(PART_BYTES + PART_BYTES / 16);
                text.put(std::mem::take(head).as_bytes());
                self.at = lines.write(self.at, PART_BYTES, &mut text);
                text.into_bytes()
            }
            Form::Parquet { writer, rows } => {
                while self.at < rows.rows && writer.waiting_bytes() < PART_BYTES {
                    let event = rows.event(self.layout.stream, self.at);
                    writer.write(&event, 0).map_err(io::Error::other)?;
                    self.at += 1;
                }
                writer.take_written()
            }
        };
        Ok((!part.is_empty()).then_some(part))
    }

    /// Ends the file; answers the rest.
    pub(crate) fn end(self) -> io::Result<Vec<u8>> {
        match self.form {
            Form::Text { head, .. } => Ok(head.into_bytes()),
            Form::Parquet { writer, .. } => writer.finish().map_err(io::Error::other),
        }
    }
}

/// A Parquet file with the columns of a layout.
fn parquet(layout: &Layout) -> io::Result<TableWriter<Vec<u8>>> {
    let columns = layout.columns.iter();
    let columns: Vec<Column> = columns.map(|field| Column::Field(field)).collect();
    let about = [("daybook.stream", layout.stream.to_string())];
    TableWriter::new(Vec::new(), layout.stream, &columns, &about).map_err(io::Error::other)
}
