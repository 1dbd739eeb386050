//! Events as lines of a file, CSV or JSON.

use super::csv::{self, Buffer, Csv};
use daybook_model::field::{Field, Kind};
use daybook_model::table::{Column, Table};
use daybook_model::value::write_json_text;
use daybook_model::{Scope, Stream};
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
            Format::Csv => csv::head(&self.columns),
            Format::Jsonl => String::new(),
        }
    }

    /// The lines of a table of the columns.
    pub(super) fn lines(self: &Arc<Self>, table: Table) -> Lines {
        Lines {
            rows: Arc::clone(self),
            count: table.rows,
            columns: match self.format {
                Format::Csv => Columns::Csv(Csv::new(table.columns)),
                Format::Jsonl => Columns::Json(table.columns),
            },
        }
    }
}

/// The lines of a table.
#[derive(Debug)]
pub(super) struct Lines {
    rows: Arc<Rows>,
    count: usize,
    columns: Columns,
}

#[derive(Debug)]
enum Columns {
    Csv(Csv),
    Json(Vec<Column>),
}

impl Lines {
    /// How many.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Appends lines from one on until the text has so many bytes; answers which comes next.
    pub(super) fn write(&self, from: usize, bytes: usize, out: &mut Buffer) -> usize {
        let mut row = from;
        let mut line = String::new();
        while row < self.count && (row == from || out.len() < bytes) {
            match &self.columns {
                Columns::Csv(csv) => csv.write(row, out),
                Columns::Json(columns) => {
                    line.clear();
                    self.rows.write_json(columns, row, &mut line);
                    out.put(line.as_bytes());
                }
            }
            row += 1;
        }
        row
    }
}

impl Rows {
    fn write_json(&self, columns: &[Column], row: usize, out: &mut String) {
        out.push('{');
        if self.whole {
            out.push_str("\"stream\":");
            write_json_text(self.stream.name(), out);
        }
        let mut first = !self.whole;
        for column in columns {
            if let Some(value) = column.get(row) {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                write_json_text(column.field.name, out);
                out.push(':');
                value.write_json(column.field.kind, out);
            }
        }
        out.push_str("}\n");
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
        let (mut both, mut one) = (Buffer::default(), Buffer::with_room(10));
        assert_eq!(lines.write(0, usize::MAX, &mut both), lines.count());
        assert_eq!(lines.write(1, 1, &mut one), 2, "a part has a line at least");
        let one = String::from_utf8(one.into_bytes()).unwrap();
        assert_eq!(both.into_bytes(), one.repeat(2).as_bytes());
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
