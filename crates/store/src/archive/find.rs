//! Archived audit events by their ids, which are unique for ever: whoever holds an id or a receipt
//! finds the event, however old it is. The ids on this machine say where it is, or that it is not.

use super::{Archive, Archived, ArchivedPart, store_error};
use crate::words::Words;
use daybook_archive::IdHash;
use daybook_archive::ids::LedgerPlace;
use daybook_model::catalogue::field;
use daybook_model::logstore::StoreResult;
use daybook_model::{Event, Query, Stream};

impl Archive {
    /// The newest archived audit event with an id that a query matches.
    pub(crate) fn audit_event(
        &self,
        archived: &Archived,
        words: &Words,
        query: &Query,
        id: &str,
    ) -> StoreResult<Option<Event>> {
        let hashes = hashes(archived, words, id);
        let mut newest: Option<Event> = None;
        for period in archived.touched(query) {
            for part in &period.parts {
                if may_hold(part, hashes.as_deref())? {
                    let found = self.event_in(part, query, id)?.into_iter().chain(newest);
                    newest = found.max_by_key(|event| (event.time, event.seq));
                }
            }
        }
        Ok(newest)
    }

    /// The newest event with an id in a part.
    fn event_in(&self, part: &ArchivedPart, query: &Query, id: &str) -> StoreResult<Option<Event>> {
        let (mut first, mut newest) = (0, None);
        while let Some(group) = self.group_from(part, first, query.from, query.to)? {
            first = group.number + 1;
            let ids = group.some_fields(|field| field.name == "id")?;
            if ids.iter().any(|event| *event.id == *id) {
                let events = group.events()?;
                let matching = |event: &&Event| *event.id == *id && query.matches(event);
                newest = events.iter().rfind(matching).cloned().or(newest);
            }
        }
        Ok(newest)
    }
}

/// Where the ledger has the newest audit event with an id that expired.
pub(crate) fn expired(
    archived: &Archived,
    words: &Words,
    id: &str,
    origin: Option<&str>,
) -> StoreResult<Option<LedgerPlace>> {
    let hashes = match origin {
        Some(origin) => vec![IdHash::new(Stream::Audit, origin, id)],
        None => hashes(archived, words, id).unwrap_or_default(),
    };
    let mut newest = None;
    let of_audit = archived
        .periods()
        .filter(|period| period.key.0 == Stream::Audit);
    for period in of_audit {
        for ids in &period.expired {
            for hash in &hashes {
                let known = ids.opened()?.find(*hash).map_err(store_error)?;
                newest = known.and_then(|known| known.ledger).max(newest);
            }
        }
    }
    Ok(newest)
}

/// Whether an event that is known by one of these may be in a part.
fn may_hold(part: &ArchivedPart, hashes: Option<&[IdHash]>) -> StoreResult<bool> {
    let Some(hashes) = hashes else {
        return Ok(true);
    };
    for hash in hashes {
        let known = part.ids.opened()?.find(*hash).map_err(store_error)?;
        if known.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an id may be known by, whoever has sent its event; `None` where senders are too many to try.
fn hashes(archived: &Archived, words: &Words, id: &str) -> Option<Vec<IdHash>> {
    let origin = field(Stream::Audit, "origin");
    if words.is_full(Stream::Audit, origin) {
        return None;
    }
    let origins = words.of(Stream::Audit, origin);
    let count = u32::try_from(origins.len()).unwrap_or(u32::MAX);
    let origins = (0..count).map(|ordinal| origins.text(ordinal));
    let hashes = std::iter::once("")
        .chain(origins)
        .map(|origin| IdHash::new(Stream::Audit, origin, id));
    let hashes = hashes.filter(|hash| archived.audit_ids.may_hold_hash(hash.first()));
    Some(hashes.collect())
}
