//! Reading the log at start: every commit that was acknowledged, in order. A torn tail, which no
//! one was promised, is left out; damage before it stops the start with a report. What is given
//! back is on disk.

use super::extent;
use super::frame::{self, Found};
use super::record::Record;
use super::segment::{HEADER_BYTES, Header, segment_path};
use crate::error::io_error;
use daybook_model::StoreError;
use std::fs::OpenOptions;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The commits of one segment.
#[derive(Debug)]
pub(crate) struct ReplayedSegment {
    pub(crate) generation: u64,
    pub(crate) records: Vec<Record>,
}

/// What the log held.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(crate) segments: Vec<ReplayedSegment>,
    /// The generation, `seq` and commit number that come next.
    pub(crate) next_generation: u64,
    pub(crate) next_seq: i64,
    pub(crate) next_commit: u64,
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
        next_seq: 1,
        next_commit: 1,
    };
    for generation in extent::needed(dir, generations(dir)?)? {
        let path = segment_path(dir, generation);
        let bytes = std::fs::read(&path).map_err(|e| damaged(&path, format!("unreadable: {e}")))?;
        let header = Header::read(&bytes).ok_or_else(|| damaged(&path, "its header is invalid"))?;
        if !replayed.segments.is_empty() {
            expect(
                &path,
                "generation",
                header.generation,
                replayed.next_generation,
            )?;
            // Also shows that the segment before lost nothing at its end.
            expect(
                &path,
                "first commit",
                header.first_commit,
                replayed.next_commit,
            )?;
        }
        replayed.next_generation = header.generation + 1;
        replayed.next_seq = replayed.next_seq.max(header.next_seq);
        let Commits {
            records,
            last,
            next_commit,
        } = read_segment(&path, &bytes, header)?;
        finish(&path, &bytes, last).map_err(|e| io_error("flushing the log again", &e))?;
        replayed.next_commit = next_commit;
        let seqs = records.iter().map(|record| record.event.seq + 1);
        replayed.next_seq = replayed.next_seq.max(seqs.max().unwrap_or(0));
        replayed.segments.push(ReplayedSegment {
            generation: header.generation,
            records,
        });
    }
    Ok(replayed)
}

/// The generations whose segments are there, in order.
fn generations(dir: &Path) -> Result<Vec<u64>, StoreError> {
    let entries = std::fs::read_dir(dir).map_err(|e| damaged(dir, format!("unreadable: {e}")))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<u64> = names
        .filter_map(|name| name.strip_suffix(".wal")?.parse().ok())
        .collect();
    found.sort_unstable();
    Ok(found)
}

/// What a segment holds.
struct Commits {
    records: Vec<Record>,
    /// The bytes of the last commit; empty when there is none.
    last: Range<usize>,
    next_commit: u64,
}

fn read_segment(path: &Path, bytes: &[u8], header: Header) -> Result<Commits, StoreError> {
    let mut records = Vec::new();
    let mut last = 0..0;
    let (mut at, mut expected) = (HEADER_BYTES, header.first_commit);
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
    use super::super::{Extent, RecordKind, Segment, prepare_spare, segment_path};
    use super::*;
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
        }
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
        let mut first = Segment::create(dir.path(), 4, 10, 7).unwrap();
        commit(&mut first, 10..12);
        commit(&mut first, 12..13);
        let mut second = Segment::create(dir.path(), 5, 13, 9).unwrap();
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
            (
                replayed.next_generation,
                replayed.next_seq,
                replayed.next_commit
            ),
            (6, 16, 11)
        );
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
