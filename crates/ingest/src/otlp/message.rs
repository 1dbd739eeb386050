//! The OTLP messages, as far as Daybook reads them: one declaration for both encodings. Fields
//! that are not declared are skipped.

use base64::Engine;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny};
use serde_json::{Map, Number, Value};

/// `ExportTraceServiceRequest`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Traces {
    #[prost(message, repeated, tag = "1")]
    pub(super) resources: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scopes: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    pub(super) scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub(super) items: Vec<Span>,
}

/// `ExportLogsServiceRequest`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Logs {
    #[prost(message, repeated, tag = "1")]
    pub(super) resources: Vec<ResourceLogs>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scopes: Vec<ScopeLogs>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    pub(super) scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    pub(super) items: Vec<Record>,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default)]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default)]
pub(super) struct Scope {
    #[prost(string, tag = "1")]
    pub(super) name: String,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Span {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "hex")]
    pub(super) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(deserialize_with = "hex")]
    pub(super) span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    pub(super) name: String,
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "number")]
    pub(super) start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    #[serde(deserialize_with = "number")]
    pub(super) end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    pub(super) attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "11")]
    pub(super) events: Vec<SpanEvent>,
    #[prost(message, optional, tag = "15")]
    pub(super) status: Option<Status>,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SpanEvent {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "number")]
    pub(super) time_unix_nano: u64,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default)]
pub(super) struct Status {
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "status_code")]
    pub(super) code: i32,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Record {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "number")]
    pub(super) time_unix_nano: u64,
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "number")]
    pub(super) observed_time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "severity")]
    pub(super) severity_number: i32,
    #[prost(string, tag = "3")]
    pub(super) severity_text: String,
    #[prost(message, optional, tag = "5")]
    pub(super) body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    pub(super) attributes: Vec<KeyValue>,
    #[prost(bytes = "vec", tag = "9")]
    #[serde(deserialize_with = "hex")]
    pub(super) trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    #[serde(deserialize_with = "hex")]
    pub(super) span_id: Vec<u8>,
    #[prost(string, tag = "12")]
    pub(super) event_name: String,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default)]
pub(super) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(message, optional, tag = "2")]
    pub(super) value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(from = "JsonAny")]
pub(super) struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(super) value: Option<Any>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Any {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bool, tag = "2")]
    Boolean(bool),
    #[prost(int64, tag = "3")]
    Integer(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    #[prost(message, tag = "5")]
    Array(ArrayValue),
    #[prost(message, tag = "6")]
    Object(KeyValueList),
    #[prost(bytes, tag = "7")]
    Bytes(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default)]
pub(super) struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    pub(super) values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
#[serde(default)]
pub(super) struct KeyValueList {
    #[prost(message, repeated, tag = "1")]
    pub(super) values: Vec<KeyValue>,
}

/// The JSON form of a value: an object with one member.
#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JsonAny {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Value>,
    double_value: Option<Value>,
    array_value: Option<ArrayValue>,
    kvlist_value: Option<KeyValueList>,
    bytes_value: Option<String>,
}

impl From<JsonAny> for AnyValue {
    fn from(json: JsonAny) -> Self {
        // A number that is none stays as it was sent, for whoever expects one to say so.
        let as_sent = |value: Value| match value {
            Value::String(text) => Any::Text(text),
            value => Any::Text(value.to_string()),
        };
        let integer = |value: Value| {
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            number.map_or_else(|| as_sent(value), Any::Integer)
        };
        let double = |value: Value| {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            number.map_or_else(|| as_sent(value), Any::Double)
        };
        let bytes = |text: String| base64::engine::general_purpose::STANDARD.decode(text).ok();
        let value = (json.string_value.map(Any::Text))
            .or(json.bool_value.map(Any::Boolean))
            .or(json.int_value.map(integer))
            .or(json.double_value.map(double))
            .or(json.array_value.map(Any::Array))
            .or(json.kvlist_value.map(Any::Object))
            .or(json.bytes_value.and_then(bytes).map(Any::Bytes));
        Self { value }
    }
}

impl AnyValue {
    /// The value as plain JSON: bytes in base64, numbers that JSON does not know as texts.
    pub(super) fn into_json(self) -> Value {
        match self.value {
            None => Value::Null,
            Some(Any::Text(text)) => Value::String(text),
            Some(Any::Boolean(truth)) => Value::Bool(truth),
            Some(Any::Integer(number)) => Value::Number(number.into()),
            Some(Any::Double(number)) => {
                Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
            }
            Some(Any::Array(array)) => array.values.into_iter().map(Self::into_json).collect(),
            Some(Any::Object(object)) => Value::Object(into_map(object.values)),
            Some(Any::Bytes(bytes)) => {
                Value::String(base64::engine::general_purpose::STANDARD.encode(bytes))
            }
        }
    }
}

/// Attributes by name; those without a value are left out.
pub(super) fn into_map(attributes: Vec<KeyValue>) -> Map<String, Value> {
    let valued = attributes
        .into_iter()
        .filter_map(|KeyValue { key, value }| {
            let value = value?.into_json();
            (!value.is_null()).then_some((key, value))
        });
    valued.collect()
}

/// Ids are hexadecimal in JSON, not base64.
fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|n| u8::try_from(n).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0);
    let digits = digits.ok_or_else(|| D::Error::custom("an id is not hexadecimal"))?;
    Ok(digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum NumberOrName {
    Number(u64),
    Name(String),
    Other(IgnoredAny),
}

/// 64-bit numbers are texts in protobuf's JSON form; numbers are common, too.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match NumberOrName::deserialize(deserializer)? {
        NumberOrName::Number(number) => Ok(number),
        NumberOrName::Name(text) => text.parse().map_err(D::Error::custom),
        NumberOrName::Other(_) => Err(D::Error::custom("expected a whole number")),
    }
}

fn status_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    Ok(match NumberOrName::deserialize(deserializer)? {
        NumberOrName::Number(number) => i32::try_from(number).unwrap_or_default(),
        NumberOrName::Name(name) if name == "STATUS_CODE_ERROR" => 2,
        _ => 0,
    })
}

/// Numbers 1–24, or names such as `SEVERITY_NUMBER_WARN2`.
fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let name = match NumberOrName::deserialize(deserializer)? {
        NumberOrName::Number(number) => return Ok(i32::try_from(number).unwrap_or_default()),
        NumberOrName::Name(name) => name,
        NumberOrName::Other(_) => return Ok(0),
    };
    let name = name.trim_start_matches("SEVERITY_NUMBER_");
    let word = name.trim_end_matches(|last: char| last.is_ascii_digit());
    let step = name[word.len()..].parse().unwrap_or(1_i32).clamp(1, 4);
    let words = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    let first = words
        .iter()
        .zip([1, 5, 9, 13, 17, 21])
        .find(|(known, _)| **known == word);
    Ok(first.map_or(0, |(_, first)| first + step - 1))
}
