//! The routes, one module per resource.

mod account;
mod account_keys;
mod archive;
mod catalogue;
mod download;
mod erasures;
mod events;
mod evidence;
mod exports;
mod health;
mod histogram;
mod holds;
mod identities;
mod input;
mod jobs;
mod keys;
mod ledger;
mod litellm;
mod logs;
mod mfa;
mod otlp;
mod providers;
mod retention;

mod session;
mod sessions;
mod sign_in_settings;
mod sso;
mod tail;
mod tickets;
mod timeline;
mod usage;
mod users;
mod verification;
mod views;

pub(crate) use input::wrong;

use crate::app::App;
use crate::error::ApiError;
use crate::reading::OwnData;
use axum::Extension;
use axum::http::{Method, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Below here the same can be asked about the caller's own data.
pub(crate) const OWN: &str = "/api/v1/me";

/// The routes that read the log, relative to where they are.
fn reading() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(logs::list))
        .routes(routes!(timeline::timeline))
        .routes(routes!(logs::event))
        .routes(routes!(logs::values))
        .routes(routes!(histogram::histogram))
        .routes(routes!(download::download))
        .routes(routes!(tail::tail))
        .routes(routes!(usage::summary))
        .routes(routes!(usage::breakdown))
        .routes(routes!(usage::timeseries))
        .routes(routes!(usage::rates))
        .routes(routes!(catalogue::catalogue))
}

/// The routes of the ledger and of what it proves.
fn proving() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ledger::checkpoint))
        .routes(routes!(ledger::cosigned))
        .routes(routes!(ledger::key))
        .routes(routes!(ledger::tile))
        .routes(routes!(ledger::entries))
        .routes(routes!(ledger::bodies))
        .routes(routes!(ledger::proof))
        .routes(routes!(evidence::package))
        .routes(routes!(verification::last, verification::start))
}

/// All routes with their documentation.
pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .nest("/api/v1", reading())
        .nest(OWN, reading().layer(Extension(OwnData)))
        .routes(routes!(events::send))
        .routes(routes!(catalogue::status))
        .routes(routes!(
            session::current,
            session::sign_in,
            session::sign_out
        ))
        .routes(routes!(session::setup_needed, session::set_up))
        .routes(routes!(sso::list))
        .routes(routes!(sso::start, identities::begin))
        .routes(routes!(sso::finish))
        .routes(routes!(identities::unbind))
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(providers::get, providers::set, providers::delete))
        .routes(routes!(providers::test))
        .routes(routes!(sign_in_settings::get, sign_in_settings::set))
        .routes(routes!(sessions::list, sessions::revoke_all))
        .routes(routes!(sessions::revoke))
        .routes(routes!(sessions::revoke_of_user))
        .routes(routes!(sessions::unlock))
        .routes(routes!(mfa::begin, mfa::disable))
        .routes(routes!(mfa::confirm))
        .routes(routes!(mfa::verify))
        .routes(routes!(mfa::renew_backup_codes))
        .routes(routes!(mfa::reset))
        .routes(routes!(tickets::sign_up))
        .routes(routes!(tickets::request_reset))
        .routes(routes!(tickets::check))
        .routes(routes!(tickets::redeem))
        .routes(routes!(account::get))
        .routes(routes!(account::change_password))
        .routes(routes!(users::list, users::invite))
        .routes(routes!(users::get, users::change, users::delete))
        .routes(routes!(users::set_links))
        .routes(routes!(users::invite_again))
        .routes(routes!(users::reset))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(keys::rotate))
        .routes(routes!(account_keys::list, account_keys::create))
        .routes(routes!(account_keys::revoke))
        .routes(routes!(views::list, views::create))
        .routes(routes!(views::change, views::delete))
        .merge(lifecycle())
        .routes(routes!(litellm::send))
        .routes(routes!(otlp::traces))
        .routes(routes!(otlp::langfuse_traces))
        .routes(routes!(otlp::logs))
        .routes(routes!(otlp::metrics))
        .merge(proving())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .route("/health", axum::routing::get(health::alive))
}

/// How long events are kept, and where; files of them.
fn lifecycle() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(retention::get, retention::set))
        .routes(routes!(holds::list, holds::create))
        .routes(routes!(holds::release))
        .routes(routes!(erasures::create))
        .routes(routes!(archive::list))
        .routes(routes!(exports::list, exports::create))
        .routes(routes!(exports::get, exports::delete))
        .routes(routes!(exports::file))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::get))
        .routes(routes!(jobs::confirm_clock))
}

/// The answer to a known path with another method.
pub(crate) async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("this address does not take {method}"),
    )
}
