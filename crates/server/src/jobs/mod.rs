//! Work in the background that changes what is kept, and where: removal by age, archiving and
//! erasure. One job at a time, in small steps of the store; each step asks for leave first, so that a legal hold stops
//! what is under way.

mod archive;
mod erasure;
mod retention;

use crate::app::App;
use crate::control::{ControlError, Job, JobState};
use daybook_model::logstore::{Progress, StoreResult};
use daybook_model::{StoreError, Stream};
use std::future::Future;
use std::time::Duration;

/// How often events that have become too old are removed.
const INTERVAL: Duration = Duration::from_secs(3600);
/// When what failed or was held is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// Why a job did not get to its end.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Stopped {
    /// A hold is no failure.
    const fn state(&self) -> JobState {
        match self {
            Self::Control(ControlError::Held { .. }) => JobState::Held,
            _ => JobState::Waiting,
        }
    }
}

impl App {
    /// Does what is due, every hour and when somebody asked for something. Ends never.
    pub async fn run_jobs_forever(self) {
        loop {
            let all_done = self.erase_people().await
                & self.remove_old_events().await
                & self.archive_old_events().await;
            let pause = if all_done { INTERVAL } else { AGAIN };
            // Whichever comes first.
            let _ = tokio::time::timeout(pause, self.control.job_wanted()).await;
        }
    }

    /// Repeats a step of the store until it is done, with the job's progress on disk.
    async fn step_through<R>(
        &self,
        job: &mut Job,
        stream: Stream,
        mut step: impl FnMut() -> R,
        mut seen: impl FnMut(&mut Job, &Progress),
    ) -> Result<(), Stopped>
    where
        R: Future<Output = StoreResult<Progress>> + Send,
    {
        while !self.step_once(job, stream, &mut step, &mut seen).await? {}
        Ok(())
    }

    /// Takes one step, with leave; whether that was the last one.
    async fn step_once<R>(
        &self,
        job: &mut Job,
        stream: Stream,
        step: &mut impl FnMut() -> R,
        seen: &mut impl FnMut(&mut Job, &Progress),
    ) -> Result<bool, Stopped>
    where
        R: Future<Output = StoreResult<Progress>> + Send,
    {
        let leave = self.control.removal_step(stream).await?;
        let progress = step().await?;
        drop(leave);
        job.advance(&progress);
        seen(job, &progress);
        self.control.save_job(job).await?;
        Ok(progress.done)
    }

    /// Notes why a job stands still.
    async fn note_stop(&self, job: &mut Job, stopped: &Stopped) {
        let kind = job.kind;
        if job.error.as_ref() != Some(&stopped.to_string()) {
            tracing::warn!(?kind, id = job.id, "a job stands still: {stopped}");
        }
        job.stop(stopped.state(), stopped.to_string());
        if let Err(error) = self.control.save_job(job).await {
            tracing::warn!(%error, id = job.id, "the state of a job cannot be noted");
        }
    }
}
