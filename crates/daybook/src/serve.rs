//! `daybook serve`.

use crate::cli::ServeArgs;
use crate::config::{self, Admin, Settings};
use crate::{Failure, backup, logging, output, signals};
use daybook_archive::Depot;
use daybook_model::LogStore;
use daybook_server::control::{Control, Mailer};
use daybook_server::{App, Options, Tls};
use daybook_store::Store;
use daybook_store::ledger::LedgerOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) async fn run(args: ServeArgs) -> Result<(), Failure> {
    let settings = Settings::of(args)?;
    let admin = config::admin()?;
    let reports = logging::start(&settings.log)?;
    let listener = listen(&settings.listen).await?;
    let address = listener.local_addr()?;
    let data_dir = &settings.data_dir;
    let tls = settings.tls.map(|(cert, key)| Tls::open(&cert, &key));
    let tls = tls.transpose()?;
    let url = url(address, tls.is_some());
    let public_url = settings.server.public_url.as_ref().unwrap_or(&url);
    tracing::info!(data_dir = %data_dir.display(), version = env!("CARGO_PKG_VERSION"), "starting");
    let address = settings.server.public_url.as_deref();
    let ledger = settings.ledger.options(data_dir, address)?;
    let archive = settings.archive.open()?;
    // What is wrong with the configuration shows before anything is changed or put on record.
    let mailer = mailer(&settings.server)?;
    let parts = open(data_dir, ledger, archive, admin, public_url).await?;
    let (version, configuration) = (env!("CARGO_PKG_VERSION"), settings.configuration);
    if let Err(error) = parts.control.record_start(version, configuration).await {
        // Whoever must free a full disk has to look at what is there.
        tracing::warn!(%error, "this start cannot be put on record");
    }
    let mut background = JoinSet::new();
    if let Some(tls) = &tls {
        background.spawn(tls.clone().watch_forever());
    }
    let mut options = Options {
        tls,
        ..settings.server
    };
    options.publication.cosigned = Some(data_dir.join("ledger/cosigned"));
    let control = match mailer {
        Some(mailer) => parts.control.clone().mailing(mailer),
        None => parts.control.clone(),
    };
    let app = App::new(parts.log_store(), control, options);
    background.spawn(app.control().clone().send_mails_forever());
    background.spawn(logging::store_reports(reports, app.log_store()));
    background.spawn(app.control().clone().deliver_forever());
    background.spawn(app.clone().join_conversations_forever());
    background.spawn(app.clone().run_jobs_forever());
    background.spawn(app.clone().publish_forever());
    background.spawn(app.clone().run_exports_forever());
    output::result(&format!("Daybook is ready at {url}"));
    daybook_server::serve(listener, app, signals::stop()).await;
    tracing::info!("stopping");
    background.shutdown().await;
    if let Err(error) = parts.control.record_end().await {
        tracing::warn!(%error, "the end of this run cannot be put on record");
    }
    parts.close().await
}

/// The way mails go, if one is set. Their links need an address that no request can make up.
fn mailer(options: &Options) -> Result<Option<Mailer>, Failure> {
    let Some(smtp_url) = &options.smtp_url else {
        return Ok(None);
    };
    let (Some(from), Some(site)) = (&options.mail_from, &options.public_url) else {
        let message = "smtp_url needs mail_from and public_url: mails have a sender and links";
        return Err(Failure::Other(message.into()));
    };
    Ok(Some(Mailer::new(smtp_url, from, site)?))
}

/// What a server is made of.
pub(crate) struct Parts {
    store: Store,
    pub(crate) control: Control,
}

impl Parts {
    /// The store as everything above it sees it.
    pub(crate) fn log_store(&self) -> Arc<dyn LogStore> {
        Arc::new(self.store.clone())
    }

    /// Ends all work on the data directory; background tasks must have ended before.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        self.control.close().await;
        // A move of events may take a few seconds to end.
        let closed = tokio::task::spawn_blocking(move || self.store.close()).await;
        closed.map_err(|error| Failure::Other(format!("closing the store: {error}")))
    }
}

/// Opens a data directory and makes sure that somebody can sign in.
pub(crate) async fn open(
    data_dir: &Path,
    ledger: LedgerOptions,
    archive: Arc<dyn Depot>,
    admin: Option<Admin>,
    url: &str,
) -> Result<Parts, Failure> {
    backup::check(data_dir)?;
    backup::clear(data_dir)?;
    let control = Control::open(data_dir).await?;
    let store = open_store(data_dir, ledger, archive).await?;
    let control = control.delivering_to(Arc::new(store.clone()));
    if let Some(admin) = admin {
        control.bootstrap(&admin.email, admin.password).await?;
    }
    if control.setup_needed().await? {
        let link = format!("{url}/setup#{}", control.new_setup_token());
        // A secret: for whoever started the program, not for the log.
        output::note(&format!(
            "No account yet: make the first one at {link} (the link works once)"
        ));
    }
    Ok(Parts { store, control })
}

/// Opens the event store of a data directory.
pub(crate) async fn open_store(
    data_dir: &Path,
    ledger: LedgerOptions,
    archive: Arc<dyn Depot>,
) -> Result<Store, Failure> {
    let options = daybook_store::Options {
        ledger,
        archive,
        ..daybook_store::Options::new(data_dir.join("events"))
    };
    let opened = tokio::task::spawn_blocking(move || Store::open(options)).await;
    let opened = opened.map_err(|error| Failure::Other(format!("opening the store: {error}")))?;
    Ok(opened?)
}

pub(crate) async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| Failure::Listen {
            address: address.into(),
            cause,
        })
}

/// The address as a browser on this machine reaches it.
pub(crate) fn url(address: SocketAddr, encrypted: bool) -> String {
    let scheme = if encrypted { "https" } else { "http" };
    let port = address.port();
    match address {
        _ if address.ip().is_unspecified() => format!("{scheme}://127.0.0.1:{port}"),
        SocketAddr::V4(address) => format!("{scheme}://{}:{port}", address.ip()),
        SocketAddr::V6(address) => format!("{scheme}://[{}]:{port}", address.ip()),
    }
}
