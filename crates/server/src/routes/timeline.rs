//! Several streams as one list in order of time: what happened around a request, a person, a
//! minute.

use super::input::{UrlParams, choice, wrong};
use super::logs::{EventPage, online_from, page_json};
use crate::app::App;
use crate::error::ApiResult;
use crate::reading::Reader;
use axum::extract::State;
use axum::response::Response;
use daybook_model::logstore::TimelineRequest;
use daybook_model::params::Params;
use daybook_model::{Query, Stream, limits};

/// Events of several streams in one list, in order of time. A filter must be on a field that every
/// chosen stream has, or name its stream: `audit:actor_id=ana&usage:user_id=ana` are those of the
/// one and of the other.
#[utoipa::path(
    get,
    operation_id = "list_timeline",
    path = "/logs",
    tag = "logs",
    params(
        ("streams" = Option<String>, Query, description = "The streams, divided by commas: `audit,usage`; all that you may read by default"),
        ("sort" = Option<String>, Query, description = "`-time` (default, newest first) or `time`"),
    ),
    responses(
        (status = 200, body = EventPage),
        (status = 400, description = "An unknown parameter or a malformed value, by name.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn timeline(
    State(app): State<App>,
    reader: Reader,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Response> {
    let streams = streams(&reader, &mut params)?;
    let descending = choice(
        &mut params,
        "sort",
        &[("time", false), ("-time", true)],
        true,
    )?;
    let number = params.take_number("page", 1, 1, 1_000_000_000)?;
    let (default, max) = (limits::PAGE_SIZE_DEFAULT, limits::PAGE_SIZE_MAX);
    let limit = params.take_number("page_size", default, 1, max)?;
    if let Some(key) = params.of_other_stream(&streams) {
        return Err(wrong(key, "its stream is not among those asked for"));
    }
    let queries = streams
        .into_iter()
        .map(|stream| reader.query(params.of_stream(stream), stream))
        .collect::<ApiResult<Vec<Query>>>()?;
    let chosen: Vec<Stream> = queries.iter().map(|query| query.stream).collect();
    // Who sees all of one stream sees all of each that it may read.
    let scope = queries.first().map(|query| query.scope.clone());
    let scope = scope.unwrap_or_default();
    let request = TimelineRequest {
        queries,
        descending,
        offset: (number as u64 - 1) * limit as u64,
        limit,
    };
    let page = app
        .query(|store| async move { store.timeline(request).await })
        .await?;
    let online_from = chosen
        .into_iter()
        .filter_map(|stream| online_from(&app, stream, &scope));
    let (number, online_from) = (number as u64, online_from.max());
    Ok(page_json(
        &reader,
        &scope,
        &page,
        number,
        limit,
        online_from,
    ))
}

/// The chosen streams, each once, in the order of the log center's tabs; without a choice all that
/// the caller may read.
fn streams(reader: &Reader, params: &mut Params) -> ApiResult<Vec<Stream>> {
    let Some(text) = params.take("streams")? else {
        return Ok(reader.streams().map(|(stream, _)| stream).collect());
    };
    let named = text.split(',').map(|name| name.trim().parse::<Stream>());
    let named: Vec<Stream> = named
        .collect::<Result<_, _>>()
        .map_err(|error| wrong("streams", error.to_string()))?;
    let chosen = Stream::ALL.into_iter();
    Ok(chosen.filter(|stream| named.contains(stream)).collect())
}
