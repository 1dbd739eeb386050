//! The program from outside, on a machine that is not kind to it.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod backup;
mod batch;
mod erasure;
mod http;
mod import;
mod killed;
mod server;
