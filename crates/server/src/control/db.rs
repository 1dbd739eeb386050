//! The database and its two doors: readers that cannot write, and one writer behind
//! [`super::Control::change`]. What else writes is named at [`Db::begin`] and [`Db::note`].

use super::{ControlError, Result};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteQueryResult,
    SqliteSynchronous,
};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::time::Duration;

/// How long a writer waits for another process, such as `daybook key create`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 4;

#[derive(Debug, Clone)]
pub(super) struct Db {
    reader: SqlitePool,
    writer: SqlitePool,
}

impl Db {
    pub(super) async fn open(data_dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(data_dir).map_err(|cause| ControlError::DataDir {
            path: data_dir.display().to_string(),
            cause,
        })?;
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join("control.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!().run(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self { reader, writer })
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

    /// Bookkeeping that is no change of state and leaves no audit event: when a key or a session
    /// was last seen, and taking delivered events out of the outbox.
    pub(super) async fn note(
        &self,
        statement: sqlx::query::Query<'_, Sqlite, sqlx::sqlite::SqliteArguments>,
    ) -> Result<SqliteQueryResult> {
        Ok(statement.execute(&self.writer).await?)
    }

    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
