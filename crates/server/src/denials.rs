//! What somebody who is known asks for and does not get goes on record: who they are, which operation they
//! asked for, and of what.

use crate::app::App;
use crate::auth::Caller;
use crate::client::from;
use crate::control::{Actor, Asking, Role};
use crate::error::{ApiError, ApiResult};
use crate::reads::Asked;
use axum::extract::MatchedPath;
use axum::http::StatusCode;
use axum::http::request::Parts;

/// The refusal of a caller who may not do what they ask for, put on record.
pub(crate) async fn denied(
    parts: &Parts,
    app: &App,
    caller: &Caller,
    refusal: ApiError,
) -> ApiError {
    let (actor, asked) = (caller.actor(from(parts).client), asking(parts));
    let control = &app.control;
    control
        .record_denied(&actor, &asked, &refusal.message)
        .await;
    refusal
}

/// Refuses accounts whose role lacks a right, and puts that on record. What a platform's key may
/// do its scopes say.
pub(crate) async fn demand(
    parts: &Parts,
    app: &App,
    caller: &Caller,
    right: fn(Role) -> bool,
    what: &str,
) -> ApiResult<()> {
    let Some(user) = caller.user().filter(|user| !right(user.role)) else {
        return Ok(());
    };
    let refusal = ApiError::not_for(user.role, right, what);
    Err(denied(parts, app, caller, refusal).await)
}

/// What a request asks for.
pub(crate) fn asking(parts: &Parts) -> Asking {
    // Inside a nested router the address lacks its beginning.
    let asked = parts.extensions.get::<Asked>();
    let path = asked.map_or(parts.uri.path(), Asked::path);
    let route = parts.extensions.get::<MatchedPath>();
    let route = route.map_or(path, MatchedPath::as_str);
    Asking {
        route: format!("{} {route}", parts.method),
        path: path.into(),
    }
}

/// The refusal of what never became a change, for it could not be read as one, put on record under the
/// action it would have been. `about` is the resource: its kind, identifier and name.
pub(crate) async fn refused(
    app: &App,
    actor: &Actor,
    action: &str,
    about: [&str; 3],
    refusal: ApiError,
) -> ApiError {
    let denied = match refusal.status {
        StatusCode::FORBIDDEN => true,
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::CONFLICT => false,
        _ => return refusal,
    };
    let control = &app.control;
    control
        .record_attempted(actor, action, about, denied, &refusal.message)
        .await;
    refusal
}
