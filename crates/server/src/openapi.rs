//! The OpenAPI document: routes from their handlers, fields and filters from the catalogue.

mod events;
mod parameters;

use crate::app::App;
use crate::refusals;
use crate::routes::OWN;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;

/// Every error of the API.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes an answer that crate::envelope writes")]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes an answer that crate::envelope writes")]
pub(crate) struct ErrorDetail {
    /// For programs; it does not change.
    code: String,
    /// For people: what is wrong, and what to do.
    message: String,
    /// The parameter or field at fault.
    field: Option<String>,
    /// The request, as the server's log names it.
    request_id: String,
}

/// An event of any stream; its schemas come from the catalogue.
#[derive(Debug, ToSchema)]
pub(crate) struct AnyEvent {}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Daybook",
        description = "The log center of an AI platform: events in, answers out.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "events", description = "Sending events"),
        (name = "compatibility", description = "Sending events in other dialects"),
        (name = "logs", description = "Reading the log"),
        (name = "usage", description = "Calls in figures: what was used, by whom, and what it cost"),
        (name = "own data", description = "The usage of the users that an account is linked with, whatever its role"),
        (name = "ledger", description = "The transparency log over the audit events: what anybody can check"),
        (name = "session", description = "Signing in and out"),
        (name = "sso", description = "Signing in with OpenID Connect providers"),
        (name = "account", description = "One's own account"),
        (name = "users", description = "Accounts and the settings of signing in"),
        (name = "keys", description = "API keys"),
        (name = "views", description = "Views of a log, saved under a name"),
        (name = "lifecycle", description = "How long events are kept, legal holds, erasure"),
        (name = "server", description = "The server itself"),
    )
)]
struct Base;

/// The routes, and the document that describes them.
pub(crate) fn split(routes: OpenApiRouter<App>) -> (Router<App>, String) {
    let (router, described) = OpenApiRouter::with_openapi(Base::openapi())
        .merge(routes)
        .split_for_parts();
    let mut document = serde_json::to_value(&described).expect("the document is JSON");
    name_rests(&mut document);
    name_own(&mut document);
    add_security(&mut document);
    events::add(&mut document);
    events::add_vocabulary(&mut document);
    parameters::add(&mut document);
    refusals::add(&mut document);
    let mut text = serde_json::to_string_pretty(&document).expect("the document is JSON");
    text.push('\n');
    (router, text)
}

/// The document as it is committed in `docs/reference/openapi.json`.
pub fn document() -> String {
    split(crate::routes::api()).1
}

pub(crate) async fn serve(document: Arc<String>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        document.as_str().to_owned(),
    )
}

fn add_security(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "api_key": {
            "type": "http", "scheme": "bearer",
            "description": "An API key `dbk_…`; also taken from x-api-key, api-key, x-goog-api-key and as Basic password"
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": "daybook_session",
            "description": "Set by signing in (`__Host-daybook_session` behind TLS). Changes also need the header `x-daybook-csrf: 1`"
        }
    });
}

/// What stands for the rest of a path is a parameter like all others: OpenAPI has no other kind.
fn name_rests(document: &mut Value) {
    let paths = document["paths"].as_object_mut();
    let paths = paths.expect("a document has paths");
    let named = std::mem::take(paths).into_iter();
    *paths = named
        .map(|(path, operations)| (path.replace("{*", "{"), operations))
        .collect();
}

/// What is asked of own data is named and described apart from what it is derived from.
fn name_own(document: &mut Value) {
    let paths = document["paths"].as_object_mut();
    let paths = paths.expect("a document has paths").iter_mut();
    for (_, operations) in paths.filter(|(path, _)| path.starts_with(OWN)) {
        let operation = &mut operations["get"];
        let name = operation["operationId"].as_str().unwrap_or_default();
        let (verb, what) = name.split_once('_').unwrap_or((name, ""));
        operation["operationId"] = json!(format!("{verb}_own_{what}"));
        let summary = operation["summary"].as_str().unwrap_or_default();
        operation["summary"] = json!(format!("Own data only: {summary}"));
        operation["tags"] = json!(["own data"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let document: Value = serde_json::from_str(&document()).unwrap();
        let mut names = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                let verb_and_resource = name.split_once('_').is_some();
                assert!(
                    verb_and_resource,
                    "{method} {path}: {name} is no verb_resource"
                );
                assert!(
                    names.insert(name.to_owned()),
                    "{method} {path}: {name} is taken"
                );
            }
        }
    }
}
