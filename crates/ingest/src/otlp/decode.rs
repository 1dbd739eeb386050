//! From the bytes of a message to its spans or records, grouped by the program and the scope that
//! made them. In JSON a malformed item spoils only itself.

use super::message::{Logs, Record, Resource, Scope, Span, Traces, into_map};
use super::{Encoding, OtlpError};
use daybook_model::json::Object;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Items of one scope of one program.
pub(super) struct Group<T> {
    /// What made them.
    pub(super) source: Source,
    /// The items, or why one cannot be read.
    pub(super) items: Vec<Result<T, String>>,
}

/// What made a span or record.
pub(super) struct Source {
    /// Attributes of the program.
    pub(super) resource: Map<String, Value>,
    /// Name of the instrumentation library.
    pub(super) scope: String,
}

pub(super) fn spans(body: &[u8], encoding: Encoding) -> Result<Vec<Group<Span>>, OtlpError> {
    if encoding == Encoding::Json {
        return from_json(body);
    }
    let traces = Traces::decode(body).map_err(|error| OtlpError::Protobuf(error.to_string()))?;
    let groups = traces.resources.into_iter().flat_map(|of| {
        let resource = into_map(of.resource.unwrap_or_default().attributes);
        let scopes = of.scopes.into_iter();
        scopes.map(move |scope| group(&resource, scope.scope, scope.items))
    });
    Ok(groups.collect())
}

pub(super) fn records(body: &[u8], encoding: Encoding) -> Result<Vec<Group<Record>>, OtlpError> {
    if encoding == Encoding::Json {
        return from_json(body);
    }
    let logs = Logs::decode(body).map_err(|error| OtlpError::Protobuf(error.to_string()))?;
    let groups = logs.resources.into_iter().flat_map(|of| {
        let resource = into_map(of.resource.unwrap_or_default().attributes);
        let scopes = of.scopes.into_iter();
        scopes.map(move |scope| group(&resource, scope.scope, scope.items))
    });
    Ok(groups.collect())
}

fn group<T>(resource: &Map<String, Value>, scope: Option<Scope>, items: Vec<T>) -> Group<T> {
    Group {
        source: Source {
            resource: resource.clone(),
            scope: scope.unwrap_or_default().name,
        },
        items: items.into_iter().map(Ok).collect(),
    }
}

/// Both messages have one shape in JSON; only names differ.
#[derive(serde::Deserialize)]
struct JsonRequest<'a> {
    #[serde(borrow, default, rename = "resourceSpans", alias = "resourceLogs")]
    resources: Vec<Object<JsonResource<'a>>>,
}

#[derive(serde::Deserialize)]
struct JsonResource<'a> {
    resource: Option<Resource>,
    #[serde(borrow, default, rename = "scopeSpans", alias = "scopeLogs")]
    scopes: Vec<Object<JsonScope<'a>>>,
}

#[derive(serde::Deserialize)]
struct JsonScope<'a> {
    scope: Option<Scope>,
    #[serde(borrow, default, rename = "spans", alias = "logRecords")]
    items: Vec<&'a RawValue>,
}

fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<Group<T>>, OtlpError> {
    let Object(request): Object<JsonRequest<'_>> =
        serde_json::from_slice(body).map_err(|error| OtlpError::Json(error.to_string()))?;
    let groups = request.resources.into_iter().flat_map(|Object(of)| {
        let resource = into_map(of.resource.unwrap_or_default().attributes);
        of.scopes.into_iter().map(move |Object(scope)| {
            let read = |raw: &RawValue| match serde_json::from_str(raw.get()) {
                Ok(Object(item)) => Ok(item),
                Err(error) => Err(error.to_string()),
            };
            Group {
                source: Source {
                    resource: resource.clone(),
                    scope: scope.scope.unwrap_or_default().name,
                },
                items: scope.items.into_iter().map(read).collect(),
            }
        })
    });
    Ok(groups.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_no_message() {
        let bodies = [
            "[]",
            "null",
            r#"{"resourceSpans": [[]]}"#,
            r#"{"resourceSpans": [{"scopeSpans": [[]]}]}"#,
        ];
        for body in bodies {
            let refused = spans(body.as_bytes(), Encoding::Json).err().unwrap();
            assert!(
                refused.to_string().contains("a JSON object"),
                "{body}: {refused}"
            );
        }
    }

    #[test]
    fn a_list_among_spans_spoils_only_itself() {
        let body = r#"{"resourceSpans": [{"scopeSpans": [{"spans": [[], {"name": "chat"}]}]}]}"#;
        let groups = spans(body.as_bytes(), Encoding::Json).unwrap();
        let names: Vec<_> = groups[0]
            .items
            .iter()
            .map(|span| span.as_ref().ok())
            .collect();
        assert!(names[0].is_none());
        assert_eq!(names[1].unwrap().name, "chat");
    }
}
