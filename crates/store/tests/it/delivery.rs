//! A process with an open store that delivers batches, one after the other, and says what became
//! of each; and the check, when it has ended in whatever way, that what it said is true.

use super::open;
use daybook_model::logstore::Write;
use daybook_model::{Event, LogStore, StoreError, Stream, Timestamp};
use daybook_testkit::{MemoryStore, compare_contents, generate};
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

    fn add(&mut self, count: usize) {
        for batch in batches().skip(self.batches).take(count) {
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
        self.add(acknowledged);
        let first = match compare_contents(&self.model, store) {
            Ok(()) => return Ok(()),
            Err(difference) => difference,
        };
        for _ in 0..under_way {
            self.add(1);
            if compare_contents(&self.model, store).is_ok() {
                return Ok(());
            }
        }
        Err(format!(
            "after {acknowledged} acknowledged batches: {first}"
        ))
    }
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
    let mut waiting = batches().skip(number(FIRST)).take(number(BATCHES));
    let mut under_way = VecDeque::new();
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
