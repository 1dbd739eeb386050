//! A filtered stream as a file, oldest first, of any size in bounded memory: while one part is on
//! its way, the next is prepared. A file that breaks off is never taken for a whole one.

mod csv;
mod rows;
mod walk;

use super::input::{Path, UrlParams, choice, stream, wrong};
use crate::app::App;
use crate::error::ApiResult;
use crate::reading::Reader;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use daybook_model::params::Params;
use daybook_model::{Field, ListRequest, Query, Sort, Stream, Timestamp};
use rows::{Format, Rows};
use walk::Walk;

/// The events of a stream as a file, oldest first. Takes the filters of the list. What arrives
/// after the download has begun is left out.
#[utoipa::path(
    get,
    operation_id = "download_events",
    path = "/logs/{stream}/download",
    tag = "logs",
    params(
        ("stream" = String, Path, description = "audit, usage, auth or system"),
        ("format" = Option<String>, Query, description = "`csv` (default) or `jsonl`"),
        ("columns" = Option<String>, Query, description = "Fields, divided by commas, in this order; all that you may see but `request` and `response` by default"),
    ),
    responses(
        (status = 200, description = "The file. The header `x-total-count` says how many events it has.", content(
            (String = "text/csv"),
            (String = "application/x-ndjson"),
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
    let formats = [("csv", Format::Csv), ("jsonl", Format::Jsonl)];
    let format = choice(&mut params, "format", &formats, Format::Csv)?;
    let columns = columns(&reader, stream, &mut params)?;
    let mut query = reader.query(params, stream)?;
    let rows = Rows::new(format, stream, &query.scope, columns);
    let place = app.download_place()?;
    let total = pin(&app, &mut query).await?;
    let name = file_name(&query, format);
    let parts = Walk::new(app, reader, query, rows).start(place).await?;
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (
            header::HeaderName::from_static("x-total-count"),
            total.to_string(),
        ),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// The fields asked for, each once.
fn columns(
    reader: &Reader,
    stream: Stream,
    params: &mut Params,
) -> ApiResult<Option<Vec<&'static Field>>> {
    let Some(text) = params.take("columns")? else {
        return Ok(None);
    };
    let mut fields: Vec<&'static Field> = Vec::new();
    for name in text.split(',').map(str::trim) {
        match reader.field(stream, name)? {
            Some(field) if fields.contains(&field) => {
                return Err(wrong("columns", format!("{name} stands twice")));
            }
            Some(field) => fields.push(field),
            None => {
                let message = format!("unknown field {name:.64} of the stream {stream}");
                return Err(wrong("columns", message));
            }
        }
    }
    Ok(Some(fields))
}

/// Leaves out what comes later, so that the file is of one moment; answers how many events it has.
async fn pin(app: &App, query: &mut Query) -> ApiResult<u64> {
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
    Ok(page.total)
}

/// `daybook-usage-20261101T000000Z-20261121T093015Z.csv`: the stream and its range.
fn file_name(query: &Query, format: Format) -> String {
    let shown = |time: Timestamp| {
        let text = time.to_string();
        let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
        format!("{}Z", seconds.replace(['-', ':'], ""))
    };
    let from = shown(query.from.unwrap_or_default());
    let to = shown(query.to.unwrap_or_else(Timestamp::now));
    format!(
        "daybook-{}-{from}-{to}.{}",
        query.stream,
        format.extension()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_range() {
        let time = |text: &str| Timestamp::parse(text).ok();
        let query = Query {
            from: time("2026-11-01T00:00:00Z"),
            to: time("2026-11-21T09:30:15.25Z"),
            ..Query::all(Stream::Audit)
        };
        assert_eq!(
            file_name(&query, Format::Jsonl),
            "daybook-audit-20261101T000000Z-20261121T093015Z.jsonl"
        );
    }
}
