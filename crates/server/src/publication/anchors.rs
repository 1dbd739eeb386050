//! Anchors: where checkpoints are put so that whoever can change this machine cannot change them there. A
//! log that was rewritten contradicts each checkpoint that was kept.

use super::TellAnswer;
use crate::outgoing::Outgoing;
use daybook_ledger::{Checkpoint, Note};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

/// How soon what failed is tried again.
const PAUSE: Duration = Duration::from_secs(60);
/// What a webhook answers is not read beyond this.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What keeps checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// The log on standard error.
    Log,
    /// A file that only grows; an empty line follows each checkpoint.
    File(PathBuf),
    /// A server that gets each checkpoint as the body of a POST.
    Webhook(String),
}

/// A text that names no anchor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an anchor is `log`, an address that begins with https:// or http://, or the path of a file"
)]
pub struct BadAnchor;

impl FromStr for Anchor {
    type Err = BadAnchor;

    fn from_str(text: &str) -> Result<Self, BadAnchor> {
        match text {
            "" => Err(BadAnchor),
            "log" => Ok(Self::Log),
            url if url.starts_with("https://") || url.starts_with("http://") => {
                Ok(Self::Webhook(url.into()))
            }
            path => Ok(Self::File(path.into())),
        }
    }
}

/// An anchor that is given checkpoints.
pub(super) struct Keeper {
    anchor: Anchor,
    outgoing: Option<Outgoing>,
    /// The text that it got last.
    kept: Option<String>,
    tried: Option<Instant>,
    told: TellAnswer,
}

impl Keeper {
    pub(super) fn new(anchor: &Anchor) -> Self {
        let name = match anchor {
            Anchor::Log => "log".into(),
            Anchor::File(path) => path.display().to_string(),
            Anchor::Webhook(url) => host(url),
        };
        Self {
            anchor: anchor.clone(),
            outgoing: Outgoing::new().ok(),
            kept: None,
            tried: None,
            told: TellAnswer::new(name),
        }
    }

    pub(super) fn told(&self) -> TellAnswer {
        self.told.clone()
    }

    /// Gives it a checkpoint, if it has another one and its time has come.
    pub(super) async fn keep(&mut self, note: &Note, bytes: &[u8], every: Duration) {
        let text = note.text_unverified();
        let pause = match self.told.problem {
            Some(_) => PAUSE.min(every),
            None => every,
        };
        let is_early = self.tried.is_some_and(|tried| tried.elapsed() < pause);
        if is_early || self.kept.as_deref() == Some(text) {
            return;
        }
        self.tried = Some(Instant::now());
        let size = Checkpoint::parse(text).map_or(0, |checkpoint| checkpoint.size);
        let done = self.give(bytes).await;
        if done.is_ok() {
            self.kept = Some(text.to_owned());
        }
        self.told.note(done.map(|()| size));
    }

    async fn give(&self, bytes: &[u8]) -> Result<(), String> {
        match &self.anchor {
            Anchor::Log => log(bytes).map_err(|error| error.to_string()),
            Anchor::File(path) => {
                let (path, bytes) = (path.clone(), bytes.to_vec());
                let done = tokio::task::spawn_blocking(move || append(&path, &bytes)).await;
                done.map_err(|error| error.to_string())?
                    .map_err(|error| error.to_string())
            }
            Anchor::Webhook(url) => self.post(url, bytes).await,
        }
    }

    async fn post(&self, url: &str, bytes: &[u8]) -> Result<(), String> {
        let outgoing = self
            .outgoing
            .as_ref()
            .ok_or("requests cannot be sent from here")?;
        let kind = "text/plain; charset=utf-8";
        let answered = outgoing
            .post(url, kind, bytes.to_vec(), ANSWER_BYTES_MAX)
            .await;
        match answered.map_err(|error| error.to_string())?.status {
            200..=299 => Ok(()),
            status => Err(format!("status {status}")),
        }
    }
}

/// The scheme and the host of an address: the rest may be secret.
fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

/// One line with the note as JSON. Past the log's own form, which takes out what looks like a secret, as
/// hashes do.
fn log(bytes: &[u8]) -> io::Result<()> {
    let note = serde_json::Value::from(String::from_utf8_lossy(bytes));
    writeln!(io::stderr(), "checkpoint {note}")
}

/// Appends a checkpoint to a file, flushed. What an earlier attempt left half written, when the disk was
/// full, stays before it: some files can only grow.
fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.append(true).read(true).create(true).open(path)?;
    let end = file.metadata()?.len();
    let mut last = [b'\n'; 2];
    if end >= 2 {
        file.read_exact_at(&mut last, end - 2)?;
    }
    let apart: &[u8] = if last == *b"\n\n" { b"" } else { b"\n\n" };
    file.write_all(&[apart, bytes, b"\n"].concat())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_named_by_what_they_look_like() {
        let webhook = |url: &str| Ok(Anchor::Webhook(url.into()));
        assert_eq!("log".parse(), Ok(Anchor::Log));
        assert_eq!(
            "https://a.example/x".parse(),
            webhook("https://a.example/x")
        );
        assert_eq!(
            "/mnt/worm/log".parse(),
            Ok(Anchor::File("/mnt/worm/log".into()))
        );
        assert_eq!("".parse::<Anchor>(), Err(BadAnchor));
        assert_eq!(
            host("https://me:pass@a.example:8443/hook?token=1"),
            "https://a.example:8443"
        );
    }

    #[test]
    fn a_file_only_grows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("anchors");
        append(&path, b"one\n").unwrap();
        append(&path, b"two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\n\ntwo\n\n");
        std::fs::write(&path, "one\n\ntw").unwrap();
        append(&path, b"two\n").unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "one\n\ntw\n\ntwo\n\n"
        );
    }
}
