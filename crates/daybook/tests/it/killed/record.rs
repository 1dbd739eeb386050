//! The external record of a sender: what it is about to send and what was acknowledged, one line
//! each, in a file that is only ever appended to, by a process that nobody kills.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const SENT: &str = "sent";
const ACKNOWLEDGED: &str = "acknowledged";
/// Acknowledged when it was sent again: it had survived, or it had not.
const SURVIVED: &str = "survived";
const REPEATED: &str = "repeated";

/// The record as its sender writes it.
pub(super) struct Record(File);

impl Record {
    pub(super) fn open(path: &Path) -> Self {
        Self(
            OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .unwrap(),
        )
    }

    pub(super) fn sent(&mut self, number: u64) {
        self.note(SENT, number);
    }

    pub(super) fn acknowledged(&mut self, number: u64) {
        self.note(ACKNOWLEDGED, number);
    }

    pub(super) fn answered_again(&mut self, number: u64, survived: bool) {
        self.note(if survived { SURVIVED } else { REPEATED }, number);
    }

    fn note(&mut self, what: &str, number: u64) {
        // One call, so that nobody reads half of it.
        let line = format!("{what} {number}\n");
        self.0.write_all(line.as_bytes()).unwrap();
    }
}

/// What a record says, read as it grows.
#[derive(Debug, Default)]
pub(super) struct Known {
    path: PathBuf,
    read_bytes: u64,
    pub(super) acknowledged: Vec<u64>,
    /// Sent, and the answer never came.
    pub(super) open: Option<u64>,
    /// The largest number that was sent.
    pub(super) last: Option<u64>,
    pub(super) survived: u64,
    pub(super) repeated: u64,
}

impl Known {
    pub(super) fn of(path: &Path) -> Self {
        let mut known = Self {
            path: path.into(),
            ..Self::default()
        };
        known.read_on();
        known
    }

    /// Reads what was added; answers how many acknowledgements were known before.
    pub(super) fn read_on(&mut self) -> usize {
        let before = self.acknowledged.len();
        let Ok(mut file) = File::open(&self.path) else {
            return before;
        };
        file.seek(SeekFrom::Start(self.read_bytes)).unwrap();
        let mut text = String::new();
        self.read_bytes += file.read_to_string(&mut text).unwrap() as u64;
        for line in text.lines() {
            let (what, number) = line.split_once(' ').unwrap();
            let number = number.parse().unwrap();
            if what == SENT {
                self.last = Some(number);
                self.open = Some(number);
                continue;
            }
            assert_eq!(self.open.take(), Some(number), "{line}");
            self.acknowledged.push(number);
            self.survived += u64::from(what == SURVIVED);
            self.repeated += u64::from(what == REPEATED);
        }
        before
    }
}
