//! `daybook import`: events from files into the store of a directory, without a server. Every
//! event passes the same gate as one that is posted.

mod batch;
mod feed;
mod report;
mod source;

use crate::cli::ImportArgs;
use crate::config::ARCHIVE;
use crate::{Failure, backup, config, keys, logging, output, serve, signals};
use batch::Gate;
use daybook_archive::Folder;
use daybook_model::{LogStore, StoreError};
use daybook_server::Redactor;
use daybook_server::control::{Control, check_origin};
use daybook_store::Store;
use daybook_store::ledger::LedgerOptions;
use feed::Feed;
use futures_util::{StreamExt, stream};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use report::{Report, Summary};
use serde_json::json;
use source::{Chunk, Source};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// The import could not be done, or not to its end.
const COULD_NOT: u8 = 2;
/// Some lines were refused.
const REJECTED: u8 = 1;

/// How long the end of an import waits for its events to be indexed.
const SETTLE_MAX: Duration = Duration::from_secs(300);
/// Events that a start replays from the log in a moment.
const SETTLED_EVENTS: u64 = 70_000;
/// Files that the audit event of an import names.
const FILES_RECORDED_MAX: usize = 100;

/// Imports files. 0: everything was taken or known. 1: some lines were refused. 2: it could not.
pub(crate) async fn run(args: ImportArgs) -> ExitCode {
    match import(args).await {
        Ok(summary) if summary.rejected_total == 0 => ExitCode::SUCCESS,
        Ok(_) => REJECTED.into(),
        Err(failure) => {
            output::note(&format!("daybook: {failure}"));
            COULD_NOT.into()
        }
    }
}

async fn import(args: ImportArgs) -> Result<Summary, Failure> {
    logging::start("warn")?;
    check_origin(&args.origin)?;
    let (data_dir, ledger) = config::data_dir_and_ledger(args.place)?;
    let sources: Vec<Source> = args.files.iter().map(|path| Source::named(path)).collect();
    let names: Vec<String> = sources.iter().map(Source::name).collect();
    let mut report = Report::new(names.clone(), args.rejects.as_deref())?;
    backup::check(&data_dir)?;
    let news = keys::news_of(&data_dir);
    let store = open(&data_dir, ledger.options(&data_dir, None)?).await?;
    let control = Control::open(&data_dir).await?;
    let control = control.delivering_to(Arc::new(store.clone()));
    if let Some(news) = news {
        output::note(&news);
    }

    let began = Instant::now();
    let gate = Gate {
        origin: args.origin.as_str().into(),
        redactor: Redactor::of(&control).await?,
    };
    let outcome = feed(sources, gate, &store, &mut report).await;
    settle(&store).await;
    let summary = report.finish(began.elapsed(), outcome.is_ok())?;
    tell(&summary, began.elapsed());
    let recorded = record(&control, &args.origin, &names, &summary).await;
    control.close().await;
    close(store).await?;
    outcome?;
    recorded?;
    Ok(summary)
}

async fn open(data_dir: &Path, ledger: LedgerOptions) -> Result<Store, Failure> {
    // Whether an event is archived already, the store knows without asking there.
    let archive = Arc::new(Folder::new(data_dir.join(ARCHIVE)));
    let opened = serve::open_store(data_dir, ledger, archive).await;
    opened.map_err(|error| match error {
        Failure::Store(StoreError::Unavailable(why)) => Failure::Other(format!(
            "{why}. If a Daybook serves this directory, send it the events instead:\n  \
             curl http://127.0.0.1:7070/api/v1/events -H \"Authorization: Bearer $DAYBOOK_KEY\" \\\n    \
             -H 'Content-Type: application/x-ndjson' --data-binary @FILE"
        )),
        error => error,
    })
}

async fn close(store: Store) -> Result<(), Failure> {
    let closed = tokio::task::spawn_blocking(move || store.close()).await;
    closed.map_err(|error| Failure::Other(format!("closing the store: {error}")))
}

/// Feeds all sources to the store, until the end or until the process is asked to stop.
async fn feed(
    sources: Vec<Source>,
    gate: Gate,
    store: &Store,
    report: &mut Report,
) -> Result<(), Failure> {
    let sizes: Option<Vec<u64>> = sources.iter().map(Source::size_bytes).collect();
    let read_bytes = Arc::new(AtomicU64::new(0));
    let bar = bar(sizes.map(|sizes| sizes.iter().sum()));
    let (events, began) = (AtomicU64::new(0), Instant::now());
    let progress = |more: u64| {
        let events = events.fetch_add(more, Ordering::Relaxed) + more;
        bar.set_position(read_bytes.load(Ordering::Relaxed));
        let rate = events as f64 / began.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!(
            "{} events, {}/s",
            HumanCount(events),
            HumanCount(rate as u64)
        ));
    };
    let feed = Feed {
        store,
        gate: Arc::new(gate),
        report,
        progress: &progress,
    };
    let stopped = AtomicBool::new(false);
    let stop = async {
        signals::stop().await;
        stopped.store(true, Ordering::Relaxed);
    };
    // Asked to stop, it still settles what the store has been given.
    let chunks = chunks(sources, Arc::clone(&read_bytes)).take_until(stop);
    let fed = feed.run(chunks).await;
    bar.finish_and_clear();
    match stopped.load(Ordering::Relaxed) {
        true => fed.and(Err(Failure::Other("stopped before the end".into()))),
        false => fed,
    }
}

/// The chunks of all sources, read by a thread.
fn chunks(
    sources: Vec<Source>,
    read_bytes: Arc<AtomicU64>,
) -> impl stream::Stream<Item = io::Result<Chunk>> {
    let (sender, receiver) = mpsc::channel(2);
    // Detached: reading standard input may never end, and must not keep the process.
    std::thread::spawn(move || {
        for (position, source) in sources.iter().enumerate() {
            let mut send = |chunk| sender.blocking_send(Ok(chunk)).is_ok();
            if let Err(error) = source::read(source, position, &read_bytes, &mut send) {
                let error = io::Error::new(error.kind(), format!("{}: {error}", source.name()));
                // Nobody may be listening any more.
                let _ = sender.blocking_send(Err(error));
                return;
            }
            if sender.is_closed() {
                return;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    })
}

/// Waits until what was imported is in partitions, so that the next start has little to replay.
async fn settle(store: &Store) {
    let style = ProgressStyle::with_template("{spinner} Indexing: {msg} events left");
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(100));
    let began = Instant::now();
    while began.elapsed() < SETTLE_MAX {
        let Ok(stats) = store.stats().await else {
            break;
        };
        if stats.head_events <= SETTLED_EVENTS {
            break;
        }
        bar.set_message(HumanCount(stats.head_events).to_string());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bar.finish_and_clear();
}

fn bar(bytes: Option<u64>) -> ProgressBar {
    let template = match bytes {
        Some(_) => "{bar:30} {percent:>3} %  {msg}  ({eta} left)",
        None => "{spinner} {msg}",
    };
    let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn tell(summary: &Summary, took: Duration) {
    let seconds = took.as_secs_f64();
    let dealt_with = summary.accepted + summary.duplicates;
    output::note(&format!(
        "Imported {} events, {} were there already, {} lines were refused; {seconds:.1} s, {} events/s.",
        HumanCount(summary.accepted),
        HumanCount(summary.duplicates),
        HumanCount(summary.rejected_total),
        HumanCount((dealt_with as f64 / seconds.max(0.001)) as u64),
    ));
}

/// Puts on record who brought what into the log.
async fn record(
    control: &Control,
    origin: &str,
    names: &[String],
    summary: &Summary,
) -> Result<(), Failure> {
    let details = json!({
        "origin": origin,
        "files": names.iter().take(FILES_RECORDED_MAX).collect::<Vec<_>>(),
        "accepted": summary.accepted,
        "duplicates": summary.duplicates,
        "rejected": summary.rejected_total,
    });
    let (origin, files) = (origin.to_owned(), names.join(", "));
    let actor = keys::actor();
    let told = control.change(&actor, "events.imported", |change| {
        Box::pin(async move {
            change.resource("events", &origin, &files);
            change.audit.set_json("details", details.to_string());
            Ok(())
        })
    });
    Ok(told.await?)
}
