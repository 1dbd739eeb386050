//! Tables: chosen fields of events, by column. Each column, each dictionary of ids and each block of
//! stored rows is read once for all events of a unit.

use super::postings::read_postings;
use super::ranking::Candidate;
use super::search::Bits;
use super::unit::{Source, Unit};
use crate::columns::{ABSENT, OTHER, Place, to_number};
use crate::partition::{Partition, Segment};
use crate::words::LOCAL;
use daybook_model::field::Kind;
use daybook_model::logstore::StoreResult;
use daybook_model::table::{Cells, Column, Table};
use daybook_model::{Event, Field, StoreError, Value, ValueRef};
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use tantivy::{DocAddress, DocId, Term};

/// Stored rows that one thread reads at a time.
const TOGETHER: usize = 256;

/// Events of one unit, with the rows of the table that they are.
struct Run<'a> {
    unit: &'a Unit<'a>,
    /// In order.
    docs: Vec<DocId>,
    rows: Vec<usize>,
}

/// Fields of candidates, in their order, on all threads of the caller's pool.
pub(super) fn table(candidates: &[Candidate<'_>], fields: &[&'static Field]) -> StoreResult<Table> {
    let runs = runs(candidates);
    let rows = candidates.len();
    let stored = stored(&runs, fields, rows)?;
    // Those of ids take as long as all others together.
    let columns = fields.par_iter().with_max_len(1).map(|field| {
        let cells = match Place::of(field) {
            Place::Words | Place::Ranks(_) => words(field, &runs, rows)?,
            Place::Numbers => numbers(field, &runs, rows)?,
            Place::Keys => ids(field, &runs, rows)?,
            _ => texts(field, &stored, rows),
        };
        Ok(Column { field, cells })
    });
    Ok(Table {
        rows,
        columns: columns.collect::<StoreResult<_>>()?,
        last: candidates.last().map(|last| last.instant(false)),
    })
}

fn runs<'a>(candidates: &[Candidate<'a>]) -> Vec<Run<'a>> {
    let mut placed: Vec<(&Candidate<'a>, usize)> = candidates.iter().zip(0..).collect();
    placed.sort_unstable_by_key(|(candidate, _)| candidate.place());
    let of_units = placed.chunk_by(|(a, _), (b, _)| a.place().0 == b.place().0);
    let runs = of_units.map(|of_unit| Run {
        unit: of_unit[0].0.unit,
        docs: of_unit.iter().map(|(candidate, _)| candidate.doc).collect(),
        rows: of_unit.iter().map(|(_, row)| *row).collect(),
    });
    runs.collect()
}

fn numbers(field: &Field, runs: &[Run<'_>], rows: usize) -> StoreResult<Cells> {
    let mut numbers = vec![Cells::NO_NUMBER; rows];
    let mut values = Vec::new();
    for run in runs {
        run.unit.column(field)?.read(&run.docs, &mut values);
        for (row, stored) in run.rows.iter().zip(&values) {
            numbers[*row] = to_number(*stored);
        }
    }
    Ok(Cells::Numbers(numbers))
}

/// Distinct words, numbered as they come.
#[derive(Default)]
struct Numbered {
    words: Vec<Box<str>>,
    by_text: HashMap<Box<str>, u32>,
    /// By ordinal or rank, one above the number; 0 for those that did not come yet.
    by_stored: Vec<u32>,
}

impl Numbered {
    fn of(&mut self, word: Box<str>) -> u32 {
        if let Some(number) = self.by_text.get(&word) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(Cells::NO_WORD);
        self.words.push(word.clone());
        self.by_text.insert(word, number);
        number
    }
}

fn words(field: &'static Field, runs: &[Run<'_>], rows: usize) -> StoreResult<Cells> {
    let mut numbered = Numbered::default();
    let mut found = vec![Cells::NO_WORD; rows];
    let mut values = Vec::new();
    for run in runs {
        run.unit.column(field)?.read(&run.docs, &mut values);
        let mut own: HashMap<u64, u32> = HashMap::new();
        let stored_words = match run.unit.source {
            Source::Segment(partition, ..) if Place::of(field) == Place::Words => {
                Some(partition.dictionary()?.of(field))
            }
            _ => None,
        };
        for ((stored, doc), row) in values.iter().zip(&run.docs).zip(&run.rows) {
            let word = || {
                let word = match &stored_words {
                    Some(words) => words.text(*stored),
                    None => word(run.unit, field, *stored, *doc)?,
                };
                word.ok_or_else(|| StoreError::Damaged(format!("{} names no word", field.name)))
            };
            found[*row] = match usize::try_from(*stored) {
                _ if *stored == ABSENT => continue,
                _ if *stored == OTHER => numbered.of(word()?),
                Ok(at) if at < LOCAL as usize => {
                    if at >= numbered.by_stored.len() {
                        numbered.by_stored.resize((at + 1).next_power_of_two(), 0);
                    }
                    if numbered.by_stored[at] == 0 {
                        numbered.by_stored[at] = numbered.of(word()?) + 1;
                    }
                    numbered.by_stored[at] - 1
                }
                _ => match own.get(stored) {
                    Some(number) => *number,
                    None => *own.entry(*stored).or_insert(numbered.of(word()?)),
                },
            };
        }
    }
    Ok(Cells::Words {
        words: numbered.words,
        rows: found,
    })
}

fn word(
    unit: &Unit<'_>,
    field: &'static Field,
    stored: u64,
    doc: DocId,
) -> StoreResult<Option<Box<str>>> {
    Ok(match unit.value(field, stored, doc)? {
        Some(Value::Text(word)) => Some(word),
        _ => None,
    })
}

/// Texts as they come, with the rows that have them.
#[derive(Default)]
struct Texts {
    text: String,
    rows: Vec<Option<Range<usize>>>,
}

impl Texts {
    fn new(rows: usize) -> Self {
        Self {
            text: String::new(),
            rows: vec![None; rows],
        }
    }

    fn put(&mut self, row: usize, event: &Event, field: &Field) {
        if let Some(ValueRef::Text(text) | ValueRef::Json(text)) = event.get(field) {
            let from = self.text.len();
            self.text.push_str(text);
            self.rows[row] = Some(from..self.text.len());
        }
    }

    fn cells(self) -> Cells {
        let Self { text, rows } = self;
        Cells::Texts { text, rows }
    }
}

fn ids(field: &'static Field, runs: &[Run<'_>], rows: usize) -> StoreResult<Cells> {
    let mut texts = Texts::new(rows);
    for run in runs {
        match run.unit.source {
            Source::Segment(partition, number, _) => {
                let Some(ids) = partition.ids(field, number, &run.docs)? else {
                    continue;
                };
                let from = texts.text.len();
                texts.text.push_str(&ids.text);
                for (row, place) in run.rows.iter().zip(ids.places) {
                    texts.rows[*row] = place.map(|place| from + place.start..from + place.end);
                }
            }
            Source::Chunk(chunk) => {
                for (row, doc) in run.rows.iter().zip(&run.docs) {
                    texts.put(*row, &chunk.entries[*doc as usize].event, field);
                }
            }
        }
    }
    Ok(texts.cells())
}

/// An event with those of its values that no column holds.
enum Stored<'a> {
    Read(Event),
    InMemory(&'a Event),
}

/// The rows of which something is stored apart from columns.
fn stored<'a>(
    runs: &[Run<'a>],
    fields: &[&'static Field],
    rows: usize,
) -> StoreResult<Vec<(usize, Stored<'a>)>> {
    let wanted: Vec<&Field> = fields
        .iter()
        .copied()
        .filter(|field| !Place::of(field).is_column() && Place::of(field) != Place::Keys)
        .collect();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    found.reserve(rows / 16);
    let payloads = wanted.iter().any(|field| field.kind == Kind::Payload);
    for run in runs {
        let placed: Vec<(usize, DocId)> = run
            .rows
            .iter()
            .copied()
            .zip(run.docs.iter().copied())
            .collect();
        match run.unit.source {
            Source::Chunk(chunk) => {
                let events = placed.into_iter();
                found.extend(
                    events.map(|(row, doc)| {
                        (row, Stored::InMemory(&chunk.entries[doc as usize].event))
                    }),
                );
            }
            Source::Segment(partition, number, segment) => {
                let mut placed = placed;
                if let Some(present) = present(partition, segment, &wanted)? {
                    placed.retain(|(_, doc)| present.contains(*doc));
                }
                let read = placed.par_iter().with_min_len(TOGETHER).map(|(row, doc)| {
                    let address = DocAddress::new(number, *doc);
                    Ok((*row, Stored::Read(partition.stored(address, payloads)?)))
                });
                found.append(&mut read.collect::<StoreResult<Vec<_>>>()?);
            }
        }
    }
    Ok(found)
}

/// The events that have one of these fields, when they are of free text.
fn present(
    partition: &Arc<Partition>,
    segment: &Segment,
    fields: &[&Field],
) -> StoreResult<Option<Bits>> {
    if fields.iter().any(|field| Place::of(field) != Place::Text) {
        return Ok(None);
    }
    let mut present = Bits::new(segment.reader.max_doc());
    for field in fields {
        let term = Term::from_field_text(partition.schema()?.present, field.name);
        read_postings(segment, &term, |docs| {
            docs.iter().for_each(|doc| present.insert(*doc));
            Ok(())
        })?;
    }
    Ok(Some(present))
}

fn texts(field: &Field, stored: &[(usize, Stored<'_>)], rows: usize) -> Cells {
    let mut texts = Texts::new(rows);
    for (row, stored) in stored {
        match stored {
            Stored::Read(event) => texts.put(*row, event, field),
            Stored::InMemory(event) => texts.put(*row, event, field),
        }
    }
    texts.cells()
}
