//! Events that are committed with a change and not yet in the log. They are delivered in order and
//! at least once; their ids make the second time a duplicate.

use super::{Control, ControlError, Result};
use daybook_model::event::Form;
use daybook_model::logstore::{Outcome, Write};
use daybook_model::validate::Intake;
use daybook_model::{Event, Timestamp};
use sqlx::SqliteConnection;
use std::time::Duration;

/// The origin of Daybook's own events.
pub(crate) const ORIGIN: &str = "daybook";
/// How often rows are looked for that another process or a refused delivery left.
const INTERVAL: Duration = Duration::from_secs(2);
const DELIVERED_AT_ONCE: i64 = 500;

/// Puts an event into the outbox, inside the caller's transaction.
pub(super) async fn insert(db: &mut SqliteConnection, mut event: Event) -> Result<()> {
    let now = Timestamp::now();
    let intake = Intake {
        origin: ORIGIN.into(),
        ingest_key_id: Box::default(),
        received_at: now,
    };
    event
        .admit(&intake)
        .map_err(|refusal| ControlError::Internal(format!("own event refused: {refusal}")))?;
    sqlx::query("INSERT INTO outbox (id, created_at, event) VALUES ($1, $2, $3)")
        .bind(&*event.id)
        .bind(now.us())
        .bind(event.to_json(Form::Whole))
        .execute(db)
        .await?;
    Ok(())
}

impl Control {
    /// Delivers what waits. A failure is no failure of the change: the row stays and
    /// [`Control::deliver_forever`] tries again.
    pub(super) async fn deliver_now(&self) {
        if let Err(error) = self.deliver().await {
            tracing::debug!(%error, "events stay in the outbox for now");
        }
    }

    /// Delivers what waits, now and then. Ends never.
    pub async fn deliver_forever(self) {
        let mut failing = false;
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            self.record_sums(false).await;
            let outcome = self.deliver().await;
            if let Err(error) = &outcome
                && !failing
            {
                tracing::warn!(%error, "Daybook's own events cannot be delivered to the log; they wait in the outbox");
            }
            failing = outcome.is_err();
        }
    }

    async fn deliver(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        let _one_at_a_time = self.delivering.lock().await;
        loop {
            let rows: Vec<(String, String)> =
                sqlx::query_as("SELECT id, event FROM outbox ORDER BY created_at, id LIMIT $1")
                    .bind(DELIVERED_AT_ONCE)
                    .fetch_all(self.db.reader())
                    .await?;
            if rows.is_empty() {
                return Ok(());
            }
            let events: std::result::Result<Vec<_>, _> = rows
                .iter()
                .map(|(_, event)| Event::from_stored(event).map(Write::Append))
                .collect();
            let outcomes = store.append(events?).await?;
            for ((id, _), outcome) in rows.iter().zip(outcomes) {
                if outcome == Outcome::Conflict {
                    tracing::error!(id, "an event of the outbox met another with its id");
                }
                self.db
                    .write(sqlx::query("DELETE FROM outbox WHERE id = $1").bind(id))
                    .await?;
            }
        }
    }
}
