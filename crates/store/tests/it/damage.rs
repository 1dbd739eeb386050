//! A bit of a file flips while the store is closed. Whatever is asked then is answered as before,
//! or with an error that says where the damage is; a damaged log or dictionary may stop the start.
//! Nothing wrong is ever served, and nothing panics outside a query.

use super::injected::copy;
use super::{memory_dir, quiet};
use daybook_model::aggregate::{BreakdownRequest, Measure, SeriesRequest};
use daybook_model::catalogue::field;
use daybook_model::logstore::{ArchiveRequest, HistogramRequest, ScanRequest, StoreResult, Write};
use daybook_model::{
    Event, Ledger, ListRequest, LogStore, Query, Sort, StoreError, Stream, Timestamp,
};
use daybook_store::{Options, Store};
use daybook_testkit::{fields_of, walk};
use futures_executor::block_on;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const START_US: i64 = 1_772_323_200_000_000;
/// Flips in each file, spread over it, beside its first and last bytes.
const FLIPS_OF_EACH: usize = 2;

/// Panics of threads that must not panic.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[test]
fn a_flipped_bit_is_never_served_as_truth() {
    watch_for_panics();
    let (template, dir) = (memory_dir(), memory_dir());
    make(template.path());
    copy(template.path(), dir.path());
    let expected = answers(&Store::open(quiet(dir.path())).unwrap());
    let wrong: Vec<_> = expected
        .iter()
        .filter(|(_, answer)| answer.is_err())
        .collect();
    assert!(wrong.is_empty(), "before any damage: {wrong:?}");

    let (mut flips, mut noticed, mut problems) = (0, 0, Vec::new());
    for file in files(template.path()) {
        let bytes = std::fs::read(template.path().join(&file)).unwrap();
        for at in places(&file, &bytes) {
            flips += 1;
            std::fs::remove_dir_all(dir.path()).unwrap();
            copy(template.path(), dir.path());
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(dir.path().join(&file), flipped).unwrap();
            match check(dir.path(), &file, &expected) {
                Ok(seen) => noticed += usize::from(seen),
                Err(problem) => problems.push(format!("{}, byte {at}: {problem}", file.display())),
            }
        }
    }
    eprintln!("{flips} flips, {noticed} noticed, the others harmless");
    assert!(
        problems.is_empty(),
        "{} of {flips} flips:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert!(noticed > flips / 4, "{noticed} of {flips}");
}

/// Whether a flip was noticed.
fn check(dir: &Path, file: &Path, expected: &[Answer]) -> Result<bool, String> {
    let store = match Store::open(quiet(dir)) {
        Ok(store) => store,
        Err(StoreError::Damaged(_)) => return Ok(true),
        Err(StoreError::Unavailable(why)) if why.contains("private.key") => return Ok(true),
        Err(error) => {
            return Err(format!(
                "the start fails without telling of damage: {error}"
            ));
        }
    };
    let found = answers(&store);
    drop(store);
    if let Some(panic) = PANICS.lock().unwrap().pop() {
        return Err(panic);
    }
    // The last commit of the log cannot be told from a torn write.
    let tail = file.starts_with("wal");
    let mut noticed = false;
    for ((question, before), (_, now)) in expected.iter().zip(&found) {
        match now {
            _ if now == before => {}
            Ok(_) if tail => noticed = true,
            Err(StoreError::Damaged(message)) if names_place(message) => noticed = true,
            _ => {
                return Err(format!(
                    "{question}: {now:.300?}\ninstead of {before:.300?}"
                ));
            }
        }
    }
    Ok(noticed)
}

fn names_place(message: &str) -> bool {
    [
        "partition ",
        "payload file ",
        "write-ahead log",
        "dictionary ",
        "ledger file ",
        "ledger/signed",
        "ledger/checkpoint",
        "archive ",
    ]
    .iter()
    .any(|place| message.contains(place))
}

fn watch_for_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or_default();
        // A query may: it fails alone, and the damage is told from what was read.
        if !name.starts_with("query-") {
            PANICS
                .lock()
                .unwrap()
                .push(format!("{name} panicked: {panic}"));
        }
        eprintln!("{name}: {panic}");
    }));
}

/// A directory with something of everything: sealed and open partitions of each stream, payloads,
/// words, archived events with others that came late, and a log with commits that were not moved.
fn make(dir: &Path) {
    let options = |lateness| Options {
        head_events_max: 10,
        lateness,
        ..quiet(dir)
    };
    for (lateness, first) in [(Duration::ZERO, 0), (Duration::from_secs(1 << 40), 40)] {
        let store = Store::open(options(lateness)).unwrap();
        for number in 0..4 {
            let from = first + number * 10;
            block_on(store.append((from..from + 10).map(event).collect())).unwrap();
        }
        wait_until_moved(&store);
        if first == 0 {
            let day = Timestamp::from_us(START_US + Timestamp::DAY_US);
            for (stream, before) in [(Stream::Usage, day), (Stream::Audit, Timestamp::MAX)] {
                let archive = || store.archive(ArchiveRequest { stream, before });
                while !block_on(archive()).unwrap().done {}
                assert_eq!(store.archived(stream).len(), 1);
            }
        }
    }
    let store = Store::open(quiet(dir)).unwrap();
    for number in 80..84 {
        block_on(store.append(vec![event(number)])).unwrap();
    }
}

fn wait_until_moved(store: &Store) {
    let began = Instant::now();
    while block_on(store.stats()).unwrap().head_events > 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "nothing moves");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
}

fn event(number: i64) -> Write {
    let stream = [
        Stream::Usage,
        Stream::Usage,
        Stream::System,
        Stream::Audit,
        Stream::Auth,
    ][usize::try_from(number % 5).unwrap()];
    let mut event = Event::new(stream);
    event.id = format!("event-{number}").into();
    event.time = Timestamp::from_us(START_US + number * 37_000_000_000 % (2 * Timestamp::DAY_US));
    event.set_text("request_id", format!("{:032x}", number * 7919));
    match stream {
        Stream::Usage => {
            for (name, text) in [
                ("kind", "call"),
                ("outcome", "success"),
                ("platform_model", "model-a"),
            ] {
                event.set_text(name, text);
            }
            event.set_text("user_name", format!("user-{}", number % 7));
            event.set_text("content", format!("Question {number} of many words"));
            event.set_integer("input_tokens", number);
            event.set_integer("cost", number * 1_000_003);
            event.set_integer("latency_ms", number * 13 % 101);
            event.set_json(
                "request",
                format!("{{\"prompt\":\"{}\"}}", "words ".repeat(30)),
            );
        }
        Stream::System => {
            event.set_text("level", "warning");
            event.set_text("message", format!("Job {number} failed"));
        }
        Stream::Audit => event.set_text("action", "model.disabled"),
        Stream::Auth => event.set_text("event", "sign_in"),
    }
    Write::Append(event)
}

/// What was asked, and what was answered, as text.
type Answer = (String, StoreResult<String>);

fn answers(store: &Store) -> Vec<Answer> {
    let mut answers = Vec::new();
    for stream in Stream::ALL {
        about_stream(store, stream, &mut answers);
    }
    about_usage(store, &mut answers);
    about_ledger(store, &mut answers);
    answers
}

/// A ledger that does not agree with itself says so, and nothing else.
fn about_ledger(store: &Store, answers: &mut Vec<Answer>) {
    let refused = store.health().refused;
    let mut add = |what: String, answer: StoreResult<String>| {
        let refused = refused.clone().map(StoreError::Damaged);
        answers.push((what, refused.map_or(answer, Err)));
    };
    add("checkpoint".into(), text(Ok(store.checkpoint())));
    for index in 0..17 {
        add(format!("entry {index}"), text(block_on(store.entry(index))));
        add(format!("proof {index}"), text(block_on(store.proof(index))));
    }
    for part in ["tile/0/000.p/17", "tile/entries/000.p/9", "body/000.p/17"] {
        add(part.into(), text(block_on(store.resource(part.into()))));
    }
}

fn about_stream(store: &Store, stream: Stream, answers: &mut Vec<Answer>) {
    let mut add = |what: &str, answer| answers.push((format!("{what} of {stream}"), answer));
    let all = || Query::all(stream);
    let list = |offset| ListRequest {
        query: all(),
        sort: Sort::newest(stream),
        offset,
        limit: 20,
    };
    let everything = ScanRequest {
        query: all(),
        after: None,
        limit: 200,
        fields: fields_of(stream, true),
    };
    let newest = block_on(store.list(list(0)));
    add("newest", text(newest.map(|page| page.events)));
    let deep = block_on(store.list(list(12)));
    add("deep page", text(deep.map(|page| page.total)));
    add("walk", text(walk(store, everything)));
    add("count", text(block_on(store.count(all()))));
    for number in (0..84).step_by(9) {
        let id = format!("event-{number}");
        add(&id, text(block_on(store.get(all(), id.clone()))));
    }
    let kind = match stream {
        Stream::Usage => "platform_model",
        Stream::Audit => "action",
        Stream::Auth => "event",
        Stream::System => "level",
    };
    let values = store.values(all(), field(stream, kind), String::new(), 50);
    add("values", text(block_on(values)));
}

fn about_usage(store: &Store, answers: &mut Vec<Answer>) {
    let mut add = |what: &str, answer| answers.push((what.into(), answer));
    let query = || Query {
        from: Some(Timestamp::from_us(START_US)),
        to: Some(Timestamp::from_us(START_US + 4 * Timestamp::DAY_US)),
        ..Query::all(Stream::Usage)
    };
    let of = |name| field(Stream::Usage, name);
    let (by, name) = (of("user_name"), Some(of("platform_model")));
    let dearest = ListRequest {
        query: query(),
        sort: Sort {
            field: of("cost"),
            descending: true,
        },
        offset: 0,
        limit: 9,
    };
    let page = block_on(store.list(dearest));
    add("dearest", text(page.map(|page| page.events)));
    let users = store.values(query(), by, "user".into(), 9);
    add("users", text(block_on(users)));
    let histogram = HistogramRequest {
        query: query(),
        interval_us: Timestamp::HOUR_US,
        by: Some(by),
    };
    add("histogram", text(block_on(store.histogram(histogram))));
    add("summary", text(block_on(store.summary(query()))));
    let breakdown = BreakdownRequest {
        query: query(),
        by,
        name,
        order: Measure::Cost,
        offset: 1,
        limit: 3,
        quantiles: true,
    };
    add("breakdown", text(block_on(store.breakdown(breakdown))));
    let series = SeriesRequest {
        query: query(),
        interval_us: Timestamp::DAY_US,
        by: Some(by),
        name,
        order: Measure::Cost,
        limit: 3,
    };
    add("series", text(block_on(store.series(series))));
}

fn text<T: Debug>(answer: StoreResult<T>) -> StoreResult<String> {
    answer.map(|answer| format!("{answer:?}"))
}

/// All files, as paths beneath the directory. A lock has nothing in it, a spare only zeros.
fn files(dir: &Path) -> Vec<PathBuf> {
    fn walk(root: &Path, dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(root, &path, files);
            } else if entry.metadata().unwrap().len() > 0 && entry.file_name() != "spare" {
                files.push(path.strip_prefix(root).unwrap().into());
            }
        }
    }
    let mut files_found = Vec::new();
    walk(dir, dir, &mut files_found);
    files_found.sort();
    files_found
}

/// Where to flip: with `FLIPS_OF_EACH` set, more. Behind the commits of a log there are zeros.
fn places(file: &Path, bytes: &[u8]) -> Vec<usize> {
    let wanted = std::env::var("FLIPS_OF_EACH").map_or(FLIPS_OF_EACH, |n| n.parse().unwrap());
    let length = if file.starts_with("wal") {
        bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1)
    } else {
        bytes.len()
    };
    let step = length.div_ceil(wanted).max(1);
    // Files of one kind are hit at other places.
    let first = file.as_os_str().len() % step;
    let mut places: Vec<usize> = (first..length).step_by(step).collect();
    places.extend([0, length - 1]);
    places.sort_unstable();
    places.dedup();
    places
}
