//! The parameters of everything that asks for events: its range, its page, and a filter for each
//! field of the catalogue.

use crate::routes::OWN;
use daybook_model::catalogue::Catalogue;
use daybook_model::field::{Field, Kind};
use daybook_model::query::Operator;
use daybook_model::{Scope, Stream, limits};
use serde_json::{Value, json};

/// Adds to every operation that asks for events what all of them take, and the filters.
pub(super) fn add(document: &mut Value) {
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
    name_streams(document);
    let shared = &mut document["components"]["parameters"];
    for (name, description) in range_parameters() {
        shared[name] = parameter(name, &json!({"type": "string"}), description);
    }
    for (field, streams) in filters(&Stream::ALL) {
        shared[filter_name(field)] = filter_parameter(field, &streams);
    }
}

/// Which streams a path may name: of own data there is one.
fn name_streams(document: &mut Value) {
    let paths = document["paths"].as_object_mut();
    for (path, operations) in paths.expect("a document has paths") {
        let streams = match path.starts_with(OWN) {
            true => vec![Stream::Usage.name()],
            false => Stream::ALL.map(Stream::name).to_vec(),
        };
        let get = operations.get_mut("get");
        let parameters = get.and_then(|get| get.get_mut("parameters"));
        let mut parameters = parameters
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten();
        if let Some(stream) = parameters.find(|it| it["name"] == "stream" && it["in"] == "path") {
            stream["schema"]["enum"] = json!(streams);
            stream["description"] = json!(streams.join(", "));
        }
    }
}

/// A parameter that many operations take is described once.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
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
        &json!({"type": "array", "items": filter_schema(field)}),
        &format!(
            "{} ({}) of {}. Also {}{}",
            field.label(),
            field.type_name(),
            streams.join(", "),
            others.join(", "),
            match field.name {
                "action" => ". A `*` at the beginning or at the end stands for anything",
                _ => "",
            }
        ),
    );
    filter["explode"] = json!(true);
    filter["style"] = json!("form");
    filter["x-streams"] = json!(streams);
    filter
}

/// What a filter on a field may be given.
fn filter_schema(field: &Field) -> Value {
    match field.kind {
        Kind::Enum(words) => json!({"type": "string", "enum": words}),
        Kind::Boolean => json!({"type": "string", "enum": ["true", "false"]}),
        Kind::Integer => json!({"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,14})$"}),
        Kind::Money => {
            json!({"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,9})?$"})
        }
        _ if field.name == "action" => {
            json!({"type": "string", "pattern": "^([*]?[^*]*|[^*]*[*])$"})
        }
        _ => json!({"type": "string"}),
    }
}
