//! Answers. A query is compiled once; each unit of events (a segment of a partition, a chunk of a
//! head) selects its matches in batches, and every kind of answer reads the columns of those.

mod aggregate;
mod batches;
mod best;
pub(crate) mod cache;
mod chunk_search;
mod compile;
mod conditions;
mod counting;
mod far;
mod groups;
mod list;
mod lookup;
mod parts;
mod plan;
mod postings;
mod ranking;
mod ranks;
mod scan;
mod search;
mod select;
mod table;
mod unit;

pub(crate) use aggregate::{breakdown, series, summary};
pub(crate) use counting::{count, histogram, values};
pub(crate) use list::{any_event, list, timeline};
pub(crate) use lookup::get;
pub(crate) use scan::scan;
