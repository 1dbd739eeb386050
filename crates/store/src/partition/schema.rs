//! The index schema of a stream, derived from the field catalogue. Names of Daybook's own columns
//! begin with an underscore, which no field's name does.

use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::{Field, Stream};
use std::sync::LazyLock;
use tantivy::schema::{
    FAST, Field as IndexField, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::TokenizerManager;

use super::trigrams::Trigrams;

/// How a field is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indexing {
    /// Its whole text as one term; no column, for its values are (almost) unique.
    Term,
    /// Its whole text as one term, and a column of ordinals.
    TermAndColumn,
    /// A column of numbers.
    Column,
    /// Its trigrams with their positions: a phrase of them is a substring.
    Trigrams,
    /// Each key and value of its JSON as one term.
    JsonTerms,
    /// Not at all.
    Stored,
}

/// How a field of this kind is indexed.
pub(crate) const fn indexing(field: &Field) -> Indexing {
    match field.kind {
        Kind::Id => Indexing::Term,
        Kind::Keyword | Kind::Enum(_) => Indexing::TermAndColumn,
        Kind::Text => Indexing::Trigrams,
        Kind::Integer | Kind::Money | Kind::Boolean | Kind::Time => Indexing::Column,
        Kind::Json(_) if field.search => Indexing::JsonTerms,
        Kind::Json(_) | Kind::Payload => Indexing::Stored,
    }
}

/// The index schema of one stream.
#[derive(Debug)]
pub(crate) struct PartitionSchema {
    pub(crate) schema: Schema,
    /// Index fields by catalogue position; `None` where a field is only stored.
    pub(crate) fields: Vec<Option<IndexField>>,
    /// The event's header as JSON.
    pub(crate) row: IndexField,
    /// Names of the present fields that have no column.
    pub(crate) present: IndexField,
    /// Hash of origin, stream and id.
    pub(crate) id_hash: IndexField,
    /// Hash of what the first sender said.
    pub(crate) content_hash: IndexField,
    /// File, block and place of the event's payloads.
    pub(crate) payload_file: IndexField,
    pub(crate) payload_block: IndexField,
    pub(crate) payload_span: IndexField,
}

/// Column names that readers open.
pub(crate) const ID_HASH: &str = "_id_hash";
pub(crate) const CONTENT_HASH: &str = "_content_hash";
pub(crate) const PAYLOAD_FILE: &str = "_payload_file";
pub(crate) const PAYLOAD_BLOCK: &str = "_payload_block";
pub(crate) const PAYLOAD_SPAN: &str = "_payload_span";

const TRIGRAMS: &str = "trigrams";

impl PartitionSchema {
    /// The schema of a stream.
    pub(crate) fn of(stream: Stream) -> &'static Self {
        static SCHEMAS: LazyLock<[PartitionSchema; 4]> =
            LazyLock::new(|| Stream::ALL.map(PartitionSchema::build));
        &SCHEMAS[daybook_model::logstore::stream_index(stream)]
    }

    /// The index field of a catalogue field that is indexed.
    pub(crate) fn field(&self, field: &Field) -> IndexField {
        self.fields[usize::from(field.index)].expect("invariant: only indexed fields are asked for")
    }

    fn build(stream: Stream) -> Self {
        let mut builder = Schema::builder();
        let term = |tokenizer: &str, option| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
            TextOptions::default()
                .set_indexing_options(indexing.set_fieldnorms(false).set_index_option(option))
        };
        let raw = || term("raw", IndexRecordOption::Basic);
        let fields = Catalogue::of(stream).fields().iter().map(|field| {
            Some(match indexing(field) {
                Indexing::Term | Indexing::JsonTerms => builder.add_text_field(field.name, raw()),
                Indexing::TermAndColumn => {
                    builder.add_text_field(field.name, raw().set_fast("raw"))
                }
                // Versions of an event are replaced by their `seq`.
                Indexing::Column if field.name == "seq" => {
                    builder.add_i64_field(field.name, FAST | INDEXED)
                }
                Indexing::Column => builder.add_i64_field(field.name, FAST),
                Indexing::Trigrams => builder.add_text_field(
                    field.name,
                    term(TRIGRAMS, IndexRecordOption::WithFreqsAndPositions),
                ),
                Indexing::Stored => return None,
            })
        });
        let fields = fields.collect();
        Self {
            fields,
            row: builder.add_bytes_field("_row", STORED),
            present: builder.add_text_field("_present", raw()),
            id_hash: builder.add_u64_field(ID_HASH, FAST),
            content_hash: builder.add_u64_field(CONTENT_HASH, FAST),
            payload_file: builder.add_u64_field(PAYLOAD_FILE, FAST),
            payload_block: builder.add_u64_field(PAYLOAD_BLOCK, FAST),
            payload_span: builder.add_u64_field(PAYLOAD_SPAN, FAST),
            schema: builder.build(),
        }
    }
}

/// The tokenizers of the schema.
pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(TRIGRAMS, Trigrams::default());
    manager
}
