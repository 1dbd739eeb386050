//! A store and its yardstick, side by side.

use super::question::{Answer, Question, ask, everything};
use super::show;
use super::step::Step;
use super::sums;
use crate::MemoryStore;
use crate::generate::redelivered;
use crate::walk::walk;
use daybook_model::catalogue::field;
use daybook_model::ledger::Receipt;
use daybook_model::logstore::{
    BoxFuture, Outcome, Progress, Removal, ScanRequest, StoreResult, Write,
};
use daybook_model::{ListRequest, LogStore, Query, Sort, Stream};
use futures_executor::block_on;
use futures_util::future::join_all;
use proptest::sample::Index;
use proptest::test_runner::{TestCaseError, TestCaseResult};
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

/// Longer than background work waits in a store opened for tests.
const PAUSE: Duration = Duration::from_millis(25);

pub(super) struct Run<'a, F> {
    open: &'a F,
    directory: tempfile::TempDir,
    /// Absent only while the store is closed.
    store: Option<Arc<dyn LogStore>>,
    model: MemoryStore,
    /// Every event that was ever sent, stored or not.
    sent: Vec<Write>,
}

impl<'a, F: Fn(&Path) -> Arc<dyn LogStore>> Run<'a, F> {
    /// Takes all steps, comparing every answer; then compares everything, opens once more and
    /// compares everything again.
    pub(super) fn all(open: &'a F, steps: &[Step]) -> TestCaseResult {
        let directory = tempfile::tempdir().map_err(|e| fail(format!("no directory: {e}")))?;
        let mut run = Self {
            store: Some(open(directory.path())),
            open,
            directory,
            model: MemoryStore::default(),
            sent: Vec::new(),
        };
        for step in steps {
            run.take(step)?;
        }
        run.compare_everything()?;
        run.reopen();
        run.compare_everything()
    }

    fn take(&mut self, step: &Step) -> TestCaseResult {
        match step {
            Step::Deliver(batch) => self.deliver(vec![batch.clone()])?,
            Step::Together(batches) => self.deliver(batches.clone())?,
            Step::Redeliver(which) => self.deliver(vec![self.earlier(which, again)])?,
            Step::Contradict(which) => self.deliver(vec![self.earlier(which, contradiction)])?,
            Step::Ask(questions) => {
                questions
                    .iter()
                    .try_for_each(|question| self.compare(question))?;
            }
            Step::Reopen => self.reopen(),
            Step::Crash(batch) => self.crash(batch)?,
            Step::Remove(request, cut) => {
                // Payloads go by whole files, whose events nobody counts.
                let counted = !cut && request.removal == Removal::Events;
                self.work_off(*cut, counted, |store| store.remove(request.clone()))?;
            }
            Step::Erase(request, cut) => {
                self.work_off(*cut, !cut, |store| store.erase(request.clone()))?;
            }
            Step::Archive(request, cut) => {
                self.work_off(*cut, !cut, |store| store.archive(request.clone()))?;
            }
            Step::Pause => std::thread::sleep(PAUSE),
        }
        Ok(())
    }

    fn store(&self) -> &dyn LogStore {
        let store = self.store.as_deref();
        store.expect("invariant: a closed store is opened at once")
    }

    fn reopen(&mut self) {
        self.store = None;
        self.store = Some((self.open)(self.directory.path()));
    }

    /// Delivers batches at the same time, in this order.
    fn deliver(&mut self, batches: Vec<Vec<Write>>) -> TestCaseResult {
        self.sent.extend(batches.iter().flatten().cloned());
        let outcomes = |store: &dyn LogStore| -> Vec<StoreResult<Vec<Outcome>>> {
            let appends = batches.iter().map(|batch| store.append(batch.clone()));
            block_on(join_all(appends))
        };
        let (expected, found) = (outcomes(&self.model), outcomes(self.store()));
        learn(&self.model, self.store()).map_err(fail)?;
        let known = |outcomes: Vec<Outcome>| -> Vec<Outcome> {
            let outcomes = outcomes.into_iter();
            outcomes.map(|outcome| self.model.known(outcome)).collect()
        };
        let expected: Vec<_> = expected.into_iter().map(|one| one.map(known)).collect();
        if expected == found {
            return Ok(());
        }
        let sent = show::step(&Step::Together(batches));
        Err(fail(format!(
            "{sent}\nexpected {expected:?}\nfound    {found:?}"
        )))
    }

    fn earlier(&self, which: &[Index], change: fn(&Write) -> Write) -> Vec<Write> {
        let some = which.iter().filter(|_| !self.sent.is_empty());
        some.map(|index| change(index.get(&self.sent))).collect()
    }

    /// Whether a batch under way was stored is open, but it was stored as a whole or not at all.
    fn crash(&mut self, batch: &[Write]) -> TestCaseResult {
        let with_batch = self.model.clone();
        block_on(with_batch.append(batch.to_vec())).map_err(|e| fail(e.to_string()))?;
        let mut under_way = self.store().append(batch.to_vec());
        poll_once(&mut under_way);
        drop(under_way);
        self.reopen();
        self.sent.extend(batch.iter().cloned());
        if self.compare_everything().is_err() {
            self.model = with_batch;
            return self.compare_everything().map_err(|error| {
                let batch = show::batch(batch);
                fail(format!(
                    "a crash while {batch} was under way left neither all of it nor nothing; \
                     compared with all of it: {error}"
                ))
            });
        }
        Ok(())
    }

    /// Repeats a request until it is done, and compares what is left. When it is cut short, the
    /// store is closed while the first of its steps is under way.
    fn work_off(
        &mut self,
        cut: bool,
        counted: bool,
        ask: impl Fn(&dyn LogStore) -> BoxFuture<'_, StoreResult<Progress>>,
    ) -> TestCaseResult {
        if cut {
            let mut under_way = ask(self.store());
            poll_once(&mut under_way);
            drop(under_way);
            self.reopen();
        }
        let (expected, found) = (repeat(&self.model, &ask), repeat(self.store(), &ask));
        let agree = match (&expected, &found) {
            (Ok(expected), Ok(found)) => !counted || expected == found,
            (expected, found) => expected.is_err() == found.is_err(),
        };
        if !agree {
            return Err(fail(format!("expected {expected:?}\nfound    {found:?}")));
        }
        self.compare_everything()
    }

    fn compare(&self, question: &Question) -> TestCaseResult {
        compare(&self.model, self.store(), question).map_err(fail)
    }

    fn compare_everything(&self) -> TestCaseResult {
        compare_contents(&self.model, self.store()).map_err(fail)?;
        let mut sums = sums::of_everything().into_iter();
        sums.try_for_each(|question| self.compare(&question))
    }
}

fn poll_once<T>(future: &mut BoxFuture<'_, T>) {
    let _ = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
}

/// Asks until all is done; answers how many events were concerned.
fn repeat(
    store: &dyn LogStore,
    ask: impl Fn(&dyn LogStore) -> BoxFuture<'_, StoreResult<Progress>>,
) -> Result<u64, String> {
    /// More than any sequence has partitions: work that does not end is a wrong answer, too.
    const STEPS_MAX: usize = 1_000;
    let mut events = 0;
    for _ in 0..STEPS_MAX {
        let progress = block_on(ask(store)).map_err(|e| e.to_string())?;
        events += progress.events;
        if progress.done {
            return Ok(events);
        }
    }
    Err(format!("not done after {STEPS_MAX} steps"))
}

/// Lets the yardstick know the leaf hashes that a store has given: nobody can foretell them.
fn learn(model: &MemoryStore, store: &dyn LogStore) -> Result<(), String> {
    let fields = ["ledger_index", "leaf_hash"];
    let request = ScanRequest {
        query: Query::all(Stream::Audit),
        after: None,
        limit: 1_000,
        fields: fields.map(|name| field(Stream::Audit, name)).into(),
    };
    let events = walk(store, request).map_err(|e| e.to_string())?;
    let receipts = events.iter().filter_map(Receipt::of);
    receipts.for_each(|receipt| model.learn(receipt));
    Ok(())
}

/// Compares all that a store holds with what it should hold: every event with its payloads, the
/// newest pages, and some events by their ids.
///
/// # Errors
/// Shows the first difference.
pub fn compare_contents(expected: &MemoryStore, found: &dyn LogStore) -> Result<(), String> {
    learn(expected, found)?;
    compare(expected, found, &Question::Stats)?;
    for stream in Stream::ALL {
        compare(expected, found, &everything(stream))?;
        compare(expected, found, &Question::Archived(stream))?;
        let newest = ListRequest {
            query: Query::all(stream),
            sort: Sort::newest(stream),
            offset: 0,
            limit: 50,
        };
        compare(expected, found, &Question::List(newest))?;
        let ids = expected.ids(stream);
        for id in ids.iter().step_by(ids.len() / 8 + 1) {
            let by_id = Question::Get(Query::all(stream), id.clone());
            compare(expected, found, &by_id)?;
        }
    }
    Ok(())
}

fn compare(model: &MemoryStore, store: &dyn LogStore, question: &Question) -> Result<(), String> {
    let expected = ask(model, question).map_err(|e| e.to_string())?;
    match ask(store, question) {
        Ok(found) if found == expected => Ok(()),
        Ok(found) => Err(difference(question, &expected, &found)),
        Err(error) => {
            let asked = show::question(question);
            Err(format!("asked {asked}\nfound the error: {error}"))
        }
    }
}

fn again(write: &Write) -> Write {
    match write {
        Write::Append(event) => Write::Append(redelivered(event)),
        Write::Amend(event) => Write::Amend(redelivered(event)),
    }
}

fn contradiction(write: &Write) -> Write {
    let mut event = write.event().clone();
    event.set_text("workspace_name", "Contradiction");
    Write::Append(event)
}

fn difference(question: &Question, expected: &Answer, found: &Answer) -> String {
    let mut text = format!(
        "asked {}\nexpected {}\nfound    {}",
        show::question(question),
        show::answer(expected),
        show::answer(found)
    );
    if let Some((expected, found)) = show::first_difference(expected, found) {
        text.push_str(&format!(
            "\nexpected event {expected}\nfound event    {found}"
        ));
    }
    text
}

fn fail(message: String) -> TestCaseError {
    TestCaseError::fail(message)
}
