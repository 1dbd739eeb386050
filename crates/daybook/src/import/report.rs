//! What became of the lines: counted, the refused ones listed and kept, and the result that
//! scripts read. Lines are reported in their order.

use super::batch::{Line, Parsed};
use crate::output;
use daybook_model::logstore::Outcome;
use daybook_model::{Rejection, limits};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

/// Refusals that are shown to people; scripts get more of them.
const SHOWN_MAX: u64 = 10;

/// A line that was not taken.
#[derive(Debug, Serialize)]
struct Rejected {
    file: String,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    error: String,
}

/// A place in a file.
#[derive(Debug, Serialize)]
struct Place {
    file: String,
    line: u64,
}

/// The result of an import.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) accepted: u64,
    pub(crate) duplicates: u64,
    /// The first [`limits::REJECTIONS_LISTED_MAX`].
    rejected: Vec<Rejected>,
    pub(crate) rejected_total: u64,
    /// Lines that are dealt with, blank ones included.
    lines: u64,
    seconds: f64,
    /// Everything before this line is dealt with; there when the import ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_before: Option<Place>,
}

/// A file for refused lines. One that holds something is never overwritten: it may be an input.
fn new_file(path: &Path) -> io::Result<File> {
    let said =
        |e: io::Error| io::Error::new(e.kind(), format!("--rejects {}: {e}", path.display()));
    if std::fs::metadata(path).is_ok_and(|there| there.len() > 0) {
        return Err(said(io::Error::other("it is there already and not empty")));
    }
    File::create(path).map_err(said)
}

/// Gathers what became of lines.
#[derive(Debug)]
pub(crate) struct Report {
    names: Vec<String>,
    summary: Summary,
    /// Source and number of the line that comes next.
    next: (usize, u64),
    rejects: Option<BufWriter<File>>,
}

impl Report {
    /// A report about sources of these names; refused lines are written to a file as they came.
    ///
    /// # Errors
    /// When that file cannot be made.
    pub(crate) fn new(names: Vec<String>, rejects: Option<&Path>) -> io::Result<Self> {
        Ok(Self {
            names,
            summary: Summary::default(),
            next: (0, 1),
            rejects: rejects.map(new_file).transpose()?.map(BufWriter::new),
        })
    }

    /// Takes in a chunk whose batches are settled.
    ///
    /// # Errors
    /// When a refused line cannot be kept.
    pub(crate) fn add(&mut self, parsed: Parsed, outcomes: &[Vec<Outcome>]) -> io::Result<()> {
        let Parsed {
            chunk,
            batches,
            mut refused,
        } = parsed;
        for (batch, outcomes) in batches.into_iter().zip(outcomes) {
            for (line, outcome) in batch.lines.into_iter().zip(outcomes) {
                match outcome {
                    Outcome::Stored(..) | Outcome::Amended(_) => self.summary.accepted += 1,
                    Outcome::Duplicate(_) => self.summary.duplicates += 1,
                    Outcome::Conflict => {
                        let error = "conflict: another event with other content has this id";
                        refused.push((line, Rejection::field("id", error)));
                    }
                }
            }
        }
        refused.sort_by_key(|(line, _)| line.number);
        for (line, rejection) in refused {
            self.reject(
                chunk.source,
                &line,
                &chunk.bytes[line.range.clone()],
                rejection,
            )?;
        }
        self.summary.lines += chunk.lines();
        self.next = (chunk.source, chunk.first_line + chunk.lines());
        Ok(())
    }

    fn reject(
        &mut self,
        source: usize,
        line: &Line,
        bytes: &[u8],
        rejection: Rejection,
    ) -> io::Result<()> {
        self.summary.rejected_total += 1;
        let name = &self.names[source];
        if self.summary.rejected_total <= SHOWN_MAX {
            output::note(&format!("{name}:{}: {rejection}", line.number));
        }
        if self.summary.rejected.len() < limits::REJECTIONS_LISTED_MAX {
            self.summary.rejected.push(Rejected {
                file: name.clone(),
                line: line.number,
                field: rejection.field,
                error: rejection.error,
            });
        }
        if let Some(rejects) = &mut self.rejects {
            rejects.write_all(bytes)?;
            rejects.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Ends the report and prints it.
    ///
    /// # Errors
    /// When the refused lines cannot be written.
    pub(crate) fn finish(mut self, took: Duration, complete: bool) -> io::Result<Summary> {
        if let Some(mut rejects) = self.rejects.take() {
            rejects.flush()?;
            rejects.get_ref().sync_all()?;
        }
        self.summary.seconds = (took.as_secs_f64() * 1_000.0).round() / 1_000.0;
        if !complete {
            let (source, line) = self.next;
            let file = self.names[source].clone();
            self.summary.stopped_before = Some(Place { file, line });
        }
        let unshown = self.summary.rejected_total.saturating_sub(SHOWN_MAX);
        if unshown > 0 {
            output::note(&format!("… and {unshown} more refused lines"));
        }
        output::result(&serde_json::to_string(&self.summary).map_err(io::Error::other)?);
        Ok(self.summary)
    }
}
