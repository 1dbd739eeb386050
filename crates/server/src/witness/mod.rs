//! A witness (C2SP tlog-witness v1.0.0): it cosigns the checkpoints of the logs it knows, each only if it
//! extends the last one, which is on disk before an answer goes out. So whoever sees its signature knows
//! that the log showed it no other history. It shares no data with a server.

mod key;
mod state;

pub use key::witness_key;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use daybook_ledger::note::NOTE_BYTES_MAX;
use daybook_ledger::witness::{AddCheckpoint, Answer, KnownLog, decide};
use daybook_ledger::{Cosigner, SignError, Signer, VerifierKey};
use state::Logs;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

/// A checkpoint with as many signatures as it may have, and the longest proof.
const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + (8 << 10);

/// How long a request may take to arrive and to be answered.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);

const TEXT: &str = "text/plain; charset=utf-8";

/// Why a witness cannot begin, or cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        cause: io::Error,
    },
    /// A file holds something else than it should.
    #[error("{path}: {why}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The key cannot be used.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// A witness. Clones share one.
#[derive(Clone)]
pub struct Witness(Arc<Inner>);

struct Inner {
    signer: Box<dyn Signer>,
    logs: Mutex<Logs>,
}

impl Witness {
    /// The witness of a directory of its own, which is made when missing, with its key, for the logs with
    /// these keys.
    ///
    /// # Errors
    /// [`WitnessError`]; also when another process has the directory, or what is there was cosigned with
    /// another key.
    pub fn open(
        dir: &std::path::Path,
        signer: Box<dyn Signer>,
        logs: &[VerifierKey],
    ) -> Result<Self, WitnessError> {
        Cosigner::new(&*signer)?;
        let logs = Logs::open(dir, signer.vkey(), logs)?;
        let logs = Mutex::new(logs);
        Ok(Self(Arc::new(Inner { signer, logs })))
    }

    /// The key that checks its cosignatures.
    #[must_use]
    pub fn vkey(&self) -> &VerifierKey {
        self.0.signer.vkey()
    }

    /// Serves until `stop` resolves.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = Router::new()
            .route("/add-checkpoint", post(add_checkpoint))
            .route("/{log}/checkpoint", get(checkpoint))
            .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
            .with_state(self);
        axum::serve(listener, router)
            .with_graceful_shutdown(stop)
            .await
    }

    /// Decides about a request, and keeps what was cosigned, in one step.
    fn decide(&self, body: &[u8]) -> Result<Answer, WitnessError> {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(error) => {
                tracing::warn!(%error, "a request was refused");
                return Ok(Answer::BadRequest);
            }
        };
        let mut logs = self.0.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let known = logs.get(&request.checkpoint().origin);
        let cosigner = Cosigner::new(&*self.0.signer)?;
        let decision = decide(&request, known, &cosigner, now())?;
        report(&request, known, &decision.answer);
        if let Some(last) = decision.last {
            logs.keep(&request.checkpoint().origin, last)?;
        }
        Ok(decision.answer)
    }
}

/// Says in the witness's own log what somebody should look into.
fn report(request: &AddCheckpoint, known: Option<&KnownLog>, answer: &Answer) {
    let checkpoint = request.checkpoint();
    let (origin, size) = (&checkpoint.origin, checkpoint.size);
    let cosigned = known
        .and_then(|log| log.last.as_ref())
        .map_or(0, |last| last.size);
    match answer {
        Answer::Cosigned(_) => tracing::debug!(origin, size, "cosigned"),
        Answer::Conflict(_) if size < cosigned => tracing::error!(
            origin,
            size,
            cosigned,
            "a checkpoint has fewer events than were cosigned: the log was rolled back, or somebody sends an old one"
        ),
        Answer::Inconsistent => tracing::error!(
            origin,
            size,
            cosigned,
            "the log does not contain what was cosigned: its history was changed"
        ),
        // Whoever comes new asks for the size so.
        Answer::Conflict(_) => {}
        Answer::BadRequest | Answer::Forbidden | Answer::UnknownOrigin => {
            tracing::warn!(
                origin,
                size,
                status = answer.status(),
                "a request was refused"
            );
        }
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

async fn add_checkpoint(State(witness): State<Witness>, request: Request) -> Response {
    let body = tokio::time::timeout(REQUEST_TIME_MAX, Bytes::from_request(request, &())).await;
    let body = match body {
        Ok(Ok(body)) => body,
        Ok(Err(refused)) => return refused.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let decided = tokio::task::spawn_blocking(move || witness.decide(&body)).await;
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a request could not be answered");
        (StatusCode::INTERNAL_SERVER_ERROR, "the witness failed\n").into_response()
    };
    match decided {
        Ok(Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let kind = [(header::CONTENT_TYPE, answer.content_type())];
            (status, kind, answer.body()).into_response()
        }
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

/// The last checkpoint of a log that was cosigned, for monitors.
async fn checkpoint(State(witness): State<Witness>, Path(log): Path<String>) -> Response {
    let logs = witness
        .0
        .logs
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    match logs.last_of(&log) {
        Some(note) => ([(header::CONTENT_TYPE, TEXT)], note.to_string()).into_response(),
        None => (StatusCode::NOT_FOUND, "no such log\n").into_response(),
    }
}

/// Without the secret.
impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Witness({})", self.vkey())
    }
}
