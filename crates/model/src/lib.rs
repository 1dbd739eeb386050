//! Daybook's vocabulary: streams, the field catalogue, events, money, queries and the contract of
//! a log store. It does no I/O and knows no runtime, so that every other part can depend on it.

pub mod aggregate;
pub mod catalogue;
pub mod decimal;
pub mod event;
pub mod field;
pub mod fold;
pub mod json;
pub mod ledger;
pub mod limits;
pub mod logstore;
pub mod matching;
pub mod money;
pub mod params;
pub mod query;
pub mod scope;
pub mod sketch;
pub mod stream;
pub mod table;
pub mod time;
pub mod validate;
pub mod value;

pub use event::Event;
pub use field::Field;
pub use ledger::Ledger;
pub use logstore::{LogStore, StoreError};
pub use money::NanoUsd;
pub use query::{Filter, ListRequest, Query, Sort, Test};
pub use scope::{Owner, Scope};
pub use stream::{Period, Stream};
pub use time::Timestamp;
pub use validate::Rejection;
pub use value::{Value, ValueRef};
