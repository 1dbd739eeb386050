//! Reading the log: lists, single events, value menus.

use super::input::{Path, UrlParams, stream};
use crate::app::App;
use crate::control::OWN_ORIGIN;
use crate::error::{ApiError, ApiResult};
use crate::reading::Reader;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use daybook_model::catalogue::field;
use daybook_model::event::Form;
use daybook_model::logstore::Page;
use daybook_model::{Event, Field, Filter, Scope, Stream, Test, Timestamp, Value, limits};
use std::fmt::Write as _;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes an answer that is written by hand")]
pub(crate) struct EventPage {
    /// The events, without `request` and `response`.
    items: Vec<crate::openapi::AnyEvent>,
    /// How many events match, exactly.
    total: u64,
    /// Number of this page, from 1.
    page: u64,
    /// Events of a page.
    page_size: u64,
    /// Give it back as a parameter, and later pages do not shift while events come in.
    as_of: String,
    /// Events from this time on are online. Of earlier ones the list shows at most what came late:
    /// exports and downloads have them all. `null` when nothing is archived, and for own data.
    #[schema(value_type = Option<String>, format = DateTime)]
    online_from: Option<Timestamp>,
}

/// A list of events. Any catalogue field is a filter: `platform_model=a&platform_model=b` (or),
/// and the operators `.ne .gt .gte .lt .lte .prefix .contains .exists`: `cost.gte=0.01`.
#[utoipa::path(
    get,
    operation_id = "list_events",
    path = "/logs/{stream}",
    tag = "logs",
    params(("stream" = String, Path, description = "audit, usage, auth or system")),
    responses(
        (status = 200, body = EventPage),
        (status = 400, description = "An unknown parameter or a malformed value, by name.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    UrlParams(params): UrlParams,
) -> ApiResult<Response> {
    let stream = stream(&name)?;
    let request = reader.list_request(params, stream)?;
    let (offset, size) = (request.offset, request.limit);
    let scope = request.query.scope.clone();
    let page = app
        .query(|store| async move { store.list(request).await })
        .await?;
    let number = offset / size as u64 + 1;
    let online_from = online_from(&app, stream, &scope);
    Ok(page_json(&reader, &scope, &page, number, size, online_from))
}

/// A page in the shape of [`EventPage`], as far as its reader may see it.
pub(super) fn page_json(
    reader: &Reader,
    scope: &Scope,
    page: &Page,
    number: u64,
    size: usize,
    online_from: Option<Timestamp>,
) -> Response {
    let mut out = String::with_capacity(256 + 1024 * page.events.len());
    out.push_str("{\"items\":[");
    for (at, event) in page.events.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        event.write_shown(Form::Header, scope, &mut out);
    }
    let (total, as_of) = (page.total, reader.as_of(scope, page.as_of));
    write!(
        out,
        "],\"total\":{total},\"page\":{number},\"page_size\":{size},\"as_of\":\"{as_of}\",\"online_from\":"
    )
    .expect("writing to a String cannot fail");
    match online_from {
        Some(time) => write!(out, "\"{time}\"}}").expect("writing to a String cannot fail"),
        None => out.push_str("null}"),
    }
    json(out)
}

/// From when on all events of a stream are online. Whoever may see own events alone is not told that
/// there are others.
pub(super) fn online_from(app: &App, stream: Stream, scope: &Scope) -> Option<Timestamp> {
    let archived = app.store.archived(stream);
    let last = archived.last().filter(|_| *scope == Scope::All);
    last.map(|period| period.end)
}

/// A JSON text as an answer.
fn json(text: String) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// The event with an id, which is unique for its platform. Where none is named, Daybook's own event
/// counts, whose place no platform can take, and then the newest.
pub(super) async fn find(
    app: &App,
    reader: &Reader,
    stream: Stream,
    id: &str,
    origin: Option<String>,
) -> ApiResult<Option<Event>> {
    let origins = match origin {
        Some(origin) => vec![Some(origin)],
        // Of calls Daybook has none of its own.
        None if stream == Stream::Usage => vec![None],
        None => vec![Some(OWN_ORIGIN.to_owned()), None],
    };
    for origin in origins {
        let mut query = reader.all(stream)?;
        query.filters.extend(origin.map(|origin| Filter {
            field: field(stream, "origin"),
            negated: false,
            any: vec![Test::Is(Value::Text(origin.into()))],
        }));
        let id = id.to_owned();
        let found = app.query(|store| async move { store.get(query, id).await });
        if let Some(event) = found.await? {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// A whole event, payloads included.
#[utoipa::path(
    get,
    operation_id = "get_event",
    path = "/logs/{stream}/events/{id}",
    tag = "logs",
    params(
        ("stream" = String, Path, description = "audit, usage, auth or system"),
        ("id" = String, Path, description = "The event's id"),
        ("origin" = Option<String>, Query, description = "Which platform sent it, where several have an event of this id; without it Daybook's own counts, then the newest"),
    ),
    responses(
        (status = 200, body = crate::openapi::AnyEvent),
        (status = 400, description = "An unknown parameter, by name.", body = crate::openapi::ErrorBody),
        (status = 404, description = "No such event.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn event(
    State(app): State<App>,
    reader: Reader,
    Path((name, id)): Path<(String, String)>,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Response> {
    let stream = stream(&name)?;
    let scope = reader.all(stream)?.scope;
    let origin = params.take("origin")?;
    params.finish()?;
    let found = find(&app, &reader, stream, &id, origin).await?;
    let event = found.ok_or_else(|| ApiError::not_found(format!("no {name} event has this id")))?;
    let mut out = String::with_capacity(1024);
    event.write_shown(Form::Whole, &scope, &mut out);
    Ok(json(out))
}

/// A value of a field.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct CountedValue {
    /// The value as text.
    value: String,
    /// Events that have it.
    count: u64,
}

/// Values of a field, most frequent first.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct FieldValues {
    /// The values.
    values: Vec<CountedValue>,
    /// How many distinct values there are.
    total: u64,
}

/// The values of a field with their counts, most frequent first: for filter menus. Takes the
/// filters of the list.
#[utoipa::path(
    get,
    operation_id = "list_field_values",
    path = "/logs/{stream}/values/{field}",
    tag = "logs",
    params(
        ("stream" = String, Path, description = "audit, usage, auth or system"),
        ("field" = String, Path, description = "A keyword, enum or boolean field of the stream"),
        ("prefix" = Option<String>, Query, description = "Only values that begin with this, regardless of case"),
        ("limit" = Option<u32>, Query, description = "At most so many values; 20 by default, 1000 at most"),
    ),
    responses((status = 200, body = FieldValues), (status = 400, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn values(
    State(app): State<App>,
    reader: Reader,
    Path((name, field)): Path<(String, String)>,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Json<FieldValues>> {
    let stream = stream(&name)?;
    let field = countable(&reader, stream, &field, "field")?;
    let prefix = params.take("prefix")?.unwrap_or_default();
    let limit = params.take_number("limit", 20, 1, limits::VALUES_MAX)?;
    let query = reader.query(params, stream)?;
    let found = app
        .query(move |store| async move { store.values(query, field, prefix, limit).await })
        .await?;
    let values = found.values.iter().map(|(value, count)| CountedValue {
        value: value.as_ref().display(field.kind),
        count: *count,
    });
    Ok(Json(FieldValues {
        values: values.collect(),
        total: found.total,
    }))
}

/// A field whose values can be counted, named by a parameter.
pub(crate) fn countable(
    reader: &Reader,
    stream: Stream,
    name: &str,
    parameter: &str,
) -> ApiResult<&'static Field> {
    match reader.field(stream, name)? {
        Some(field) if field.has_values() => Ok(field),
        Some(_) => Err(ApiError::invalid(
            parameter,
            format!("{parameter}: the values of {name} cannot be counted"),
        )),
        None => Err(ApiError::invalid(
            parameter,
            format!("{parameter}: unknown field {name:.64} of the stream {stream}"),
        )),
    }
}
