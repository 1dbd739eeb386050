//! How every demo event begins: with an id made of its time and the dice, never of the wall
//! clock, and with the identifiers that tie events of one request together.

use super::dice::Dice;
use super::people::Workspace;
use daybook_model::{Event, Stream, Timestamp, value::write_json_text};

/// Identifiers shared by all events of one request.
#[derive(Clone)]
pub(super) struct Trail {
    pub(super) request_id: String,
    pub(super) trace_id: String,
}

impl Trail {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self {
            request_id: format!("req_{}", dice.hex(14)),
            trace_id: dice.hex(32),
        }
    }
}

/// An event with id and time.
pub(super) fn event(stream: Stream, time: Timestamp, dice: &mut Dice) -> Event {
    let mut event = Event::new(stream);
    event.id = uuid_at(time, dice).into();
    event.time = time;
    event
}

/// An event that belongs to a request.
pub(super) fn event_of(trail: &Trail, stream: Stream, time: Timestamp, dice: &mut Dice) -> Event {
    let mut event = event(stream, time, dice);
    event.set_text("request_id", trail.request_id.as_str());
    event.set_text("trace_id", trail.trace_id.as_str());
    event
}

/// Says in which workspace it happened.
pub(super) fn place(event: &mut Event, workspace: &Workspace) {
    event.set_text("workspace_id", workspace.id);
    event.set_text("workspace_name", workspace.name);
}

/// The text of a `UUIDv7` of this time.
fn uuid_at(time: Timestamp, dice: &mut Dice) -> String {
    let ms = time.us().div_euclid(1_000).unsigned_abs();
    let (high, low) = (dice.bits(), dice.bits());
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        (ms >> 16) & 0xffff_ffff,
        ms & 0xffff,
        high & 0xfff,
        0x8000 | (high >> 16) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}

/// An instant drawn from an interval.
pub(super) fn moment(from: Timestamp, to: Timestamp, dice: &mut Dice) -> Timestamp {
    from.plus_us(dice.between(0, (to.us() - from.us()).max(1)))
}

/// A flat JSON object of texts.
pub(super) fn object(members: &[(&str, &str)]) -> String {
    let mut out = String::from("{");
    for (key, value) in members {
        if out.len() > 1 {
            out.push(',');
        }
        write_json_text(key, &mut out);
        out.push(':');
        write_json_text(value, &mut out);
    }
    out.push('}');
    out
}
