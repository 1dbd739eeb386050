//! A list of distinct texts in memory, found by text, by ordinal or by a part of it. All texts lie
//! in one string, so a substring is looked for at the speed of a memory scan.

use daybook_model::fold::fold;
use hashbrown::HashTable;
use memchr::memmem;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// The texts of one field.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    texts: Joined,
    /// The same folded; `None` while that makes no difference.
    folded: Option<Joined>,
    by_text: HashTable<u32>,
    /// Ordinals below this are on disk.
    saved: u32,
    order: Mutex<Arc<Order>>,
}

/// Texts one after another.
#[derive(Debug, Default, Clone)]
struct Joined {
    text: String,
    ends: Vec<u32>,
}

impl Joined {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).expect("invariant: a million words of 512 bytes");
        self.ends.push(end);
    }

    fn range(&self, ordinal: u32) -> Range<usize> {
        let at = ordinal as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        start as usize..self.ends[at] as usize
    }

    fn get(&self, ordinal: u32) -> &str {
        &self.text[self.range(ordinal)]
    }
}

impl Texts {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.ends.len()
    }

    /// The text of an ordinal; empty when it was erased.
    pub(crate) fn text(&self, ordinal: u32) -> &str {
        self.texts.get(ordinal)
    }

    /// The ordinal of a text.
    pub(crate) fn ordinal(&self, text: &str) -> Option<u32> {
        let hash = xxh3_64(text.as_bytes());
        self.by_text
            .find(hash, |ordinal| self.texts.get(*ordinal) == text)
            .copied()
    }

    /// Adds a text that is not there yet.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        let ordinal = u32::try_from(self.len()).expect("invariant: words are limited");
        let folded = fold(text);
        if self.folded.is_none() && folded != text {
            self.folded = Some(self.texts.clone());
        }
        if let Some(joined) = &mut self.folded {
            joined.push(&folded);
        }
        self.texts.push(text);
        // An erased word is found by no text.
        if !text.is_empty() {
            let texts = &self.texts;
            let hash = |ordinal: &u32| xxh3_64(texts.get(*ordinal).as_bytes());
            self.by_text
                .insert_unique(xxh3_64(text.as_bytes()), ordinal, hash);
        }
        ordinal
    }

    /// Adds a text that was read from the file.
    pub(crate) fn append_stored(&mut self, text: &str) {
        self.add(text);
        self.saved += 1;
    }

    /// Ordinals that are not on disk yet.
    pub(crate) fn unsaved(&self) -> Range<u32> {
        self.saved..u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    /// Ordinals below `end` are on disk now.
    pub(crate) fn saved(&mut self, end: u32) {
        self.saved = end;
    }

    /// Takes texts out.
    pub(crate) fn blank(&mut self, ordinals: &HashSet<u32>) {
        let mut kept = Self {
            saved: self.saved,
            ..Self::default()
        };
        for other in 0..u32::try_from(self.len()).unwrap_or(u32::MAX) {
            let goes = ordinals.contains(&other);
            kept.add(if goes { "" } else { self.text(other) });
        }
        *self = kept;
    }

    /// Ordinals of the texts that contain a folded text, regardless of case, in order.
    pub(crate) fn containing(&self, folded: &str) -> Vec<u32> {
        if folded.is_empty() {
            return (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).collect();
        }
        let joined = self.folded.as_ref().unwrap_or(&self.texts);
        let finder = memmem::Finder::new(folded);
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(at) = finder.find(&joined.text.as_bytes()[from..]) {
            let at = from + at;
            let ordinal = joined.ends.partition_point(|end| *end as usize <= at);
            let end = joined.ends[ordinal] as usize;
            if at + folded.len() <= end {
                found.push(u32::try_from(ordinal).unwrap_or(u32::MAX));
                from = end;
            } else {
                // It lies across two texts.
                from = at + 1;
            }
        }
        found
    }

    /// Ordinals of the texts that pass a test, in order.
    pub(crate) fn passing(&self, mut passes: impl FnMut(&str) -> bool) -> Vec<u32> {
        let all = 0..u32::try_from(self.len()).unwrap_or(u32::MAX);
        all.filter(|ordinal| passes(self.text(*ordinal))).collect()
    }

    /// The order of the texts.
    pub(crate) fn order(&self) -> Arc<Order> {
        let mut order = self.order.lock();
        if order.ranks.len() != self.len() {
            let mut sorted: Vec<u32> = (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).collect();
            sorted.sort_unstable_by_key(|ordinal| self.text(*ordinal));
            let mut ranks = vec![0; sorted.len()];
            for (rank, ordinal) in (0..).zip(&sorted) {
                ranks[*ordinal as usize] = rank;
            }
            *order = Arc::new(Order { ranks, sorted });
        }
        Arc::clone(&order)
    }

    /// How many texts come before one, which need not be among them.
    pub(crate) fn before(&self, order: &Order, text: &str) -> usize {
        order
            .sorted
            .partition_point(|ordinal| self.text(*ordinal) < text)
    }
}

/// Ordinals in the order of their texts' bytes.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// For each ordinal its place.
    pub(crate) ranks: Vec<u32>,
    /// For each place its ordinal.
    sorted: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Texts {
        let mut texts = Texts::default();
        all.iter().for_each(|text| {
            texts.add(text);
        });
        texts
    }

    #[test]
    fn finds_parts_within_one_text_only() {
        let words = texts(&["abab", "ba", "ÄBx", "xabc", "c"]);
        assert_eq!(words.containing("ab"), [0, 3]);
        assert_eq!(words.containing("äb"), [2]);
        assert_eq!(words.containing("bb"), Vec::<u32>::new());
        assert_eq!(words.containing("xx"), Vec::<u32>::new());
        assert_eq!(words.containing("").len(), 5);
        assert_eq!(texts(&["aa", "a", "aaa"]).containing("aaa"), [2]);
    }

    #[test]
    fn ranks_follow_the_bytes_and_grow_with_the_list() {
        let mut words = texts(&["b", "a", "Z"]);
        assert_eq!(words.order().ranks, [2, 1, 0]);
        words.add("aa");
        assert_eq!(words.order().ranks, [3, 1, 0, 2]);
        assert_eq!(words.before(&words.order(), "ab"), 3);
        words.blank(&HashSet::from([1]));
        assert_eq!(
            (words.text(1), words.ordinal("a"), words.ordinal("aa")),
            ("", None, Some(3))
        );
    }
}
