//! Where partitions lie: `<stream>/<period>`, and after a rewriting or an archiving
//! `<stream>/<period>~<n>`. The largest `n` that was committed holds, unless it is archived; others
//! are what a crash left and go at the next start.

use super::{Partition, index_dir};
use crate::archive::Archived;
use crate::error::io_error;
use crate::head::PartitionKey;
use crate::words::Words;
use daybook_model::{Period, StoreError, Stream};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The directory of a new partition. Its number is 0 unless an earlier one of the period is archived.
pub(crate) fn partition_dir(data: &Path, (stream, period): PartitionKey, number: u64) -> PathBuf {
    let name = match number {
        0 => period.to_string(),
        _ => format!("{period}~{number}"),
    };
    data.join(stream.name()).join(name)
}

/// The number of a partition's directory.
pub(crate) fn dir_number(dir: &Path) -> u64 {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    parts(&name).1
}

/// The directory for the next rewriting of a partition.
pub(super) fn next_dir(dir: &Path) -> PathBuf {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let (period, number) = parts(&name);
    dir.with_file_name(format!("{period}~{}", number + 1))
}

fn parts(name: &str) -> (&str, u64) {
    let (period, number) = name.split_once('~').unwrap_or((name, "0"));
    (period, number.parse().unwrap_or(0))
}

/// Removes a partition's directory. It is renamed first, so that a crash never leaves a part.
pub(crate) fn remove_dir(dir: &Path) -> Result<(), StoreError> {
    let gone = dir.with_extension("removed");
    let remove = || {
        std::fs::rename(dir, &gone)?;
        dir.parent().map_or(Ok(()), crate::wal::sync_dir)?;
        std::fs::remove_dir_all(&gone)
    };
    remove().map_err(|e| io_error("removing a partition", &e))
}

/// All partitions under a directory. What a crash left beside them is removed. An earlier process
/// may have ended between its commit of a partition and the flush of that: where only the log since
/// `oldest`, or a directory about to go, would hold its events after a power cut, it is made up for.
pub(crate) fn load_all(
    data: &Path,
    words: &Arc<Words>,
    archived: &Archived,
    oldest: Option<u64>,
) -> Result<Vec<Partition>, StoreError> {
    let (partitions, stale) = find_all(data, words, archived)?;
    for partition in &partitions {
        let in_log = oldest.is_some_and(|oldest| partition.info.moved_through >= oldest);
        if in_log || !stale.is_empty() {
            let flush = || {
                crate::wal::sync_dir(&index_dir(&partition.dir))?;
                crate::wal::sync_dir(&partition.dir)?;
                partition.dir.parent().map_or(Ok(()), crate::wal::sync_dir)
            };
            flush().map_err(|e| io_error("flushing what an earlier process wrote", &e))?;
        }
    }
    for dir in stale {
        std::fs::remove_dir_all(&dir).map_err(|e| io_error("removing what a crash left", &e))?;
    }
    Ok(partitions)
}

/// All partitions under a directory, and the directories that are none.
pub(crate) fn find_all(
    data: &Path,
    words: &Arc<Words>,
    archived: &Archived,
) -> Result<(Vec<Partition>, Vec<PathBuf>), StoreError> {
    let mut found: BTreeMap<PartitionKey, (u64, Partition)> = BTreeMap::new();
    let mut stale = Vec::new();
    for (key, number, dir) in dirs(data)? {
        let Some(number) = number.filter(|number| *number >= archived.next_dir(key)) else {
            stale.push(dir);
            continue;
        };
        let Some(partition) = Partition::at(key, &dir, words)? else {
            // A first move that was cut short is repeated there.
            if number > archived.next_dir(key) {
                stale.push(dir);
            }
            continue;
        };
        match found.get(&key) {
            Some((other, _)) if *other > number => stale.push(dir),
            _ => stale.extend(
                found
                    .insert(key, (number, partition))
                    .map(|(_, older)| older.dir),
            ),
        }
    }
    let partitions = found.into_values().map(|(_, partition)| partition);
    Ok((partitions.collect(), stale))
}

/// Partition directories with their numbers; no number for one that was being removed.
fn dirs(data: &Path) -> Result<Vec<(PartitionKey, Option<u64>, PathBuf)>, StoreError> {
    let mut found = Vec::new();
    for stream in Stream::ALL {
        let Ok(entries) = std::fs::read_dir(data.join(stream.name())) else {
            continue;
        };
        for entry in entries {
            let entry = entry.map_err(|e| io_error("reading the data directory", &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let (kept, removed) = match name.strip_suffix(".removed") {
                Some(kept) => (kept, true),
                None => (name.as_str(), false),
            };
            let (period, number) = parts(kept);
            if let Ok(period) = period.parse::<Period>() {
                found.push(((stream, period), (!removed).then_some(number), entry.path()));
            }
        }
    }
    Ok(found)
}
