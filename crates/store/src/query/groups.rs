//! Events by the values of a field. Within a unit each value gets a slot, so that sums lie in one
//! array; between units a group is known by a key that means the same everywhere.

use super::select::Selection;
use super::unit::{Source, Unit};
use crate::columns::{ABSENT, OTHER, Place, plain_value};
use crate::words::{LOCAL, Words};
use daybook_model::logstore::StoreResult;
use daybook_model::{Field, Stream, Value};
use std::collections::HashMap;
use tantivy::DocId;

/// A value of a field, or its absence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum GroupKey {
    Absent,
    /// As columns hold it; ordinals are those of the store's words.
    Stored(u64),
    /// A word that the store's dictionary lacks.
    Word(Box<str>),
}

impl GroupKey {
    /// The value.
    pub(super) fn value(&self, stream: Stream, field: &Field, words: &Words) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Word(word) => Some(Value::Text(word.clone())),
            Self::Stored(stored) if Place::of(field) == Place::Words => {
                let ordinal = u32::try_from(*stored).ok()?;
                Some(Value::Text(words.of(stream, field).text(ordinal).into()))
            }
            Self::Stored(stored) => plain_value(field, *stored),
        }
    }
}

/// Something for each group, over all units.
#[derive(Debug)]
pub(super) struct Merged<T> {
    dense: Vec<T>,
    others: HashMap<GroupKey, T>,
}

impl<T> Default for Merged<T> {
    fn default() -> Self {
        Self {
            dense: Vec::new(),
            others: HashMap::new(),
        }
    }
}

impl<T: Default + Clone> Merged<T> {
    /// What there is of a group. A word may have an ordinal in one unit and be one of its own in
    /// another.
    pub(super) fn of(
        &mut self,
        stream: Stream,
        field: &Field,
        words: &Words,
        key: &GroupKey,
    ) -> &mut T {
        let stored = match key {
            GroupKey::Stored(stored) => Some(*stored),
            GroupKey::Word(word) => words.of(stream, field).ordinal(word).map(u64::from),
            GroupKey::Absent => None,
        };
        match stored
            .and_then(|stored| usize::try_from(stored).ok())
            .filter(|at| *at < DENSE)
        {
            Some(at) => {
                if at >= self.dense.len() {
                    self.dense.resize(at + 1, T::default());
                }
                &mut self.dense[at]
            }
            None => {
                let key = stored.map_or_else(|| key.clone(), GroupKey::Stored);
                self.others.entry(key).or_default()
            }
        }
    }

    /// All groups, some of which nothing was added to.
    pub(super) fn groups(&self) -> impl Iterator<Item = (GroupKey, &T)> {
        let dense = (0..).zip(&self.dense);
        let others = self.others.iter();
        dense
            .map(|(stored, sum)| (GroupKey::Stored(stored), sum))
            .chain(others.map(|(key, sum)| (key.clone(), sum)))
    }

    /// Bytes it takes beyond itself, about.
    pub(super) fn bytes(&self) -> usize {
        self.dense.len() * size_of::<T>() + self.others.len() * (size_of::<(GroupKey, T)>() + 32)
    }
}

/// Values below this find their slot in an array.
const DENSE: usize = 1 << 20;

/// The slots of a unit's values.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    unit: &'a Unit<'a>,
    field: &'static Field,
    /// One above the slot of a value; 0 when it has none.
    dense: Vec<u32>,
    sparse: HashMap<u64, u32>,
    others: HashMap<Box<str>, u32>,
    keys: Vec<GroupKey>,
}

impl<'a> Slots<'a> {
    /// No slots yet.
    pub(super) fn new(unit: &'a Unit<'a>, field: &'static Field) -> Self {
        let (dense, sparse, others) = (Vec::new(), HashMap::new(), HashMap::new());
        Self {
            unit,
            field,
            dense,
            sparse,
            others,
            keys: Vec::new(),
        }
    }

    /// The slot of an event's value.
    pub(super) fn slot(&mut self, stored: u64, doc: DocId) -> StoreResult<usize> {
        if let Some(at) = usize::try_from(stored).ok().filter(|at| *at < DENSE) {
            if at >= self.dense.len() {
                self.dense.resize((at + 1).next_power_of_two(), 0);
            }
            if self.dense[at] == 0 {
                self.dense[at] = self.add(GroupKey::Stored(stored)) + 1;
            }
            return Ok(self.dense[at] as usize - 1);
        }
        if stored == OTHER && matches!(self.unit.source, Source::Chunk(_)) {
            return self.other(doc);
        }
        if let Some(slot) = self.sparse.get(&stored) {
            return Ok(*slot as usize);
        }
        let slot = match self.key(stored, doc)? {
            GroupKey::Word(word) => self.of_word(word),
            key => self.add(key),
        };
        self.sparse.insert(stored, slot);
        Ok(slot as usize)
    }

    fn other(&mut self, doc: DocId) -> StoreResult<usize> {
        let word: Box<str> = match self.unit.value(self.field, OTHER, doc)? {
            Some(Value::Text(word)) => word,
            _ => Box::default(),
        };
        Ok(self.of_word(word) as usize)
    }

    fn of_word(&mut self, word: Box<str>) -> u32 {
        if let Some(slot) = self.others.get(&word) {
            return *slot;
        }
        let slot = self.add(GroupKey::Word(word.clone()));
        self.others.insert(word, slot);
        slot
    }

    fn key(&self, stored: u64, doc: DocId) -> StoreResult<GroupKey> {
        if stored == ABSENT {
            return Ok(GroupKey::Absent);
        }
        let own = Place::of(self.field) == Place::Words && stored >= u64::from(LOCAL);
        Ok(
            match own
                .then(|| self.unit.value(self.field, stored, doc))
                .transpose()?
            {
                Some(Some(Value::Text(word))) => GroupKey::Word(word),
                _ => GroupKey::Stored(stored),
            },
        )
    }

    fn add(&mut self, key: GroupKey) -> u32 {
        self.keys.push(key);
        u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX)
    }

    /// The keys, by slot; no two are equal.
    pub(super) fn keys(&self) -> &[GroupKey] {
        &self.keys
    }

    /// The keys, by slot.
    pub(super) fn into_keys(self) -> Vec<GroupKey> {
        self.keys
    }
}

/// How many events of a selection have each value; those without one are left out.
pub(super) fn counts(
    selection: &Selection<'_>,
    field: &'static Field,
) -> StoreResult<Vec<(GroupKey, u64)>> {
    let mut slots = Slots::new(selection.unit, field);
    let mut counts: Vec<u64> = Vec::new();
    let column = selection.unit.column(field)?;
    let mut values = Vec::new();
    selection.each(|docs| {
        column.read(docs, &mut values);
        for (doc, stored) in docs.iter().zip(&values) {
            if *stored != ABSENT {
                let slot = slots.slot(*stored, *doc)?;
                if slot >= counts.len() {
                    counts.resize(slot + 1, 0);
                }
                counts[slot] += 1;
            }
        }
        Ok(())
    })?;
    Ok(slots.into_keys().into_iter().zip(counts).collect())
}
