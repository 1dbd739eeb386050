//! The ledger's thread: it takes audit events in the order of the write-ahead log, writes them to files,
//! and publishes checkpoints. It alone changes the ledger's files. A checkpoint is signed only over
//! events that are durable in the log, after they were read back from the files and hashed again.

use super::edge::Edge;
use super::envelope::Sealed;
use super::files::Files;
use super::options::LedgerOptions;
use super::publisher::{Publisher, Unpublished};
use super::status::Status;
use super::view::{View, check_bodies};
use crate::error::io_error;
use daybook_ledger::tile::{TILE_WIDTH, encode_hashes};
use daybook_ledger::{Hash, Part, Tile, Tree, bundle};
use daybook_model::StoreError;
use std::collections::VecDeque;
use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Instant;

/// After so many failures in a row the time between attempts grows no more: about a minute.
const FAILURES_COUNTED: u32 = 6;

/// What the thread is told.
#[derive(Debug)]
pub(crate) enum Task {
    /// These events are durable in the log, and follow those before.
    Add(Vec<Sealed>),
    /// To make the files of the tree of this size durable; answered when they are.
    Flush(u64, SyncSender<Result<(), StoreError>>),
    /// The log needs no file of smaller trees any more.
    Forget(u64),
    /// To erase the bodies of these events, which the log no longer has; answered when they are gone.
    Erase(Vec<u64>, SyncSender<Result<(), StoreError>>),
    /// To sign no more checkpoints.
    StopSigning,
    /// To publish what there is, and to end.
    Close,
}

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Integrator {
    options: LedgerOptions,
    pub(super) status: Arc<Status>,
    pub(super) files: Files,
    pub(super) edge: Edge,
    /// Full files that are not written yet.
    staged: VecDeque<(Part, Vec<u8>)>,
    /// Bytes of events that came since all that was staged was written.
    waiting: usize,
    /// The tree as it was read back and hashed again for the last checkpoint.
    checked: Tree,
    /// Sizes of trees whose files are flushed: the first is where the log begins, the last is the
    /// newest.
    flushed: Vec<u64>,
    /// The size of the newest published tree.
    published: Option<u64>,
    /// `None` while it must not sign.
    publisher: Option<Publisher>,
    /// When a checkpoint was last published, or should have been.
    tried: Option<Instant>,
    /// Attempts that failed since one succeeded.
    failures: u32,
}

impl Integrator {
    /// A ledger whose files are flushed up to an edge.
    pub(crate) fn new(options: LedgerOptions, status: Arc<Status>, edge: Edge) -> Self {
        Self {
            files: Files::new(&options.dir),
            options,
            status,
            staged: VecDeque::new(),
            waiting: 0,
            checked: edge.tree.clone(),
            flushed: vec![edge.size()],
            edge,
            published: None,
            publisher: None,
            tried: None,
            failures: 0,
        }
    }

    /// Lets it sign from now on; this size is published already.
    pub(crate) fn sign_with(&mut self, publisher: Publisher, published: Option<u64>) {
        (self.publisher, self.published) = (Some(publisher), published);
        if published == Some(self.edge.size()) {
            self.tried = Some(Instant::now());
        }
    }

    /// Works until the store closes.
    pub(crate) fn run(mut self, tasks: &Receiver<Task>) {
        loop {
            self.publish_if_due();
            let wait = self.due().saturating_duration_since(Instant::now());
            match tasks.recv_timeout(wait) {
                Ok(Task::Add(sealed)) => self.add(&sealed),
                Ok(Task::Flush(size, reply)) => {
                    // Whoever asked may have gone away.
                    let _ = reply.send(self.flush(size));
                }
                Ok(Task::Forget(size)) => self.forget(size),
                Ok(Task::StopSigning) => self.publisher = None,
                Ok(Task::Erase(indices, reply)) => {
                    // As above.
                    let _ = reply.send(self.erase(indices));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Task::Close) | Err(RecvTimeoutError::Disconnected) => {
                    if self.published != Some(self.edge.size()) {
                        self.publish();
                    }
                    return;
                }
            }
        }
    }

    /// Takes events that follow those before, and writes the files that they fill.
    pub(crate) fn add(&mut self, sealed: &[Sealed]) {
        for one in sealed {
            let staged = &mut self.staged;
            self.edge
                .push(one, |part, bytes| staged.push_back((part, bytes)));
        }
        self.waiting += sealed.iter().map(Sealed::size_bytes).sum::<usize>();
        if let Err(error) = self.write_staged() {
            self.status.fails(error.to_string());
        }
    }

    pub(super) fn write_staged(&mut self) -> Result<(), StoreError> {
        while let Some((part, bytes)) = self.staged.front() {
            let written = self.files.write(*part, bytes);
            written.map_err(|e| io_error(&format!("writing the ledger file {part}"), &e))?;
            self.staged.pop_front();
        }
        self.status.written(std::mem::take(&mut self.waiting));
        Ok(())
    }

    /// The ledger as it is now.
    pub(crate) fn view(&self) -> View {
        View::new(&self.options.dir, self.edge.clone())
    }

    /// When the next checkpoint is due.
    fn due(&self) -> Instant {
        let now = Instant::now();
        let Some(tried) = self.tried else {
            return now;
        };
        let (every, again) = (self.options.publish_every, self.options.republish_every);
        let new = self.published != Some(self.edge.size());
        // A signer that hangs must not hold up the flushing of files.
        let every = (every * (1 << self.failures.min(FAILURES_COUNTED))).min(again);
        let due = tried + if new { every } else { again };
        // Without a publisher there is nothing to be done.
        if self.publisher.is_some() {
            due
        } else {
            now + again
        }
    }

    fn publish_if_due(&mut self) {
        if self.publisher.is_some() && self.due() <= Instant::now() {
            self.tried = Some(Instant::now());
            self.publish();
        }
    }

    /// Publishes a checkpoint of all events there are.
    fn publish(&mut self) {
        match self.try_publish() {
            Ok(()) => self.failures = 0,
            Err(Unpublished::Failed(why)) => {
                self.failures += 1;
                self.status.fails(why);
            }
            Err(Unpublished::Refused(why)) => {
                self.publisher = None;
                self.status.refuse(why);
            }
        }
    }

    fn try_publish(&mut self) -> Result<(), Unpublished> {
        let failed = |error: StoreError| Unpublished::Failed(error.to_string());
        let size = self.edge.size();
        if self.published != Some(size) {
            self.write_staged().map_err(failed)?;
            self.write_partial().map_err(failed)?;
            self.checked = self.read_back()?;
        }
        let Some(publisher) = &mut self.publisher else {
            return Ok(());
        };
        let view = View::new(&self.options.dir, self.edge.clone());
        let published = publisher.publish(view)?;
        self.status.publish(published);
        let before = self.published.replace(size).unwrap_or(self.flushed[0]);
        self.remove_partial(before.min(self.flushed[0]));
        Ok(())
    }

    fn write_partial(&mut self) -> Result<(), StoreError> {
        for (part, bytes) in self.edge.partial_files() {
            let written = self.files.write(part, &bytes);
            written.map_err(|e| io_error(&format!("writing the ledger file {part}"), &e))?;
        }
        Ok(())
    }

    /// The tree once more, from what the files hold: a bit that flipped in memory between hashing and
    /// writing must not be signed.
    fn read_back(&self) -> Result<Tree, Unpublished> {
        let (mut tree, size) = (self.checked.clone(), self.edge.size());
        while let Some(tile) = Tile::in_tree(0, tree.size() / u64::from(TILE_WIDTH), size)
            .filter(|_| tree.size() < size)
        {
            let known = (tree.size() % u64::from(TILE_WIDTH)) as usize;
            let mut agree = Ok(());
            for hash in &self.leaves_of_files(tile)?[known..] {
                tree.push_with(*hash, |tile, hashes| {
                    if agree.is_ok() {
                        agree = self.has_hashes(tile, hashes);
                    }
                });
            }
            agree?;
        }
        tree.partial_tiles()
            .try_for_each(|(tile, hashes)| self.has_hashes(tile, hashes))?;
        match tree == self.edge.tree {
            true => Ok(tree),
            false => Err(faulty("the ledger's files do not hold what was hashed")),
        }
    }

    /// The hashes of a bundle's leaves, which agree with their tile and their bodies.
    fn leaves_of_files(&self, tile: Tile) -> Result<Vec<Hash>, Unpublished> {
        let (leaves, bodies) = (Part::Entries(tile), Part::Bodies(tile));
        let (entries, width) = (self.read(leaves)?, tile.width());
        let hashes = bundle::leaf_hashes(&entries, width);
        let hashes = hashes.map_err(|why| faulty(format!("{leaves}: {why}")))?;
        self.has_hashes(tile, &hashes).map_err(|why| match why {
            Unpublished::Refused(why) => Unpublished::Refused(format!("{leaves}, or {why}")),
            failed => failed,
        })?;
        check_bodies(&entries, &self.read(bodies)?, width)
            .map_err(|why| faulty(format!("{bodies}: {why}")))?;
        Ok(hashes)
    }

    fn has_hashes(&self, tile: Tile, hashes: &[Hash]) -> Result<(), Unpublished> {
        let part = Part::Hashes(tile);
        match self.read(part)? == encode_hashes(hashes) {
            true => Ok(()),
            false => Err(faulty(format!("{part} does not hold what was hashed"))),
        }
    }

    /// Too many open files, say, is no reason to stop for good.
    fn read(&self, part: Part) -> Result<Vec<u8>, Unpublished> {
        let bytes = self.files.read(part);
        bytes.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => faulty(format!("{part} is missing")),
            _ => Unpublished::Failed(format!("{part}: {error}")),
        })
    }

    /// Makes the files of the tree of this size durable.
    fn flush(&mut self, size: u64) -> Result<(), StoreError> {
        if self.flushed.last().is_some_and(|flushed| *flushed >= size) {
            return Ok(());
        }
        self.write_staged()?;
        let view = self.view();
        for part in Part::partial(size) {
            let written = self.files.write(part, &view.bytes(part)?);
            written.map_err(|e| io_error(&format!("writing the ledger file {part}"), &e))?;
        }
        self.flush_files()?;
        self.flushed.push(size);
        Ok(())
    }

    /// Makes durable what was written.
    pub(super) fn flush_files(&mut self) -> Result<(), StoreError> {
        if let Err(error) = self.files.flush() {
            let why = io_error("flushing the ledger's files", &error);
            self.publisher = None;
            self.status.refuse(format!(
                "{why}. Restart Daybook: what was not flushed is written anew"
            ));
            return Err(why);
        }
        Ok(())
    }

    pub(super) fn dir(&self) -> &Path {
        &self.options.dir
    }

    fn forget(&mut self, size: u64) {
        let before = self.flushed[0];
        self.flushed.retain(|flushed| *flushed >= size);
        if self.flushed.is_empty() {
            self.flushed.push(size);
        }
        self.remove_partial(before);
    }

    /// Removes partial files that nothing needs, from those of this size on.
    fn remove_partial(&self, from: u64) {
        let keep: Vec<u64> = self.flushed.iter().copied().chain(self.published).collect();
        self.files.remove_partial(from, self.edge.size(), &keep);
    }
}

/// What was read back is not what was written.
fn faulty(what: impl Display) -> Unpublished {
    Unpublished::Refused(format!(
        "{what}: memory or disk is faulty. Check both, then restart: what is wrong is written anew"
    ))
}
