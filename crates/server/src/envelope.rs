//! Around every request: its id, the rendering of errors, the headers every answer has, a count.
//! The only place that turns an [`ApiError`] into bytes.

use crate::app::App;
use crate::client;
use crate::cookies::Renewal;
use crate::error::ApiError;
use crate::leftover;
use crate::pace::{Pace, Paced};
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use serde_json::json;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

const REQUEST_ID: &str = "x-request-id";
const REQUEST_ID_BYTES_MAX: usize = 128;
/// For answers that are no page: nothing in them may run or be framed.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Nothing that Daybook needs; whoever injected a script would not get it either.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), \
     fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), serial=(), usb=(), xr-spatial-tracking=()";
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The id of a request, the caller's or ours.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

pub(crate) async fn wrap(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (mut parts, body) = request.into_parts();
    // A proxy that says nothing of the scheme must not cost cookies their protection.
    if app.options.is_https() {
        parts.extensions.insert(client::OverTls);
    }
    let from = client::From::of(&parts, |ip| app.options.trusts(ip));
    let secure = from.secure;
    parts.extensions.insert(from);
    let renewal = Renewal::default();
    parts.extensions.insert(renewal.clone());
    let request = Request::from_parts(parts, paced(body, app.options.pace));
    let (request, leftover) = leftover::watch(request);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("ui", MatchedPath::as_str)
        .to_owned();

    // A fault of the program in one request must not take the connection with it.
    let answer = match request.extensions().get::<client::NoOneHost>() {
        Some(_) => {
            drop(request);
            Ok(no_one_host().into_response())
        }
        None => AssertUnwindSafe(next.run(request)).catch_unwind().await,
    };
    let mut response =
        answer.unwrap_or_else(|_| ApiError::internal("a handler panicked").into_response());
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        if response.status().is_server_error() {
            log(&error, &id, method.as_str(), &route);
        }
        render(&error, &id, &mut response);
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        leftover.discard().await;
    }
    complete(response.headers_mut(), &id, secure);
    renewal.complete(response.headers_mut());
    app.metrics
        .request(&route, method.as_str(), response.status(), began.elapsed());
    response
}

/// The end of the connection: where the next request begins may be in doubt, too.
fn no_one_host() -> impl IntoResponse {
    let error = ApiError::bad_request("bad_host", "a request names its host, once");
    ([(header::CONNECTION, "close")], error)
}

/// The caller's id when it is short and printable, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let usable = |id: &&str| {
        !id.is_empty()
            && id.len() <= REQUEST_ID_BYTES_MAX
            && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    sent.filter(usable)
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

fn log(error: &ApiError, request_id: &str, method: &str, route: &str) {
    let (status, message) = (error.status.as_u16(), &error.message);
    match &error.cause {
        Some(cause) => {
            tracing::error!(request_id, method, route, status, "request failed: {cause}");
        }
        None => tracing::warn!(
            request_id,
            method,
            route,
            status,
            "request refused: {message}"
        ),
    }
}

fn render(error: &ApiError, id: &str, response: &mut Response) {
    let mut body = json!({"code": error.code, "message": error.message, "request_id": id});
    if let Some(field) = &error.field {
        body["field"] = json!(field);
    }
    *response.body_mut() = Body::from(json!({ "error": body }).to_string());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.remove(header::CONTENT_LENGTH);
}

/// Watches a body's arrival, if there is one.
fn paced(body: Body, pace: Pace) -> Body {
    match body.is_end_stream() {
        true => body,
        false => Body::new(Paced::new(body, pace)),
    }
}

fn complete(headers: &mut HeaderMap, id: &str, secure: bool) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let mut default = |name: header::HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    default(header::CACHE_CONTROL, "no-store");
    default(header::CONTENT_SECURITY_POLICY, POLICY);
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    default(header::X_FRAME_OPTIONS, "DENY");
    default(PERMISSIONS_POLICY, PERMISSIONS);
    default(OPENER_POLICY, "same-origin");
    default(RESOURCE_POLICY, "same-origin");
    if secure {
        let year = "max-age=31536000; includeSubDomains";
        default(header::STRICT_TRANSPORT_SECURITY, year);
    }
}
