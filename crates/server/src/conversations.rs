//! Joins conversations with their calls. Some instrumentations send the call as a span and each
//! message as a log record, in any order; what was acknowledged is held on disk until both are
//! known, and then becomes the call's request and response.

use crate::app::App;
use crate::control::{ControlError, HeldCall};
use crate::error::{ApiError, ApiResult};
use daybook_ingest::otlp::{Piece, assemble, usage_id};
use daybook_model::logstore::Write;
use daybook_model::validate::Intake;
use daybook_model::{Filter, Query, Stream, Test, Timestamp, Value, catalogue};
use std::collections::HashSet;
use std::time::Duration;

/// How often what waits is looked at.
const INTERVAL: Duration = Duration::from_secs(2);
/// After so many looks at what came of late, all is looked at: once at the start, then every ten
/// minutes, as joining may have failed.
const LOOKS_TO_ALL: u32 = 300;
/// What counts as of late.
const LATE_US: i64 = 60 * Timestamp::SECOND_US;
/// How long a call is given to send an answer in messages: failed calls never do. Longer than a
/// refused sender is told to wait.
const LAST_WAIT_US: i64 = 6 * Timestamp::SECOND_US;
/// How long a call is given to arrive at all. Messages alone are no call and are dropped then.
const CALL_WAIT_US: i64 = 24 * 3600 * Timestamp::SECOND_US;

impl App {
    /// Takes pieces: on disk, and part of their calls as far as these are known.
    pub(crate) async fn take_pieces(&self, intake: &Intake, pieces: &[Piece]) -> ApiResult<()> {
        if pieces.is_empty() {
            return Ok(());
        }
        self.control.hold_pieces(intake, pieces).await?;
        let calls: HashSet<HeldCall> = pieces
            .iter()
            .map(|piece| HeldCall {
                origin: intake.origin.as_ref().into(),
                trace_id: piece.trace_id.clone(),
                span_id: piece.span_id.clone(),
            })
            .collect();
        self.join_all(calls).await;
        Ok(())
    }

    /// Joins calls that were just stored with what was held for them.
    pub(crate) async fn calls_arrived(&self, calls: HashSet<HeldCall>) {
        match self.control.holds_pieces().await {
            Ok(false) => {}
            Ok(true) => self.join_all(calls).await,
            Err(error) => tracing::warn!(%error, "held messages cannot be read"),
        }
    }

    /// Joins what waited long enough, now and then. Ends never.
    pub async fn join_conversations_forever(self) {
        let mut ticks = tokio::time::interval(INTERVAL);
        for look in (0..LOOKS_TO_ALL).cycle() {
            ticks.tick().await;
            if let Err(error) = self.join_waiting(look == 0).await {
                tracing::warn!(%error, "held messages cannot be read");
            }
        }
    }

    /// Joins what waited long enough, of all or of what came of late, and drops what waited in vain.
    async fn join_waiting(&self, all: bool) -> Result<(), ControlError> {
        let ago = |us: i64| Timestamp::now().plus_us(-us);
        let ever = Timestamp::from_us(0);
        let since = if all { ever } else { ago(LATE_US) };
        let calls = self.control.held_calls(since, ago(LAST_WAIT_US)).await?;
        self.join_all(calls).await;
        let in_vain = ago(CALL_WAIT_US);
        for call in self.control.held_calls(ever, in_vain).await? {
            let held = self.control.held_pieces(&call).await?;
            self.control.release_pieces(&held.ids).await?;
            self.metrics.received("dropped", held.ids.len() as u64);
        }
        Ok(())
    }

    /// A failure is none of the request's: the pieces stay on disk for the next time.
    async fn join_all(&self, calls: impl IntoIterator<Item = HeldCall>) {
        for call in calls {
            if let Err(error) = self.join(&call).await {
                tracing::debug!(?error, "messages stay held for now");
                return;
            }
        }
    }

    async fn join(&self, call: &HeldCall) -> ApiResult<()> {
        let held = self.control.held_pieces(call).await?;
        let now = Timestamp::now();
        let waited_us = now.us().saturating_sub(held.since.us());
        let complete = held.pieces.iter().any(|piece| piece.is_last) || waited_us > LAST_WAIT_US;
        if held.pieces.is_empty() || !complete || !self.knows(call).await? {
            return Ok(());
        }
        let intake = Intake {
            origin: call.origin.as_str().into(),
            ingest_key_id: held.ingest_key_id.as_str().into(),
            received_at: now,
        };
        let mut event = assemble(&call.trace_id, &call.span_id, &held.pieces);
        match event.admit(&intake) {
            Ok(()) => _ = self.store.append(vec![Write::Amend(event)]).await?,
            Err(refusal) => tracing::warn!("a conversation cannot be kept: {refusal}"),
        }
        Ok(self.control.release_pieces(&held.ids).await?)
    }

    async fn knows(&self, call: &HeldCall) -> ApiResult<bool> {
        let mut query = Query::all(Stream::Usage);
        query.filters.push(Filter {
            field: catalogue::field(Stream::Usage, "origin"),
            negated: false,
            any: vec![Test::Is(Value::Text(call.origin.as_str().into()))],
        });
        let id = usage_id(&call.trace_id, &call.span_id);
        let found = self.store.get(query, id).await.map_err(ApiError::from)?;
        Ok(found.is_some())
    }
}

/// The calls among events, as far as pieces could belong to them.
pub(crate) fn calls_of(writes: &[Write], origin: &str) -> HashSet<HeldCall> {
    let events = writes.iter().map(Write::event);
    let calls = events.filter(|event| event.stream == Stream::Usage);
    calls
        .filter_map(|event| {
            let (trace_id, span_id) = event.id.split_once('-')?;
            Some(HeldCall {
                origin: origin.into(),
                trace_id: trace_id.into(),
                span_id: span_id.into(),
            })
        })
        .collect()
}
