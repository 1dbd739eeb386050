//! Removal of what is old and erasure of fields, on the mover's thread, which alone changes
//! partitions. Each call takes one step, after which everything on disk is whole again.

use crate::mover::Mover;
use crate::partition::{self, Partition, remove_dir};
use crate::query::{self, cache::Cache};
use daybook_model::ledger::Receipt;
use daybook_model::logstore::{EraseRequest, Progress, Removal, RemoveRequest, StoreResult};
use daybook_model::{Event, Field, Query, Stream, Timestamp};
use std::sync::Arc;

impl Mover {
    /// Removes one partition's old events or payloads.
    pub(crate) fn remove_step(&self, request: &RemoveRequest) -> StoreResult<Progress> {
        let waiting = self.partitions_to_clear(request)?;
        let Some(partition) = waiting.first() else {
            return Ok(Progress {
                done: true,
                ..Progress::default()
            });
        };
        let left = Progress {
            partitions_left: waiting.len() as u64 - 1,
            ..Progress::default()
        };
        let whole = partition.key.1.end() <= request.before;
        match request.removal {
            Removal::Payloads => {
                partition.searcher()?;
                let (cleared, bytes) = partition::drop_payloads(partition)?;
                let events = cleared.events;
                self.replace(partition, Some(cleared));
                Ok(Progress {
                    events,
                    bytes,
                    ..left
                })
            }
            Removal::Events if whole => {
                let bytes = bytes_of(partition);
                self.replace(partition, None);
                remove_dir(&partition.dir)?;
                Ok(Progress {
                    events: partition.events,
                    bytes,
                    ..left
                })
            }
            Removal::Events => {
                partition.searcher()?;
                let cut = partition::remove_before(partition, request.before)?;
                let events = partition.events - cut.events;
                self.replace(partition, Some(cut));
                Ok(Progress { events, ..left })
            }
        }
    }

    fn partitions_to_clear(&self, request: &RemoveRequest) -> StoreResult<Vec<Arc<Partition>>> {
        let RemoveRequest {
            stream,
            before,
            removal,
        } = request;
        let snapshot = self.shared.snapshot();
        let query = Query {
            to: Some(*before),
            ..Query::all(*stream)
        };
        let mut waiting = Vec::new();
        for partition in snapshot.partitions(&query) {
            let (start, end) = (partition.key.1.start(), partition.key.1.end());
            let concerned = match removal {
                Removal::Payloads => end <= *before && partition.has_payloads(),
                Removal::Events if end <= *before => true,
                Removal::Events => {
                    let query = Query {
                        from: Some(start),
                        ..query.clone()
                    };
                    query::count(&snapshot, &Cache::new(0), &query)? > 0
                }
            };
            if concerned {
                waiting.push(Arc::clone(partition));
            }
        }
        Ok(waiting)
    }

    /// The partitions of a stream whose period ended by then, oldest first.
    pub(crate) fn ended(&self, stream: Stream, before: Timestamp) -> Vec<Arc<Partition>> {
        let state = self.shared.get();
        let partitions = state.partitions.values();
        let ended = partitions.filter(|one| one.key.0 == stream && one.key.1.end() <= before);
        ended.cloned().collect()
    }

    /// Puts a new view in a partition's place, or none.
    pub(crate) fn replace(&self, partition: &Arc<Partition>, with: Option<Partition>) {
        // A query that holds the old view opened later would miss its files.
        if let Err(error) = partition.searcher() {
            tracing::warn!(%error, "a partition that goes could not be opened");
        }
        let with = with.map(|with| Arc::new(with.after(Some(partition))));
        self.shared.change(|state| {
            match with {
                Some(with) => state.partitions.insert(partition.key, with),
                None => state.partitions.remove(&partition.key),
            };
        });
    }

    /// Erases fields in one partition.
    pub(crate) fn erase_step(&self, request: &EraseRequest) -> StoreResult<Progress> {
        let (query, fields) = (&request.query, request.erased()?);
        let waiting = self.partitions_to_rewrite(query, &fields)?;
        let Some(partition) = waiting.first() else {
            return Ok(Progress {
                done: true,
                ..Progress::default()
            });
        };
        if query.stream == Stream::Audit {
            self.erase_bodies(query, partition)?;
        }
        let rewritten = partition::rewrite(partition, |event| {
            query.matches(event) && take(event, &fields)
        })?;
        let (events, bytes) = (rewritten.changed, bytes_of(partition));
        self.replace(partition, Some(rewritten.partition));
        remove_dir(&partition.dir)?;
        Ok(Progress {
            events,
            bytes,
            partitions_left: waiting.len() as u64 - 1,
            done: false,
        })
    }

    /// Erases what the ledger has of a partition's events. It goes first: an erasure that was cut short
    /// finds these events again by what the partition says.
    fn erase_bodies(&self, query: &Query, partition: &Arc<Partition>) -> StoreResult<()> {
        self.drop_segments()?;
        let mut indices = Vec::new();
        let note = |event: &Event| {
            indices.extend(Receipt::of(event).map(|receipt| receipt.ledger_index));
            false
        };
        query::any_event(&self.shared.snapshot(), query, partition, note)?;
        self.ledger.erase(indices)
    }

    /// Erases what the ledger has of archived events.
    pub(crate) fn erase_archived_bodies(&self, indices: Vec<u64>) -> StoreResult<()> {
        self.drop_segments()?;
        self.ledger.erase(indices)
    }

    fn partitions_to_rewrite(
        &self,
        query: &Query,
        fields: &[&'static Field],
    ) -> StoreResult<Vec<Arc<Partition>>> {
        let snapshot = self.shared.snapshot();
        let mut waiting = Vec::new();
        for partition in snapshot.partitions(query) {
            let has_fields = |event: &Event| fields.iter().any(|field| event.get(field).is_some());
            if query::any_event(&snapshot, query, partition, has_fields)? {
                waiting.push(Arc::clone(partition));
            }
        }
        Ok(waiting)
    }
}

/// Whether an event in memory is concerned, so that it must reach its partition first.
pub(crate) fn is_old(event: &Event, stream: Stream, before: Timestamp) -> bool {
    event.stream == stream && event.time < before
}

/// Takes fields out of an event; whether any had a value.
pub(crate) fn take(event: &mut Event, fields: &[&'static Field]) -> bool {
    let taken = fields.iter().filter(|field| event.take(field).is_some());
    taken.count() > 0
}

fn bytes_of(partition: &Partition) -> u64 {
    fn of(dir: &std::path::Path) -> std::io::Result<u64> {
        let mut bytes = 0;
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            bytes += if metadata.is_dir() {
                of(&entry.path())?
            } else {
                metadata.len()
            };
        }
        Ok(bytes)
    }
    // Only told to people.
    of(&partition.dir).unwrap_or(0)
}
