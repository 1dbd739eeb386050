//! All archived audit events, for a comparison with their ledger, and the manifests that tell others of them.

use super::record::current;
use super::{Archive, Archived, ArchivedPeriod, store_error};
use crate::ledger::Stored;
use daybook_archive::Manifest;
use daybook_model::logstore::StoreResult;
use daybook_model::{StoreError, Stream};
use std::time::Duration;

/// How often a period is looked at again that a running process may be changing.
const ATTEMPTS_MAX: u32 = 20;
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
            self.check_manifest(period)?;
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

    /// Whether the manifest of a period says what this store has on record: it is what everybody else goes by.
    fn check_manifest(&self, period: &ArchivedPeriod) -> StoreResult<()> {
        let (stream, of) = period.key;
        let mut attempts = ATTEMPTS_MAX;
        loop {
            let found = Manifest::get(&*self.depot, stream, of);
            let Some(record) = current(self, period.key)? else {
                return Ok(());
            };
            let found = found.map_err(store_error)?;
            attempts -= 1;
            match found == record.manifest {
                true => return Ok(()),
                false if attempts > 0 => std::thread::sleep(PAUSE),
                false if found.goes_on_from(&record.manifest) => {
                    return Err(StoreError::Unavailable(format!(
                        "archiving {stream}/{of} is under way or was cut short: let Daybook run, which ends it, and verify again"
                    )));
                }
                false => {
                    return Err(StoreError::Damaged(format!(
                        "the archive file {stream}/{of}/manifest.json does not say what this store has on record"
                    )));
                }
            }
        }
    }
}
