//! Reading the log at start: every commit that was acknowledged, in order. A torn tail, which no
//! one was promised, is left out; damage before it stops the start with a report. What is given
//! back is on disk.

use super::extent;
use super::frame::{self, Found};
use super::record::Record;
use super::segment::{Header, Next, generations, segment_path};
use crate::error::io_error;
use daybook_model::StoreError;
use daybook_model::ledger::Receipt;
use std::fs::OpenOptions;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The commits of one segment.
#[derive(Debug)]
pub(crate) struct ReplayedSegment {
    pub(crate) generation: u64,
    /// The ledger index that its first audit event has, or would have.
    pub(crate) first_index: u64,
    pub(crate) records: Vec<Record>,
}

/// What the log held.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(crate) segments: Vec<ReplayedSegment>,
    /// The generation and the numbers that come next.
    pub(crate) next_generation: u64,
    pub(crate) next: Next,
}

impl Replayed {
    /// The oldest generation that the log still holds.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.segments.first().map(|segment| segment.generation)
    }
}

/// Reads all segments of a directory, and flushes what the process before may not have.
pub(crate) fn replay(dir: &Path) -> Result<Replayed, StoreError> {
    read_all(dir, &write_again)
}

/// Reads all segments of a directory as they are.
pub(crate) fn read(dir: &Path) -> Result<Replayed, StoreError> {
    read_all(dir, &|_, _, _| Ok(()))
}

/// What is done with the last commit of a segment: its path, its bytes, where the commit is.
type Finish<'a> = &'a dyn Fn(&Path, &[u8], Range<usize>) -> io::Result<()>;

fn read_all(dir: &Path, finish: Finish<'_>) -> Result<Replayed, StoreError> {
    let mut replayed = Replayed {
        segments: Vec::new(),
        next_generation: 1,
        next: Next::FIRST,
    };
    let found = generations(dir).map_err(|e| damaged(dir, format!("unreadable: {e}")))?;
    for generation in extent::needed(dir, found)? {
        let path = segment_path(dir, generation);
        let bytes = std::fs::read(&path).map_err(|e| damaged(&path, format!("unreadable: {e}")))?;
        let header = Header::read(&bytes);
        let (header, begin) = header.ok_or_else(|| damaged(&path, "its header is invalid"))?;
        if replayed.segments.is_empty() {
            replayed.next.index = header.next_index;
        } else {
            continues(&path, header, &replayed)?;
        }
        replayed.next_generation = header.generation + 1;
        replayed.next.seq = replayed.next.seq.max(header.next_seq);
        let Commits {
            records,
            last,
            next_commit,
        } = read_segment(&path, &bytes, header, begin)?;
        finish(&path, &bytes, last).map_err(|e| io_error("flushing the log again", &e))?;
        replayed.next.commit = next_commit;
        let seqs = records.iter().map(|record| record.event.seq + 1);
        replayed.next.seq = replayed.next.seq.max(seqs.max().unwrap_or(0));
        let sealed = records.iter().filter(|record| record.sealed.is_some());
        replayed.next.index = header.next_index + sealed.count() as u64;
        replayed.segments.push(ReplayedSegment {
            generation: header.generation,
            first_index: header.next_index,
            records,
        });
    }
    Ok(replayed)
}

/// Checks that a segment goes on where the one before it ended, which so lost nothing at its end.
fn continues(path: &Path, header: Header, before: &Replayed) -> Result<(), StoreError> {
    let Replayed {
        next_generation,
        next,
        ..
    } = before;
    expect(path, "generation", header.generation, *next_generation)?;
    expect(path, "first commit", header.first_commit, next.commit)?;
    expect(path, "first ledger index", header.next_index, next.index)
}

/// What a segment holds.
struct Commits {
    records: Vec<Record>,
    /// The bytes of the last commit; empty when there is none.
    last: Range<usize>,
    next_commit: u64,
}

fn read_segment(
    path: &Path,
    bytes: &[u8],
    header: Header,
    begin: usize,
) -> Result<Commits, StoreError> {
    let mut records = Vec::new();
    let mut last = 0..0;
    let (mut at, mut expected) = (begin, header.first_commit);
    loop {
        match frame::read(bytes, at, header.nonce) {
            Found::Commit {
                number,
                records: found,
                end,
            } if number == expected => {
                records.append(&mut Record::read_all(found)?);
                last = at..end;
                (at, expected) = (end, number + 1);
            }
            Found::Commit { number, .. } => {
                return Err(damaged(
                    path,
                    format!("commit {number} at byte {at}, expected {expected}"),
                ));
            }
            Found::Blank => break,
            Found::Broken => {
                report_torn(path, at, bytes.len(), expected);
                break;
            }
        }
    }
    if let Some(later) = frame::later_commit(bytes, at, header.nonce, expected) {
        let message =
            format!("commit {expected} at byte {at} is broken, yet a later one stands at {later}");
        return Err(damaged(path, message));
    }
    let sealed = records.iter().filter(|record| record.sealed.is_some());
    for (index, record) in (header.next_index..).zip(sealed) {
        let found = Receipt::of(&record.event).map_or(0, |receipt| receipt.ledger_index);
        expect(path, "next ledger index", found, index)?;
    }
    Ok(Commits {
        records,
        last,
        next_commit: expected,
    })
}

/// A process may have ended between writing its last commit and the flush. Whoever sends those
/// events again is told that they are there, so the commit is flushed now; the ones before it were
/// when it was written. It is written again, too: after a failed flush the kernel may take for
/// clean what never reached the disk.
fn write_again(path: &Path, bytes: &[u8], last: Range<usize>) -> io::Result<()> {
    if last.is_empty() {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).open(path)?;
    file.write_all_at(&bytes[last.clone()], last.start as u64)?;
    file.sync_data()
}

/// Nobody was promised what a torn write held, but whoever looks for it should find this.
fn report_torn(path: &Path, at: usize, length: usize, commit: u64) {
    let segment = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let left_out_bytes = length - at;
    tracing::warn!(
        segment,
        at,
        left_out_bytes,
        commit,
        "the write-ahead log ends in a write that is not whole; it is left out. A write cut short was never acknowledged; damage to the last commit looks the same"
    );
}

fn expect(path: &Path, what: &str, found: u64, expected: u64) -> Result<(), StoreError> {
    if found == expected {
        return Ok(());
    }
    Err(damaged(
        path,
        format!("its {what} is {found}, expected {expected}: commits are missing before it"),
    ))
}

fn damaged(path: &Path, what: impl std::fmt::Display) -> StoreError {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    StoreError::Damaged(format!("write-ahead log {name}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::super::segment::HEADER_BYTES;
    use super::super::{Extent, RecordKind, Segment, prepare_spare};
    use super::*;
    use crate::ledger::Sealed;
    use daybook_model::event::Form;
    use daybook_model::{Event, Stream, Timestamp};

    fn record(seq: i64) -> Record {
        let mut event = Event::new(Stream::System);
        (event.id, event.seq) = (format!("e{seq}").into(), seq);
        event.time = Timestamp::from_us(1_700_000_000_000_000 + seq);
        event.set_text("message", "x".repeat(20));
        let kind = match seq % 2 {
            0 => RecordKind::Append,
            _ => RecordKind::Replace {
                before: Timestamp::from_us(5),
            },
        };
        Record {
            kind,
            content_hash: 99,
            event,
            sealed: None,
        }
    }

    fn audit(seq: i64, ledger_index: u64) -> Record {
        let mut event = Event::new(Stream::Audit);
        (event.id, event.seq) = (format!("a{seq}").into(), seq);
        event.time = Timestamp::from_us(1_700_000_000_000_000 + seq);
        event.set_text("action", "model.disabled");
        event.set_text("actor_name", "Ana");
        let sealed = Sealed::new(&event, [7; 32]).unwrap();
        let leaf_hash = sealed.leaf_hash;
        let receipt = Receipt {
            ledger_index,
            leaf_hash,
        };
        receipt.put_into(&mut event);
        Record {
            kind: RecordKind::Append,
            content_hash: 98,
            event,
            sealed: Some(sealed),
        }
    }

    const fn next(seq: i64, commit: u64, index: u64) -> Next {
        Next { seq, commit, index }
    }

    fn commit(segment: &mut Segment, seqs: std::ops::Range<i64>) {
        let mut bytes = Vec::new();
        for seq in seqs {
            let record = record(seq);
            record.write(&record.event.to_json(Form::Whole), &mut bytes);
        }
        segment.commit(&bytes).unwrap();
    }

    fn written() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        prepare_spare(dir.path(), 1 << 12).unwrap();
        let mut first = Segment::create(dir.path(), 4, next(10, 7, 0)).unwrap();
        commit(&mut first, 10..12);
        commit(&mut first, 12..13);
        let mut second = Segment::create(dir.path(), 5, next(13, 9, 0)).unwrap();
        commit(&mut second, 13..14);
        commit(&mut second, 14..16);
        dir
    }

    #[test]
    fn gives_back_what_was_committed() {
        let dir = written();
        let replayed = replay(dir.path()).unwrap();
        let seqs: Vec<Vec<i64>> = replayed
            .segments
            .iter()
            .map(|segment| {
                segment
                    .records
                    .iter()
                    .map(|record| record.event.seq)
                    .collect()
            })
            .collect();
        assert_eq!(seqs, [vec![10, 11, 12], vec![13, 14, 15]]);
        assert_eq!(replayed.segments[0].records[1], record(11));
        assert_eq!(
            (replayed.next_generation, replayed.next),
            (6, next(16, 11, 0))
        );
    }

    #[test]
    fn audit_events_keep_their_places_in_the_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let commit = |segment: &mut Segment, records: &[Record]| {
            let mut bytes = Vec::new();
            records
                .iter()
                .for_each(|record| record.write("", &mut bytes));
            segment.commit(&bytes).unwrap();
        };
        let first = [audit(1, 40), audit(2, 41)];
        let mut segment = Segment::create(dir.path(), 1, next(1, 1, 40)).unwrap();
        commit(&mut segment, &first);
        let mut segment = Segment::create(dir.path(), 2, next(3, 2, 42)).unwrap();
        let replayed = replay(dir.path()).unwrap();
        assert_eq!(replayed.segments[0].records, first);
        assert_eq!(replayed.segments[1].first_index, 42);
        assert_eq!(replayed.next, next(3, 2, 42));
        commit(&mut segment, &[audit(3, 43)]);
        let error = replay(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("next ledger index is 43, expected 42"),
            "{error}"
        );
    }

    #[test]
    fn a_log_of_the_time_before_the_ledger_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut segment = Segment::create(dir.path(), 4, next(10, 7, 0)).unwrap();
        commit(&mut segment, 10..12);
        let path = segment_path(dir.path(), 4);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[8..12].copy_from_slice(&1_u32.to_le_bytes());
        bytes.drain(44..52);
        let crc = crc32c::crc32c(&bytes[..44]);
        bytes[44..48].copy_from_slice(&crc.to_le_bytes());
        std::fs::write(&path, bytes).unwrap();
        let replayed = replay(dir.path()).unwrap();
        assert_eq!(replayed.segments[0].records, [record(10), record(11)]);
        assert_eq!(replayed.next, next(12, 8, 0));
    }

    #[test]
    fn a_tail_torn_at_any_byte_loses_only_what_was_torn() {
        let dir = written();
        let path = segment_path(dir.path(), 5);
        let whole = std::fs::read(&path).unwrap();
        for length in HEADER_BYTES..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let last = replay(dir.path())
                .unwrap()
                .segments
                .pop()
                .unwrap()
                .records
                .len();
            assert!([0, 1, 3].contains(&last), "{last} events at {length}");
        }
    }

    #[test]
    fn damage_before_the_tail_stops_the_start() {
        let dir = written();
        for (generation, bytes) in [(4, HEADER_BYTES..400), (5, HEADER_BYTES..200)] {
            let path = segment_path(dir.path(), generation);
            let whole = std::fs::read(&path).unwrap();
            for at in bytes {
                let mut flipped = whole.clone();
                flipped[at] ^= 4;
                std::fs::write(&path, &flipped).unwrap();
                assert!(
                    replay(dir.path()).is_err(),
                    "byte {at} of segment {generation}"
                );
            }
            std::fs::write(&path, &whole).unwrap();
        }
    }

    #[test]
    fn a_segment_that_must_exist_is_missed() {
        let dir = written();
        let extent = Extent::begin(dir.path(), 4, 5).unwrap();
        replay(dir.path()).unwrap();
        std::fs::remove_file(segment_path(dir.path(), 4)).unwrap();
        assert!(
            replay(dir.path())
                .unwrap_err()
                .to_string()
                .contains("segment 4 is missing")
        );
        extent.moved_before(5).unwrap();
        replay(dir.path()).expect("its events are in partitions");
        extent.made(6).unwrap();
        assert!(
            replay(dir.path())
                .unwrap_err()
                .to_string()
                .contains("segment 6 is missing")
        );
    }
}
