//! The archive: events of a period as Parquet files with a manifest that any other program can read
//! and check, too. This crate knows how the files look and whether they are whole; when events are
//! archived, and when their online copy may go, is the store's to decide. It knows no runtime: a
//! [`Depot`] answers when the work is done.

pub mod depot;
pub mod durable;
pub mod ids;
pub mod manifest;
pub mod part;
mod sha256;
mod sums;
pub mod table;

pub use depot::{Depot, Folder, Object};
pub use ids::{IdFile, IdHash, Known};
pub use manifest::{Manifest, Part};
pub use part::{BuiltPart, PartWriter};
pub use sums::BlockSums;
pub use table::{Group, Table, TableWriter};

use std::io;

/// Why something could not be done with a file of the archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file could not be read or written; this may pass.
    #[error("{doing}: {cause}")]
    Io {
        /// What was to be done, with the name of the file.
        doing: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file does not hold what was written to it. It is never taken for the truth.
    #[error("archive file {file}: {what}")]
    Damaged {
        /// Its name.
        file: String,
        /// What is wrong with it.
        what: String,
    },
}

/// What this crate answers.
pub type Result<T> = std::result::Result<T, ArchiveError>;

impl ArchiveError {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |cause| Self::Io { doing, cause }
    }

    pub(crate) fn damaged(file: &str, what: impl std::fmt::Display) -> Self {
        Self::Damaged {
            file: file.into(),
            what: what.to_string(),
        }
    }

    /// Whether the file is not there at all.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }
}
