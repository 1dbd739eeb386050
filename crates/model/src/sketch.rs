//! A mergeable sketch of whole numbers that answers quantiles: values below 256 are counted
//! exactly, larger ones in buckets of 1/128 of their power of two (the log-linear layout of HDR
//! histograms), so that an answer is at most 0.4 % off. Merging is addition and loses nothing.

use crate::aggregate::Quantiles;

/// Values below this have a bucket each.
const EXACT: u64 = 256;
/// Buckets of each power of two above.
const PER_OCTAVE: u64 = 128;

/// Counts by bucket. Negative values count as zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    counts: Vec<u64>,
    total: u64,
}

impl Sketch {
    /// Counts a value.
    pub fn add(&mut self, value: i64) {
        self.add_count(bucket(value), 1);
    }

    /// Counts what another sketch has counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.buckets() {
            self.add_count(bucket, count);
        }
    }

    /// Takes away what another sketch has counted of the same values.
    pub fn remove(&mut self, gone: &Self) {
        for (bucket, count) in gone.buckets() {
            self.counts[bucket] -= count;
            self.total -= count;
        }
    }

    /// Counts a bucket several times.
    pub fn add_count(&mut self, bucket: usize, count: u64) {
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += count;
        self.total += count;
    }

    /// Bytes it takes beyond itself, about.
    pub fn bytes(&self) -> usize {
        self.counts.len() * 8
    }

    /// Buckets that counted something, in order.
    pub fn buckets(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let counts = self.counts.iter().copied().enumerate();
        counts.filter(|(_, count)| *count > 0)
    }

    /// The median and the upper quantiles; `None` when nothing was counted.
    pub fn quantiles(&self) -> Option<Quantiles> {
        (self.total > 0).then(|| Quantiles {
            p50: self.quantile(50),
            p95: self.quantile(95),
            p99: self.quantile(99),
        })
    }

    /// The nearest rank: the smallest value that at least so many percent do not exceed.
    fn quantile(&self, percent: u64) -> i64 {
        let rank = u128::from(self.total) * u128::from(percent);
        let mut seen = 0_u128;
        for (bucket, count) in self.buckets() {
            seen += u128::from(count) * 100;
            if seen >= rank {
                return middle(bucket);
            }
        }
        0
    }
}

/// Buckets that a number may have.
pub const BUCKETS: usize = (EXACT + PER_OCTAVE * 56) as usize;

/// The bucket of a value.
pub fn bucket(value: i64) -> usize {
    bucket_of(u64::try_from(value).unwrap_or(0))
}

/// The bucket of a number.
pub fn bucket_of(value: u64) -> usize {
    let bucket = if value < EXACT {
        value
    } else {
        let octave = u64::from(value.ilog2()) - 8;
        // The seven bits after the leading one.
        EXACT + octave * PER_OCTAVE + ((value >> (octave + 1)) & (PER_OCTAVE - 1))
    };
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// The value that stands for a bucket: its middle.
pub fn middle(bucket: usize) -> i64 {
    let (low, high) = bounds(bucket);
    i64::try_from(low + (high - low).div_ceil(2)).unwrap_or(i64::MAX)
}

/// The least and the greatest number of a bucket.
pub fn bounds(bucket: usize) -> (u64, u64) {
    let bucket = bucket as u64;
    if bucket < EXACT {
        return (bucket, bucket);
    }
    let (octave, step) = ((bucket - EXACT) / PER_OCTAVE, (bucket - EXACT) % PER_OCTAVE);
    let low = (PER_OCTAVE + step) << (octave + 1);
    (low, low + ((1 << (octave + 1)) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_middle_and_is_narrow() {
        for value in (0..10_000).chain((0..62).map(|bit| (1_i64 << bit) + 12_345)) {
            let middle = middle(bucket(value));
            assert_eq!(bucket(middle), bucket(value));
            assert!((middle - value).abs() * 250 <= value, "{value}: {middle}");
        }
        assert_eq!(bucket(-5), 0);
        let mut next = 0;
        for at in 0..BUCKETS {
            let (low, high) = bounds(at);
            assert_eq!((low, bucket_of(low), bucket_of(high)), (next, at, at));
            next = high.wrapping_add(1);
        }
        assert_eq!(next, 0, "all numbers have a bucket");
        assert_eq!(middle(bucket(i64::MAX)), middle(bucket(i64::MAX - 1)));
    }

    #[test]
    fn quantiles_are_nearest_ranks_and_merging_loses_nothing() {
        let (mut low, mut high, mut all) =
            (Sketch::default(), Sketch::default(), Sketch::default());
        assert_eq!(all.quantiles(), None);
        for value in 1..=200 {
            if value <= 80 { &mut low } else { &mut high }.add(value);
            all.add(value);
        }
        low.merge(&high);
        assert_eq!(low, all);
        low.remove(&high);
        low.merge(&high);
        assert_eq!(low, all);
        let Quantiles { p50, p95, p99 } = all.quantiles().unwrap();
        assert_eq!((p50, p95, p99), (100, 190, 198));
    }
}
