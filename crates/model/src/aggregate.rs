//! What is asked about many usage events together, and the answers. Sums are exact; quantiles are
//! read from a [`Sketch`](crate::sketch::Sketch).

use crate::money::NanoUsdSum;
use crate::{Field, Query, Timestamp, Value};

/// Sums over a group of events. An event without the field adds nothing to its sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Events.
    pub requests: u64,
    /// Events whose `outcome` is `error`.
    pub errors: u64,
    /// Sum of `total_tokens`.
    pub total_tokens: i128,
    /// Sum of `cost`.
    pub cost: NanoUsdSum,
}

impl Totals {
    /// Adds the sums of another group.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.total_tokens += other.total_tokens;
        self.cost.0 += other.cost.0;
    }

    /// Takes away the sums of some of its events.
    pub fn remove(&mut self, gone: &Self) {
        self.requests -= gone.requests;
        self.errors -= gone.errors;
        self.total_tokens -= gone.total_tokens;
        self.cost.0 -= gone.cost.0;
    }
}

/// Latencies below which half, 95 % and 99 % of the events with a `latency_ms` lie, nearest rank,
/// at most half a percent off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the meaning")]
pub struct Quantiles {
    pub p50: i64,
    pub p95: i64,
    pub p99: i64,
}

/// All matching events together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Sums that groups have, too.
    pub totals: Totals,
    /// Sum of `input_tokens`.
    pub input_tokens: i128,
    /// Sum of `output_tokens`.
    pub output_tokens: i128,
    /// Sum of `cache_read_tokens`.
    pub cache_read_tokens: i128,
    /// Sum of `reasoning_tokens`.
    pub reasoning_tokens: i128,
    /// Distinct `user_id`, exactly.
    pub users: u64,
    /// Distinct `platform_model`, exactly.
    pub models: u64,
    /// `None` when no event has a `latency_ms`.
    pub latency_ms: Option<Quantiles>,
}

/// By what groups are ordered, largest first; groups that are equal in it by their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum Measure {
    Requests,
    Tokens,
    Cost,
}

impl Measure {
    /// The measure of a group.
    pub const fn of(self, totals: &Totals) -> i128 {
        match self {
            Self::Requests => totals.requests as i128,
            Self::Tokens => totals.total_tokens,
            Self::Cost => totals.cost.0,
        }
    }
}

/// Asks for the groups of a field with values ([`Field::has_values`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakdownRequest {
    /// Which events of the usage stream.
    pub query: Query,
    /// The field whose values are the groups.
    pub by: &'static Field,
    /// The field that names a group: its value in the group's newest event.
    pub name: Option<&'static Field>,
    /// The order of groups.
    pub order: Measure,
    /// Groups skipped.
    pub offset: u64,
    /// Groups answered.
    pub limit: usize,
    /// Whether each group comes with its latencies.
    pub quantiles: bool,
}

/// Groups of a field, largest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    /// The groups asked for.
    pub groups: Vec<Group>,
    /// How many groups there are.
    pub total: u64,
}

/// The events that share a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The value; `None` stands for the events without one, and comes last among equals.
    pub key: Option<Value>,
    /// How its newest event names it.
    pub name: Option<Value>,
    /// Its sums.
    pub totals: Totals,
    /// Its latencies, when asked for and known.
    pub latency_ms: Option<Quantiles>,
}

/// Asks for sums over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRequest {
    /// Which events of the usage stream; `from` and `to` must be set.
    pub query: Query,
    /// Length of an interval; intervals begin at `from`.
    pub interval_us: i64,
    /// The field whose values are the series; without one all events are one series.
    pub by: Option<&'static Field>,
    /// The field that names a series: its value in the newest event of the series.
    pub name: Option<&'static Field>,
    /// Which values get a series of their own.
    pub order: Measure,
    /// How many of them; all other events are summed in [`SeriesAnswer::other`].
    pub limit: usize,
}

/// Sums over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAnswer {
    /// The largest series, largest first.
    pub series: Vec<Series>,
    /// Intervals of all others together; empty when there are none.
    pub other: Vec<Point>,
}

/// Sums over time of the events that share a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// As [`Group::key`]; `None` also without a `by`.
    pub key: Option<Value>,
    /// As [`Group::name`].
    pub name: Option<Value>,
    /// Intervals that have events, in order of time.
    pub points: Vec<Point>,
}

/// Sums of one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Its beginning.
    pub time: Timestamp,
    /// Its sums.
    pub totals: Totals,
}
