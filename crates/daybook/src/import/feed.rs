//! Chunks on their way into the store: parsed on all cores, appended in the order of their lines,
//! several at a time. A store that is busy is waited for; nothing is ever dropped.

use super::batch::{Gate, Parsed, parse};
use super::report::Report;
use super::source::Chunk;
use crate::Failure;
use daybook_model::logstore::{BoxFuture, Outcome, StoreResult};
use daybook_model::{LogStore, StoreError};
use futures_util::{Stream, StreamExt};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

/// Appends under way: their flushes overlap with the parsing of what follows.
const IN_FLIGHT: usize = 16;
/// Between two attempts to hand a batch to a busy store.
const PAUSE: Duration = Duration::from_millis(300);
/// How long a store that says it cannot write at all is given to recover.
const TROUBLE_MAX: Duration = Duration::from_secs(60);

type Answer<'s> = BoxFuture<'s, StoreResult<Vec<Outcome>>>;

/// A chunk whose batches are with the store.
struct Sent<'s> {
    parsed: Parsed,
    answers: Vec<Answer<'s>>,
}

/// Feeds a store.
pub(crate) struct Feed<'s> {
    pub(crate) store: &'s dyn LogStore,
    pub(crate) gate: Arc<Gate>,
    pub(crate) report: &'s mut Report,
    /// Called with the number of events that were dealt with.
    pub(crate) progress: &'s (dyn Fn(u64) + Sync),
}

impl<'s> Feed<'s> {
    /// Stores the events of all chunks, in order, and reports what became of them.
    ///
    /// # Errors
    /// When a source cannot be read or the store fails; what the report holds is stored.
    pub(crate) async fn run(
        mut self,
        chunks: impl Stream<Item = io::Result<Chunk>>,
    ) -> Result<(), Failure> {
        let parsing = std::thread::available_parallelism().map_or(2, usize::from) + 1;
        let gate = Arc::clone(&self.gate);
        let parsed = chunks.map(|chunk| {
            let gate = Arc::clone(&gate);
            async move {
                let chunk = chunk?;
                let parsed = tokio::task::spawn_blocking(move || parse(chunk, &gate)).await;
                parsed.map_err(|error| Failure::Other(format!("reading a batch: {error}")))
            }
        });
        let mut parsed = std::pin::pin!(parsed.buffered(parsing));
        let mut sent = VecDeque::new();
        let mut ended = Ok(());
        while let Some(next) = parsed.next().await {
            let sending = match next {
                Ok(parsed) => self.send(parsed).await,
                Err(error) => Err(error),
            };
            match sending {
                Ok(next) => sent.push_back(next),
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
            if sent.len() >= IN_FLIGHT {
                self.settle(sent.pop_front()).await?;
            }
        }
        while !sent.is_empty() {
            self.settle(sent.pop_front()).await?;
        }
        ended
    }

    /// Hands a chunk's batches to the store. Refused at the door, a batch is offered again before
    /// any later one, so that of two events with one id the first is kept.
    async fn send(&self, mut parsed: Parsed) -> Result<Sent<'s>, Failure> {
        let mut answers: Vec<Answer<'s>> = Vec::with_capacity(parsed.batches.len());
        let mut patience = Patience::default();
        while let Some(batch) = parsed.batches.get_mut(answers.len()) {
            let mut answer = self.store.append(std::mem::take(&mut batch.writes));
            match futures_util::poll!(&mut answer) {
                Poll::Ready(Err(StoreError::Unavailable(why) | StoreError::Busy(why))) => {
                    patience.wait(self.store, why).await?;
                    parsed = parse(parsed.chunk, &self.gate);
                }
                Poll::Ready(answered) => answers.push(Box::pin(std::future::ready(answered))),
                Poll::Pending => answers.push(answer),
            }
        }
        Ok(Sent { parsed, answers })
    }

    /// Waits for the store's answers about a chunk and reports them.
    async fn settle(&mut self, sent: Option<Sent<'s>>) -> Result<(), Failure> {
        let Some(Sent {
            mut parsed,
            answers,
        }) = sent
        else {
            return Ok(());
        };
        let mut outcomes = Vec::with_capacity(answers.len());
        let mut patience = Patience::default();
        for (at, mut answer) in answers.into_iter().enumerate() {
            // A full disk shows only here; nothing of the batch is stored then.
            let answered = loop {
                match answer.await {
                    Err(StoreError::Unavailable(why) | StoreError::Busy(why)) => {
                        patience.wait(self.store, why).await?;
                    }
                    answered => break answered?,
                }
                parsed = parse(parsed.chunk, &self.gate);
                answer = self
                    .store
                    .append(std::mem::take(&mut parsed.batches[at].writes));
            };
            outcomes.push(answered);
        }
        let events = outcomes.iter().map(Vec::len).sum::<usize>() + parsed.refused.len();
        self.report.add(parsed, &outcomes)?;
        (self.progress)(events as u64);
        Ok(())
    }
}

/// How long a store has said that it cannot write.
#[derive(Default)]
struct Patience {
    troubled_since: Option<Instant>,
}

impl Patience {
    /// Waits for a while. A store that only indexes what came before gets all the time it needs.
    async fn wait(&mut self, store: &dyn LogStore, why: String) -> Result<(), Failure> {
        if store.read_only().is_none() {
            self.troubled_since = None;
        } else {
            let since = self.troubled_since.get_or_insert_with(Instant::now);
            if since.elapsed() > TROUBLE_MAX {
                return Err(StoreError::Unavailable(why).into());
            }
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}
