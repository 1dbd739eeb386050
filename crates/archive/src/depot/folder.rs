//! A depot in a folder of the file system.

use super::Depot;
use crate::durable;
use bytes::Bytes;
use std::fs::{File, FileType};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// What is copied at a time.
const PART_BYTES: usize = 64 << 10;

/// Objects as files below a folder, which is made with the first of them.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The depot of a folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self(dir.into())
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        match name.split('/').all(plain) && !name.contains('\\') {
            true => Ok(self.0.join(name)),
            false => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a name of an object",
            )),
        }
    }

    /// Names of what lies directly below a prefix and is of a kind.
    fn below(&self, prefix: &str, is_kind: impl Fn(&FileType) -> bool) -> io::Result<Vec<String>> {
        let dir = self.path(prefix.trim_end_matches('/'))?;
        let entries = match std::fs::read_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if is_kind(&entry.file_type()?) {
                names.push(format!("{prefix}{}", entry.file_name().to_string_lossy()));
            }
        }
        Ok(names)
    }
}

impl Depot for Folder {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        durable::write(&self.path(name)?, |out| out.write_all(bytes))
    }

    fn put_file(&self, name: &str, file: &Path) -> io::Result<()> {
        let mut from = File::open(file)?;
        // By plain writes: the test of power cuts knows what a disk holds from those.
        durable::write(&self.path(name)?, |out| {
            let mut part = vec![0; PART_BYTES];
            loop {
                match from.read(&mut part)? {
                    0 => return Ok(()),
                    length => out.write_all(&part[..length])?,
                }
            }
        })
    }

    fn read(&self, name: &str, range: Range<u64>) -> io::Result<Bytes> {
        let length = usize::try_from(range.end.saturating_sub(range.start));
        let mut bytes = vec![0; length.map_err(io::Error::other)?];
        File::open(self.path(name)?)?.read_exact_at(&mut bytes, range.start)?;
        Ok(bytes.into())
    }

    fn read_all(&self, name: &str) -> io::Result<Bytes> {
        std::fs::read(self.path(name)?).map(Bytes::from)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.below(prefix, FileType::is_file)
    }

    fn folders(&self, prefix: &str) -> io::Result<Vec<String>> {
        let names = self.below(prefix, FileType::is_dir)?;
        Ok(names.into_iter().map(|name| name + "/").collect())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        durable::remove(&self.path(name)?)
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_objects_and_never_leaves_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let depot = Folder::new(dir.path().join("archive"));
        assert_eq!(depot.list("audit/2026-03/").unwrap(), [""; 0]);
        depot.put("audit/2026-03/a", b"one").unwrap();
        depot.put("audit/2026-03/a", b"other").unwrap();
        depot
            .put_file(
                "audit/2026-03/b",
                &dir.path().join("archive/audit/2026-03/a"),
            )
            .unwrap();
        let mut names = depot.list("audit/2026-03/").unwrap();
        names.sort();
        assert_eq!(names, ["audit/2026-03/a", "audit/2026-03/b"]);
        assert_eq!(depot.folders("audit/").unwrap(), ["audit/2026-03/"]);
        assert_eq!(depot.folders("audit/2026-03/").unwrap(), [""; 0]);
        assert_eq!(depot.folders("usage/").unwrap(), [""; 0]);
        assert_eq!(&depot.read("audit/2026-03/b", 1..3).unwrap()[..], b"th");
        let short = depot.read("audit/2026-03/b", 1..9).unwrap_err();
        assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
        depot.remove("audit/2026-03/a").unwrap();
        depot.remove("audit/2026-03/a").unwrap();
        let missing = depot.read_all("audit/2026-03/a").unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        for name in ["../a", "/etc/passwd", "a//b", "", "a/./b"] {
            assert!(depot.put(name, b"").is_err(), "{name}");
        }
    }
}
