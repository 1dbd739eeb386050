//! Erasures: each goes on until nothing of the person is left in the fields concerned, over
//! restarts and holds. Done again it finds nothing.

use super::Stopped;
use crate::app::App;
use crate::control::{Erasure, Job, JobState};

impl App {
    /// Does all erasures that were asked for; answers whether none is left.
    pub(super) async fn erase_people(&self) -> bool {
        let unfinished = match self.control.unfinished_erasures().await {
            Ok(unfinished) => unfinished,
            Err(error) => {
                tracing::warn!(%error, "erasures cannot be read now");
                return false;
            }
        };
        let mut all_done = true;
        for (mut job, erasure) in unfinished {
            if let Err(stopped) = self.erase_person(&mut job, &erasure).await {
                self.note_stop(&mut job, &stopped).await;
                all_done = false;
            }
        }
        all_done
    }

    async fn erase_person(&self, job: &mut Job, erasure: &Erasure) -> Result<(), Stopped> {
        if job.state != JobState::Running {
            job.run();
            self.control.save_job(job).await?;
        }
        for request in erasure.requests() {
            let stream = request.query.stream;
            let step = || self.store.erase(request.clone());
            self.step_through(job, stream, step, |_, _| {}).await?;
        }
        self.control.finish_erasure(job.clone()).await?;
        tracing::info!(id = job.id, events = job.events, "a person was erased");
        Ok(())
    }
}
