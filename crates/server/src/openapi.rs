//! The OpenAPI document: routes from their handlers, fields and filters from the catalogue.

use crate::app::App;
use crate::refusals;
use crate::routes::OWN;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use daybook_model::catalogue::Catalogue;
use daybook_model::field::{Field, Kind, Shape};
use daybook_model::query::Operator;
use daybook_model::{Scope, Stream, limits};
use serde_json::{Map, Value, json};
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
    add_events(&mut document);
    add_parameters(&mut document);
    add_vocabulary(&mut document);
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

const fn schema_name(stream: Stream) -> &'static str {
    match stream {
        Stream::Audit => "AuditEvent",
        Stream::Usage => "UsageEvent",
        Stream::Auth => "AuthEvent",
        Stream::System => "SystemEvent",
    }
}

fn add_events(document: &mut Value) {
    let mut any = Vec::new();
    for stream in Stream::ALL {
        let name = schema_name(stream);
        document["components"]["schemas"][name] = event_schema(stream);
        any.push(json!({"$ref": format!("#/components/schemas/{name}")}));
    }
    document["components"]["schemas"]["AnyEvent"] = json!({
        "oneOf": any,
        "discriminator": {"propertyName": "stream", "mapping": Stream::ALL
            .map(|stream| (stream.name().to_owned(), json!(format!("#/components/schemas/{}", schema_name(stream)))))
            .into_iter().collect::<Map<_, _>>()}
    });
}

fn event_schema(stream: Stream) -> Value {
    let mut properties = Map::new();
    properties.insert(
        "stream".into(),
        json!({"type": "string", "const": stream.name()}),
    );
    for field in Catalogue::of(stream).fields() {
        let mut schema = field_schema(field);
        schema["title"] = json!(field.label());
        if field.ours {
            schema["readOnly"] = json!(true);
        }
        if field.internal {
            schema["x-internal"] = json!(true);
        }
        let operators: Vec<_> = field
            .operators()
            .iter()
            .map(|operator| operator.name())
            .collect();
        if !operators.is_empty() {
            schema["x-filter-operators"] = json!(operators);
        }
        properties.insert(field.name.into(), schema);
    }
    json!({
        "type": "object",
        "description": format!("An event of the stream {stream}. Fields with x-filter-operators are filters of its lists; those with x-internal are not there for people who see their own events alone."),
        "required": ["stream", "id", "time"],
        "properties": properties,
        "additionalProperties": false
    })
}

fn field_schema(field: &Field) -> Value {
    let mut schema = match field.kind {
        Kind::Id | Kind::Keyword | Kind::Text => {
            json!({"type": "string", "maxLength": field.bytes_max})
        }
        Kind::Enum(words) => json!({"type": "string", "enum": words}),
        Kind::Integer => json!({"type": "integer", "format": "int64"}),
        Kind::Money => json!({"type": "number", "description": "USD, up to nine decimal places"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Json(Shape::Object | Shape::Metadata) => json!({"type": "object"}),
        Kind::Json(Shape::Names) => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Json(Shape::Changes | Shape::BillingItems) => {
            json!({"type": "array", "items": {"type": "object"}})
        }
        Kind::Payload => json!({"description": "Any JSON; only in single events"}),
    };
    if let Some(unit) = field.unit {
        schema["x-unit"] = json!(unit.name());
    }
    schema
}

/// Adds to every operation that asks for events what all of them take, and the filters.
fn add_parameters(document: &mut Value) {
    let usage = [Stream::Usage];
    let paths: [(&str, Vec<Value>, &[Stream]); 10] = [
        ("/api/v1/logs/{stream}", list_parameters(), &Stream::ALL),
        ("/api/v1/logs", page_parameters(), &Stream::ALL),
        (
            "/api/v1/logs/{stream}/values/{field}",
            Vec::new(),
            &Stream::ALL,
        ),
        ("/api/v1/logs/{stream}/histogram", Vec::new(), &Stream::ALL),
        ("/api/v1/logs/{stream}/download", Vec::new(), &Stream::ALL),
        ("/api/v1/logs/{stream}/tail", Vec::new(), &Stream::ALL),
        ("/api/v1/usage/summary", Vec::new(), &usage),
        ("/api/v1/usage/breakdown", Vec::new(), &usage),
        ("/api/v1/usage/timeseries", Vec::new(), &usage),
        ("/api/v1/usage/rates", Vec::new(), &usage),
    ];
    for (path, own, streams) in paths {
        let mut describe = |path: &str, filters: Vec<&Field>| {
            let operation = &mut document["paths"][path]["get"];
            let operation = operation.as_object_mut().expect("every path has its route");
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            let parameters = parameters.as_array_mut().expect("parameters are a list");
            parameters.extend(own.clone());
            parameters.extend(range_parameters().map(|(name, _)| reference(name)));
            let filters = filters.into_iter();
            parameters.extend(filters.map(|field| reference(&filter_name(field))));
        };
        describe(path, filters(streams).map(|(field, _)| field).collect());
        let shown = filters(&usage).map(|(field, _)| field);
        let shown = shown.filter(|field| Scope::own([]).shows(field)).collect();
        describe(&path.replace("/api/v1", OWN), shown);
    }
    let shared = &mut document["components"]["parameters"];
    for (name, description) in range_parameters() {
        shared[name] = parameter(name, &json!({"type": "string"}), description);
    }
    for (field, streams) in filters(&Stream::ALL) {
        shared[filter_name(field)] = filter_parameter(field, &streams);
    }
}

/// A parameter that many operations take is described once.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// The words of answers that come from the catalogue, so that clients get types instead of text.
fn add_vocabulary(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    let field = &mut schemas["FieldAnswer"]["properties"];
    field["type"]["enum"] = words(|field| vec![field.type_name()]);
    field["operators"]["items"]["enum"] =
        words(|field| field.operators().iter().map(|it| it.name()).collect());
    let streams = Stream::ALL.map(Stream::name);
    schemas["StreamAnswer"]["properties"]["name"]["enum"] = json!(streams);
    let counts = streams.map(|name| {
        (
            name.to_owned(),
            json!({"type": "integer", "format": "int64"}),
        )
    });
    let events = &mut schemas["StatusAnswer"]["properties"]["events"];
    events["properties"] = counts.into_iter().collect::<Map<_, _>>().into();
    events["additionalProperties"] = json!(false);
    if let Some(events) = events.as_object_mut() {
        events.remove("propertyNames");
    }
}

/// Every word that fields of any stream use, once, in the order of the catalogue.
fn words(of: impl Fn(&Field) -> Vec<&'static str>) -> Value {
    let mut words = Vec::new();
    for field in Stream::ALL
        .iter()
        .flat_map(|stream| Catalogue::of(*stream).fields())
    {
        for word in of(field) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    json!(words)
}

fn parameter(name: &str, schema: &Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": false, "schema": schema, "description": description})
}

fn list_parameters() -> Vec<Value> {
    let sortable = |stream: Stream| {
        let fields = Catalogue::of(stream)
            .fields()
            .iter()
            .filter(|field| field.sort);
        let names: Vec<_> = fields.map(|field| field.name).collect();
        format!("{stream}: {}", names.join(", "))
    };
    let sorts = Stream::ALL.map(sortable).join("; ");
    let mut parameters = vec![parameter(
        "sort",
        &json!({"type": "string", "default": "-time"}),
        &format!("A field, with `-` in front for largest first. {sorts}"),
    )];
    parameters.extend(page_parameters());
    parameters
}

fn page_parameters() -> Vec<Value> {
    let size = json!({"type": "integer", "minimum": 1, "maximum": limits::PAGE_SIZE_MAX, "default": limits::PAGE_SIZE_DEFAULT});
    vec![
        parameter(
            "page",
            &json!({"type": "integer", "minimum": 1, "default": 1}),
            "Number of the page",
        ),
        parameter("page_size", &size, "Events of a page"),
    ]
}

fn range_parameters() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        (
            "from",
            "Earliest time, inclusive: RFC 3339, epoch seconds, or relative like `-24h`, `-7d`; 90 days ago by default",
        ),
        ("to", "Latest time, exclusive, in the same forms"),
        (
            "q",
            "Text that a searchable field contains, regardless of case; ids match exactly or by prefix",
        ),
        (
            "as_of",
            "The `as_of` of an earlier answer: what came later is left out",
        ),
    ]
    .into_iter()
}

/// Every filter field of these streams once, with those that have it.
fn filters(streams: &[Stream]) -> impl Iterator<Item = (&'static Field, Vec<&'static str>)> {
    let mut filters: Vec<(&Field, Vec<&str>)> = Vec::new();
    for stream in streams {
        for field in Catalogue::of(*stream)
            .fields()
            .iter()
            .filter(|field| field.filter)
        {
            match filters
                .iter_mut()
                .find(|(known, _)| known.name == field.name)
            {
                Some((_, streams)) => streams.push(stream.name()),
                None => filters.push((field, vec![stream.name()])),
            }
        }
    }
    filters.into_iter()
}

/// A field is its own parameter; one that has no equality is named with its first operator.
fn filter_name(field: &Field) -> String {
    let operators = field.operators();
    match operators.first() {
        Some(first) if !operators.contains(&Operator::Eq) => {
            format!("{}.{}", field.name, first.name())
        }
        _ => field.name.to_owned(),
    }
}

fn filter_parameter(field: &Field, streams: &[&str]) -> Value {
    let others = field.operators().iter().filter(|it| **it != Operator::Eq);
    let others: Vec<String> = others
        .map(|operator| format!("`{}.{}`", field.name, operator.name()))
        .collect();
    let mut filter = parameter(
        &filter_name(field),
        &json!({"type": "array", "items": {"type": "string"}}),
        &format!(
            "{} ({}) of {}. Also {}",
            field.label(),
            field.type_name(),
            streams.join(", "),
            others.join(", ")
        ),
    );
    filter["explode"] = json!(true);
    filter["style"] = json!("form");
    filter["x-streams"] = json!(streams);
    filter
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
