//! Answers to queries over a snapshot: the heads are scanned, the partitions asked in parallel.

mod columns;
mod counting;
mod list;
mod lookup;
mod plan;
mod ranking;
mod search;

pub(crate) use counting::{histogram, values};
pub(crate) use list::{list, scan};
pub(crate) use lookup::get;
pub(crate) use search::count;
