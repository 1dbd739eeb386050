//! From lines to events: the same reading and the same gate as `POST /api/v1/events`. Lines are
//! named by their numbers, so that every refusal can be found in its file.

use super::source::Chunk;
use daybook_model::logstore::Write;
use daybook_model::validate::Intake;
use daybook_model::{Event, Period, Rejection, Stream, limits};
use daybook_server::Redactor;
use memchr::memchr;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// A line of a chunk: its number and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) range: Range<usize>,
}

/// Events that the store takes in one call.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) lines: Vec<Line>,
    pub(crate) writes: Vec<Write>,
}

/// What a chunk holds.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) chunk: Chunk,
    pub(crate) batches: Vec<Batch>,
    pub(crate) refused: Vec<(Line, Rejection)>,
}

/// What every event passes.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    /// The platform of events that name none.
    pub(crate) origin: Arc<str>,
    pub(crate) redactor: Redactor,
}

/// Reads and admits the events of a chunk. The same chunk gives the same batches every time, apart
/// from the ids of events that came without one.
pub(crate) fn parse(chunk: Chunk, gate: &Gate) -> Parsed {
    let intake = Intake {
        origin: (&*gate.origin).into(),
        ingest_key_id: Box::default(),
        received_at: chunk.received_at,
    };
    let mut parsed = Parsed {
        chunk,
        batches: Vec::new(),
        refused: Vec::new(),
    };
    let mut filling = Filling::default();
    for line in lines(&parsed.chunk) {
        match admitted(&parsed.chunk, &line, &intake) {
            Ok(mut event) => {
                gate.redactor.redact(&mut event);
                filling.add(line, event, &mut parsed.batches);
            }
            Err(rejection) => parsed.refused.push((line, rejection)),
        }
    }
    parsed.batches.extend(filling.finish());
    parsed
}

fn admitted(chunk: &Chunk, line: &Line, intake: &Intake) -> Result<Event, Rejection> {
    let bytes = &chunk.bytes[line.range.clone()];
    if chunk.too_long || bytes.len() > limits::EVENT_BYTES_MAX {
        let limit = limits::EVENT_BYTES_MAX;
        let message = format!("larger than {limit} bytes, the limit of one event");
        return Err(Rejection::event(message));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Rejection::event(format!("not valid UTF-8: {error}")))?;
    let mut event = Event::from_json(text)?;
    event.admit(intake)?;
    Ok(event)
}

/// The lines of a chunk that are not blank, without white space around them.
fn lines(chunk: &Chunk) -> Vec<Line> {
    if chunk.too_long {
        let (number, range) = (chunk.first_line, 0..0);
        return vec![Line { number, range }];
    }
    let (mut found, mut start, mut number) = (Vec::new(), 0, chunk.first_line);
    while start < chunk.bytes.len() {
        let rest = &chunk.bytes[start..];
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..length];
        let text = line.trim_ascii();
        if !text.is_empty() {
            let begin = start + (line.len() - line.trim_ascii_start().len());
            let range = begin..begin + text.len();
            found.push(Line { number, range });
        }
        start += length + 1;
        number += 1;
    }
    found
}

/// The batch that takes events, within the partitions that the store takes at once.
#[derive(Default)]
struct Filling {
    batch: Batch,
    periods: HashSet<(Stream, Period)>,
}

impl Filling {
    fn add(&mut self, line: Line, event: Event, full: &mut Vec<Batch>) {
        let period = (event.stream, event.stream.period(event.time));
        let fits = self.periods.len() < limits::BATCH_PARTITIONS_MAX;
        if !fits && !self.periods.contains(&period) {
            full.push(std::mem::take(&mut self.batch));
            self.periods.clear();
        }
        self.periods.insert(period);
        self.batch.lines.push(line);
        self.batch.writes.push(Write::Append(event));
    }

    fn finish(self) -> Option<Batch> {
        (!self.batch.writes.is_empty()).then_some(self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Timestamp;

    fn chunk(text: &str) -> Chunk {
        Chunk {
            source: 0,
            first_line: 7,
            bytes: text.into(),
            too_long: false,
            received_at: Timestamp::parse("2026-11-20T00:00:00Z").unwrap(),
        }
    }

    fn gate() -> Gate {
        Gate {
            origin: "prod".into(),
            redactor: Redactor::new("key"),
        }
    }

    #[test]
    fn secrets_of_changes_are_replaced() {
        let event = r#"{"stream":"audit","action":"provider.updated","changes":[{"field":"api_key","old":"a","new":"sk-0123456789abcdef0"}]}"#;
        let parsed = parse(chunk(event), &gate());
        let changes = parsed.batches[0].writes[0].event().json("changes");
        let changes = changes.unwrap();
        assert!(
            changes.contains("hmac:") && !changes.contains("sk-"),
            "{changes}"
        );
    }

    #[test]
    fn refusals_carry_the_number_of_their_line() {
        let parsed = parse(
            chunk(
                "\r\n {\"stream\":\"system\",\"message\":\"x\"} \r\n\n{\"stream\":\"usage\",\"cost\":true}\nnonsense",
            ),
            &gate(),
        );
        let batch = &parsed.batches[0];
        assert_eq!((parsed.batches.len(), batch.lines[0].number), (1, 8));
        assert_eq!(batch.writes[0].event().origin(), "prod");
        let refused: Vec<_> = parsed
            .refused
            .iter()
            .map(|(line, rejection)| (line.number, rejection.field.as_deref()))
            .collect();
        assert_eq!(refused, [(10, Some("cost")), (11, None)]);
        let kept = &parsed.chunk.bytes[parsed.refused[1].0.range.clone()];
        assert_eq!(kept, b"nonsense");
    }

    #[test]
    fn events_of_many_periods_become_several_batches() {
        let mut text = String::new();
        let mut time = Timestamp::parse("2020-01-01T00:00:00Z").unwrap();
        for _ in 0..limits::BATCH_PARTITIONS_MAX + 1 {
            text += &format!("{{\"stream\":\"usage\",\"time\":\"{time}\"}}\n");
            time = time.plus_us(Timestamp::DAY_US);
        }
        let sizes: Vec<usize> = parse(chunk(&text), &gate())
            .batches
            .iter()
            .map(|batch| batch.writes.len())
            .collect();
        assert_eq!(sizes, [limits::BATCH_PARTITIONS_MAX, 1]);
    }
}
