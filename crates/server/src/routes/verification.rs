//! Verifying the ledger on the server.

use super::input::Input;
use crate::app::App;
use crate::auth::Inspector;
use crate::error::{ApiError, ApiResult};
use crate::verification::Verification;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_ledger::note::NOTE_BYTES_MAX;
use daybook_ledger::verify::Earlier;
use utoipa::ToSchema;

/// Checkpoints that a verification takes.
const CHECKPOINTS_MAX: usize = 16;

/// What to verify against.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerificationInput {
    /// Checkpoints that somebody has kept, each as it was: the log must still contain them.
    #[serde(default)]
    checkpoints: Vec<String>,
}

/// The last verification.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct VerificationAnswer {
    /// The one that runs, or the last since the server started.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Verification>,
}

/// The verification that runs, or what came out of the last one.
#[utoipa::path(
    get,
    operation_id = "get_verification",
    path = "/api/v1/ledger/verification",
    tag = "ledger",
    responses((status = 200, body = VerificationAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn last(State(app): State<App>, _: Inspector) -> Json<VerificationAnswer> {
    let verification = app.verifications.last();
    Json(VerificationAnswer { verification })
}

/// Verify the ledger on the server: every leaf, body and hash, from the bytes to the signed root. Who does
/// not want to trust the server runs `daybook verify` elsewhere.
#[utoipa::path(
    post,
    operation_id = "verify_ledger",
    path = "/api/v1/ledger/verification",
    tag = "ledger",
    request_body = VerificationInput,
    responses(
        (status = 202, description = "It has begun; ask again for what comes out.", body = VerificationAnswer),
        (status = 404, description = "There is no ledger.", body = crate::openapi::ErrorBody),
        (status = 409, description = "One runs already.", body = crate::openapi::ErrorBody),
        (status = 503, description = "No checkpoint covers the newest events, or it cannot be put on record.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn start(
    State(app): State<App>,
    Inspector(actor): Inspector,
    Input(input): Input<VerificationInput>,
) -> ApiResult<(StatusCode, Json<VerificationAnswer>)> {
    if input.checkpoints.len() > CHECKPOINTS_MAX {
        let message = format!("more than {CHECKPOINTS_MAX} checkpoints (CHECKPOINTS_MAX)");
        return Err(ApiError::invalid("checkpoints", message));
    }
    let too_long = |note: &String| note.len() > NOTE_BYTES_MAX;
    if input.checkpoints.iter().any(too_long) {
        let message = format!("longer than {NOTE_BYTES_MAX} bytes (NOTE_BYTES_MAX)");
        return Err(ApiError::invalid("checkpoints", message));
    }
    let earlier = (1..).zip(input.checkpoints).map(|(number, note)| Earlier {
        name: format!("{number}"),
        note: note.into_bytes(),
    });
    let verification = app.begin_verification(actor, earlier.collect()).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(VerificationAnswer { verification }),
    ))
}
