//! Events as files: CSV, lines of JSON, Parquet. The same for what is streamed and for what is kept:
//! the fields of the online query under the same names.

mod csv;
mod parts;
mod rows;
mod sheet;

pub(crate) use parts::Parts;
pub(crate) use sheet::Sheet;

use crate::error::ApiResult;
use crate::reading::Reader;
use crate::routes::wrong;
use daybook_model::field::Kind;
use daybook_model::table::Table;
use daybook_model::{Field, Query, Scope, Stream, Timestamp};

/// What a part should have.
const PART_BYTES: usize = 2 << 20;
/// What the events of a step should have.
const STEP_BYTES: usize = 8 << 20;
/// Events of the first step: few, so that the answer begins soon.
const FIRST_EVENTS: usize = 1_024;
/// Events of a step: many, for each step reads what lies between its ids in their dictionary, too.
const STEP_EVENTS_MAX: usize = 65_536;
/// With payloads, which may have megabytes each.
const PAYLOAD_EVENTS_MAX: usize = 64;

/// The forms a file may have.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// As RFC 4180 has it.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// As the archive has it.
    Parquet,
}

impl Format {
    /// The names in parameters.
    pub(crate) const NAMED: [(&'static str, Self); 3] = [
        ("csv", Self::Csv),
        ("jsonl", Self::Jsonl),
        ("parquet", Self::Parquet),
    ];

    /// Its name, which is also what file names end in.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }

    /// Whether texts that a spreadsheet would take for formulas are written with an apostrophe in front.
    pub(crate) const fn neutralises_formulas(self) -> bool {
        matches!(self, Self::Csv)
    }

    /// The type of its content.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What of each event is written, and how.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) format: Format,
    pub(crate) stream: Stream,
    pub(crate) columns: Vec<&'static Field>,
    /// Whether these columns are all that lists show.
    pub(crate) whole: bool,
    /// Whether a CSV begins with a mark that tells Excel its encoding.
    pub(crate) byte_order_mark: bool,
}

impl Layout {
    /// Without chosen columns all fields that the scope shows, but no payloads.
    pub(crate) fn new(
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
            byte_order_mark: false,
        }
    }

    /// Events of the first step that reads them.
    pub(crate) fn first_limit(&self) -> usize {
        FIRST_EVENTS.min(self.events_max())
    }

    /// Events of the next step: as many as have about [`STEP_BYTES`], judged by those of the step
    /// before it, growing step by step, for the next ones may be larger.
    pub(crate) fn next_limit(&self, before: usize, table: &Table) -> usize {
        if table.rows == 0 {
            return before;
        }
        let fitting = STEP_BYTES * table.rows / table.bytes().max(1);
        fitting
            .min(table.rows.max(FIRST_EVENTS) * 4)
            .clamp(1, self.events_max())
    }

    fn events_max(&self) -> usize {
        match self.columns.iter().any(|field| field.kind == Kind::Payload) {
            true => PAYLOAD_EVENTS_MAX,
            false => STEP_EVENTS_MAX,
        }
    }
}

/// `daybook-usage-20261101T000000Z-20261121T093015Z.csv`: the stream and its range. Letters, digits,
/// points and dashes alone, so that it needs no quoting anywhere (RFC 6266).
pub(crate) fn file_name(query: &Query, format: Format) -> String {
    let shown = |time: Timestamp| {
        let text = time.to_string();
        let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
        format!("{}Z", seconds.replace(['-', ':'], ""))
    };
    let from = query.from.map_or_else(|| "beginning".into(), shown);
    let to = shown(query.to.unwrap_or_else(Timestamp::now));
    let (stream, format) = (query.stream, format.name());
    format!("daybook-{stream}-{from}-{to}.{format}")
}

/// The header that makes a browser keep a file under its name.
pub(crate) fn attachment(name: &str) -> String {
    format!("attachment; filename=\"{name}\"")
}

/// The fields asked for, each once.
pub(crate) fn columns(
    reader: &Reader,
    stream: Stream,
    asked: Option<&str>,
) -> ApiResult<Option<Vec<&'static Field>>> {
    let Some(text) = asked else {
        return Ok(None);
    };
    let mut fields: Vec<&'static Field> = Vec::new();
    for name in text.split(',').map(str::trim) {
        match reader.field(stream, name)? {
            Some(field) if fields.contains(&field) => {
                return Err(wrong("columns", format!("{name} stands twice")));
            }
            Some(field) => fields.push(field),
            None => {
                let message = format!("unknown field {name:.64} of the stream {stream}");
                return Err(wrong("columns", message));
            }
        }
    }
    Ok(Some(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Event;
    use daybook_model::catalogue::field;

    #[test]
    fn a_file_is_named_by_its_range() {
        let time = |text: &str| Timestamp::parse(text).ok();
        let query = Query {
            from: time("2026-11-01T00:00:00Z"),
            to: time("2026-11-21T09:30:15.25Z"),
            ..Query::all(Stream::Audit)
        };
        assert_eq!(
            file_name(&query, Format::Jsonl),
            "daybook-audit-20261101T000000Z-20261121T093015Z.jsonl"
        );
        let everything = Query {
            from: None,
            ..query
        };
        assert_eq!(
            file_name(&everything, Format::Parquet),
            "daybook-audit-beginning-20261121T093015Z.parquet"
        );
    }

    #[test]
    fn steps_follow_the_size_of_events() {
        let layout = |name| {
            let columns = Some(vec![field(Stream::Usage, name)]);
            Layout::new(Format::Csv, Stream::Usage, &Scope::All, columns)
        };
        let next = |layout: &Layout, count: usize, bytes: usize| {
            let mut event = Event::new(Stream::Usage);
            event.set_json("request", format!("\"{}\"", "x".repeat(bytes)));
            event.set_text("error", "x".repeat(bytes));
            layout.next_limit(7, &Table::of(&vec![event; count], &layout.columns))
        };
        let headers = layout("error");
        assert_eq!(headers.first_limit(), 1_024);
        assert_eq!(next(&headers, 1_024, 100), 4_096);
        assert_eq!(next(&headers, 1, 100), 4_096);
        assert_eq!(next(&headers, 65_536, 10), 65_536);
        assert_eq!(
            next(&headers, 0, 0),
            7,
            "where nothing was found, nothing is known"
        );
        let payloads = layout("request");
        assert_eq!(payloads.first_limit(), 64);
        assert_eq!(next(&payloads, 16, 16 << 20), 1);
        let few = next(&payloads, 64, 400_000);
        assert!((18..=21).contains(&few), "{few}");
    }
}
