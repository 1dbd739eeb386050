//! What the UI needs to know: the field catalogue, and what this server holds.

use crate::app::App;
use crate::error::ApiResult;
use crate::publication::{Publication, TellAnswer};
use crate::reading::Reader;
use axum::Json;
use axum::extract::State;
use daybook_model::field::{Field, Kind};
use daybook_model::ledger::LedgerHealth;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The fields of the streams that the caller may read.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct CatalogueAnswer {
    streams: Vec<StreamAnswer>,
}

/// One stream.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct StreamAnswer {
    /// Name in URLs and events.
    name: &'static str,
    /// Name people read.
    label: &'static str,
    /// Its fields, in the order of details.
    fields: Vec<FieldAnswer>,
}

/// One field.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct FieldAnswer {
    /// Name in JSON, URLs, columns.
    name: &'static str,
    /// Name people read.
    label: String,
    /// `id`, `keyword`, `text`, `enum`, `integer`, `money`, `boolean`, `time`, `json` or `payload`.
    r#type: &'static str,
    /// `ms`, `tokens`, `usd`, `calls` or `units`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// The values of an enum, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<&'static [&'static str]>,
    /// A query may filter by it.
    filter: bool,
    /// A list may be sorted by it.
    sort: bool,
    /// `q` looks into it.
    search: bool,
    /// Section of the details.
    group: &'static str,
    /// The default table shows it.
    column: bool,
    /// Operators of its filter.
    operators: Vec<&'static str>,
}

impl From<&Field> for FieldAnswer {
    fn from(field: &Field) -> Self {
        Self {
            name: field.name,
            label: field.label(),
            r#type: field.type_name(),
            unit: field.unit.map(|unit| unit.name()),
            values: match field.kind {
                Kind::Enum(words) => Some(words),
                _ => None,
            },
            filter: field.filter,
            sort: field.sort,
            search: field.search,
            group: field.group.name(),
            column: field.column,
            operators: field
                .operators()
                .iter()
                .map(|operator| operator.name())
                .collect(),
        }
    }
}

/// The field catalogue: the streams that the caller may read and the fields that it may see, with
/// their types and operators.
#[utoipa::path(
    get,
    operation_id = "get_catalogue",
    path = "/catalogue",
    tag = "logs",
    responses((status = 200, body = CatalogueAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn catalogue(reader: Reader) -> Json<CatalogueAnswer> {
    let streams = reader.streams().map(|(stream, scope)| StreamAnswer {
        name: stream.name(),
        label: stream.label(),
        fields: scope.fields(stream).map(FieldAnswer::from).collect(),
    });
    Json(CatalogueAnswer {
        streams: streams.collect(),
    })
}

/// What this server is and holds.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct StatusAnswer {
    /// Version of Daybook.
    version: &'static str,
    /// Whether the data is thrown away when the server ends.
    demo: bool,
    /// Events per stream, as many as the caller may see; streams that it may not read are left out.
    events: BTreeMap<&'static str, u64>,
    /// Why no events are taken, when none are and the caller may look at what belongs to everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<String>,
    /// Damaged data that was found since the start, by place, for those who may look at what belongs
    /// to everybody. It is not served.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    damaged: Vec<String>,
    /// How the ledger of the audit events is, for those who may look at what belongs to everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<LedgerAnswer>,
}

/// How the ledger is.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct LedgerAnswer {
    /// Audit events that have an index.
    size: u64,
    /// Audit events that the newest published checkpoint covers.
    published_size: u64,
    /// When a checkpoint was last published.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
    /// Why no audit event is taken until somebody acts, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// Why the last attempt to publish a checkpoint failed; it is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing: Option<String>,
    /// The witnesses that are asked to cosign checkpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witnesses: Vec<TellAnswer>,
    /// What keeps checkpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    anchors: Vec<TellAnswer>,
}

impl LedgerAnswer {
    fn new(health: LedgerHealth, publication: &Publication) -> Self {
        let (witnesses, anchors) = publication.told();
        Self {
            witnesses,
            anchors,
            size: health.size,
            published_size: health.published_size,
            published_at: health.published_at.map(|at| at.to_string()),
            refused: health.refused,
            failing: health.failing,
        }
    }
}

/// What this server is and how many events it holds.
#[utoipa::path(
    get,
    operation_id = "get_status",
    path = "/api/v1/status",
    tag = "server",
    responses((status = 200, body = StatusAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn status(
    State(app): State<App>,
    reader: Reader,
) -> ApiResult<Json<StatusAnswer>> {
    let mut events = BTreeMap::new();
    for (stream, _) in reader.streams() {
        let query = reader.all(stream)?;
        let count = app.query(|store| async move { store.count(query).await });
        events.insert(stream.name(), count.await?);
    }
    let read_only = app.store.read_only();
    let ledger = app.store.ledger().filter(|_| reader.inspects());
    let damaged = match reader.inspects() {
        true => {
            let stats = app.query(|store| async move { store.stats().await });
            stats.await?.damaged
        }
        false => Vec::new(),
    };
    Ok(Json(StatusAnswer {
        version: env!("CARGO_PKG_VERSION"),
        demo: app.options.demo,
        events,
        read_only: read_only.filter(|_| reader.inspects()),
        damaged,
        ledger: ledger.map(|ledger| LedgerAnswer::new(ledger.health(), &app.publication)),
    }))
}
