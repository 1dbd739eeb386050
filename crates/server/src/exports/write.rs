//! Making an export's file, step by step.

use super::Stopped;
use crate::app::App;
use crate::control::{Export, ExportMark, ExportState};
use crate::error::ApiError;
use crate::files::{Layout, Parts, columns};
use crate::reading::Reader;
use daybook_model::logstore::{ScanRequest, ScanStep};
use daybook_model::params::Params;
use daybook_model::{LogStore, Query, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::spawn_blocking;

/// At the latest after this long what was written is made durable.
const MARKED_AFTER: Duration = Duration::from_secs(30);
/// How often the progress is put on disk.
const NOTED_AFTER: Duration = Duration::from_secs(1);

/// An export under way.
struct Work<'a> {
    app: &'a App,
    reader: Reader,
    export: &'a mut Export,
    request: ScanRequest,
    /// Away while a thread works on it.
    file: Option<Parts>,
    layout: Layout,
    /// Events written since the last mark.
    unmarked: u64,
    marked_at: Instant,
    noted_at: Instant,
}

impl App {
    /// Brings an export to its end.
    pub(super) async fn write_export(&self, export: &mut Export) -> Result<(), Stopped> {
        let reader = Reader::again(self, &export.requester, export.request.own_data).await?;
        let request = export.request.clone();
        let params = Params::new(request.parameters, export.created_at);
        let query = Query {
            as_of: Some(export.as_of),
            ..reader.whole_query(params, export.stream)?
        };
        if query.scope != export.scope {
            return Err(changed());
        }
        let columns = columns(&reader, export.stream, request.columns.as_deref())?;
        let layout = Layout {
            byte_order_mark: request.byte_order_mark,
            ..Layout::new(export.format, export.stream, &query.scope, columns)
        };
        let (dir, mark) = (self.control.export_dir(&export.id), export.mark);
        let of = layout.clone();
        let file = blocking(move || Parts::open(&dir, of, mark.file)).await??;
        (export.events, export.passed) = (mark.events, mark.passed);
        export.state = ExportState::Running;
        export.started_at.get_or_insert_with(Timestamp::now);
        export.error = None;
        let mut work = Work {
            app: self,
            reader,
            request: ScanRequest {
                query,
                after: mark.after.map(|(us, seq)| (Timestamp::from_us(us), seq)),
                limit: layout.first_limit(),
                fields: layout.columns.clone(),
            },
            export,
            file: Some(file),
            layout,
            unmarked: 0,
            marked_at: Instant::now(),
            noted_at: Instant::now(),
        };
        work.note().await?;
        while work.step().await? {}
        work.finish().await
    }
}

impl Work<'_> {
    /// Takes a step; whether there are more.
    async fn step(&mut self) -> Result<bool, Stopped> {
        self.reader.check(&self.request.query).await?;
        self.check_space()?;
        let request = self.request.clone();
        let scan = |store: Arc<dyn LogStore>| async move { store.scan(request).await };
        let step: ScanStep = self.app.query(scan).await?;
        self.export.advance(&step);
        let ScanStep { table, next, .. } = step;
        self.unmarked += table.rows as u64;
        self.request.after = next;
        self.request.limit = self.layout.next_limit(self.request.limit, &table);
        self.on_file(move |file| file.write(table)).await?;
        self.export.bytes = self.file.as_ref().map_or(0, Parts::bytes);
        let limits = &self.app.options.exports;
        if self.export.bytes > limits.file_bytes_max {
            let max = limits.file_bytes_max;
            let message = format!("the file is larger than {max} bytes: choose a shorter range");
            return Err(Stopped::ForGood(message));
        }
        if next.is_none() {
            return Ok(false);
        }
        if self.unmarked >= limits.marked_every || self.marked_at.elapsed() >= MARKED_AFTER {
            self.mark().await?;
        }
        if self.noted_at.elapsed() >= NOTED_AFTER {
            self.note().await?;
        }
        Ok(true)
    }

    /// Makes what was written durable, as the place to go on from.
    async fn mark(&mut self) -> Result<(), Stopped> {
        self.export.mark = ExportMark {
            file: self.on_file(Parts::mark).await?,
            after: self.request.after.map(|(time, seq)| (time.us(), seq)),
            events: self.export.events,
            passed: self.export.passed,
        };
        self.unmarked = 0;
        self.marked_at = Instant::now();
        self.note().await
    }

    /// Puts the progress on disk, and looks whether the export is still wanted.
    async fn note(&mut self) -> Result<(), Stopped> {
        self.noted_at = Instant::now();
        self.app.control.export(&self.export.id, None).await?;
        self.app.control.save_export(self.export).await?;
        Ok(())
    }

    async fn finish(self) -> Result<(), Stopped> {
        let (file, export) = (self.file.ok_or_else(lost)?, self.export);
        let built = blocking(move || file.finish()).await??;
        export.bytes = built.bytes;
        export.sha256 = Some(built.sha256);
        export.state = ExportState::Done;
        let now = Timestamp::now();
        let kept_us = i64::try_from(self.app.options.exports.kept.as_micros()).unwrap_or(i64::MAX);
        export.finished_at = Some(now);
        export.expires_at = Some(now.plus_us(kept_us));
        export.passed = export.total;
        Ok(())
    }

    /// Works on the file on a thread that may wait for the disk.
    async fn on_file<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Parts) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, Stopped> {
        let mut file = self.file.take().ok_or_else(lost)?;
        let (file, done) = blocking(move || {
            let done = work(&mut file);
            (file, done)
        })
        .await?;
        self.file = Some(file);
        Ok(done?)
    }

    fn check_space(&self) -> Result<(), Stopped> {
        let min = self.app.options.exports.space_left_min;
        let left = self.app.control.space_left().map_err(Stopped::from)?;
        match left < min {
            true => Err(Stopped::ForNow(format!(
                "the disk has {left} bytes left, and {min} are kept for the log"
            ))),
            false => Ok(()),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| Stopped::ForGood(format!("writing the file: {error}")))
}

fn lost() -> Stopped {
    Stopped::ForGood("writing the file failed before".into())
}

fn changed() -> Stopped {
    let message = "what you may see has changed since this was asked";
    ApiError::forbidden("forbidden", message).into()
}
