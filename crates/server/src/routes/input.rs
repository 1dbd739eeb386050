//! What handlers read from a request besides events: small JSON bodies and URL parameters.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::pace::TooSlow;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use daybook_model::json::Object;
use daybook_model::params::{ParamError, Params};
use daybook_model::{Stream, Timestamp};
use serde::de::DeserializeOwned;

/// A JSON body of a control plane request.
#[derive(Debug)]
pub(crate) struct Input<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Input<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> ApiResult<Self> {
        let read = Json::from_request(request, app).await;
        read.map(|Json(Object(value))| Self(value))
            .map_err(|rejection| {
                let message = rejection.body_text();
                match rejection {
                    rejection if TooSlow::caused(&rejection) => ApiError::too_slow(),
                    JsonRejection::MissingJsonContentType(_) => ApiError::new(
                        StatusCode::UNSUPPORTED_MEDIA_TYPE,
                        "unsupported_type",
                        "expected the header Content-Type: application/json",
                    ),
                    rejection if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                        ApiError::too_large(message)
                    }
                    _ => ApiError::bad_request("invalid_body", message),
                }
            })
    }
}

/// The values in a path. What is no text names nothing.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let read = axum::extract::Path::from_request_parts(parts, app).await;
        let nothing = |_: PathRejection| ApiError::not_found("this address names nothing");
        read.map(|axum::extract::Path(values)| Self(values))
            .map_err(nothing)
    }
}

/// The parameters after `?`.
#[derive(Debug)]
pub(crate) struct UrlParams(pub(crate) Params);

impl FromRequestParts<App> for UrlParams {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        Ok(Self(Params::new(pairs, Timestamp::now())))
    }
}

/// Takes a parameter that is one of these words.
pub(crate) fn choice<T: Copy>(
    params: &mut Params,
    name: &str,
    words: &[(&str, T)],
    default: T,
) -> ApiResult<T> {
    let Some(text) = params.take(name)? else {
        return Ok(default);
    };
    let chosen = words.iter().find(|(word, _)| *word == text);
    chosen.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        wrong(name, format!("expected one of {}", words.join(", ")))
    })
}

/// Takes a parameter that is `true` or `false`, false when absent.
pub(crate) fn flag(params: &mut Params, name: &str) -> ApiResult<bool> {
    choice(params, name, &[("true", true), ("false", false)], false)
}

/// The refusal of a parameter.
pub(crate) fn wrong(name: &str, message: impl Into<String>) -> ApiError {
    ApiError::from(ParamError {
        parameter: name.into(),
        message: message.into(),
    })
}

/// The stream named in a path.
pub(crate) fn stream(name: &str) -> ApiResult<Stream> {
    name.parse::<Stream>()
        .map_err(|error| ApiError::not_found(error.to_string()).about("stream"))
}
