//! OTLP: spans and log records of instrumented programs. What tells of a model call becomes a usage
//! event; other errors and warnings become system events; the rest is counted and dropped.

mod attributes;
mod call;
mod conversation;
mod decode;
mod genai;
mod ids;
mod langfuse;
mod message;
mod openinference;
mod pieces;
mod record;
mod span;
mod system;
mod vercel;

pub use pieces::{Piece, assemble};

use daybook_model::logstore::Write;

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
    /// Events to store. [`Event::admit`](daybook_model::Event::admit) must follow.
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

impl Normalised {
    fn reject(&mut self, reason: &str) {
        self.rejected += 1;
        self.note(reason);
    }

    fn note(&mut self, message: &str) {
        self.message.get_or_insert_with(|| message.into());
    }
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
        for item in group.items {
            match item {
                Ok(span) => span::normalise(span, &group.source, &mut out),
                Err(error) => out.reject(&format!("a span that cannot be read: {error}")),
            }
        }
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
        for item in group.items {
            match item {
                Ok(record) => record::normalise(record, &group.source, &mut out),
                Err(error) => out.reject(&format!("a log record that cannot be read: {error}")),
            }
        }
    }
    Ok(out)
}
