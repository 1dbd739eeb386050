//! What was signed, beside what is there. Whatever does not agree makes the ledger refuse to sign, with
//! a sentence that says what to do; nothing is repaired by guessing.

use super::files::dir_of;
use super::options::LedgerOptions;
use super::publisher::{CHECKPOINT, Published, VERIFIER_KEY, make_public, read};
use super::view::View;
use crate::wal::sync_dir;
use daybook_ledger::{Checkpoint, Note, VerifierKey};
use daybook_model::Timestamp;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How far the clock may be behind the last signing: time servers correct small errors all the time.
const CLOCK_SLACK: Duration = Duration::from_secs(12 * 3600);

/// A checkpoint in a file, rightly signed.
struct Signed {
    bytes: Vec<u8>,
    note: Note,
    checkpoint: Checkpoint,
    at: SystemTime,
}

/// What a comparison found.
pub(crate) struct Compared {
    /// The newest checkpoint that is public and true.
    pub(crate) published: Option<Published>,
    /// What the lock holds, or why nothing may be signed.
    pub(crate) locked: Result<Option<Vec<u8>>, String>,
}

/// Compares the ledger's files with the lock and the public checkpoint, and finishes a publication that
/// was cut short.
pub(crate) fn compare(options: &LedgerOptions, key: &VerifierKey, view: &View) -> Compared {
    let comparison = Comparison { options, key, view };
    let public = comparison.open(&options.dir.join(CHECKPOINT));
    let locked = comparison.open(&options.lock);
    let (locked, public) = match (locked, public) {
        (Ok(locked), Ok(public)) => (locked, public),
        (Err(why), _) | (_, Err(why)) => {
            return Compared {
                published: None,
                locked: Err(why),
            };
        }
    };
    match comparison.run(locked.as_ref(), public.as_ref()) {
        Ok(published) => Compared {
            published,
            locked: Ok(locked.map(|signed| signed.bytes)),
        },
        Err(why) => Compared {
            published: public.and_then(|signed| comparison.published(&signed).ok()),
            locked: Err(why),
        },
    }
}

struct Comparison<'a> {
    options: &'a LedgerOptions,
    key: &'a VerifierKey,
    view: &'a View,
}

impl Comparison<'_> {
    /// The checkpoint in a file, if there is one.
    fn open(&self, path: &Path) -> Result<Option<Signed>, String> {
        let shown = path.display();
        let unreadable = |why: &dyn std::fmt::Display| format!("{shown} cannot be read: {why}");
        let Some(bytes) = read(path).map_err(|e| unreadable(&e))? else {
            return Ok(None);
        };
        let at = std::fs::metadata(path).and_then(|about| about.modified());
        let opened = Note::parse(&bytes).map_err(Into::into).and_then(|note| {
            let checkpoint = Checkpoint::open(&note, self.key.name(), [self.key])?;
            Ok((note, checkpoint))
        });
        let (note, checkpoint) = opened.map_err(|why: daybook_ledger::checkpoint::CheckpointError| {
            format!(
                "{shown} is no checkpoint of this ledger by the key {}: {why}. Bring back the key, or \
                 the file, that belongs here",
                self.key
            )
        })?;
        Ok(Some(Signed {
            bytes,
            note,
            checkpoint,
            at: at.map_err(|e| unreadable(&e))?,
        }))
    }

    fn run(
        &self,
        locked: Option<&Signed>,
        public: Option<&Signed>,
    ) -> Result<Option<Published>, String> {
        let (lock, checkpoint) = self.shown();
        let locked = match (locked, public) {
            (Some(locked), _) => locked,
            (None, None) if !self.key_has_signed() => return Ok(None),
            (None, None) => {
                return Err(format!(
                    "{lock} and {checkpoint} are missing, although this key has signed: bring them back"
                ));
            }
            (None, Some(_)) => {
                return Err(format!(
                    "{lock} is missing, although checkpoints were published. If its place is new, copy \
                     {checkpoint} there; else find out who removed it"
                ));
            }
        };
        self.clock(locked)?;
        let published = self.published(locked)?;
        if let Some(public) = public {
            if public.checkpoint.size > locked.checkpoint.size {
                return Err(format!(
                    "{checkpoint} is newer than {lock}, which was brought back from an older copy. Make \
                     sure that no other Daybook signs for this ledger, then copy {checkpoint} to {lock}"
                ));
            }
            self.published(public)?;
        }
        if public.is_none_or(|public| public.bytes != locked.bytes)
            && let Err(error) = self.finish(locked)
        {
            tracing::warn!(%error, "the last signed checkpoint is not public yet");
        }
        Ok(Some(published))
    }

    /// Makes public what the lock holds. The process that put it there may have ended before it flushed
    /// its name, and nothing may be public that the lock could lose.
    fn finish(&self, locked: &Signed) -> std::io::Result<()> {
        sync_dir(dir_of(&self.options.lock))?;
        make_public(&self.options.dir, &locked.bytes)
    }

    /// A signed checkpoint, if it is true of what is there.
    fn published(&self, signed: &Signed) -> Result<Published, String> {
        let (lock, checkpoint) = self.shown();
        let (signed_size, size) = (signed.checkpoint.size, self.view.edge.size());
        if signed_size > size {
            return Err(format!(
                "a checkpoint of {signed_size} audit events was signed, and this data directory has {size}: \
                 it is older than what it has signed. Bring back the newest data directory. Only if the \
                 missing events are lost for good: keep {lock} and {checkpoint} elsewhere as evidence, \
                 remove them here, and go on under a new name with a new key"
            ));
        }
        let edge = self.view.edge_at(signed_size).map_err(|e| e.to_string())?;
        if edge.tree.root() != signed.checkpoint.root {
            return Err(format!(
                "the first {signed_size} audit events of this data directory are not the ones that were \
                 signed: its history was changed, or the files belong to another ledger. Keep all of it \
                 as evidence, and bring back a data directory that agrees with {lock}"
            ));
        }
        Ok(Published {
            note: signed.note.clone(),
            view: View::new(&self.options.dir, edge),
            at: timestamp(signed.at),
        })
    }

    /// Refuses when the clock is far behind the last signing.
    fn clock(&self, locked: &Signed) -> Result<(), String> {
        let (now, at) = (SystemTime::now(), locked.at);
        if now + CLOCK_SLACK >= at {
            return Ok(());
        }
        let (lock, now, at) = (self.shown().0, timestamp(now), timestamp(at));
        Err(format!(
            "the clock says {now}, but the last checkpoint was signed at {at}: set the clock. If it was \
             wrong then and is right now, say so with: touch {lock}"
        ))
    }

    /// Whether this key has signed for this directory.
    fn key_has_signed(&self) -> bool {
        let known = read(&self.options.dir.join(VERIFIER_KEY));
        known.is_ok_and(|known| known == Some(format!("{}\n", self.key).into_bytes()))
    }

    /// The lock and the public checkpoint as people find them.
    fn shown(&self) -> (String, String) {
        let public = self.options.dir.join(CHECKPOINT);
        (
            self.options.lock.display().to_string(),
            public.display().to_string(),
        )
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let us = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(_) => 0,
    };
    Timestamp::from_us(us)
}
