//! The audit events that a store has, online and archived, for a comparison with its ledger. Reads only,
//! also while another process has the store open: its mover waits meanwhile, its committer does not.

use super::envelope::is_sealed_as;
use super::event_of;
use crate::archive::{self, Archive};
use crate::error::io_error;
use crate::head::partition_of;
use crate::options::Options;
use crate::partition::{self, Partition};
use crate::state::Snapshot;
use crate::wal;
use crate::words::Words;
use daybook_archive::Depot;
use daybook_archive::ids::LedgerPlace;
use daybook_ledger::Body;
use daybook_model::catalogue::Catalogue;
use daybook_model::ledger::PLACE;
use daybook_model::{Event, Field, Query, StoreError, Stream};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tantivy::DocId;

/// Events that are read together.
const TOGETHER: usize = 16_384;
/// How often the log is read anew when a running process changed it meanwhile.
const ATTEMPTS_MAX: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// What a store has of some audit events.
#[derive(Debug)]
pub enum Stored {
    /// Events that are online.
    Online(Vec<Event>),
    /// Events that are archived.
    Archived(Arc<Vec<Event>>),
    /// Where events were that are not kept any more.
    Expired(LedgerPlace),
}

/// Gives all audit events of the store in a directory to `each`, in groups, until that says to stop.
/// Archived ones lie in a depot; where it is not named, beside the store's directory.
///
/// # Errors
/// [`StoreError`] when they cannot be read.
pub fn stored_events(
    dir: &Path,
    depot: Arc<dyn Depot>,
    mut each: impl FnMut(Stored) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let options = Options::new(dir);
    if !options.wal_dir().exists() {
        return Ok(());
    }
    let archive = Archive::new(dir, depot, 0);
    // A manifest is written before its record. What comes between needs the partitions' lock.
    let (_no_moves, archived) = archive::settled(|| {
        let no_moves = no_moves(dir).map_err(|e| io_error("locking the partitions", &e))?;
        let archived = archive::load_all(&archive)?;
        let wrong = archive.wrong_manifest(&archived)?;
        Ok(((no_moves, archived), wrong))
    })?;
    let segments = read_log(&options)?;
    let words = Arc::new(Words::open(&options.words_file(), options.words_max)?);
    let (mut partitions, _) = partition::find_all(dir, &words, &archived)?;
    partitions.retain(|partition| partition.key.0 == Stream::Audit);
    for partition in &partitions {
        if !each_of(partition, &mut each)? {
            return Ok(());
        }
    }
    let moved: BTreeMap<_, _> = partitions
        .iter()
        .map(|partition| (partition.key, partition.info.moved_through))
        .collect();
    for segment in segments {
        let in_memory = segment.records.into_iter().map(|record| record.event);
        let in_memory = in_memory.filter(|event| {
            let key = partition_of(event);
            let moved = moved.get(&key).copied().unwrap_or(0);
            let moved = moved.max(archived.moved_through(key));
            event.stream == Stream::Audit && moved < segment.generation
        });
        let mut in_memory = in_memory.peekable();
        while in_memory.peek().is_some() {
            let events = in_memory.by_ref().take(TOGETHER).collect();
            if !each(Stored::Online(events))? {
                return Ok(());
            }
        }
    }
    archive.each_audit_event(&archived, each)
}

/// The same of a store that this process has open, as of now. Removals and erasures go on meanwhile.
pub(crate) fn own_events(
    snapshot: &Snapshot,
    archive: &Archive,
    each: &mut dyn FnMut(Stored) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let archived = &snapshot.state().archived;
    archive::settled(|| Ok(((), archive.wrong_manifest(archived)?)))?;
    for partition in snapshot.partitions(&Query::all(Stream::Audit)) {
        if !each_of(partition, each)? {
            return Ok(());
        }
    }
    for (chunk, _) in snapshot.chunks() {
        let events = chunk.entries.iter().map(|entry| &entry.event);
        let events = events.filter(|event| event.stream == Stream::Audit);
        if !each(Stored::Online(events.cloned().collect()))? {
            return Ok(());
        }
    }
    archive.each_audit_event(archived, each)
}

fn each_of(
    partition: &Partition,
    each: &mut dyn FnMut(Stored) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    for (number, segment) in (0..).zip(partition.segments()?) {
        let docs: Vec<DocId> = segment.reader.doc_ids_alive().collect();
        for docs in docs.chunks(TOGETHER) {
            if !each(Stored::Online(partition.events(number, docs)?))? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Keeps partitions and the log's files as they are until it is dropped. A copy that nobody has open
/// needs none.
fn no_moves(dir: &Path) -> io::Result<Option<File>> {
    let file = match File::open(dir.join("move.lock")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockShared)?;
    Ok(Some(file))
}

/// The log. The committer of a running process may begin a segment while it is read.
fn read_log(options: &Options) -> Result<Vec<wal::ReplayedSegment>, StoreError> {
    let mut attempts = ATTEMPTS_MAX;
    loop {
        attempts -= 1;
        match wal::read(&options.wal_dir()) {
            Err(_) if attempts > 0 => std::thread::sleep(PAUSE),
            read => return read.map(|log| log.segments),
        }
    }
}

/// How an event that the store shows differs from what the ledger has in its place: a sentence without
/// its subject; `None` when it does not. That the entry commits to the body must have been verified. A
/// body that was erased is compared with what is left without it.
pub(crate) fn difference(event: &Event, entry: &[u8], body: &Body<'_>) -> Option<String> {
    let bytes: &[u8] = match body {
        Body::Kept { bytes, .. } if is_sealed_as(event, entry, bytes) => return None,
        Body::Kept { bytes, .. } => bytes,
        Body::Erased => b"{}",
    };
    let expected = match event_of(entry, bytes) {
        Ok(expected) => expected,
        Err(why) => return Some(format!("cannot be compared with the store: {why}")),
    };
    let is_place = |field: &&Field| PLACE.contains(&field.name);
    let fields = Catalogue::of(Stream::Audit).fields().iter();
    let differs = fields
        .filter(|field| !is_place(field))
        .find(|field| event.get(field) != expected.get(field));
    match (differs, body) {
        (Some(field), _) => Some(format!("stands in the store with another `{}`", field.name)),
        (None, Body::Erased) => None,
        (None, Body::Kept { .. }) => Some("stands in the store in another form".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::envelope::Sealed;

    fn event(ip: &str) -> Event {
        let json = format!(
            r#"{{"stream":"audit","id":"a1","time":"2026-03-01T10:00:00Z","action":"model.disabled","operation":"disable","result":"success","origin":"prod","seq":7,"ip":"{ip}"}}"#
        );
        Event::from_stored(&json).unwrap()
    }

    #[test]
    fn the_field_that_differs_is_named() {
        let sealed = Sealed::new(&event("192.0.2.1"), [7; 32]).unwrap();
        let kept = Body::Kept {
            salt: sealed.salt,
            bytes: (&*sealed.body).into(),
        };
        let found = |event: &Event, body| difference(event, &sealed.leaf, body);
        assert_eq!(found(&event("192.0.2.1"), &kept), None, "but for its place");
        let other = Some("stands in the store with another `ip`".to_owned());
        assert_eq!(found(&event("192.0.2.9"), &kept), other);
        let mut renamed = event("192.0.2.1");
        renamed.set_text("action", "model.enabled");
        let other = Some("stands in the store with another `action`".to_owned());
        assert_eq!(found(&renamed, &kept), other);
        let mut erased = event_of(&sealed.leaf, b"{}").unwrap();
        assert_eq!(found(&erased, &Body::Erased), None);
        erased.set_text("action", "model.enabled");
        assert_eq!(found(&erased, &Body::Erased), other);
        assert!(
            found(&event("192.0.2.1"), &Body::Erased).is_some(),
            "it should be gone"
        );
    }
}
