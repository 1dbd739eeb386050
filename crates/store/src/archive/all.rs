//! All archived audit events, for a comparison with their ledger, and the manifests that tell others of them.

use super::record::current;
use super::{Archive, Archived, store_error};
use crate::ledger::Stored;
use daybook_archive::Manifest;
use daybook_model::logstore::StoreResult;
use daybook_model::{StoreError, Stream};
use std::time::Duration;

/// How often is looked again.
const ATTEMPTS_MAX: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

impl Archive {
    /// Gives every archived audit event to `each`, and where those were that expired, until that says
    /// to stop.
    pub(crate) fn each_audit_event(
        &self,
        archived: &Archived,
        mut each: impl FnMut(Stored) -> StoreResult<bool>,
    ) -> StoreResult<()> {
        let periods = archived
            .periods()
            .filter(|period| period.key.0 == Stream::Audit);
        for period in periods {
            for part in &period.parts {
                let mut first = 0;
                while let Some(group) = self.group_from(part, first, None, None)? {
                    first = group.number + 1;
                    if !each(Stored::Archived(group.events()?))? {
                        return Ok(());
                    }
                }
            }
            let mut places = Vec::new();
            for ids in &period.expired {
                ids.read(|known| places.extend(known.ledger))?;
            }
            for place in places {
                if !each(Stored::Expired(place))? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What is wrong with the first manifest of audit events that does not say what this store has on
    /// record: everybody else goes by manifests.
    pub(crate) fn wrong_manifest(&self, archived: &Archived) -> StoreResult<Option<StoreError>> {
        for key in archived.periods().map(|period| period.key) {
            let (stream, of) = key;
            if stream != Stream::Audit {
                continue;
            }
            let found = Manifest::get(&*self.depot, stream, of);
            let Some(record) = current(self, key)? else {
                continue;
            };
            let found = found.map_err(store_error)?;
            if found == record.manifest {
                continue;
            }
            return Ok(Some(match found.goes_on_from(&record.manifest) {
                true => StoreError::Unavailable(format!(
                    "archiving {stream}/{of} is under way or was cut short: let Daybook run, which ends it, and verify again"
                )),
                false => StoreError::Damaged(format!(
                    "the archive file {stream}/{of}/manifest.json does not say what this store has on record"
                )),
            }));
        }
        Ok(None)
    }
}

/// Looks again while something is wrong that a running process may be changing, which is free to do so
/// meanwhile: what was found is given back before.
pub(crate) fn settled<T>(
    mut look: impl FnMut() -> StoreResult<(T, Option<StoreError>)>,
) -> StoreResult<T> {
    let mut attempts = ATTEMPTS_MAX;
    loop {
        let (found, wrong) = look()?;
        attempts -= 1;
        match wrong {
            None => return Ok(found),
            Some(error) if attempts == 0 => return Err(error),
            Some(_) => drop(found),
        }
        std::thread::sleep(PAUSE);
    }
}
