//! Moves: the events of one head go into their partition in one index commit, whose payload names
//! the head's generation, so that a move repeated after a crash skips what is there.

use super::document::{document_of, payloads_of};
use super::payloads::PayloadWriter;
use super::schema::{PartitionSchema, tokenizers};
use super::{CommitInfo, Partition, damaged, index_dir, open_index};
use crate::error::{internal, io_error};
use crate::head::{Entry, PartitionKey};
use daybook_model::StoreError;
use std::path::Path;
use std::sync::Arc;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument, Term};

/// Memory of the index writer before it writes a segment.
const WRITER_BYTES: usize = 64 << 20;
/// Segments of a partition beyond which a move merges them.
const SEGMENTS_MAX: usize = 8;

/// What a head changes in one partition.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Events to add.
    pub(crate) add: Vec<Arc<Entry>>,
    /// Events whose version there goes, by `seq`.
    pub(crate) remove: Vec<i64>,
}

/// Brings the changes of a generation into a partition, durably, and returns its new view.
pub(crate) fn move_into(
    key: PartitionKey,
    dir: &Path,
    before: CommitInfo,
    generation: u64,
    changes: &Changes,
) -> Result<Partition, StoreError> {
    let index = open_or_create(key, dir)?;
    let mut writer = index_writer(&index)?;
    let schema = PartitionSchema::of(key.0);
    let seq = schema.field(daybook_model::catalogue::field(key.0, "seq"));
    for removed in &changes.remove {
        writer.delete_term(Term::from_field_i64(seq, *removed));
    }
    let mut payloads = PayloadWriter::new(dir, generation);
    for entry in &changes.add {
        let payload = payloads_of(&entry.event)
            .map(|json| payloads.add(&json))
            .transpose();
        let payload = payload.map_err(|e| io_error("writing payloads", &e))?;
        writer
            .add_document(document_of(entry, payload))
            .map_err(internal)?;
    }
    payloads
        .finish()
        .map_err(|e| io_error("writing payloads", &e))?;
    let added = changes
        .add
        .iter()
        .map(|entry| entry.event.seq)
        .max()
        .unwrap_or(0);
    let info = CommitInfo {
        moved_through: generation,
        seq_max: before.seq_max.max(added),
        sealed: false,
    };
    commit(&mut writer, info)?;
    merge_small(&index, &mut writer)?;
    writer.wait_merging_threads().map_err(internal)?;
    Partition::at(key, dir)?.ok_or_else(|| damaged(key, &"its commit is gone"))
}

/// Merges a partition whose period is over into one segment.
pub(crate) fn seal(partition: &Partition) -> Result<Partition, StoreError> {
    let index = open_index(partition.key, &partition.dir)?;
    let mut writer = index_writer(&index)?;
    let segments = index.searchable_segment_ids().map_err(internal)?;
    if segments.len() > 1 {
        writer.merge(&segments).wait().map_err(internal)?;
    }
    commit(
        &mut writer,
        CommitInfo {
            sealed: true,
            ..partition.info
        },
    )?;
    writer.garbage_collect_files().wait().map_err(internal)?;
    writer.wait_merging_threads().map_err(internal)?;
    Partition::at(partition.key, &partition.dir)?
        .ok_or_else(|| damaged(partition.key, &"its commit is gone"))
}

fn open_or_create(key: PartitionKey, dir: &Path) -> Result<Index, StoreError> {
    let index_dir = index_dir(dir);
    if index_dir.join("meta.json").exists() {
        return open_index(key, dir);
    }
    // What a crash left of an index that was never committed holds nothing.
    let create = || -> std::io::Result<()> {
        if index_dir.exists() {
            std::fs::remove_dir_all(&index_dir)?;
        }
        std::fs::create_dir_all(&index_dir)?;
        for above in index_dir.ancestors().skip(1).take(3) {
            crate::wal::sync_dir(above)?;
        }
        Ok(())
    };
    create().map_err(|e| io_error("making a partition", &e))?;
    let settings = IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor {
            compression_level: Some(3),
        }),
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    Index::builder()
        .schema(PartitionSchema::of(key.0).schema.clone())
        .settings(settings)
        .tokenizers(tokenizers())
        .create_in_dir(&index_dir)
        .map_err(internal)
}

fn index_writer(index: &Index) -> Result<IndexWriter<TantivyDocument>, StoreError> {
    let writer = index
        .writer_with_num_threads(1, WRITER_BYTES)
        .map_err(internal)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    Ok(writer)
}

fn commit(writer: &mut IndexWriter<TantivyDocument>, info: CommitInfo) -> Result<(), StoreError> {
    let mut commit = writer.prepare_commit().map_err(internal)?;
    commit.set_payload(&serde_json::to_string(&info).map_err(internal)?);
    commit.commit().map_err(internal)?;
    Ok(())
}

/// Merges segments of like size, so that a partition keeps few and each event is copied
/// only a few times.
fn merge_small(index: &Index, writer: &mut IndexWriter<TantivyDocument>) -> Result<(), StoreError> {
    let mut segments = index.searchable_segment_metas().map_err(internal)?;
    if segments.len() <= SEGMENTS_MAX {
        return Ok(());
    }
    segments.sort_by_key(tantivy::index::SegmentMeta::num_docs);
    // Take the small ones, as long as the next is not much larger than all before it together.
    let (mut chosen, mut total) = (Vec::new(), 0);
    for segment in &segments {
        if chosen.len() >= 2 && segment.num_docs() > 2 * total {
            break;
        }
        total += segment.num_docs();
        chosen.push(segment.id());
    }
    if chosen.len() > 1 {
        writer.merge(&chosen).wait().map_err(internal)?;
        writer.garbage_collect_files().wait().map_err(internal)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Event, Stream, Timestamp};

    fn changes(seqs: std::ops::Range<i64>) -> Changes {
        let entry = |seq: i64| {
            let mut event = Event::new(Stream::Usage);
            (event.id, event.seq) = (format!("e{seq}").into(), seq);
            event.time = Timestamp::from_us(1_700_000_000_000_000 + seq);
            event.set_json("request", "[1]");
            Arc::new(Entry {
                event,
                content_hash: 0,
            })
        };
        Changes {
            add: seqs.map(entry).collect(),
            remove: Vec::new(),
        }
    }

    #[test]
    fn late_versions_lower_nothing_and_many_moves_leave_few_segments() {
        let dir = tempfile::tempdir().unwrap();
        let key = (
            Stream::Usage,
            Stream::Usage.period(Timestamp::from_us(1_700_000_000_000_000)),
        );
        let mut info = CommitInfo::default();
        for generation in 1..=30_u32 {
            // Later moves bring smaller `seq`: versions of events that arrived long ago.
            let first = 1_000 - i64::from(generation) * 10;
            let moved = move_into(
                key,
                dir.path(),
                info,
                generation.into(),
                &changes(first..first + 10),
            );
            info = moved.unwrap().info;
        }
        assert_eq!(
            (info.moved_through, info.seq_max, info.sealed),
            (30, 999, false)
        );
        let partition = Partition::at(key, dir.path()).unwrap().unwrap();
        assert_eq!(partition.events, 300);
        assert!(partition.searcher().unwrap().segment_readers().len() <= SEGMENTS_MAX + 1);
        let sealed = seal(&partition).unwrap();
        assert_eq!(
            (sealed.events, sealed.info.seq_max, sealed.info.sealed),
            (300, 999, true)
        );
        let address = sealed.addresses_of("e995").unwrap()[0];
        assert_eq!(
            sealed.whole_event(address).unwrap().json("request"),
            Some("[1]")
        );
    }
}
