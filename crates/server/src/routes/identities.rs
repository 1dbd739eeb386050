//! One's own identities at providers: bind, unbind.

use super::input::{Input, Path};
use super::sso::{depart, flow_cookie, local};
use crate::app::App;
use crate::auth::Own;
use crate::client::From;
use crate::control::Purpose;
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

/// Where to come back to.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SsoStartInput {
    /// The path of the UI to come back to.
    return_to: Option<String>,
}

/// Where to go on.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct SsoStart {
    /// The provider's page: an address to send the browser to.
    location: String,
}

/// Bind an identity to one's own account: answers where to send the browser. It is no GET, for no
/// other site may begin this.
#[utoipa::path(
    post,
    operation_id = "begin_sso",
    path = "/api/v1/sso/{id}/start",
    tag = "sso",
    params(("id" = String, Path)),
    request_body = SsoStartInput,
    responses(
        (status = 200, body = SsoStart),
        (status = 401, description = "Not signed in.", body = crate::openapi::ErrorBody),
        (status = 503, description = "The provider does not answer.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn begin(
    State(app): State<App>,
    from: From,
    Path(id): Path<String>,
    Own(session): Own,
    Input(input): Input<SsoStartInput>,
) -> ApiResult<Response> {
    let purpose = Purpose::Bind {
        user_id: session.user.id,
    };
    let return_to = local(input.return_to);
    let departure = depart(&app, &from, &id, purpose, return_to).await;
    let departure = departure.map_err(|code| match code {
        "provider_unknown" => ApiError::not_found("no such identity provider"),
        code => ApiError::unavailable(code, "the identity provider does not answer as it should"),
    })?;
    let cookie = flow_cookie(from.secure, &departure.flow, &departure.browser);
    let answer = Json(SsoStart {
        location: departure.location,
    });
    Ok(([(SET_COOKIE, cookie)], answer).into_response())
}

/// Unbind one's own identity at a provider. The only way into an account stays.
#[utoipa::path(
    delete,
    operation_id = "unbind_identity",
    path = "/api/v1/account/identities/{provider_id}",
    tag = "sso",
    params(("provider_id" = String, Path)),
    responses(
        (status = 204, description = "Unbound."),
        (status = 400, description = "It is the only way into the account.", body = crate::openapi::ErrorBody),
        (status = 401, description = "Not signed in.", body = crate::openapi::ErrorBody),
        (status = 404, description = "No such identity.", body = crate::openapi::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn unbind(
    State(app): State<App>,
    from: From,
    Own(session): Own,
    Path(provider_id): Path<String>,
) -> ApiResult<StatusCode> {
    let unbound = app
        .control
        .unbind_identity(&from.client, session.user, &provider_id);
    unbound.await?;
    Ok(StatusCode::NO_CONTENT)
}
