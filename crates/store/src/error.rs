//! Failures of the parts below as store errors.

use daybook_model::StoreError;
use std::fmt::Display;
use std::io;

/// A failure of the index.
pub(crate) fn internal(error: impl Display) -> StoreError {
    StoreError::Internal(error.to_string())
}

/// A failure of the file system; a full disk passes, so it is no lasting one.
pub(crate) fn io_error(doing: &str, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("{doing}: {error}"))
}
