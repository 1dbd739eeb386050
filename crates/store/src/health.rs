//! Whether the store takes events. A full disk passes; after a failed write of another kind the
//! store takes none until a restart has read the log anew.

use daybook_model::StoreError;
use parking_lot::Mutex;

/// Why the store takes no events, if it does not.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Trouble>);

#[derive(Debug, Default)]
struct Trouble {
    lasting: Option<String>,
    passing: Option<String>,
}

impl Health {
    /// No event is taken from now on.
    pub(crate) fn stop_writing(&self, why: String) {
        tracing::error!(why, "the store takes no more events until it is restarted");
        self.0.lock().lasting.get_or_insert(why);
    }

    /// The last write failed, but the next may succeed.
    pub(crate) fn failed(&self, why: String) {
        let before = self.0.lock().passing.replace(why.clone());
        if before.is_none() {
            tracing::error!(why, "the store cannot take events now");
        }
    }

    /// A write succeeded.
    pub(crate) fn works(&self) {
        if self.0.lock().passing.take().is_some() {
            tracing::info!("the store takes events again");
        }
    }

    /// Whether the last write failed.
    pub(crate) fn is_troubled(&self) -> bool {
        self.0.lock().passing.is_some()
    }

    /// Why no event is taken.
    pub(crate) fn read_only(&self) -> Option<String> {
        let trouble = self.0.lock();
        trouble.lasting.clone().or_else(|| trouble.passing.clone())
    }

    /// Refuses when no write will succeed any more.
    pub(crate) fn writable(&self) -> Result<(), StoreError> {
        let lasting = self.0.lock().lasting.clone();
        lasting.map_or(Ok(()), |why| Err(StoreError::Unavailable(why)))
    }
}
