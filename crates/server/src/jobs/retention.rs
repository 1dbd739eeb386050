//! Removal by age. What is removed follows the settings and the clock, and the clock is believed
//! only when it is plausible.

use super::Stopped;
use crate::app::App;
use crate::control::{Clock, Job, JobKind, JobState, Retention};
use daybook_model::logstore::{Progress, Removal, RemoveRequest, StoreResult};
use daybook_model::{ListRequest, Query, Sort, Stream, Timestamp};
use serde_json::json;

/// What each setting removes. How long audit events are kept only the deployment's configuration says.
fn requests(
    settings: Retention,
    audit_days: Option<u32>,
    now: Timestamp,
) -> Vec<(&'static str, RemoveRequest)> {
    let parts = [
        ("audit", Stream::Audit, Removal::Events, audit_days),
        ("usage", Stream::Usage, Removal::Events, settings.usage_days),
        (
            "payloads",
            Stream::Usage,
            Removal::Payloads,
            settings.payload_days,
        ),
        ("auth", Stream::Auth, Removal::Events, settings.auth_days),
        (
            "system",
            Stream::System,
            Removal::Events,
            settings.system_days,
        ),
    ];
    let due = parts
        .into_iter()
        .filter_map(|(name, stream, removal, days)| {
            let before = now.plus_us(-(i64::from(days?) * Timestamp::DAY_US));
            let request = RemoveRequest {
                stream,
                before,
                removal,
            };
            Some((name, request))
        });
    due.collect()
}

impl App {
    /// Removes what is older than it is kept; answers whether nothing is left to do for now.
    pub(super) async fn remove_old_events(&self) -> bool {
        let (mut job, now) = match self.due_retention().await {
            Ok(Some(due)) => due,
            Ok(None) => return true,
            Err(error) => {
                tracing::warn!(%error, "old events cannot be removed now");
                return false;
            }
        };
        let Err(stopped) = self.run_retention(&mut job, now).await else {
            return true;
        };
        self.note_stop(&mut job, &stopped).await;
        false
    }

    /// The run that is due, with the time it may go by; none when everything is kept for ever or
    /// the clock is not believed.
    async fn due_retention(&self) -> Result<Option<(Job, Timestamp)>, Stopped> {
        let clock = self.clock().await?;
        let removes = self.control.retention().await?.removes();
        if !removes && self.options.audit_days.is_none() {
            return Ok(None);
        }
        let job = self.control.begin_run(JobKind::Retention).await?;
        self.begin_by_clock(job, clock, "removed").await
    }

    /// Begins a run that goes by the clock, if that is believed.
    pub(super) async fn begin_by_clock(
        &self,
        mut job: Job,
        clock: Clock,
        what: &str,
    ) -> Result<Option<(Job, Timestamp)>, Stopped> {
        let due = match clock {
            Clock::Believed(now) => {
                job.run();
                Some(now)
            }
            Clock::Ahead { says, expected } => {
                let why = format!(
                    "the clock says {says}, but by all that is known it is about {expected}: nothing is \
                     {what}. Set the clock, or confirm it: POST /api/v1/jobs/retention/confirm-clock"
                );
                tracing::warn!("{why}");
                job.stop(JobState::Refused, why);
                None
            }
        };
        self.control.save_job(&job).await?;
        Ok(due.map(|now| (job, now)))
    }

    async fn run_retention(&self, job: &mut Job, now: Timestamp) -> Result<(), Stopped> {
        let settings = self.control.retention().await?;
        let mut held = None;
        for (name, request) in requests(settings, self.options.audit_days, now) {
            job.details[name]["before"] = json!(request.before);
            let step = || self.store.remove(request.clone());
            let count = |job: &mut Job, progress: &Progress| {
                let before = job.details[name]["events"].as_u64().unwrap_or(0);
                job.details[name]["events"] = json!(before + progress.events);
            };
            match self.step_through(job, request.stream, step, count).await {
                // Other streams may go on.
                Err(stopped) if stopped.state() == JobState::Held => {
                    held = Some(format!("{name}: {stopped}"));
                }
                ended => ended?,
            }
        }
        self.control
            .finish_run(job.clone(), held, "retention.applied")
            .await?;
        Ok(())
    }

    pub(super) async fn clock(&self) -> Result<Clock, Stopped> {
        let first = match self.control.knows_clock().await? {
            true => Timestamp::now(),
            false => self
                .newest_received_at()
                .await?
                .unwrap_or_else(Timestamp::now),
        };
        Ok(self.control.check_clock(first).await?)
    }

    /// When the newest event of all streams was received.
    async fn newest_received_at(&self) -> StoreResult<Option<Timestamp>> {
        let mut newest = None;
        for stream in Stream::ALL {
            let request = ListRequest {
                query: Query::all(stream),
                sort: Sort::newest(stream),
                offset: 0,
                limit: 1,
            };
            let page = self.store.list(request).await?;
            let received = page
                .events
                .first()
                .and_then(|event| event.integer("received_at"));
            newest = newest.max(received.map(Timestamp::from_us));
        }
        Ok(newest)
    }
}
