//! The walk behind a download. A task of its own asks the store step by step, writes a step while
//! the next is read, and hands over what is written in parts; it ends when nobody takes those any
//! more, or when the caller's rights have changed.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::files::{Layout, Sheet};
use crate::reading::Reader;
use axum::body::Bytes;
use daybook_model::logstore::{ScanRequest, ScanStep};
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
    layout: Layout,
}

impl Walk {
    pub(super) fn new(app: App, reader: Reader, query: Query, layout: Layout) -> Self {
        Self {
            app,
            reader,
            request: ScanRequest {
                query,
                after: None,
                limit: layout.first_limit(),
                fields: layout.columns.clone(),
            },
            layout,
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
    async fn run(mut self, mut step: ScanStep, parts: &Sender<Part>) -> ApiResult<()> {
        let mut sheet = Sheet::new(self.layout.clone()).map_err(failed)?;
        loop {
            let ScanStep { table, next, .. } = step;
            // The next step is read while this one is written.
            let following = next.map(|after| {
                self.request.after = Some(after);
                self.request.limit = self.layout.next_limit(self.request.limit, &table);
                tokio::spawn(self.step())
            });
            match self.hand_over_all(sheet, table, parts).await? {
                Some(back) => sheet = back,
                None => return Ok(()),
            }
            let Some(following) = following else { break };
            step = ended(following).await??;
        }
        let rest = sheet.end().map_err(failed)?;
        if rest.is_empty() || hand_over(parts, Part::Bytes(rest.into())).await {
            hand_over(parts, Part::End).await;
        }
        Ok(())
    }

    /// Hands over the parts of a step; none when nobody takes them any more.
    async fn hand_over_all(
        &self,
        mut sheet: Sheet,
        table: Table,
        parts: &Sender<Part>,
    ) -> ApiResult<Option<Sheet>> {
        let mut table = Some(table);
        loop {
            // More often than steps, which may be large.
            self.reader.check(&self.request.query).await?;
            let table = table.take();
            let written = in_background(move || {
                if let Some(table) = table {
                    sheet.add(table);
                }
                (sheet.part(), sheet)
            });
            let part;
            (part, sheet) = written.await?;
            let Some(part) = part.map_err(failed)? else {
                // Where nothing is found for long, nobody may be there any more.
                return Ok((!parts.is_closed()).then_some(sheet));
            };
            if !hand_over(parts, Part::Bytes(part.into())).await {
                return Ok(None);
            }
        }
    }

    /// The next events, if the caller may still see them.
    fn step(&self) -> impl Future<Output = ApiResult<ScanStep>> + Send + use<> {
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

fn failed(error: io::Error) -> ApiError {
    ApiError::internal(error.to_string())
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
