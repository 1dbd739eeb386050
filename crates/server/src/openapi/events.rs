//! Schemas that follow from the catalogue: events, and the words that describe them.

use daybook_model::Stream;
use daybook_model::catalogue::Catalogue;
use daybook_model::field::{Field, Kind, Shape};
use serde_json::{Map, Value, json};

const fn schema_name(stream: Stream) -> &'static str {
    match stream {
        Stream::Audit => "AuditEvent",
        Stream::Usage => "UsageEvent",
        Stream::Auth => "AuthEvent",
        Stream::System => "SystemEvent",
    }
}

/// Adds the schemas of events.
pub(super) fn add(document: &mut Value) {
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
    describe_batches(document);
}

/// What brings events takes more than a list of objects, and refuses elements one by one.
fn describe_batches(document: &mut Value) {
    for path in ["/api/v1/events", "/ingest/litellm"] {
        let body = &mut document["paths"][path]["post"]["requestBody"];
        body["content"]["application/json"]["schema"] = json!({
            "description": "A list, or one element alone. An element that is no event is refused by its index.",
            "anyOf": [{"type": "array", "items": {}}, {"type": "object"}]
        });
    }
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

/// The words of answers that come from the catalogue, so that clients get types instead of text.
pub(super) fn add_vocabulary(document: &mut Value) {
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
