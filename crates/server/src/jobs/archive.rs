//! Archiving by age: what is older than a stream's online window goes to the archive, by whole days
//! or months. It removes nothing, but what is archived cannot come back online; so it follows a clock
//! that is believed alone, and a legal hold keeps online what is online.

use super::Stopped;
use crate::app::App;
use crate::control::{Job, JobKind, JobState, OnlineWindows};
use daybook_model::logstore::{ArchiveRequest, Progress};
use daybook_model::{Stream, Timestamp};
use serde_json::json;

/// What each window sends to the archive.
fn requests(windows: OnlineWindows, now: Timestamp) -> Vec<ArchiveRequest> {
    let windows = windows.by_stream().into_iter();
    let due = windows.filter_map(|(stream, days)| {
        let before = now.plus_us(-(i64::from(days?) * Timestamp::DAY_US));
        Some(ArchiveRequest { stream, before })
    });
    due.collect()
}

impl App {
    /// Archives what is older than it is online; answers whether nothing is left to do for now.
    pub(super) async fn archive_old_events(&self) -> bool {
        let (mut job, now) = match self.due_archiving().await {
            Ok(Some(due)) => due,
            Ok(None) => return true,
            Err(error) => {
                tracing::warn!(%error, "old events cannot be archived now");
                return false;
            }
        };
        match self.run_archiving(&mut job, now).await {
            Ok(all_done) => all_done,
            Err(stopped) => {
                self.note_stop(&mut job, &stopped).await;
                false
            }
        }
    }

    async fn due_archiving(&self) -> Result<Option<(Job, Timestamp)>, Stopped> {
        let clock = self.clock().await?;
        if requests(self.online_windows().await?, Timestamp::now()).is_empty() {
            return Ok(None);
        }
        let job = self.control.begin_run(JobKind::Archive).await?;
        self.begin_by_clock(job, clock, "archived").await
    }

    /// Answers whether all that is due was done; erasures that were asked for meanwhile go first.
    async fn run_archiving(&self, job: &mut Job, now: Timestamp) -> Result<bool, Stopped> {
        let mut held = None;
        for request in requests(self.online_windows().await?, now) {
            let stream = request.stream;
            job.details[stream.name()]["before"] = json!(request.before);
            let step = || self.store.archive(request.clone());
            let count = |job: &mut Job, progress: &Progress| {
                let details = &mut job.details[stream.name()];
                let before = details["events"].as_u64().unwrap_or(0);
                details["events"] = json!(before + progress.events);
            };
            match self.archive_stream(job, stream, step, count).await {
                Err(stopped) if stopped.state() == JobState::Held => {
                    held = Some(format!("{stream}: {stopped}"));
                }
                Ok(false) => return Ok(false),
                ended => _ = ended?,
            }
        }
        self.control
            .finish_run(job.clone(), held, "archive.extended")
            .await?;
        Ok(true)
    }

    async fn archive_stream<R>(
        &self,
        job: &mut Job,
        stream: Stream,
        mut step: impl FnMut() -> R + Send,
        mut seen: impl FnMut(&mut Job, &Progress) + Send,
    ) -> Result<bool, Stopped>
    where
        R: Future<Output = daybook_model::logstore::StoreResult<Progress>> + Send,
    {
        loop {
            if !self.control.unfinished_erasures().await?.is_empty() {
                return Ok(false);
            }
            if self.step_once(job, stream, &mut step, &mut seen).await? {
                return Ok(true);
            }
        }
    }

    /// The online windows of all streams.
    async fn online_windows(&self) -> Result<OnlineWindows, Stopped> {
        let mut windows = self.control.retention().await?.online();
        windows.audit_days = Some(self.options.audit_online_days);
        Ok(windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stream_has_a_window_of_its_own() {
        let now = Timestamp::parse("2026-11-21T12:00:00Z").unwrap();
        let windows = OnlineWindows {
            audit_days: Some(90),
            usage_days: Some(30),
            ..OnlineWindows::default()
        };
        let due: Vec<(Stream, String)> = requests(windows, now)
            .into_iter()
            .map(|request| (request.stream, request.before.to_string()))
            .collect();
        assert_eq!(
            due,
            [
                (Stream::Audit, "2026-08-23T12:00:00Z".into()),
                (Stream::Usage, "2026-10-22T12:00:00Z".into())
            ]
        );
    }
}
