//! Rows put together from columns. Of many events each column, each dictionary of ids and each
//! block of stored rows is read once, in order.

use super::{Opened, Partition, damaged, document, keys};
use crate::columns::{ABSENT, Place, plain_value};
use crate::partition::dictionary::FieldWords;
use crate::partition::segment::read_column;
use daybook_model::catalogue::Catalogue;
use daybook_model::{Event, Field, StoreError, Value};
use rayon::prelude::*;
use std::ops::Range;
use tantivy::columnar::BytesColumn;
use tantivy::schema::Value as _;
use tantivy::{DocAddress, DocId, TantivyDocument};

/// Rows that one thread makes at a time: their columns stay in its cache.
const TOGETHER: usize = 256;

/// The ids that some events have in one field.
pub(crate) struct Ids {
    field: &'static Field,
    /// All of them.
    pub(crate) text: String,
    /// Where they lie, by position of the event; `None` for one without an id.
    pub(crate) places: Vec<Option<Range<usize>>>,
}

/// The values that some events have in one field.
struct Cells<'a> {
    field: &'static Field,
    values: Values<'a>,
}

enum Values<'a> {
    Plain(Vec<u64>),
    Words(Vec<u64>, FieldWords<'a>),
    Ids(&'a Ids, usize),
}

impl Partition {
    /// An event without its payloads.
    pub(crate) fn event(&self, address: DocAddress) -> Result<Event, StoreError> {
        let (number, docs) = (address.segment_ord, [address.doc_id]);
        let ids = self.key_fields(|field| self.ids(field, number, &docs))?;
        let rows = self.rows(number, &docs, 0, &ids)?;
        let none = || damaged(self.key, &"an event has no row");
        rows.into_iter().next().ok_or_else(none)
    }

    /// Events of a segment without their payloads, in the order of `docs`, which rise. Works on
    /// all threads of the caller's pool.
    pub(crate) fn events(&self, number: u32, docs: &[DocId]) -> Result<Vec<Event>, StoreError> {
        self.segments()?[number as usize].open_rows();
        let ids = self.key_fields(|field| self.ids(field, number, docs))?;
        let parts = docs.par_chunks(TOGETHER).enumerate();
        let rows: Vec<Vec<Event>> = parts
            .map(|(part, docs)| self.rows(number, docs, part * TOGETHER, &ids))
            .collect::<Result<_, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    fn key_fields(
        &self,
        ids: impl Fn(&'static Field) -> Result<Option<Ids>, StoreError>,
    ) -> Result<Vec<Ids>, StoreError> {
        let fields = Catalogue::of(self.key.0).fields().iter();
        let keys = fields.filter(|field| Place::of(field) == Place::Keys);
        keys.filter_map(|field| ids(field).transpose()).collect()
    }

    /// The ids of some events in one field, each block of the dictionary read once.
    pub(crate) fn ids(
        &self,
        field: &'static Field,
        number: u32,
        docs: &[DocId],
    ) -> Result<Option<Ids>, StoreError> {
        let Some(column) = self.segments()?[number as usize].keys(field)? else {
            return Ok(None);
        };
        let (ordinals, places) = ordered(column, docs);
        let mut ids = Ids {
            field,
            text: String::with_capacity(ordinals.len() * 36),
            places: vec![None; docs.len()],
        };
        let (mut places, mut sound) = (places.into_iter(), true);
        let found = column
            .dictionary()
            .sorted_ords_to_term_cb(&ordinals, |key| {
                let from = ids.text.len();
                sound &= keys::unpack_to(key, &mut ids.text);
                if let Some(place) = places.next() {
                    ids.places[place] = Some(from..ids.text.len());
                }
            });
        match found {
            Ok(true) if sound => Ok(Some(ids)),
            Ok(_) => Err(damaged(self.key, &"an id cannot be read")),
            Err(error) => Err(damaged(self.key, &error)),
        }
    }

    /// The rows of some events, the first of which stands at `first` among those of `ids`.
    fn rows(
        &self,
        number: u32,
        docs: &[DocId],
        first: usize,
        ids: &[Ids],
    ) -> Result<Vec<Event>, StoreError> {
        let opened = self.opened()?;
        let mut cells = Vec::new();
        for field in Catalogue::of(self.key.0).fields() {
            let values = match Place::of(field) {
                Place::Keys => ids
                    .iter()
                    .find(|ids| ids.field == field)
                    .map(|ids| Values::Ids(ids, first)),
                place if place.is_column() => {
                    let column = opened.segments[number as usize].column(field)?;
                    column.map(|column| {
                        let mut values = Vec::new();
                        read_column(column, docs, &mut values);
                        match place {
                            Place::Words => Values::Words(values, opened.dictionary.of(field)),
                            _ => Values::Plain(values),
                        }
                    })
                }
                _ => None,
            };
            cells.extend(values.map(|values| Cells { field, values }));
        }
        let numbered = docs.iter().enumerate();
        let rows = numbered.map(|(at, doc)| {
            let mut event = Event::new(self.key.0);
            event.reserve(cells.len());
            for cells in &cells {
                if let Some(value) = self.value(cells, at)? {
                    event.put(cells.field, value);
                }
            }
            self.add_stored_row(opened, DocAddress::new(number, *doc), &mut event)?;
            Ok(event)
        });
        rows.collect()
    }

    fn value(&self, cells: &Cells<'_>, at: usize) -> Result<Option<Value>, StoreError> {
        let value = match &cells.values {
            Values::Ids(ids, first) => {
                let place = ids.places[first + at].clone();
                return Ok(place.map(|place| Value::Text(ids.text[place].into())));
            }
            Values::Plain(values) | Values::Words(values, _) if values[at] == ABSENT => {
                return Ok(None);
            }
            Values::Plain(values) => plain_value(cells.field, values[at]),
            Values::Words(values, words) => words.text(values[at]).map(Value::Text),
        };
        let named = || damaged(self.key, &format!("{} names no word", cells.field.name));
        value.ok_or_else(named).map(Some)
    }

    /// What no column holds of an event, with or without its payloads.
    pub(crate) fn stored(&self, address: DocAddress, payloads: bool) -> Result<Event, StoreError> {
        let mut event = Event::new(self.key.0);
        self.add_stored_row(self.opened()?, address, &mut event)?;
        if payloads {
            self.add_payloads(address, &mut event)?;
        }
        Ok(event)
    }

    fn add_stored_row(
        &self,
        opened: &Opened,
        address: DocAddress,
        event: &mut Event,
    ) -> Result<(), StoreError> {
        let failed = |e: &dyn std::fmt::Display| damaged(self.key, e);
        let stored: TantivyDocument = opened.searcher.doc(address).map_err(|e| failed(&e))?;
        if let Some(row) = stored.get_first(opened.schema.row) {
            let row = row
                .as_bytes()
                .and_then(|bytes| std::str::from_utf8(bytes).ok());
            document::add_members(event, row.unwrap_or_default()).map_err(|e| failed(&e))?;
        }
        Ok(())
    }
}

/// The same by a table of all ordinals, which is quicker when many are asked for; `None` when they are
/// few, or one has several events.
fn ordered_densely(stored: &[u64], ordinals: usize) -> Option<(Vec<u64>, Vec<usize>)> {
    const NONE: u32 = u32::MAX;
    if ordinals / 16 > stored.len() {
        return None;
    }
    let (mut table, mut found) = (vec![NONE; ordinals], 0);
    for (stored, at) in stored.iter().zip(0_u32..) {
        if *stored != ABSENT {
            let slot = table.get_mut(usize::try_from(*stored).ok()?)?;
            if std::mem::replace(slot, at) != NONE {
                return None;
            }
            found += 1;
        }
    }
    let mut ordered = (Vec::with_capacity(found), Vec::with_capacity(found));
    for (at, ordinal) in table.into_iter().zip(0_u64..) {
        if at != NONE {
            ordered.0.push(ordinal);
            ordered.1.push(at as usize);
        }
    }
    Some(ordered)
}

/// The ordinals of the ids of events, in order, with the positions of the events.
fn ordered(column: &BytesColumn, docs: &[DocId]) -> (Vec<u64>, Vec<usize>) {
    let mut stored = Vec::new();
    read_column(column.ords(), docs, &mut stored);
    if let Some(ordered) = ordered_densely(&stored, column.num_terms()) {
        return ordered;
    }
    let mut ordered: Vec<(u64, usize)> = stored.into_iter().zip(0..).collect();
    ordered.retain(|(ordinal, _)| *ordinal != ABSENT);
    ordered.sort_unstable();
    ordered.into_iter().unzip()
}
