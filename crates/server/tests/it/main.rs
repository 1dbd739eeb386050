//! The HTTP API as its callers see it, over a log store in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auth;
mod compat;
mod control;
mod download;
mod errors;
mod events;
mod lifecycle;
mod limits;
mod links;
mod logs;
mod openapi;
mod server;
mod sso;
mod support;
mod timeline;
mod troubled;
mod ui;
mod usage;
