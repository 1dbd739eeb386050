//! Events as tables in Parquet files. A column is a field of the catalogue under its own name:
//!
//! | kind of field | Parquet |
//! |---|---|
//! | id, keyword, text, enum | `STRING` |
//! | JSON, payload | `STRING`, the JSON text as it was |
//! | integer | `INT64` |
//! | amount in USD | `DECIMAL(19, 9)` in nine bytes: every nano-dollar that an event can hold |
//! | boolean | `BOOLEAN` |
//! | instant | `TIMESTAMP(MICROS, UTC)` |
//!
//! `id`, `seq` and `time` are required, all others optional. Rows are in the order of `(time, seq)`;
//! row groups are small enough to be held in memory, compressed with zstd. A table of the archive has
//! one more column, `_content_hash`: what a repeated delivery is recognised by.

mod column;
mod read;
mod write;

pub use read::{Group, Table};
pub use write::{TableWriter, join};

use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::{Field, Stream};

/// The column beside the fields. No field's name begins so.
const CONTENT_HASH: &str = "_content_hash";

/// The fields of a stream that are apart from the others, because they are large.
pub fn is_payload(field: &Field) -> bool {
    field.kind == Kind::Payload
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A field of the stream.
    Field(&'static Field),
    /// The hash of what the sender said.
    ContentHash,
}

impl Column {
    /// The columns of an archived partition's events: all fields but the payloads.
    pub fn of_events(stream: Stream) -> Vec<Self> {
        let fields = Catalogue::of(stream).fields().iter();
        let fields = fields.filter(|field| !is_payload(field)).map(Self::Field);
        fields.chain([Self::ContentHash]).collect()
    }

    /// The columns of an archived partition's payloads, with what orders them.
    pub fn of_payloads(stream: Stream) -> Vec<Self> {
        let fields = Catalogue::of(stream).fields().iter();
        let fields =
            fields.filter(|field| ["seq", "time"].contains(&field.name) || is_payload(field));
        fields.map(Self::Field).collect()
    }

    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name,
            Self::ContentHash => CONTENT_HASH,
        }
    }

    /// The column of this name.
    fn named(stream: Stream, name: &str) -> Option<Self> {
        match name {
            CONTENT_HASH => Some(Self::ContentHash),
            name => Catalogue::of(stream).field(name).map(Self::Field),
        }
    }

    /// Whether every event has a value in it.
    fn is_required(self) -> bool {
        ["id", "seq", "time", CONTENT_HASH].contains(&self.name())
    }
}
