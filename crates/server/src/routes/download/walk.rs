//! The walk behind a download. A task of its own asks the store step by step and hands over what
//! it has written; it ends when nobody takes that any more. Steps adapt to the size of events, so
//! that a part has about [`PART_BYTES`] whatever the events hold.

use super::rows::Rows;
use crate::app::App;
use crate::error::ApiResult;
use axum::body::Bytes;
use daybook_model::logstore::ScanRequest;
use daybook_model::{Event, Query};
use futures_util::Stream;
use std::io;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

/// What a part should have.
const PART_BYTES: usize = 2 << 20;
/// Events of the first step: few, so that the answer begins soon.
const FIRST_EVENTS: usize = 256;
/// Events of a step.
const STEP_EVENTS_MAX: usize = 8_192;
/// With payloads, which may have megabytes each.
const PAYLOAD_EVENTS_MAX: usize = 64;
/// How long a client may take for a part before its place is given to others.
const STALL_TIME_MAX: Duration = Duration::from_secs(300);

/// What the task hands over. Without an end the file is broken.
enum Part {
    Bytes(Bytes),
    End,
}

/// A walk over the events of a query.
#[derive(Debug)]
pub(super) struct Walk {
    app: App,
    request: ScanRequest,
    rows: Rows,
    events_max: usize,
}

impl Walk {
    pub(super) fn new(app: App, query: Query, rows: Rows) -> Self {
        let payloads = rows.payloads();
        let events_max = match payloads {
            true => PAYLOAD_EVENTS_MAX,
            false => STEP_EVENTS_MAX,
        };
        Self {
            app,
            request: ScanRequest {
                query,
                after: None,
                limit: FIRST_EVENTS.min(events_max),
                payloads,
            },
            rows,
            events_max,
        }
    }

    /// Takes the first step, so that what is wrong from the beginning is a refusal, and leaves the
    /// others to a task. The place is kept until the task ends.
    pub(super) async fn start(
        mut self,
        place: OwnedSemaphorePermit,
    ) -> ApiResult<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let mut text = self.rows.head();
        let more = self.step(&mut text).await?;
        // One part is on its way, one waits here, one is being prepared.
        let (parts, taken) = channel(1);
        tokio::spawn(async move {
            self.run(text, more, parts).await;
            drop(place);
        });
        Ok(futures_util::stream::unfold(taken, next))
    }

    async fn run(mut self, first: String, mut more: bool, parts: Sender<Part>) {
        let mut text = first;
        loop {
            if !text.is_empty() && !hand_over(&parts, Part::Bytes(text.into())).await {
                return;
            }
            if !more {
                break;
            }
            text = String::with_capacity(PART_BYTES + PART_BYTES / 4);
            match self.step(&mut text).await {
                Ok(found) => more = found,
                Err(error) => {
                    let cause = error.cause.unwrap_or(error.message);
                    tracing::error!("a download broke off: {cause}");
                    return;
                }
            }
        }
        hand_over(&parts, Part::End).await;
    }

    /// Writes the next events; whether there were any.
    async fn step(&mut self, out: &mut String) -> ApiResult<bool> {
        let request = self.request.clone();
        let events = self
            .app
            .query(|store| async move { store.scan(request).await })
            .await?;
        let Some(last) = events.last() else {
            return Ok(false);
        };
        self.request.after = Some((last.time, last.seq));
        for event in &events {
            self.rows.write(event, out);
        }
        self.request.limit = next_limit(&events, self.events_max);
        Ok(true)
    }
}

/// As many events as have about the size of a part, judged by these; growing step by step, for the
/// next ones may be larger.
fn next_limit(events: &[Event], events_max: usize) -> usize {
    let bytes: usize = events.iter().map(Event::size_bytes).sum();
    let fitting = PART_BYTES * events.len() / bytes.max(1);
    fitting.min(events.len() * 4).clamp(1, events_max)
}

/// Whether somebody took it.
async fn hand_over(parts: &Sender<Part>, part: Part) -> bool {
    matches!(timeout(STALL_TIME_MAX, parts.send(part)).await, Ok(Ok(())))
}

/// The task's end without a last word, however it came, breaks the connection: what was sent must
/// not pass for the whole file.
async fn next(mut parts: Receiver<Part>) -> Option<(io::Result<Bytes>, Receiver<Part>)> {
    match parts.recv().await {
        Some(Part::Bytes(bytes)) => Some((Ok(bytes), parts)),
        Some(Part::End) => None,
        None => Some((Err(io::Error::other("the download broke off")), parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Stream;

    #[test]
    fn steps_follow_the_size_of_events() {
        let events = |count: usize, bytes: usize| {
            let mut event = Event::new(Stream::Usage);
            event.set_json("request", format!("\"{}\"", "x".repeat(bytes)));
            vec![event; count]
        };
        assert_eq!(next_limit(&events(256, 100), STEP_EVENTS_MAX), 1_024);
        assert_eq!(next_limit(&events(8_192, 10), STEP_EVENTS_MAX), 8_192);
        assert_eq!(next_limit(&events(64, 4 << 20), PAYLOAD_EVENTS_MAX), 1);
        let few = next_limit(&events(64, 100_000), PAYLOAD_EVENTS_MAX);
        assert!((18..=21).contains(&few), "{few}");
    }
}
