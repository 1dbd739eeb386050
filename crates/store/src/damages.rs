//! Damage that was found since the start, by queries and moves: logged once for each place, and kept
//! for whoever watches the store.

use daybook_model::StoreError;
use parking_lot::Mutex;
use std::collections::BTreeSet;

/// More places are no news.
const PLACES_MAX: usize = 1_000;

/// The places that are known to be damaged.
#[derive(Debug, Default)]
pub(crate) struct Damages(Mutex<BTreeSet<String>>);

impl Damages {
    /// Remembers what an error tells of damage.
    pub(crate) fn note(&self, error: &StoreError) {
        let StoreError::Damaged(place) = error else {
            return;
        };
        let mut places = self.0.lock();
        if places.len() < PLACES_MAX && places.insert(place.clone()) {
            tracing::error!(place, "stored data is damaged and is not served");
        }
    }

    /// What is damaged, and where.
    pub(crate) fn found(&self) -> Vec<String> {
        self.0.lock().iter().cloned().collect()
    }
}
