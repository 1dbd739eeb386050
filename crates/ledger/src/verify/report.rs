//! What the verifier found, and how to say it in one line that can be quoted.

use crate::hash::Hash;
use crate::part::Part;
use std::fmt;
use std::ops::Range;

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All that was read is what was signed.
    Pass(Report),
    /// Something is not what was signed; this is the first of it.
    Fail(Finding),
    /// It could not be told, for this reason.
    Unchecked(String),
}

impl Verdict {
    /// The exit code of a program: 0, 1 and 2.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Pass(_) => 0,
            Self::Fail(_) => 1,
            Self::Unchecked(_) => 2,
        }
    }
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log.
    pub origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The keys that signed the checkpoint, as `name+id`.
    pub keys: Vec<String>,
    /// The witnesses that cosigned it, and when, in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
    /// How many events were read, of `size`.
    pub events: u64,
    /// Indices whose events are no longer kept; their hashes are, and were checked.
    pub gaps: Vec<Range<u64>>,
    /// How many bodies were checked.
    pub bodies: u64,
    /// Indices of the events whose bodies were erased.
    pub erased: Vec<Range<u64>>,
    /// How many earlier checkpoints the log contains.
    pub earlier: usize,
    /// What was compared of the store that shows the log's events, if there is one.
    pub store: Option<StoreReport>,
}

/// What a store shows of the log's events, all of it as the log has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreReport {
    /// Events that were compared.
    pub equal: u64,
    /// How many of them are archived.
    pub archived: u64,
    /// Events that are not kept any more, of which the hashes were compared.
    pub expired: u64,
    /// Events that came after the checkpoint, so nothing was compared of them.
    pub newer: u64,
}

impl Report {
    /// The first and the last index of the events that were read.
    #[must_use]
    pub fn indices(&self) -> Option<(u64, u64)> {
        let first = self
            .gaps
            .iter()
            .find(|gap| gap.start == 0)
            .map_or(0, |gap| gap.end);
        let last = self.size.checked_sub(1)?;
        (first <= last).then_some((first, last))
    }
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What is wrong there, a sentence without its subject.
    pub what: String,
}

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An event, by its index and its id, as far as that can be read.
    Event(u64, Option<String>),
    /// A file of the log.
    File(Part),
    /// An earlier checkpoint, by its name.
    Earlier(String),
    /// A file of the store that shows the log's events.
    Store,
}

impl Finding {
    pub(super) fn event(index: u64, id: Option<&str>, what: impl Into<String>) -> Self {
        Self {
            place: Place::Event(index, id.map(str::to_owned)),
            what: what.into(),
        }
    }

    pub(super) fn file(part: Part, what: impl Into<String>) -> Self {
        Self {
            place: Place::File(part),
            what: what.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(index, None) => write!(f, "event {index}"),
            // Ids come from outside.
            Self::Event(index, Some(id)) => write!(f, "event {index} (id {id:?})"),
            Self::File(part) => write!(f, "{part}"),
            Self::Earlier(name) => write!(f, "earlier checkpoint {name}"),
            Self::Store => f.write_str("the store"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events", grouped(self.events))?;
        if let Some((first, last)) = self.indices() {
            write!(f, ", indices {first}–{last}")?;
        }
        if self.gaps.is_empty() {
            f.write_str(", no gaps")?;
        }
        for gap in &self.gaps {
            let last = gap.end.saturating_sub(1);
            write!(f, ", only hashes kept of {}–{last}", gap.start)?;
        }
        write!(f, ", tree size {}", self.size)?;
        write!(
            f,
            ", root {}, key {}",
            self.root.to_base64(),
            self.keys.join(" and ")
        )?;
        write!(f, "; {} bodies checked", grouped(self.bodies))?;
        let erased = self.erased.iter().map(|range| range.end - range.start);
        write!(f, ", {} erased", grouped(erased.sum()))?;
        write!(f, "; {} earlier checkpoints contained", self.earlier)?;
        for (name, time) in &self.witnesses {
            write!(f, "; witness {name} at {time}")?;
        }
        if let Some(store) = &self.store {
            write!(f, "; {store}")?;
        }
        if !self.erased.is_empty() {
            write!(f, "; erased: {}", shown(&self.erased))?;
        }
        Ok(())
    }
}

/// Ranges as people read them, the first ones of many.
pub(crate) fn shown(ranges: &[Range<u64>]) -> String {
    const SHOWN_MAX: usize = 20;
    let shown = ranges.iter().take(SHOWN_MAX).map(|range| {
        let last = range.end.saturating_sub(1);
        match range.start == last {
            true => last.to_string(),
            false => format!("{}–{last}", range.start),
        }
    });
    let shown: Vec<_> = shown.collect();
    let more = if ranges.len() > SHOWN_MAX {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

/// Appends a range to those before it, one with the last where it follows.
pub(crate) fn extend(ranges: &mut Vec<Range<u64>>, next: Range<u64>) {
    match ranges.last_mut() {
        Some(last) if last.end == next.start => last.end = next.end,
        _ => ranges.push(next),
    }
}

impl fmt::Display for StoreReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events compared with the store", grouped(self.equal))?;
        if self.archived > 0 {
            write!(f, ", {} of them archived", grouped(self.archived))?;
        }
        if self.expired > 0 {
            write!(
                f,
                "; of {} expired events the hashes",
                grouped(self.expired)
            )?;
        }
        if self.newer > 0 {
            write!(f, ", {} newer than the checkpoint", grouped(self.newer))?;
        }
        Ok(())
    }
}

/// One line.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(report) => write!(f, "PASS: {report}"),
            Self::Fail(finding) => write!(f, "FAIL: {finding}"),
            Self::Unchecked(reason) => write!(f, "COULD NOT CHECK: {reason}"),
        }
    }
}

/// A number as people read it: 12,345.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_in_groups() {
        let numbers = [0, 999, 1_000, 12_345, 1_234_567];
        assert_eq!(
            numbers.map(grouped),
            ["0", "999", "1,000", "12,345", "1,234,567"]
        );
    }
}
