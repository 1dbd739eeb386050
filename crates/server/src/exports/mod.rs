//! Files of events that somebody asked for, made in the background, one at a time: online and
//! archived events in one order. Each step asks anew whether whoever asked may still see them. An
//! export goes on where it was after a restart; its file goes when its time is over.

mod clear;
mod write;

use crate::app::App;
use crate::control::{ControlError, Export, ExportState};
use crate::error::ApiError;
use daybook_model::Timestamp;
use std::io;
use std::time::Duration;

/// How often files whose time is over are looked for.
const INTERVAL: Duration = Duration::from_secs(600);
/// When what could not be done is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// What exports may take.
#[derive(Debug, Clone, Copy)]
pub struct ExportLimits {
    /// Bytes of one file.
    pub file_bytes_max: u64,
    /// How long a file is kept.
    pub kept: Duration,
    /// Exports that one account or key may have, waiting, kept or failed.
    pub each_max: usize,
    /// Events after which what was written is made durable: so many are written again after a crash.
    pub marked_every: u64,
    /// Space that must be left on the disk: the log needs it.
    pub space_left_min: u64,
}

impl Default for ExportLimits {
    fn default() -> Self {
        Self {
            file_bytes_max: 32 << 30,
            kept: Duration::from_secs(7 * 24 * 3600),
            each_max: 20,
            marked_every: 131_072,
            space_left_min: 2 << 30,
        }
    }
}

/// Why an export does not go on.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    /// For the moment.
    #[error("{0}")]
    ForNow(String),
    /// For good.
    #[error("{0}")]
    ForGood(String),
    /// It was deleted.
    #[error("it was deleted")]
    Deleted,
}

impl From<ControlError> for Stopped {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::NotFound(_) => Self::Deleted,
            error => Self::ForNow(error.to_string()),
        }
    }
}

impl From<ApiError> for Stopped {
    fn from(error: ApiError) -> Self {
        let message = error.cause.unwrap_or(error.message);
        match error.status.as_u16() {
            503 => Self::ForNow(message),
            _ => Self::ForGood(message),
        }
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::ForNow(format!("writing the file: {error}")),
            _ => Self::ForGood(format!("writing the file: {error}")),
        }
    }
}

impl App {
    /// Makes what was asked for and clears away what is over. Ends never.
    pub async fn run_exports_forever(self) {
        loop {
            let pause = match self.work_on_exports().await {
                Ok(true) => INTERVAL,
                Ok(false) => AGAIN,
                Err(error) => {
                    tracing::warn!(%error, "exports cannot be worked on now");
                    AGAIN
                }
            };
            // Whichever comes first.
            let _ = tokio::time::timeout(pause, self.control.export_wanted()).await;
        }
    }

    /// Answers whether nothing waits any more.
    async fn work_on_exports(&self) -> Result<bool, ControlError> {
        self.clear_exports().await?;
        let mut exports = self.control.live_exports().await?;
        exports.retain(Export::is_open);
        let mut all_done = true;
        for mut export in exports {
            match self.write_export(&mut export).await {
                Ok(()) => {
                    self.control.finish_export(&export).await?;
                    self.tidy_export(&export).await;
                }
                Err(Stopped::Deleted) => {}
                Err(Stopped::ForGood(why)) => {
                    tracing::warn!(id = export.id, "an export failed: {why}");
                    export.state = ExportState::Failed;
                    export.finished_at = Some(Timestamp::now());
                    export.error = Some(why);
                    self.control.finish_export(&export).await?;
                }
                Err(Stopped::ForNow(why)) => {
                    if export.error.as_ref() != Some(&why) {
                        tracing::warn!(id = export.id, "an export stands still: {why}");
                    }
                    export.state = ExportState::Waiting;
                    export.error = Some(why);
                    self.control.save_export(&export).await?;
                    all_done = false;
                }
            }
            self.clear_exports().await?;
        }
        Ok(all_done)
    }
}
