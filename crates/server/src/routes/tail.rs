//! A filtered stream as it grows, as server-sent events. What a client takes too slowly is left out
//! and counted, never kept without bound; what its caller may see is checked again as long as it is
//! open.

use super::input::{Path, UrlParams, stream, wrong};
use crate::app::App;
use crate::control::Control;
use crate::error::{ApiError, ApiResult};
use crate::feed::{Follower, Taken};
use crate::reading::Reader;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use daybook_model::event::Form;
use daybook_model::{Event, Query};
use serde_json::json;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often what came is sent: events that arrive together are one piece.
const SEND_EVERY: Duration = Duration::from_millis(250);
/// Events that wait for the next piece, and so how many a piece has at most: more in a moment
/// nobody reads. The latest stay.
const WAITING_MAX: usize = 200;
/// After so long without a word a line says that the connection lives.
const BEAT_EVERY: Duration = Duration::from_secs(15);
/// How old the last look at the caller's rights may be when something is sent, if nothing was changed
/// since in this process.
const CHECKED_MAX: Duration = Duration::from_secs(1);

/// The events of a stream as they are stored, from now on, as server-sent events (without
/// `request` and `response`). Takes the filters of the list. Each event of the log is a message;
/// `event: missed` says how many matching ones were left out because the client or the connection
/// was too slow (`{"count": null}` when that is not known), `event: end` why nothing more will come.
#[utoipa::path(
    get,
    operation_id = "tail_events",
    path = "/logs/{stream}/tail",
    tag = "logs",
    params(("stream" = String, Path, description = "audit, usage, auth or system")),
    responses(
        (status = 200, description = "The events, for as long as the connection lasts.", body = String, content_type = "text/event-stream"),
        (status = 400, description = "An unknown parameter or a malformed value, by name.", body = crate::openapi::ErrorBody),
    ),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn tail(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    UrlParams(params): UrlParams,
) -> ApiResult<Response> {
    let query = reader.query(params, stream(&name)?)?;
    if query.as_of.is_some() {
        return Err(wrong("as_of", "a tail has no end: leave it out"));
    }
    let place = app.tail_place()?;
    let tail = Tail {
        control: app.control.clone(),
        follower: app.feed.follow(),
        reader,
        waiting: Waiting::new(query),
    };
    // One piece is on its way, the next waits until that is taken.
    let (pieces, taken) = channel(1);
    tokio::spawn(tail.run(pieces, place));
    let body = futures_util::stream::unfold(taken, next);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        // Proxies must not wait for more before they pass it on.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

async fn next(mut pieces: Receiver<Bytes>) -> Option<(io::Result<Bytes>, Receiver<Bytes>)> {
    let piece = pieces.recv().await?;
    Some((Ok(piece), pieces))
}

/// An open tail.
struct Tail {
    control: Control,
    follower: Follower,
    reader: Reader,
    waiting: Waiting,
}

impl Tail {
    /// Sends until nobody takes it any more, the caller's rights have changed, or the server stops.
    async fn run(mut self, pieces: Sender<Bytes>, _place: OwnedSemaphorePermit) {
        let mut ticks = interval(SEND_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut checked, mut changes) = (Instant::now(), None);
        let mut spoke = Instant::now();
        // The head of an answer goes out with the first of its body.
        let mut piece = ": from now on\n\n".to_owned();
        loop {
            tokio::select! {
                taken = self.follower.next() => match taken {
                    Some(taken) => self.waiting.take(&taken),
                    None => return end(&pieces, &stopping()).await,
                },
                () = pieces.closed() => return,
                _ = ticks.tick() => {
                    let beat = spoke.elapsed() >= BEAT_EVERY;
                    if piece.is_empty() && self.waiting.is_empty() && !beat {
                        continue;
                    }
                    let Ok(place) = pieces.try_reserve() else {
                        continue;
                    };
                    let changes_now = Some(self.control.changes());
                    if changes != changes_now || checked.elapsed() > CHECKED_MAX {
                        if let Err(error) = self.reader.check(&self.waiting.query).await {
                            drop(place);
                            return end(&pieces, &error).await;
                        }
                        (checked, changes) = (Instant::now(), changes_now);
                    }
                    self.waiting.write(&mut piece);
                    if piece.is_empty() {
                        piece.push_str(": still here\n\n");
                    }
                    place.send(std::mem::take(&mut piece).into());
                    spoke = Instant::now();
                }
            }
        }
    }
}

/// Matching events that were not sent yet.
struct Waiting {
    query: Query,
    events: VecDeque<Arc<Event>>,
    /// How many had to go.
    missed: u64,
    /// Whether there may have been more of which nothing is known.
    some_lost: bool,
}

impl Waiting {
    const fn new(query: Query) -> Self {
        Self {
            query,
            events: VecDeque::new(),
            missed: 0,
            some_lost: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.missed == 0 && !self.some_lost
    }

    fn take(&mut self, taken: &Taken) {
        self.some_lost |= taken.some_lost;
        let matching = taken
            .events
            .iter()
            .filter(|event| self.query.matches(event));
        for event in matching {
            if self.events.len() == WAITING_MAX {
                self.events.pop_front();
                self.missed += 1;
            }
            self.events.push_back(Arc::clone(event));
        }
    }

    /// Writes everything, what was missed first: it came before.
    fn write(&mut self, out: &mut String) {
        let missed = std::mem::take(&mut self.missed);
        if std::mem::take(&mut self.some_lost) {
            out.push_str("event: missed\ndata: {\"count\":null}\n\n");
        } else if missed > 0 {
            write!(out, "event: missed\ndata: {{\"count\":{missed}}}\n\n")
                .expect("writing to a String cannot fail");
        }
        for event in self.events.drain(..) {
            // JSON has no line breaks of its own, so an event is a line.
            out.push_str("data: ");
            event.write_shown(Form::Header, &self.query.scope, out);
            out.push_str("\n\n");
        }
    }
}

fn stopping() -> ApiError {
    ApiError::unavailable("stopping", "Daybook stops: try again in a moment")
}

/// Says why nothing more comes, if the client takes it in time.
async fn end(pieces: &Sender<Bytes>, error: &ApiError) {
    let body = json!({"code": error.code, "message": error.message});
    let piece = format!("event: end\ndata: {body}\n\n");
    let _ = pieces.send_timeout(piece.into(), CHECKED_MAX).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Stream;

    #[test]
    fn what_has_to_go_is_counted_and_the_latest_stay() {
        let mut waiting = Waiting::new(Query::all(Stream::System));
        let events = (0..WAITING_MAX + 5).map(|n| {
            let mut event = Event::new(Stream::System);
            event.id = n.to_string().into();
            Arc::new(event)
        });
        let other = Arc::new(Event::new(Stream::Audit));
        waiting.take(&Taken {
            events: events.chain([other]).collect(),
            some_lost: false,
        });
        let mut out = String::new();
        waiting.write(&mut out);
        assert!(
            out.starts_with("event: missed\ndata: {\"count\":5}\n\ndata: "),
            "{out}"
        );
        assert_eq!(out.matches("\ndata: {\"stream\"").count(), WAITING_MAX);
        assert!(out.contains("\"id\":\"204\"") && !out.contains("\"id\":\"4\""));
        assert!(waiting.is_empty());
        waiting.take(&Taken {
            events: Vec::new(),
            some_lost: true,
        });
        out.clear();
        waiting.write(&mut out);
        assert_eq!(out, "event: missed\ndata: {\"count\":null}\n\n");
    }
}
