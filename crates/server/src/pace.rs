//! How slowly a body may arrive. A sender that is silent for long, or whose bytes trickle, holds
//! memory and a place for nothing: its body ends with an error that becomes 408.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// The slowest pace of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long a sender may be silent.
    pub silence_max: Duration,
    /// How long it may make us wait in all, before the rate counts.
    pub grace: Duration,
    /// What it must send beyond that, in bytes for each second that we wait.
    pub bytes_per_s: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            silence_max: Duration::from_secs(20),
            grace: Duration::from_secs(20),
            bytes_per_s: 1 << 10,
        }
    }
}

/// The error of a body that came too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the body arrived too slowly")]
pub(crate) struct TooSlow;

impl TooSlow {
    /// Whether this is what an error comes from.
    pub(crate) fn caused(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            // An `io::Error` hides the error that it wraps and shows only that one's sources.
            let wrapped = error.downcast_ref::<std::io::Error>();
            let wrapped = wrapped.and_then(std::io::Error::get_ref);
            if error.is::<Self>() || wrapped.is_some_and(|inner| Self::caused(inner)) {
                return true;
            }
            next = error.source();
        }
        false
    }
}

/// A body whose arrival is watched.
pub(crate) struct Paced {
    body: Body,
    pace: Pace,
    received_bytes: u64,
    /// How long we have waited for it in all, this time not included.
    waited: Duration,
    /// Since when we wait now, and when that ends.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    pub(crate) fn new(body: Body, pace: Pace) -> Self {
        Self {
            body,
            pace,
            received_bytes: 0,
            waited: Duration::ZERO,
            waiting: None,
        }
    }

    /// How long it may make us wait now.
    fn patience(&self) -> Duration {
        let rate = f64::from(self.pace.bytes_per_s.max(1));
        let earned = Duration::from_secs_f64(self.received_bytes as f64 / rate);
        let left = (self.pace.grace + earned).saturating_sub(self.waited);
        left.min(self.pace.silence_max)
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if let Some((since, _)) = self.waiting.take() {
                self.waited += since.elapsed();
            }
            let data = frame.as_ref().and_then(|frame| frame.as_ref().ok());
            let bytes = data.and_then(Frame::data_ref).map_or(0, Bytes::len);
            self.received_bytes += bytes as u64;
            return Poll::Ready(frame);
        }
        let patience = self.patience();
        let (_, end) = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + patience)))
        });
        ready!(end.as_mut().poll(context));
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
