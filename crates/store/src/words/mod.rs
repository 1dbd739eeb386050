//! The words of keyword fields: for each field an append-only list of distinct texts, whose
//! positions (*ordinals*) never change. Partitions hold ordinals only. The store has one list for
//! all partitions; a field that has too many continues in lists of single partitions,
//! whose ordinals begin at [`LOCAL`]. A word is on disk before a commit that uses it.

mod file;
mod texts;

pub(crate) use texts::{Order, Texts};

use crate::error::io_error;
use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::logstore::stream_index;
use daybook_model::{Field, StoreError, Stream};
use file::{Batch, WordFile};
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use std::collections::HashSet;
use std::path::Path;

/// First ordinal of a partition's own words.
pub(crate) const LOCAL: u32 = 1 << 31;

/// Word lists with the file that keeps them.
#[derive(Debug)]
pub(crate) struct Words {
    /// By stream and catalogue position.
    lists: [Vec<RwLock<Texts>>; 4],
    file: Mutex<WordFile>,
    words_max: usize,
}

impl Words {
    /// Reads the words of a file, which may be missing; at most `words_max` of a field are added.
    pub(crate) fn open(path: &Path, words_max: usize) -> Result<Self, StoreError> {
        let lists = Stream::ALL.map(|stream| {
            let fields = Catalogue::of(stream).fields().iter();
            fields.map(|_| RwLock::default()).collect()
        });
        let (file, words) =
            WordFile::open(path).map_err(|e| io_error("reading a dictionary", &e))?;
        let opened = Self {
            lists,
            file: Mutex::new(file),
            words_max,
        };
        for (stream, name, text) in words {
            // A field that the catalogue no longer has is of no use, but its words still count.
            if let Some(field) = Catalogue::of(stream).field(&name) {
                opened.list(stream, field).write().append_stored(&text);
            }
        }
        Ok(opened)
    }

    /// # Errors
    /// [`StoreError::Damaged`] when the file holds fewer words than partitions use.
    pub(crate) fn require(&self, used: u64) -> Result<(), StoreError> {
        self.file.lock().require(used)
    }

    fn list(&self, stream: Stream, field: &Field) -> &RwLock<Texts> {
        &self.lists[stream_index(stream)][usize::from(field.index)]
    }

    /// The words of a field.
    pub(crate) fn of(&self, stream: Stream, field: &Field) -> RwLockReadGuard<'_, Texts> {
        self.list(stream, field).read()
    }

    /// Whether texts of a field may be in partitions alone.
    pub(crate) fn is_full(&self, stream: Stream, field: &Field) -> bool {
        self.of(stream, field).len() >= self.words_max
    }

    /// The ordinal of a text, which is given one if there is room.
    pub(crate) fn ordinal(&self, stream: Stream, field: &Field, text: &str) -> Option<u32> {
        let list = self.list(stream, field);
        let known = list.read().ordinal(text);
        known.or_else(|| {
            let mut list = list.write();
            match list.ordinal(text) {
                None if list.len() >= self.words_max => None,
                None => Some(list.add(text)),
                known => known,
            }
        })
    }

    /// Makes all words durable that were given an ordinal so far; returns how many there are.
    pub(crate) fn persist(&self) -> std::io::Result<u64> {
        let mut file = self.file.lock();
        let anew = file.is_unknown();
        let mut batch = Batch::default();
        let mut persisted = Vec::new();
        for (stream, field) in keyword_fields() {
            let list = self.of(stream, field);
            let new = list.unsaved();
            let first = if anew { 0 } else { new.start };
            for ordinal in first..new.end {
                batch.add(stream, field.name, list.text(ordinal));
            }
            persisted.push((stream, field, new.end));
        }
        let count = if anew {
            file.replace(&batch)?
        } else {
            file.append(&batch)?
        };
        for (stream, field, end) in persisted {
            self.list(stream, field).write().saved(end);
        }
        Ok(count)
    }

    /// Blanks words for good: their ordinals stay, their texts go from memory and from the file. But for
    /// those that events in memory have: `in_memory` gives them while nobody is given an ordinal.
    pub(crate) fn erase(
        &self,
        stream: Stream,
        field: &Field,
        ordinals: &[u32],
        in_memory: impl FnOnce() -> HashSet<Box<str>>,
    ) -> std::io::Result<()> {
        self.persist()?;
        let mut file = self.file.lock();
        {
            let mut list = self.list(stream, field).write();
            let kept = in_memory();
            let ordinals = ordinals.iter().copied();
            let unused = ordinals.filter(|ordinal| !kept.contains(list.text(*ordinal)));
            let unused = unused.collect();
            list.blank(&unused);
        }
        let mut batch = Batch::default();
        for (stream, field) in keyword_fields() {
            let list = self.of(stream, field);
            for ordinal in 0..list.unsaved().start {
                batch.add(stream, field.name, list.text(ordinal));
            }
        }
        file.replace(&batch).map(drop)
    }
}

/// All fields that have words.
fn keyword_fields() -> impl Iterator<Item = (Stream, &'static Field)> {
    Stream::ALL.into_iter().flat_map(|stream| {
        let fields = Catalogue::of(stream).fields().iter();
        fields
            .filter(|field| field.kind == Kind::Keyword)
            .map(move |field| (stream, field))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::catalogue::field;

    #[test]
    fn ordinals_survive_reopening_erasure_and_a_torn_tail() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("words");
        let user = field(Stream::Usage, "user_name");
        let words = Words::open(&path, 3).unwrap();
        let give = |words: &Words, text: &str| words.ordinal(Stream::Usage, user, text);
        assert_eq!(
            ["ann", "bob", "ann", "cy"].map(|text| give(&words, text)),
            [Some(0), Some(1), Some(0), Some(2)]
        );
        assert_eq!(give(&words, "one too many"), None);
        assert_eq!(words.persist().unwrap(), 3);
        assert_eq!(words.persist().unwrap(), 3);
        let in_memory = || HashSet::from(["cy".into()]);
        words
            .erase(Stream::Usage, user, &[1, 2], in_memory)
            .unwrap();

        let bytes = std::fs::read(&path).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("bob"));
        std::fs::write(&path, [bytes.as_slice(), b"torn"].concat()).unwrap();
        let words = Words::open(&path, 4).unwrap();
        words.require(3).unwrap();
        assert_eq!(
            ["ann", "cy", "bob"].map(|text| give(&words, text)),
            [Some(0), Some(2), Some(3)]
        );
        words.persist().unwrap();
        let words = Words::open(&path, 4).unwrap();
        assert_eq!(give(&words, "bob"), Some(3));
        assert!(
            words.require(4).is_ok() && matches!(words.require(5), Err(StoreError::Damaged(_)))
        );
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            std::fs::write(&path, &flipped).unwrap();
            assert!(
                Words::open(&path, 4).unwrap().require(3).is_err(),
                "byte {at}"
            );
        }
    }
}
