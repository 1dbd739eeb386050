//! Money: exact nano-USD in integers. No floating-point arithmetic ever touches an amount.

use std::fmt;

/// An amount in nano-USD (10⁻⁹ USD).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NanoUsd(pub i64);

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("not an amount: expected a decimal number of USD")]
    Malformed,
    /// More than ±9 223 372 036 USD.
    #[error("amount out of range: at most 9223372036 USD")]
    OutOfRange,
}

impl NanoUsd {
    /// Parses a decimal number of USD (exponents allowed), rounding once, half to even, to
    /// nano-USD. The shortest decimal text of a binary float therefore gives the amount its
    /// sender meant: `0.00012000000000000002` is 120 000 nano-USD.
    ///
    /// # Errors
    /// When the text is no decimal number or the amount does not fit.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let decimal = Decimal::parse(text).ok_or(MoneyError::Malformed)?;
        decimal
            .round_to(9)
            .and_then(|nano| i64::try_from(nano).ok())
            .map(Self)
            .ok_or(MoneyError::OutOfRange)
    }

    /// The amount a JSON number states.
    ///
    /// # Errors
    /// As [`NanoUsd::parse`].
    pub fn from_json(number: &serde_json::Number) -> Result<Self, MoneyError> {
        // The text of a JSON number is its shortest decimal form, which restores what was sent.
        Self::parse(&number.to_string())
    }
}

/// Decimal USD without trailing zeros, at most nine places: `0.00482`, `12`, `-3.5`.
impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_nano(f, i128::from(self.0))
    }
}

/// A sum of amounts in nano-USD, wide enough never to overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct NanoUsdSum(pub i128);

impl fmt::Display for NanoUsdSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_nano(f, self.0)
    }
}

fn write_nano(f: &mut fmt::Formatter<'_>, nano: i128) -> fmt::Result {
    let magnitude = nano.unsigned_abs();
    let sign = if nano < 0 { "-" } else { "" };
    let (whole, fraction) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    if fraction == 0 {
        return write!(f, "{sign}{whole}");
    }
    let digits = format!("{fraction:09}");
    write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// A decimal number as `digits × 10^exponent`.
struct Decimal {
    negative: bool,
    digits: i128,
    exponent: i32,
    /// Whether a digit that no longer fitted was not zero.
    sticky: bool,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if (whole.is_empty() && fraction.is_empty()) || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut number = Self {
            negative,
            digits: 0,
            exponent,
            sticky: false,
        };
        let mut dropped = 0_i32;
        for byte in all() {
            let digit = i128::from(byte - b'0');
            if number.digits > 10_i128.pow(35) {
                dropped = dropped.checked_add(1)?;
                number.sticky |= digit != 0;
            } else {
                number.digits = number.digits * 10 + digit;
            }
        }
        let places = i32::try_from(fraction.len()).ok()?;
        number.exponent = exponent.checked_sub(places)?.checked_add(dropped)?;
        Some(number)
    }

    /// The value × 10^places, rounded half to even; `None` when it does not fit.
    fn round_to(&self, places: i32) -> Option<i128> {
        let shift = self.exponent.checked_add(places)?;
        let magnitude = if self.digits == 0 {
            0
        } else if shift >= 0 {
            10_i128
                .checked_pow(u32::try_from(shift).ok()?)?
                .checked_mul(self.digits)?
        } else if shift < -38 {
            0
        } else {
            let divisor = 10_i128.pow(shift.unsigned_abs());
            let (quotient, rest) = (self.digits / divisor, self.digits % divisor);
            let twice = rest.checked_mul(2).unwrap_or(i128::MAX);
            let up = twice > divisor || (twice == divisor && (self.sticky || quotient % 2 == 1));
            quotient + i128::from(up)
        };
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounds_once_half_to_even() {
        let nano = |text: &str| NanoUsd::parse(text).map(|amount| amount.0);
        assert_eq!(nano("0.00012000000000000002"), Ok(120_000));
        assert_eq!(nano("0.0000000005"), Ok(0));
        assert_eq!(nano("0.0000000015"), Ok(2));
        assert_eq!(
            nano("0.00000000050000000000000000000000000000000000001"),
            Ok(1)
        );
        assert_eq!(nano("2.5e-06"), Ok(2_500));
        assert_eq!(nano("-1"), Ok(-1_000_000_000));
        assert_eq!(nano("1e-400"), Ok(0));
        assert_eq!(nano("9223372036.854775807"), Ok(i64::MAX));
        assert_eq!(nano("9223372036.854775808"), Err(MoneyError::OutOfRange));
        assert_eq!(nano("1e300"), Err(MoneyError::OutOfRange));
        for bad in ["", ".", "NaN", "1,5", "0x10", "1e", "--1", "inf"] {
            assert_eq!(nano(bad), Err(MoneyError::Malformed), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn shows_exactly_what_it_holds(nano: i64) {
            let text = NanoUsd(nano).to_string();
            prop_assert_eq!(NanoUsd::parse(&text), Ok(NanoUsd(nano)));
        }

        #[test]
        fn restores_what_a_json_float_meant(nano in -999_999_999_999_999_i64..=999_999_999_999_999) {
            let text = NanoUsd(nano).to_string();
            let number: serde_json::Number = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(NanoUsd::from_json(&number), Ok(NanoUsd(nano)));
        }
    }
}
