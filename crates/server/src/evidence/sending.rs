//! A package on its way: a thread writes it, as fast as it is taken. A package that breaks off lacks its
//! end, and is never taken for a whole one.

use super::Files;
use axum::body::Bytes;
use daybook_ledger::evidence::{Package, Period, Survey, write};
use futures_util::{Stream, stream};
use serde_json::Value;
use std::io::{self, BufWriter, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;

/// What a part should have.
const PART_BYTES: usize = 256 << 10;
/// Parts that wait to be taken.
const PARTS_AHEAD: usize = 4;
/// How long a client may take for a part before its place is given to others.
const STALL_TIME_MAX: Duration = Duration::from_secs(300);

/// What a package is made of.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) files: Files,
    pub(crate) period: Period,
    pub(crate) survey: Survey,
    pub(crate) made_at: String,
    pub(crate) requester: Value,
    pub(crate) access: Value,
}

/// The parts of a package. The place is kept until its last byte was taken.
pub(crate) fn sending(
    package: Sending,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let (sender, receiver) = channel(PARTS_AHEAD);
    tokio::task::spawn_blocking(move || {
        let out = Out {
            sender: sender.clone(),
            runtime: Handle::current(),
        };
        if let Err(why) = package.write(BufWriter::with_capacity(PART_BYTES, out)) {
            tracing::warn!(why, "an evidence package broke off");
            let _ = sender.blocking_send(Err(io::Error::other(why)));
        }
        drop(place);
    });
    stream::unfold(receiver, |mut receiver| async move {
        let part = receiver.recv().await?;
        Some((part, receiver))
    })
}

impl Sending {
    fn write(&self, out: impl Write) -> Result<(), String> {
        let files = &self.files;
        let package = Package {
            period: &self.period,
            survey: &self.survey,
            note: &files.note,
            checkpoint: &files.checkpoint,
            key: &files.key,
            made_at: &self.made_at,
            requester: self.requester.clone(),
            access: self.access.clone(),
        };
        let written = write(files, &package, out, |manifest| files.sign(manifest.0));
        let mut out = written.map_err(|error| error.to_string())?;
        out.flush().map_err(|error| error.to_string())
    }
}

/// Hands over what is written.
struct Out {
    sender: Sender<io::Result<Bytes>>,
    runtime: Handle,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = Bytes::copy_from_slice(bytes);
        let sent = timeout(STALL_TIME_MAX, self.sender.send(Ok(part)));
        match self.runtime.block_on(sent) {
            Ok(Ok(())) => Ok(bytes.len()),
            _ => Err(io::Error::other("nobody takes the package any more")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
