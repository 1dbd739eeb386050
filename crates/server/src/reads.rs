//! Reading the audit log, and taking events of any stream along as a file, goes on record itself:
//! one audit event a question, not one a row. The list, the histogram and the value menus of one
//! view ask the same question.

use crate::app::App;
use crate::control::Actor;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use daybook_model::Stream;
use std::sync::{Arc, OnceLock};

/// Parameters that choose how an answer is shown, not what it is about.
const SHOWING: [&str; 9] = [
    "page",
    "page_size",
    "sort",
    "as_of",
    "interval",
    "by",
    "limit",
    "prefix",
    "columns",
];

/// Who asked: [`Reader`](crate::reading::Reader) says so when it lets somebody in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<OnceLock<Who>>);

/// Somebody who reads.
#[derive(Debug)]
struct Who {
    actor: Actor,
    /// Whether the audit log is theirs to read.
    audit: bool,
}

impl Asked {
    /// Notes who it is.
    pub(crate) fn by(&self, actor: Actor, audit: bool) {
        // A request has one reader.
        let _ = self.0.set(Who { actor, audit });
    }
}

/// What a request wants.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    stream: String,
    exported: bool,
    question: String,
}

impl Wanted {
    /// What is wanted of the log, if it goes on record.
    fn of(path: &str, query: &str) -> Option<Self> {
        Self::of_ledger(path).or_else(|| Self::of_log(path, query))
    }

    /// An event with its proof, or the leaves and bodies of many.
    fn of_ledger(path: &str) -> Option<Self> {
        let audit = Stream::Audit.name();
        let proven = path.strip_prefix("/api/v1/audit/");
        if let Some(id) = proven.and_then(|rest| rest.strip_suffix("/proof")) {
            return Some(Self::asking(audit, false, id, ""));
        }
        let whole = ["/ledger/tile/entries/", "/ledger/body/"];
        let whole = whole.iter().any(|place| path.starts_with(place));
        whole.then(|| Self::asking(audit, false, "", "ledger=entries"))
    }

    fn of_log(path: &str, query: &str) -> Option<Self> {
        let path = path.split("/logs").nth(1)?;
        let mut parts = path.split('/').skip(1);
        let audit = Stream::Audit.name();
        let (stream, what) = match (parts.next(), parts.next()) {
            (None, _) => {
                let chosen = params(query).find(|(name, _)| *name == "streams");
                let chosen = chosen.is_none_or(|(_, streams)| streams.contains(audit));
                return chosen.then(|| Self::asking(audit, false, "", query));
            }
            (Some(stream), what) => (stream, what.unwrap_or_default()),
        };
        let id = parts
            .next()
            .filter(|_| what == "events")
            .unwrap_or_default();
        let exported = what == "download";
        (exported || stream == audit).then(|| Self::asking(stream, exported, id, query))
    }

    fn asking(stream: &str, exported: bool, id: &str, query: &str) -> Self {
        let about = params(query).filter(|(name, _)| !SHOWING.contains(name));
        let mut about: Vec<String> = about
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !id.is_empty() {
            about.push(format!("id={id}"));
        }
        about.sort_unstable();
        Self {
            stream: stream.into(),
            exported,
            question: about.join("&"),
        }
    }
}

fn params(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Puts a question that was answered on record, before the answer leaves.
pub(crate) async fn record(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let uri = request.uri();
    let Some(wanted) = Wanted::of(uri.path(), uri.query().unwrap_or_default()) else {
        return next.run(request).await;
    };
    let asked = Asked::default();
    request.extensions_mut().insert(asked.clone());
    let response = next.run(request).await;
    if let Some(who) = asked.0.get().filter(|who| who.audit || wanted.exported)
        && response.status().is_success()
    {
        let Wanted {
            stream,
            exported,
            question,
        } = wanted;
        let control = &app.control;
        control
            .record_read(&who.actor, &stream, exported, &question)
            .await;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(path: &str, query: &str) -> Option<String> {
        Wanted::of(path, query).map(|wanted| {
            let Wanted {
                stream,
                exported,
                question,
            } = wanted;
            format!("{stream} {exported} {question}")
        })
    }

    #[test]
    fn what_shows_audit_events_or_leaves_as_a_file_goes_on_record() {
        let of = |path, query| question(path, query).unwrap_or_default();
        assert_eq!(
            of("/api/v1/logs/audit", "page=2&actor_id=a"),
            "audit false actor_id=a"
        );
        assert_eq!(
            of("/api/v1/logs/audit/histogram", "actor_id=a"),
            "audit false actor_id=a"
        );
        assert_eq!(of("/api/v1/logs/audit/events/x", ""), "audit false id=x");
        assert_eq!(of("/api/v1/logs", "user_id=a"), "audit false user_id=a");
        assert_eq!(
            of("/api/v1/logs", "streams=auth,audit"),
            "audit false streams=auth,audit"
        );
        assert_eq!(
            of("/api/v1/me/logs/usage/download", "format=csv"),
            "usage true format=csv"
        );
        assert_eq!(
            of("/api/v1/audit/x/proof", "format=tlog-proof"),
            "audit false id=x"
        );
        for path in ["/ledger/tile/entries/x001/234", "/ledger/body/000.p/7"] {
            assert_eq!(of(path, ""), "audit false ledger=entries");
        }
        assert_eq!(question("/ledger/tile/0/000", ""), None);
        assert_eq!(question("/api/v1/logs", "streams=usage"), None);
        assert_eq!(question("/api/v1/logs/usage", ""), None);
        assert_eq!(question("/api/v1/usage/summary", ""), None);
    }
}
