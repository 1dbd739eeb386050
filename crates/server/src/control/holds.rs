//! Legal holds. While a hold is active, nothing of its streams is removed or erased: whoever
//! removes asks here before every step, and a hold is not in force before the step under way ended.

use super::keys::check_text;
use super::settings::{stream_list, streams_of};
use super::{Actor, Control, ControlError, Result};
use daybook_model::{Stream, Timestamp, limits};
use serde_json::json;
use tokio::sync::MutexGuard;

const NAME_BYTES_MAX: usize = 128;

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Identifier.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Why it was made.
    pub reason: String,
    /// What it keeps; all streams when empty.
    pub streams: Vec<Stream>,
    /// Since when.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Until when, if it is over.
    pub released_at: Option<Timestamp>,
}

impl Hold {
    /// Whether it keeps the events of a stream now.
    pub fn keeps(&self, stream: Stream) -> bool {
        let concerned = self.streams.is_empty() || self.streams.contains(&stream);
        self.released_at.is_none() && concerned
    }
}

/// A hold to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// What people call it.
    pub name: String,
    /// Why.
    pub reason: String,
    /// What it keeps; all streams when empty.
    pub streams: Vec<Stream>,
}

impl NewHold {
    /// The hold that this asks for.
    fn checked(self, created_by: String) -> Result<Hold> {
        let (name, reason) = (self.name.trim(), self.reason.trim());
        check_text("name", name, NAME_BYTES_MAX)?;
        check_text("reason", reason, limits::KEYWORD_BYTES_MAX)?;
        let mut streams = self.streams;
        streams.sort();
        streams.dedup();
        Ok(Hold {
            id: uuid::Uuid::now_v7().to_string(),
            name: name.into(),
            reason: reason.into(),
            streams,
            created_at: Timestamp::now(),
            created_by,
            released_at: None,
        })
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    reason: String,
    streams: String,
    created_at: i64,
    created_by: String,
    released_at: Option<i64>,
}

impl From<Row> for Hold {
    fn from(row: Row) -> Self {
        Self {
            streams: streams_of(&row.streams),
            id: row.id,
            name: row.name,
            reason: row.reason,
            created_at: Timestamp::from_us(row.created_at),
            created_by: row.created_by,
            released_at: row.released_at.map(Timestamp::from_us),
        }
    }
}

/// The right to take one step in removing or erasing events of a stream that no hold keeps.
#[derive(Debug)]
pub(crate) struct Step<'c>(#[expect(dead_code, reason = "held")] MutexGuard<'c, ()>);

impl Control {
    /// All holds, newest first, released ones included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds(&self) -> Result<Vec<Hold>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM holds ORDER BY created_at DESC, id DESC")
                .fetch_all(self.db.reader())
                .await?;
        Ok(rows.into_iter().map(Hold::from).collect())
    }

    /// Makes a hold. When this returns, no removal is under way any more, and none begins.
    ///
    /// # Errors
    /// When name or reason are missing, or the database refuses.
    pub async fn create_hold(&self, actor: &Actor, new: NewHold) -> Result<Hold> {
        let created_by = actor.name.clone();
        let _no_step_under_way = self.removing.lock().await;
        self.change(actor, "hold.created", |change| {
            Box::pin(async move {
                change.resource("hold", "", &new.name);
                let row = new.checked(created_by)?;
                change.resource("hold", &row.id, &row.name);
                change.audit.set_text("reason", row.reason.as_str());
                let details = json!({"streams": row.streams});
                change.audit.set_json("details", details.to_string());
                sqlx::query(
                    "INSERT INTO holds (id, name, reason, streams, created_at, created_by) \
                     VALUES ($1, $2, $3, $4, $5, $6)",
                )
                .bind(&row.id)
                .bind(&row.name)
                .bind(&row.reason)
                .bind(stream_list(&row.streams))
                .bind(row.created_at.us())
                .bind(&row.created_by)
                .execute(change.db())
                .await?;
                Ok(row)
            })
        })
        .await
    }

    /// Ends a hold; it stays on record. Ending it again changes nothing.
    ///
    /// # Errors
    /// When there is no such hold, or the database refuses.
    pub async fn release_hold(&self, actor: &Actor, id: &str) -> Result<()> {
        let find = sqlx::query_as("SELECT * FROM holds WHERE id = $1").bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        let hold = row.map(Hold::from);
        if hold.as_ref().is_some_and(|hold| hold.released_at.is_some()) {
            return Ok(());
        }
        let id = id.to_owned();
        self.change(actor, "hold.released", |change| {
            Box::pin(async move {
                change.resource("hold", &id, "");
                let hold = hold.ok_or(ControlError::NotFound("hold"))?;
                change.resource("hold", &hold.id, &hold.name);
                sqlx::query("UPDATE holds SET released_at = $1 WHERE id = $2")
                    .bind(Timestamp::now().us())
                    .bind(hold.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await?;
        self.wake_jobs();
        Ok(())
    }

    /// The right to remove or erase events of a stream, for one step.
    ///
    /// # Errors
    /// [`ControlError::Held`] while a hold keeps the stream; [`ControlError::AuditUnavailable`] while it
    /// could not be put on record; or when the database fails.
    pub(crate) async fn removal_step(&self, stream: Stream) -> Result<Step<'_>> {
        let step = Step(self.removing.lock().await);
        self.can_record("retention.applied")?;
        self.check_holds(&[stream]).await?;
        Ok(step)
    }

    /// Refuses while a hold keeps one of these streams.
    pub(super) async fn check_holds(&self, streams: &[Stream]) -> Result<()> {
        let holds = self.holds().await?;
        let keeps = |hold: &Hold| streams.iter().any(|stream| hold.keeps(*stream));
        match holds.into_iter().find(keeps) {
            Some(hold) => Err(ControlError::Held {
                id: hold.id,
                name: hold.name,
            }),
            None => Ok(()),
        }
    }
}
