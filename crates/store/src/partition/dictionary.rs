//! The words that a partition's ordinals stand for: the store's, and beyond their limit its own.

use crate::words::{LOCAL, Texts, Words};
use daybook_model::{Field, StoreError, Stream};
use parking_lot::{RwLock, RwLockReadGuard};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The words of one partition.
#[derive(Debug)]
pub(crate) struct Dictionary {
    stream: Stream,
    store: Arc<Words>,
    path: PathBuf,
    /// `None` while it has no words of its own.
    own: RwLock<Option<Arc<Words>>>,
}

impl Dictionary {
    /// The dictionary of a partition of which `counted` own words are in use.
    pub(crate) fn open(
        stream: Stream,
        dir: &Path,
        store: &Arc<Words>,
        counted: u64,
    ) -> Result<Self, StoreError> {
        let path = dir.join("words");
        let own = if counted > 0 {
            let own = Words::open(&path, usize::MAX)?;
            own.require(counted)?;
            Some(Arc::new(own))
        } else {
            None
        };
        Ok(Self {
            stream,
            store: Arc::clone(store),
            path,
            own: RwLock::new(own),
        })
    }

    /// The partition's own words.
    pub(crate) fn own(&self) -> Option<Arc<Words>> {
        self.own.read().clone()
    }

    /// The words of one field, for many look-ups.
    pub(crate) fn of(&self, field: &'static Field) -> FieldWords<'_> {
        FieldWords {
            stream: self.stream,
            field,
            store: self.store.of(self.stream, field),
            own: self.own(),
        }
    }

    /// The ordinal of a word, known or new.
    pub(super) fn ordinal(&self, field: &Field, text: &str) -> Result<u64, StoreError> {
        if let Some(ordinal) = self.store.ordinal(self.stream, field, text) {
            return Ok(ordinal.into());
        }
        let mut own = self.own.write();
        let words = match &*own {
            Some(words) => Arc::clone(words),
            // What a move that failed has left there, nothing refers to.
            None => {
                let words = Arc::new(Words::open(&self.path, usize::MAX)?);
                Arc::clone(own.insert(words))
            }
        };
        let at = words.ordinal(self.stream, field, text).unwrap_or(0);
        Ok(u64::from(LOCAL | at))
    }

    /// Makes all words durable; returns how many the store and the partition have.
    pub(super) fn persist(&self) -> std::io::Result<(u64, u64)> {
        let store = self.store.persist()?;
        let own = self.own().map_or(Ok(0), |own| own.persist())?;
        Ok((store, own))
    }
}

/// The words of one field. While it lives the store gives no new ordinals: it must not be kept, nor
/// wait for anything.
pub(crate) struct FieldWords<'a> {
    stream: Stream,
    field: &'static Field,
    store: RwLockReadGuard<'a, Texts>,
    own: Option<Arc<Words>>,
}

impl FieldWords<'_> {
    /// The word of an ordinal; `None` when there is none.
    pub(crate) fn text(&self, ordinal: u64) -> Option<Box<str>> {
        let ordinal = u32::try_from(ordinal).ok()?;
        if ordinal >= LOCAL {
            let own = self.own.as_ref()?;
            let texts = own.of(self.stream, self.field);
            let at = ordinal - LOCAL;
            return ((at as usize) < texts.len()).then(|| texts.text(at).into());
        }
        let in_store = (ordinal as usize) < self.store.len();
        in_store.then(|| self.store.text(ordinal).into())
    }
}
