//! One record of a stream. An event holds typed values by catalogue position and has one JSON
//! form, which the API shows, the write-ahead log keeps and exports write. Events do not change;
//! the one exception is [`Event::amend_with`].

use crate::catalogue::Catalogue;
use crate::field::{Field, Kind};
use crate::{Scope, Stream, Timestamp, Value, ValueRef};

/// One record of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The stream it belongs to.
    pub stream: Stream,
    /// Unique per origin and stream; empty until validation gives one.
    pub id: Box<str>,
    /// Order of arrival on its node; 0 until the store gives one.
    pub seq: i64,
    /// When it happened: for calls, the start of the request. [`UNSET`] until known.
    pub time: Timestamp,
    /// Sorted by catalogue position.
    values: Vec<(u8, Value)>,
}

/// The time of an event that does not know its time yet.
pub const UNSET: Timestamp = Timestamp::from_us(i64::MIN);

/// Positions of the fields that every event has, equal in all streams.
const ID: u8 = 0;
const SEQ: u8 = 1;
const TIME: u8 = 2;

/// Which fields the JSON form of an event includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// All.
    Whole,
    /// All but the payloads: what lists show.
    Header,
    /// What the sender said, without what Daybook added: equal for a repeated delivery.
    Content,
}

impl Event {
    /// An event without any value.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            id: Box::default(),
            seq: 0,
            time: UNSET,
            values: Vec::new(),
        }
    }

    /// The value of a field of this event's stream.
    pub fn get(&self, field: &Field) -> Option<ValueRef<'_>> {
        match field.index {
            ID => Some(ValueRef::Text(&self.id)),
            SEQ => Some(ValueRef::Integer(self.seq)),
            TIME => Some(ValueRef::Integer(self.time.us())),
            index => self
                .position(index)
                .ok()
                .map(|at| self.values[at].1.as_ref()),
        }
    }

    /// Sets a field of this event's stream, replacing what it held.
    pub fn put(&mut self, field: &Field, value: Value) {
        match (field.index, value) {
            (ID, Value::Text(id)) => self.id = id,
            (SEQ, Value::Integer(seq)) => self.seq = seq,
            (TIME, Value::Integer(us)) => self.time = Timestamp::from_us(us),
            // Who puts values in catalogue order need not search.
            (index, value) if self.values.last().is_none_or(|(last, _)| *last < index) => {
                self.values.push((index, value));
            }
            (index, value) => match self.position(index) {
                Ok(at) => self.values[at].1 = value,
                Err(at) => self.values.insert(at, (index, value)),
            },
        }
    }

    /// Makes room for so many more values.
    pub fn reserve(&mut self, values: usize) {
        self.values.reserve_exact(values);
    }

    /// Removes a field and returns its value.
    pub fn take(&mut self, field: &Field) -> Option<Value> {
        self.position(field.index)
            .ok()
            .map(|at| self.values.remove(at).1)
    }

    fn position(&self, index: u8) -> Result<usize, usize> {
        self.values
            .binary_search_by_key(&index, |(index, _)| *index)
    }

    /// The named field of this event's stream.
    ///
    /// # Panics
    /// When the stream has no such field: names in code are part of the program.
    pub fn field(&self, name: &str) -> &'static Field {
        crate::catalogue::field(self.stream, name)
    }

    /// The text of a named field; panics like [`Event::field`].
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(self.field(name)).and_then(ValueRef::text)
    }

    /// The number of a named field; panics like [`Event::field`].
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(self.field(name)).and_then(ValueRef::integer)
    }

    /// The truth of a named field, false when absent; panics like [`Event::field`].
    pub fn is(&self, name: &str) -> bool {
        self.get(self.field(name)) == Some(ValueRef::Boolean(true))
    }

    /// The JSON of a named field; panics like [`Event::field`].
    pub fn json(&self, name: &str) -> Option<&str> {
        match self.get(self.field(name)) {
            Some(ValueRef::Json(json)) => Some(json),
            _ => None,
        }
    }

    /// Sets a named field to a text unless it is empty; panics like [`Event::field`].
    pub fn set_text(&mut self, name: &str, text: impl Into<Box<str>>) {
        let text = text.into();
        if !text.is_empty() {
            self.put(self.field(name), Value::Text(text));
        }
    }

    /// Sets a named field to a number, nano-USD or µs; panics like [`Event::field`].
    pub fn set_integer(&mut self, name: &str, number: i64) {
        self.put(self.field(name), Value::Integer(number));
    }

    /// Sets a named field to a truth; panics like [`Event::field`].
    pub fn set_boolean(&mut self, name: &str, truth: bool) {
        self.put(self.field(name), Value::Boolean(truth));
    }

    /// Sets a named field to one line of valid JSON; panics like [`Event::field`].
    pub fn set_json(&mut self, name: &str, json: impl Into<Box<str>>) {
        self.put(self.field(name), Value::Json(json.into()));
    }

    /// Fields that have a value, in catalogue order.
    pub fn values(&self) -> impl Iterator<Item = (&'static Field, ValueRef<'_>)> {
        let catalogue = Catalogue::of(self.stream);
        let fixed = [
            (catalogue.at(ID), ValueRef::Text(&self.id)),
            (catalogue.at(SEQ), ValueRef::Integer(self.seq)),
            (catalogue.at(TIME), ValueRef::Integer(self.time.us())),
        ];
        let rest = self
            .values
            .iter()
            .map(|(index, value)| (catalogue.at(*index), value.as_ref()));
        fixed.into_iter().chain(rest)
    }

    /// The platform instance that sent it.
    pub fn origin(&self) -> &str {
        self.text("origin").unwrap_or_default()
    }

    /// Appends the event as one line of JSON.
    pub fn write_json(&self, form: Form, out: &mut String) {
        self.write_shown(form, &Scope::All, out);
    }

    /// Appends what a scope shows of the event as one line of JSON.
    pub fn write_shown(&self, form: Form, scope: &Scope, out: &mut String) {
        self.begin_json(out);
        for (field, value) in self.values() {
            let left_out = match form {
                Form::Whole => false,
                Form::Header => field.kind == Kind::Payload,
                Form::Content => field.ours,
            };
            if !left_out && scope.shows(field) {
                write_member(field, value, out);
            }
        }
        out.push('}');
    }

    /// The event as [`Form::Whole`]; `content` is told [`Form::Content`] on the way, piece by
    /// piece.
    pub fn to_whole_json(&self, mut content: impl FnMut(&str)) -> String {
        let mut out = String::with_capacity(1024);
        self.begin_json(&mut out);
        content(&out);
        for (field, value) in self.values() {
            let begin = out.len();
            write_member(field, value, &mut out);
            if !field.ours {
                content(&out[begin..]);
            }
        }
        out.push('}');
        content("}");
        out
    }

    fn begin_json(&self, out: &mut String) {
        out.push_str("{\"stream\":\"");
        out.push_str(self.stream.name());
        out.push('"');
    }

    /// The event as one line of JSON.
    pub fn to_json(&self, form: Form) -> String {
        let mut out = String::with_capacity(512);
        self.write_json(form, &mut out);
        out
    }

    /// A copy without payloads: what lists show.
    pub fn header(&self) -> Self {
        let catalogue = Catalogue::of(self.stream);
        let is_header = |index: u8| catalogue.at(index).kind != Kind::Payload;
        let values = self
            .values
            .iter()
            .filter(|(index, _)| is_header(*index))
            .cloned()
            .collect();
        Self {
            stream: self.stream,
            id: self.id.clone(),
            seq: self.seq,
            time: self.time,
            values,
        }
    }

    /// Bytes it occupies in memory, about.
    pub fn size_bytes(&self) -> usize {
        let values = self.values.iter().map(|(_, value)| match value {
            Value::Text(text) | Value::Json(text) => size_of::<(u8, Value)>() + text.len(),
            Value::Integer(_) | Value::Boolean(_) => size_of::<(u8, Value)>(),
        });
        size_of::<Self>() + self.id.len() + values.sum::<usize>()
    }

    /// Fills absent fields from another report of the same call; never changes a present one.
    /// While this event is provisional its time and outcome count as absent. Returns whether
    /// anything changed.
    pub fn amend_with(&mut self, other: &Self) -> bool {
        let before = self.values.len();
        let settled = self.is("provisional") && !other.is("provisional");
        let cut = other.truncated();
        for (field, value) in other.values() {
            if field.index > TIME && !field.ours && self.get(field).is_none() {
                self.put(field, value.to_value());
                if cut.iter().any(|name| name == field.name) {
                    self.mark_truncated(field.name);
                }
            }
        }
        let mut changed = self.values.len() != before;
        if settled {
            self.take(self.field("provisional"));
            self.time = other.time;
            let failed = [&*self, other]
                .iter()
                .any(|half| half.text("outcome") == Some("error"));
            self.set_text("outcome", if failed { "error" } else { "success" });
            changed = true;
        }
        if changed {
            crate::validate::derive_total_tokens(self);
        }
        changed
    }
}

/// A member of the event's JSON object. Names of fields need no escaping.
fn write_member(field: &Field, value: ValueRef<'_>, out: &mut String) {
    out.push_str(",\"");
    out.push_str(field.name);
    out.push_str("\":");
    value.write_json(field.kind, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(json: &str) -> Event {
        Event::from_stored(&format!("{{\"stream\":\"usage\",\"id\":\"c1\",{json}}}")).unwrap()
    }

    #[test]
    fn has_one_json_form() {
        let text = concat!(
            r#"{"stream":"usage","id":"c1","seq":7,"time":"2026-11-19T14:05:40.25Z","#,
            r#""user_name":"a\"b\u0007","is_stream":true,"cost":0.00482,"request":{"m":[1]}}"#
        );
        let event = Event::from_stored(text).unwrap();
        assert_eq!(event.to_json(Form::Whole), text);
        assert!(!event.to_json(Form::Header).contains("request"));
        assert!(!event.to_json(Form::Content).contains("seq"));
        let mut content = String::new();
        assert_eq!(event.to_whole_json(|piece| content.push_str(piece)), text);
        assert_eq!(content, event.to_json(Form::Content));
        assert_eq!(event.integer("cost"), Some(4_820_000));
    }

    #[test]
    fn an_amendment_fills_only_what_is_absent() {
        let mut span =
            call(r#""time":"2026-11-19T23:59:59Z","input_tokens":3,"outcome":"success""#);
        let log = call(
            r#""time":"2026-11-20T00:00:01Z","input_tokens":9,"output_tokens":4,
               "outcome":"success","provisional":true,"content":"hi","error":"x","truncated":["error"]"#,
        );
        let mut late = log.clone();
        assert!(span.amend_with(&log));
        assert_eq!(
            (span.integer("input_tokens"), span.integer("total_tokens")),
            (Some(3), Some(7))
        );
        assert_eq!(span.time.to_string(), "2026-11-19T23:59:59Z");
        assert_eq!(span.truncated(), ["error"]);
        assert!(!span.amend_with(&log), "a repeated half changes nothing");

        let failed = call(r#""time":"2026-11-19T23:59:59Z","outcome":"error","input_tokens":3"#);
        assert!(late.amend_with(&failed));
        assert_eq!(late.time, failed.time, "the provisional time gives way");
        assert_eq!(
            (late.text("outcome"), late.is("provisional")),
            (Some("error"), false)
        );
        assert_eq!(late.integer("input_tokens"), Some(9));
    }
}
