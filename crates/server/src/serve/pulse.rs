//! Whether a connection makes progress. The stream and the service note what happens; one watcher
//! per connection tells when it has stood still for too long.

use crate::metrics::{Closed, Metrics};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;

/// How long a connection may stand still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a TLS handshake.
    pub handshake: Duration,
    /// Before the first byte of the first request.
    pub first_byte: Duration,
    /// From the first to the last byte of a request's head.
    pub head: Duration,
    /// Between requests.
    pub idle: Duration,
    /// While the client takes nothing of an answer.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            first_byte: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
        }
    }
}

impl Patience {
    /// How often to look: often enough to be nearly exact, seldom enough to cost nothing.
    fn tick(&self) -> Duration {
        let shortest = self.first_byte.min(self.head).min(self.idle);
        let shortest = shortest.min(self.write) / 8;
        shortest.clamp(Duration::from_millis(5), Duration::from_secs(1))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was ever received.
    Fresh,
    /// Between requests.
    Idle,
    /// A head is arriving.
    Head,
    /// A request is being answered. Its body has a pace of its own.
    Serving,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// Since when the client takes nothing.
    stuck_since: Option<Instant>,
    /// Whether the watcher gave the connection up.
    given_up: bool,
}

/// What is known of one connection.
#[derive(Debug)]
pub(super) struct Pulse {
    state: Mutex<State>,
    patience: Patience,
}

impl Pulse {
    pub(super) fn new(patience: Patience) -> Arc<Self> {
        let state = State {
            phase: Phase::Fresh,
            since: Instant::now(),
            stuck_since: None,
            given_up: false,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            patience,
        })
    }

    fn with<T>(&self, note: impl FnOnce(&mut State) -> T) -> T {
        note(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, phase: Phase) {
        self.with(|state| (state.phase, state.since) = (phase, Instant::now()));
    }

    /// A head is complete.
    pub(super) fn serving(&self) {
        self.enter(Phase::Serving);
    }

    /// An answer begins; it is over when what this returns is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        Answering(Arc::clone(self))
    }

    fn received(&self) {
        self.with(|state| {
            if matches!(state.phase, Phase::Fresh | Phase::Idle) {
                (state.phase, state.since) = (Phase::Head, Instant::now());
            }
        });
    }

    fn written<T>(&self, polled: Poll<T>) -> Poll<T> {
        self.with(|state| match polled.is_pending() {
            true => _ = state.stuck_since.get_or_insert_with(Instant::now),
            false => state.stuck_since = None,
        });
        polled
    }

    /// Resolves when the connection has stood still for too long.
    pub(super) async fn stopped(&self) -> Closed {
        let mut ticks = tokio::time::interval(self.patience.tick());
        loop {
            ticks.tick().await;
            if let Some(reason) = self.overdue(Instant::now()) {
                self.with(|state| state.given_up = true);
                return reason;
            }
        }
    }

    fn overdue(&self, now: Instant) -> Option<Closed> {
        let patience = &self.patience;
        self.with(|state| {
            let stuck = state.stuck_since;
            if stuck.is_some_and(|since| now.duration_since(since) >= patience.write) {
                return Some(Closed::Write);
            }
            let (allowed, reason) = match state.phase {
                Phase::Fresh => (patience.first_byte, Closed::FirstByte),
                Phase::Idle => (patience.idle, Closed::Idle),
                Phase::Head => (patience.head, Closed::Head),
                Phase::Serving => return None,
            };
            (now.duration_since(state.since) >= allowed).then_some(reason)
        })
    }
}

/// Held by an answer until its end.
#[derive(Debug)]
pub(super) struct Answering(Arc<Pulse>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// A stream that can be ended at once, with all that the system still holds to be sent.
pub(super) trait Reset {
    fn reset(&self);
}

impl Reset for TcpStream {
    fn reset(&self) {
        if let Err(error) = self.set_zero_linger() {
            tracing::debug!(%error, "a connection ends when its client has read all");
        }
    }
}

impl Reset for TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.reset();
    }
}

/// A stream that notes its progress.
#[derive(Debug)]
pub(super) struct Watched<S: Reset> {
    stream: S,
    pulse: Arc<Pulse>,
}

impl<S: Reset> Drop for Watched<S> {
    fn drop(&mut self) {
        // Who takes nothing would otherwise keep the rest of its answer in memory for long.
        if self.pulse.with(|state| state.given_up) {
            self.stream.reset();
        }
    }
}

impl<S: Reset> Watched<S> {
    pub(super) const fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse }
    }
}

impl<S: AsyncRead + Reset + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pulse.received();
        }
        polled
    }
}

impl<S: AsyncWrite + Reset + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.pulse.written(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.pulse.written(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.pulse.written(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.pulse.written(polled)
    }
}

/// Counts a connection that was closed for standing still.
pub(super) fn tell(reason: Closed, metrics: &Metrics) {
    metrics.closed(reason);
    tracing::debug!(
        reason = reason.name(),
        "a connection stood still and was closed"
    );
}
