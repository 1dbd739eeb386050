//! How long events are kept.

use super::input::Input;
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::Retention;
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

/// How long events are kept, in whole days (1 to 36 500); `null` is for ever, the default.
#[derive(Debug, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionSettings {
    /// Usage events.
    usage_days: Option<u32>,
    /// Requests and responses of usage events; removed by whole days.
    payload_days: Option<u32>,
    /// Authentication events.
    auth_days: Option<u32>,
    /// System events.
    system_days: Option<u32>,
    /// Always `null`: audit events are kept for ever.
    audit_days: Option<u32>,
}

impl From<Retention> for RetentionSettings {
    fn from(settings: Retention) -> Self {
        Self {
            usage_days: settings.usage_days,
            payload_days: settings.payload_days,
            auth_days: settings.auth_days,
            system_days: settings.system_days,
            audit_days: None,
        }
    }
}

/// How long events are kept.
#[utoipa::path(
    get,
    operation_id = "get_retention",
    path = "/api/v1/settings/retention",
    tag = "lifecycle",
    responses((status = 200, body = RetentionSettings)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    _: Inspector,
) -> ApiResult<Json<RetentionSettings>> {
    Ok(Json(app.control.retention().await?.into()))
}

/// Set how long events are kept. What is left out is kept for ever. Older events are removed soon
/// after, for good.
#[utoipa::path(
    put,
    operation_id = "set_retention",
    path = "/api/v1/settings/retention",
    tag = "lifecycle",
    request_body = RetentionSettings,
    responses((status = 200, body = RetentionSettings)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn set(
    State(app): State<App>,
    Admin(actor): Admin,
    Input(input): Input<RetentionSettings>,
) -> ApiResult<Json<RetentionSettings>> {
    if input.audit_days.is_some() {
        let message = "audit events are kept for ever: no setting removes them";
        return Err(ApiError::invalid("audit_days", message));
    }
    let settings = Retention {
        usage_days: input.usage_days,
        payload_days: input.payload_days,
        auth_days: input.auth_days,
        system_days: input.system_days,
    };
    app.control.set_retention(&actor, settings).await?;
    Ok(Json(settings.into()))
}
