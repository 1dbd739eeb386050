//! The UI, built into the binary. Every address that is no other route and asks for a page gets
//! `index.html`; the UI's own router does the rest.

use crate::error::ApiError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";
const NONCE: &str = "__CSP_NONCE__";
/// Not a page of ours: nothing is built in yet.
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Daybook</title>\
    <h1>Daybook runs, its interface is not built in</h1>\
    <p>Run <code>make build</code> and start the binary it makes. The API works: <a href=\"/api/v1/openapi.json\">its description</a>.</p></html>\n";

/// Serves a file, a page, or says that there is nothing.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let ours = ["api/", "v1/", "ingest/", "ledger/"]
        .iter()
        .any(|prefix| path.starts_with(prefix));
    if ours || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::not_found("no such address").into_response();
    }
    if path != INDEX
        && let Some(file) = Files::get(path)
    {
        return asset(path, request.headers(), &file.data);
    }
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    if is_file && path != INDEX {
        return ApiError::not_found("no such file").into_response();
    }
    page()
}

fn page() -> Response {
    let (status, html) = match Files::get(INDEX) {
        Some(file) => (
            StatusCode::OK,
            String::from_utf8_lossy(&file.data).into_owned(),
        ),
        None => (StatusCode::OK, MISSING.to_owned()),
    };
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the operating system has randomness");
    let nonce = STANDARD.encode(random);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; \
         require-trusted-types-for 'script'; trusted-types default"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    (status, headers, html.replace(NONCE, &nonce)).into_response()
}

fn asset(path: &str, headers: &HeaderMap, data: &[u8]) -> Response {
    // Names in assets/ hold a hash of their content.
    let cache = match path.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let kind = media_type(path);
    let mut response = Response::new(Body::empty());
    let answered = response.headers_mut();
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answered.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let accepts = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|codings| codings.to_str().ok());
    let compresses = kind.starts_with("text/") || kind.contains("json") || kind.contains("svg");
    let bytes = if compresses && accepts.is_some_and(|codings| codings.contains("gzip")) {
        answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        compressed(path, data)
    } else {
        data.to_vec()
    };
    *response.body_mut() = Body::from(bytes);
    response
}

/// The file compressed, once per run.
fn compressed(path: &str, data: &[u8]) -> Vec<u8> {
    static DONE: Mutex<Option<HashMap<String, Vec<u8>>>> = Mutex::new(None);
    // While developing, files change under a running server.
    let keep = !cfg!(debug_assertions);
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let done = done.get_or_insert_default();
    if let Some(bytes) = done.get(path).filter(|_| keep) {
        return bytes.clone();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = encoder.write_all(data).and_then(|()| encoder.finish());
    let bytes = bytes.expect("writing to memory cannot fail");
    done.insert(path.to_owned(), bytes.clone());
    bytes
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
