//! A check of a ledger that nobody has open: every file that the write-ahead log could not make again is
//! read, and the newest checkpoint is compared with the tree. Who signed it is not looked at.

use super::envelope::Sealed;
use super::publisher::{CHECKPOINT, read};
use super::restore::restore;
use super::view::View;
use daybook_ledger::tile::TILE_WIDTH;
use daybook_ledger::{Checkpoint, Note, Part, Tile};
use daybook_model::StoreError;
use std::path::Path;

/// Checks the files of a ledger that are flushed up to an index, followed by the events of the log.
///
/// # Errors
/// [`StoreError::Damaged`] names the first file that is damaged.
pub(crate) fn verify<'a>(
    dir: &Path,
    first_index: u64,
    sealed: impl Iterator<Item = &'a Sealed>,
) -> Result<(), StoreError> {
    let view = View::new(dir, restore(dir, first_index)?);
    for index in 0..first_index / u64::from(TILE_WIDTH) {
        if let Some(tile) = Tile::new(0, index, TILE_WIDTH) {
            view.bytes(Part::Bodies(tile))?;
        }
    }
    let Some(checkpoint) = checkpoint(dir)? else {
        return Ok(());
    };
    let mut edge = view.edge.as_ref().clone();
    let mut root = (edge.size() == checkpoint.size).then(|| edge.tree.root());
    if checkpoint.size < edge.size() {
        root = Some(view.edge_at(checkpoint.size)?.tree.root());
    }
    for one in sealed {
        // Full files are made of the log when it is opened.
        edge.push(one, |_, _| ());
        if edge.size() == checkpoint.size {
            root = Some(edge.tree.root());
        }
    }
    match root == Some(checkpoint.root) {
        true => Ok(()),
        false => Err(StoreError::Damaged(format!(
            "ledger file {CHECKPOINT}: it is about {} audit events, which are not these",
            checkpoint.size
        ))),
    }
}

fn checkpoint(dir: &Path) -> Result<Option<Checkpoint>, StoreError> {
    let damaged = |why: &dyn std::fmt::Display| {
        StoreError::Damaged(format!("ledger file {CHECKPOINT}: {why}"))
    };
    let Some(bytes) = read(&dir.join(CHECKPOINT)).map_err(|e| damaged(&e))? else {
        return Ok(None);
    };
    let note = Note::parse(&bytes).map_err(|e| damaged(&e))?;
    let checkpoint = Checkpoint::parse(note.text_unverified());
    checkpoint.map(Some).map_err(|e| damaged(&e))
}
