//! Removal and erasure of what is archived. Files are never changed: others are put beside them,
//! the record names those, and what it does not name any more goes from the depot.

use super::scan::asked;
use super::{Archive, Archived, ArchivedPart, ArchivedPeriod, Replacement, store_error};
use crate::lifecycle::take;
use daybook_archive::ids::ERASED_CONTENT;
use daybook_archive::manifest::{PartChange, Rewriting};
use daybook_archive::table::is_payload;
use daybook_archive::{BuiltPart, PartWriter};
use daybook_model::ledger::Receipt;
use daybook_model::logstore::{EraseRequest, Progress, Removal, RemoveRequest, StoreResult};
use daybook_model::{Event, Stream, Timestamp};
use std::sync::Arc;

/// A period without what was to be removed, ready to be put in place.
pub(crate) struct Cleared {
    pub(crate) replacement: Replacement,
    /// The places in the ledger of the events that go.
    pub(crate) ledger_indices: Vec<u64>,
    pub(crate) progress: Progress,
}

/// A part without what was to be erased, ready to be put in place.
pub(crate) struct Erased {
    pub(crate) replacement: Replacement,
    /// The places in the ledger of the events that were concerned.
    pub(crate) ledger_indices: Vec<u64>,
    pub(crate) progress: Progress,
}

impl Archive {
    /// The next period that a removal concerns without what goes; none when nothing is left.
    pub(crate) fn without(
        &self,
        seen: &Arc<Archived>,
        request: &RemoveRequest,
    ) -> StoreResult<Option<Cleared>> {
        let concerned = |period: &&Arc<ArchivedPeriod>| {
            let any_payloads = || period.parts.iter().any(|part| part.part.payloads.is_some());
            period.key.1.end() <= request.before
                && (request.removal == Removal::Events || any_payloads())
        };
        let mut waiting = seen.of_stream(request.stream).filter(concerned);
        let Some(period) = waiting.next() else {
            return Ok(None);
        };
        let mut record = period.record.clone();
        let mut ledger_indices = Vec::new();
        let mut progress = Progress {
            partitions_left: waiting.count() as u64,
            ..Progress::default()
        };
        if request.removal == Removal::Events {
            for part in &record.manifest.parts {
                progress.events += part.events.rows;
                progress.bytes += part.size_bytes();
            }
            match request.stream {
                // Their ids stay taken, and that they were there stays provable.
                Stream::Audit => {
                    ledger_indices = period.ledger_indices()?;
                    record.manifest.expire(Timestamp::now());
                }
                _ => record.manifest.parts.clear(),
            }
        }
        for part in &mut record.manifest.parts {
            let rows_sha256_before = Some(part.events.rows_sha256.clone());
            if let Some(file) = part.payloads.take() {
                progress.events += file.rows;
                progress.bytes += file.bytes;
                part.changes.push(PartChange {
                    at: Timestamp::now(),
                    what: Rewriting::PayloadsRemoved,
                    events: file.rows,
                    rows_sha256_before,
                });
            }
        }
        record.forget_other_sums();
        record.untidy = true;
        if !record.manifest.is_empty() {
            self.put_manifest(&record)?;
        }
        Ok(Some(Cleared {
            replacement: Replacement::new(Arc::clone(seen), self, record)?,
            ledger_indices,
            progress,
        }))
    }

    /// The next period from whose directory files must go that count no more.
    pub(crate) fn untidy(seen: &Archived) -> Option<Arc<ArchivedPeriod>> {
        let mut periods = seen.periods();
        periods.find(|period| period.record.untidy).cloned()
    }

    /// Removes the files of a period that count no more.
    pub(crate) fn tidy(
        &self,
        seen: Arc<Archived>,
        period: &ArchivedPeriod,
    ) -> StoreResult<Replacement> {
        let mut record = period.record.clone();
        record.manifest.tidy(&*self.depot).map_err(store_error)?;
        record.untidy = false;
        if record.is_forgotten() {
            self.remove_ids(record.key())?;
        }
        Replacement::new(seen, self, record)
    }

    /// The next part with something to erase, without it; none when nothing is left.
    pub(crate) fn erase(
        &self,
        seen: &Arc<Archived>,
        request: &EraseRequest,
    ) -> StoreResult<Option<Erased>> {
        let mut left = 0;
        let mut found = None;
        for period in seen.touched(&request.query) {
            for (at, part) in period.parts.iter().enumerate() {
                if self.is_clean(part, request) {
                    continue;
                }
                left += 1;
                if found.is_none() {
                    match self.has_to_erase(part, request)? {
                        true => found = Some((period, at)),
                        false => self.note_clean(part, request),
                    }
                }
            }
        }
        let Some((period, at)) = found else {
            return Ok(None);
        };
        let mut erased = self.erase_in(seen, period, at, request)?;
        erased.progress.partitions_left = left - 1;
        Ok(Some(erased))
    }

    fn is_clean(&self, part: &ArchivedPart, request: &EraseRequest) -> bool {
        let clean = self.clean.lock();
        clean
            .as_ref()
            .is_some_and(|(of, views)| of == request && views.contains(&part.view))
    }

    fn note_clean(&self, part: &ArchivedPart, request: &EraseRequest) {
        let mut clean = self.clean.lock();
        match clean.as_mut().filter(|(of, _)| of == request) {
            Some((_, views)) => _ = views.insert(part.view),
            None => *clean = Some((request.clone(), [part.view].into())),
        }
    }

    fn has_to_erase(&self, part: &ArchivedPart, request: &EraseRequest) -> StoreResult<bool> {
        let EraseRequest { query, fields } = request;
        let mut wanted = asked(query);
        wanted.extend(fields.iter().map(|field| field.index));
        let of_payloads = fields.iter().any(|field| is_payload(field));
        let mut first = 0;
        while let Some(group) = self.group_from(part, first, query.from, query.to)? {
            first = group.number + 1;
            let events = group.some_fields(|field| wanted.contains(&field.index))?;
            for event in events.iter().filter(|event| query.matches(event)) {
                if has_any(event, request) {
                    return Ok(true);
                }
                let mut whole = event.clone();
                if of_payloads && self.add_payloads(part, &mut whole)? && has_any(&whole, request) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn erase_in(
        &self,
        seen: &Arc<Archived>,
        period: &ArchivedPeriod,
        at: usize,
        request: &EraseRequest,
    ) -> StoreResult<Erased> {
        let part = &period.parts[at];
        let mut ledger_indices = Vec::new();
        let (built, events) = self.rewrite(part, period, |event| {
            let matched = request.query.matches(event);
            if matched && let Some(receipt) = Receipt::of(event) {
                ledger_indices.push(receipt.ledger_index);
            }
            matched && take(event, &request.fields)
        })?;
        let mut record = period.record.clone();
        let mut next = built.part.clone();
        next.changes.clone_from(&part.part.changes);
        for earlier in &mut next.changes {
            earlier.rows_sha256_before = None;
        }
        next.changes.push(PartChange {
            at: Timestamp::now(),
            what: Rewriting::Erased,
            events,
            rows_sha256_before: None,
        });
        let number = next.number;
        record.manifest.parts[at] = next;
        self.bring(&mut record, &built)?;
        self.write_ids(period.key, number, built.known)?;
        Ok(Erased {
            replacement: Replacement::new(Arc::clone(seen), self, record)?,
            ledger_indices,
            progress: Progress {
                events,
                bytes: part.part.size_bytes(),
                ..Progress::default()
            },
        })
    }

    /// Builds a part anew, each event as `edit` leaves it; `edit` says whether it erased anything.
    fn rewrite(
        &self,
        part: &ArchivedPart,
        period: &ArchivedPeriod,
        mut edit: impl FnMut(&mut Event) -> bool,
    ) -> StoreResult<(BuiltPart, u64)> {
        let (stream, period) = period.key;
        let mut writer = PartWriter::new(&self.building, stream, period).map_err(store_error)?;
        let (mut changed, mut first) = (0, 0);
        while let Some(group) = self.group_from(part, first, None, None)? {
            first = group.number + 1;
            for (mut event, mut hash) in group.rows()? {
                self.add_payloads(part, &mut event)?;
                if edit(&mut event) {
                    (changed, hash) = (changed + 1, ERASED_CONTENT);
                }
                writer.add(&event, hash).map_err(store_error)?;
            }
        }
        let built = writer.finish(part.part.number).map_err(store_error)?;
        let none = || daybook_model::StoreError::Internal("an archived part has no events".into());
        Ok((built.ok_or_else(none)?, changed))
    }
}

fn has_any(event: &Event, request: &EraseRequest) -> bool {
    let mut fields = request.fields.iter();
    fields.any(|field| event.get(field).is_some())
}
