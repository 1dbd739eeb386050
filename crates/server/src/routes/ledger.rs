//! The ledger: its checkpoint and hashes for everybody, exactly as C2SP tlog-tiles serves them; its
//! entries and bodies for those who may read audit events; and the proof of one event.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::reading::Reader;
use crate::routes::input::{Path, UrlParams, choice};
use crate::routes::logs::find;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use daybook_ledger::Resource;
use daybook_model::ledger::{LedgerEntry, Receipt};
use daybook_model::{Ledger, StoreError, Stream};
use std::sync::Arc;
use utoipa::ToSchema;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// The newest checkpoint is soon another.
const FOR_A_MOMENT: &str = "public, max-age=1";
/// A tile never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What only some may read, and what may be erased.
const NEVER: &str = "private, no-store";

/// The newest checkpoint of the ledger: a note signed by its key, with the number of audit events and
/// the root of their tree.
#[utoipa::path(
    get,
    operation_id = "get_checkpoint",
    path = "/ledger/checkpoint",
    tag = "ledger",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, description = "No checkpoint is published; the message says why.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn checkpoint(State(app): State<App>) -> ApiResult<Response> {
    let note = ledger(&app)?.checkpoint().ok_or_else(not_published)?;
    let note = app.publication.with_cosignatures(note);
    Ok(answer(TEXT, FOR_A_MOMENT, note))
}

/// The newest checkpoint that has the cosignatures that it needs: a note signed by the ledger's key and
/// by witnesses, who vouch for having seen no other history.
#[utoipa::path(
    get,
    operation_id = "get_cosigned_checkpoint",
    path = "/ledger/cosigned",
    tag = "ledger",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 404, description = "There is none, or there are no witnesses.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn cosigned(State(app): State<App>) -> ApiResult<Response> {
    let none = || ApiError::not_found("no checkpoint is cosigned as the policy asks");
    let note = app.publication.cosigned().ok_or_else(none)?;
    Ok(answer(TEXT, FOR_A_MOMENT, note))
}

/// The key that checks the signatures of checkpoints, as C2SP signed-note writes it. Whoever verifies
/// should have it from elsewhere, too.
#[utoipa::path(
    get,
    operation_id = "get_verifier_key",
    path = "/ledger/key",
    tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
pub(crate) async fn key(State(app): State<App>) -> ApiResult<Response> {
    let key = ledger(&app)?.verifier_key();
    Ok(answer(TEXT, FOR_A_MOMENT, key + "\n"))
}

/// A tile of the tree's hashes: `<level>/<index>`, with `.p/<width>` for one that is not full.
#[utoipa::path(
    get,
    operation_id = "get_tile",
    path = "/ledger/tile/{*path}",
    tag = "ledger",
    params(("path" = String, Path, description = "For example `0/x001/234` or `1/000.p/17`")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "The newest checkpoint implies no such tile.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn tile(State(app): State<App>, Path(path): Path<String>) -> ApiResult<Response> {
    let path = format!("tile/{path}");
    // Leaves have a route of their own, for those who may read them, however this one is spelled.
    if !matches!(path.parse(), Ok(Resource::Hashes(_))) {
        return Err(no_such_file());
    }
    let bytes = resource(&app, path).await?;
    Ok(answer(BYTES, FOR_EVER, bytes))
}

/// A bundle of 256 leaves, aligned with the tiles of level 0: `<index>`, with `.p/<width>` for one that
/// is not full. Each leaf stands behind its length (two bytes, big-endian).
#[utoipa::path(
    get,
    operation_id = "get_entries",
    path = "/ledger/tile/entries/{*path}",
    tag = "ledger",
    params(("path" = String, Path, description = "For example `x001/234` or `000.p/17`")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "The newest checkpoint implies no such bundle.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn entries(
    State(app): State<App>,
    reader: Reader,
    Path(path): Path<String>,
) -> ApiResult<Response> {
    reader.all(Stream::Audit)?;
    let bytes = resource(&app, format!("tile/entries/{path}")).await?;
    Ok(answer(BYTES, NEVER, bytes))
}

/// The bodies of a bundle of leaves, under the same index. Each is its length (four bytes, big-endian),
/// the salt of its commitment (32 bytes) and the body; a length of zero says that it was erased.
#[utoipa::path(
    get,
    operation_id = "get_bodies",
    path = "/ledger/body/{*path}",
    tag = "ledger",
    params(("path" = String, Path, description = "For example `x001/234` or `000.p/17`")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "The newest checkpoint implies no such bundle.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn bodies(
    State(app): State<App>,
    reader: Reader,
    Path(path): Path<String>,
) -> ApiResult<Response> {
    reader.all(Stream::Audit)?;
    let bytes = resource(&app, format!("body/{path}")).await?;
    Ok(answer(BYTES, NEVER, bytes))
}

/// That an audit event is in the ledger.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ProofAnswer {
    /// The event.
    id: String,
    /// Its position in the ledger, from 0.
    ledger_index: u64,
    /// The hash of its leaf (RFC 6962), in hexadecimal.
    leaf_hash: String,
    /// The leaf, byte for byte: canonical JSON.
    leaf: String,
    /// What the leaf commits to, byte for byte: a JSON object; absent when it was erased or expired. The leaf's
    /// `body` is SHA-256 of a byte 2, the salt and this.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The salt of that commitment, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// The inclusion proof with its checkpoint, as C2SP tlog-proof writes them.
    proof: String,
    /// The key that checks the checkpoint's signature, as C2SP signed-note writes it.
    verifier_key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    TlogProof,
}

/// The proof that an audit event is in the ledger. It can be checked offline, against any checkpoint
/// that was kept. A new event has one within seconds.
#[utoipa::path(
    get,
    operation_id = "get_proof",
    path = "/api/v1/audit/{id}/proof",
    tag = "ledger",
    params(
        ("id" = String, Path, description = "The event's id"),
        ("origin" = Option<String>, Query, description = "Which platform sent it, where several have an event of this id; without it Daybook's own counts, then the newest"),
        ("format" = Option<String>, Query, description = "`json` (the default), or `tlog-proof` for the proof file alone"),
    ),
    responses(
        (status = 200, body = ProofAnswer),
        (status = 400, description = "An unknown parameter or a malformed value, by name.", body = crate::openapi::ErrorBody),
        (status = 404, description = "No such event, or one that is older than the ledger.", body = crate::openapi::ErrorBody),
        (status = 503, description = "No checkpoint covers it yet; ask again after Retry-After.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn proof(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Response> {
    let formats = [("json", Format::Json), ("tlog-proof", Format::TlogProof)];
    let format = choice(&mut params, "format", &formats, Format::Json)?;
    let origin = params.take("origin")?;
    params.finish()?;
    let found = find(&app, &reader, Stream::Audit, &id, origin.clone()).await?;
    let receipt = match found {
        Some(event) => Receipt::of(&event).ok_or_else(|| {
            ApiError::not_found("this event is older than the ledger, which so cannot prove it")
        })?,
        None => expired(&app, id.clone(), origin)
            .await?
            .ok_or_else(|| ApiError::not_found("no audit event has this id"))?,
    };
    let (entry, proof) = proven(&app, receipt).await?.ok_or_else(not_published)?;
    if format == Format::TlogProof {
        return Ok(answer(TEXT, NEVER, proof));
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (body, salt) = entry
        .body
        .map(|body| (text(body.bytes), STANDARD.encode(body.salt)))
        .unzip();
    Ok(Json(ProofAnswer {
        id,
        ledger_index: receipt.ledger_index,
        leaf_hash: receipt.leaf_hash.to_string(),
        leaf: text(entry.leaf),
        body,
        salt,
        proof,
        verifier_key: ledger(&app)?.verifier_key(),
    })
    .into_response())
}

/// The receipt of an event of which only the leaf is kept.
async fn expired(app: &App, id: String, origin: Option<String>) -> ApiResult<Option<Receipt>> {
    app.query(move |store| async move {
        match store.ledger() {
            Some(ledger) => ledger.expired(id, origin).await,
            None => Ok(None),
        }
    })
    .await
}

/// What the ledger has at the place of a receipt, with its proof; `None` when no checkpoint covers it.
async fn proven(app: &App, receipt: Receipt) -> ApiResult<Option<(LedgerEntry, String)>> {
    let Receipt {
        ledger_index,
        leaf_hash,
    } = receipt;
    app.query(move |store| async move {
        let Some(ledger) = store.ledger() else {
            return Ok(None);
        };
        let (entry, proof) = (
            ledger.entry(ledger_index).await?,
            ledger.proof(ledger_index).await?,
        );
        match entry {
            Some(entry) if entry.leaf_hash != leaf_hash => Err(StoreError::Damaged(format!(
                "audit event {ledger_index} of the ledger is another than the one that the store shows"
            ))),
            entry => Ok(entry.zip(proof)),
        }
    })
    .await
}

async fn resource(app: &App, path: String) -> ApiResult<Vec<u8>> {
    let found = app.query(|store: Arc<_>| async move {
        match store.ledger() {
            Some(ledger) => ledger.resource(path).await,
            None => Ok(None),
        }
    });
    found.await?.ok_or_else(no_such_file)
}

fn no_such_file() -> ApiError {
    ApiError::not_found("the newest checkpoint implies no such file")
}

fn ledger(app: &App) -> ApiResult<&dyn Ledger> {
    let none = || ApiError::not_found("this log store has no ledger");
    app.store.ledger().ok_or_else(none)
}

/// Why is told to those who may know it, with the server's status.
fn not_published() -> ApiError {
    ApiError::unavailable(
        "not_published",
        "no checkpoint covers this yet. For a new event there will be one within seconds; if not, \
         `GET /api/v1/status` says why",
    )
}

fn answer(kind: &'static str, caching: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, caching),
    ];
    (headers, body).into_response()
}
