//! Erasing bodies. A body goes from every file and from memory before the answer; its leaf stays, and so
//! does every proof. Only events whose log segments are gone are erased, so that nothing brings a body
//! back; done again, after a crash, it comes to the same.

use super::bodies;
use super::edge::Edge;
use super::integrator::Integrator;
use super::publisher::Published;
use super::view::{View, damaged};
use crate::error::{internal, io_error};
use daybook_ledger::tile::TILE_WIDTH;
use daybook_model::StoreError;

impl Integrator {
    /// Erases the bodies of these events for good.
    pub(super) fn erase(&mut self, mut indices: Vec<u64>) -> Result<(), StoreError> {
        let width = u64::from(TILE_WIDTH);
        self.write_staged()?;
        indices.sort_unstable();
        for of_bundle in indices.chunk_by(|a, b| a / width == b / width) {
            let places: Vec<usize> = of_bundle
                .iter()
                .map(|index| (index % width) as usize)
                .collect();
            let bundle = of_bundle[0] / width;
            self.erase_in_files(bundle, &places)?;
            self.erase_in_memory(bundle, &places)?;
        }
        self.flush_files()
    }

    /// Of one bundle there may be partial files of several widths.
    fn erase_in_files(&mut self, bundle: u64, places: &[usize]) -> Result<(), StoreError> {
        let parts = self.files.bodies_of(bundle);
        for part in parts.map_err(|e| io_error("looking for the ledger's bodies", &e))? {
            let bytes = self.files.read(part).map_err(|e| damaged(part, &e))?;
            let left = bodies::without(&bytes, places);
            let left = left.map_err(|why| damaged(part, &why))?;
            let written = self.files.write(part, &left);
            written.map_err(|e| io_error(&format!("writing the ledger file {part}"), &e))?;
        }
        Ok(())
    }

    fn erase_in_memory(&mut self, bundle: u64, places: &[usize]) -> Result<(), StoreError> {
        erase_in_edge(&mut self.edge, bundle, places)?;
        if let Some(published) = self.status.published()
            && published.view.edge.is_last_bundle(bundle)
        {
            let mut edge = Edge::clone(&published.view.edge);
            erase_in_edge(&mut edge, bundle, places)?;
            self.status.show(Published {
                note: published.note.clone(),
                view: View::new(self.dir(), edge),
                at: published.at,
            });
        }
        Ok(())
    }
}

fn erase_in_edge(edge: &mut Edge, bundle: u64, places: &[usize]) -> Result<(), StoreError> {
    if edge.is_last_bundle(bundle) {
        let left = bodies::without(&edge.bodies, places);
        edge.bodies = left.map_err(internal)?;
    }
    Ok(())
}
