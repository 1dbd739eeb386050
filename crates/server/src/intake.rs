//! From pieces of a body to stored events: normalise, admit, append in sub-batches, count. What
//! this module holds is covered by the request's reservation.

use crate::error::{ApiError, ApiResult};
use crate::redaction::Redactor;
use daybook_model::logstore::{Outcome, Write};
use daybook_model::validate::Intake;
use daybook_model::{Event, LogStore, Period, Rejection, Stream, limits};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use utoipa::ToSchema;

/// Bytes of events that are appended at once: one frame of the write-ahead log.
pub(crate) const SUB_BATCH_BYTES: usize = 16 << 20;
/// Work below this is done where it stands; moving it to another thread would cost more.
const INLINE_BYTES: usize = 64 << 10;

/// Reads one element of a dialect.
pub(crate) type Normaliser = fn(&str) -> Result<Event, Rejection>;

/// The id under which an event is kept when another has the id it came with.
pub(crate) type SecondId = fn(&Event) -> String;

/// Elements of a body, one after the other in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    /// Position in the body and end in `bytes`; without an end the element was too large.
    ends: Vec<(usize, Option<usize>)>,
}

impl Pieces {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ends: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, piece: daybook_ingest::split::Piece<'_>) {
        let end = piece.bytes.map(|bytes| {
            self.bytes.extend_from_slice(bytes);
            self.bytes.len()
        });
        self.ends.push((piece.index, end));
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<(usize, Option<usize>)>()
    }

    /// Ranges of elements with about this many bytes each.
    fn sub_batches(&self, bytes: usize) -> Vec<Range<usize>> {
        let (mut ranges, mut first, mut first_byte, mut last_byte) = (Vec::new(), 0, 0, 0);
        for (at, (_, end)) in self.ends.iter().enumerate() {
            let end = end.unwrap_or(last_byte);
            if end - first_byte > bytes && at > first {
                ranges.push(first..at);
                (first, first_byte) = (at, last_byte);
            }
            last_byte = end;
        }
        ranges.push(first..self.ends.len());
        ranges
    }

    /// The elements of these indices alone, under their second ids.
    fn normalise_again(
        &self,
        indices: &[usize],
        normalise: Normaliser,
        second_id: SecondId,
        intake: &Intake,
    ) -> Ready {
        let normalise = |text: &str| {
            let mut event = normalise(text)?;
            event.id = second_id(&event).into();
            Ok(event)
        };
        let mut again = Ready::default();
        for index in indices {
            let at = self.ends.partition_point(|(known, _)| known < index);
            let ready = self.normalise(at..at + 1, normalise, intake);
            again.writes.extend(ready.writes);
            again.rejected.extend(ready.rejected);
        }
        again
    }

    fn normalise(
        &self,
        range: Range<usize>,
        normalise: impl Fn(&str) -> Result<Event, Rejection>,
        intake: &Intake,
    ) -> Ready {
        let mut ready = Ready::default();
        let mut start = self.ends[..range.start]
            .iter()
            .rev()
            .find_map(|(_, end)| *end)
            .unwrap_or(0);
        for (index, end) in &self.ends[range] {
            let read = match end {
                None => Err(too_large()),
                Some(end) => {
                    let bytes = &self.bytes[start..*end];
                    start = *end;
                    std::str::from_utf8(bytes)
                        .map_err(|error| Rejection::event(format!("not valid UTF-8: {error}")))
                        .and_then(&normalise)
                }
            };
            let admitted = read.and_then(|mut event| event.admit(intake).map(|()| event));
            match admitted {
                Ok(event) => ready.writes.push((*index, Write::Append(event))),
                Err(rejection) => ready.rejected.push((*index, rejection)),
            }
        }
        ready
    }
}

fn too_large() -> Rejection {
    Rejection::event(format!(
        "larger than {} bytes, the limit of one event",
        limits::EVENT_BYTES_MAX
    ))
}

#[derive(Debug, Default)]
struct Ready {
    writes: Vec<(usize, Write)>,
    rejected: Vec<(usize, Rejection)>,
}

/// An event that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub(crate) struct Rejected {
    /// Its position in the batch, from 0.
    pub(crate) index: usize,
    /// The field at fault, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// What is wrong with it, and which limit it passed.
    pub(crate) error: String,
}

/// What the sender of an audit event keeps: with it, a proof that the event is in the ledger can be
/// demanded and checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub(crate) struct ReceiptAnswer {
    /// Position of the event in the batch, from 0.
    pub(crate) index: usize,
    /// Its id.
    pub(crate) id: Box<str>,
    /// Its position in the ledger, from 0.
    pub(crate) ledger_index: u64,
    /// The hash of its leaf (RFC 6962), in hexadecimal.
    pub(crate) leaf_hash: String,
}

/// What became of the events of a request.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) duplicates: u64,
    /// Of audit events, whether they are new or were there already.
    pub(crate) receipts: Vec<ReceiptAnswer>,
    /// The first [`limits::REJECTIONS_LISTED_MAX`].
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) rejected_total: u64,
}

impl Tally {
    pub(crate) fn reject(&mut self, index: usize, rejection: Rejection) {
        self.rejected_total += 1;
        if self.rejected.len() < limits::REJECTIONS_LISTED_MAX {
            self.rejected.push(Rejected {
                index,
                field: rejection.field,
                error: rejection.error,
            });
        }
    }

    fn count(&mut self, index: usize, outcome: Outcome) {
        match outcome {
            Outcome::Stored(..) | Outcome::Amended(_) => self.accepted += 1,
            Outcome::Duplicate(_) => self.duplicates += 1,
            Outcome::Conflict => {
                let error = "conflict: another event with other content has this id";
                self.reject(index, Rejection::field("id", error));
            }
        }
    }
}

/// The intake of one request.
#[derive(Debug)]
pub(crate) struct Run {
    store: Arc<dyn LogStore>,
    intake: Arc<Intake>,
    /// Whether the events may be stored in several steps.
    divisible: bool,
    second_id: Option<SecondId>,
    redactor: Option<Redactor>,
    /// Positions of events that are to be kept under their second ids.
    conflicts: Vec<usize>,
    pub(crate) tally: Tally,
}

impl Run {
    /// An intake in steps: for dialects whose events always have an id of their own, so that a
    /// sender who must send again adds nothing twice.
    pub(crate) fn new(store: Arc<dyn LogStore>, intake: Intake) -> Self {
        Self {
            store,
            intake: Arc::new(intake),
            divisible: true,
            second_id: None,
            redactor: None,
            conflicts: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// An intake in steps that keeps events of one id and different content: the first under its
    /// id, others under second ids. Sent again they are duplicates, in whatever order.
    pub(crate) fn with_second_ids(
        store: Arc<dyn LogStore>,
        intake: Intake,
        second_id: SecondId,
    ) -> Self {
        Self {
            second_id: Some(second_id),
            ..Self::new(store, intake)
        }
    }

    /// An intake that stores all events or, when the store refuses, none.
    pub(crate) fn all_or_none(store: Arc<dyn LogStore>, intake: Intake) -> Self {
        Self {
            divisible: false,
            ..Self::new(store, intake)
        }
    }

    /// The same, without the secrets that audit events tell of.
    pub(crate) fn redacting(self, redactor: Redactor) -> Self {
        Self {
            redactor: Some(redactor),
            ..self
        }
    }

    const fn step_bytes(&self) -> usize {
        if self.divisible {
            SUB_BATCH_BYTES
        } else {
            usize::MAX
        }
    }

    /// Normalises and stores all elements.
    pub(crate) async fn store(&mut self, pieces: Pieces, normalise: Normaliser) -> ApiResult<()> {
        let pieces = Arc::new(pieces);
        for range in pieces.sub_batches(self.step_bytes()) {
            let (pieces, intake) = (Arc::clone(&pieces), Arc::clone(&self.intake));
            let small = pieces.bytes.len() < INLINE_BYTES;
            let work = move || pieces.normalise(range, normalise, &intake);
            let ready = match small {
                true => work(),
                false => blocking(work).await?,
            };
            self.append_ready(ready).await?;
        }
        self.append_conflicts(pieces, normalise).await
    }

    async fn append_conflicts(
        &mut self,
        pieces: Arc<Pieces>,
        normalise: Normaliser,
    ) -> ApiResult<()> {
        let conflicts = std::mem::take(&mut self.conflicts);
        let Some(second_id) = self.second_id.filter(|_| !conflicts.is_empty()) else {
            return Ok(());
        };
        let intake = Arc::clone(&self.intake);
        let work = move || pieces.normalise_again(&conflicts, normalise, second_id, &intake);
        let ready = blocking(work).await?;
        // There is no third id.
        self.second_id = None;
        self.append_ready(ready).await?;
        self.second_id = Some(second_id);
        Ok(())
    }

    /// Admits and stores events that a dialect has normalised by itself.
    pub(crate) async fn store_writes(&mut self, writes: Vec<Write>) -> ApiResult<()> {
        let intake = Arc::clone(&self.intake);
        let admitted = blocking(move || {
            let mut ready = Ready::default();
            for (index, mut write) in writes.into_iter().enumerate() {
                let (Write::Append(event) | Write::Amend(event)) = &mut write;
                match event.admit(&intake) {
                    Ok(()) => ready.writes.push((index, write)),
                    Err(rejection) => ready.rejected.push((index, rejection)),
                }
            }
            ready
        });
        self.append_ready(admitted.await?).await
    }

    async fn append_ready(&mut self, mut ready: Ready) -> ApiResult<()> {
        if let Some(redactor) = &self.redactor {
            for (_, write) in &mut ready.writes {
                let (Write::Append(event) | Write::Amend(event)) = write;
                redactor.redact(event);
            }
        }
        for (index, rejection) in ready.rejected {
            self.tally.reject(index, rejection);
        }
        self.append(ready.writes).await
    }

    /// Appends in sub-batches that stay within what the store takes at once.
    async fn append(&mut self, writes: Vec<(usize, Write)>) -> ApiResult<()> {
        let mut batch = Vec::with_capacity(writes.len());
        let (mut bytes, mut periods) = (0, HashSet::<(Stream, Period)>::new());
        for (index, write) in writes {
            let event = write.event();
            bytes += event.size_bytes();
            periods.insert((event.stream, event.stream.period(event.time)));
            // The two halves of a call may lie in neighbouring periods, hence a third.
            let full = bytes > SUB_BATCH_BYTES || periods.len() > limits::BATCH_PARTITIONS_MAX / 3;
            if self.divisible && full && !batch.is_empty() {
                self.append_one(std::mem::take(&mut batch)).await?;
                bytes = event_bytes(&write);
                periods.clear();
            }
            batch.push((index, write));
        }
        self.append_one(batch).await
    }

    async fn append_one(&mut self, batch: Vec<(usize, Write)>) -> ApiResult<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let (sent, writes): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|(index, write)| ((index, id_of_audit(&write)), write))
            .unzip();
        let outcomes = self.store.append(writes).await?;
        for ((index, id), outcome) in sent.into_iter().zip(outcomes) {
            if let (Some(receipt), Some(id)) = (outcome.receipt(), id) {
                self.tally.receipts.push(ReceiptAnswer {
                    index,
                    id,
                    ledger_index: receipt.ledger_index,
                    leaf_hash: receipt.leaf_hash.to_string(),
                });
            }
            match outcome {
                Outcome::Conflict if self.second_id.is_some() => self.conflicts.push(index),
                outcome => self.tally.count(index, outcome),
            }
        }
        Ok(())
    }
}

/// Only audit events have receipts, which name them.
fn id_of_audit(write: &Write) -> Option<Box<str>> {
    let event = write.event();
    (event.stream == Stream::Audit).then(|| event.id.clone())
}

fn event_bytes(write: &Write) -> usize {
    write.event().size_bytes()
}

/// Runs work that would hold up other requests on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> ApiResult<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(format!("reading a batch failed: {error}")))
}
