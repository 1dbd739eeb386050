//! How long events are kept, and online.

use super::input::Input;
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::{self, ControlError, Retention};
use crate::error::ApiResult;
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
    /// Audit events older than so many days are removed; their ids and hashes stay. `null`: they are kept
    /// for ever. The deployment's configuration says how long; give it as it is, or not at all.
    audit_days: Option<u32>,
    /// Usage events older than so many days (at least 3) are archived: lists leave them out, exports
    /// have them. `null`: they are online as long as they are kept.
    usage_online_days: Option<u32>,
    /// Authentication events likewise.
    auth_online_days: Option<u32>,
    /// System events likewise.
    system_online_days: Option<u32>,
    /// Audit events likewise. The deployment's configuration says how long; give it as it is, or not at
    /// all.
    audit_online_days: Option<u32>,
}

impl RetentionSettings {
    fn of(settings: Retention, app: &App) -> Self {
        Self {
            usage_days: settings.usage_days,
            payload_days: settings.payload_days,
            auth_days: settings.auth_days,
            system_days: settings.system_days,
            audit_days: app.options.audit_days,
            usage_online_days: settings.usage_online_days,
            auth_online_days: settings.auth_online_days,
            system_online_days: settings.system_online_days,
            audit_online_days: Some(app.options.audit_online_days),
        }
    }

    /// What of it is settings; the rest must be as the deployment has it.
    fn wanted(self, app: &App) -> control::Result<Retention> {
        if self.audit_days.is_some() && self.audit_days != app.options.audit_days {
            let kept = app.options.audit_days;
            let kept = kept.map_or_else(|| "for ever".into(), |days| format!("{days} days"));
            let message = format!(
                "how long audit events are kept is set in the deployment's configuration: {kept}"
            );
            let field = "audit_days";
            return Err(ControlError::Invalid { field, message });
        }
        let audit_days = app.options.audit_online_days;
        if self
            .audit_online_days
            .is_some_and(|days| days != audit_days)
        {
            let message = format!(
                "how long audit events are online is set in the deployment's configuration: {audit_days} days"
            );
            let field = "audit_online_days";
            return Err(ControlError::Invalid { field, message });
        }
        Ok(Retention {
            usage_days: self.usage_days,
            payload_days: self.payload_days,
            auth_days: self.auth_days,
            system_days: self.system_days,
            usage_online_days: self.usage_online_days,
            auth_online_days: self.auth_online_days,
            system_online_days: self.system_online_days,
        })
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
    let settings = app.control.retention().await?;
    Ok(Json(RetentionSettings::of(settings, &app)))
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
    let wanted = input.wanted(&app);
    let settings = app.control.set_retention(&actor, wanted).await?;
    Ok(Json(RetentionSettings::of(settings, &app)))
}
