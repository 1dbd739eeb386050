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
                    _ => unreadable(&message),
                }
            })
    }
}

/// What the framework says before what the reader of JSON says: of a body with other members than it should
/// have, and of one that is no JSON.
const OTHER_MEMBERS: &str = "Failed to deserialize the JSON body into the target type: ";
const NO_JSON: &str = "Failed to parse the request body as JSON: ";

/// The refusal of a body that is no JSON, or has other members than it should have.
fn unreadable(message: &str) -> ApiError {
    if let Some(said) = message.strip_prefix(NO_JSON) {
        let message = format!("the body is no JSON: {said}");
        return ApiError::bad_request("invalid_body", message);
    }
    let said = message.strip_prefix(OTHER_MEMBERS).unwrap_or(message);
    let refusal = ApiError::bad_request("invalid_body", said);
    match member(said) {
        Some(member) => refusal.about(member),
        None => refusal,
    }
}

/// The member of a body that is missing, unknown or cannot be read, by its path.
fn member(said: &str) -> Option<String> {
    let is_path = |text: &&str| {
        let mut letters = text.chars();
        letters.all(|c| c.is_ascii_alphanumeric() || "_.[]-".contains(c))
    };
    let path = said.split_once(": ").map(|(path, _)| path).filter(is_path);
    let named = |before: &str| {
        let (_, rest) = said.split_once(before)?;
        rest.split_once('`').map(|(name, _)| name)
    };
    match (path, named("missing field `")) {
        (Some(path), Some(name)) => Some(format!("{path}.{name}")),
        (Some(path), None) => Some(path.into()),
        (None, Some(name)) => Some(name.into()),
        (None, None) => {
            let named = named("unknown field `").or_else(|| named("duplicate field `"));
            named.map(str::to_owned)
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_member_at_fault_is_named_by_its_path() {
        for (said, expected) in [
            ("missing field `name` at line 1 column 2", Some("name")),
            (
                "role_map[0]: missing field `role` at line 1",
                Some("role_map[0].role"),
            ),
            ("x: unknown field `x`, expected `name` at line 1", Some("x")),
            ("unknown field `x`, expected `name` at line 1", Some("x")),
            (
                "scopes[1]: unknown variant `all`, expected `read`",
                Some("scopes[1]"),
            ),
            ("invalid type: sequence, expected a JSON object", None),
            ("EOF while parsing a value at line 1 column 0", None),
        ] {
            assert_eq!(member(said).as_deref(), expected, "{said}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_words_of_the_framework() {
        let said = "missing field `name` at line 1 column 2";
        let refusal = unreadable(&format!("{OTHER_MEMBERS}{said}"));
        assert_eq!(refusal.message, said);
        assert_eq!(refusal.field.as_deref(), Some("name"));
        let refusal = unreadable(&format!("{NO_JSON}EOF at line 1"));
        assert_eq!(refusal.message, "the body is no JSON: EOF at line 1");
        assert_eq!(unreadable("something else").message, "something else");
    }
}
