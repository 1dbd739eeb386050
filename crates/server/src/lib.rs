//! Daybook's HTTP API, sessions and keys, and the embedded UI. It talks to a
//! [`daybook_model::LogStore`] and knows no particular one.

mod app;
mod auth;
mod body;
mod budget;
mod client;
pub mod control;
mod conversations;
mod cookies;
mod envelope;
mod error;
mod evidence;
mod exports;
mod feed;
mod files;
mod gate;
mod intake;
mod jobs;
mod key_check;
mod leftover;
mod metrics;
mod openapi;
mod outgoing;
mod pace;
mod publication;
mod rates;
mod reading;
mod reads;
mod redaction;
mod refusals;
mod routes;
mod seal;
mod serve;
mod sso;
mod ui;
mod verification;
pub mod witness;

pub use app::{App, Options};
pub use client::{Network, Peer};
pub use exports::ExportLimits;
pub use openapi::document as openapi_document;
pub use outgoing::{Answered, Outgoing, OutgoingError};
pub use pace::Pace;
pub use publication::{Anchor, BadAnchor, PublicationOptions};
pub use rates::Rates;
pub use serve::{ConnectionLimits, Patience, Tls, TlsError, serve};
