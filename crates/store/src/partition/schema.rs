//! The index schema of a stream, derived from the field catalogue. Names of Daybook's own columns
//! begin with an underscore, which no field's name does. An index written when the catalogue had
//! fewer fields is read as it is: events from then have no value in the new ones.

use super::trigrams::Trigrams;
use crate::columns::{Place, has_postings};
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::stream_index;
use daybook_model::{Field, Stream};
use std::sync::LazyLock;
use tantivy::schema::{
    BytesOptions, FAST, Field as IndexField, FieldEntry, FieldType, IndexRecordOption,
    NumericOptions, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TokenizerManager;

/// The index schema of one stream.
#[derive(Debug)]
pub(crate) struct PartitionSchema {
    pub(crate) schema: Schema,
    /// Index fields by catalogue position; `None` where the index has none.
    fields: Vec<Option<IndexField>>,
    /// What no column holds, as JSON.
    pub(super) row: IndexField,
    /// Names of the present fields of free text.
    pub(crate) present: IndexField,
    /// Hash of what the first sender said.
    pub(super) content_hash: IndexField,
    /// File, block and place of the event's payloads.
    pub(super) payload_file: IndexField,
    pub(super) payload_block: IndexField,
    pub(super) payload_span: IndexField,
}

/// Column names that readers open.
pub(super) const CONTENT_HASH: &str = "_content_hash";
pub(super) const PAYLOAD_FILE: &str = "_payload_file";
pub(super) const PAYLOAD_BLOCK: &str = "_payload_block";
pub(super) const PAYLOAD_SPAN: &str = "_payload_span";
const ROW: &str = "_row";
const PRESENT: &str = "_present";

const TRIGRAMS: &str = "trigrams";

impl PartitionSchema {
    /// The schema of a stream today.
    pub(crate) fn of(stream: Stream) -> &'static Self {
        static SCHEMAS: LazyLock<[PartitionSchema; 4]> = LazyLock::new(|| {
            Stream::ALL.map(|stream| {
                let schema = build(stream);
                PartitionSchema::read(stream, schema).expect("invariant: it has just been built")
            })
        });
        &SCHEMAS[stream_index(stream)]
    }

    /// The schema of an index; `None` when it is none of ours.
    pub(super) fn read(stream: Stream, schema: Schema) -> Option<Self> {
        let today = build(stream);
        let named = |name: &str| {
            let field = schema.get_field(name).ok()?;
            let same = today
                .get_field(name)
                .ok()
                .map(|today_field| today.get_field_entry(today_field));
            same.is_some_and(|same| is_read_alike(same, schema.get_field_entry(field)))
                .then_some(field)
        };
        let fields = Catalogue::of(stream).fields().iter();
        Some(Self {
            fields: fields.map(|field| named(field.name)).collect(),
            row: named(ROW)?,
            present: named(PRESENT)?,
            content_hash: named(CONTENT_HASH)?,
            payload_file: named(PAYLOAD_FILE)?,
            payload_block: named(PAYLOAD_BLOCK)?,
            payload_span: named(PAYLOAD_SPAN)?,
            schema,
        })
    }

    /// The index field of a catalogue field.
    pub(crate) fn field(&self, field: &Field) -> Option<IndexField> {
        self.fields[usize::from(field.index)]
    }
}

/// Whether what was written for one field is read as for another. Norms of numbers are never read.
fn is_read_alike(today: &FieldEntry, written: &FieldEntry) -> bool {
    match (today.field_type(), written.field_type()) {
        (FieldType::U64(today), FieldType::U64(written)) => {
            (today.is_fast(), today.is_indexed()) == (written.is_fast(), written.is_indexed())
        }
        _ => today == written,
    }
}

fn build(stream: Stream) -> Schema {
    let mut builder = Schema::builder();
    let term = |tokenizer: &str, option| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        TextOptions::default()
            .set_indexing_options(indexing.set_fieldnorms(false).set_index_option(option))
    };
    for field in Catalogue::of(stream).fields() {
        let name = field.name;
        match Place::of(field) {
            Place::Words | Place::Ranks(_) | Place::Numbers if has_postings(field) => {
                // Not by the flag, which asks for a byte of norm per event, too.
                builder.add_u64_field(name, NumericOptions::default().set_fast().set_indexed());
            }
            Place::Words | Place::Ranks(_) | Place::Numbers => {
                builder.add_u64_field(name, FAST);
            }
            Place::Keys => {
                builder.add_bytes_field(name, BytesOptions::default().set_fast());
            }
            Place::Text => {
                builder.add_text_field(
                    name,
                    term(TRIGRAMS, IndexRecordOption::WithFreqsAndPositions),
                );
            }
            Place::SearchedJson => {
                builder.add_text_field(name, term("raw", IndexRecordOption::Basic));
            }
            Place::Row | Place::Payload => {}
        }
    }
    builder.add_bytes_field(ROW, STORED);
    builder.add_text_field(PRESENT, term("raw", IndexRecordOption::Basic));
    for name in [CONTENT_HASH, PAYLOAD_FILE, PAYLOAD_BLOCK, PAYLOAD_SPAN] {
        builder.add_u64_field(name, FAST);
    }
    builder.build()
}

/// The tokenizers of the schema.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(TRIGRAMS, Trigrams::default());
    manager
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_with_norms_of_numbers_is_read_like_one_without() {
        for stream in Stream::ALL {
            let today = serde_json::to_string(&build(stream)).unwrap();
            let with_norms = today.replace(
                r#""indexed":true,"fieldnorms":false"#,
                r#""indexed":true,"fieldnorms":true"#,
            );
            assert_ne!(with_norms, today);
            let with_norms = serde_json::from_str(&with_norms).unwrap();
            let read = PartitionSchema::read(stream, with_norms).unwrap();
            assert_eq!(read.fields, PartitionSchema::of(stream).fields);
        }
    }
}
