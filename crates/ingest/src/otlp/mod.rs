//! OTLP: spans and log records of instrumented programs. What tells of a model call becomes a usage
//! event; other errors and warnings become system events; the rest is counted and dropped.

mod decode;
mod message;

use daybook_model::Event;
use daybook_model::logstore::Write;
use serde::{Deserialize, Serialize};

/// How a message is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Binary protobuf.
    Protobuf,
    /// The JSON form of OTLP.
    Json,
}

/// Why a message could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    /// The bytes are no protobuf message of this kind.
    #[error("not a valid protobuf message: {0}")]
    Protobuf(String),
    /// The bytes are no JSON message of this kind.
    #[error("not a valid JSON message: {0}")]
    Json(String),
}

/// What became of a message.
#[derive(Debug, Default)]
pub struct Normalised {
    /// Events to store. [`Event::admit`] must follow.
    pub writes: Vec<Write>,
    /// Parts of conversations that wait for their call, see [`assemble`].
    pub pieces: Vec<Piece>,
    /// Spans or records that could not be used.
    pub rejected: u64,
    /// Spans or records that tell of nothing Daybook keeps.
    pub dropped: u64,
    /// Why the first was rejected or how it was mended.
    pub message: Option<String>,
}

/// A message of a conversation, sent in a log record of its own. Never visible alone: the pieces
/// of a call are held until its span is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The trace, in lower-case hex.
    pub trace_id: String,
    /// The span of the call, in lower-case hex.
    pub span_id: String,
    /// When it was recorded, in microseconds.
    pub time_us: i64,
    /// Whether it is a choice of the response: nothing but further choices follows.
    pub is_last: bool,
    /// The message, or the choice, as JSON.
    pub json: String,
}

/// The id of the usage event of a span.
pub fn usage_id(trace_id: &str, span_id: &str) -> String {
    format!("{trace_id}-{span_id}")
}

/// Reads an `ExportTraceServiceRequest`.
///
/// # Errors
/// When the message as a whole cannot be read.
pub fn traces(body: &[u8], encoding: Encoding) -> Result<Normalised, OtlpError> {
    let mut out = Normalised::default();
    for group in decode::spans(body, encoding)? {
        out.dropped += group.items.len() as u64;
    }
    Ok(out)
}

/// Reads an `ExportLogsServiceRequest`.
///
/// # Errors
/// When the message as a whole cannot be read.
pub fn logs(body: &[u8], encoding: Encoding) -> Result<Normalised, OtlpError> {
    let mut out = Normalised::default();
    for group in decode::records(body, encoding)? {
        out.dropped += group.items.len() as u64;
    }
    Ok(out)
}

/// Puts the pieces of one call together: an amendment with the call's request and response, to be
/// admitted and written with [`Write::Amend`] once the call's span is stored. It is provisional,
/// so that it never settles anything but the payloads.
pub fn assemble(trace_id: &str, span_id: &str, pieces: &[Piece]) -> Event {
    let mut event = Event::new(daybook_model::Stream::Usage);
    event.id = usage_id(trace_id, span_id).into();
    event.set_text("trace_id", trace_id);
    event.set_boolean("provisional", true);
    if let Some(first) = pieces.iter().map(|piece| piece.time_us).min() {
        event.time = daybook_model::Timestamp::from_us(first);
    }
    event
}
