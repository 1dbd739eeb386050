//! A partition: the events of one stream in one period, in one index directory. What a query sees
//! of it is a [`Partition`], which never changes; a move puts a new one in its place.

mod document;
mod id_filter;
mod payloads;
pub(crate) mod schema;
pub(crate) mod trigrams;
mod writer;

use crate::error::internal;
use crate::head::PartitionKey;
use daybook_model::{Event, Period, StoreError, Stream};
use id_filter::IdFilter;
use payloads::PayloadAddress;
use schema::PartitionSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Index, ReloadPolicy, Searcher, TantivyDocument, Term};

pub(crate) use writer::{Changes, move_into, seal};

/// What the last commit of a partition says about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommitInfo {
    /// Events of heads up to this generation are in it.
    pub(crate) moved_through: u64,
    /// Largest `seq` in it.
    pub(crate) seq_max: i64,
    /// Whether it was merged into one segment after its period.
    pub(crate) sealed: bool,
}

/// A fixed view of a partition.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(crate) key: PartitionKey,
    pub(crate) dir: PathBuf,
    pub(crate) info: CommitInfo,
    /// Events in it.
    pub(crate) events: u64,
    opened: OnceLock<Opened>,
}

#[derive(Debug)]
struct Opened {
    searcher: Searcher,
    ids: OnceLock<IdFilter>,
}

impl Partition {
    /// The partition at a directory, or `None` when no move into it was ever committed.
    pub(crate) fn at(key: PartitionKey, dir: &Path) -> Result<Option<Self>, StoreError> {
        if !index_dir(dir).join("meta.json").exists() {
            return Ok(None);
        }
        let index = open_index(key, dir)?;
        let meta = index.load_metas().map_err(|e| damaged(key, &e))?;
        let Some(payload) = meta.payload else {
            return Ok(None);
        };
        let info = serde_json::from_str(&payload).map_err(|e| damaged(key, &e))?;
        let events = meta
            .segments
            .iter()
            .map(|segment| u64::from(segment.num_docs()))
            .sum();
        Ok(Some(Self {
            key,
            dir: dir.into(),
            info,
            events,
            opened: OnceLock::new(),
        }))
    }

    /// Its searcher; opened when first asked for.
    pub(crate) fn searcher(&self) -> Result<&Searcher, StoreError> {
        Ok(&self.opened()?.searcher)
    }

    fn opened(&self) -> Result<&Opened, StoreError> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        let index = open_index(self.key, &self.dir)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(16)
            .try_into()
            .map_err(|e| damaged(self.key, &e))?;
        let opened = Opened {
            searcher: reader.searcher(),
            ids: OnceLock::new(),
        };
        Ok(self.opened.get_or_init(|| opened))
    }

    /// Whether an event with this id hash may be in it; never wrong when it says no.
    pub(crate) fn may_hold(&self, id_hash: u64) -> Result<bool, StoreError> {
        let opened = self.opened()?;
        if let Some(ids) = opened.ids.get() {
            return Ok(ids.may_hold(id_hash));
        }
        let ids = IdFilter::of(&opened.searcher).map_err(|e| damaged(self.key, &e))?;
        Ok(opened.ids.get_or_init(|| ids).may_hold(id_hash))
    }

    /// Events with this id, whatever their origin, with the hash of what their sender said.
    pub(crate) fn find(
        &self,
        id_hash: u64,
        id: &str,
    ) -> Result<Vec<(DocAddress, Event, u64)>, StoreError> {
        let searcher = self.searcher()?;
        let hashes = |address: DocAddress| -> tantivy::Result<(Option<u64>, Option<u64>)> {
            let columns = searcher.segment_reader(address.segment_ord).fast_fields();
            let first = |name| columns.u64(name).map(|column| column.first(address.doc_id));
            Ok((first(schema::ID_HASH)?, first(schema::CONTENT_HASH)?))
        };
        let mut found = Vec::new();
        for address in self.addresses_of(id)? {
            let (stored_id, content) = hashes(address).map_err(internal)?;
            if stored_id == Some(id_hash) {
                found.push((address, self.event(address)?, content.unwrap_or_default()));
            }
        }
        Ok(found)
    }

    /// Where events with this id are.
    pub(crate) fn addresses_of(&self, id: &str) -> Result<Vec<DocAddress>, StoreError> {
        let field = self
            .schema()
            .field(daybook_model::catalogue::field(self.key.0, "id"));
        let query = TermQuery::new(Term::from_field_text(field, id), IndexRecordOption::Basic);
        let found = self
            .searcher()?
            .search(&query, &DocSetCollector)
            .map_err(internal)?;
        Ok(found.into_iter().collect())
    }

    /// The schema of its stream.
    pub(crate) fn schema(&self) -> &'static PartitionSchema {
        PartitionSchema::of(self.key.0)
    }

    /// The header of an event.
    pub(crate) fn event(&self, address: DocAddress) -> Result<Event, StoreError> {
        let document: TantivyDocument = self
            .searcher()?
            .doc(address)
            .map_err(|e| damaged(self.key, &e))?;
        document::event_of(&document, self.schema()).map_err(|e| damaged(self.key, &e))
    }

    /// The event with its payloads.
    pub(crate) fn whole_event(&self, address: DocAddress) -> Result<Event, StoreError> {
        let mut event = self.event(address)?;
        if let Some(payload) = self.payload_address(address)? {
            let json = payloads::read(&self.dir, payload)?;
            document::add_payloads(&mut event, &json).map_err(|e| damaged(self.key, &e))?;
        }
        Ok(event)
    }

    fn payload_address(&self, address: DocAddress) -> Result<Option<PayloadAddress>, StoreError> {
        let columns = self
            .searcher()?
            .segment_reader(address.segment_ord)
            .fast_fields();
        let first = |name| columns.u64(name).map(|column| column.first(address.doc_id));
        let read = || -> tantivy::Result<_> {
            let (file, block) = (first(schema::PAYLOAD_FILE)?, first(schema::PAYLOAD_BLOCK)?);
            Ok(file.zip(block).zip(first(schema::PAYLOAD_SPAN)?))
        };
        let found = read().map_err(internal)?;
        Ok(found.map(|((file, block), span)| PayloadAddress { file, block, span }))
    }
}

/// The directory of a partition.
pub(crate) fn partition_dir(data: &Path, (stream, period): PartitionKey) -> PathBuf {
    data.join(stream.name()).join(period.to_string())
}

/// All partitions under a directory.
pub(crate) fn load_all(data: &Path) -> Result<Vec<Partition>, StoreError> {
    let mut partitions = Vec::new();
    for stream in Stream::ALL {
        let Ok(entries) = std::fs::read_dir(data.join(stream.name())) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(period) = entry.file_name().to_string_lossy().parse::<Period>() else {
                continue;
            };
            partitions.extend(Partition::at((stream, period), &entry.path())?);
        }
    }
    Ok(partitions)
}

fn index_dir(partition: &Path) -> PathBuf {
    partition.join("index")
}

fn open_index((stream, period): PartitionKey, dir: &Path) -> Result<Index, StoreError> {
    let mut index =
        Index::open_in_dir(index_dir(dir)).map_err(|e| damaged((stream, period), &e))?;
    if index.schema() != PartitionSchema::of(stream).schema {
        let found = "it was written by a Daybook with other fields";
        return Err(damaged((stream, period), &found));
    }
    index.set_tokenizers(schema::tokenizers());
    Ok(index)
}

fn damaged((stream, period): PartitionKey, what: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("partition {stream}/{period}: {what}"))
}
