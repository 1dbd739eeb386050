//! One normaliser per dialect: pure functions from what senders post to Daybook events.

pub mod native;
pub mod split;
