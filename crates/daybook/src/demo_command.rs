//! `daybook demo`: a server on a throw-away directory with generated data in it.

use crate::cli::DemoArgs;
use crate::config::{self, ARCHIVE, Admin};
use crate::ledger::Ledger;
use crate::{Failure, demo, logging, output, serve, signals};
use daybook_archive::Folder;
use daybook_model::logstore::Write;
use daybook_model::validate::Intake;
use daybook_model::{LogStore, StoreError, Timestamp};
use daybook_server::control::{Actor, Control, NewKey, Scope, new_password};
use daybook_server::{App, Options};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const ORIGIN: &str = "demo";

/// Runs the demo; its directory is handed out, to be removed once the store is closed.
pub(crate) async fn run(args: DemoArgs, throw_away: &mut Option<TempDir>) -> Result<(), Failure> {
    let admin = config::admin()?.unwrap_or_else(|| Admin {
        email: "admin@example.com".into(),
        password: new_password(),
    });
    let reports = logging::start("warn")?;
    let listener = serve::listen(&args.listen).await?;
    let address = listener.local_addr()?;
    let data_dir = tempfile::Builder::new().prefix("daybook-demo-").tempdir()?;
    let data_dir = throw_away.insert(data_dir);
    let url = serve::url(address, false);
    let ledger = Ledger::default().options(data_dir.path(), None)?;
    let archive = Arc::new(Folder::new(data_dir.path().join(ARCHIVE)));
    let parts = serve::open(data_dir.path(), ledger, archive, Some(admin.clone()), &url).await?;
    let store = parts.log_store();
    let mut background = JoinSet::new();
    background.spawn(logging::store_reports(reports, Arc::clone(&store)));
    let until = args.until.unwrap_or_else(Timestamp::now);
    tokio::select! {
        loaded = load(args.seed, until, &store) => loaded?,
        () = signals::stop() => return Ok(()),
    }
    background.spawn(parts.control.clone().deliver_forever());
    let key = make_key(&parts.control).await?;
    introduce(&url, &admin, &key);
    for story in demo::stories(until) {
        output::result(&story);
    }
    if !args.no_open
        && std::io::stdout().is_terminal()
        && let Err(error) = open::that_detached(&url)
    {
        output::note(&format!("The browser could not be opened: {error}"));
    }
    let app = App::new(store, parts.control.clone(), options(until));
    background.spawn(app.clone().join_conversations_forever());
    background.spawn(app.clone().run_jobs_forever());
    background.spawn(app.clone().run_exports_forever());
    daybook_server::serve(listener, app, signals::stop()).await;
    background.shutdown().await;
    parts.close().await
}

/// As a server has them; audit events of a month that ended long ago stay in the lists.
fn options(until: Timestamp) -> Options {
    let default = Options::default();
    let since_us = Timestamp::now().us().saturating_sub(until.us());
    let since_days = u32::try_from(since_us / Timestamp::DAY_US).unwrap_or(0);
    Options {
        demo: true,
        audit_online_days: default.audit_online_days.saturating_add(since_days),
        ..default
    }
}

async fn make_key(control: &Control) -> Result<String, Failure> {
    let new = NewKey {
        name: "demo".into(),
        origin: Some(ORIGIN.into()),
        scopes: vec![Scope::Ingest, Scope::Read],
        ..NewKey::default()
    };
    let (_, secret) = control
        .create_key(&Actor::system("daybook demo"), new)
        .await?;
    Ok(secret)
}

/// Generates events on one thread and stores them from another.
async fn load(seed: u64, until: Timestamp, store: &Arc<dyn LogStore>) -> Result<(), Failure> {
    let began = Instant::now();
    let (sender, mut batches) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        for batch in demo::generate(seed, until) {
            if sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    let bar = progress();
    let mut count = 0_u64;
    while let Some(batch) = batches.recv().await {
        let admitted = admit(batch)?;
        count += admitted.len() as u64;
        append(store, admitted).await?;
        bar.set_position(count);
    }
    bar.finish_and_clear();
    let took = began.elapsed().as_secs_f64();
    output::note(&format!("Loaded {count} events in {took:.1} s."));
    Ok(())
}

/// Appends a batch; a store that is still indexing what came before gets the time it needs.
async fn append(store: &Arc<dyn LogStore>, batch: Vec<Write>) -> Result<(), Failure> {
    for _ in 0..600 {
        match store.append(batch.clone()).await {
            Err(StoreError::Busy(_)) => tokio::time::sleep(Duration::from_millis(200)).await,
            stored => return stored.map(|_| ()).map_err(Failure::from),
        }
    }
    store.append(batch).await?;
    Ok(())
}

/// Demo events pass the same gate as all others, as if each had come when it happened.
fn admit(mut batch: Vec<Write>) -> Result<Vec<Write>, Failure> {
    for write in &mut batch {
        let (Write::Append(event) | Write::Amend(event)) = write;
        let intake = Intake {
            origin: ORIGIN.into(),
            ingest_key_id: Box::default(),
            received_at: event.time,
        };
        let admitted = event.admit(&intake);
        admitted
            .map_err(|refusal| Failure::Other(format!("generated data is not valid: {refusal}")))?;
    }
    Ok(batch)
}

fn progress() -> ProgressBar {
    let template = "{spinner} Loading demo data: {human_pos} events ({per_sec})";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn introduce(url: &str, admin: &Admin, key: &str) {
    let Admin { email, password } = admin;
    output::result(&format!(
        "Daybook is ready at {url}\n\n\
         \x20 Email     {email}\n\
         \x20 Password  {password}\n\
         \x20 API key   {key}  (ingest, read)\n\n\
         Send an event of your own:\n\
         \x20 curl {url}/api/v1/events -H 'Authorization: Bearer {key}' \\\n\
         \x20   -H 'Content-Type: application/json' \\\n\
         \x20   -d '[{{\"stream\": \"system\", \"level\": \"warning\", \"message\": \"hello\"}}]'\n\n\
         Everything is thrown away when you stop it with Ctrl-C.\n"
    ));
}
