//! A file that is built over time, on a disk, and goes on where it was when the process ends. What
//! was marked is there, whole: text up to a byte, tables up to a number of parts, which are joined at
//! the end.

use super::{Format, Layout, Sheet};
use daybook_archive::{durable, table};
use daybook_model::table::Table;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The name of a file that is whole.
const WHOLE: &str = "file";
/// The name of one that grows.
const GROWING: &str = "growing";

/// A file under construction in a directory of its own.
#[derive(Debug)]
pub(crate) struct Parts {
    layout: Layout,
    dir: PathBuf,
    /// What is being written, and where to.
    growing: Option<(Sheet, BufWriter<File>)>,
    /// Parts of a table that are whole.
    parts: u64,
    bytes: u64,
}

/// A file that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Built {
    /// Bytes in it.
    pub(crate) bytes: u64,
    /// Their SHA-256.
    pub(crate) sha256: String,
}

impl Parts {
    /// Where the file is when it is whole.
    pub(crate) fn whole(dir: &Path) -> PathBuf {
        dir.join(WHOLE)
    }

    /// Begins a file, or goes on where it was marked; 0 is the beginning.
    pub(crate) fn open(dir: &Path, layout: Layout, mark: u64) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let mut file = Self {
            layout,
            dir: dir.into(),
            growing: None,
            parts: 0,
            bytes: 0,
        };
        match file.layout.format {
            Format::Parquet => {
                for part in 0..mark {
                    file.bytes += std::fs::metadata(part_path(dir, part))?.len();
                }
                file.parts = mark;
            }
            Format::Csv | Format::Jsonl => {
                file.growing = Some(file.open_text(mark)?);
                file.bytes = mark;
            }
        }
        Ok(file)
    }

    fn open_text(&self, mark: u64) -> io::Result<(Sheet, BufWriter<File>)> {
        let path = self.dir.join(GROWING);
        // Whole already when the process ended before anybody knew.
        match std::fs::rename(Self::whole(&self.dir), &path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        if file.metadata()?.len() < mark {
            return Err(io::Error::other("what was written of it before is gone"));
        }
        file.set_len(mark)?;
        file.seek(SeekFrom::Start(mark))?;
        let sheet = match mark {
            0 => Sheet::new(self.layout.clone()),
            _ => Sheet::rest_of(self.layout.clone()),
        };
        Ok((sheet?, BufWriter::new(file)))
    }

    fn begin_part(&self) -> io::Result<(Sheet, BufWriter<File>)> {
        let file = File::create(part_path(&self.dir, self.parts))?;
        Ok((Sheet::new(self.layout.clone())?, BufWriter::new(file)))
    }

    /// Bytes written so far, about.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds events.
    pub(crate) fn write(&mut self, table: Table) -> io::Result<()> {
        let (mut sheet, mut file) = match self.growing.take() {
            Some(growing) => growing,
            None => self.begin_part()?,
        };
        sheet.add(table);
        while let Some(part) = sheet.part()? {
            file.write_all(&part)?;
            self.bytes += part.len() as u64;
        }
        self.growing = Some((sheet, file));
        Ok(())
    }

    /// Makes what was written durable; answers the mark from which to go on.
    pub(crate) fn mark(&mut self) -> io::Result<u64> {
        if self.layout.format == Format::Parquet {
            self.end_growing()?;
            return Ok(self.parts);
        }
        if let Some((_, file)) = &mut self.growing {
            file.flush()?;
            file.get_ref().sync_data()?;
        }
        Ok(self.bytes)
    }

    fn end_growing(&mut self) -> io::Result<()> {
        let Some((sheet, mut file)) = self.growing.take() else {
            return Ok(());
        };
        let rest = sheet.end()?;
        file.write_all(&rest)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        durable::sync_above(&Self::whole(&self.dir))?;
        self.bytes += rest.len() as u64;
        self.parts += 1;
        Ok(())
    }

    /// Ends the file. Done again after a crash it does the same.
    pub(crate) fn finish(mut self) -> io::Result<Built> {
        if self.growing.is_none() && self.parts == 0 {
            // A table without rows has its columns all the same.
            self.growing = Some(self.begin_part()?);
        }
        self.end_growing()?;
        let whole = Self::whole(&self.dir);
        match self.layout.format {
            Format::Parquet => {
                let parts = (0..self.parts).map(|part| part_path(&self.dir, part));
                let parts: Vec<PathBuf> = parts.collect();
                durable::write(&whole, |out| table::join(&parts, out).map(drop))?;
            }
            Format::Csv | Format::Jsonl => {
                std::fs::rename(self.dir.join(GROWING), &whole)?;
                durable::sync_above(&whole)?;
            }
        }
        built(&whole)
    }

    /// Removes what a file was joined from, once it is known that it is whole.
    pub(crate) fn tidy(dir: &Path) -> io::Result<()> {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_name() != WHOLE {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// What a whole file is.
fn built(path: &Path) -> io::Result<Built> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut part = vec![0; 256 << 10];
    loop {
        match file.read(&mut part)? {
            0 => break,
            length => {
                hash.update(&part[..length]);
                bytes += length as u64;
            }
        }
    }
    let sha256 = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Built { bytes, sha256 })
}

fn part_path(dir: &Path, part: u64) -> PathBuf {
    dir.join(format!("part-{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Event, Scope, Stream, Timestamp};

    fn event(seq: i64) -> Event {
        let mut event = Event::new(Stream::Auth);
        (event.id, event.seq) = (format!("e{seq}").into(), seq);
        event.time = Timestamp::from_us(1_700_000_000_000_000 + seq);
        event
    }

    fn read(dir: &Path) -> Vec<u8> {
        std::fs::read(Parts::whole(dir)).unwrap()
    }

    fn layout(format: Format) -> Layout {
        Layout::new(format, Stream::Auth, &Scope::All, None)
    }

    fn events(range: std::ops::Range<i64>) -> Table {
        let fields = layout(Format::Csv).columns;
        Table::of(&range.map(event).collect::<Vec<_>>(), &fields)
    }

    #[test]
    fn what_was_not_marked_is_written_again_after_a_crash() {
        for format in [Format::Csv, Format::Jsonl, Format::Parquet] {
            let dir = tempfile::tempdir().unwrap();
            let (cut, straight) = (dir.path().join("cut"), dir.path().join("straight"));
            let mut file = Parts::open(&straight, layout(format), 0).unwrap();
            file.write(events(0..300)).unwrap();
            let expected = file.finish().unwrap();

            let mut file = Parts::open(&cut, layout(format), 0).unwrap();
            assert_eq!(file.mark().unwrap(), 0);
            file.write(events(0..100)).unwrap();
            let mark = file.mark().unwrap();
            file.write(events(100..170)).unwrap();
            drop(file);
            let to_the_end = || {
                let mut file = Parts::open(&cut, layout(format), mark).unwrap();
                file.write(events(100..300)).unwrap();
                assert!(file.bytes() > 0);
                file.finish().unwrap()
            };
            // Twice: the process may end after the file is whole and before that is noted.
            let (built, bytes) = (to_the_end(), read(&cut));
            assert_eq!((to_the_end(), read(&cut)), (built.clone(), bytes));
            if format != Format::Parquet {
                assert_eq!(built, expected);
                assert_eq!(read(&cut), read(&straight));
            }
            Parts::tidy(&cut).unwrap();
            let entries = std::fs::read_dir(&cut).unwrap().count();
            assert_eq!(entries, 1, "{format:?}: only the whole file is left");
            assert_eq!(read(&cut).len() as u64, built.bytes);
        }
    }

    #[test]
    fn a_file_without_events_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        for format in [Format::Csv, Format::Jsonl, Format::Parquet] {
            let dir = dir.path().join(format.name());
            let built = Parts::open(&dir, layout(format), 0).unwrap().finish();
            assert_eq!(built.unwrap().bytes > 0, format != Format::Jsonl);
        }
        let text = String::from_utf8(read(&dir.path().join("csv"))).unwrap();
        assert!(text.starts_with("id,seq,time,") && text.ends_with("\r\n"));
    }
}
