//! What of a package is signed: its checkpoint, compared with those that others kept, and its manifest.

use super::verify::{Stop, fail};
use super::{CHECKPOINT, MANIFEST, SIGNATURE, signed_text};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::Note;
use crate::proof::{consistency, verify_consistency};
use crate::tile::HashReader;
use crate::verify::{Earlier, Trust};
use std::fmt;

/// The log's tiles, from anywhere: they prove themselves.
pub type Tiles<'t> = &'t dyn HashReader<Error = String>;

/// The checkpoint, signed by the log and cosigned as is asked for.
pub(super) fn trusted(
    bytes: &[u8],
    trust: &Trust<'_>,
) -> Result<(Checkpoint, Note, Vec<String>), Stop> {
    let wrong = |error: &dyn fmt::Display| Stop::Fail(format!("{CHECKPOINT}: {error}"));
    let note = Note::parse(bytes).map_err(|error| wrong(&error))?;
    let opened = Checkpoint::open_signed(&note, trust.origin, trust.keys);
    let (checkpoint, by) = opened.map_err(|error| wrong(&error))?;
    if let Some(policy) = trust.policy {
        policy.check_quorum(&note).map_err(|error| wrong(&error))?;
    }
    let keys = by
        .iter()
        .map(|by| format!("{}+{:08x}", by.key.name(), by.key.id()));
    let keys = keys.collect();
    Ok((checkpoint, note, keys))
}

/// Each checkpoint that was kept must be of the history that the package's is of, whichever is the older.
pub(super) fn compare_kept(
    own: &Checkpoint,
    trust: &Trust<'_>,
    tiles: Option<Tiles<'_>>,
) -> Result<(), Stop> {
    for Earlier { name, note } in trust.earlier {
        let useless = |why: &dyn fmt::Display| Stop::Unchecked(format!("checkpoint {name}: {why}"));
        let kept = Note::parse(note).map_err(|error| useless(&error))?;
        let kept = Checkpoint::open(&kept, trust.origin, trust.keys);
        let kept = kept.map_err(|error| useless(&error))?;
        let (old, new) = match kept.size < own.size {
            true => (&kept, own),
            false => (own, &kept),
        };
        let proof = match tiles {
            _ if old.size == new.size => Vec::new(),
            Some(tiles) => {
                let proof = consistency(tiles, old.size, new.size);
                proof.map_err(|error| useless(&error))?
            }
            None => {
                let why = "a package alone only tells about a checkpoint of its own size: say where the \
                    log's tiles are (--tiles), or verify the whole log";
                return Err(useless(&why));
            }
        };
        if verify_consistency(old.size, new.size, &proof, &old.root, &new.root).is_err() {
            return fail(format!(
                "{CHECKPOINT} and {name} are not of one history: it was rewritten"
            ));
        }
    }
    Ok(())
}

pub(super) fn check_signature(
    signature: &[u8],
    manifest: &[u8],
    trust: &Trust<'_>,
) -> Result<(), Stop> {
    let wrong = |error: &dyn fmt::Display| Stop::Fail(format!("{SIGNATURE}: {error}"));
    let note = Note::parse(signature).map_err(|error| wrong(&error))?;
    let (text, by) = note.open(trust.keys).map_err(|error| wrong(&error))?;
    if text != signed_text(trust.origin, &Hash::digest(manifest)) {
        return fail(format!("{MANIFEST} is not the one that was signed"));
    }
    match by.len() == note.signatures().len() && note.to_string().as_bytes() == signature {
        true => Ok(()),
        false => fail(format!(
            "{SIGNATURE} has more than the signature of the log"
        )),
    }
}
