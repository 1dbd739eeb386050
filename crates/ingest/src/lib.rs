//! One normaliser per dialect: pure functions from what senders post to Daybook events.

mod bounded;
pub mod litellm;
pub mod native;
pub mod otlp;
mod provider;
pub mod split;
mod tokens;
