//! What is archived.

use crate::app::App;
use crate::auth::Inspector;
use axum::Json;
use axum::extract::State;
use daybook_model::{Stream, Timestamp};
use utoipa::ToSchema;

/// What is archived of all streams.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ArchiveAnswer {
    items: Vec<ArchivedItem>,
}

/// What is archived of one period of a stream.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ArchivedItem {
    #[schema(value_type = String)]
    stream: Stream,
    /// The beginning of its day or month.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// The beginning of the next one.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    events: u64,
    /// Bytes of its files.
    bytes: u64,
}

/// What is archived, by stream and period. Lists leave it out; exports and downloads have it.
#[utoipa::path(
    get,
    operation_id = "list_archive",
    path = "/api/v1/archive",
    tag = "lifecycle",
    responses((status = 200, body = ArchiveAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(State(app): State<App>, _: Inspector) -> Json<ArchiveAnswer> {
    let periods = Stream::ALL.into_iter().flat_map(|stream| {
        let periods = app.store.archived(stream).into_iter();
        periods.map(move |period| ArchivedItem {
            stream,
            from: period.start,
            to: period.end,
            events: period.events,
            bytes: period.bytes,
        })
    });
    Json(ArchiveAnswer {
        items: periods.collect(),
    })
}
