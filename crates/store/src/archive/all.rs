//! All archived audit events, for a comparison with their ledger.

use super::{Archive, Archived};
use crate::ledger::Stored;
use daybook_model::Stream;
use daybook_model::logstore::StoreResult;

impl Archive {
    /// Gives every archived audit event to `each`, and where those were that expired, until that says
    /// to stop.
    pub(crate) fn each_audit_event(
        &self,
        archived: &Archived,
        mut each: impl FnMut(Stored<'_>) -> StoreResult<bool>,
    ) -> StoreResult<()> {
        let periods = archived
            .periods()
            .filter(|period| period.key.0 == Stream::Audit);
        for period in periods {
            for part in &period.parts {
                let mut first = 0;
                while let Some(group) = self.group_from(part, first, None, None)? {
                    first = group.number + 1;
                    if !each(Stored::Archived(&group.events()?))? {
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
}
