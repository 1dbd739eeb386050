//! The transparency log over the audit stream: each audit event a leaf, in the order of the write-ahead
//! log, which alone decides. What is here is made from the log and can be made again.

mod envelope;
mod salts;

pub(crate) use envelope::Sealed;
pub(crate) use salts::Salts;
