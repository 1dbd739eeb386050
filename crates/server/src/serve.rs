//! The accept loop. It sets what a framework's own loop leaves open: places for connections, an end
//! for each that stands still, TLS, and an end of the server that lets requests finish.

mod certificate;
mod connection;
mod places;
mod pulse;
mod tls;

pub use pulse::Patience;
pub use tls::{Tls, TlsError};

use crate::app::App;
use crate::client::Peer;
use crate::metrics::Closed;
use connection::Serving;
use hyper_util::server::graceful::GracefulShutdown;
use places::{Place, Places};
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const HEAD_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 100;
/// How long requests may take to finish once the server should end.
const FINISH_TIME_MAX: Duration = Duration::from_secs(10);

const TELL_EVERY: Duration = Duration::from_secs(60);

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// In all; more wait.
    pub max: usize,
    /// Of one address, unless it is a trusted proxy; more are closed.
    pub per_address_max: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max: 2_048,
            per_address_max: 256,
        }
    }
}

/// Serves until `stop` resolves, then lets open requests finish.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let door = Door::new(&app);
    let serving = Serving {
        tls: app.options.tls.clone(),
        router: app.clone().router(),
        app,
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = door.places.free().await;
            (listener.accept().await, place)
        };
        tokio::select! {
            (accepted, place) = accepted => match accepted {
                Ok((stream, address)) => {
                    let peer = Peer(address.ip());
                    if let Some(place) = door.admit(peer.0, place, &serving.app) {
                        let run = serving.clone().run(stream, peer, place, graceful.watcher());
                        tokio::spawn(run);
                    }
                }
                // Out of file handles, say: wait for some to be closed.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections now");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    // Tails would never finish by themselves.
    serving.app.feed.close();
    if tokio::time::timeout(FINISH_TIME_MAX, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

/// Who gets in.
struct Door {
    places: Places,
    /// When the log last said that somebody was turned away.
    told: Mutex<Option<Instant>>,
}

impl Door {
    fn new(app: &App) -> Self {
        let limits = app.options.connections;
        Self {
            places: Places::new(limits.max, limits.per_address_max),
            told: Mutex::default(),
        }
    }

    fn admit(&self, ip: IpAddr, place: Place, app: &App) -> Option<Place> {
        if app.options.trusts(ip) {
            return Some(place);
        }
        let admitted = self.places.of(ip, place);
        if admitted.is_none() {
            app.metrics.closed(Closed::TooMany);
            self.tell(ip);
        }
        admitted
    }

    /// Says it now and then: who does this once does it often.
    fn tell(&self, ip: IpAddr) {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|last| now.duration_since(last) >= TELL_EVERY) {
            *told = Some(now);
            tracing::warn!(%ip, "an address has too many connections: more of it are closed");
        }
    }
}
