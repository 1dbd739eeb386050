//! The transparency log over the audit stream: each audit event a leaf, in the order of the write-ahead
//! log, which alone decides. What is here is made from the log; the log's segments go only when the
//! files of their audit events are flushed.

mod bodies;
mod compare;
mod edge;
mod envelope;
mod erasing;
mod files;
mod integrator;
mod online;
mod options;
mod projection;
mod publisher;
mod reading;
mod restore;
mod salts;
pub mod signers;
mod status;
mod verify;
mod view;

pub(crate) use envelope::Sealed;
pub use envelope::event_of;
pub use online::{Stored, stored_events};
pub use options::LedgerOptions;
pub use projection::{Compared as ComparedLedger, compare_events};
pub(crate) use reading::Reading;
pub(crate) use salts::Salts;
pub(crate) use verify::verify;

use crate::error::{internal, io_error};
use crate::wal::sync_dir;
use compare::{Compared, compare};
use daybook_ledger::Signer;
use daybook_model::StoreError;
use files::dir_of;
use integrator::{Integrator, Task};
use parking_lot::Mutex;
use publisher::Publisher;
use status::Status;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

/// The ledger of an open store.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) reading: Reading,
    tasks: Mutex<Sender<Task>>,
    /// Events whose files are flushed since before the start.
    flushed: u64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    /// Brings the ledger of a store to the end of its write-ahead log, whose audit events these are, and
    /// starts its thread. A ledger that does not agree with what was signed is opened, too, and refuses
    /// audit events.
    ///
    /// # Errors
    /// When its directory or its key cannot be used.
    pub(crate) fn open(
        options: &LedgerOptions,
        first_index: u64,
        sealed: &[Sealed],
    ) -> Result<Self, StoreError> {
        for dir in [options.dir.as_path(), dir_of(&options.lock)] {
            let made = make_dir(dir);
            made.map_err(|e| io_error(&format!("making {}", dir.display()), &e))?;
        }
        let signer = match &options.signer {
            Some(signer) => Arc::clone(signer),
            None => signers::key_file(&options.own_key(), None)
                .map_err(|e| StoreError::Unavailable(e.to_string()))?,
        };
        let status = Arc::new(Status::new(first_index));
        status.add(sealed);
        let (tasks, queue) = channel();
        let ledger = Self {
            reading: Reading::new(Arc::clone(&status), Arc::clone(&signer)),
            tasks: Mutex::new(tasks),
            flushed: first_index,
            thread: Mutex::default(),
        };
        match restore::restore(&options.dir, first_index) {
            Ok(edge) => {
                let mut integrator = Integrator::new(options.clone(), Arc::clone(&status), edge);
                integrator.add(sealed);
                allow_to_sign(&mut integrator, options, &status, signer);
                ledger.start(integrator, queue)?;
            }
            Err(why) => status.refuse(format!(
                "{why}. The write-ahead log no longer has what this file was made of: bring the file back \
                 from a backup"
            )),
        }
        Ok(ledger)
    }

    fn start(&self, integrator: Integrator, queue: Receiver<Task>) -> Result<(), StoreError> {
        let run = move || integrator.run(&queue);
        let thread = std::thread::Builder::new().name("ledger".into()).spawn(run);
        *self.thread.lock() = Some(thread.map_err(internal)?);
        Ok(())
    }

    /// Refuses when no audit event can be taken now.
    pub(crate) fn writable(&self) -> Result<(), StoreError> {
        self.reading.status.writable()
    }

    /// Takes audit events that are durable in the log; these follow those before.
    pub(crate) fn add(&self, sealed: Vec<Sealed>) {
        if sealed.is_empty() {
            return;
        }
        self.reading.status.add(&sealed);
        self.tell(Task::Add(sealed));
    }

    /// Makes the files of all audit events before this index durable.
    pub(crate) fn flush(&self, index: u64) -> Result<(), StoreError> {
        if index <= self.flushed {
            return Ok(());
        }
        self.ask(|reply| Task::Flush(index, reply))
    }

    /// Erases the bodies of events that the log no longer has. Their leaves stay.
    pub(crate) fn erase(&self, indices: Vec<u64>) -> Result<(), StoreError> {
        match indices.is_empty() {
            true => Ok(()),
            false => self.ask(|reply| Task::Erase(indices, reply)),
        }
    }

    fn ask(
        &self,
        task: impl FnOnce(SyncSender<Result<(), StoreError>>) -> Task,
    ) -> Result<(), StoreError> {
        let (reply, answer) = sync_channel(1);
        self.tell(task(reply));
        let ended = || StoreError::Unavailable("the ledger writes no files".into());
        answer.recv().unwrap_or_else(|_| Err(ended()))
    }

    /// The log begins with this index now.
    pub(crate) fn forget(&self, index: u64) {
        self.tell(Task::Forget(index));
    }

    /// Signs nothing more, and takes no more audit events.
    pub(crate) fn refuse(&self, why: String) {
        if self.reading.status.refused().is_none() {
            self.reading.status.refuse(why);
            self.tell(Task::StopSigning);
        }
    }

    fn tell(&self, task: Task) {
        // Its thread may have ended with the store, or never begun: a flush then has no answer.
        let _ = self.tasks.lock().send(task);
    }

    /// Publishes what there is and ends.
    pub(crate) fn close(&self) {
        self.tell(Task::Close);
        if let Some(thread) = self.thread.lock().take() {
            // A panic there was reported there.
            let _ = thread.join();
        }
    }
}

/// Makes a directory. Its name is flushed before anything in it is shown to anybody, also that of one
/// that an earlier process made.
fn make_dir(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    sync_dir(dir_of(dir))?;
    sync_dir(dir_of(dir_of(dir)))
}

/// Lets a ledger sign, if it agrees with what was signed before.
fn allow_to_sign(
    integrator: &mut Integrator,
    options: &LedgerOptions,
    status: &Status,
    signer: Arc<dyn Signer>,
) {
    let Compared { published, locked } = compare(options, signer.vkey(), &integrator.view());
    let size = published
        .as_ref()
        .map(|published| published.view.edge.size());
    if let Some(published) = published {
        status.publish(published);
    }
    match locked {
        Ok(locked) => {
            let publisher = Publisher::new(options, signer, locked);
            integrator.sign_with(publisher, size);
        }
        Err(why) => status.refuse(why),
    }
}
