//! The database and its two doors: readers that cannot write, and one writer behind
//! [`super::Control::change`]. What else writes is named at [`Db::begin`], [`Db::write`]
//! and [`Db::note`].

use super::{ControlError, Result};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteQueryResult,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Sqlite, SqlitePool, Transaction};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a writer waits for another process, such as `daybook key create`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 4;
/// How often the log says that notes cannot be written.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// The database's file.
pub(super) fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("control.db")
}

/// Copies a database as it is at one instant, also beside processes that are changing it. What was
/// deleted from it is not in the copy.
///
/// # Errors
/// When the database cannot be read or the copy not be written.
pub async fn copy_database(from: &Path, to: &Path) -> Result<()> {
    let to = to.to_str().ok_or_else(|| {
        let path = to.display();
        ControlError::Internal(format!("the path {path} is not valid UTF-8"))
    })?;
    let options = SqliteConnectOptions::new()
        .filename(from)
        .busy_timeout(BUSY_TIMEOUT);
    let mut database = options.connect().await?;
    let copy = sqlx::query("VACUUM INTO $1").bind(to);
    copy.execute(&mut database).await?;
    Ok(database.close().await?)
}

pub(super) type Statement<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;

#[derive(Debug, Clone)]
pub(super) struct Db {
    reader: SqlitePool,
    writer: SqlitePool,
    /// When a note last could not be written and the log said so.
    complained: Arc<Mutex<Option<Instant>>>,
}

impl Db {
    pub(super) async fn open(data_dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(data_dir).map_err(|cause| ControlError::DataDir {
            path: data_dir.display().to_string(),
            cause,
        })?;
        let options = SqliteConnectOptions::new()
            .filename(file(data_dir))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // What is deleted, such as whose data was erased, is gone from the file.
            .pragma("secure_delete", "ON");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!().run(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self {
            reader,
            writer,
            complained: Arc::default(),
        })
    }

    pub(super) const fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// A transaction that holds the write lock from its start, so that it never has to give up
    /// half-way because another process wrote in between. For [`super::Control::change`], the
    /// outbox and what waits for its call; nothing else may write.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// A statement that is no change of state and leaves no audit event: taking delivered events
    /// out of the outbox, the progress of jobs.
    pub(super) async fn write(&self, statement: Statement<'_>) -> Result<SqliteQueryResult> {
        Ok(statement.execute(&self.writer).await?)
    }

    /// Bookkeeping of the same kind that nothing depends on: when a key or a session was last
    /// seen. Whoever asks is served without it, on a full disk for example.
    pub(super) async fn note(&self, statement: Statement<'_>) {
        let Err(error) = self.write(statement).await else {
            return;
        };
        let now = Instant::now();
        let mut complained = self
            .complained
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if complained.is_none_or(|last| now.duration_since(last) >= COMPLAIN_EVERY) {
            *complained = Some(now);
            tracing::warn!(%error, "when keys and sessions were last used cannot be noted now");
        }
    }

    /// Empties SQLite's own log, where pages stay readable after their rows are gone. Somebody
    /// reading at this moment may prevent it; then it happens with later changes.
    pub(super) async fn forget_old_pages(&self) {
        let empty = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
        if let Err(error) = empty.execute(&self.writer).await {
            tracing::debug!(%error, "the control database's log stays for now");
        }
    }

    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
