//! Random events and questions. Values come from small sets, so that collisions, ties, absent
//! fields, equal times, variants of case and empty results are frequent; each set begins with its
//! plainest member, because failures shrink towards it.

mod events;
mod queries;
mod values;

pub(crate) use events::origin;
pub use events::{any_event, batch, batches, event, half_call, redelivered};
pub(crate) use queries::value_prefix;
pub use queries::{
    filter, filters, list_request, query, scope, search_text, sort, timeline_request,
};
pub use values::{id, time, value};
