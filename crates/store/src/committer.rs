//! The committer: one thread through which every event passes. It decides what is new, a duplicate
//! or an amendment, writes all that queued during one flush as the next commit, and makes it
//! visible only when it is on disk. It alone gives `seq`.

use crate::error::io_error;
use crate::head::{Head, id_hash};
use crate::health::Health;
use crate::identity::{Admitted, Identity};
use crate::ledger::{Ledger, Salts, Sealed};
use crate::mover::Wake;
use crate::options::Options;
use crate::state::Shared;
use crate::wal::{Extent, Next, Record, Segment};
use daybook_model::event::Form;
use daybook_model::logstore::{Outcome, StoreResult, Write};
use daybook_model::{Event, StoreError, Stream};
use futures_channel::oneshot;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// A batch on its way to the log.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) writes: Vec<Prepared>,
    pub(crate) bytes: usize,
    pub(crate) reply: oneshot::Sender<StoreResult<Vec<Outcome>>>,
}

/// What the committer is told.
#[derive(Debug)]
pub(crate) enum Message {
    Store(Request),
    /// To begin a new head now; answered when it has.
    Rotate(oneshot::Sender<StoreResult<()>>),
    /// To do something between two commits.
    Between(Interlude),
}

/// What is done while no event is being judged.
pub(crate) struct Interlude(pub(crate) Box<dyn FnOnce() + Send>);

impl fmt::Debug for Interlude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interlude")
    }
}

/// An event with what the sender's thread could compute already.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) event: Event,
    pub(crate) amends: bool,
    /// Its whole JSON form, unless it is sealed.
    pub(crate) json: String,
    /// An audit event as the ledger keeps it.
    pub(crate) sealed: Option<Sealed>,
    pub(crate) id_hash: u64,
    pub(crate) content_hash: u64,
}

impl Prepared {
    /// Serialises and hashes an event; an audit event takes one of the salts.
    pub(crate) fn new(write: Write, salts: &mut Salts) -> StoreResult<Self> {
        // Only calls have two halves.
        let amends = matches!(&write, Write::Amend(event) if event.stream == Stream::Usage);
        let (Write::Append(event) | Write::Amend(event)) = write;
        let mut content = xxhash_rust::xxh3::Xxh3::new();
        let (json, sealed) = if event.stream == Stream::Audit {
            content.update(event.to_json(Form::Content).as_bytes());
            (String::new(), Some(Sealed::new(&event, salts.take())?))
        } else {
            let json = event.to_whole_json(|piece| content.update(piece.as_bytes()));
            (json, None)
        };
        Ok(Self {
            json,
            sealed,
            id_hash: id_hash(&event),
            event,
            amends,
            content_hash: content.digest(),
        })
    }

    /// Bytes it occupies while it waits.
    pub(crate) fn size_bytes(&self) -> usize {
        let sealed = self.sealed.as_ref().map_or(0, Sealed::size_bytes);
        self.json.len() + sealed + self.event.size_bytes()
    }
}

/// Bytes of requests that one commit takes together.
const COMMIT_BYTES: usize = 32 << 20;
/// How often an idle committer looks whether its head is old.
const IDLE: Duration = Duration::from_millis(500);

/// After this long without a commit a head of this many events gives its memory back.
const QUIET: Duration = Duration::from_secs(10);
const QUIET_EVENTS: usize = 4096;

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Committer {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) health: Arc<Health>,
    pub(crate) queued_bytes: Arc<AtomicUsize>,
    /// Wakes the mover.
    pub(crate) rotated: Sender<Wake>,
    /// `None` after a failed write, until a new one can be made.
    pub(crate) segment: Option<Segment>,
    pub(crate) next: Next,
    pub(crate) extent: Arc<Extent>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) head_since: Instant,
    pub(crate) last_commit: Instant,
}

impl Committer {
    /// Commits requests until the store closes.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            match messages.recv_timeout(IDLE) {
                Ok(Message::Store(first)) => {
                    let (requests, other) = gather(first, messages);
                    self.commit(requests);
                    other.into_iter().for_each(|message| self.heed(message));
                }
                Ok(other) => self.heed(other),
                Err(RecvTimeoutError::Timeout) => self.idle(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.rotate_if_due();
        }
    }

    fn heed(&mut self, message: Message) {
        match message {
            Message::Store(request) => self.commit(vec![request]),
            Message::Rotate(reply) => self.rotate_now(reply),
            Message::Between(Interlude(work)) => work(),
        }
    }

    fn commit(&mut self, requests: Vec<Request>) {
        let bytes: usize = requests.iter().map(|request| request.bytes).sum();
        let (batches, replies): (Vec<_>, Vec<_>) = requests
            .into_iter()
            .map(|request| (request.writes, request.reply))
            .unzip();
        let results = self.commit_batches(batches);
        self.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        for (reply, result) in replies.into_iter().zip(results) {
            // The sender may have gone away; its events are stored all the same.
            let _ = reply.send(result);
        }
    }

    /// Stores all batches in one commit.
    fn commit_batches(&mut self, batches: Vec<Vec<Prepared>>) -> Vec<StoreResult<Vec<Outcome>>> {
        match self.judge(&batches) {
            Ok((outcomes, admitted, next)) => {
                let mut writes = batches.into_iter().flatten().map(Some).collect::<Vec<_>>();
                let records = admitted
                    .into_iter()
                    .map(|event| event.into_record(&mut writes));
                let written = self.write(records.collect(), next);
                let answer = |outcomes| written.clone().map(|()| outcomes);
                outcomes.into_iter().map(answer).collect()
            }
            Err(error) if batches.len() == 1 => {
                self.shared.damages.note(&error);
                vec![Err(error)]
            }
            // One batch that cannot be judged must not fail its neighbours.
            Err(_) => batches
                .into_iter()
                .flat_map(|batch| self.commit_batches(vec![batch]))
                .collect(),
        }
    }

    /// What becomes of each event of each batch, what is to be written, and the numbers after it.
    fn judge(
        &self,
        batches: &[Vec<Prepared>],
    ) -> StoreResult<(Vec<Vec<Outcome>>, Vec<Admitted>, Next)> {
        self.health.writable()?;
        let state = self.shared.get();
        let writes: Vec<&Prepared> = batches.iter().flatten().collect();
        let mut identity = Identity::new(&state, &writes, self.next);
        let mut outcomes = identity.admit_all()?.into_iter();
        let by_batch = batches
            .iter()
            .map(|batch| outcomes.by_ref().take(batch.len()).collect());
        let by_batch = by_batch.collect();
        let (admitted, next) = identity.into_admitted();
        Ok((by_batch, admitted, next))
    }

    /// Writes, flushes and publishes records.
    fn write(&mut self, mut records: Vec<(Record, String)>, next: Next) -> StoreResult<()> {
        if records.is_empty() {
            return Ok(());
        }
        let size = |(record, json): &(Record, String)| {
            json.len() + record.sealed.as_ref().map_or(0, Sealed::size_bytes) + 64
        };
        let mut bytes = Vec::with_capacity(records.iter().map(size).sum());
        for (record, json) in &records {
            record.write(json, &mut bytes);
        }
        if let Err(error) = self.segment()?.commit(&bytes) {
            return Err(self.commit_failed(&error));
        }
        self.next = Next {
            commit: next.commit + 1,
            ..next
        };
        self.last_commit = Instant::now();
        self.health.works();
        let sealed = records
            .iter_mut()
            .filter_map(|(record, _)| record.sealed.take());
        self.ledger.add(sealed.collect());
        let active = Arc::clone(self.shared.get().active());
        active.apply(records.into_iter().map(|(record, _)| record));
        Ok(())
    }

    /// What the file holds is unknown now, so nothing more is written to it. A full disk passes;
    /// after any other failure only a restart, which reads the log anew, can tell the truth.
    fn commit_failed(&mut self, error: &std::io::Error) -> StoreError {
        self.segment = None;
        let why = format!("writing the log failed: {error}");
        if error.kind() == std::io::ErrorKind::StorageFull {
            self.health.failed(why.clone());
        } else {
            self.health.stop_writing(why.clone());
        }
        StoreError::Unavailable(why)
    }

    /// The segment that takes commits; a new one when the last could not be written.
    fn segment(&mut self) -> StoreResult<&mut Segment> {
        if self.segment.is_none() {
            self.rotate()
                .inspect_err(|error| self.health.failed(error.to_string()))?;
        }
        self.segment
            .as_mut()
            .ok_or_else(|| StoreError::Unavailable("the log has no segment".into()))
    }

    /// Nobody asked for anything: time to see whether a full disk has space again.
    fn idle(&mut self) {
        if self.health.is_troubled() && self.health.writable().is_ok() && self.segment().is_ok() {
            self.health.works();
        }
    }

    fn rotate_if_due(&mut self) {
        let (events, bytes) = self.shared.get().active().size();
        let options = &self.options;
        let due = events >= options.head_events_max
            || bytes >= options.head_bytes_max
            || (events > 0 && self.head_since.elapsed() >= options.head_age_max)
            || (events >= QUIET_EVENTS && self.last_commit.elapsed() >= QUIET);
        if due
            && self.health.writable().is_ok()
            && let Err(error) = self.rotate()
        {
            self.health.failed(error.to_string());
        }
    }

    fn rotate_now(&mut self, reply: oneshot::Sender<StoreResult<()>>) {
        let empty = self.shared.get().active().size().0 == 0;
        let done = self
            .health
            .writable()
            .and_then(|()| if empty { Ok(()) } else { self.rotate() });
        // Whoever asked may have gone away.
        let _ = reply.send(done);
    }

    /// Begins a new segment and head; the mover takes the old ones.
    fn rotate(&mut self) -> StoreResult<()> {
        let failed = |error: std::io::Error| io_error("making a log segment", &error);
        let generation = self.shared.get().active().generation + 1;
        let dir = self.options.wal_dir();
        let segment = Segment::create(&dir, generation, self.next).map_err(failed)?;
        self.extent.made(generation).map_err(failed)?;
        let head = Arc::new(Head::new(generation, self.next));
        self.segment = Some(segment);
        self.head_since = Instant::now();
        self.shared.change(|state| state.heads.push(head));
        // The mover may have ended with the store.
        let _ = self.rotated.send(Wake::Rotated);
        Ok(())
    }
}

/// All requests that wait, up to the size of a commit, and another message that followed them.
fn gather(first: Request, messages: &Receiver<Message>) -> (Vec<Request>, Option<Message>) {
    let mut bytes = first.bytes;
    let mut gathered = vec![first];
    while bytes < COMMIT_BYTES {
        match messages.try_recv() {
            Ok(Message::Store(next)) => {
                bytes += next.bytes;
                gathered.push(next);
            }
            Ok(other) => return (gathered, Some(other)),
            Err(_) => break,
        }
    }
    (gathered, None)
}
