//! One's own account: what it is, and its password. For people, never for platforms' keys.

use super::input::Input;
use super::users::LinkAnswer;
use crate::app::App;
use crate::auth::{Own, OwnInPart};
use crate::client::From;
use crate::control::{Identity, Role, User};
use crate::cookies;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// The second factor of one's own account.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct MfaAnswer {
    /// Whether there is one.
    enabled: bool,
    /// Whether the role must have one.
    required: bool,
    /// Backup codes not used yet.
    backup_codes_left: u32,
}

/// An identity at a provider that is bound to one's own account.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct IdentityAnswer {
    provider_id: String,
    /// The provider's name.
    provider: String,
    /// The e-mail address there, when it was last used.
    email: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    bound_at: Timestamp,
}

impl std::convert::From<Identity> for IdentityAnswer {
    fn from(identity: Identity) -> Self {
        Self {
            provider_id: identity.provider_id,
            provider: identity.provider,
            email: identity.email,
            bound_at: Timestamp::from_us(identity.bound_at),
        }
    }
}

/// One's own account.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct AccountAnswer {
    id: String,
    email: String,
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    mfa: MfaAnswer,
    /// Identities at providers that sign in to it.
    identities: Vec<IdentityAnswer>,
    /// Which usage events are its own.
    links: Vec<LinkAnswer>,
    /// Whether it has a password; who signs in elsewhere needs none.
    has_password: bool,
}

/// A change of one's own password.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasswordInput {
    current: String,
    /// At least 8 characters, none of the common passwords.
    new: String,
}

/// One's own account.
#[utoipa::path(
    get,
    operation_id = "get_account",
    path = "/api/v1/account",
    tag = "account",
    responses((status = 200, body = AccountAnswer)),
    security(("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    OwnInPart(session): OwnInPart,
) -> ApiResult<Json<AccountAnswer>> {
    let mfa = app.control.mfa_state(&session.user).await?;
    let identities = app.control.identities(&session.user.id).await?;
    let profile = app.control.user(&session.user.id).await?;
    let User {
        id, email, role, ..
    } = profile.user;
    Ok(Json(AccountAnswer {
        id,
        email,
        role,
        created_at: profile.created_at,
        mfa: MfaAnswer {
            enabled: mfa.enabled,
            required: mfa.required,
            backup_codes_left: mfa.backup_codes_left,
        },
        identities: identities.into_iter().map(IdentityAnswer::from).collect(),
        links: profile.links.into_iter().map(LinkAnswer::from).collect(),
        has_password: profile.has_password,
    }))
}

/// Change one's own password. All other sessions of the account end; this one gets a new cookie.
#[utoipa::path(
    post,
    operation_id = "change_password",
    path = "/api/v1/account/password",
    tag = "account",
    request_body = NewPasswordInput,
    responses(
        (status = 204, description = "Changed."),
        (status = 403, description = "The current password is wrong.", body = crate::openapi::ErrorBody),
        (status = 404, description = "The session ended meanwhile.", body = crate::openapi::ErrorBody),
        (status = 409, description = "The account has no password: it signs in elsewhere.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn change_password(
    State(app): State<App>,
    Own(session): Own,
    from: From,
    Input(input): Input<NewPasswordInput>,
) -> ApiResult<Response> {
    let NewPasswordInput { current, new } = input;
    let client = &from.client;
    let changed = app.control.change_password(client, &session, current, new);
    let renewed = changed.await?;
    Ok((StatusCode::NO_CONTENT, cookies::set(&from, &renewed)).into_response())
}
