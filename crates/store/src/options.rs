//! How a store is set up. The defaults come from the measurements in the design notes.

use crate::ledger::LedgerOptions;
use daybook_archive::{Depot, Folder};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How a store is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Directory that holds everything; made when missing.
    pub dir: PathBuf,
    /// Events of a head after which it is moved into partitions.
    pub head_events_max: usize,
    /// Bytes of a head after which it is moved.
    pub head_bytes_max: usize,
    /// Age after which a head that is not empty is moved.
    pub head_age_max: Duration,
    /// Bytes of events in memory beyond which new ones are refused until some are moved.
    pub pending_bytes_max: usize,
    /// How long after its period a partition still gets late events before it is sealed.
    pub lateness: Duration,
    /// Words of one field in the dictionary of the whole store; further ones are kept by partition.
    pub words_max: usize,
    /// Bytes of partial answers that are kept.
    pub cache_bytes_max: usize,
    /// Sealed partitions that stay open; beyond it those that were not read for longest are closed.
    pub open_partitions_max: usize,
    /// Partitions, the newest, that are opened in the background after a start.
    pub warm_partitions: usize,
    /// Threads that answer pages, and as many for sums.
    pub query_threads: usize,
    /// The transparency log over its audit events.
    pub ledger: LedgerOptions,
    /// Where archived events lie.
    pub archive: Arc<dyn Depot>,
    /// Bytes of archived events that are kept in memory for walks under way.
    pub archive_cache_bytes_max: usize,
}

impl Options {
    /// The defaults for a directory. The archive lies inside.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let dir = dir.into();
        Self {
            ledger: LedgerOptions::new(dir.join("ledger")),
            archive: Arc::new(Folder::new(dir.join("archive"))),
            dir,
            head_events_max: 65_536,
            head_bytes_max: 128 << 20,
            head_age_max: Duration::from_secs(3600),
            pending_bytes_max: 512 << 20,
            lateness: Duration::from_secs(48 * 3600),
            words_max: 1_000_000,
            cache_bytes_max: 128 << 20,
            open_partitions_max: 512,
            warm_partitions: 64,
            archive_cache_bytes_max: 128 << 20,
            query_threads: std::thread::available_parallelism().map_or(2, usize::from),
        }
    }

    pub(crate) fn words_file(&self) -> PathBuf {
        self.dir.join("words")
    }

    pub(crate) fn wal_dir(&self) -> PathBuf {
        self.dir.join("wal")
    }
}
