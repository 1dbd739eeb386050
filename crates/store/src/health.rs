//! Whether the store takes events. Once it stopped writing it stays so until a restart.

use daybook_model::StoreError;
use parking_lot::Mutex;

/// Why the store takes no events, if it does not.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Option<String>>);

impl Health {
    /// No event is taken from now on.
    pub(crate) fn stop_writing(&self, why: String) {
        tracing::error!(why, "the store takes no more events until it is restarted");
        self.0.lock().get_or_insert(why);
    }

    /// Why no event is taken.
    pub(crate) fn read_only(&self) -> Option<String> {
        self.0.lock().clone()
    }

    /// Refuses while the store does not write.
    pub(crate) fn writable(&self) -> Result<(), StoreError> {
        self.read_only()
            .map_or(Ok(()), |why| Err(StoreError::Unavailable(why)))
    }
}
