//! A part: the events that are archived together, as files. It is built on this machine, brought to
//! the depot, and read back from there before anybody relies on it.

mod build;
mod verify;

pub use build::{BuiltPart, PartWriter};
pub use verify::{Verified, verify};

use crate::sha256::Sha256;
use crate::sums::hex;
use daybook_model::Event;
use daybook_model::event::Form;
use daybook_model::value::write_json_text;

/// The hash of rows, whatever file they are in.
#[derive(Debug, Default)]
struct RowsHash {
    hash: Sha256,
    line: String,
}

impl RowsHash {
    /// Adds an event without its payloads.
    fn add_event(&mut self, event: &Event) {
        event.write_json(Form::Header, &mut self.line);
        self.end_line();
    }

    /// Adds the payloads of an event.
    fn add_payloads(&mut self, event: &Event) {
        self.line.push_str("{\"seq\":");
        self.line.push_str(&event.seq.to_string());
        for (field, value) in event
            .values()
            .filter(|(field, _)| crate::table::is_payload(field))
        {
            self.line.push(',');
            write_json_text(field.name, &mut self.line);
            self.line.push(':');
            value.write_json(field.kind, &mut self.line);
        }
        self.line.push('}');
        self.end_line();
    }

    fn end_line(&mut self) {
        self.line.push('\n');
        self.hash.update(&self.line);
        self.line.clear();
    }

    fn finish(self) -> String {
        hex(&self.hash.finish())
    }
}
