//! Messages of conversations that arrive in log records of their own and wait here, on disk, until
//! their call is known. They are events under way, not state: no audit event tells of them.

use super::secrets::digest_hex;
use super::{Control, ControlError, Result};
use daybook_ingest::otlp::Piece;
use daybook_model::Timestamp;
use daybook_model::validate::Intake;
use std::collections::HashMap;

/// A call whose pieces are held.
#[derive(Debug, Clone, PartialEq, Eq, Hash, sqlx::FromRow)]
pub(crate) struct HeldCall {
    pub(crate) origin: String,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
}

/// The pieces of a call.
#[derive(Debug, Default)]
pub(crate) struct HeldPieces {
    pub(crate) ids: Vec<String>,
    pub(crate) ingest_key_id: String,
    /// When the first was received.
    pub(crate) since: Timestamp,
    /// In the order of the conversation.
    pub(crate) pieces: Vec<Piece>,
}

impl Control {
    /// Holds pieces, on disk when it returns. A repeated delivery is held once.
    pub(crate) async fn hold_pieces(&self, intake: &Intake, pieces: &[Piece]) -> Result<()> {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut transaction = self.db.begin().await?;
        for (place, piece) in (0_i64..).zip(pieces) {
            let text = serde_json::to_string(piece)
                .map_err(|error| ControlError::Internal(format!("holding a piece: {error}")))?;
            // A conversation may hold the same message twice; the second is another piece.
            let times = seen.entry(text.clone()).or_default();
            *times += 1;
            let id = digest_hex(&format!("{times} {} {text}", intake.origin));
            sqlx::query(
                "INSERT INTO pieces (id, origin, ingest_key_id, trace_id, span_id, received_at, time_us, place, piece) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
            )
            .bind(id)
            .bind(&*intake.origin)
            .bind(&*intake.ingest_key_id)
            .bind(&piece.trace_id)
            .bind(&piece.span_id)
            .bind(intake.received_at.us())
            .bind(piece.time_us)
            .bind(place)
            .bind(text)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// What is held for a call.
    pub(crate) async fn held_pieces(&self, call: &HeldCall) -> Result<HeldPieces> {
        let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
            "SELECT id, ingest_key_id, received_at, piece FROM pieces \
             WHERE origin = $1 AND trace_id = $2 AND span_id = $3 \
             ORDER BY time_us, received_at, place",
        )
        .bind(&call.origin)
        .bind(&call.trace_id)
        .bind(&call.span_id)
        .fetch_all(self.db.reader())
        .await?;
        let mut held = HeldPieces {
            since: Timestamp::MAX,
            ..HeldPieces::default()
        };
        for (id, ingest_key_id, received_at, piece) in rows {
            let piece = serde_json::from_str(&piece)
                .map_err(|error| ControlError::Internal(format!("reading a piece: {error}")))?;
            held.ids.push(id);
            held.ingest_key_id = ingest_key_id;
            held.since = held.since.min(Timestamp::from_us(received_at));
            held.pieces.push(piece);
        }
        Ok(held)
    }

    /// Whether anything is held at all.
    pub(crate) async fn holds_pieces(&self) -> Result<bool> {
        let any: Option<i64> = sqlx::query_scalar("SELECT 1 FROM pieces LIMIT 1")
            .fetch_optional(self.db.reader())
            .await?;
        Ok(any.is_some())
    }

    /// Calls of which something was received since one instant and before another.
    pub(crate) async fn held_calls(
        &self,
        since: Timestamp,
        before: Timestamp,
    ) -> Result<Vec<HeldCall>> {
        let find = sqlx::query_as(
            "SELECT DISTINCT origin, trace_id, span_id FROM pieces \
             WHERE received_at >= $1 AND received_at < $2",
        );
        let find = find.bind(since.us()).bind(before.us());
        Ok(find.fetch_all(self.db.reader()).await?)
    }

    /// Lets pieces go that are part of their call now.
    pub(crate) async fn release_pieces(&self, ids: &[String]) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        for id in ids {
            let delete = sqlx::query("DELETE FROM pieces WHERE id = $1").bind(id);
            delete.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
