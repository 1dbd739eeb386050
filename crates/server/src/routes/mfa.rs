//! One's own second factor, and taking away that of somebody who lost it.

use super::input::{Input, Path};
use super::session::SessionAnswer;
use crate::app::App;
use crate::auth::{Admin, Own, OwnInPart};
use crate::client::From;
use crate::control::shown_backup_code;
use crate::cookies;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

/// The own password, again.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordInput {
    /// Not needed by accounts without one.
    password: Option<String>,
}

/// A code.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeInput {
    /// Six digits of the authenticator; where it is not to be confirmed, also a backup code.
    code: String,
}

/// The own password again, and a code.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAndCodeInput {
    /// Not needed by accounts without one.
    password: Option<String>,
    /// Six digits of the authenticator, or a backup code.
    code: String,
}

/// What an authenticator needs to know. It is not shown again.
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct MfaSetupAnswer {
    /// In base 32, for typing.
    secret: String,
    /// The same as an address, `otpauth://totp/…`.
    uri: String,
    /// The same as a picture.
    qr_svg: String,
}

/// Backup codes. They are not shown again; each works once.
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct BackupCodes {
    backup_codes: Vec<String>,
}

impl BackupCodes {
    fn new(codes: &[String]) -> Self {
        Self {
            backup_codes: codes.iter().map(|code| shown_backup_code(code)).collect(),
        }
    }
}

/// Begin to set up a second factor. It counts when it is confirmed.
#[utoipa::path(
    post,
    operation_id = "begin_mfa",
    path = "/api/v1/account/mfa",
    tag = "account",
    request_body = PasswordInput,
    responses(
        (status = 200, body = MfaSetupAnswer),
        (status = 403, description = "`wrong_password`.", body = crate::openapi::ErrorBody),
        (status = 409, description = "There is a second factor already: turn it off first.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn begin(
    State(app): State<App>,
    from: From,
    OwnInPart(session): OwnInPart,
    Input(sent): Input<PasswordInput>,
) -> ApiResult<Json<MfaSetupAnswer>> {
    let begun = app.control.begin_mfa(&from.client, &session, sent.password);
    let setup = begun.await?;
    Ok(Json(MfaSetupAnswer {
        secret: setup.secret,
        uri: setup.uri,
        qr_svg: setup.qr_svg,
    }))
}

/// Turn the second factor on with its first code. Other sessions end; this one gets a new token.
#[utoipa::path(
    post,
    operation_id = "confirm_mfa",
    path = "/api/v1/account/mfa/confirm",
    tag = "account",
    request_body = CodeInput,
    responses(
        (status = 200, body = BackupCodes),
        (status = 403, description = "`wrong_code`.", body = crate::openapi::ErrorBody),
        (status = 404, description = "Nothing is to be confirmed.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    from: From,
    OwnInPart(session): OwnInPart,
    Input(sent): Input<CodeInput>,
) -> ApiResult<Response> {
    let confirmed = app.control.confirm_mfa(&from.client, &session, &sent.code);
    let (codes, renewed) = confirmed.await?;
    let answer = Json(BackupCodes::new(&codes));
    Ok((cookies::set(&from, &renewed), answer).into_response())
}

/// Turn the second factor off. Other sessions end; this one gets a new token.
#[utoipa::path(
    delete,
    operation_id = "disable_mfa",
    path = "/api/v1/account/mfa",
    tag = "account",
    request_body = PasswordAndCodeInput,
    responses(
        (status = 204, description = "It is off."),
        (status = 403, description = "`mfa_required_by_role`, `wrong_password` or `wrong_code`.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn disable(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Input(sent): Input<PasswordAndCodeInput>,
) -> ApiResult<Response> {
    let PasswordAndCodeInput { password, code } = sent;
    let client = &from.client;
    let disabled = app.control.disable_mfa(client, &session, password, &code);
    let renewed = disabled.await?;
    Ok((StatusCode::NO_CONTENT, cookies::set(&from, &renewed)).into_response())
}

/// Get new backup codes. Older ones end.
#[utoipa::path(
    post,
    operation_id = "renew_backup_codes",
    path = "/api/v1/account/mfa/backup-codes",
    tag = "account",
    request_body = CodeInput,
    responses(
        (status = 200, body = BackupCodes),
        (status = 403, description = "`wrong_code`.", body = crate::openapi::ErrorBody),
        (status = 404, description = "There is no second factor.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn renew_backup_codes(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Input(sent): Input<CodeInput>,
) -> ApiResult<Json<BackupCodes>> {
    let control = &app.control;
    let renewed = control.renew_backup_codes(&from.client, &session, &sent.code);
    Ok(Json(BackupCodes::new(&renewed.await?)))
}

/// Give the second factor in a session that was opened without one, by single sign-on.
#[utoipa::path(
    post,
    operation_id = "verify_mfa",
    path = "/api/v1/account/mfa/verify",
    tag = "account",
    request_body = CodeInput,
    responses(
        (status = 200, body = SessionAnswer),
        (status = 403, description = "`wrong_code`.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn verify(
    State(app): State<App>,
    from: From,
    OwnInPart(session): OwnInPart,
    Input(sent): Input<CodeInput>,
) -> ApiResult<Response> {
    let verified = app.control.verify_mfa(&from.client, &session, &sent.code);
    Ok(super::session::opened(&from, verified.await?))
}

/// Take away the second factor of somebody who lost it. All sessions of the account end.
#[utoipa::path(
    delete,
    operation_id = "reset_user_mfa",
    path = "/api/v1/users/{id}/mfa",
    tag = "users",
    params(("id" = String, Path, description = "The account.")),
    responses(
        (status = 204, description = "It is off."),
        (status = 404, description = "No such account, or it has no second factor.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn reset(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.reset_mfa(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
