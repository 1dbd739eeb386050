//! Archiving a partition: its events are written, brought to the depot, read back from there and
//! compared. Only then is there something to put in its place.

use super::{Archive, Archived, Record, Replacement, store_error};
use crate::partition::{Partition, dir_number};
use daybook_archive::part::verify;
use daybook_archive::{BuiltPart, Manifest, PartWriter};
use daybook_model::StoreError;
use daybook_model::logstore::StoreResult;
use std::sync::Arc;

impl Archive {
    /// Archives the events of a partition, which stays as it is.
    pub(crate) fn archive(
        &self,
        seen: Arc<Archived>,
        partition: &Partition,
    ) -> StoreResult<Replacement> {
        let installation = self.claim()?;
        let key = partition.key;
        let mut record = seen.period(key).map_or_else(
            || Record::new(&installation, key),
            |period| period.record.clone(),
        );
        let number = record.manifest.next_number();
        let mut writer = PartWriter::new(&self.building, key.0, key.1).map_err(store_error)?;
        partition.each_in_order(|event, hash| writer.add(event, hash).map_err(store_error))?;
        let built = writer.finish(number).map_err(store_error)?;
        let built = built.ok_or_else(|| {
            let (stream, period) = key;
            StoreError::Internal(format!(
                "partition {stream}/{period} has no events to archive"
            ))
        })?;
        record.manifest.parts.push(built.part.clone());
        self.bring(&mut record, &built)?;
        self.write_ids(key, number, built.known)?;
        record.next_dir = dir_number(&partition.dir) + 1;
        record.moved_through = record.moved_through.max(partition.info.moved_through);
        record.seq_max = record.seq_max.max(partition.info.seq_max);
        Replacement::new(seen, self, record)
    }

    /// Brings the files of a part that the record names to the depot, and after them the manifest;
    /// then everything is read back from there.
    pub(super) fn bring(&self, record: &mut Record, built: &BuiltPart) -> StoreResult<()> {
        let (stream, period) = record.key();
        built
            .put(&*self.depot, stream, period)
            .map_err(store_error)?;
        let found = verify(&self.depot, &record.manifest, &built.part, |_| {});
        let found = found.map_err(store_error)?;
        if found.known != built.known {
            return Err(not_the_same(record));
        }
        record.sums.extend(built.sums.iter().cloned());
        record.forget_other_sums();
        record.untidy = true;
        self.put_manifest(record)
    }

    /// Puts the manifest of a record into the depot.
    pub(super) fn put_manifest(&self, record: &Record) -> StoreResult<()> {
        let (stream, period) = record.key();
        record.manifest.put(&*self.depot).map_err(store_error)?;
        let read = Manifest::get(&*self.depot, stream, period).map_err(store_error)?;
        match read == record.manifest {
            true => Ok(()),
            false => Err(not_the_same(record)),
        }
    }
}

fn not_the_same(record: &Record) -> StoreError {
    let (stream, period) = record.key();
    let message = format!("archive files of {stream}/{period} are not what was written");
    StoreError::Damaged(message)
}
