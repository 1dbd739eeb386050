//! Entry bundles (C2SP tlog-tiles v0.1.0, "Log entries"): up to 256 entries, each behind its length
//! as a big-endian u16, aligned with the tiles of level 0.

use crate::hash::{Hash, leaf_hash};

/// The longest entry that a bundle can hold, in bytes.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Why entries and bundles do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is too long.
    #[error("the entry has {0} bytes, more than {ENTRY_BYTES_MAX} (ENTRY_BYTES_MAX)")]
    EntryTooLong(usize),
    /// A bundle ends within an entry.
    #[error("the bundle ends within its entry {0}")]
    CutShort(usize),
    /// A bundle has another number of entries than its path says.
    #[error("the bundle has not the {0} entries that its path says")]
    Count(u16),
}

/// Appends an entry to a bundle.
///
/// # Errors
///
/// [`BundleError::EntryTooLong`]; the bundle is then unchanged.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = entry.len();
    let prefix = u16::try_from(length).map_err(|_| BundleError::EntryTooLong(length))?;
    bundle.extend(prefix.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// The entries of a bundle, one after the other. Ends after the first error.
#[derive(Debug, Clone)]
pub struct Entries<'b> {
    rest: &'b [u8],
    read: usize,
}

impl<'b> Entries<'b> {
    /// The entries of these bytes.
    #[must_use]
    pub fn new(bundle: &'b [u8]) -> Self {
        Self {
            rest: bundle,
            read: 0,
        }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    fn split(&self) -> Option<(&'b [u8], &'b [u8])> {
        let (prefix, rest) = self.rest.split_first_chunk()?;
        rest.split_at_checked(usize::from(u16::from_be_bytes(*prefix)))
    }
}

impl<'b> Iterator for Entries<'b> {
    type Item = Result<&'b [u8], BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((entry, rest)) = self.split() else {
            self.rest = &[];
            return Some(Err(BundleError::CutShort(self.read)));
        };
        self.rest = rest;
        self.read += 1;
        Some(Ok(entry))
    }
}

/// The entries of a bundle of `width` (1 to 256) entries.
///
/// # Errors
///
/// [`BundleError::CutShort`] and [`BundleError::Count`].
pub fn entries(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let most = usize::from(width);
    let entries: Vec<_> = Entries::new(bundle)
        .take(most + 1)
        .collect::<Result<_, _>>()?;
    if entries.len() != most {
        return Err(BundleError::Count(width));
    }
    Ok(entries)
}

/// The leaf hashes of a bundle: the tile of level 0 at the same place.
///
/// # Errors
///
/// As [`entries`].
pub fn leaf_hashes(bundle: &[u8], width: u16) -> Result<Vec<Hash>, BundleError> {
    Ok(entries(bundle, width)?.into_iter().map(leaf_hash).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_there_and_back() {
        let all: [&[u8]; 4] = [b"", b"a", &[7; ENTRY_BYTES_MAX], b"last"];
        let mut bundle = Vec::new();
        for entry in all {
            push_entry(&mut bundle, entry).unwrap();
        }
        assert_eq!(entries(&bundle, 4).unwrap(), all);
        assert_eq!(leaf_hashes(&bundle, 4).unwrap(), all.map(leaf_hash));
        assert_eq!(entries(&bundle, 3), Err(BundleError::Count(3)));
        assert_eq!(entries(&bundle, 5), Err(BundleError::Count(5)));
        let short = &bundle[..bundle.len() - 1];
        assert_eq!(entries(short, 4), Err(BundleError::CutShort(3)));
        assert_eq!(entries(&bundle[..1], 4), Err(BundleError::CutShort(0)));
        assert_eq!(entries(b"", 0), Ok(vec![]));
    }

    #[test]
    fn a_long_entry_is_refused_by_its_limit() {
        let mut bundle = b"as it was".to_vec();
        let error = push_entry(&mut bundle, &[0; ENTRY_BYTES_MAX + 1]).unwrap_err();
        assert!(
            error.to_string().contains("65535 (ENTRY_BYTES_MAX)"),
            "{error}"
        );
        assert_eq!(bundle, b"as it was");
    }
}
