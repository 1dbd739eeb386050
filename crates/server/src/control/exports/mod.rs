//! Exports: who asked for which file, how far it has come, and until when it is kept. What somebody
//! asked for, got or lost is a change with its audit event; progress is bookkeeping.

mod row;

use super::{Actor, Change, Control, ControlError, Result};
use crate::files::Format;
use daybook_model::logstore::ScanStep;
use daybook_model::{Scope, Stream, Timestamp};
use row::Row;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;
use utoipa::ToSchema;

/// Exports that are listed.
const LISTED_MAX: i64 = 500;

/// How an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// Not begun, or to be tried again.
    Waiting,
    /// Under way.
    Running,
    /// The file is there.
    Done,
    /// It will never be.
    Failed,
    /// The file was there, and is gone.
    Expired,
}

/// Who asked for an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The account.
    pub user_id: Option<String>,
    /// The key.
    pub key_id: Option<String>,
}

/// What is asked, so that a later process can go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRequest {
    /// The parameters of the list, times resolved against when it was asked.
    pub(crate) parameters: Vec<(String, String)>,
    /// Fields, divided by commas.
    pub(crate) columns: Option<String>,
    /// Whether a CSV begins with a byte order mark.
    pub(crate) byte_order_mark: bool,
    /// Whether it is about the caller's own events, whatever else it may see.
    pub(crate) own_data: bool,
}

/// How far an export has come for sure: from here a later process goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ExportMark {
    /// The last event in the file, as microseconds and sequence number.
    pub(crate) after: Option<(i64, i64)>,
    /// Where in the file that is.
    pub(crate) file: u64,
    /// Events in the file.
    pub(crate) events: u64,
    /// Events looked at.
    pub(crate) passed: u64,
}

/// An export to be made.
#[derive(Debug)]
pub(crate) struct NewExport {
    pub(crate) requester: Requester,
    pub(crate) stream: Stream,
    pub(crate) format: Format,
    pub(crate) request: ExportRequest,
    pub(crate) scope: Scope,
    pub(crate) as_of: i64,
    pub(crate) file_name: String,
    pub(crate) asked_at: Timestamp,
    /// Events it will look at, about.
    pub(crate) total: u64,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Identifier.
    pub id: String,
    /// Who asked.
    pub requester: Requester,
    /// Their name.
    pub asked_by: String,
    /// Whose events.
    pub stream: Stream,
    /// In which form.
    pub format: Format,
    pub(crate) request: ExportRequest,
    pub(crate) scope: Scope,
    pub(crate) as_of: i64,
    /// The name of the file.
    pub file_name: String,
    /// How it is.
    pub state: ExportState,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When the file goes.
    pub expires_at: Option<Timestamp>,
    /// What is on disk for sure.
    pub(crate) mark: ExportMark,
    /// Events in the file so far.
    pub events: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Events looked at so far.
    pub passed: u64,
    /// Events to look at, about.
    pub total: u64,
    /// SHA-256 of the whole file.
    pub sha256: Option<String>,
    /// Why it failed, or waits.
    pub error: Option<String>,
}

impl Export {
    /// Whether it is still to be made.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.state, ExportState::Waiting | ExportState::Running)
    }

    /// Whether this caller asked for it. A personal key is its account.
    pub(crate) fn is_of(&self, requester: &Requester) -> bool {
        match (&self.requester.user_id, &requester.user_id) {
            (Some(own), Some(other)) => own == other,
            (None, None) => self.requester.key_id == requester.key_id,
            _ => false,
        }
    }

    /// Counts what a step found.
    pub(crate) fn advance(&mut self, step: &ScanStep) {
        self.events += step.table.rows as u64;
        self.passed += step.passed;
    }

    /// Who asked for it, as an audit event tells it.
    fn requester(&self) -> Value {
        let Requester { user_id, key_id } = &self.requester;
        let kind = match user_id {
            Some(_) => "member",
            None => "api_key",
        };
        json!({
            "type": kind,
            "id": user_id.as_ref().or(key_id.as_ref()),
            "name": self.asked_by,
            "api_key_id": key_id,
        })
    }

    /// What an audit event tells of it.
    fn details(&self) -> Value {
        json!({
            "export": self.id,
            "requester": self.requester(),
            "stream": self.stream,
            "format": self.format,
            "parameters": self.request.parameters,
            "columns": self.request.columns,
            "formulas_neutralised": self.format.neutralises_formulas(),
            "own_data": self.request.own_data,
            "events": self.events,
            "bytes": self.bytes,
            "sha256": self.sha256,
        })
    }

    /// Names it in an audit event.
    fn describe(&self, change: &mut Change, operation: &str) {
        change.resource("export", &self.id, &self.file_name);
        change.audit.set_text("operation", operation);
        let details = self.details();
        change.audit.set_json("details", details.to_string());
    }
}

impl Control {
    /// The directory of an export's file.
    pub(crate) fn export_dir(&self, id: &str) -> PathBuf {
        self.exports_dir().join(id)
    }

    /// Where files of exports lie.
    pub(crate) fn exports_dir(&self) -> PathBuf {
        self.data_dir.join("exports")
    }

    /// Exports, newest first: those of one caller, or everybody's.
    pub(crate) async fn exports(&self, of: Option<&Requester>) -> Result<Vec<Export>> {
        let find = sqlx::query_as(
            "SELECT * FROM exports WHERE $1 OR user_id = $2 OR (user_id IS NULL AND key_id = $3) \
             ORDER BY created_at DESC, id DESC LIMIT $4",
        );
        let (user_id, key_id) = of.map_or((None, None), |of| {
            let key_id = of.key_id.as_ref().filter(|_| of.user_id.is_none());
            (of.user_id.as_ref(), key_id)
        });
        let find = find.bind(of.is_none()).bind(user_id).bind(key_id);
        let rows: Vec<Row> = find.bind(LISTED_MAX).fetch_all(self.db.reader()).await?;
        rows.into_iter().map(Export::try_from).collect()
    }

    /// Exports that are to be made, or whose file is kept, oldest first.
    pub(crate) async fn live_exports(&self) -> Result<Vec<Export>> {
        let find = sqlx::query_as(
            "SELECT * FROM exports WHERE state IN ('waiting', 'running', 'done') \
             ORDER BY created_at, id",
        );
        let rows: Vec<Row> = find.fetch_all(self.db.reader()).await?;
        rows.into_iter().map(Export::try_from).collect()
    }

    /// Forgets exports that ended before a time and have no file any more; the audit log has them.
    pub(crate) async fn forget_exports(&self, before: Timestamp) -> Result<()> {
        let forget = sqlx::query(
            "DELETE FROM exports WHERE state IN ('failed', 'expired') AND finished_at < $1",
        );
        self.db.write(forget.bind(before.us())).await?;
        Ok(())
    }

    /// One export: of one caller, or anybody's.
    pub(crate) async fn export(&self, id: &str, of: Option<&Requester>) -> Result<Export> {
        let find = sqlx::query_as("SELECT * FROM exports WHERE id = $1").bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        let found = row.map(Export::try_from).transpose()?;
        let found = found.filter(|export| of.is_none_or(|of| export.is_of(of)));
        found.ok_or(ControlError::NotFound("export"))
    }

    /// Asks for an export; work on it begins soon.
    pub(crate) async fn create_export(&self, actor: &Actor, new: NewExport) -> Result<Export> {
        let export = Export {
            id: uuid::Uuid::now_v7().to_string(),
            requester: new.requester,
            asked_by: actor.name.clone(),
            stream: new.stream,
            format: new.format,
            request: new.request,
            scope: new.scope,
            as_of: new.as_of,
            file_name: new.file_name,
            state: ExportState::Waiting,
            created_at: new.asked_at,
            started_at: None,
            finished_at: None,
            expires_at: None,
            mark: ExportMark::default(),
            events: 0,
            bytes: 0,
            passed: 0,
            total: new.total,
            sha256: None,
            error: None,
        };
        let row = export.clone();
        self.change(actor, "export.created", |change| {
            Box::pin(async move {
                row.describe(change, "export");
                row.insert().execute(change.db()).await?;
                Ok(())
            })
        })
        .await?;
        self.export_wanted.notify_one();
        Ok(export)
    }

    /// Puts an export's progress on disk.
    pub(crate) async fn save_export(&self, export: &Export) -> Result<()> {
        self.db.write(export.update()).await?;
        Ok(())
    }

    /// Ends an export: its file is whole, or it has failed.
    pub(crate) async fn finish_export(&self, export: &Export) -> Result<()> {
        let row = export.clone();
        self.change(&Actor::system("exports"), "log.exported", |change| {
            Box::pin(async move {
                row.describe(change, "export");
                if let Some(error) = &row.error {
                    change.audit.set_text("result", "failure");
                    change.audit.set_text("reason", error.as_str());
                }
                row.update().execute(change.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// Puts on record that somebody takes the file.
    pub(crate) async fn record_download(&self, actor: &Actor, export: &Export) -> Result<()> {
        let export = export.clone();
        self.change(actor, "export.downloaded", |change| {
            Box::pin(async move {
                export.describe(change, "export");
                Ok(())
            })
        })
        .await
    }

    /// Forgets an export, of one caller or anybody's; its file goes soon.
    pub(crate) async fn delete_export(
        &self,
        actor: &Actor,
        id: &str,
        of: Option<&Requester>,
    ) -> Result<()> {
        let (id, found) = (id.to_owned(), self.export(id, of).await);
        self.change(actor, "export.deleted", |change| {
            Box::pin(async move {
                change.resource("export", &id, "");
                let export = found?;
                export.describe(change, "delete");
                let delete = sqlx::query("DELETE FROM exports WHERE id = $1");
                delete.bind(export.id).execute(change.db()).await?;
                Ok(())
            })
        })
        .await?;
        self.export_wanted.notify_one();
        Ok(())
    }

    /// Ends the time of an export's file. What was asked is forgotten with a file that may hold what was
    /// erased: it may name whom.
    pub(crate) async fn expire_export(&self, mut export: Export, erased: bool) -> Result<()> {
        export.state = ExportState::Expired;
        if erased {
            export.request.parameters.clear();
        }
        self.change(&Actor::system("exports"), "export.expired", |change| {
            Box::pin(async move {
                export.describe(change, "delete");
                export.update().execute(change.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// Makes the background work look what there is to export or to clear away.
    pub(super) fn wake_exports(&self) {
        self.export_wanted.notify_one();
    }

    /// Resolves when there may be something to export or to clear away.
    pub(crate) async fn export_wanted(&self) {
        self.export_wanted.notified().await;
    }
}
