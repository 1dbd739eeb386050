//! The settings of signing in.

use super::input::Input;
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::control::{Role, SignInSettings};
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

/// The settings of signing in.
#[derive(Debug, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInSettingsBody {
    /// Whether anybody may ask for an account.
    sign_up: bool,
    /// Domains whose e-mail addresses may; any when there are none. At most 100.
    sign_up_domains: Vec<String>,
    /// Roles whose accounts must have a second factor. Who has none may only set it up.
    mfa_required_roles: Vec<Role>,
    /// How long a session lives without being used: from 5 minutes on.
    session_idle_minutes: u32,
    /// How long a session lives in any case: 1 to 720 hours.
    session_absolute_hours: u32,
}

impl From<SignInSettings> for SignInSettingsBody {
    fn from(settings: SignInSettings) -> Self {
        Self {
            sign_up: settings.sign_up,
            sign_up_domains: settings.sign_up_domains,
            mfa_required_roles: settings.mfa_required_roles,
            session_idle_minutes: settings.session_idle_minutes,
            session_absolute_hours: settings.session_absolute_hours,
        }
    }
}

impl From<SignInSettingsBody> for SignInSettings {
    fn from(body: SignInSettingsBody) -> Self {
        Self {
            sign_up: body.sign_up,
            sign_up_domains: body.sign_up_domains,
            mfa_required_roles: body.mfa_required_roles,
            session_idle_minutes: body.session_idle_minutes,
            session_absolute_hours: body.session_absolute_hours,
        }
    }
}

/// The settings of signing in.
#[utoipa::path(
    get,
    operation_id = "get_sign_in_settings",
    path = "/api/v1/settings/sign-in",
    tag = "users",
    responses((status = 200, body = SignInSettingsBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    _: Inspector,
) -> ApiResult<Json<SignInSettingsBody>> {
    Ok(Json(app.control.sign_in_settings().await?.into()))
}

/// Set the settings of signing in. They act at once, also on open sessions.
#[utoipa::path(
    put,
    operation_id = "set_sign_in_settings",
    path = "/api/v1/settings/sign-in",
    tag = "users",
    request_body = SignInSettingsBody,
    responses((status = 200, body = SignInSettingsBody)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn set(
    State(app): State<App>,
    Admin(actor): Admin,
    Input(body): Input<SignInSettingsBody>,
) -> ApiResult<Json<SignInSettingsBody>> {
    let set = app
        .control
        .set_sign_in_settings(&actor, body.into())
        .await?;
    Ok(Json(set.into()))
}
