//! Walks over online and archived events together. Periods do not overlap, so a walk goes through
//! them one by one; within one, archived parts and what came late are merged, so many archived
//! events at a time that a step is bounded, however few of them match.

use super::{Archive, ArchivedPart, ArchivedPeriod};
use crate::query;
use crate::state::Snapshot;
use daybook_archive::table::is_payload;
use daybook_model::catalogue::field;
use daybook_model::logstore::{ScanRequest, ScanStep, StoreResult};
use daybook_model::table::Table;
use daybook_model::{Event, Field, Query, Scope, Stream, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Archived events that one step passes at most, about.
const PASSED_MAX: u64 = 65_536;

/// The place of an event in the order of a walk.
type Key = (Timestamp, i64);

/// The next step of a walk.
pub(crate) fn scan(
    snapshot: &Snapshot,
    archive: &Archive,
    request: &ScanRequest,
) -> StoreResult<ScanStep> {
    let mut walk = Walk {
        snapshot,
        archive,
        request,
        at: request.after,
        step: ScanStep::default(),
    };
    if request.limit > 0 {
        while walk.advance()? {}
    }
    Ok(walk.step)
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    archive: &'a Archive,
    request: &'a ScanRequest,
    /// Everything up to here is in the step.
    at: Option<Key>,
    step: ScanStep,
}

/// The archived events next in order.
#[derive(Default)]
struct Slice {
    /// Those that match.
    events: Vec<(Key, Event)>,
    /// Where all of them stand.
    keys: Vec<Key>,
    /// Beyond here there may be more; none when the period is at its end.
    end: Option<Key>,
}

impl Walk<'_> {
    /// Goes on; whether the step may go further.
    fn advance(&mut self) -> StoreResult<bool> {
        let wanted = self.request.limit - self.step.table.rows;
        if wanted == 0 || self.step.passed >= PASSED_MAX {
            self.step.next = self.at;
            return Ok(false);
        }
        let from = self.request.query.from.max(self.at.map(|(time, _)| time));
        let ahead = Query {
            from,
            ..self.request.query.clone()
        };
        let archived = &self.snapshot.state().archived;
        let at = self.at;
        let mut periods = archived
            .touched(&ahead)
            .filter(|period| at.is_none_or(|at| at < last_of(period.key.1.end())));
        match periods.next() {
            None => self.online_until(None, wanted),
            Some(period) => {
                let start = period.key.1.start();
                let asked = self.request.query.from;
                let before = asked.is_none_or(|from| from < start)
                    && at.is_none_or(|at| at < last_of(start));
                match before {
                    true => self.online_until(Some(start), wanted),
                    false => self.within(period, wanted),
                }
            }
        }
    }

    /// Where nothing is archived; to the end of the walk without `to`.
    fn online_until(&mut self, to: Option<Timestamp>, wanted: usize) -> StoreResult<bool> {
        let found = self.online(to, wanted, self.request.fields.clone())?;
        let (full, last) = (found.rows == wanted, found.last);
        self.step.passed += found.rows as u64;
        self.step.table.append(found);
        match to {
            _ if full => self.at = last,
            Some(to) => self.at = Some(last_of(to)),
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Goes through a slice of a period of which something is archived.
    fn within(&mut self, period: &ArchivedPeriod, wanted: usize) -> StoreResult<bool> {
        let mut slice = self.slice(period, wanted)?;
        let to = slice
            .end
            .map_or(period.key.1.end(), |(time, _)| time.plus_us(1));
        let mut fields = self.request.fields.clone();
        fields.extend(["time", "seq"].map(|name| field(self.request.query.stream, name)));
        let online = self.online(Some(to), wanted, fields)?;
        let online = online.events(self.request.query.stream);
        // A full step may leave others out.
        let last = online.get(wanted - 1).map(key_of);
        slice.cut(last);
        let late = online.into_iter().map(|event| (key_of(&event), event));
        let late = late.filter(|(key, _)| slice.end.is_none_or(|end| *key <= end));
        let mut events: BTreeMap<Key, Event> = late.collect();
        let mut passed = slice.keys;
        passed.extend(events.keys());
        events.extend(slice.events);
        let beyond = events.keys().nth(wanted).copied();
        let reached = match events.keys().nth(wanted - 1) {
            Some(last) if beyond.is_some() => *last,
            _ => slice.end.unwrap_or_else(|| last_of(period.key.1.end())),
        };
        self.step.passed += passed.iter().filter(|key| **key <= reached).count() as u64;
        let events: Vec<Event> = events.into_values().take(wanted).collect();
        let found = Table::of(&events, &self.request.fields);
        self.step.table.append(found);
        self.at = Some(reached);
        Ok(true)
    }

    /// Online events from here on and before a time.
    fn online(
        &self,
        to: Option<Timestamp>,
        limit: usize,
        fields: Vec<&'static Field>,
    ) -> StoreResult<Table> {
        let asked = &self.request.query;
        let request = ScanRequest {
            query: Query {
                to: asked.to.into_iter().chain(to).min(),
                ..asked.clone()
            },
            after: self.at,
            limit,
            fields,
        };
        query::scan(self.snapshot, &request)
    }

    /// The next row group of each part, as far as they all reach.
    fn slice(&self, period: &ArchivedPeriod, wanted: usize) -> StoreResult<Slice> {
        let mut slice = Slice::default();
        for part in &period.parts {
            let ahead = self.ahead(part, wanted)?;
            slice.events.extend(ahead.events);
            slice.keys.extend(ahead.keys);
            slice.end = earlier(slice.end, ahead.end);
        }
        slice.cut(None);
        Ok(slice)
    }

    /// The first row group of a part with something beyond here, up to the last event wanted of it.
    fn ahead(&self, part: &ArchivedPart, wanted: usize) -> StoreResult<Slice> {
        let query = &self.request.query;
        let from = query.from.max(self.at.map(|(time, _)| time));
        let payloads = self.request.fields.iter().any(|field| is_payload(field));
        let mut first = 0;
        while let Some(group) = self.archive.group_from(part, first, from, query.to)? {
            first = group.number + 1;
            let mut rows = match query.is_unconditional() {
                true => group.events()?,
                false => {
                    let asked = asked(query);
                    group.some_fields(|field| asked.contains(&field.index))?
                }
            };
            let behind = rows.partition_point(|event| Some(key_of(event)) <= self.at);
            let Some(last) = rows.last().map(key_of).filter(|_| behind < rows.len()) else {
                continue;
            };
            let matching = (behind..rows.len()).filter(|at| query.matches(&rows[*at]));
            let found: Vec<usize> = matching.take(wanted).collect();
            let is_last = first == self.archive.groups_of(part)?;
            let (until, end) = match found.last() {
                Some(at) if found.len() == wanted => (at + 1, Some(key_of(&rows[*at]))),
                _ => (rows.len(), Some(last).filter(|_| !is_last)),
            };
            let keys = rows[behind..until].iter().map(key_of).collect();
            if !found.is_empty() {
                rows = group.events()?;
            }
            let mut events = Vec::with_capacity(found.len());
            for at in found {
                let mut event = rows[at].clone();
                if payloads {
                    self.archive.add_payloads(part, &mut event)?;
                }
                events.push((key_of(&event), event));
            }
            return Ok(Slice { events, keys, end });
        }
        Ok(Slice::default())
    }
}

impl Slice {
    /// Leaves out what lies behind its end, or behind an earlier one.
    fn cut(&mut self, end: Option<Key>) {
        self.end = earlier(self.end, end);
        if let Some(end) = self.end {
            self.events.retain(|(key, _)| *key <= end);
            self.keys.retain(|key| *key <= end);
        }
    }
}

fn earlier(one: Option<Key>, other: Option<Key>) -> Option<Key> {
    one.into_iter().chain(other).min()
}

const fn key_of(event: &Event) -> Key {
    (event.time, event.seq)
}

/// The last place before a time.
const fn last_of(end: Timestamp) -> Key {
    (end.plus_us(-1), i64::MAX)
}

/// The fields that decide whether an event matches.
pub(super) fn asked(query: &Query) -> BTreeSet<u8> {
    let filtered = query.filters.iter().map(|filter| filter.field);
    let searched = query.searched().filter(|_| query.search.is_some());
    let mut asked: BTreeSet<u8> = filtered
        .chain(searched)
        .map(|field: &Field| field.index)
        .collect();
    if query.stream == Stream::Usage && query.scope != Scope::All {
        asked.extend(["origin", "user_id"].map(|name| field(query.stream, name).index));
    }
    asked
}
