//! One normaliser per dialect: pure functions from what senders post to Daybook events.

pub mod litellm;
pub mod native;
pub mod otlp;
pub mod split;
