//! Events as lines of a file. CSV as RFC 4180 has it, and safe to open in a spreadsheet: a text
//! that such a program would take for a formula begins with an apostrophe.

use daybook_model::decimal::{push_integer, push_time, push_usd};
use daybook_model::field::{Field, Kind};
use daybook_model::table::{Cells, Column, Table};
use daybook_model::value::write_json_text;
use daybook_model::{NanoUsd, Scope, Stream, Timestamp, ValueRef};
use std::ops::Range;
use std::sync::Arc;

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
    stream: Stream,
    columns: Vec<&'static Field>,
    /// Whether these columns are all that lists show.
    whole: bool,
}

impl Rows {
    /// Without chosen columns all fields that the scope shows, but no payloads.
    pub(super) fn new(
        format: Format,
        stream: Stream,
        scope: &Scope,
        chosen: Option<Vec<&'static Field>>,
    ) -> Self {
        let whole = chosen.is_none();
        let fields = scope.fields(stream);
        let headers = || fields.filter(|field| field.kind != Kind::Payload).collect();
        Self {
            format,
            stream,
            columns: chosen.unwrap_or_else(headers),
            whole,
        }
    }

    /// The columns.
    pub(super) fn fields(&self) -> &[&'static Field] {
        &self.columns
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

    /// The lines of a table of the columns.
    pub(super) fn lines(self: &Arc<Self>, table: Table) -> Lines {
        let columns = table.columns.into_iter();
        Lines {
            rows: Arc::clone(self),
            count: table.rows,
            columns: columns
                .map(|column| Written::of(self.format, column))
                .collect(),
        }
    }
}

/// The lines of a table.
#[derive(Debug)]
pub(super) struct Lines {
    rows: Arc<Rows>,
    count: usize,
    columns: Vec<Written>,
}

/// A column, ready to be written.
#[derive(Debug)]
enum Written {
    /// Each word as it is written, all in one text, and for each row its place.
    Words {
        text: String,
        places: Vec<Range<usize>>,
        rows: Vec<u32>,
    },
    Cells(Column),
}

impl Written {
    fn of(format: Format, column: Column) -> Self {
        let Column {
            field,
            cells: Cells::Words { words, rows },
        } = column
        else {
            return Self::Cells(column);
        };
        let mut text = String::new();
        let places = words.iter().map(|word| {
            let from = text.len();
            write_cell(format, field.kind, ValueRef::Text(word), &mut text);
            from..text.len()
        });
        let places = places.collect();
        Self::Words { text, places, rows }
    }

    /// Writes the value of a row, after what comes before it, if there is a value.
    fn write(&self, format: Format, row: usize, before: &str, out: &mut String) -> bool {
        match self {
            Self::Words { text, places, rows } => {
                let place = usize::try_from(rows[row]).ok();
                let Some(place) = place.and_then(|at| places.get(at)) else {
                    return false;
                };
                out.push_str(before);
                out.push_str(&text[place.clone()]);
            }
            Self::Cells(column) => {
                let Some(value) = column.get(row) else {
                    return false;
                };
                out.push_str(before);
                write_cell(format, column.field.kind, value, out);
            }
        }
        true
    }
}

impl Lines {
    /// How many.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Appends lines from one on until the text has so many bytes; answers which comes next.
    pub(super) fn write(&self, from: usize, bytes: usize, out: &mut String) -> usize {
        let mut row = from;
        while row < self.count && (row == from || out.len() < bytes) {
            match self.rows.format {
                Format::Csv => self.write_csv(row, out),
                Format::Jsonl => self.write_json(row, out),
            }
            row += 1;
        }
        row
    }

    fn write_csv(&self, row: usize, out: &mut String) {
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            column.write(Format::Csv, row, "", out);
        }
        out.push_str("\r\n");
    }

    fn write_json(&self, row: usize, out: &mut String) {
        let Rows {
            stream,
            columns: fields,
            whole,
            ..
        } = self.rows.as_ref();
        out.push('{');
        if *whole {
            out.push_str("\"stream\":");
            write_json_text(stream.name(), out);
        }
        let mut first = !whole;
        for (field, column) in fields.iter().zip(&self.columns) {
            let begin = out.len();
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            write_json_text(field.name, out);
            if !column.write(Format::Jsonl, row, ":", out) {
                first = out.as_bytes()[begin] != b',';
                out.truncate(begin);
            }
        }
        out.push_str("}\n");
    }
}

fn write_cell(format: Format, kind: Kind, value: ValueRef<'_>, out: &mut String) {
    if format == Format::Jsonl {
        return value.write_json(kind, out);
    }
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
    use daybook_model::Event;
    use daybook_model::event::Form;
    use daybook_testkit::table_of;

    fn event() -> Event {
        Event::from_stored(concat!(
            r#"{"stream":"usage","id":"-1+1","seq":7,"time":"2026-11-19T14:05:40.25Z","#,
            r#""user_name":"=HYPERLINK(\"http://x\",1)","is_stream":true,"cost":0.00482,"#,
            r#""quota":-20,"error":"two\nlines","metadata":{"a":1,"b":"\"x\""},"request":"@x"}"#
        ))
        .unwrap()
    }

    fn rows(format: Format, names: &[&str]) -> Arc<Rows> {
        let fields = names.iter();
        let fields = fields.map(|name| daybook_model::catalogue::field(Stream::Usage, name));
        let chosen = Some(fields.collect());
        Arc::new(Rows::new(format, Stream::Usage, &Scope::All, chosen))
    }

    fn line(rows: &Arc<Rows>) -> String {
        let lines = rows.lines(table_of(&[event(), event()], rows.fields()));
        let (mut both, mut one) = (String::new(), String::new());
        assert_eq!(lines.write(0, usize::MAX, &mut both), lines.count());
        assert_eq!(lines.write(1, 1, &mut one), 2, "a part has a line at least");
        assert_eq!(both, one.repeat(2));
        one
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
        let whole = Arc::new(Rows::new(Format::Jsonl, Stream::Usage, &Scope::All, None));
        assert!(!whole.payloads());
        assert_eq!(line(&whole), event().header().to_json(Form::Header) + "\n");
    }
}
