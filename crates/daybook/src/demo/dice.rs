//! The one source of chance. Everything drawn comes from one seeded generator, so that the same
//! seed and the same calls give the same data on every machine.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded generator with the few draws the demo needs.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number from 0 to below 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number from `low` to below `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..high)
    }

    /// An index below `length`.
    pub(super) fn index(&mut self, length: usize) -> usize {
        self.0.random_range(0..length)
    }

    /// One of the items.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// Any 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A text of 16 hexadecimal digits per word.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            for byte in self.bits().to_be_bytes() {
                text.push(HEX[usize::from(byte >> 4)]);
                text.push(HEX[usize::from(byte & 15)]);
            }
        }
        text.truncate(digits);
        text
    }

    /// A positive number around a median; `spread` 0.5 keeps most within a factor of three, 1.0
    /// within a factor of seven.
    pub(super) fn around(&mut self, median: f64, spread: f64) -> i64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.unit()).cos();
        ((median * (spread * normal).exp()).round() as i64).max(1)
    }

    /// How often something happens that is expected this often.
    pub(super) fn times(&mut self, expected: f64) -> usize {
        (expected + self.unit()).floor() as usize
    }
}

const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

/// Draws indices with given weights.
pub(super) struct Weighted(Vec<f64>);

impl Weighted {
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let running = weights.into_iter().scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self(running.collect())
    }

    /// Weights that fall with the rank, as the use of anything by people does.
    pub(super) fn zipf(length: usize) -> Self {
        Self::new((1..=length).map(|rank| 1.0 / (rank as f64).powf(0.95)))
    }

    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let total = self.0.last().copied().unwrap_or_default();
        let at = dice.unit() * total;
        let index = self.0.partition_point(|sum| *sum <= at);
        index.min(self.0.len().saturating_sub(1))
    }
}
