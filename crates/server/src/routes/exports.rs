//! Exports: files of events, of any size and age, made in the background and fetched when they are
//! ready. Everybody sees their own; administrators see all, but get the files of none but their own.

use super::download::archived_within;
use super::input::{Input, Path, wrong};
use crate::app::App;
use crate::client::From;
use crate::control::{Export, ExportRequest, ExportState, NewExport};
use crate::denials::refused;
use crate::error::{ApiError, ApiResult};
use crate::files::{Format, Layout, Parts, attachment, columns, file_name};
use crate::reading::Reader;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook_model::params::Params;
use daybook_model::{ListRequest, Scope, Sort, Stream, Timestamp};
use std::collections::BTreeMap;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

/// What to export.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExportInput {
    /// `audit`, `usage`, `auth` or `system`.
    #[schema(value_type = String)]
    stream: Stream,
    #[serde(default = "csv")]
    format: Format,
    /// The parameters of the list: `from`, `to`, `q` and every filter, each with its text or a list of
    /// texts, such as `{"from": "2025-01-01T00:00:00Z", "action": "model.*", "result": ["failure",
    /// "denied"]}`. Without `from` and `to` everything there is, archived events included.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    filters: BTreeMap<String, Texts>,
    /// Fields in this order; all that you may see but `request` and `response` by default.
    columns: Option<Vec<String>>,
    /// Begins a CSV with a byte order mark, so that Excel reads it as UTF-8.
    #[serde(default)]
    bom: bool,
    /// Only your own events, whatever else you may see.
    #[serde(default)]
    own: bool,
}

const fn csv() -> Format {
    Format::Csv
}

/// A text, or several.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

/// An export.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ExportAnswer {
    id: String,
    #[schema(value_type = String)]
    stream: Stream,
    format: Format,
    /// What was asked, as parameters of the list.
    filters: BTreeMap<String, Vec<String>>,
    asked_by: String,
    state: ExportState,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When the file goes.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Events in the file so far.
    events: u64,
    /// Bytes of the file so far.
    bytes: u64,
    /// How far it is, from 0 to 100; `null` where that would tell of others' events.
    progress: Option<u8>,
    file_name: String,
    /// SHA-256 of the file, when it is whole.
    sha256: Option<String>,
    /// Its fields, if they were chosen.
    columns: Option<Vec<String>>,
    /// Whether a text that a spreadsheet would take for a formula has an apostrophe in front; so it is in
    /// every CSV, and in no other form.
    formulas_neutralised: bool,
    /// Why it failed, or waits.
    error: Option<String>,
}

impl ExportAnswer {
    fn of(export: Export) -> Self {
        let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, text) in export.request.parameters.clone() {
            filters.entry(name).or_default().push(text);
        }
        let columns = export.request.columns.as_deref();
        let done = export.passed.min(export.total) * 100 / export.total.max(1);
        let progress = match (export.state, &export.scope) {
            (ExportState::Done | ExportState::Expired, _) => Some(100),
            (_, Scope::Own(_)) => None,
            _ => u8::try_from(done.min(99)).ok(),
        };
        Self {
            id: export.id,
            stream: export.stream,
            format: export.format,
            filters,
            asked_by: export.asked_by,
            state: export.state,
            created_at: export.created_at,
            started_at: export.started_at,
            finished_at: export.finished_at,
            expires_at: export.expires_at,
            events: export.events,
            bytes: export.bytes,
            progress,
            file_name: export.file_name,
            sha256: export.sha256,
            columns: columns.map(|names| names.split(',').map(str::to_owned).collect()),
            formulas_neutralised: export.format.neutralises_formulas(),
            error: export.error,
        }
    }
}

/// Exports.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ExportList {
    items: Vec<ExportAnswer>,
}

/// Your exports, newest first; for administrators everybody's.
#[utoipa::path(
    get,
    operation_id = "list_exports",
    path = "/api/v1/exports",
    tag = "exports",
    responses((status = 200, body = ExportList)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, reader: Reader) -> ApiResult<Json<ExportList>> {
    let own = reader.requester();
    let of = (!reader.administers()).then_some(&own);
    let exports = app.control.exports(of).await?;
    let items = exports.into_iter().map(ExportAnswer::of).collect();
    Ok(Json(ExportList { items }))
}

/// Ask for an export. The answer comes at once; the file when `state` is `done`. What arrives later
/// than the request is left out.
#[utoipa::path(
    post,
    operation_id = "create_export",
    path = "/api/v1/exports",
    tag = "exports",
    request_body = NewExportInput,
    responses(
        (status = 202, body = ExportAnswer),
        (status = 400, description = "An unknown filter or a malformed value, by name.", body = crate::openapi::ErrorBody),
        (status = 409, description = "You have too many exports: delete some.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    reader: Reader,
    from: From,
    Input(input): Input<NewExportInput>,
) -> ApiResult<(StatusCode, Json<ExportAnswer>)> {
    let (actor, stream) = (reader.actor(from.client), input.stream);
    let new = match wanted(&app, reader, input).await {
        Ok(new) => new,
        // That a role may not read a stream is on record by itself.
        Err(refusal) if refusal.status == StatusCode::FORBIDDEN => return Err(refusal),
        Err(refusal) => {
            let about = ["export", "", stream.name()];
            return Err(refused(&app, &actor, "export.created", about, refusal).await);
        }
    };
    let export = app.control.create_export(&actor, new).await?;
    Ok((StatusCode::ACCEPTED, Json(ExportAnswer::of(export))))
}

/// The export that is asked for, if there can be one.
async fn wanted(app: &App, reader: Reader, input: NewExportInput) -> ApiResult<NewExport> {
    let requester = reader.requester();
    let max = app.options.exports.each_max;
    if app.control.exports(Some(&requester)).await?.len() >= max {
        let message = format!("you have {max} exports, the limit: delete some first");
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "too_many_exports",
            message,
        ));
    }
    let reader = match input.own {
        true => Reader::again(app, &requester, true).await?,
        false => reader,
    };
    let asked_at = Timestamp::now();
    let request = ExportRequest {
        parameters: parameters(input.filters),
        columns: input.columns.map(|names| names.join(",")),
        byte_order_mark: input.bom,
        own_data: input.own,
    };
    let params = Params::new(request.parameters.clone(), asked_at);
    let mut query = reader.whole_query(params, input.stream)?;
    let columns = columns(&reader, input.stream, request.columns.as_deref())?;
    let layout = Layout::new(input.format, input.stream, &query.scope, columns);
    if layout.columns.is_empty() {
        return Err(wrong("columns", "expected at least one"));
    }
    let archived = archived_within(&*app.store, &query);
    let list = ListRequest {
        query: query.clone(),
        sort: Sort::newest(query.stream),
        offset: 0,
        limit: 0,
    };
    let page = app
        .query(|store| async move { store.list(list).await })
        .await?;
    query.to.get_or_insert(asked_at);
    Ok(NewExport {
        requester,
        stream: input.stream,
        format: input.format,
        file_name: file_name(&query, input.format),
        scope: query.scope,
        as_of: page.as_of,
        asked_at,
        total: page.total + archived,
        request,
    })
}

fn parameters(filters: BTreeMap<String, Texts>) -> Vec<(String, String)> {
    let pairs = filters.into_iter().flat_map(|(name, texts)| {
        let texts = match texts {
            Texts::One(text) => vec![text],
            Texts::Many(texts) => texts,
        };
        texts.into_iter().map(move |text| (name.clone(), text))
    });
    pairs.collect()
}

/// An export.
#[utoipa::path(
    get,
    operation_id = "get_export",
    path = "/api/v1/exports/{id}",
    tag = "exports",
    params(("id" = String, Path)),
    responses((status = 200, body = ExportAnswer), (status = 404, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> ApiResult<Json<ExportAnswer>> {
    Ok(Json(ExportAnswer::of(visible(&app, &reader, &id).await?)))
}

/// Delete an export and its file; one that is under way ends.
#[utoipa::path(
    delete,
    operation_id = "delete_export",
    path = "/api/v1/exports/{id}",
    tag = "exports",
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = crate::openapi::ErrorBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn delete(
    State(app): State<App>,
    reader: Reader,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (actor, own) = (reader.actor(from.client), reader.requester());
    let of = (!reader.administers()).then_some(&own);
    app.control.delete_export(&actor, &id, of).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of an export that is done. Only whoever asked for it gets it, and only as long as they may
/// see what it holds.
#[utoipa::path(
    get,
    operation_id = "get_export_file",
    path = "/api/v1/exports/{id}/file",
    tag = "exports",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (String = "application/vnd.apache.parquet"),
        )),
        (status = 404, body = crate::openapi::ErrorBody),
        (status = 409, description = "It is not done, or its file is gone.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn file(
    State(app): State<App>,
    reader: Reader,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let actor = reader.actor(from.client);
    let (export, file) = match open(&app, &reader, &id).await {
        Ok(opened) => opened,
        Err(refusal) => {
            let about = ["export", id.as_str(), ""];
            return Err(refused(&app, &actor, "export.downloaded", about, refusal).await);
        }
    };
    app.control.record_download(&actor, &export).await?;
    let headers = [
        (
            header::CONTENT_TYPE,
            export.format.content_type().to_owned(),
        ),
        (header::CONTENT_DISPOSITION, attachment(&export.file_name)),
        (header::CONTENT_LENGTH, export.bytes.to_string()),
    ];
    let content = ReaderStream::with_capacity(file, 256 << 10);
    Ok((headers, Body::from_stream(content)).into_response())
}

/// The caller's own export and its file.
async fn open(app: &App, reader: &Reader, id: &str) -> ApiResult<(Export, tokio::fs::File)> {
    let export = visible(app, reader, id).await?;
    if !export.is_of(&reader.requester()) {
        let message = "only whoever asked for an export gets its file";
        return Err(ApiError::forbidden("forbidden", message));
    }
    let reader = Reader::again(app, &export.requester, export.request.own_data).await?;
    if reader.scope(export.stream)? != export.scope {
        let message = "what you may see has changed since this was made: ask for it again";
        return Err(ApiError::forbidden("forbidden", message));
    }
    if !app.has_file(&export) {
        let message = "the export has no file: it is not done, has failed or is expired";
        return Err(ApiError::new(StatusCode::CONFLICT, "wrong_state", message));
    }
    let path = Parts::whole(&app.control.export_dir(&export.id));
    let opened = tokio::fs::File::open(path).await;
    let file = opened.map_err(|error| ApiError::internal(format!("an export's file: {error}")))?;
    Ok((export, file))
}

/// The export, as far as the caller may know of it.
async fn visible(app: &App, reader: &Reader, id: &str) -> ApiResult<Export> {
    let own = reader.requester();
    let of = (!reader.administers()).then_some(&own);
    Ok(app.control.export(id, of).await?)
}
