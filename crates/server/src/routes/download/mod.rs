//! A filtered stream as a file, oldest first, of any size in bounded memory: while one part is on
//! its way, the next is prepared. A file that breaks off is never taken for a whole one.

mod walk;

use super::input::{Path, UrlParams, choice, flag, stream};
use crate::app::App;
use crate::error::ApiResult;
use crate::files::{Format, Layout, attachment, columns, file_name};
use crate::reading::Reader;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use daybook_model::{ListRequest, LogStore, Query, Sort};
use walk::Walk;

/// The events of a stream as a file, oldest first, archived ones included. Takes the filters of the
/// list; without `from` it covers the last 90 days. What arrives after the download has begun is left
/// out. Large ranges are better asked for as an export (`POST /api/v1/exports`), which goes on when
/// the connection breaks.
#[utoipa::path(
    get,
    operation_id = "download_events",
    path = "/logs/{stream}/download",
    tag = "logs",
    params(
        ("stream" = String, Path, description = "audit, usage, auth or system"),
        ("format" = Option<String>, Query, description = "`csv` (default), `jsonl` or `parquet`"),
        ("bom" = Option<bool>, Query, description = "Begins a CSV with a byte order mark, so that Excel reads it as UTF-8"),
        ("columns" = Option<String>, Query, description = "Fields, divided by commas, in this order; all that you may see but `request` and `response` by default"),
    ),
    responses(
        (status = 200, description = "The file. The header `x-total-count` says how many events it has, unless some of its range is archived: then that is not known before.", content(
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (String = "application/vnd.apache.parquet"),
        )),
        (status = 400, description = "An unknown parameter or a malformed value, by name.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn download(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Response> {
    let stream = stream(&name)?;
    let format = choice(&mut params, "format", &Format::NAMED, Format::Csv)?;
    let byte_order_mark = flag(&mut params, "bom")?;
    let columns = columns(&reader, stream, params.take("columns")?.as_deref())?;
    let mut query = reader.query(params, stream)?;
    let layout = Layout {
        byte_order_mark,
        ..Layout::new(format, stream, &query.scope, columns)
    };
    let place = app.download_place()?;
    let total = pin(&app, &mut query).await?;
    let name = file_name(&query, format);
    let parts = Walk::new(app, reader, query, layout).start(place).await?;
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    let total = total.map(|total| [("x-total-count", total.to_string())]);
    Ok((headers, total, Body::from_stream(parts)).into_response())
}

/// Leaves out what comes later, so that the file is of one moment; answers how many events it has, if
/// nothing of it is archived.
async fn pin(app: &App, query: &mut Query) -> ApiResult<Option<u64>> {
    let request = ListRequest {
        query: query.clone(),
        sort: Sort::newest(query.stream),
        offset: 0,
        limit: 0,
    };
    let page = app
        .query(|store| async move { store.list(request).await })
        .await?;
    query.as_of = Some(page.as_of);
    let online = archived_within(&*app.store, query) == 0;
    Ok(online.then_some(page.total))
}

/// Archived events of the periods that a query touches.
pub(super) fn archived_within(store: &dyn LogStore, query: &Query) -> u64 {
    let periods = store.archived(query.stream).into_iter();
    let touched = periods.filter(|period| {
        query.from.is_none_or(|from| period.end > from)
            && query.to.is_none_or(|to| period.start < to)
    });
    touched.map(|period| period.events).sum()
}
