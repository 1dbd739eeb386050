//! The archive's files from outside.

#![allow(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod damage;
mod round_trip;

use daybook_archive::{BuiltPart, Depot, Folder, Manifest, PartWriter};
use daybook_model::{Event, Stream};
use std::path::Path;
use std::sync::Arc;

/// Events as one part of the period of the first of them.
fn built(dir: &Path, stream: Stream, events: &[Event]) -> (Manifest, BuiltPart) {
    let period = stream.period(events[0].time);
    let mut writer = PartWriter::new(dir, stream, period).unwrap();
    for event in events {
        writer.add(event, content_hash(event)).unwrap();
    }
    let built = writer.finish(1).unwrap().unwrap();
    let mut manifest = Manifest::new("here", stream, period);
    manifest.parts.push(built.part.clone());
    (manifest, built)
}

/// The same, in a depot.
fn archived(dir: &Path, stream: Stream, events: &[Event]) -> (Arc<dyn Depot>, Manifest, BuiltPart) {
    let (manifest, built) = built(&dir.join("building"), stream, events);
    let depot = Folder::new(dir.join("archive"));
    built.put(&depot, stream, manifest.period).unwrap();
    manifest.put(&depot).unwrap();
    (Arc::new(depot), manifest, built)
}

fn content_hash(event: &Event) -> u64 {
    event.seq.unsigned_abs() * 7_919 % (1 << 40)
}
