//! The four streams of the log and the periods that partition them. A stream's name never changes:
//! it is part of URLs, file names and stored events.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One of the four kinds of log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Who did what.
    Audit,
    /// What every model call was and cost.
    Usage,
    /// Who signed in or failed to.
    Auth,
    /// What the platform itself reported.
    System,
}

impl Stream {
    /// All streams, in the order of the log center's tabs.
    pub const ALL: [Self; 4] = [Self::Audit, Self::Usage, Self::Auth, Self::System];

    /// The name used in URLs, files and events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Usage => "usage",
            Self::Auth => "auth",
            Self::System => "system",
        }
    }

    /// The name people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Audit => "Audit",
            Self::Usage => "Usage logs",
            Self::Auth => "Authentication logs",
            Self::System => "System events",
        }
    }

    /// The period whose partition holds events of this time: a day for `usage`, else a month.
    pub fn period(self, time: Timestamp) -> Period {
        let date = time.date();
        let day = matches!(self, Self::Usage).then_some(date.day());
        Period {
            year: date.year(),
            month: date.month(),
            day,
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no stream.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown stream {0:?}: expected audit, usage, auth or system")]
pub struct UnknownStream(pub String);

impl FromStr for Stream {
    type Err = UnknownStream;

    fn from_str(text: &str) -> Result<Self, UnknownStream> {
        let known = Self::ALL.into_iter().find(|stream| stream.name() == text);
        known.ok_or_else(|| UnknownStream(text.chars().take(64).collect()))
    }
}

/// A UTC day or month. Periods of one stream order by time and never overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    month: i8,
    day: Option<i8>,
}

impl Period {
    /// First instant of the period.
    pub fn start(self) -> Timestamp {
        Timestamp::from_date(jiff::civil::date(
            self.year,
            self.month,
            self.day.unwrap_or(1),
        ))
    }

    /// First instant after the period.
    pub fn end(self) -> Timestamp {
        let start = jiff::civil::date(self.year, self.month, self.day.unwrap_or(1));
        let next = match self.day {
            Some(_) => start.tomorrow(),
            None => start.last_of_month().tomorrow(),
        };
        next.map_or(Timestamp::MAX, Timestamp::from_date)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

/// A text that is neither `YYYY-MM` nor `YYYY-MM-DD`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a period")]
pub struct NotAPeriod;

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let mut parts = text.split('-');
        let year = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or(NotAPeriod)?;
        let month = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or(NotAPeriod)?;
        let day = parts
            .next()
            .map(|part| part.parse().map_err(|_| NotAPeriod))
            .transpose()?;
        jiff::civil::Date::new(year, month, day.unwrap_or(1)).map_err(|_| NotAPeriod)?;
        let period = Self { year, month, day };
        // Only the canonical spelling counts, or two directories could mean one period.
        if period.to_string() == text {
            Ok(period)
        } else {
            Err(NotAPeriod)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_days_for_usage_and_months_otherwise() {
        let time = Timestamp::parse("2024-12-31T23:59:59.999999Z").unwrap();
        let day = Stream::Usage.period(time);
        let month = Stream::Audit.period(time);
        assert_eq!(
            (day.to_string(), month.to_string()),
            ("2024-12-31".into(), "2024-12".into())
        );
        assert_eq!(day.end(), month.end());
        assert_eq!(
            month.end(),
            Timestamp::parse("2025-01-01T00:00:00Z").unwrap()
        );
        assert_eq!("2024-12-31".parse(), Ok(day));
        assert!("2024-13".parse::<Period>().is_err() && "2024-1".parse::<Period>().is_err());
    }
}
