//! The offline verifier: from the bodies' commitments over leaves and tiles to the signed root, and
//! every earlier checkpoint. Trusts the keys it is given and nothing that it reads.
//!
//! Streams: memory holds a few hundred bundles whatever the size of the log. Bundles are checked in
//! parallel and looked at in order, so the first thing that is wrong is the one that is named.

mod bundles;
mod report;
mod run;

pub use report::{Finding, Place, Report, StoreReport, Verdict, grouped};
pub(crate) use report::{extend, shown};
pub use run::{EventInvalid, event, verify};

use crate::hash::Hash;
use crate::note::VerifierKey;
use crate::part::Part;
use crate::policy::Policy;
use crate::tile::{HashReader, Tile, decode_hashes};
use std::fmt::Display;
use std::num::NonZeroUsize;

/// Where a log's files come from. Called from several threads.
pub trait Source: Sync {
    /// Why something could not be read. What is not there is no error.
    type Error: Display;

    /// A file as it is; `None` if it is not there. A tile has at most 8 KiB, a bundle of entries 16 MiB.
    /// Where a partial one is gone, the verifier asks for those that may have grown from it.
    ///
    /// # Errors
    ///
    /// Whatever keeps the caller from reading it.
    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, Self::Error>;

    /// The widths of the partial files that are kept in the place of this one. They are checked too,
    /// since clients may get them.
    ///
    /// # Errors
    ///
    /// Whatever keeps the caller from looking.
    fn partials(&self, part: Part) -> Result<Vec<u16>, Self::Error> {
        let _ = part;
        Ok(Vec::new())
    }

    /// Whether bodies are to be had at all; the report says how many were checked.
    fn has_bodies(&self) -> bool {
        true
    }

    /// Events below this index may have lost their bundles under a published retention policy
    /// (C2SP tlog-tiles, "Pruning"). Their hashes must be there.
    fn minimum_index(&self) -> u64 {
        0
    }
}

/// A file, or for a partial one that is gone a larger one, which it has grown into and which begins with it:
/// a log that is running replaces partial files all the time. Tells which one it is.
///
/// # Errors
///
/// As [`Source::file`].
pub fn find<S: Source>(source: &S, part: Part) -> Result<Option<(Part, Vec<u8>)>, S::Error> {
    let read = |part: Part| {
        let file = source.file(part);
        file.map(|file| file.map(|file| (part, file)))
    };
    let found = read(part)?;
    let Some(tile) = part
        .tile()
        .filter(|tile| found.is_none() && !tile.is_full())
    else {
        return Ok(found);
    };
    let full = part.at(tile.full());
    if let Some(found) = read(full)? {
        return Ok(Some(found));
    }
    let widths = source.partials(part)?.into_iter();
    let widest = widths.filter(|width| *width > tile.width()).max();
    let wider = widest.and_then(|width| Tile::new(tile.level(), tile.index(), width));
    match wider
        .map(|wider| read(part.at(wider)))
        .transpose()?
        .flatten()
    {
        Some(found) => Ok(Some(found)),
        // It may have become full in between.
        None => read(full),
    }
}

/// The hashes of tiles, read from a log's files.
#[derive(Debug)]
pub struct FileHashes<'s, S>(pub &'s S);

impl<S: Source> HashReader for FileHashes<'_, S> {
    type Error = String;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, String> {
        let part = Part::Hashes(tile);
        let found = find(self.0, part).map_err(|error| format!("{part}: {error}"))?;
        let (_, mut file) = found.ok_or_else(|| format!("{part} is missing"))?;
        file.truncate(Hash::BYTES * usize::from(tile.width()));
        decode_hashes(tile, &file).ok_or_else(|| format!("{part} is cut short"))
    }
}

/// Whom to believe, and what to check against.
#[derive(Debug, Clone)]
pub struct Trust<'a> {
    /// The log. A checkpoint of any other is refused, however well it is signed.
    pub origin: &'a str,
    /// Its keys.
    pub keys: &'a [VerifierKey],
    /// Witnesses who must have cosigned the newest checkpoint.
    pub policy: Option<&'a Policy>,
    /// Checkpoints from before, which the log must still contain.
    pub earlier: &'a [Earlier],
    /// How many threads check bundles.
    pub threads: NonZeroUsize,
}

/// A checkpoint that somebody has kept.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// What to call it, such as the name of its file.
    pub name: String,
    /// The note.
    pub note: Vec<u8>,
}
