//! The HTTP API as its callers see it, over a log store in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod auth;
mod auth_log;
mod browser;
mod compat;
mod control;
mod cookies;
mod download;
mod errors;
mod events;
mod evidence;
mod exports;
mod headers;
mod keys;
mod leaks;
mod ledger;
mod lifecycle;
mod limits;
mod links;
mod lockout;
mod logs;
mod mails;
mod mfa;
mod on_record;
mod openapi;
mod people;
mod reads;
mod refused;
mod rights;
mod roles;
mod running;
mod security;
mod server;
mod sessions;
mod sign_up;
mod slow;
mod sso;
mod support;
mod tail;
mod tickets;
mod timeline;
mod tls;
#[path = "../../../../tests/faults/tool.rs"]
mod tool;
mod troubled;
mod ui;
mod usage;
mod views;
