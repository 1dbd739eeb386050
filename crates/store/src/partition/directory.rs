//! The directory beneath an index. Every byte that a query reads was compared with a checksum, and
//! `meta.json` never names a file that is not on disk. A damaged byte is an error that says where.
//!
//! *Flushes.* The index library flushes each file it finishes and, for each new file, writes its
//! list of files durably: 14 flushes for a commit, 19 when the index is new. Here a finished file
//! is not flushed until the next `meta.json` is written: then all of them, their directory, the new
//! `meta.json`, and the directory once more, about 9 flushes, with nothing to flush for a new
//! index. A crash before that leaves files that nothing names; the next writer removes them.

mod checked;

pub(crate) use checked::checksum_line;

use checked::{CheckedFile, CheckedWriter, Damage};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use tantivy::Directory;
use tantivy::directory::error::{
    DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError,
};
use tantivy::directory::{
    Advice, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

const META: &str = "meta.json";
/// The library's list of files it may remove. Here it is read from the directory itself, so it is
/// never stale, and never written.
const MANAGED: &str = ".managed.json";

/// A directory of checked files. Clones share what they know.
#[derive(Debug, Clone)]
pub(crate) struct CheckedDirectory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    mapped: MmapDirectory,
    /// Open files; all who read one share what was verified of it.
    open: Mutex<HashMap<PathBuf, Weak<CheckedFile>>>,
    unflushed: Arc<Mutex<Unflushed>>,
    damage: Arc<Damage>,
}

/// What a crash of the machine would take.
#[derive(Debug, Default)]
struct Unflushed {
    /// Finished files. They stay open: only so is an error of an earlier write-back reported.
    files: BTreeMap<PathBuf, File>,
    /// Why a flush failed, after which nothing is known of the files.
    failed: Option<String>,
    /// The `meta.json` of a new index, which names nothing and need not reach the disk.
    first_meta: Option<Vec<u8>>,
}

impl CheckedDirectory {
    /// Opens a directory, which must exist.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self(Arc::new(Inner {
            root: path.into(),
            // What is needed is asked for: see `CheckedFile::fetch`.
            mapped: MmapDirectory::open_with_madvice(path, Advice::Random)?,
            open: Mutex::default(),
            unflushed: Arc::default(),
            damage: Arc::default(),
        })))
    }

    /// The first damage that was found, also when whoever read it has swallowed the error.
    pub(crate) fn damage(&self) -> Option<String> {
        self.0.damage.found()
    }

    /// The files of a segment.
    pub(crate) fn files_of(&self, segment: &str) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.0.root)? {
            let name = entry?.file_name();
            if name.to_string_lossy().starts_with(segment) {
                files.push(name.into());
            }
        }
        Ok(files)
    }

    /// Reads a file to its end, so that every byte of it is compared with its checksum.
    pub(crate) fn read_all(&self, path: &Path) -> io::Result<()> {
        let file = self.get_file_handle(path).map_err(io::Error::other)?;
        file.read_bytes(0..file.len()).map(drop)
    }

    fn full(&self, path: &Path) -> PathBuf {
        self.0.root.join(path)
    }

    /// The files of segments that are there, as the library keeps the list.
    fn managed(&self) -> io::Result<Vec<u8>> {
        let mut names = HashSet::new();
        for entry in std::fs::read_dir(&self.0.root)? {
            let name = entry?.file_name();
            names.extend(name.to_str().filter(|n| of_segment(n)).map(String::from));
        }
        Ok(serde_json::to_vec(&names)?)
    }
}

/// Whether a file is one of a segment: its name begins with the segment's id.
fn of_segment(name: &str) -> bool {
    let id = name.split('.').next().unwrap_or_default();
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Unflushed {
    /// Makes all finished files durable, and the names they have.
    fn flush(&mut self, root: &Path) -> io::Result<()> {
        if let Some(why) = &self.failed {
            return Err(io::Error::other(why.clone()));
        }
        let flush = || {
            for file in self.files.values() {
                file.sync_data()?;
            }
            crate::wal::sync_dir(root)
        };
        flush().inspect_err(|error: &io::Error| {
            // A second attempt might succeed without the data: the kernel may have dropped it.
            self.failed = Some(format!("an earlier flush failed: {error}"));
        })?;
        self.files.clear();
        Ok(())
    }

    /// Replaces a small file durably.
    fn replace(&mut self, root: &Path, name: &Path, content: &[u8]) -> io::Result<()> {
        self.flush(root)?;
        let (path, building) = (root.join(name), root.join(name).with_extension("new"));
        let mut file = File::create(&building)?;
        file.write_all(&checked::with_checksum_line(content))?;
        let flush = || {
            file.sync_all()?;
            std::fs::rename(&building, &path)?;
            crate::wal::sync_dir(root)
        };
        flush().inspect_err(|error: &io::Error| {
            self.failed = Some(format!("an earlier flush failed: {error}"));
        })
    }
}

impl Directory for CheckedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let mut open = self.0.open.lock();
        if let Some(file) = open.get(path).and_then(Weak::upgrade) {
            return Ok(file);
        }
        let mapped = self.0.mapped.get_file_handle(path)?;
        let bytes = mapped.read_bytes(0..mapped.len());
        let file =
            bytes.and_then(|bytes| CheckedFile::new(&self.0.root, path, bytes, &self.0.damage));
        let file = Arc::new(file.map_err(|e| OpenReadError::wrap_io_error(e, path.into()))?);
        open.insert(path.into(), Arc::downgrade(&file));
        Ok(file)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.open.lock().remove(path);
        self.0.unflushed.lock().files.remove(path);
        self.0.mapped.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        let held = path == Path::new(META) && self.0.unflushed.lock().first_meta.is_some();
        Ok(held || self.0.mapped.exists(path)?)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(self.full(path));
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.into()),
            _ => OpenWriteError::wrap_io_error(error, path.into()),
        })?;
        let (unflushed, name) = (Arc::clone(&self.0.unflushed), path.to_owned());
        let finished = move |file| {
            unflushed.lock().files.insert(name, file);
        };
        Ok(BufWriter::new(Box::new(CheckedWriter::new(file, finished))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let failed = |error| OpenReadError::wrap_io_error(error, path.into());
        if path == Path::new(MANAGED) {
            return self.managed().map_err(failed);
        }
        let held = self.0.unflushed.lock().first_meta.clone();
        if let Some(meta) = held.filter(|_| path == Path::new(META)) {
            return Ok(meta);
        }
        let bytes = self.0.mapped.atomic_read(path)?;
        checked::without_checksum_line(path, bytes, &self.0.damage).map_err(failed)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path == Path::new(MANAGED) {
            return Ok(());
        }
        let mut unflushed = self.0.unflushed.lock();
        if path == Path::new(META)
            && unflushed.first_meta.is_none()
            && !self.full(path).try_exists()?
        {
            unflushed.first_meta = Some(data.to_vec());
            return Ok(());
        }
        unflushed.replace(&self.0.root, path, data)?;
        // Only now: a commit that failed must not make the next one a first.
        unflushed.first_meta = None;
        Ok(())
    }

    /// Nothing to do: `meta.json` brings all before it to the disk.
    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.0.mapped.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.mapped.watch(callback)
    }
}

#[cfg(test)]
mod tests;
