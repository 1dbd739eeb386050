//! What a refused request still sends. Many clients read no answer before they have sent all, and
//! would see a broken connection instead of the reason: so the rest is read and thrown away, within
//! bounds.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use futures_util::TryStreamExt;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

const DISCARDED_BYTES_MAX: usize = 256 << 20;
const DISCARD_TIME_MAX: Duration = Duration::from_secs(10);

/// Where the unread rest of a body arrives.
#[derive(Debug)]
pub(crate) struct Leftover(Option<oneshot::Receiver<Body>>);

/// Watches what a handler leaves of a request's body.
pub(crate) fn watch(request: Request) -> (Request, Leftover) {
    // Such a client waits for a word before it sends anything; an error is that word.
    if request.headers().contains_key(header::EXPECT) || request.body().is_end_stream() {
        return (request, Leftover(None));
    }
    let (give_back, leftover) = oneshot::channel();
    let request = request.map(|body| {
        Body::new(Watched {
            body: Some(body),
            give_back: Some(give_back),
        })
    });
    (request, Leftover(Some(leftover)))
}

impl Leftover {
    /// Reads the rest and forgets it.
    pub(crate) async fn discard(self) {
        let Some(Ok(body)) = self.0.map(|mut leftover| leftover.try_recv()) else {
            return;
        };
        let rest = body.into_data_stream().try_fold(0, |read, chunk: Bytes| {
            let read = read + chunk.len();
            std::future::ready(match read > DISCARDED_BYTES_MAX {
                true => Err(axum::Error::new("more than is worth reading")),
                false => Ok(read),
            })
        });
        // However it ends, the answer is the same.
        let _ = tokio::time::timeout(DISCARD_TIME_MAX, rest).await;
    }
}

/// A body that is given back when it is dropped before its end.
struct Watched {
    body: Option<Body>,
    give_back: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or(SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let (Some(body), Some(give_back)) = (self.body.take(), self.give_back.take()) {
            let _ = give_back.send(body);
        }
    }
}
