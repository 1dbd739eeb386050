//! Trace and span ids and times of spans and records, as the log writes them.

/// The ids of a span, in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) trace: String,
    pub(super) span: String,
}

impl Ids {
    /// `None` when an id has the wrong length or is all zero, which means it is none.
    pub(super) fn new(trace: &[u8], span: &[u8]) -> Option<Self> {
        Some(Self {
            trace: hex(trace, 16)?,
            span: hex(span, 8)?,
        })
    }
}

/// An id in hex, unless it is none.
pub(super) fn hex(id: &[u8], bytes: usize) -> Option<String> {
    let usable = id.len() == bytes && id.iter().any(|byte| *byte != 0);
    usable.then(|| id.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Nanoseconds since the epoch in microseconds; zero means unknown.
pub(super) fn time_us(nanos: u64) -> Option<i64> {
    (nanos != 0).then(|| (nanos / 1000).cast_signed())
}
