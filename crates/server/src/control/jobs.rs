//! Work in the background: what it is, how far it has come, and why it stands still. Progress is
//! bookkeeping; what a job was asked and what it has done are changes with their audit events.

use super::{Actor, Control, ControlError, Result};
use daybook_model::Timestamp;
use daybook_model::logstore::Progress;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Jobs that are listed, and runs of the retention that are kept.
const LISTED_MAX: i64 = 200;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Removes events that are older than they are kept.
    Retention,
    /// Erases what events say about a person.
    Erasure,
    /// Moves events to the archive that are older than they are online.
    Archive,
}

/// How a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Not begun, or to be tried again.
    Waiting,
    /// Under way.
    Running,
    /// A legal hold stops it.
    Held,
    /// The clock cannot be trusted; see `confirm-clock`.
    Refused,
    /// Ended.
    Done,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identifier.
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// How it is.
    pub state: JobState,
    /// What it was asked, or what it did, as far as anybody may know.
    pub details: Value,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Events removed, rewritten or archived so far.
    pub events: u64,
    /// Bytes given back, or written to the archive, so far, about.
    pub bytes: u64,
    /// Partitions that still wait, about.
    pub partitions_left: u64,
    /// Why it stands still.
    pub error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    state: String,
    details: String,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    events: i64,
    bytes: i64,
    partitions_left: i64,
    error: Option<String>,
}

impl TryFrom<Row> for Job {
    type Error = ControlError;

    fn try_from(row: Row) -> Result<Self> {
        let unreadable = |error| ControlError::Internal(format!("reading a job: {error}"));
        Ok(Self {
            kind: serde_json::from_value(json!(row.kind)).map_err(unreadable)?,
            state: serde_json::from_value(json!(row.state)).map_err(unreadable)?,
            details: serde_json::from_str(&row.details).map_err(unreadable)?,
            id: row.id,
            created_at: Timestamp::from_us(row.created_at),
            started_at: row.started_at.map(Timestamp::from_us),
            finished_at: row.finished_at.map(Timestamp::from_us),
            events: row.events.unsigned_abs(),
            bytes: row.bytes.unsigned_abs(),
            partitions_left: row.partitions_left.unsigned_abs(),
            error: row.error,
        })
    }
}

impl Job {
    /// A job that has not begun.
    pub(super) fn new(kind: JobKind, details: Value) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            kind,
            state: JobState::Waiting,
            details,
            created_at: Timestamp::now(),
            started_at: None,
            finished_at: None,
            events: 0,
            bytes: 0,
            partitions_left: 0,
            error: None,
        }
    }

    /// Begins it, or goes on with it.
    pub(crate) fn run(&mut self) {
        self.state = JobState::Running;
        self.started_at.get_or_insert_with(Timestamp::now);
        self.error = None;
    }

    /// Counts what a step did.
    pub(crate) fn advance(&mut self, progress: &Progress) {
        self.events += progress.events;
        self.bytes += progress.bytes;
        self.partitions_left = progress.partitions_left;
    }

    /// Stands still, for this reason.
    pub(crate) fn stop(&mut self, state: JobState, why: impl Into<String>) {
        (self.state, self.error) = (state, Some(why.into()));
    }

    /// Ends it.
    pub(super) fn end(&mut self, state: JobState) {
        self.state = state;
        self.finished_at = Some(Timestamp::now());
        self.partitions_left = 0;
    }

    /// The statement that writes how it is.
    pub(super) fn update(&self) -> super::db::Statement<'static> {
        sqlx::query(
            "UPDATE jobs SET state = $1, details = $2, started_at = $3, finished_at = $4, \
             events = $5, bytes = $6, partitions_left = $7, error = $8 WHERE id = $9",
        )
        .bind(word(self.state))
        .bind(self.details.to_string())
        .bind(self.started_at.map(Timestamp::us))
        .bind(self.finished_at.map(Timestamp::us))
        .bind(number(self.events))
        .bind(number(self.bytes))
        .bind(number(self.partitions_left))
        .bind(self.error.clone())
        .bind(self.id.clone())
    }

    /// The statement that adds it.
    pub(super) fn insert(&self, request: Option<String>) -> super::db::Statement<'static> {
        sqlx::query(
            "INSERT INTO jobs (id, kind, state, request, details, created_at, events, bytes, partitions_left) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0)",
        )
        .bind(self.id.clone())
        .bind(word(self.kind))
        .bind(word(self.state))
        .bind(request)
        .bind(self.details.to_string())
        .bind(self.created_at.us())
    }
}

/// The name of a kind or a state in the database, the same as in the API.
pub(super) fn word(value: impl Serialize) -> String {
    json!(value).as_str().unwrap_or_default().into()
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Control {
    /// Jobs, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        let find = sqlx::query_as("SELECT * FROM jobs ORDER BY created_at DESC, id DESC LIMIT $1");
        let rows: Vec<Row> = find.bind(LISTED_MAX).fetch_all(self.db.reader()).await?;
        rows.into_iter().map(Job::try_from).collect()
    }

    /// One job.
    ///
    /// # Errors
    /// When there is no such job, or the database fails.
    pub async fn job(&self, id: &str) -> Result<Job> {
        let find = sqlx::query_as("SELECT * FROM jobs WHERE id = $1").bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        row.ok_or(ControlError::NotFound("job"))?.try_into()
    }

    /// Jobs of a kind that have not ended, oldest first, with what they were asked.
    pub(super) async fn unfinished_jobs(
        &self,
        kind: JobKind,
    ) -> Result<Vec<(Job, Option<String>)>> {
        let find = sqlx::query_as(
            "SELECT * FROM jobs WHERE kind = $1 AND finished_at IS NULL ORDER BY created_at, id",
        );
        let rows: Vec<Row> = find.bind(word(kind)).fetch_all(self.db.reader()).await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            let find = sqlx::query_scalar("SELECT request FROM jobs WHERE id = $1").bind(&row.id);
            let request = find.fetch_one(self.db.reader()).await?;
            jobs.push((row.try_into()?, request));
        }
        Ok(jobs)
    }

    /// Jobs of a kind that have ended.
    pub(super) async fn ended_jobs(&self, kind: JobKind) -> Result<Vec<Job>> {
        let find = sqlx::query_as("SELECT * FROM jobs WHERE kind = $1 AND finished_at IS NOT NULL");
        let rows: Vec<Row> = find.bind(word(kind)).fetch_all(self.db.reader()).await?;
        rows.into_iter().map(Job::try_from).collect()
    }

    /// Puts a job's progress on disk.
    pub(crate) async fn save_job(&self, job: &Job) -> Result<()> {
        self.db.write(job.update()).await?;
        Ok(())
    }

    /// The run of the retention or of archiving that begins now, or goes on after a restart or a
    /// failure. Earlier runs that did nothing are forgotten, and very old ones.
    pub(crate) async fn begin_run(&self, kind: JobKind) -> Result<Job> {
        let mut unfinished = self.unfinished_jobs(kind).await?;
        if let Some((job, _)) = unfinished.pop() {
            return Ok(job);
        }
        let forget = sqlx::query(
            "DELETE FROM jobs WHERE kind = $1 AND (events = 0 AND bytes = 0 OR id NOT IN \
             (SELECT id FROM jobs WHERE kind = $1 ORDER BY created_at DESC, id DESC LIMIT $2))",
        );
        let forget = forget.bind(word(kind)).bind(LISTED_MAX / 4);
        self.db.write(forget).await?;
        let job = Job::new(kind, json!({}));
        self.db.write(job.insert(None)).await?;
        Ok(job)
    }

    /// Ends a run, perhaps without what a hold keeps. What it did is on record, if it did anything.
    pub(crate) async fn finish_run(
        &self,
        mut job: Job,
        held: Option<String>,
        action: &str,
    ) -> Result<()> {
        job.end(if held.is_some() {
            JobState::Held
        } else {
            JobState::Done
        });
        job.error = held;
        if job.events == 0 {
            return self.save_job(&job).await;
        }
        let (name, operation, done) = match job.kind {
            JobKind::Archive => ("archive", "modify", "archived"),
            JobKind::Retention | JobKind::Erasure => ("retention", "delete", "removed"),
        };
        self.change(&Actor::system(name), action, |change| {
            Box::pin(async move {
                change.resource("job", &job.id, "");
                change.audit.set_text("operation", operation);
                let details = json!({done: job.details, "events": job.events, "bytes": job.bytes});
                change.audit.set_json("details", details.to_string());
                job.update().execute(change.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// Makes the background work look whether there is something to do.
    pub(crate) fn wake_jobs(&self) {
        self.work.notify_one();
    }

    /// Resolves when there may be something to do.
    pub(crate) async fn job_wanted(&self) {
        self.work.notified().await;
    }
}
