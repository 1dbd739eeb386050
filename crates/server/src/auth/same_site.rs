//! Whether a request comes from Daybook's own pages, as far as browsers say so.

use crate::app::App;
use crate::client::{from, is_no_name, text};
use crate::denials::asking;
use crate::error::{ApiError, ApiResult};
use axum::http::header;
use axum::http::request::Parts;

/// Refuses a change by cookie that a page of another site may have provoked, and puts on record whose
/// cookie came with it.
pub(super) async fn demand_same_site(parts: &Parts, app: &App, token: &str) -> ApiResult<()> {
    let Err(refused) = check_same_site(parts, app) else {
        return Ok(());
    };
    let client = from(parts).client;
    let Some(user) = app.control.session_owner(token).await? else {
        app.rates.anonymous(client.ip)?;
        return Err(refused);
    };
    app.control
        .record_denied(&user.actor(client), &asking(parts), &refused.message)
        .await;
    Err(refused)
}

/// Browsers send the cookie along with requests that other sites provoke; those cannot set this
/// header, and browsers say where a request comes from.
fn check_same_site(parts: &Parts, app: &App) -> ApiResult<()> {
    let ours = text(&parts.headers, "x-daybook-csrf") == Some("1");
    if !ours {
        let message = "changes by cookie need the header x-daybook-csrf: 1";
        return Err(ApiError::forbidden("csrf", message));
    }
    check_origin(parts, app)
}

/// Refuses what a page of another site sent, as far as the browser says so.
pub(super) fn check_origin(parts: &Parts, app: &App) -> ApiResult<()> {
    check_host(parts, app)?;
    let site = text(&parts.headers, "sec-fetch-site");
    if !matches!(site, None | Some("same-origin" | "none")) {
        let message = "the request comes from a page of another site";
        return Err(ApiError::forbidden("csrf", message));
    }
    match parts.headers.get(header::ORIGIN) {
        Some(origin) if !is_ours(parts, origin.to_str().unwrap_or_default()) => {
            let reached = from(parts).base_url();
            let message = format!(
                "the request comes from a page of another host than {}; a proxy in front of \
                 Daybook must pass on Host, or send X-Forwarded-Host",
                reached.as_deref().unwrap_or("this one")
            );
            Err(ApiError::forbidden("csrf", message))
        }
        _ => Ok(()),
    }
}

/// Refuses what was sent to another name than that of `public_url`: somebody made it resolve to this
/// machine, so that their page is of the same origin (DNS rebinding). Nobody can do that with an
/// address.
pub(super) fn check_host(parts: &Parts, app: &App) -> ApiResult<()> {
    let Some(public_url) = app.options.public_url.as_deref() else {
        return Ok(());
    };
    let (scheme, ours) = public_url.split_once("://").unwrap_or(("", public_url));
    let known = |host: &String| bare(host, scheme) == bare(ours, scheme) || is_no_name(host);
    match from(parts).host.is_none_or(|host| known(&host)) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "wrong_host",
            format!(
                "people sign in at {public_url}; a proxy in front of Daybook must pass on Host, or \
                 send X-Forwarded-Host"
            ),
        )),
    }
}

/// Whether an origin is the host that the request was sent to. Its scheme may be known to a proxy
/// alone.
fn is_ours(parts: &Parts, origin: &str) -> bool {
    let Some((scheme, host)) = origin.split_once("://") else {
        return false;
    };
    let from = from(parts);
    let sent_to = [from.host, from.inner_host];
    sent_to
        .iter()
        .flatten()
        .any(|known| bare(known, scheme) == bare(host, scheme))
}

/// A host in lower case without the port that its scheme has anyway.
fn bare(host: &str, scheme: &str) -> String {
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.trim().to_ascii_lowercase();
    host.strip_suffix(default_port)
        .map_or(host.clone(), str::to_owned)
}
