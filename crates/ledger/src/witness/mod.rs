//! The witness protocol (C2SP tlog-witness v1.0.0): bodies of requests and answers, and what a witness
//! decides. Invariant: [`decide`] accepts a checkpoint only if it extends the last one accepted.

mod request;

pub use request::{AddCheckpoint, RequestError};

use crate::checkpoint::Checkpoint;
use crate::cosignature::Cosigner;
use crate::hash::Hash;
use crate::note::{NOTE_SIGNATURES_MAX, Note, NoteError, NoteSignature, SignError, VerifierKey};
use crate::proof::verify_consistency;
use crate::text;

/// What a witness knows about a log.
#[derive(Debug, Clone)]
pub struct KnownLog {
    /// The log's origin, exactly as its checkpoints say.
    pub origin: String,
    /// Its keys, one of which must have signed.
    pub keys: Vec<VerifierKey>,
    /// The last checkpoint that this witness has cosigned.
    pub last: Option<Cosigned>,
}

/// A checkpoint that a witness has cosigned. It must be on disk before the answer goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The size of its tree.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// The note with the signatures of the log and of this witness: what monitors get.
    pub note: Note,
}

impl Cosigned {
    /// Reads a note that this witness has stored.
    ///
    /// # Errors
    ///
    /// [`NoteError`], also when `witness` has not signed it: the state was altered.
    pub fn read(note: Note, witness: &VerifierKey) -> Result<Self, NoteError> {
        let (text, _) = note.open([witness])?;
        let checkpoint = Checkpoint::parse(text);
        let checkpoint = checkpoint.map_err(|_| NoteError::Malformed("it is no checkpoint"))?;
        Ok(Self {
            size: checkpoint.size,
            root: checkpoint.root,
            note,
        })
    }
}

/// What a witness answers. The table of "add-checkpoint" in C2SP tlog-witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: the witness's cosignatures.
    Cosigned(Vec<NoteSignature>),
    /// 400: not a request, or it goes backwards.
    BadRequest,
    /// 403: no key of the log has signed, or one wrongly.
    Forbidden,
    /// 404: the witness does not know the log.
    UnknownOrigin,
    /// 409: the size that the witness has cosigned last.
    Conflict(u64),
    /// 422: the checkpoint does not extend the last one.
    Inconsistent,
}

impl Answer {
    /// The media type of a body with a size.
    pub const SIZE_TYPE: &str = "text/x.tlog.size";

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Cosigned(_) => 200,
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::UnknownOrigin => 404,
            Self::Conflict(_) => 409,
            Self::Inconsistent => 422,
        }
    }

    /// The media type of the body.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Conflict(_) => Self::SIZE_TYPE,
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Cosigned(signatures) => signatures.iter().map(ToString::to_string).collect(),
            Self::Conflict(size) => format!("{size}\n"),
            Self::BadRequest => "no checkpoint with a proof\n".into(),
            Self::Forbidden => "not signed by the log\n".into(),
            Self::UnknownOrigin => "unknown origin\n".into(),
            Self::Inconsistent => "does not extend the last checkpoint\n".into(),
        }
    }

    /// Reads an answer, as a log does. Its cosignatures are unchecked: see
    /// [`crate::cosignature::collect`]. `None` for what no witness answers.
    #[must_use]
    pub fn parse(status: u16, body: &str) -> Option<Self> {
        Some(match status {
            200 => {
                let lines: Vec<_> = body.strip_suffix('\n')?.split('\n').collect();
                if lines.len() > NOTE_SIGNATURES_MAX {
                    return None;
                }
                let signatures = lines.into_iter().map(NoteSignature::parse);
                Self::Cosigned(signatures.collect::<Result<_, _>>().ok()?)
            }
            400 => Self::BadRequest,
            403 => Self::Forbidden,
            404 => Self::UnknownOrigin,
            409 => Self::Conflict(text::decimal(body.strip_suffix('\n')?)?),
            422 => Self::Inconsistent,
            _ => return None,
        })
    }
}

/// What to answer, and what to know from then on. The caller compares `last` with what is stored and
/// replaces it in one step, *then* answers; with nothing new there is nothing to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// The new [`KnownLog::last`] when the checkpoint was cosigned.
    pub last: Option<Cosigned>,
}

/// Decides about a request, in the order of the specification. `log` is what is known of the origin
/// that the request names, `time` the seconds since 1970.
///
/// # Errors
///
/// [`SignError`] when the witness's key cannot be used: nothing is decided then.
pub fn decide(
    request: &AddCheckpoint,
    log: Option<&KnownLog>,
    cosigner: &Cosigner<'_>,
    time: u64,
) -> Result<Decision, SignError> {
    let checkpoint = match judge(request, log) {
        Ok(checkpoint) => checkpoint,
        Err(answer) => return Ok(Decision { answer, last: None }),
    };
    let signature = cosigner.cosign(checkpoint, time)?;
    // Signatures of the log alone are kept: others were not checked.
    let known = |by: &NoteSignature| log.is_some_and(|log| log.keys.iter().any(|k| by.is_by(k)));
    let kept = request.note().signatures().iter().filter(|by| known(by));
    let signatures = kept.cloned().chain([signature.clone()]).collect();
    let last = Cosigned {
        size: checkpoint.size,
        root: checkpoint.root,
        note: Note::new(checkpoint.to_string(), signatures)?,
    };
    Ok(Decision {
        answer: Answer::Cosigned(vec![signature]),
        last: Some(last),
    })
}

fn judge<'r>(request: &'r AddCheckpoint, log: Option<&KnownLog>) -> Result<&'r Checkpoint, Answer> {
    let checkpoint = request.checkpoint();
    let log = log.filter(|log| log.origin == checkpoint.origin);
    let log = log.ok_or(Answer::UnknownOrigin)?;
    request
        .note()
        .open(&log.keys)
        .map_err(|_| Answer::Forbidden)?;
    if request.old() > checkpoint.size {
        return Err(Answer::BadRequest);
    }
    let (size, root) = match &log.last {
        Some(last) => (last.size, last.root),
        None => (0, Hash::EMPTY_ROOT),
    };
    if request.old() != size {
        return Err(Answer::Conflict(size));
    }
    // Covers the empty tree, an empty proof from it, and equal sizes with other roots.
    verify_consistency(
        size,
        checkpoint.size,
        request.proof(),
        &root,
        &checkpoint.root,
    )
    .map_err(|_| Answer::Inconsistent)?;
    Ok(checkpoint)
}
