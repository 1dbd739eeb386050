//! Writing partitions. *Moves*: the events of heads go into their partition in one index commit, whose payload names
//! the head's generation, so that a move repeated after a crash skips what is there.

use super::dictionary::Dictionary;
use super::directory::CheckedDirectory;
use super::document::{document_of, payloads_of};
use super::keys::pack;
use super::payloads::{self, PayloadWriter};
use super::places::next_dir;
use super::schema::{PartitionSchema, tokenizers};
use super::versions::Versions;
use super::{CommitInfo, Partition, damaged, index_dir, open_index};
use crate::columns::from_number;
use crate::error::{internal, io_error};
use crate::head::{Entry, PartitionKey};
use crate::words::Words;
use daybook_archive::ids::ERASED_CONTENT;
use daybook_model::{Event, StoreError, Timestamp, catalogue};
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::query::RangeQuery;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{DocAddress, Index, IndexSettings, IndexWriter, TantivyDocument, Term};

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
    words: &Arc<Words>,
) -> Result<Partition, StoreError> {
    let index = open_or_create(key, dir)?;
    let dictionary = Dictionary::open(key.0, dir, words, before.own_words)?;
    let mut writer = index_writer(&index)?;
    if !changes.remove.is_empty() {
        let versions = Box::new(Versions::of(&changes.remove));
        writer.delete_query(versions).map_err(internal)?;
    }
    let mut payloads = PayloadWriter::new(dir, generation);
    let mut entries: Vec<&Arc<Entry>> = changes.add.iter().collect();
    entries.sort_unstable_by_key(|entry| (entry.event.time, entry.event.seq));
    for entry in entries {
        add(&writer, entry, &mut payloads, &dictionary)?;
    }
    payloads
        .finish()
        .map_err(|e| io_error("writing payloads", &e))?;
    let added = changes.add.iter().map(|entry| entry.event.seq).max();
    let info = CommitInfo {
        moved_through: generation,
        seq_max: before.seq_max.max(added.unwrap_or(0)),
        sealed: false,
        ids: changes
            .add
            .iter()
            .fold(before.ids, |ids, entry| ids.with(&pack(&entry.event.id))),
        ..before
    };
    commit(&mut writer, &dictionary, info)?;
    merge_small(&index, &mut writer)?;
    writer.wait_merging_threads().map_err(internal)?;
    committed(key, dir, words)
}

fn add(
    writer: &IndexWriter<TantivyDocument>,
    entry: &Entry,
    payloads: &mut PayloadWriter,
    dictionary: &Dictionary,
) -> Result<(), StoreError> {
    let payload = payloads_of(&entry.event)
        .map(|json| payloads.add(&json))
        .transpose();
    let payload = payload.map_err(|e| io_error("writing payloads", &e))?;
    let document = document_of(entry, payload, dictionary)?;
    writer.add_document(document).map_err(internal)?;
    Ok(())
}

fn committed(key: PartitionKey, dir: &Path, words: &Arc<Words>) -> Result<Partition, StoreError> {
    Partition::at(key, dir, words)?.ok_or_else(|| damaged(key, &"its commit is gone"))
}

/// Merges a partition whose period is over into one segment.
pub(crate) fn seal(partition: &Partition) -> Result<Partition, StoreError> {
    let (index, _, _) = open_index(partition.key, &partition.dir)?;
    let mut writer = index_writer(&index)?;
    let segments = index.searchable_segment_ids().map_err(internal)?;
    if segments.len() > 1 {
        writer.merge(&segments).wait().map_err(internal)?;
    }
    let info = CommitInfo {
        sealed: true,
        ..partition.info
    };
    commit(&mut writer, partition.dictionary()?, info)?;
    writer.garbage_collect_files().wait().map_err(internal)?;
    writer.wait_merging_threads().map_err(internal)?;
    committed(partition.key, &partition.dir, &partition.words)
}

/// Removes the events before a time.
pub(crate) fn remove_before(
    partition: &Partition,
    before: Timestamp,
) -> Result<Partition, StoreError> {
    let (index, _, schema) = open_index(partition.key, &partition.dir)?;
    let mut writer = index_writer(&index)?;
    let time = schema.field(catalogue::field(partition.key.0, "time"));
    let time = time.ok_or_else(|| damaged(partition.key, &"it has no times"))?;
    let end = Term::from_field_u64(time, from_number(before.us()));
    let old = RangeQuery::new(Bound::Unbounded, Bound::Excluded(end));
    writer.delete_query(Box::new(old)).map_err(internal)?;
    commit(&mut writer, partition.dictionary()?, partition.info)?;
    writer.wait_merging_threads().map_err(internal)?;
    committed(partition.key, &partition.dir, &partition.words)
}

/// Removes the payloads of all events; returns the bytes given back, too.
pub(crate) fn drop_payloads(partition: &Partition) -> Result<(Partition, u64), StoreError> {
    let (index, _, _) = open_index(partition.key, &partition.dir)?;
    let mut writer = index_writer(&index)?;
    let payloads_removed = partition.info.moved_through;
    let info = CommitInfo {
        payloads_removed,
        ..partition.info
    };
    commit(&mut writer, partition.dictionary()?, info)?;
    writer.wait_merging_threads().map_err(internal)?;
    let removed = payloads::remove_through(&partition.dir, payloads_removed);
    let bytes = removed.map_err(|e| io_error("removing payloads", &e))?;
    Ok((
        committed(partition.key, &partition.dir, &partition.words)?,
        bytes,
    ))
}

/// A partition written anew.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) partition: Partition,
    /// Events that are not what they were.
    pub(crate) changed: u64,
}

/// Writes a partition anew beside itself, each event as `edit` leaves it; `edit` says whether it
/// erased anything. The old directory stays for the queries that read it.
pub(crate) fn rewrite(
    partition: &Partition,
    mut edit: impl FnMut(&mut Event) -> bool,
) -> Result<Rewritten, StoreError> {
    let dir = next_dir(&partition.dir);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(|e| io_error("clearing a partition", &e))?;
    }
    let index = open_or_create(partition.key, &dir)?;
    let dictionary = Dictionary::open(partition.key.0, &dir, &partition.words, 0)?;
    let mut writer = index_writer(&index)?;
    let generation = partition.info.moved_through;
    let mut payloads = PayloadWriter::new(&dir, generation);
    let mut changed = 0;
    for (number, segment) in (0..).zip(partition.segments()?) {
        for doc in segment.reader.doc_ids_alive() {
            let address = DocAddress::new(number, doc);
            let mut event = partition.whole_event(address)?;
            let mut content_hash = partition.content_hash(address)?;
            if edit(&mut event) {
                (changed, content_hash) = (changed + 1, ERASED_CONTENT);
            }
            let entry = Entry {
                event,
                content_hash,
            };
            add(&writer, &entry, &mut payloads, &dictionary)?;
        }
    }
    payloads
        .finish()
        .map_err(|e| io_error("writing payloads", &e))?;
    let before = partition.info;
    let payloads_removed = if before.payloads_removed == generation {
        generation
    } else {
        0
    };
    let info = CommitInfo {
        payloads_removed,
        own_words: 0,
        sealed: false,
        ..before
    };
    commit(&mut writer, &dictionary, info)?;
    writer.wait_merging_threads().map_err(internal)?;
    let partition = committed(partition.key, &dir, &partition.words)?;
    Ok(Rewritten { partition, changed })
}

fn open_or_create(key: PartitionKey, dir: &Path) -> Result<Index, StoreError> {
    let index_dir = index_dir(dir);
    if index_dir.join("meta.json").exists() {
        return Ok(open_index(key, dir)?.0);
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
    let directory = CheckedDirectory::open(&index_dir).map_err(|e| damaged(key, &e))?;
    Index::builder()
        .schema(PartitionSchema::of(key.0).schema.clone())
        .settings(settings)
        .tokenizers(tokenizers())
        .open_or_create(directory)
        .map_err(internal)
}

fn index_writer(index: &Index) -> Result<IndexWriter<TantivyDocument>, StoreError> {
    let writer = index
        .writer_with_num_threads(1, WRITER_BYTES)
        .map_err(internal)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    Ok(writer)
}

/// Commits what was added and removed; the words it uses go first.
fn commit(
    writer: &mut IndexWriter<TantivyDocument>,
    dictionary: &Dictionary,
    info: CommitInfo,
) -> Result<(), StoreError> {
    let (words, own_words) = dictionary
        .persist()
        .map_err(|e| io_error("writing a dictionary", &e))?;
    let info = CommitInfo {
        words,
        own_words,
        ..info
    };
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
        let words = Arc::new(Words::open(&dir.path().join("words"), 1).unwrap());
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
                &words,
            );
            info = moved.unwrap().info;
        }
        assert_eq!(
            (info.moved_through, info.seq_max, info.sealed),
            (30, 999, false)
        );
        let partition = Partition::at(key, dir.path(), &words).unwrap().unwrap();
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
