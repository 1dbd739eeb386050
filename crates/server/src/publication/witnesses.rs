//! One witness from the side of the log (C2SP tlog-witness): it is asked to cosign each checkpoint, with
//! the proof that this extends the one it cosigned before.

use super::TellAnswer;
use crate::outgoing::Outgoing;
use daybook_ledger::cosignature::collect;
use daybook_ledger::note::{NOTE_BYTES_MAX, NoteSignature};
use daybook_ledger::policy::PolicyWitness;
use daybook_ledger::tile::decode_hashes;
use daybook_ledger::witness::{AddCheckpoint, Answer};
use daybook_ledger::{Checkpoint, Hash, HashReader, Note, Resource, Tile, VerifierKey, proof};
use daybook_model::LogStore;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// A checkpoint that does not change is cosigned anew so often: that shows that the log still runs.
const AGAIN: Duration = Duration::from_secs(600);
/// How long a witness that failed is left alone.
const PAUSE: Duration = Duration::from_secs(10);

/// What came of asking.
pub(super) enum Asked {
    /// It need not be asked now, or failed.
    NotNow,
    /// Its cosignatures, checked.
    Cosigned(Vec<NoteSignature>),
    /// It has seen another history of this log; what that means and what to do.
    Contradicts(String),
}

/// A witness that is asked.
pub(super) struct Watcher {
    key: VerifierKey,
    /// Where requests go.
    url: String,
    outgoing: Option<Outgoing>,
    /// The size that it has cosigned last, as far as is known.
    size: u64,
    /// The text that it has cosigned last, and when.
    cosigned: Option<(String, Instant)>,
    failed: Option<Instant>,
    told: TellAnswer,
}

impl Watcher {
    /// A witness of a policy; `None` for one without an address, which others ask.
    pub(super) fn new(witness: &PolicyWitness) -> Option<Self> {
        let url = String::from_utf8(witness.url.clone()?).ok()?;
        Some(Self {
            key: witness.key.clone(),
            url: format!("{}/add-checkpoint", url.trim_end_matches('/')),
            outgoing: Outgoing::new().ok(),
            size: 0,
            cosigned: None,
            failed: None,
            told: TellAnswer::new(witness.key.name().to_owned()),
        })
    }

    pub(super) fn told(&self) -> TellAnswer {
        self.told.clone()
    }

    fn is_due(&self, text: &str) -> bool {
        let pauses = self.failed.is_some_and(|failed| failed.elapsed() < PAUSE);
        let known = self.cosigned.as_ref();
        let done = known.is_some_and(|(known, at)| known == text && at.elapsed() < AGAIN);
        !pauses && !done
    }

    /// Asks it to cosign a checkpoint, if that is due.
    pub(super) async fn ask(&mut self, store: &Arc<dyn LogStore>, note: &Note) -> Asked {
        if !self.is_due(note.text_unverified()) {
            return Asked::NotNow;
        }
        let asked = self.try_ask(store, note).await;
        match &asked {
            Ok(Asked::Cosigned(_)) => {
                let text = note.text_unverified().to_owned();
                (self.cosigned, self.failed) = (Some((text, Instant::now())), None);
                self.told.note(Ok(self.size));
            }
            Ok(Asked::Contradicts(why)) | Err(why) => {
                self.failed = Some(Instant::now());
                self.told.note(Err(why.clone()));
            }
            Ok(Asked::NotNow) => {}
        }
        asked.unwrap_or(Asked::NotNow)
    }

    async fn try_ask(&mut self, store: &Arc<dyn LogStore>, note: &Note) -> Result<Asked, String> {
        let checkpoint = Checkpoint::parse(note.text_unverified());
        let checkpoint = checkpoint.map_err(|error| error.to_string())?;
        let size = checkpoint.size;
        // The second time with the size that it says.
        for _ in 0..2 {
            let body = request(store, self.size.min(size), size, note.clone()).await?;
            let (status, body) = self.post(body).await?;
            match Answer::parse(status, &body) {
                Some(Answer::Cosigned(_)) => {
                    let signatures = collect(&body, note, [&self.key]);
                    self.size = size;
                    return signatures
                        .map(Asked::Cosigned)
                        .map_err(|error| format!("its answer: {error}"));
                }
                Some(Answer::Conflict(theirs)) if theirs > size => {
                    return Ok(Asked::Contradicts(self.is_ahead(theirs, size)));
                }
                Some(Answer::Conflict(theirs)) => self.size = theirs,
                Some(Answer::Inconsistent) => return Ok(Asked::Contradicts(self.differs(size))),
                _ => return Err(format!("status {status}: {}", body.trim())),
            }
        }
        Err(format!(
            "it says that it has cosigned {} events, and again another size",
            self.size
        ))
    }

    async fn post(&self, body: String) -> Result<(u16, String), String> {
        let outgoing = self
            .outgoing
            .as_ref()
            .ok_or("requests cannot be sent from here")?;
        let kind = "text/plain; charset=utf-8";
        let answered = outgoing
            .post(&self.url, kind, body.into_bytes(), NOTE_BYTES_MAX)
            .await
            .map_err(|error| error.to_string())?;
        let body = String::from_utf8_lossy(&answered.body).into_owned();
        Ok((answered.status, body))
    }

    fn is_ahead(&self, theirs: u64, size: u64) -> String {
        format!(
            "the witness {} has cosigned {theirs} audit events of this ledger, and this data directory \
             has {size}: it is older than what it has signed. Bring back the newest data directory",
            self.key.name()
        )
    }

    fn differs(&self, size: u64) -> String {
        format!(
            "the {size} audit events of this data directory do not contain what the witness {} has \
             cosigned: its history was changed, or another Daybook signs for the same ledger. Keep all of it \
             as evidence, and bring back the data directory that the witness knows",
            self.key.name()
        )
    }
}

/// The body of a request, with its proof.
async fn request(
    store: &Arc<dyn LogStore>,
    old: u64,
    size: u64,
    note: Note,
) -> Result<String, String> {
    let tiles = Tiles {
        store: Arc::clone(store),
        runtime: Handle::current(),
    };
    let made = tokio::task::spawn_blocking(move || {
        let proof = proof::consistency(&tiles, old, size).map_err(|error| error.to_string())?;
        let request = AddCheckpoint::new(old, proof, note);
        request.map_err(|error| error.to_string())
    });
    let made = made.await.map_err(|error| error.to_string())?;
    made.map(|request| request.to_string())
}

/// The hashes of the store's ledger.
struct Tiles {
    store: Arc<dyn LogStore>,
    runtime: Handle,
}

impl HashReader for Tiles {
    type Error = String;

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, String> {
        let path = Resource::Hashes(tile).to_string();
        let ledger = self.store.ledger().ok_or("there is no ledger")?;
        let found = self.runtime.block_on(ledger.resource(path.clone()));
        let bytes = found.map_err(|error| error.to_string())?;
        let hashes = bytes.and_then(|bytes| decode_hashes(tile, &bytes));
        hashes.ok_or_else(|| format!("there is no {path}"))
    }
}
