//! What anybody may do without a session: ask for an account or a new password, and use the link
//! that was sent. The answers do not tell which addresses have an account.

use super::input::Input;
use super::session::{SessionAnswer, opened};
use crate::app::App;
use crate::auth::SameSite;
use crate::client::From;
use crate::control::{Ticket, TicketKind};
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// What one signs up with.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpInput {
    email: String,
}

/// Whose password is to be reset.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetInput {
    email: String,
}

/// A ticket: what follows the `#` of the link.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketInput {
    token: String,
}

/// A ticket and the password that it sets.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UseTicketInput {
    token: String,
    /// At least 8 characters, none of the common passwords.
    #[schema(required, value_type = String)]
    password: Option<String>,
}

/// What a ticket is for.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct TicketAnswer {
    kind: TicketKind,
    email: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl std::convert::From<Ticket> for TicketAnswer {
    fn from(ticket: Ticket) -> Self {
        Self {
            kind: ticket.kind,
            email: ticket.user.email,
            expires_at: ticket.expires_at,
        }
    }
}

/// Ask for an account. What comes of it is in a mail, whether there is such an account or not: the
/// link in it lets its holder choose the password. Asking again changes nothing.
#[utoipa::path(
    post,
    operation_id = "request_account",
    path = "/api/v1/sign-up",
    tag = "session",
    request_body = SignUpInput,
    responses(
        (status = 202, description = "Taken. The mail says what comes next."),
        (status = 403, description = "Accounts are made by invitation.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn sign_up(
    State(app): State<App>,
    from: From,
    Input(input): Input<SignUpInput>,
) -> ApiResult<StatusCode> {
    app.control.sign_up(&from.client, &input.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for a link that sets a new password. It is mailed when there is such an account.
#[utoipa::path(
    post,
    operation_id = "request_password_reset",
    path = "/api/v1/password-reset",
    tag = "session",
    request_body = ResetInput,
    responses((status = 202, description = "Taken. If there is such an account, a mail is on its way."))
)]
pub(crate) async fn request_reset(
    State(app): State<App>,
    from: From,
    Input(input): Input<ResetInput>,
) -> ApiResult<StatusCode> {
    app.control
        .request_reset(&from.client, &input.email)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

/// What a ticket is for. It stays usable.
#[utoipa::path(
    post,
    operation_id = "check_ticket",
    path = "/api/v1/tickets/check",
    tag = "session",
    request_body = TicketInput,
    responses(
        (status = 200, body = TicketAnswer),
        (status = 404, description = "Used, expired, replaced by a newer one, or never made.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn check(
    State(app): State<App>,
    Input(input): Input<TicketInput>,
) -> ApiResult<Json<TicketAnswer>> {
    Ok(Json(app.control.check_ticket(&input.token).await?.into()))
}

/// Use a ticket up: sets the password and opens a session. `null` when one must sign in next, with
/// the second factor that the account has.
#[utoipa::path(
    post,
    operation_id = "use_ticket",
    path = "/api/v1/tickets/use",
    tag = "session",
    request_body = UseTicketInput,
    responses(
        (status = 200, body = Option<SessionAnswer>),
        (status = 403, description = "`csrf`, `wrong_host`: from a page of another site, or under another name.", body = crate::openapi::ErrorBody),
        (status = 404, description = "Used, expired, replaced by a newer one, or never made.", body = crate::openapi::ErrorBody),
    )
)]
pub(crate) async fn redeem(
    State(app): State<App>,
    from: From,
    _: SameSite,
    Input(input): Input<UseTicketInput>,
) -> ApiResult<Response> {
    let UseTicketInput { token, password } = input;
    let password = password.ok_or_else(|| ApiError::invalid("password", "choose one"))?;
    let used = app
        .control
        .use_ticket(&from.client, &token, password)
        .await?;
    Ok(match used {
        Some(signed_in) => opened(&from, signed_in),
        None => Json(None::<SessionAnswer>).into_response(),
    })
}
