//! What becomes of checkpoints outside of this server: witnesses cosign them, anchors keep them. With
//! neither, whoever holds the log's key and this machine could write another history unseen.

mod anchors;
mod witnesses;

pub use anchors::{Anchor, BadAnchor};

use crate::app::App;
use anchors::Keeper;
use daybook_ledger::{Note, Policy};
use daybook_model::Timestamp;
use futures_util::future::join_all;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use utoipa::ToSchema;
use witnesses::{Asked, Watcher};

/// How often there may be a new checkpoint.
const EVERY: Duration = Duration::from_secs(1);

/// Who is told of checkpoints.
#[derive(Debug, Clone)]
pub struct PublicationOptions {
    /// The witnesses, and how many of them must have cosigned.
    pub policy: Option<Policy>,
    /// The file of the newest checkpoint that enough witnesses have cosigned.
    pub cosigned: Option<PathBuf>,
    /// What keeps checkpoints.
    pub anchors: Vec<Anchor>,
    /// How often they are given a new one.
    pub anchor_every: Duration,
}

impl Default for PublicationOptions {
    fn default() -> Self {
        Self {
            policy: None,
            cosigned: None,
            anchors: Vec::new(),
            anchor_every: Duration::from_secs(600),
        }
    }
}

/// How one of those who are told is.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub(crate) struct TellAnswer {
    /// A witness's name, or where an anchor is.
    pub(crate) name: String,
    /// How many audit events the last checkpoint has that it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// When it took that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// Why it did not take the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
}

impl TellAnswer {
    fn new(name: String) -> Self {
        Self {
            name,
            size: None,
            at: None,
            problem: None,
        }
    }

    /// Notes how telling it ended; says in the log what is new.
    fn note(&mut self, told: Result<u64, String>) {
        match told {
            Ok(size) => {
                if self.problem.take().is_some() {
                    tracing::info!(name = self.name, "takes checkpoints again");
                }
                (self.size, self.at) = (Some(size), Some(Timestamp::now().to_string()));
            }
            Err(problem) => {
                if self.problem.as_ref() != Some(&problem) {
                    tracing::warn!(name = self.name, problem, "did not take a checkpoint");
                }
                self.problem = Some(problem);
            }
        }
    }
}

/// The newest checkpoints with their cosignatures.
#[derive(Debug, Default)]
pub(crate) struct Publication(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The newest, with the cosignatures that it has got so far.
    newest: Option<Note>,
    /// The newest that has all that it needs.
    cosigned: Option<Note>,
    witnesses: Vec<TellAnswer>,
    anchors: Vec<TellAnswer>,
}

impl Publication {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A checkpoint with the cosignatures that there are.
    pub(crate) fn with_cosignatures(&self, checkpoint: Vec<u8>) -> Vec<u8> {
        let state = self.state();
        let same = state.newest.as_ref().filter(|newest| {
            let text = newest.text_unverified().as_bytes();
            checkpoint.starts_with(text) && checkpoint.get(text.len()) == Some(&b'\n')
        });
        same.map_or(checkpoint, |newest| newest.to_string().into_bytes())
    }

    /// The newest checkpoint that enough witnesses have cosigned.
    pub(crate) fn cosigned(&self) -> Option<String> {
        self.state().cosigned.as_ref().map(ToString::to_string)
    }

    /// How witnesses and anchors are.
    pub(crate) fn told(&self) -> (Vec<TellAnswer>, Vec<TellAnswer>) {
        let state = self.state();
        (state.witnesses.clone(), state.anchors.clone())
    }
}

impl App {
    /// Shows new checkpoints to witnesses and anchors. Ends never, unless there are none.
    pub async fn publish_forever(self) {
        let options = &self.options.publication;
        let witnesses = options.policy.as_ref().map(Policy::witnesses);
        let mut watchers: Vec<Watcher> = witnesses
            .unwrap_or_default()
            .iter()
            .filter_map(Watcher::new)
            .collect();
        let mut keepers: Vec<Keeper> = options.anchors.iter().map(Keeper::new).collect();
        if watchers.is_empty() && keepers.is_empty() {
            return;
        }
        self.remember_cosigned();
        loop {
            tokio::time::sleep(EVERY).await;
            let ledger = self.store.ledger();
            let checkpoint = ledger.and_then(|ledger| ledger.checkpoint());
            let Some(Ok(note)) = checkpoint.map(|bytes| Note::parse(&bytes)) else {
                continue;
            };
            let asked = watchers.iter_mut().map(|one| one.ask(&self.store, &note));
            for asked in join_all(asked).await {
                self.take_answer(asked, &note).await;
            }
            let newest = self
                .publication
                .with_cosignatures(note.to_string().into_bytes());
            let every = options.anchor_every;
            let kept = keepers
                .iter_mut()
                .map(|one| one.keep(&note, &newest, every));
            join_all(kept).await;
            let mut state = self.publication.state();
            state.witnesses = watchers.iter().map(Watcher::told).collect();
            state.anchors = keepers.iter().map(Keeper::told).collect();
        }
    }

    async fn take_answer(&self, asked: Asked, note: &Note) {
        match asked {
            Asked::NotNow => {}
            Asked::Contradicts(why) => {
                // Nothing more may be signed: it would be another history.
                if let Some(ledger) = self.store.ledger() {
                    ledger.refuse(why);
                }
            }
            Asked::Cosigned(signatures) => {
                let mut newest = note.clone();
                {
                    let mut state = self.publication.state();
                    if let Some(before) = state
                        .newest
                        .take_if(|before| before.text_unverified() == note.text_unverified())
                    {
                        newest = before;
                    }
                    newest.add(signatures);
                    state.newest = Some(newest.clone());
                }
                self.publish_cosigned(newest).await;
            }
        }
    }

    /// Publishes a checkpoint once enough witnesses have cosigned it.
    async fn publish_cosigned(&self, note: Note) {
        let options = &self.options.publication;
        let policy = options.policy.as_ref();
        if policy.is_none_or(|policy| policy.check_quorum(&note).is_err()) {
            return;
        }
        if let Some(path) = options.cosigned.clone() {
            let text = note.to_string();
            let written = tokio::task::spawn_blocking(move || replace(&path, text.as_bytes()));
            if let Ok(Err(error)) = written.await {
                tracing::warn!(%error, "the cosigned checkpoint cannot be written");
            }
        }
        self.publication.state().cosigned = Some(note);
    }

    /// Shows the checkpoint that was cosigned before the start until there is another.
    fn remember_cosigned(&self) {
        let path = self.options.publication.cosigned.as_ref();
        let bytes = path.and_then(|path| std::fs::read(path).ok());
        let note = bytes.and_then(|bytes| Note::parse(&bytes).ok());
        self.publication.state().cosigned = note;
    }
}

/// Puts a file in place, whole. It can be had again from witnesses, so it need not be flushed.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let building = path.with_extension("new");
    std::fs::File::create(&building)?.write_all(bytes)?;
    std::fs::rename(&building, path)
}
