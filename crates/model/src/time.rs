//! Time: microseconds since 1970-01-01 UTC. JSON shows RFC 3339; nothing in Daybook knows another
//! time zone except the UI.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt;

/// An instant in microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A text that is no time in any accepted form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time: expected RFC 3339 like 2026-03-14T09:26:53Z")]
pub struct NotATime;

impl Timestamp {
    /// The latest instant that can be shown: the end of the year 9999.
    pub const MAX: Self = Self(253_402_207_200_000_000 - 1);
    /// One second, in microseconds.
    pub const SECOND_US: i64 = 1_000_000;
    /// One hour, in microseconds.
    pub const HOUR_US: i64 = 3_600 * Self::SECOND_US;
    /// One day, in microseconds.
    pub const DAY_US: i64 = 24 * Self::HOUR_US;

    /// The instant this many microseconds after the epoch.
    pub const fn from_us(us: i64) -> Self {
        Self(us)
    }

    /// Microseconds since the epoch.
    pub const fn us(self) -> i64 {
        self.0
    }

    /// The wall clock's current instant.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// Midnight UTC of a date.
    pub fn from_date(date: Date) -> Self {
        date.to_zoned(TimeZone::UTC)
            .map_or(Self::MAX, |zoned| Self(zoned.timestamp().as_microsecond()))
    }

    /// The UTC date. Instants outside the years −9999 to 9999 count as the nearest date.
    pub fn date(self) -> Date {
        let clamped = self
            .0
            .clamp(jiff::Timestamp::MIN.as_microsecond(), Self::MAX.0);
        let instant = jiff::Timestamp::from_microsecond(clamped).unwrap_or_default();
        TimeZone::UTC.to_datetime(instant).date()
    }

    /// This instant moved by microseconds, saturating.
    pub const fn plus_us(self, us: i64) -> Self {
        Self(self.0.saturating_add(us))
    }

    /// Parses RFC 3339; digits below a microsecond are dropped.
    ///
    /// # Errors
    /// When the text is no RFC 3339 time with an offset.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| NotATime)?;
        // `as_microsecond` truncates toward zero; events before 1970 are rejected elsewhere.
        Ok(Self(instant.as_microsecond()))
    }

    /// Parses what a URL may hold: RFC 3339, epoch seconds (with fraction), `now`, or a time
    /// relative to `now` such as `-24h`, `-30m`, `-7d`, `-90s`, `-2w`.
    ///
    /// # Errors
    /// When the text has none of these forms.
    pub fn parse_param(text: &str, now: Self) -> Result<Self, NotATime> {
        if text == "now" {
            return Ok(now);
        }
        if let Some(relative) = relative_us(text) {
            return Ok(now.plus_us(relative));
        }
        if let Ok(seconds) = text.parse::<i64>() {
            return seconds
                .checked_mul(Self::SECOND_US)
                .map(Self)
                .ok_or(NotATime);
        }
        if let Some((seconds, fraction)) = text.split_once('.')
            && let Some(us) = fraction_us(fraction)
            && let Ok(seconds) = seconds.parse::<i64>()
        {
            return seconds
                .checked_mul(Self::SECOND_US)
                .map(|s| Self(s + us))
                .ok_or(NotATime);
        }
        Self::parse(text)
    }
}

/// `-24h` → microseconds; `None` when the text is not relative.
fn relative_us(text: &str) -> Option<i64> {
    let unit_us = match text.as_bytes().last()? {
        b's' => Timestamp::SECOND_US,
        b'm' => 60 * Timestamp::SECOND_US,
        b'h' => Timestamp::HOUR_US,
        b'd' => Timestamp::DAY_US,
        b'w' => 7 * Timestamp::DAY_US,
        _ => return None,
    };
    let count: i64 = text.get(..text.len() - 1)?.parse().ok()?;
    count.checked_mul(unit_us)
}

fn fraction_us(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{digits:0<6}");
    padded.get(..6)?.parse().ok()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clamped = self
            .0
            .clamp(jiff::Timestamp::MIN.as_microsecond(), Self::MAX.0);
        let instant = jiff::Timestamp::from_microsecond(clamped).unwrap_or_default();
        write!(f, "{instant}")
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_every_form_a_url_may_hold() {
        let now = Timestamp::parse("2026-11-19T14:00:00Z").unwrap();
        let parse = |text: &str| Timestamp::parse_param(text, now).map(|time| time.to_string());
        assert_eq!(
            parse("2026-11-19T14:02:11.531200+02:00").unwrap(),
            "2026-11-19T12:02:11.5312Z"
        );
        assert_eq!(parse("1763560931.25").unwrap(), "2025-11-19T14:02:11.25Z");
        assert_eq!(parse("-24h").unwrap(), "2026-11-18T14:00:00Z");
        assert_eq!(parse("now").unwrap(), now.to_string());
        for bad in [
            "",
            "yesterday",
            "2026-11-19",
            "-h",
            "9999999999999999999",
            "1.x",
            "-9e9d",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn shows_what_it_parsed() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-19T14:02:11.5312Z",
            "9999-12-30T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }
}
