//! A unit: a run of events that is searched as a whole. Its events are numbered from 0, and their
//! values are read from columns, wherever they lie.

use crate::columns::{ABSENT, OTHER, Place};
use crate::head::{Chunk, HeadView, partition_of};
use crate::partition::segment::read_column;
use crate::partition::{Partition, Segment, at_once, open_all};
use crate::state::Snapshot;
use crate::words::Words;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Field, Query, Stream, Value};
use std::collections::HashSet;
use std::sync::Arc;
use tantivy::columnar::{Cardinality, Column};
use tantivy::{DocAddress, DocId};

/// A run of events.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) stream: Stream,
    pub(super) source: Source<'a>,
    pub(super) words: &'a Words,
    /// Events that a newer head has other versions of, in order.
    excluded: Vec<DocId>,
}

/// Where a unit's events are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    Segment(&'a Arc<Partition>, u32, &'a Segment),
    Chunk(&'a Arc<Chunk>),
}

/// A column of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) enum UnitColumn<'a> {
    Stored(&'a Column),
    Memory(&'a [u64]),
    Absent,
}

impl UnitColumn<'_> {
    /// The values of events, in order.
    pub(super) fn read(&self, docs: &[DocId], out: &mut Vec<u64>) {
        match self {
            Self::Stored(column) => read_column(column, docs, out),
            Self::Memory(column) => {
                out.clear();
                out.extend(docs.iter().map(|doc| column[*doc as usize]));
            }
            Self::Absent => {
                out.clear();
                out.resize(docs.len(), ABSENT);
            }
        }
    }

    /// Whether it may lack a value of some event.
    pub(super) fn may_lack(&self) -> bool {
        match self {
            Self::Stored(column) => column.get_cardinality() != Cardinality::Full,
            Self::Memory(_) | Self::Absent => true,
        }
    }

    /// The value of one event.
    pub(super) fn first(&self, doc: DocId) -> u64 {
        match self {
            Self::Stored(column) => column.first(doc).unwrap_or(ABSENT),
            Self::Memory(column) => column[doc as usize],
            Self::Absent => ABSENT,
        }
    }
}

/// The units that may hold matching events: those of partitions in order of time, then those in
/// memory.
pub(super) fn units<'a>(snapshot: &'a Snapshot, query: &Query) -> StoreResult<Vec<Unit<'a>>> {
    let mut units = units_in(snapshot, snapshot.partitions(query).collect())?;
    units.extend(chunk_units(snapshot, query.stream));
    Ok(units)
}

/// The segments of partitions.
pub(super) fn units_in<'a>(
    snapshot: &'a Snapshot,
    partitions: Vec<&'a Arc<Partition>>,
) -> StoreResult<Vec<Unit<'a>>> {
    open_all(&partitions);
    let mut units = Vec::new();
    for partition in partitions {
        units.extend(units_of(snapshot, partition)?);
    }
    Ok(units)
}

/// Opens columns of units that were not read yet. What fails here fails again where they are read.
pub(super) fn open_columns(units: &[Unit<'_>], fields: &[&Field]) {
    let mut closed = Vec::new();
    for unit in units {
        if let Source::Segment(_, _, segment) = unit.source {
            let fields = fields.iter().filter(|field| !segment.has_opened(field));
            closed.extend(fields.map(|field| (segment, *field)));
        }
    }
    at_once(&closed, |(segment, field)| {
        let _ = segment.column(field);
    });
}

/// The segments of a partition.
pub(super) fn units_of<'a>(
    snapshot: &'a Snapshot,
    partition: &'a Arc<Partition>,
) -> StoreResult<Vec<Unit<'a>>> {
    let hidden: HashSet<u64> = snapshot.hidden(partition.key).collect();
    let mut units = Vec::new();
    for (number, segment) in (0..).zip(partition.segments()?) {
        let mut unit = Unit {
            stream: partition.key.0,
            source: Source::Segment(partition, number, segment),
            words: snapshot.words(),
            excluded: Vec::new(),
        };
        if !hidden.is_empty() {
            let seqs = unit.column(field(unit.stream, "seq"))?;
            unit.excluded = (0..unit.len())
                .filter(|doc| hidden.contains(&seqs.first(*doc)))
                .collect();
        }
        units.push(unit);
    }
    Ok(units)
}

/// The chunks in memory.
pub(super) fn chunk_units(snapshot: &Snapshot, stream: Stream) -> impl Iterator<Item = Unit<'_>> {
    snapshot.chunks().map(move |(chunk, newer)| Unit {
        stream,
        source: Source::Chunk(chunk),
        words: snapshot.words(),
        excluded: masked(chunk, newer),
    })
}

fn masked(chunk: &Chunk, newer: &[HeadView]) -> Vec<DocId> {
    if newer.iter().all(|head| head.masks.is_empty()) {
        return Vec::new();
    }
    let is_masked = |event: &Event| {
        let key = partition_of(event);
        newer.iter().any(|head| head.masks.hide(key, event.seq))
    };
    let numbered = (0..).zip(&chunk.entries);
    numbered
        .filter(|(_, entry)| is_masked(&entry.event))
        .map(|(doc, _)| doc)
        .collect()
}

impl<'a> Unit<'a> {
    /// Events in it, those that do not count included.
    pub(super) fn len(&self) -> DocId {
        match self.source {
            Source::Segment(_, _, segment) => segment.reader.max_doc(),
            Source::Chunk(chunk) => DocId::try_from(chunk.entries.len()).unwrap_or(DocId::MAX),
        }
    }

    /// Whether some of its events do not count: removed, replaced or of other streams.
    pub(super) fn has_gaps(&self) -> bool {
        !self.excluded.is_empty()
            || match self.source {
                Source::Segment(_, _, segment) => segment.reader.has_deletes(),
                Source::Chunk(_) => true,
            }
    }

    /// Whether no newer head has other versions of its events.
    pub(super) fn excluded_none(&self) -> bool {
        self.excluded.is_empty()
    }

    /// Leaves only events that count.
    pub(super) fn retain_counting(&self, docs: &mut Vec<DocId>) {
        if !self.excluded.is_empty() {
            docs.retain(|doc| self.excluded.binary_search(doc).is_err());
        }
        if let Source::Segment(_, _, segment) = self.source
            && let Some(alive) = segment.reader.alive_bitset()
        {
            docs.retain(|doc| alive.is_alive(*doc));
        }
    }

    /// The column of a field that has one.
    pub(super) fn column(&self, field: &Field) -> StoreResult<UnitColumn<'a>> {
        Ok(match self.source {
            Source::Segment(_, _, segment) => match segment.column(field)? {
                Some(column) => UnitColumn::Stored(column),
                None => UnitColumn::Absent,
            },
            Source::Chunk(chunk) => {
                UnitColumn::Memory(chunk.column(self.stream, field, self.words))
            }
        })
    }

    /// The value that a column holds of an event.
    pub(super) fn value(
        &self,
        field: &'static Field,
        stored: u64,
        doc: DocId,
    ) -> StoreResult<Option<Value>> {
        if stored == ABSENT {
            return Ok(None);
        }
        if Place::of(field) != Place::Words {
            return Ok(crate::columns::plain_value(field, stored));
        }
        match self.source {
            Source::Segment(partition, ..) => Ok(partition
                .dictionary()?
                .of(field)
                .text(stored)
                .map(Value::Text)),
            Source::Chunk(chunk) if stored == OTHER => {
                let value = chunk.entries[doc as usize].event.get(field);
                Ok(value.map(|value| value.to_value()))
            }
            Source::Chunk(_) => {
                let ordinal = u32::try_from(stored).unwrap_or(u32::MAX);
                Ok(Some(Value::Text(
                    self.words.of(self.stream, field).text(ordinal).into(),
                )))
            }
        }
    }

    /// Events without payloads, in the order of `docs`, which rise.
    pub(super) fn events(&self, docs: &[DocId]) -> StoreResult<Vec<Event>> {
        match self.source {
            Source::Chunk(_) => docs.iter().map(|doc| self.event(*doc, false)).collect(),
            Source::Segment(partition, number, _) => partition.events(number, docs),
        }
    }

    /// An event, with or without its payloads.
    pub(super) fn event(&self, doc: DocId, payloads: bool) -> StoreResult<Event> {
        match self.source {
            Source::Chunk(chunk) => {
                let event = &chunk.entries[doc as usize].event;
                Ok(if payloads {
                    event.clone()
                } else {
                    event.header()
                })
            }
            Source::Segment(partition, number, _) => {
                let address = DocAddress::new(number, doc);
                match payloads {
                    true => partition.whole_event(address),
                    false => partition.event(address),
                }
            }
        }
    }
}
