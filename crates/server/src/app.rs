//! What every handler shares, and the router that joins them.

use crate::budget::Budget;
use crate::client::From;
use crate::client::Network;
use crate::control::Control;
use crate::error::{ApiError, ApiResult};
use crate::exports::ExportLimits;
use crate::feed::{Feed, Followed};
use crate::gate::{self, Gate};
use crate::metrics::Metrics;
use crate::pace::Pace;
use crate::publication::{Publication, PublicationOptions};
use crate::rates::{self, Rates};
use crate::redaction::Redactor;
use crate::serve::{ConnectionLimits, Patience, Tls};
use crate::sso::Sso;
use crate::verification::Verifications;
use crate::{envelope, openapi, reads, routes, ui};
use axum::Router;
use axum::routing::get;
use daybook_model::logstore::StoreResult;
use daybook_model::{LogStore, StoreError};
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

/// What can be set from outside.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether the data is thrown away at the end; the UI says so.
    pub demo: bool,
    /// Bytes that all requests bringing events may hold together.
    pub ingest_bytes_max: usize,
    /// How long such a request waits for its share before it is refused.
    pub ingest_wait: Duration,
    /// Queries that run at once; more wait.
    pub queries_max: usize,
    /// Downloads that run at once; more are refused.
    pub downloads_max: usize,
    /// Tails that are open at once; more are refused.
    pub tails_max: usize,
    /// How long a query may take, waiting included.
    pub query_time_max: Duration,
    /// Days after which audit events are archived.
    pub audit_online_days: u32,
    /// Days after which audit events are removed; never, if nothing is set.
    pub audit_days: Option<u32>,
    /// What exports may take.
    pub exports: ExportLimits,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// How long a connection may stand still.
    pub patience: Patience,
    /// How slowly a body may arrive.
    pub pace: Pace,
    /// How many requests a minute there may be.
    pub rates: Rates,
    /// Encrypts connections, if given.
    pub tls: Option<Tls>,
    /// Who is believed about the connection in front of it.
    pub trusted_proxies: Vec<Network>,
    /// Where people reach the UI, such as `https://logs.example.com`, without a slash at its end.
    /// Links in mails need it: nobody else's word for it is safe.
    pub public_url: Option<String>,
    /// The server that takes mails, such as `smtps://name:password@mail.example.com`.
    pub smtp_url: Option<String>,
    /// The sender of mails.
    pub mail_from: Option<String>,
    /// Who is told of the ledger's checkpoints.
    pub publication: PublicationOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            demo: false,
            ingest_bytes_max: 384 << 20,
            ingest_wait: Duration::from_secs(10),
            queries_max: 16,
            downloads_max: 8,
            tails_max: 100,
            query_time_max: Duration::from_secs(30),
            audit_online_days: 90,
            audit_days: None,
            exports: ExportLimits::default(),
            connections: ConnectionLimits::default(),
            patience: Patience::default(),
            pace: Pace::default(),
            rates: Rates::default(),
            tls: None,
            trusted_proxies: Network::loopback(),
            public_url: None,
            smtp_url: None,
            mail_from: None,
            publication: PublicationOptions::default(),
        }
    }
}

impl Options {
    /// Whether people reach the UI over TLS, as the configuration says.
    pub(crate) fn is_https(&self) -> bool {
        let url = self.public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether what an address says about others is believed.
    pub(crate) fn trusts(&self, ip: IpAddr) -> bool {
        let mut trusted = self.trusted_proxies.iter();
        trusted.any(|network| network.contains(ip))
    }
}

/// The server's parts.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) store: Arc<dyn LogStore>,
    pub(crate) control: Control,
    pub(crate) budget: Budget,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) rates: Arc<rates::Limits>,
    pub(crate) options: Arc<Options>,
    pub(crate) sso: Arc<Sso>,
    pub(crate) publication: Arc<Publication>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) verifications: Arc<Verifications>,
    redactor: Arc<OnceCell<Redactor>>,
    queries: Arc<Semaphore>,
    downloads: Arc<Semaphore>,
    tails: Arc<Semaphore>,
}

impl App {
    /// Joins a log store and a control plane. What is stored through [`App::log_store`] and
    /// [`App::control`] is seen by those who follow the log.
    pub fn new(store: Arc<dyn LogStore>, control: Control, options: Options) -> Self {
        let feed = Arc::default();
        let store: Arc<dyn LogStore> = Arc::new(Followed::new(store, Arc::clone(&feed)));
        Self {
            control: control.delivering_to(Arc::clone(&store)),
            store,
            feed,
            budget: Budget::new(options.ingest_bytes_max, options.ingest_wait),
            metrics: Arc::default(),
            sso: Arc::default(),
            publication: Arc::default(),
            verifications: Arc::default(),
            redactor: Arc::default(),
            rates: Arc::new(rates::Limits::new(options.rates)),
            queries: Arc::new(Semaphore::new(options.queries_max)),
            downloads: Arc::new(Semaphore::new(options.downloads_max)),
            tails: Arc::new(Semaphore::new(options.tails_max)),
            options: Arc::new(options),
        }
    }

    /// What takes secrets out of audit events.
    pub(crate) async fn redactor(&self) -> ApiResult<Redactor> {
        let made = self
            .redactor
            .get_or_try_init(|| Redactor::of(&self.control));
        Ok(made.await?.clone())
    }

    /// The service: API, compatibility endpoints and UI.
    pub fn router(self) -> Router {
        let (router, document) = openapi::split(routes::api());
        let gate = Gate::new(self.clone(), &document);
        let document = Arc::new(document);
        router
            .route(
                "/api/v1/openapi.json",
                get(move || openapi::serve(document)),
            )
            .fallback(ui::serve)
            .method_not_allowed_fallback(routes::method_not_allowed)
            .layer(axum::middleware::from_fn_with_state(
                self.clone(),
                reads::record,
            ))
            .layer(axum::middleware::from_fn_with_state(gate, gate::count))
            .layer(axum::middleware::from_fn_with_state(
                self.clone(),
                envelope::wrap,
            ))
            .with_state(self)
    }

    /// The log store.
    pub fn log_store(&self) -> Arc<dyn LogStore> {
        Arc::clone(&self.store)
    }

    /// The control plane.
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// Where links in an answer lead: the address that is configured, else the one that the sender
    /// of the request used. Mails never hold the latter.
    pub(crate) fn site(&self, from: &From) -> String {
        let configured = self.options.public_url.clone();
        configured.or_else(|| from.base_url()).unwrap_or_default()
    }

    /// A place among the downloads, until it is dropped.
    pub(crate) fn download_place(&self) -> ApiResult<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.downloads).try_acquire_owned();
        place.map_err(|_| {
            let max = self.options.downloads_max;
            let message = format!("{max} downloads run already: try again when one has ended");
            ApiError::unavailable("too_many_downloads", message)
        })
    }

    /// A place among the tails, until it is dropped.
    pub(crate) fn tail_place(&self) -> ApiResult<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.tails).try_acquire_owned();
        place.map_err(|_| {
            let max = self.options.tails_max;
            let message = format!("{max} tails are open already: try again when one has ended");
            ApiError::unavailable("too_many_tails", message)
        })
    }

    /// Asks the store, within the limits on queries. A query that takes too long is given up, but
    /// keeps its place until it has really ended.
    pub(crate) async fn query<T, F, R>(&self, ask: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(Arc<dyn LogStore>) -> R + Send + 'static,
        R: Future<Output = StoreResult<T>> + Send,
    {
        let (store, queries) = (Arc::clone(&self.store), Arc::clone(&self.queries));
        let work = tokio::spawn(async move {
            let _place = queries.acquire_owned().await;
            ask(store).await
        });
        match tokio::time::timeout(self.options.query_time_max, work).await {
            Err(_) => Err(ApiError::unavailable(
                "query_timeout",
                format!(
                    "the query took longer than {} s: choose a shorter time range or more filters",
                    self.options.query_time_max.as_secs()
                ),
            )),
            Ok(Err(error)) => Err(ApiError::internal(format!("a query failed: {error}"))),
            // No query touches the disk in a way that the caller could get round by waiting.
            Ok(Ok(Err(StoreError::Limit(limit)))) => Err(ApiError::bad_request("limit", limit)),
            Ok(Ok(answer)) => Ok(answer?),
        }
    }
}
