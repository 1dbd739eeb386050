//! Where questions are answered: on threads for pages, and on others for sums and walks, which may go over all
//! events, so that nobody who wants a page waits for another's sums. Both let go first who sends events.

use crate::Store;
use crate::error::internal;
use crate::query::cache::Cache;
use crate::state::Snapshot;
use daybook_model::logstore::{BoxFuture, StoreResult};
use futures_channel::oneshot;
use rayon::ThreadPool;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

impl Store {
    /// Answers what few events are read for.
    pub(crate) fn answer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Snapshot, &Cache) -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        self.ask(&self.0.pages, work)
    }

    /// Answers what all events may be read for.
    pub(crate) fn sum<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Snapshot, &Cache) -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        self.ask(&self.0.sums, work)
    }

    fn ask<T: Send + 'static>(
        &self,
        threads: &ThreadPool,
        work: impl FnOnce(&Snapshot, &Cache) -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        let (shared, cache) = (Arc::clone(&self.0.shared), Arc::clone(&self.0.cache));
        self.run_on(threads, move || {
            work(&shared.snapshot(), &cache)
                // The index may have said less than what its files showed.
                .map_err(|error| shared.get().damage().unwrap_or(error))
        })
    }

    /// Does some work beside what waits for it.
    pub(crate) fn on_query_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        self.run_on(&self.0.pages, work)
    }

    fn run_on<T: Send + 'static>(
        &self,
        threads: &ThreadPool,
        work: impl FnOnce() -> StoreResult<T> + Send + 'static,
    ) -> BoxFuture<'_, StoreResult<T>> {
        let (reply, answer) = oneshot::channel();
        let shared = Arc::clone(&self.0.shared);
        threads.spawn(move || {
            // A fault of one query must not end the process, nor the thread.
            let answer = catch_unwind(AssertUnwindSafe(work))
                .unwrap_or_else(|_| {
                    let failed = internal("a query failed unexpectedly");
                    Err(shared.get().damage().unwrap_or(failed))
                })
                .inspect_err(|error| shared.damages.note(error));
            // Whoever asked may have gone away.
            let _ = reply.send(answer);
        });
        Box::pin(async move {
            answer
                .await
                .unwrap_or_else(|_| Err(internal("a query thread ended without an answer")))
        })
    }
}

/// Threads that answer.
pub(crate) fn threads(name: &'static str, count: usize) -> StoreResult<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(move |n| format!("{name}-{n}"))
        .start_handler(|_| let_others_go_first())
        .build()
        .map_err(internal)
}

/// Lowers the priority of the calling thread: a question that takes all processors for a second must not let
/// those wait who send events.
pub(crate) fn let_others_go_first() {
    const NICE: i32 = 5;
    // On other systems it would be the priority of the whole process. One that refuses it answers all the same.
    if cfg!(target_os = "linux") {
        let _ = rustix::process::setpriority_process(None, NICE);
    }
}
