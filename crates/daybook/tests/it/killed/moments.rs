//! Where kills hit, as the files they leave behind tell.

use serde_json::Value;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many kills hit in which moment; one may count in several.
#[derive(Debug, Default)]
pub(super) struct Moments {
    pub(super) starting: u32,
    pub(super) serving: u32,
    /// Heads waited to be moved, or were.
    pub(super) moving: u32,
    /// A partition was being written, by a move or a merge: files that its list does not name.
    pub(super) partition: u32,
    /// A file of the log was being made.
    pub(super) log_file: u32,
    /// The database had changes beside it.
    pub(super) database: u32,
}

impl Moments {
    /// Looks at what a process left that was started then.
    pub(super) fn look(&mut self, data_dir: &Path, started: SystemTime, starting: bool) {
        let wal = names(&data_dir.join("events/wal"));
        let ending = |end: &str| {
            wal.iter()
                .filter(|p| p.to_str().unwrap().ends_with(end))
                .count()
        };
        self.starting += u32::from(starting);
        self.serving += u32::from(!starting);
        self.moving += u32::from(ending(".wal") > 1);
        self.log_file += u32::from(ending(".new") > 0);
        self.database += u32::from(data_dir.join("control.db-wal").exists());
        let streams = ["usage", "audit", "auth", "system"];
        let periods = streams.map(|stream| names(&data_dir.join("events").join(stream)));
        let mut periods = periods.iter().flatten();
        self.partition += u32::from(periods.any(|period| is_half_written(period, started)));
    }
}

fn names(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Whether files of a segment are there that `meta.json` does not name, and new.
fn is_half_written(partition: &Path, started: SystemTime) -> bool {
    let index = partition.join("index");
    let meta = std::fs::read_to_string(index.join("meta.json")).unwrap_or_default();
    // Its last line is a checksum.
    let meta = meta.rsplit_once("crc32c").map_or("", |(json, _)| json);
    let meta: Value = serde_json::from_str(meta).unwrap_or_default();
    let segments = meta["segments"].as_array().into_iter().flatten();
    let named: HashSet<String> = segments
        .filter_map(|segment| Some(segment["segment_id"].as_str()?.replace('-', "")))
        .collect();
    names(&index).iter().any(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        let id = name.split('.').next().unwrap_or_default();
        let changed = file.metadata().and_then(|about| about.modified());
        id.len() == 32 && !named.contains(id) && changed.is_ok_and(|at| at >= started)
    })
}
