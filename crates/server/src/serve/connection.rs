//! One connection: from its handshake to its last answer, or to where it stands still.

use super::places::Place;
use super::pulse::{self, Answering, Pulse, Reset, Watched};
use super::tls::Tls;
use super::{HEAD_BYTES_MAX, HEADERS_MAX};
use crate::app::App;
use crate::client::{NoOneHost, OverTls, Peer};
use crate::metrics::Closed;
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Version, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tower::ServiceExt;

/// Bytes of answers that wait in the system for a connection, apart from those on their way.
const UNSENT_BYTES_MAX: u32 = 128 << 10;

/// What every connection is served with.
#[derive(Clone)]
pub(super) struct Serving {
    pub(super) app: App,
    pub(super) router: Router,
    pub(super) tls: Option<Tls>,
}

impl Serving {
    /// Serves a connection to its end.
    pub(super) async fn run(self, stream: TcpStream, peer: Peer, place: Place, watcher: Watcher) {
        let _place = place;
        let _open = self.app.metrics.connection();
        if let Err(error) = prepare(&stream) {
            tracing::debug!(%error, "a socket cannot be set up as it should");
        }
        let Some(tls) = &self.tls else {
            return self.answer(stream, peer, watcher).await;
        };
        let patience = self.app.options.patience.handshake;
        match tokio::time::timeout(patience, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.answer(stream, peer, watcher).await,
            Ok(Err(error)) => {
                self.app.metrics.closed(Closed::Handshake);
                tracing::debug!(%error, "a TLS handshake failed");
            }
            Err(_) => pulse::tell(Closed::Handshake, &self.app.metrics),
        }
    }

    async fn answer<S>(&self, stream: S, peer: Peer, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Reset + Send + Unpin + 'static,
    {
        let patience = self.app.options.patience;
        let pulse = Pulse::new(patience);
        let (began, ended, encrypted) =
            (Arc::clone(&pulse), Arc::clone(&pulse), self.tls.is_some());
        let router = self.router.clone();
        let service = router
            .map_request(move |mut request: hyper::Request<Incoming>| {
                began.serving();
                request.extensions_mut().insert(peer);
                if encrypted {
                    request.extensions_mut().insert(OverTls);
                }
                let hosts = request.headers().get_all(header::HOST).iter().count();
                if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
                    request.extensions_mut().insert(NoOneHost);
                }
                request.map(Body::new)
            })
            .map_response(move |response| {
                let answering = ended.answering();
                response.map(|body| Body::new(Answer { body, answering }))
            });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // The pulse is stricter; this bounds heads that came along with an earlier request.
            .header_read_timeout(patience.idle + patience.head)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_header_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(
                TokioIo::new(Watched::new(stream, Arc::clone(&pulse))),
                TowerToHyperService::new(service),
            );
        tokio::select! {
            ended = watcher.watch(connection) => if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            },
            reason = pulse.stopped() => pulse::tell(reason, &self.app.metrics),
        }
    }
}

/// Small answers should not wait for more to send. Of large ones the system should not hold much
/// that is not on its way: whoever takes nothing is seen sooner, and costs less.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    Ok(())
}

/// The body of an answer, which tells when it was sent or given up.
struct Answer {
    body: Body,
    #[expect(dead_code, reason = "its end is what matters")]
    answering: Answering,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
