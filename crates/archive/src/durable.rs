//! Files that are on the disk, under their names, when they were written. A crash leaves the old
//! file or the new one.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// What a file is called while it is written. Nobody reads it under this name.
pub const UNFINISHED: &str = "new";

/// Puts a file in place of what has its name, and makes the directories above it.
///
/// # Errors
/// When anything of it cannot be written or flushed; then the old file is still there.
pub fn write(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    let building = unfinished(path);
    let mut file = BufWriter::new(File::create(&building)?);
    content(&mut file)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(&building, path)?;
    sync_above(path)
}

/// Removes a file, if it is there.
///
/// # Errors
/// When it stays.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| path.parent().map_or(Ok(()), sync_dir)),
    }
}

/// Makes a file's name durable, and those of the directories above it: whoever made them may have
/// been killed before it could.
///
/// # Errors
/// When a directory cannot be flushed.
pub fn sync_above(path: &Path) -> io::Result<()> {
    /// A directory by period, by stream, of the whole, and where that lies.
    const LEVELS: usize = 4;
    let above = path.ancestors().skip(1).take(LEVELS);
    for dir in above.filter(|dir| !dir.as_os_str().is_empty()) {
        match sync_dir(dir) {
            // Where nothing of ours was made.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => break,
            synced => synced?,
        }
    }
    Ok(())
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(UNFINISHED);
    name.into()
}
