//! Clearing away: files whose time is over, and what belongs to no export any more.

use crate::app::App;
use crate::control::{ControlError, Export, ExportState};
use crate::files::Parts;
use daybook_model::Timestamp;
use std::collections::HashSet;
use std::io;
use std::path::Path;

/// Exports without a file are listed so much longer.
const FORGOTTEN_US: i64 = 30 * Timestamp::DAY_US;

impl App {
    /// Removes files that nobody gets any more. Those that may hold what was erased since they were
    /// begun are over.
    pub(super) async fn clear_exports(&self) -> Result<(), ControlError> {
        let now = Timestamp::now();
        let erased = self.control.erased_until().await?;
        let mut kept = HashSet::new();
        for export in self.control.live_exports().await? {
            let erased = erased.get(&export.stream).copied();
            let outlived = export.state == ExportState::Done && export.started_at <= erased;
            let over = outlived || export.expires_at.is_some_and(|until| until <= now);
            match over || (export.state == ExportState::Done && !self.has_file(&export)) {
                true => self.control.expire_export(export, outlived).await?,
                false => _ = kept.insert(export.id),
            }
        }
        self.control
            .forget_exports(now.plus_us(-FORGOTTEN_US))
            .await?;
        let dir = self.control.exports_dir();
        let cleared = tokio::task::spawn_blocking(move || remove_others(&dir, &kept)).await;
        if let Ok(Err(error)) = cleared {
            tracing::warn!(%error, "files of exports that are over cannot be removed now");
        }
        Ok(())
    }

    /// Removes what a file was made of.
    pub(super) async fn tidy_export(&self, export: &Export) {
        let dir = self.control.export_dir(&export.id);
        let tidied = tokio::task::spawn_blocking(move || Parts::tidy(&dir)).await;
        if let Ok(Err(error)) = tidied {
            tracing::warn!(id = export.id, %error, "what an export was made of stays with it");
        }
    }

    /// Whether the file of an export that is done is there.
    pub(crate) fn has_file(&self, export: &Export) -> bool {
        let dir = self.control.export_dir(&export.id);
        export.state == ExportState::Done && Parts::whole(&dir).exists()
    }
}

/// Removes all but these below a directory, which need not be there.
fn remove_others(dir: &Path, kept: &HashSet<String>) -> io::Result<()> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let is_kept = entry
            .file_name()
            .to_str()
            .is_some_and(|id| kept.contains(id));
        if !is_kept {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
