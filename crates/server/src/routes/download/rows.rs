//! Events as lines of a file. CSV as RFC 4180 has it, and safe to open in a spreadsheet: a text
//! that such a program would take for a formula begins with an apostrophe.

use daybook_model::decimal::{push_integer, push_time, push_usd};
use daybook_model::event::Form;
use daybook_model::field::{Field, Kind};
use daybook_model::value::write_json_text;
use daybook_model::{Event, NanoUsd, Scope, Stream, Timestamp, ValueRef};

/// The forms a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Jsonl,
}

impl Format {
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/x-ndjson",
        }
    }
}

/// What of each event is written, and how.
#[derive(Debug)]
pub(super) struct Rows {
    format: Format,
    columns: Vec<&'static Field>,
    /// Set when these columns are all that lists show.
    whole: Option<Scope>,
}

impl Rows {
    /// Without chosen columns all fields that the scope shows, but no payloads.
    pub(super) fn new(
        format: Format,
        stream: Stream,
        scope: &Scope,
        chosen: Option<Vec<&'static Field>>,
    ) -> Self {
        let whole = chosen.is_none().then(|| scope.clone());
        let fields = scope.fields(stream);
        let headers = || fields.filter(|field| field.kind != Kind::Payload).collect();
        Self {
            format,
            columns: chosen.unwrap_or_else(headers),
            whole,
        }
    }

    /// Whether events are needed with their payloads.
    pub(super) fn payloads(&self) -> bool {
        self.columns.iter().any(|field| field.kind == Kind::Payload)
    }

    /// What stands before the first event.
    pub(super) fn head(&self) -> String {
        match self.format {
            Format::Csv => {
                let names: Vec<&str> = self.columns.iter().map(|field| field.name).collect();
                names.join(",") + "\r\n"
            }
            Format::Jsonl => String::new(),
        }
    }

    pub(super) fn write(&self, event: &Event, out: &mut String) {
        match (self.format, &self.whole) {
            (Format::Csv, _) => self.write_csv(event, out),
            (Format::Jsonl, Some(scope)) => {
                event.write_shown(Form::Header, scope, out);
                out.push('\n');
            }
            (Format::Jsonl, None) => self.write_json(event, out),
        }
    }

    fn write_csv(&self, event: &Event, out: &mut String) {
        for (at, field) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            if let Some(value) = event.get(field) {
                write_cell(field.kind, value, out);
            }
        }
        out.push_str("\r\n");
    }

    fn write_json(&self, event: &Event, out: &mut String) {
        out.push('{');
        let mut first = true;
        for field in &self.columns {
            if let Some(value) = event.get(field) {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                write_json_text(field.name, out);
                out.push(':');
                value.write_json(field.kind, out);
            }
        }
        out.push_str("}\n");
    }
}

fn write_cell(kind: Kind, value: ValueRef<'_>, out: &mut String) {
    match (value, kind) {
        (ValueRef::Text(text), _) => {
            let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            write_text(text, formula, out);
        }
        (ValueRef::Json(json), _) => write_text(json, false, out),
        (ValueRef::Integer(us), Kind::Time) => push_time(Timestamp::from_us(us), out),
        (ValueRef::Integer(nano), Kind::Money) => push_usd(NanoUsd(nano), out),
        (ValueRef::Integer(number), _) => push_integer(number, out),
        (ValueRef::Boolean(truth), _) => out.push_str(if truth { "true" } else { "false" }),
    }
}

/// A text, in quotes when it must be; one that looks like a formula is defused.
fn write_text(text: &str, formula: bool, out: &mut String) {
    // Without a way out in the middle, so that many bytes are compared at once.
    let quoted = text.bytes().fold(false, |found, byte| {
        found | matches!(byte, b'"' | b',' | b'\r' | b'\n')
    });
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    if quoted {
        let mut parts = text.split('"');
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            out.push_str("\"\"");
            out.push_str(part);
        }
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event::from_stored(concat!(
            r#"{"stream":"usage","id":"-1+1","seq":7,"time":"2026-11-19T14:05:40.25Z","#,
            r#""user_name":"=HYPERLINK(\"http://x\",1)","is_stream":true,"cost":0.00482,"#,
            r#""quota":-20,"error":"two\nlines","metadata":{"a":1,"b":"\"x\""},"request":"@x"}"#
        ))
        .unwrap()
    }

    fn rows(format: Format, names: &[&str]) -> Rows {
        let fields = names.iter();
        let fields = fields.map(|name| daybook_model::catalogue::field(Stream::Usage, name));
        Rows::new(format, Stream::Usage, &Scope::All, Some(fields.collect()))
    }

    fn line(rows: &Rows) -> String {
        let mut out = String::new();
        rows.write(&event(), &mut out);
        out
    }

    #[test]
    fn cells_are_quoted_and_formulas_defused_but_numbers_stay() {
        let rows = rows(
            Format::Csv,
            &[
                "id",
                "time",
                "user_name",
                "user_id",
                "is_stream",
                "cost",
                "quota",
                "error",
                "metadata",
                "request",
            ],
        );
        assert!(rows.payloads());
        assert_eq!(
            rows.head(),
            "id,time,user_name,user_id,is_stream,cost,quota,error,metadata,request\r\n"
        );
        assert_eq!(
            line(&rows),
            concat!(
                "'-1+1,2026-11-19T14:05:40.25Z,\"'=HYPERLINK(\"\"http://x\"\",1)\",,true,",
                "0.00482,-20,\"two\nlines\",\"{\"\"a\"\":1,\"\"b\"\":\"\"\\\"\"x\\\"\"\"\"}\",",
                "\"\"\"@x\"\"\"\r\n"
            )
        );
    }

    #[test]
    fn json_lines_are_the_events_or_the_chosen_fields() {
        let chosen = rows(Format::Jsonl, &["cost", "user_id", "id"]);
        assert_eq!(line(&chosen), "{\"cost\":0.00482,\"id\":\"-1+1\"}\n");
        let whole = Rows::new(Format::Jsonl, Stream::Usage, &Scope::All, None);
        assert!(!whole.payloads());
        assert_eq!(line(&whole), event().header().to_json(Form::Header) + "\n");
    }
}
