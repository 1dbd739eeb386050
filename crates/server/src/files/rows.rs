//! Events as lines of text, CSV or JSON.

use super::csv::{self, Buffer, Csv};
use super::{Format, Layout};
use daybook_model::Stream;
use daybook_model::table::{Column, Table};
use daybook_model::value::write_json_text;

/// What stands before the first event.
pub(super) fn head(layout: &Layout) -> String {
    match layout.format {
        Format::Csv => csv::head(&layout.columns, layout.byte_order_mark),
        Format::Jsonl | Format::Parquet => String::new(),
    }
}

/// The lines of a table.
#[derive(Debug)]
pub(super) struct Lines {
    count: usize,
    columns: Columns,
}

#[derive(Debug)]
enum Columns {
    Csv(Csv),
    /// With the stream where each line is a whole event.
    Json(Vec<Column>, Option<Stream>),
}

impl Lines {
    /// The lines of a table of the layout's columns.
    pub(super) fn new(layout: &Layout, table: Table) -> Self {
        Self {
            count: table.rows,
            columns: match layout.format {
                Format::Csv => Columns::Csv(Csv::new(table.columns)),
                _ => Columns::Json(table.columns, layout.whole.then_some(layout.stream)),
            },
        }
    }

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
                Columns::Json(columns, stream) => {
                    line.clear();
                    write_json(*stream, columns, row, &mut line);
                    out.put(line.as_bytes());
                }
            }
            row += 1;
        }
        row
    }
}

fn write_json(stream: Option<Stream>, columns: &[Column], row: usize, out: &mut String) {
    out.push('{');
    if let Some(stream) = stream {
        out.push_str("\"stream\":");
        write_json_text(stream.name(), out);
    }
    let mut first = stream.is_none();
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

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::event::Form;
    use daybook_model::{Event, Scope};

    fn event() -> Event {
        Event::from_stored(concat!(
            r#"{"stream":"usage","id":"-1+1","seq":7,"time":"2026-11-19T14:05:40.25Z","#,
            r#""user_name":"=HYPERLINK(\"http://x\",1)","is_stream":true,"cost":0.00482,"#,
            r#""quota":-20,"error":"two\nlines","metadata":{"a":1,"b":"\"x\""},"request":"@x"}"#
        ))
        .unwrap()
    }

    fn layout(format: Format, names: &[&str]) -> Layout {
        let fields = names.iter();
        let fields = fields.map(|name| daybook_model::catalogue::field(Stream::Usage, name));
        Layout::new(format, Stream::Usage, &Scope::All, Some(fields.collect()))
    }

    fn line(layout: &Layout, event: &Event) -> String {
        let lines = Lines::new(
            layout,
            Table::of(&[event.clone(), event.clone()], &layout.columns),
        );
        let (mut both, mut one) = (Buffer::default(), Buffer::with_room(10));
        assert_eq!(lines.write(0, usize::MAX, &mut both), lines.count());
        assert_eq!(lines.write(1, 1, &mut one), 2, "a part has a line at least");
        let one = String::from_utf8(one.into_bytes()).unwrap();
        assert_eq!(both.into_bytes(), one.repeat(2).as_bytes());
        one
    }

    #[test]
    fn cells_are_quoted_and_formulas_defused_but_numbers_stay() {
        let layout = layout(
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
        assert_eq!(
            head(&layout),
            "id,time,user_name,user_id,is_stream,cost,quota,error,metadata,request\r\n"
        );
        assert_eq!(
            line(&layout, &event()),
            concat!(
                "'-1+1,2026-11-19T14:05:40.25Z,\"'=HYPERLINK(\"\"http://x\"\",1)\",,true,",
                "0.00482,-20,\"two\nlines\",\"{\"\"a\"\":1,\"\"b\"\":\"\"\\\"\"x\\\"\"\"\"}\",",
                "\"\"\"@x\"\"\"\r\n"
            )
        );
    }

    #[test]
    fn every_way_to_begin_a_formula_is_defused() {
        let layout = layout(Format::Csv, &["user_name"]);
        for (text, cell) in [
            ("=1", "'=1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("\0=1", "'\0=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\u{ff0b}1", "'\u{ff0b}1"),
            ("\u{ff0d}1", "'\u{ff0d}1"),
            ("\u{ff20}SUM(1)", "'\u{ff20}SUM(1)"),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            (" =1", " =1"),
            ("\u{ff21}", "\u{ff21}"),
        ] {
            let mut event = Event::new(Stream::Usage);
            event.set_text("user_name", text);
            assert_eq!(line(&layout, &event), format!("{cell}\r\n"), "{text:?}");
        }
    }

    #[test]
    fn json_lines_are_the_events_or_the_chosen_fields() {
        let chosen = layout(Format::Jsonl, &["cost", "user_id", "id"]);
        assert_eq!(
            line(&chosen, &event()),
            "{\"cost\":0.00482,\"id\":\"-1+1\"}\n"
        );
        let whole = Layout::new(Format::Jsonl, Stream::Usage, &Scope::All, None);
        assert_eq!(
            line(&whole, &event()),
            event().header().to_json(Form::Header) + "\n"
        );
    }

    #[test]
    fn a_byte_order_mark_is_only_for_spreadsheets() {
        let marked = |format| {
            head(&Layout {
                byte_order_mark: true,
                ..layout(format, &["id"])
            })
        };
        assert_eq!(marked(Format::Csv), "\u{feff}id\r\n");
        assert_eq!(marked(Format::Jsonl), "");
    }
}
