//! The walk behind a download. A task of its own asks the store step by step, writes a step while
//! the next is read, and hands over what is written in parts; it ends when nobody takes those any
//! more, or when the caller's rights have changed. Steps adapt to the size of events, so that one has
//! about [`STEP_BYTES`] whatever the events hold.

use super::csv::Buffer;
use super::rows::Rows;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::reading::Reader;
use axum::body::Bytes;
use daybook_model::logstore::ScanRequest;
use daybook_model::table::Table;
use daybook_model::{LogStore, Query};
use futures_util::Stream;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

/// What a part should have.
const PART_BYTES: usize = 2 << 20;
/// What a step should have.
const STEP_BYTES: usize = 8 << 20;
/// Events of the first step: few, so that the answer begins soon.
const FIRST_EVENTS: usize = 1_024;
/// Events of a step: many, for each step reads what lies between its ids in their dictionary, too.
const STEP_EVENTS_MAX: usize = 65_536;
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
    reader: Reader,
    request: ScanRequest,
    rows: Arc<Rows>,
    events_max: usize,
}

impl Walk {
    pub(super) fn new(app: App, reader: Reader, query: Query, rows: Rows) -> Self {
        let payloads = rows.payloads();
        let events_max = match payloads {
            true => PAYLOAD_EVENTS_MAX,
            false => STEP_EVENTS_MAX,
        };
        Self {
            app,
            reader,
            request: ScanRequest {
                query,
                after: None,
                limit: FIRST_EVENTS.min(events_max),
                fields: rows.fields().into(),
            },
            rows: Arc::new(rows),
            events_max,
        }
    }

    /// Takes the first step, so that what is wrong from the beginning is a refusal, and leaves the
    /// others to a task. The place is kept until the task ends.
    pub(super) async fn start(
        self,
        place: OwnedSemaphorePermit,
    ) -> ApiResult<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let first = self.step().await?;
        // One part is on its way, one waits here, one is being prepared.
        let (parts, taken) = channel(1);
        tokio::spawn(async move {
            if let Err(error) = self.run(first, &parts).await {
                match error.cause {
                    Some(cause) => tracing::error!("a download broke off: {cause}"),
                    None => tracing::warn!("a download broke off: {}", error.message),
                }
                // Not before what was read in time is on its way.
                let _ = timeout(STALL_TIME_MAX, parts.reserve()).await;
            }
            drop(place);
        });
        Ok(futures_util::stream::unfold(taken, next))
    }

    /// Hands over everything, unless nobody takes it any more or the caller's rights have changed.
    async fn run(mut self, mut table: Table, parts: &Sender<Part>) -> ApiResult<()> {
        let mut head = self.rows.head().into_bytes();
        while table.rows > 0 {
            self.request.after = table.last;
            self.request.limit = next_limit(&table, self.events_max);
            // The next step is read while this one is written.
            let following = tokio::spawn(self.step());
            let rows = Arc::clone(&self.rows);
            let lines = Arc::new(in_background(move || rows.lines(table)).await?);
            let mut from = 0;
            while from < lines.count() {
                // More often than steps, which may be large.
                self.reader.check(&self.request.query).await?;
                let lines = Arc::clone(&lines);
                let written = in_background(move || {
                    let mut text = Buffer::with_room(PART_BYTES + PART_BYTES / 16);
                    text.put(&head);
                    (lines.write(from, PART_BYTES, &mut text), text.into_bytes())
                });
                let text;
                (from, text) = written.await?;
                head = Vec::new();
                if !hand_over(parts, Part::Bytes(text.into())).await {
                    return Ok(());
                }
            }
            table = ended(following).await??;
        }
        if head.is_empty() || hand_over(parts, Part::Bytes(head.into())).await {
            hand_over(parts, Part::End).await;
        }
        Ok(())
    }

    /// The next events, if the caller may still see them.
    fn step(&self) -> impl Future<Output = ApiResult<Table>> + Send + use<> {
        let (app, reader) = (self.app.clone(), self.reader.clone());
        let request = self.request.clone();
        async move {
            reader.check(&request.query).await?;
            let scan = |store: Arc<dyn LogStore>| async move { store.scan(request).await };
            app.query(scan).await
        }
    }
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> ApiResult<T> {
    ended(spawn_blocking(work)).await
}

async fn ended<T>(task: JoinHandle<T>) -> ApiResult<T> {
    task.await
        .map_err(|error| ApiError::internal(error.to_string()))
}

/// As many events as have about the size of a step, judged by these; growing step by step, for the
/// next ones may be larger.
fn next_limit(table: &Table, events_max: usize) -> usize {
    let fitting = STEP_BYTES * table.rows / table.bytes().max(1);
    fitting
        .min(table.rows.max(FIRST_EVENTS) * 4)
        .clamp(1, events_max)
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
    use daybook_model::catalogue::field;
    use daybook_model::{Event, Stream};
    use daybook_testkit::table_of;

    #[test]
    fn steps_follow_the_size_of_events() {
        let table = |count: usize, bytes: usize| {
            let mut event = Event::new(Stream::Usage);
            event.set_json("request", format!("\"{}\"", "x".repeat(bytes)));
            table_of(&vec![event; count], &[field(Stream::Usage, "request")])
        };
        let next = |table, max| next_limit(&table, max);
        assert_eq!(next(table(1_024, 100), STEP_EVENTS_MAX), 4_096);
        assert_eq!(next(table(1, 100), STEP_EVENTS_MAX), 4_096);
        assert_eq!(next(table(65_536, 10), STEP_EVENTS_MAX), 65_536);
        assert_eq!(next(table(16, 16 << 20), PAYLOAD_EVENTS_MAX), 1);
        let few = next(table(64, 400_000), PAYLOAD_EVENTS_MAX);
        assert!((18..=21).contains(&few), "{few}");
    }
}
