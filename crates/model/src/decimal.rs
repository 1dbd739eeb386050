//! Numbers, amounts and instants as text, appended without the machinery of formatting: exports
//! write hundreds of millions of them. The forms are those that `Display` gives.

use crate::{NanoUsd, Timestamp};

/// Digits of an `i64`.
const DIGITS_MAX: usize = 20;
/// Places of a nano-USD.
const NANO_PLACES: usize = 9;
/// Places of a microsecond.
const US_PLACES: usize = 6;
const DAY_SECONDS: i64 = 86_400;

/// Appends a whole number.
pub fn push_integer(number: i64, out: &mut String) {
    if number < 0 {
        out.push('-');
    }
    push_digits(number.unsigned_abs(), 1, out);
}

/// Appends an amount in USD, without trailing zeros: `0.00482`, `12`, `-3.5`.
pub fn push_usd(amount: NanoUsd, out: &mut String) {
    const UNIT: u64 = 1_000_000_000;
    if amount.0 < 0 {
        out.push('-');
    }
    let nano = amount.0.unsigned_abs();
    push_digits(nano / UNIT, 1, out);
    push_fraction(nano % UNIT, NANO_PLACES, out);
}

/// Appends an instant in RFC 3339, without trailing zeros: `2026-11-19T14:05:40.25Z`.
pub fn push_time(time: Timestamp, out: &mut String) {
    if !(0..=Timestamp::MAX.us()).contains(&time.us()) {
        out.push_str(&time.to_string());
        return;
    }
    let (seconds, fraction) = (
        time.us() / Timestamp::SECOND_US,
        time.us() % Timestamp::SECOND_US,
    );
    let (year, month, day) = civil(seconds / DAY_SECONDS);
    let of_day = (seconds % DAY_SECONDS).unsigned_abs();
    push_digits(year, 4, out);
    for (mark, number) in [
        ('-', month),
        ('-', day),
        ('T', of_day / 3600),
        (':', of_day / 60 % 60),
        (':', of_day % 60),
    ] {
        out.push(mark);
        push_digits(number, 2, out);
    }
    push_fraction(fraction.unsigned_abs(), US_PLACES, out);
    out.push('Z');
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

/// Appends the places behind the point, if any is not zero.
fn push_fraction(fraction: u64, mut places: usize, out: &mut String) {
    if fraction == 0 {
        return;
    }
    let mut fraction = fraction;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        places -= 1;
    }
    out.push('.');
    push_digits(fraction, places, out);
}

/// Appends a number with at least so many digits.
fn push_digits(mut number: u64, places: usize, out: &mut String) {
    let mut digits = [b'0'; DIGITS_MAX];
    let mut first = DIGITS_MAX;
    while number > 0 || first > DIGITS_MAX - places {
        first -= 1;
        digits[first] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
    let digits = std::str::from_utf8(&digits[first..]).expect("invariant: these are digits");
    out.push_str(digits);
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
