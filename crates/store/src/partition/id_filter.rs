//! A Bloom filter over the ids of a segment, so that a new id costs no look-up in it.
//! It never misses an id that is there.

use tantivy::columnar::BytesColumn;
use xxhash_rust::xxh3::xxh3_64;

/// Bits per id: about one look-up in a hundred is in vain.
const BITS_PER_ID: u64 = 10;
const PROBES: u64 = 6;

/// The filter.
#[derive(Debug)]
pub(crate) struct IdFilter {
    words: Vec<u64>,
}

impl Default for IdFilter {
    /// The filter of no ids.
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl IdFilter {
    /// The filter of all ids of a segment.
    pub(super) fn of(ids: &BytesColumn) -> std::io::Result<Self> {
        let mut filter = Self::with_capacity(ids.num_terms() as u64);
        let mut stream = ids.dictionary().stream()?;
        while stream.advance() {
            filter.add(xxh3_64(stream.key()));
        }
        Ok(filter)
    }

    /// An empty filter for so many ids.
    pub(crate) fn with_capacity(ids: u64) -> Self {
        let words = usize::try_from((ids * BITS_PER_ID).div_ceil(64)).unwrap_or(usize::MAX);
        Self {
            words: vec![0; words.max(1)],
        }
    }

    /// Adds the hash of an id.
    pub(crate) fn add(&mut self, hash: u64) {
        for probe in 0..PROBES {
            let (word, bit) = self.place(hash, probe);
            self.words[word] |= bit;
        }
    }

    /// Whether the id may be there.
    pub(super) fn may_hold(&self, id: &[u8]) -> bool {
        self.may_hold_hash(xxh3_64(id))
    }

    /// Whether an id with this hash may be there.
    pub(crate) fn may_hold_hash(&self, hash: u64) -> bool {
        (0..PROBES).all(|probe| {
            let (word, bit) = self.place(hash, probe);
            self.words[word] & bit != 0
        })
    }

    /// Kirsch–Mitzenmacher double hashing: two halves of one hash stand for all probes.
    fn place(&self, hash: u64, probe: u64) -> (usize, u64) {
        let step = hash.rotate_left(32) | 1;
        let at = hash.wrapping_add(probe.wrapping_mul(step)) % (self.words.len() as u64 * 64);
        (usize::try_from(at / 64).unwrap_or(0), 1 << (at % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_id_and_few_others() {
        let hash = |n: u32| xxh3_64(&n.to_le_bytes());
        let mut filter = IdFilter::with_capacity(10_000);
        (0..10_000).for_each(|n| filter.add(hash(n)));
        assert!((0..10_000).all(|n| filter.may_hold_hash(hash(n))));
        let wrong = (10_000..110_000)
            .filter(|n| filter.may_hold_hash(hash(*n)))
            .count();
        assert!(wrong < 2_000, "{wrong} of 100 000");
    }
}
