//! A process with an open store that delivers batches, one after the other, and says what became
//! of each; and the check, when it has ended in whatever way, that what it said is true.

use super::open;
use daybook_model::logstore::{ArchiveRequest, ScanRequest, StoreResult, Write};
use daybook_model::{Event, LogStore, Query, StoreError, Stream, Timestamp};
use daybook_testkit::{MemoryStore, compare_contents, fields_of, generate};
use futures_executor::block_on;
use std::collections::VecDeque;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SEED: u64 = 20_260_301;
const DIR: &str = "DELIVERY_DIR";
const FIRST: &str = "DELIVERY_FIRST";
const BATCHES: &str = "DELIVERY_BATCHES";
const UNDER_WAY: &str = "DELIVERY_UNDER_WAY";
/// Set when the process archives everything now and then.
pub(crate) const ARCHIVES: &str = "DELIVERY_ARCHIVES";
/// After so many batches.
const ARCHIVED_EVERY: usize = 4;

/// What the process says.
pub(crate) const ACKNOWLEDGED: &str = "acknowledged";
pub(crate) const REFUSED: &str = "refused";
/// All is delivered and moved into partitions, or will not be.
pub(crate) const DONE: &str = "done";

/// The command of a process that delivers a number of batches from the given one on, keeping some
/// of them under way at once.
pub(crate) fn command(dir: &Path, first: usize, batches: usize, under_way: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "delivery::process", "--ignored", "--nocapture"])
        .env(DIR, dir)
        .env(FIRST, first.to_string())
        .env(BATCHES, batches.to_string())
        .env(UNDER_WAY, under_way.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// All batches, in the order in which processes deliver them. Two of the first forty fill a tile of the
/// ledger.
pub(crate) fn batches() -> impl Iterator<Item = Vec<Write>> {
    let generated = generate::batches(SEED).enumerate();
    generated.map(|(number, batch)| match number {
        5 | 15 | 25 | 35 => (0..140).map(|at| deed(number, at)).collect(),
        _ => batch,
    })
}

/// The same for processes that archive or not: what completes an event comes before that is archived, or
/// is a conflict, and nobody outside knows which. So those that archive deliver whole events alone.
fn batches_of(archives: bool) -> impl Iterator<Item = Vec<Write>> {
    batches().map(move |mut batch| {
        batch.retain(|write| !archives || matches!(write, Write::Append(_)));
        batch
    })
}

fn deed(batch: usize, at: usize) -> Write {
    let mut event = Event::new(Stream::Audit);
    event.id = format!("deed-{batch}-{at}").into();
    event.time = Timestamp::from_us(1_772_323_200_000_000 + i64::try_from(at).unwrap());
    event.set_text("action", "model.disabled");
    event.set_text("actor_name", format!("Ana {at}"));
    Write::Append(event)
}

/// What a store must hold after some batches.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    model: MemoryStore,
    batches: usize,
}

impl Delivered {
    /// How many batches there are.
    pub(crate) const fn batches(&self) -> usize {
        self.batches
    }

    /// The same after processes that archive. Each event is online or archived, and once; when
    /// everything is archived, which goes on from wherever it was, the contents are the same.
    pub(crate) fn check_archived(
        &mut self,
        store: &dyn LogStore,
        acknowledged: usize,
        under_way: usize,
    ) -> Result<(), String> {
        let failed = |error: StoreError| error.to_string();
        let before = each_once(store)?;
        archive_all(store).map_err(failed)?;
        let after = each_once(store)?;
        if before != after {
            return Err(format!("archiving made {after:?} of {before:?} events"));
        }
        archive_all(&self.model).map_err(failed)?;
        self.add(acknowledged, true);
        archive_all(&self.model).map_err(failed)?;
        let first = match compare_contents(&self.model, store) {
            Ok(()) => return Ok(()),
            Err(difference) => difference,
        };
        for _ in 0..under_way {
            self.add(1, true);
            archive_all(&self.model).map_err(failed)?;
            if compare_contents(&self.model, store).is_ok() {
                return Ok(());
            }
        }
        Err(format!(
            "after {acknowledged} acknowledged batches: {first}"
        ))
    }

    fn add(&mut self, count: usize, archives: bool) {
        for batch in batches_of(archives).skip(self.batches).take(count) {
            block_on(self.model.append(batch)).unwrap();
            self.batches += 1;
        }
    }

    /// Checks that the store holds these batches and the next ones that were acknowledged. Of
    /// those under way then, any may have survived, but only after all before it.
    pub(crate) fn check(
        &mut self,
        store: &dyn LogStore,
        acknowledged: usize,
        under_way: usize,
    ) -> Result<(), String> {
        self.add(acknowledged, false);
        let first = match compare_contents(&self.model, store) {
            Ok(()) => return Ok(()),
            Err(difference) => difference,
        };
        for _ in 0..under_way {
            self.add(1, false);
            if compare_contents(&self.model, store).is_ok() {
                return Ok(());
            }
        }
        Err(format!(
            "after {acknowledged} acknowledged batches: {first}"
        ))
    }
}

/// Archives all events there are.
pub(crate) fn archive_all(store: &dyn LogStore) -> StoreResult<()> {
    for stream in Stream::ALL {
        let before = Timestamp::MAX;
        while !block_on(store.archive(ArchiveRequest { stream, before }))?.done {}
    }
    Ok(())
}

/// How many events of each stream there are, none of which is both online and archived.
fn each_once(store: &dyn LogStore) -> Result<[u64; 4], String> {
    let failed = |error: StoreError| error.to_string();
    let mut counts = [0; 4];
    for (count, stream) in counts.iter_mut().zip(Stream::ALL) {
        let mut request = ScanRequest {
            query: Query::all(stream),
            after: None,
            limit: 100,
            fields: fields_of(stream, true),
        };
        loop {
            let step = block_on(store.scan(request.clone())).map_err(failed)?;
            *count += step.table.rows as u64;
            request.after = step.next;
            if step.next.is_none() {
                break;
            }
        }
        let online = block_on(store.count(Query::all(stream))).map_err(failed)?;
        let archived: u64 = store.archived(stream).iter().map(|one| one.events).sum();
        if online + archived != *count {
            return Err(format!(
                "{count} {stream} events, but {online} online and {archived} archived"
            ));
        }
    }
    Ok(counts)
}

fn number(name: &str) -> usize {
    std::env::var(name).unwrap().parse().unwrap()
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    // One call, so that a reader never sees half of it.
    out.write_all(format!("{what}\n").as_bytes()).unwrap();
}

#[test]
#[ignore = "runs in a process of its own"]
fn process() {
    let dir = std::env::var(DIR).unwrap();
    let store = open(Path::new(&dir));
    let archives = std::env::var_os(ARCHIVES).is_some();
    let waiting = batches_of(archives).skip(number(FIRST));
    let mut waiting = waiting.take(number(BATCHES));
    let mut under_way = VecDeque::new();
    let mut delivered = 0;
    loop {
        let free = number(UNDER_WAY) - under_way.len();
        under_way.extend(waiting.by_ref().take(free).map(|batch| {
            let answer = store.append(batch.clone());
            (batch, answer)
        }));
        let Some((batch, answer)) = under_way.pop_front() else {
            break;
        };
        if block_on(answer)
            .or_else(|error| again(&store, &batch, error))
            .is_err()
        {
            break;
        }
        say(ACKNOWLEDGED);
        delivered += 1;
        if archives && delivered % ARCHIVED_EVERY == 0 {
            // What fails is tried again, by the next process at the latest.
            let _ = archive_all(&store);
        }
    }
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(300)
        && block_on(store.stats()).is_ok_and(|stats| stats.head_events > 0)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    say(DONE);
    std::thread::sleep(Duration::from_secs(60));
}

/// Delivers a refused batch again, as senders do.
fn again<T>(
    store: &dyn LogStore,
    batch: &[Write],
    mut error: StoreError,
) -> Result<Vec<T>, StoreError> {
    for _ in 0..4 {
        say(&format!("{REFUSED}: {error}"));
        match block_on(store.append(batch.to_vec())) {
            Ok(_) => return Ok(Vec::new()),
            Err(next) => error = next,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    say(&format!("{REFUSED}: {error}"));
    Err(error)
}
