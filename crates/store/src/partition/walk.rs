//! All events of a partition in the order of `(time, seq)`, with their payloads, in memory that
//! does not depend on how many there are.

use super::payloads::{self, PayloadAddress};
use super::segment::read_column;
use super::{Partition, damaged, document};
use crate::columns::to_number;
use crate::error::internal;
use daybook_model::catalogue::field;
use daybook_model::{Event, StoreError};
use std::collections::BTreeMap;
use tantivy::{DocAddress, DocId};

/// Events whose places are held at once.
const HELD: usize = 131_072;
/// Events that are read together.
const TOGETHER: usize = 2_048;
/// Bytes of unpacked payload blocks that are kept: moves at about the same time wrote several files.
const BLOCKS_BYTES: usize = 32 << 20;

/// Where an event stands, and where it is.
type Place = (i64, i64, DocAddress);

impl Partition {
    /// Shows every event with the hash of what its sender said.
    pub(crate) fn each_in_order(
        &self,
        mut show: impl FnMut(&Event, u64) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut blocks = Blocks::default();
        let mut after = None;
        loop {
            let places = self.places_after(after)?;
            let Some((time, seq, _)) = places.last() else {
                return Ok(());
            };
            after = Some((*time, *seq));
            for some in places.chunks(TOGETHER) {
                for (mut event, address) in self.events_at(some)? {
                    self.add_payloads_by_block(&mut event, address, &mut blocks)?;
                    show(&event, self.content_hash(address)?)?;
                }
            }
        }
    }

    /// The first events behind a place, in order.
    fn places_after(&self, after: Option<(i64, i64)>) -> Result<Vec<Place>, StoreError> {
        let (time, seq) = (field(self.key.0, "time"), field(self.key.0, "seq"));
        let (mut found, mut bound) = (Vec::new(), None);
        let (mut times, mut seqs) = (Vec::new(), Vec::new());
        for (number, segment) in (0..).zip(self.segments()?) {
            let none = || damaged(self.key, &"a segment has no times");
            let time_column = segment.column(time)?.ok_or_else(none)?;
            let seq_column = segment.column(seq)?.ok_or_else(none)?;
            let all: Vec<DocId> = segment.reader.doc_ids_alive().collect();
            for docs in all.chunks(TOGETHER) {
                read_column(time_column, docs, &mut times);
                read_column(seq_column, docs, &mut seqs);
                for ((doc, time), seq) in docs.iter().zip(&times).zip(&seqs) {
                    let key = (to_number(*time), to_number(*seq));
                    if Some(key) > after && bound.is_none_or(|bound| key < bound) {
                        found.push((key.0, key.1, DocAddress::new(number, *doc)));
                    }
                }
                if found.len() >= 2 * HELD {
                    let (_, (time, seq, _), _) = found.select_nth_unstable(HELD);
                    bound = Some((*time, *seq));
                    found.truncate(HELD);
                }
            }
        }
        found.sort_unstable();
        found.truncate(HELD);
        Ok(found)
    }

    /// Events without payloads, in the order of their places.
    fn events_at(&self, places: &[Place]) -> Result<Vec<(Event, DocAddress)>, StoreError> {
        let mut by_segment: BTreeMap<u32, Vec<(DocId, usize)>> = BTreeMap::new();
        for (at, (_, _, address)) in places.iter().enumerate() {
            let of_segment = by_segment.entry(address.segment_ord).or_default();
            of_segment.push((address.doc_id, at));
        }
        let mut read: Vec<Option<Event>> = vec![None; places.len()];
        for (segment, mut docs) in by_segment {
            docs.sort_unstable();
            let (docs, positions): (Vec<DocId>, Vec<usize>) = docs.into_iter().unzip();
            for (event, at) in self.events(segment, &docs)?.into_iter().zip(positions) {
                read[at] = Some(event);
            }
        }
        let addresses = places.iter().map(|(_, _, address)| *address);
        let read = read.into_iter().zip(addresses);
        Ok(read
            .filter_map(|(event, address)| Some((event?, address)))
            .collect())
    }

    /// The same as [`Partition::add_payloads`], each block unpacked once.
    fn add_payloads_by_block(
        &self,
        event: &mut Event,
        address: DocAddress,
        blocks: &mut Blocks,
    ) -> Result<(), StoreError> {
        let payload = self.payload_address(address)?;
        let kept = payload.filter(|payload| payload.file > self.info.payloads_removed);
        let Some(payload) = kept else {
            return Ok(());
        };
        let block = blocks.read(self, payload)?;
        let json = payloads::text_in(&self.dir, block, payload)?;
        document::add_members(event, json).map_err(|e| damaged(self.key, &e))
    }
}

/// Unpacked payload blocks.
#[derive(Default)]
struct Blocks {
    kept: BTreeMap<(u64, u64), Vec<u8>>,
    bytes: usize,
}

impl Blocks {
    fn read(&mut self, of: &Partition, payload: PayloadAddress) -> Result<&[u8], StoreError> {
        let key = (payload.file, payload.block);
        if !self.kept.contains_key(&key) {
            let block = payloads::read_block(&of.dir, payload.file, payload.block)?;
            if self.bytes + block.len() > BLOCKS_BYTES {
                self.kept.clear();
                self.bytes = 0;
            }
            self.bytes += block.len();
            self.kept.insert(key, block);
        }
        let block = self.kept.get(&key).map(Vec::as_slice);
        block.ok_or_else(|| internal("a payload block was lost"))
    }
}
