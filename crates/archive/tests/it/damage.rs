//! Nothing that differs from what was archived is taken for it.

use super::{archived, content_hash};
use daybook_archive::part::verify;
use daybook_archive::{Manifest, Object, PartWriter, Table};
use daybook_model::{Event, Stream, Timestamp};
use std::path::Path;
use std::sync::Arc;

fn events() -> Vec<Event> {
    let event = |seq: i64| {
        let mut event = Event::new(Stream::Usage);
        (event.id, event.seq) = (format!("call-{seq}").into(), seq);
        event.time = Timestamp::from_us(1_772_323_200_000_000 + seq * 1_000);
        event.set_text("user_name", format!("user {}", seq % 7));
        event.set_integer("cost", seq * 1_000_003);
        event.set_json("request", format!("{{\"n\":{seq}}}"));
        event
    };
    (0..200).map(event).collect()
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (depot, manifest, built) = archived(dir.path(), Stream::Usage, &events());
    let part = &manifest.parts[0];
    for (file, (_, sums)) in part.files().zip(&built.sums) {
        let name = manifest.object(file);
        let whole = depot.read_all(&name).unwrap();
        for at in (0..whole.len()).step_by(61).chain([whole.len() - 1]) {
            let mut changed = whole.to_vec();
            changed[at] ^= 1 << (at % 8);
            depot.put(&name, &changed).unwrap();
            let found = verify(&depot, &manifest, part, |_| {});
            let error = found.unwrap_err().to_string();
            assert!(error.contains(&file.name), "{name}, byte {at}: {error}");
            // A look into it without reading the rest is no way round that.
            let object = Object::new(
                Arc::clone(&depot),
                name.clone(),
                file.bytes,
                Some(Arc::new(sums.clone())),
            );
            let looked = Table::open(object, Stream::Usage);
            let looked = looked.and_then(|table| table.fetch(0)?.events(|_| true));
            assert!(looked.is_err(), "{name}, byte {at}");
        }
        depot.put(&name, &whole[..whole.len() - 1]).unwrap();
        assert!(verify(&depot, &manifest, part, |_| {}).is_err());
        depot.remove(&name).unwrap();
        let missing = verify(&depot, &manifest, part, |_| {}).unwrap_err();
        assert!(missing.is_missing(), "{missing}");
        depot.put(&name, &whole).unwrap();
    }
    verify(&depot, &manifest, part, |_| {}).unwrap();
}

#[test]
fn a_manifest_that_says_otherwise_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (depot, manifest, _) = archived(dir.path(), Stream::Usage, &events());
    let changes: [fn(&mut Manifest); 6] = [
        |manifest| manifest.parts[0].events.rows += 1,
        |manifest| manifest.parts[0].events.sha256.replace_range(..1, "x"),
        |manifest| manifest.parts[0].events.rows_sha256.replace_range(..1, "x"),
        |manifest| manifest.parts[0].first.seq += 1,
        |manifest| manifest.parts[0].last.time = Timestamp::from_us(0),
        |manifest| manifest.parts[0].payloads.as_mut().unwrap().rows = 0,
    ];
    for change in changes {
        let mut changed = manifest.clone();
        change(&mut changed);
        assert!(verify(&depot, &changed, &changed.parts[0], |_| {}).is_err());
    }
    let other = Stream::Usage.period(Timestamp::from_us(0));
    depot
        .put(
            "usage/1970-01-01/manifest.json",
            manifest.to_json().as_bytes(),
        )
        .unwrap();
    assert!(Manifest::get(&*depot, Stream::Usage, other).is_err());
}

#[test]
fn events_out_of_order_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let events = events();
    let period = Stream::Usage.period(events[0].time);
    let mut writer = PartWriter::new(dir.path(), Stream::Usage, period).unwrap();
    writer.add(&events[3], content_hash(&events[3])).unwrap();
    assert!(writer.add(&events[3], 0).is_err() && writer.add(&events[2], 0).is_err());
    let empty = PartWriter::new(dir.path(), Stream::Usage, period).unwrap();
    assert!(empty.finish(1).unwrap().is_none());
}

#[test]
fn what_no_manifest_names_is_tidied_away_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (depot, mut manifest, _) = archived(dir.path(), Stream::Usage, &events());
    let own = Manifest::dir(manifest.stream, manifest.period);
    for name in [
        "2-left.events.parquet",
        "x.parquet.new",
        "README",
        "other.csv",
    ] {
        depot.put(&format!("{own}{name}"), b"x").unwrap();
    }
    manifest.tidy(&*depot).unwrap();
    assert_eq!(
        depot.list(&own).unwrap().len(),
        5,
        "two files, the manifest, two of others"
    );
    verify(&depot, &manifest, &manifest.parts[0], |_| {}).unwrap();
    manifest.parts.clear();
    manifest.tidy(&*depot).unwrap();
    let mut left = depot.list(&own).unwrap();
    left.sort();
    assert_eq!(left, [format!("{own}README"), format!("{own}other.csv")]);
    assert!(Path::new(dir.path()).join("archive").is_dir());
}
