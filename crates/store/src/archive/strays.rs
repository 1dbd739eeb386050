//! Files among the archived ones that are not on record. Nothing that Daybook shows comes from them, but
//! whoever reads the archive by other means may take them for its own.

use super::Archive;
use super::record::load_records;
use crate::error::io_error;
use daybook_archive::Manifest;
use daybook_model::Stream;
use daybook_model::logstore::StoreResult;
use std::collections::HashSet;

impl Archive {
    /// The names of those of a stream, in order. Files that wait to be tidied away are none, nor is
    /// whatever lies beside them.
    pub(crate) fn strays(&self, stream: Stream) -> StoreResult<Vec<String>> {
        // Before the records: what is put on record meanwhile is then seen there.
        let names = self.names(stream);
        let names = names.map_err(|e| io_error("listing the archive", &e))?;
        let mut known = HashSet::new();
        let mut untidy = Vec::new();
        for record in load_records(self)? {
            known.extend(record.manifest.objects());
            if record.untidy {
                let (stream, period) = record.key();
                untidy.push(Manifest::dir(stream, period));
            }
        }
        let is_untidy = |name: &str| untidy.iter().any(|dir| name.starts_with(dir.as_str()));
        let strays = names.into_iter();
        let mut strays: Vec<_> = strays
            .filter(|name| !known.contains(name) && !is_untidy(name))
            .collect();
        strays.sort_unstable();
        Ok(strays)
    }

    /// The names of all files of a stream, however deep they lie.
    fn names(&self, stream: Stream) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut folders = vec![format!("{stream}/")];
        while let Some(folder) = folders.pop() {
            names.extend(self.depot.list(&folder)?);
            folders.extend(self.depot.folders(&folder)?);
        }
        Ok(names)
    }
}
