//! Numbers, amounts and instants as text, without the machinery of formatting: exports write hundreds
//! of millions of them. The forms are those that `Display` gives.

use crate::{NanoUsd, Timestamp};

/// Places of a nano-USD.
const NANO_PLACES: usize = 9;
/// Places of a microsecond.
const US_PLACES: usize = 6;
const DAY_SECONDS: i64 = 86_400;

/// A number as text. It lies at the end of the first half of an array, so that whoever copies it may
/// copy [`Digits::BYTES_MAX`] bytes from its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Digits {
    bytes: [u8; 2 * Self::BYTES_MAX],
    start: usize,
}

impl Digits {
    /// No number takes more.
    pub const BYTES_MAX: usize = 32;

    const fn new() -> Self {
        Self {
            bytes: [0; 2 * Self::BYTES_MAX],
            start: Self::BYTES_MAX,
        }
    }

    /// A whole number.
    pub fn integer(number: i64) -> Self {
        let mut text = Self::new();
        text.put_digits(number.unsigned_abs(), 1);
        text.put_sign(number);
        text
    }

    /// An amount in USD, without trailing zeros: `0.00482`, `12`, `-3.5`.
    pub fn usd(amount: NanoUsd) -> Self {
        const UNIT: u64 = 1_000_000_000;
        let mut text = Self::new();
        let nano = amount.0.unsigned_abs();
        text.put_fraction(nano % UNIT, NANO_PLACES);
        text.put_digits(nano / UNIT, 1);
        text.put_sign(amount.0);
        text
    }

    /// An instant in RFC 3339, without trailing zeros: `2026-11-19T14:05:40.25Z`. `None` for one
    /// outside the years 1970 to 9999.
    pub fn time(time: Timestamp) -> Option<Self> {
        if !(0..=Timestamp::MAX.us()).contains(&time.us()) {
            return None;
        }
        let (seconds, fraction) = (
            time.us() / Timestamp::SECOND_US,
            time.us() % Timestamp::SECOND_US,
        );
        let (year, month, day) = civil(seconds / DAY_SECONDS);
        let of_day = (seconds % DAY_SECONDS).unsigned_abs();
        let mut text = Self::new();
        text.put(b'Z');
        text.put_fraction(fraction.unsigned_abs(), US_PLACES);
        for (number, mark) in [
            (of_day % 60, b':'),
            (of_day / 60 % 60, b':'),
            (of_day / 3600, b'T'),
            (day, b'-'),
            (month, b'-'),
        ] {
            text.put_digits(number, 2);
            text.put(mark);
        }
        text.put_digits(year, 4);
        Some(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let text = std::str::from_utf8(&self.bytes[self.start..Self::BYTES_MAX]);
        text.expect("invariant: these are digits")
    }

    /// As many bytes as any number may take, of which the first [`Self::len`] are the text.
    pub fn window(&self) -> &[u8; Self::BYTES_MAX] {
        let window = self.bytes[self.start..].first_chunk();
        window.expect("invariant: the text begins in the first half")
    }

    /// Bytes of the text.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub const fn len(&self) -> usize {
        Self::BYTES_MAX - self.start
    }

    const fn put(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }

    const fn put_sign(&mut self, number: i64) {
        if number < 0 {
            self.put(b'-');
        }
    }

    /// Puts the places behind the point, if any is not zero.
    fn put_fraction(&mut self, mut fraction: u64, mut places: usize) {
        if fraction == 0 {
            return;
        }
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            places -= 1;
        }
        self.put_digits(fraction, places);
        self.put(b'.');
    }

    /// Puts a number with at least so many digits, two at a time.
    fn put_digits(&mut self, mut number: u64, places: usize) {
        const PAIRS: &[u8; 200] = b"00010203040506070809101112131415161718192021222324\
            25262728293031323334353637383940414243444546474849\
            50515253545556575859606162636465666768697071727374\
            75767778798081828384858687888990919293949596979899";
        let end = self.start;
        while number >= 10 {
            let pair = usize::try_from(number % 100).unwrap_or(0) * 2;
            number /= 100;
            self.start -= 2;
            self.bytes[self.start] = PAIRS[pair];
            self.bytes[self.start + 1] = PAIRS[pair + 1];
        }
        if number > 0 {
            self.put(b'0' + u8::try_from(number).unwrap_or(0));
        }
        while end - self.start < places {
            self.put(b'0');
        }
    }
}

/// Appends a whole number.
pub fn push_integer(number: i64, out: &mut String) {
    out.push_str(Digits::integer(number).as_str());
}

/// Appends an amount in USD as [`Digits::usd`].
pub fn push_usd(amount: NanoUsd, out: &mut String) {
    out.push_str(Digits::usd(amount).as_str());
}

/// Appends an instant in RFC 3339 as [`Digits::time`].
pub fn push_time(time: Timestamp, out: &mut String) {
    match Digits::time(time) {
        Some(text) => out.push_str(text.as_str()),
        None => out.push_str(&time.to_string()),
    }
}

/// Year, month and day of a day since 1970-01-01, after Howard Hinnant's `civil_from_days`: years
/// begin in March, so that the leap day is the last.
fn civil(day: i64) -> (u64, u64, u64) {
    const ERA_DAYS: u64 = 146_097;
    let from_year_0 = day.unsigned_abs() + 719_468;
    let (era, of_era) = (from_year_0 / ERA_DAYS, from_year_0 % ERA_DAYS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every size, each with its neighbours and its negative.
    fn numbers() -> impl Iterator<Item = i64> {
        let powers = (0..63).map(|bit| 1_i64 << bit);
        let powers = powers.chain((0..19).map(|ten| 10_i64.pow(ten)));
        let near = powers.flat_map(|number| (-3..=3).map(move |by| number.saturating_add(by)));
        near.flat_map(|number| [number, -number, number / 7_000 * 1_000])
            .chain([0, i64::MIN, i64::MAX])
    }

    #[test]
    fn texts_are_those_that_display_gives() {
        for number in numbers() {
            let mut out = String::new();
            push_integer(number, &mut out);
            out.push(' ');
            push_usd(NanoUsd(number), &mut out);
            out.push(' ');
            push_time(Timestamp::from_us(number), &mut out);
            let time = Timestamp::from_us(number);
            assert_eq!(out, format!("{number} {} {time}", NanoUsd(number)));
        }
    }

    #[test]
    fn every_day_has_its_date() {
        for day in (0..=Timestamp::MAX.us() / Timestamp::DAY_US).step_by(3) {
            let time = Timestamp::from_us(day * Timestamp::DAY_US + 45_296_000_120);
            let mut out = String::new();
            push_time(time, &mut out);
            assert_eq!(out, time.to_string());
        }
    }
}
