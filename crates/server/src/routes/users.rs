//! Accounts as administrators see them: list, invite, change, close, link, remove.

use super::input::{Input, Path, UrlParams, choice};
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::client::From;
use crate::control::{
    Link, NewLink, NewUser, Role, User, UserChange, UserProfile, UserQuery, UserState,
};
use crate::error::ApiResult;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_model::{Timestamp, limits};
use utoipa::ToSchema;

/// A user of a platform whose usage is an account's own.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct LinkAnswer {
    /// The platform instance.
    origin: String,
    /// The `user_id` in its events.
    user_id: String,
    /// Who says so: `admin`, or `claim:` and the identity provider.
    source: String,
}

impl std::convert::From<Link> for LinkAnswer {
    fn from(link: Link) -> Self {
        Self {
            origin: link.origin,
            user_id: link.user_id,
            source: link.source,
        }
    }
}

/// An account.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct UserAnswer {
    id: String,
    email: String,
    role: Role,
    state: UserState,
    /// Whether it has a password; who signs in elsewhere needs none.
    has_password: bool,
    /// Whether it has a second factor.
    mfa_enabled: bool,
    /// Until when it is locked for browsers it was not used from.
    #[schema(value_type = Option<String>, format = DateTime)]
    locked_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<Timestamp>,
    /// Which usage events are its own.
    links: Vec<LinkAnswer>,
    /// Why a mail to it could not be delivered so far.
    mail_error: Option<String>,
}

impl std::convert::From<UserProfile> for UserAnswer {
    fn from(profile: UserProfile) -> Self {
        let User {
            id,
            email,
            role,
            state,
        } = profile.user;
        Self {
            id,
            email,
            role,
            state,
            has_password: profile.has_password,
            mfa_enabled: profile.mfa_enabled,
            locked_until: profile.locked_until,
            created_at: profile.created_at,
            last_sign_in_at: profile.last_sign_in_at,
            links: profile.links.into_iter().map(LinkAnswer::from).collect(),
            mail_error: profile.mail_error,
        }
    }
}

/// A page of accounts.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct UserList {
    items: Vec<UserAnswer>,
    /// How many there are in all.
    total: u64,
    page: u64,
    page_size: u64,
}

/// An account to be made by invitation.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUserInput {
    email: String,
    role: Role,
    /// Which usage events are its own. At most 100.
    #[serde(default)]
    links: Vec<NewLink>,
}

/// An account that was invited.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct InvitedAnswer {
    user: UserAnswer,
    /// The invitation, to be handed over; `null` when it was mailed. It is not shown again.
    link: Option<String>,
}

/// A link with a ticket.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct TicketLinkAnswer {
    /// The link, to be handed over; `null` when it was mailed. It is not shown again.
    link: Option<String>,
}

/// Nothing is needed.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingInput {}

/// What is to be another way with an account; what is left out stays.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChangeInput {
    role: Option<Role>,
    disabled: Option<bool>,
}

/// All links that administrators set.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinksInput {
    /// At most 100.
    links: Vec<NewLink>,
}

async fn answer(app: &App, id: &str) -> ApiResult<Json<UserAnswer>> {
    Ok(Json(app.control.user(id).await?.into()))
}

/// Accounts, by e-mail.
#[utoipa::path(
    get,
    operation_id = "list_users",
    path = "/api/v1/users",
    tag = "users",
    params(
        ("q" = Option<String>, Query, description = "Text that the e-mail contains"),
        ("role" = Option<Role>, Query),
        ("state" = Option<UserState>, Query),
        ("page" = Option<u64>, Query, description = "Number of the page, from 1 on"),
        ("page_size" = Option<u64>, Query, description = "Accounts of a page, at most 1000"),
    ),
    responses(
        (status = 200, body = UserList),
        (status = 400, description = "An unknown parameter or a malformed value, by name.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Inspector,
    UrlParams(mut params): UrlParams,
) -> ApiResult<Json<UserList>> {
    let roles = Role::ALL.map(|role| (role.name(), Some(role)));
    let states = UserState::ALL.map(|state| (state.name(), Some(state)));
    let page = params.take_number("page", 1, 1, 1_000_000)? as u64;
    let (size, size_max) = (limits::PAGE_SIZE_DEFAULT, limits::PAGE_SIZE_MAX);
    let page_size = params.take_number("page_size", size, 1, size_max)? as u64;
    let query = UserQuery {
        text: params.take("q")?,
        role: choice(&mut params, "role", &roles, None)?,
        state: choice(&mut params, "state", &states, None)?,
        offset: (page - 1) * page_size,
        limit: page_size,
    };
    params.finish()?;
    let (users, total) = app.control.users(query).await?;
    Ok(Json(UserList {
        items: users.into_iter().map(UserAnswer::from).collect(),
        total,
        page,
        page_size,
    }))
}

/// Invite somebody. The account becomes active when its person takes the invitation.
#[utoipa::path(
    post,
    operation_id = "invite_user",
    path = "/api/v1/users",
    tag = "users",
    request_body = NewUserInput,
    responses(
        (status = 201, body = InvitedAnswer),
        (status = 409, description = "There is an account with this e-mail.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn invite(
    State(app): State<App>,
    Admin(actor): Admin,
    from: From,
    Input(input): Input<NewUserInput>,
) -> ApiResult<(StatusCode, Json<InvitedAnswer>)> {
    let new = NewUser {
        email: input.email,
        role: input.role,
        links: input.links,
    };
    let (id, link) = app.control.invite(&actor, new, &app.site(&from)).await?;
    let user = app.control.user(&id).await?.into();
    Ok((StatusCode::CREATED, Json(InvitedAnswer { user, link })))
}

/// One account.
#[utoipa::path(
    get,
    operation_id = "get_user",
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = String, Path)),
    responses((status = 200, body = UserAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    _: Inspector,
    Path(id): Path<String>,
) -> ApiResult<Json<UserAnswer>> {
    answer(&app, &id).await
}

/// Give an account another role, close it or open it again. It acts at once: the sessions of a
/// closed account end, open sessions have the new role.
#[utoipa::path(
    patch,
    operation_id = "change_user",
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = String, Path)),
    request_body = UserChangeInput,
    responses(
        (status = 200, body = UserAnswer),
        (status = 409, description = "The last active super_admin stays.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn change(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
    Input(input): Input<UserChangeInput>,
) -> ApiResult<Json<UserAnswer>> {
    let new = UserChange {
        role: input.role,
        disabled: input.disabled,
    };
    app.control.change_user(&actor, &id, new).await?;
    answer(&app, &id).await
}

/// Say which usage events are an account's own. Replaces what administrators set before; links
/// from claims of an identity provider stay.
#[utoipa::path(
    put,
    operation_id = "set_user_links",
    path = "/api/v1/users/{id}/links",
    tag = "users",
    params(("id" = String, Path)),
    request_body = LinksInput,
    responses((status = 200, body = UserAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn set_links(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
    Input(input): Input<LinksInput>,
) -> ApiResult<Json<UserAnswer>> {
    app.control.set_links(&actor, &id, input.links).await?;
    answer(&app, &id).await
}

/// Send the invitation again, or the verification of who signed up. The link before ends.
#[utoipa::path(
    post,
    operation_id = "repeat_invitation",
    path = "/api/v1/users/{id}/invitation",
    tag = "users",
    params(("id" = String, Path)),
    request_body = NothingInput,
    responses(
        (status = 200, body = TicketLinkAnswer),
        (status = 409, description = "The account needs none.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn invite_again(
    State(app): State<App>,
    Admin(actor): Admin,
    from: From,
    Path(id): Path<String>,
    Input(NothingInput {}): Input<NothingInput>,
) -> ApiResult<Json<TicketLinkAnswer>> {
    let link = app
        .control
        .invite_again(&actor, &id, &app.site(&from))
        .await?;
    Ok(Json(TicketLinkAnswer { link }))
}

/// Send a link with which an account's owner sets a new password. The current one works until then.
#[utoipa::path(
    post,
    operation_id = "send_password_reset",
    path = "/api/v1/users/{id}/reset",
    tag = "users",
    params(("id" = String, Path)),
    request_body = NothingInput,
    responses(
        (status = 200, body = TicketLinkAnswer),
        (status = 409, description = "The account is not active.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn reset(
    State(app): State<App>,
    Admin(actor): Admin,
    from: From,
    Path(id): Path<String>,
    Input(NothingInput {}): Input<NothingInput>,
) -> ApiResult<Json<TicketLinkAnswer>> {
    let link = app
        .control
        .send_reset(&actor, &id, &app.site(&from))
        .await?;
    Ok(Json(TicketLinkAnswer { link }))
}

/// Remove an account that was never active. Others are disabled.
#[utoipa::path(
    delete,
    operation_id = "delete_user",
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = String, Path)),
    responses(
        (status = 204, description = "Removed."),
        (status = 409, description = "The account was active.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.delete_user(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
