//! An export as the database has it.

use super::{Export, Requester};
use crate::control::jobs::word;
use crate::control::{ControlError, Result, db};
use daybook_model::{Owner, Scope, Timestamp};
use serde_json::json;

/// A row of `exports`.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    user_id: Option<String>,
    key_id: Option<String>,
    asked_by: String,
    stream: String,
    format: String,
    request: String,
    scope: String,
    as_of: i64,
    file_name: String,
    state: String,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    expires_at: Option<i64>,
    mark: String,
    events: i64,
    bytes: i64,
    passed: i64,
    total: i64,
    sha256: Option<String>,
    error: Option<String>,
}

impl TryFrom<Row> for Export {
    type Error = ControlError;

    fn try_from(row: Row) -> Result<Self> {
        let unreadable = |error: serde_json::Error| {
            ControlError::Internal(format!("reading an export: {error}"))
        };
        let scope: Option<Vec<(String, String)>> =
            serde_json::from_str(&row.scope).map_err(unreadable)?;
        let owner = |(origin, user_id): (String, String)| Owner {
            origin: origin.into(),
            user_id: user_id.into(),
        };
        Ok(Self {
            stream: serde_json::from_value(json!(row.stream)).map_err(unreadable)?,
            format: serde_json::from_value(json!(row.format)).map_err(unreadable)?,
            request: serde_json::from_str(&row.request).map_err(unreadable)?,
            scope: scope.map_or(Scope::All, |pairs| Scope::own(pairs.into_iter().map(owner))),
            state: serde_json::from_value(json!(row.state)).map_err(unreadable)?,
            id: row.id,
            requester: Requester {
                user_id: row.user_id,
                key_id: row.key_id,
            },
            asked_by: row.asked_by,
            as_of: row.as_of,
            file_name: row.file_name,
            created_at: Timestamp::from_us(row.created_at),
            started_at: row.started_at.map(Timestamp::from_us),
            finished_at: row.finished_at.map(Timestamp::from_us),
            expires_at: row.expires_at.map(Timestamp::from_us),
            mark: serde_json::from_str(&row.mark).map_err(unreadable)?,
            events: row.events.unsigned_abs(),
            bytes: row.bytes.unsigned_abs(),
            passed: row.passed.unsigned_abs(),
            total: row.total.unsigned_abs(),
            sha256: row.sha256,
            error: row.error,
        })
    }
}

impl Export {
    /// Puts what changes on disk.
    pub(super) fn update(&self) -> db::Statement<'static> {
        sqlx::query(
            "UPDATE exports SET state = $1, started_at = $2, finished_at = $3, expires_at = $4, \
             mark = $5, events = $6, bytes = $7, passed = $8, sha256 = $9, error = $10, \
             request = $11 WHERE id = $12",
        )
        .bind(word(self.state))
        .bind(self.started_at.map(Timestamp::us))
        .bind(self.finished_at.map(Timestamp::us))
        .bind(self.expires_at.map(Timestamp::us))
        .bind(json!(self.mark).to_string())
        .bind(number(self.events))
        .bind(number(self.bytes))
        .bind(number(self.passed))
        .bind(self.sha256.clone())
        .bind(self.error.clone())
        .bind(json!(self.request).to_string())
        .bind(self.id.clone())
    }

    /// Puts all of it on disk, for the first time.
    pub(super) fn insert(&self) -> db::Statement<'static> {
        let pairs = match &self.scope {
            Scope::All => None,
            Scope::Own(owners) => {
                let owners = owners.iter();
                Some(
                    owners
                        .map(|owner| (&*owner.origin, &*owner.user_id))
                        .collect::<Vec<_>>(),
                )
            }
        };
        sqlx::query(
            "INSERT INTO exports (id, user_id, key_id, asked_by, stream, format, request, scope, \
             as_of, file_name, state, created_at, mark, events, bytes, passed, total) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0, $14)",
        )
        .bind(self.id.clone())
        .bind(self.requester.user_id.clone())
        .bind(self.requester.key_id.clone())
        .bind(self.asked_by.clone())
        .bind(self.stream.name())
        .bind(word(self.format))
        .bind(json!(self.request).to_string())
        .bind(json!(pairs).to_string())
        .bind(self.as_of)
        .bind(self.file_name.clone())
        .bind(word(self.state))
        .bind(self.created_at.us())
        .bind(json!(self.mark).to_string())
        .bind(number(self.total))
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
