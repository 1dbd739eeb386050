//! Salts of commitments: random, so that nobody can try bodies out, and drawn for a whole batch at once.

use crate::error::internal;
use daybook_ledger::leaf::SALT_BYTES;
use daybook_model::StoreError;

/// Salts, each for one event.
#[derive(Debug)]
pub(crate) struct Salts(Vec<[u8; SALT_BYTES]>);

impl Salts {
    /// Draws so many.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn draw(count: usize) -> Result<Self, StoreError> {
        let mut salts = vec![[0; SALT_BYTES]; count];
        getrandom::fill(salts.as_flattened_mut()).map_err(internal)?;
        Ok(Self(salts))
    }

    /// One that nobody else gets.
    ///
    /// # Panics
    /// When more are taken than were drawn.
    pub(crate) fn take(&mut self) -> [u8; SALT_BYTES] {
        self.0
            .pop()
            .expect("invariant: one was drawn for each audit event")
    }
}
