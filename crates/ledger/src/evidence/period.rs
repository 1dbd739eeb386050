//! A period of time: from its first moment to before its last, both UTC.

use std::fmt;

/// Why texts are no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected two UTC times as RFC 3339 writes them, the first before the second")]
pub struct PeriodInvalid;

/// A period. A leaf's time is in it from `from` on, and before `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    from: String,
    to: String,
}

impl Period {
    /// The period between two times.
    ///
    /// # Errors
    ///
    /// [`PeriodInvalid`].
    pub fn new(from: &str, to: &str) -> Result<Self, PeriodInvalid> {
        match (moment(from), moment(to)) {
            (Some(start), Some(end)) if start < end => Ok(Self {
                from: from.into(),
                to: to.into(),
            }),
            _ => Err(PeriodInvalid),
        }
    }

    /// Its first moment.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The moment after it.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Whether a time is in it. One that cannot be read is taken in rather than left out.
    #[must_use]
    pub fn has(&self, time: &str) -> bool {
        let (from, to) = (moment(&self.from), moment(&self.to));
        moment(time)
            .is_none_or(|time| from.is_none_or(|it| it <= time) && to.is_none_or(|it| time < it))
    }

    /// Whether a time is behind its end.
    #[must_use]
    pub(super) fn is_over_at(&self, time: &str) -> bool {
        moment(&self.to).is_some_and(|end| moment(time).is_some_and(|time| end <= time))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// A time that compares as times do: the text to seconds, and the digits behind, of which there may be any
/// number.
fn moment(time: &str) -> Option<(&str, u64)> {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let (seconds, rest) = time.split_at_checked(SHAPE.len())?;
    let fits = |(byte, shape): (u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => byte == *other,
    };
    if !seconds.bytes().zip(SHAPE).all(fits) {
        return None;
    }
    let digits = match rest.strip_suffix('Z')? {
        "" => "",
        rest => rest.strip_prefix('.')?,
    };
    let nanoseconds = 9;
    if digits.len() > nanoseconds || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<nanoseconds$}")
        .parse()
        .ok()
        .map(|rest| (seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_compare_whatever_their_digits() {
        let period = Period::new("2026-03-01T00:00:00Z", "2026-03-01T00:00:01.5Z").unwrap();
        for (time, is_in) in [
            ("2026-02-28T23:59:59.999999Z", false),
            ("2026-03-01T00:00:00Z", true),
            ("2026-03-01T00:00:00.000001Z", true),
            ("2026-03-01T00:00:01.49Z", true),
            ("2026-03-01T00:00:01.500Z", false),
            ("2026-03-01T00:00:02Z", false),
            ("some day", true),
        ] {
            assert_eq!(period.has(time), is_in, "{time}");
        }
        for (from, to) in [
            ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-03-01T00:00:00+01:00", "2026-03-02T00:00:00Z"),
            ("2026-03-01", "2026-03-02"),
            ("", ""),
        ] {
            assert_eq!(Period::new(from, to), Err(PeriodInvalid), "{from} {to}");
        }
    }
}
