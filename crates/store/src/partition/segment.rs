//! A segment of a partition's index with what queries opened of it. Segments never change, so a
//! new view of the partition takes over what the old one had opened.

use super::at_once;
use super::id_filter::IdFilter;
use super::keys::pack;
use crate::columns::{ABSENT, Place};
use crate::error::internal;
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::StoreResult;
use daybook_model::{Field, Stream};
use std::ops::Bound;
use std::sync::{Arc, OnceLock};
use tantivy::columnar::{BytesColumn, Column};
use tantivy::{DocId, SegmentReader};

/// A segment as one view of the partition sees it.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) reader: SegmentReader,
    stream: Stream,
    opened: Arc<Opened>,
}

#[derive(Debug)]
struct Opened {
    columns: Box<[OnceLock<Option<Column>>]>,
    keys: Box<[OnceLock<Option<BytesColumn>>]>,
    id_filter: OnceLock<IdFilter>,
    zones: Box<[OnceLock<Zones>]>,
    /// The event of each id, by the id's ordinal.
    events_of_ids: OnceLock<Box<[DocId]>>,
}

impl Segment {
    /// The segment of a reader; `before` are those of the view that this one replaces.
    pub(super) fn new(stream: Stream, reader: &SegmentReader, before: &[Self]) -> Self {
        let same = before
            .iter()
            .find(|other| other.reader.segment_id() == reader.segment_id());
        let opened = same
            .map(|same| Arc::clone(&same.opened))
            .unwrap_or_else(|| {
                let fields = Catalogue::of(stream).fields().len();
                Arc::new(Opened {
                    columns: (0..fields).map(|_| OnceLock::new()).collect(),
                    keys: (0..fields).map(|_| OnceLock::new()).collect(),
                    id_filter: OnceLock::new(),
                    zones: (0..fields).map(|_| OnceLock::new()).collect(),
                    events_of_ids: OnceLock::new(),
                })
            });
        Self {
            reader: reader.clone(),
            stream,
            opened,
        }
    }

    /// Whether the column of a field was opened, or cannot be.
    pub(crate) fn has_opened(&self, field: &Field) -> bool {
        !Place::of(field).is_column()
            || self.opened.columns[usize::from(field.index)]
                .get()
                .is_some()
    }

    /// Opens what rows are read from, many at once: it waits for the disk and is checked when it is read.
    pub(super) fn open_rows(&self) {
        let is_closed = |field: &&Field| match Place::of(field) {
            Place::Keys => self.opened.keys[usize::from(field.index)].get().is_none(),
            _ => !self.has_opened(field),
        };
        let fields = Catalogue::of(self.stream).fields().iter();
        let closed: Vec<&Field> = fields.filter(is_closed).collect();
        at_once(&closed, |field| match Place::of(field) {
            // What fails here fails again where it is read.
            Place::Keys => drop(self.keys(field)),
            _ => drop(self.column(field)),
        });
    }

    /// The column of a field that has one; `None` when no event here has a value.
    pub(crate) fn column(&self, field: &Field) -> StoreResult<Option<&Column>> {
        debug_assert!(Place::of(field).is_column());
        cached(&self.opened.columns[usize::from(field.index)], || {
            self.reader.fast_fields().column_opt::<u64>(field.name)
        })
    }

    /// Between which values of a field the events of each window lie. Events come about in the order of
    /// time, so a range of time needs few windows, and so do the largest of all values.
    pub(crate) fn zones(&self, field: &Field) -> StoreResult<Option<&Zones>> {
        let Some(column) = self.column(field)? else {
            return Ok(None);
        };
        let read = || Zones::of(column, self.reader.max_doc());
        Ok(Some(
            self.opened.zones[usize::from(field.index)].get_or_init(read),
        ))
    }

    /// The ids of a field of unique ids; `None` when no event here has one.
    pub(crate) fn keys(&self, field: &Field) -> StoreResult<Option<&BytesColumn>> {
        cached(&self.opened.keys[usize::from(field.index)], || {
            self.reader.fast_fields().bytes(field.name)
        })
    }

    /// Whether an event with this id may be here; never wrong when it says no.
    pub(super) fn may_hold(&self, id_field: &Field, id: &[u8]) -> StoreResult<bool> {
        let filter = self.id_filter(id_field)?;
        Ok(filter.is_some_and(|filter| filter.may_hold(id)))
    }

    /// The filter over its ids; `None` when it has none.
    pub(super) fn id_filter(&self, id_field: &Field) -> StoreResult<Option<&IdFilter>> {
        let Some(ids) = self.keys(id_field)? else {
            return Ok(None);
        };
        if let Some(filter) = self.opened.id_filter.get() {
            return Ok(Some(filter));
        }
        let filter = IdFilter::of(ids).map_err(internal)?;
        Ok(Some(self.opened.id_filter.get_or_init(|| filter)))
    }

    /// Events with this value of a field of unique ids, deleted ones too.
    pub(crate) fn events_with(&self, field: &Field, id: &str) -> StoreResult<Vec<DocId>> {
        let Some(ids) = self.keys(field)? else {
            return Ok(Vec::new());
        };
        let Some(ordinal) = ids.dictionary().term_ord(pack(id)).map_err(internal)? else {
            return Ok(Vec::new());
        };
        self.events_within(ids, ordinal, ordinal)
    }

    /// Events whose ids lie in a range of keys.
    pub(crate) fn events_in(
        &self,
        field: &Field,
        range: super::keys::KeyRange,
    ) -> StoreResult<Vec<DocId>> {
        let Some(ids) = self.keys(field)? else {
            return Ok(Vec::new());
        };
        let (from, to) = ids
            .dictionary()
            .term_bounds_to_ord(range.0, range.1)
            .map_err(internal)?;
        let first = match from {
            Bound::Included(first) => first,
            Bound::Excluded(before) => before + 1,
            Bound::Unbounded => 0,
        };
        let end = match to {
            Bound::Included(last) => last + 1,
            Bound::Excluded(end) => end,
            Bound::Unbounded => ids.num_terms() as u64,
        };
        match first < end {
            true => self.events_within(ids, first, end - 1),
            false => Ok(Vec::new()),
        }
    }

    fn events_within(&self, ids: &BytesColumn, first: u64, last: u64) -> StoreResult<Vec<DocId>> {
        let mut found = Vec::new();
        let all = 0..self.reader.max_doc();
        ids.ords()
            .get_docids_for_value_range(first..=last, all, &mut found);
        Ok(found)
    }

    /// As [`Self::events_with`] for the field `id`, for many look-ups: it makes a table of all ids
    /// first. An id that two origins have is not in the table.
    pub(super) fn event_with_id(&self, id_field: &Field, id: &[u8]) -> StoreResult<Vec<DocId>> {
        let Some(ids) = self.keys(id_field)? else {
            return Ok(Vec::new());
        };
        let Some(ordinal) = ids.dictionary().term_ord(id).map_err(internal)? else {
            return Ok(Vec::new());
        };
        let table = self.opened.events_of_ids.get_or_init(|| {
            let mut table = vec![DocId::MAX; ids.num_terms()];
            for doc in 0..self.reader.max_doc() {
                if let Some(ordinal) = ids.ords().first(doc) {
                    let slot = &mut table[usize::try_from(ordinal).unwrap_or(0)];
                    *slot = if *slot == DocId::MAX {
                        doc
                    } else {
                        DocId::MAX - 1
                    };
                }
            }
            table.into()
        });
        match table.get(usize::try_from(ordinal).unwrap_or(usize::MAX)) {
            Some(doc) if *doc < DocId::MAX - 1 => Ok(vec![*doc]),
            _ => self.events_within(ids, ordinal, ordinal),
        }
    }
}

/// Events that are looked at together.
pub(crate) const WINDOW: u32 = 1024;

/// The least and the largest value that a column has in each window of events, deleted ones included.
#[derive(Debug)]
pub(crate) struct Zones(Box<[(u64, u64)]>);

impl Zones {
    fn of(column: &Column, events: DocId) -> Self {
        let mut values = Vec::with_capacity(WINDOW as usize);
        let mut docs = Vec::with_capacity(WINDOW as usize);
        let windows = (0..events).step_by(WINDOW as usize).map(|first| {
            docs.clear();
            docs.extend(first..events.min(first + WINDOW));
            read_column(column, &docs, &mut values);
            let widen = |(least, largest): (u64, u64), value: &u64| {
                (least.min(*value), largest.max(*value))
            };
            values.iter().fold((ABSENT, 0), widen)
        });
        Self(windows.collect())
    }

    /// The bounds of the window that an event begins.
    pub(crate) fn of_window(&self, first: DocId) -> (u64, u64) {
        let zone = self.0.get((first / WINDOW) as usize);
        zone.copied().unwrap_or((0, ABSENT))
    }
}

fn cached<T>(
    slot: &OnceLock<Option<T>>,
    open: impl FnOnce() -> tantivy::Result<Option<T>>,
) -> StoreResult<Option<&T>> {
    if slot.get().is_none() {
        let opened = open().map_err(internal)?;
        return Ok(slot.get_or_init(|| opened).as_ref());
    }
    Ok(slot.get().and_then(Option::as_ref))
}

/// Reads the values of many events of a column, in order; [`ABSENT`] where there is none.
pub(crate) fn read_column(column: &Column, docs: &[DocId], out: &mut Vec<u64>) {
    use tantivy::columnar::Cardinality;
    out.clear();
    out.resize(docs.len(), ABSENT);
    let (Some(first), Some(last)) = (docs.first(), docs.last()) else {
        return;
    };
    match column.get_cardinality() {
        Cardinality::Full if (last - first) as usize + 1 == docs.len() => {
            column.values.get_range(u64::from(*first), out);
        }
        Cardinality::Full => column.values.get_vals(docs, out),
        _ => {
            for (doc, value) in docs.iter().zip(out) {
                if let Some(found) = column.first(*doc) {
                    *value = found;
                }
            }
        }
    }
}
