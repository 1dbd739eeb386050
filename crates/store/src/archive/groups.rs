//! Rows of archived parts, a row group at a time. What was decoded is kept for the next step of a
//! walk, which usually goes on in the same row group.

use super::{Archive, ArchivedPart, store_error};
use crate::query::cache::PartKey;
use daybook_archive::Table;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Field, Timestamp};
use std::sync::Arc;

/// A row group of a part's events that may hold what is asked.
pub(super) struct EventGroup<'a> {
    archive: &'a Archive,
    part: &'a ArchivedPart,
    pub(super) number: usize,
}

/// The files of a part.
#[derive(Debug, Clone, Copy)]
enum File {
    Events,
    Payloads,
}

impl Archive {
    /// Forgets what was read.
    pub(crate) fn forget_read(&self) {
        self.groups.clear();
    }

    /// How many row groups the events of a part have.
    pub(super) fn groups_of(&self, part: &ArchivedPart) -> StoreResult<usize> {
        let table = self.table(part, File::Events)?;
        Ok(table.map_or(0, |table| table.groups()))
    }

    /// The first row group of a part from the `first` on that ends at a time or later; none
    /// when all end before, or it begins only at `to`.
    pub(super) fn group_from<'a>(
        &'a self,
        part: &'a ArchivedPart,
        first: usize,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> StoreResult<Option<EventGroup<'a>>> {
        let Some(table) = self.table(part, File::Events)? else {
            return Ok(None);
        };
        for number in first..table.groups() {
            let (begins, ends) = table.group_times(number).map_err(store_error)?;
            if to.is_some_and(|to| begins >= to) {
                return Ok(None);
            }
            if from.is_none_or(|from| ends >= from) {
                return Ok(Some(EventGroup {
                    archive: self,
                    part,
                    number,
                }));
            }
        }
        Ok(None)
    }

    /// Puts the payloads of an event of a part into it; whether there are any.
    pub(super) fn add_payloads(&self, part: &ArchivedPart, event: &mut Event) -> StoreResult<bool> {
        let Some(table) = self.table(part, File::Payloads)? else {
            return Ok(false);
        };
        for number in 0..table.groups() {
            let (begins, ends) = table.group_times(number).map_err(store_error)?;
            if begins > event.time {
                break;
            }
            if ends < event.time {
                continue;
            }
            let rows = self.rows(part, File::Payloads, &table, number)?;
            let place = (event.time, event.seq);
            if let Ok(at) = rows.binary_search_by_key(&place, |row| (row.time, row.seq)) {
                add_values(event, &rows[at]);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn table(&self, part: &ArchivedPart, file: File) -> StoreResult<Option<Arc<Table>>> {
        let object = match file {
            File::Events => &part.events,
            File::Payloads => match &part.payloads {
                Some(object) => object,
                None => return Ok(None),
            },
        };
        let key = key(part, file, u32::MAX);
        if let Some(table) = self.groups.get(&key) {
            return Ok(Some(table));
        }
        let table = Table::open(object.clone(), part.stream).map_err(store_error)?;
        let table = Arc::new(table);
        self.groups.put(key, &table, table.size_bytes());
        Ok(Some(table))
    }

    fn rows(
        &self,
        part: &ArchivedPart,
        file: File,
        table: &Table,
        number: usize,
    ) -> StoreResult<Arc<Vec<Event>>> {
        let key = key(part, file, u32::try_from(number).unwrap_or(u32::MAX));
        if let Some(rows) = self.groups.get(&key) {
            return Ok(rows);
        }
        let group = table.fetch(number).map_err(store_error)?;
        let rows = Arc::new(group.events(|_| true).map_err(store_error)?);
        let bytes = rows.iter().map(Event::size_bytes).sum();
        self.groups.put(key, &rows, bytes);
        Ok(rows)
    }
}

impl EventGroup<'_> {
    /// All its events, with all fields.
    pub(super) fn events(&self) -> StoreResult<Arc<Vec<Event>>> {
        match self.archive.table(self.part, File::Events)? {
            Some(table) => self
                .archive
                .rows(self.part, File::Events, &table, self.number),
            None => Ok(Arc::default()),
        }
    }

    /// All its events, with at least these fields and what orders them.
    pub(super) fn some_fields(
        &self,
        wanted: impl Fn(&Field) -> bool,
    ) -> StoreResult<Arc<Vec<Event>>> {
        let key = key(
            self.part,
            File::Events,
            u32::try_from(self.number).unwrap_or(u32::MAX),
        );
        if let Some(rows) = self.archive.groups.get(&key) {
            return Ok(rows);
        }
        let Some(table) = self.archive.table(self.part, File::Events)? else {
            return Ok(Arc::default());
        };
        let group = table.fetch(self.number).map_err(store_error)?;
        let wanted = |field: &Field| ["seq", "time"].contains(&field.name) || wanted(field);
        Ok(Arc::new(group.events(wanted).map_err(store_error)?))
    }

    /// All its events and their content hashes, past what is kept.
    pub(super) fn rows(&self) -> StoreResult<Vec<(Event, u64)>> {
        let Some(table) = self.archive.table(self.part, File::Events)? else {
            return Ok(Vec::new());
        };
        let group = table.fetch(self.number).map_err(store_error)?;
        let events = group.events(|_| true).map_err(store_error)?;
        let hashes = group.content_hashes().map_err(store_error)?;
        Ok(events.into_iter().zip(hashes).collect())
    }
}

/// Puts the payloads of a row into its event.
fn add_values(event: &mut Event, row: &Event) {
    let payloads = row.values();
    let payloads = payloads.filter(|(field, _)| daybook_archive::table::is_payload(field));
    payloads.for_each(|(field, value)| event.put(field, value.to_value()));
}

fn key(part: &ArchivedPart, file: File, group: u32) -> PartKey {
    PartKey {
        of: Box::new([(part.view, group)]),
        asked: match file {
            File::Events => "events".into(),
            File::Payloads => "payloads".into(),
        },
    }
}
