//! Reading the audit log, and taking events of any stream along as a file, goes on record itself:
//! one audit event a question, not one a row. What is no list says so, next to its filters: `timeline`,
//! `histogram` and `by`, `values` of a field, `id` of one event. Looking for an event that is not there is a
//! question, too.

use crate::app::App;
use crate::control::{Actor, Asking, Reading};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use daybook_model::Stream;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// Parameters that choose how an answer is shown, not what it is about.
const SHOWING: [&str; 8] = [
    "page",
    "page_size",
    "sort",
    "as_of",
    "interval",
    "limit",
    "prefix",
    "columns",
];

/// What a request asks for, and what [`Reader`](crate::reading::Reader) tells of it: who asked, and what
/// they may not read.
#[derive(Debug, Clone)]
pub(crate) struct Asked(Arc<Told>);

#[derive(Debug, Default)]
struct Told {
    /// The whole address.
    uri: Uri,
    who: OnceLock<Who>,
    denied: OnceLock<String>,
}

/// Somebody who reads.
#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) actor: Actor,
    pub(crate) asking: Asking,
    /// Whether the audit log is theirs to read.
    pub(crate) audit: bool,
}

impl Asked {
    fn at(uri: &Uri) -> Self {
        Self(Arc::new(Told {
            uri: uri.clone(),
            ..Told::default()
        }))
    }

    /// The path of the request, from its beginning.
    pub(crate) fn path(&self) -> &str {
        self.0.uri.path()
    }

    /// Notes who it is.
    pub(crate) fn by(&self, who: Who) {
        // A request has one reader.
        let _ = self.0.who.set(who);
    }

    /// Notes that they asked for what their role does not read.
    pub(crate) fn denied(&self, why: &str) {
        let _ = self.0.denied.set(why.into());
    }
}

/// What a request wants.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    stream: String,
    exported: bool,
    question: String,
    /// Whether it is one event, which need not be there.
    one: bool,
}

impl Wanted {
    /// What is wanted of the log, if it goes on record. Handlers get names decoded, so they count decoded
    /// here.
    fn of(path: &str, query: &str) -> Option<Self> {
        let path = percent_decode_str(path).decode_utf8_lossy();
        Self::of_ledger(&path).or_else(|| Self::of_log(&path, query))
    }

    /// An event with its proof, or the leaves and bodies of many.
    fn of_ledger(path: &str) -> Option<Self> {
        let audit = Stream::Audit.name();
        let proven = path.strip_prefix("/api/v1/audit/");
        if let Some(id) = proven.and_then(|rest| rest.strip_suffix("/proof")) {
            return Some(Self::one(id));
        }
        let whole = ["/ledger/tile/entries/", "/ledger/body/"];
        let whole = whole.iter().any(|place| path.starts_with(place));
        whole.then(|| Self::asking(audit, None, "ledger=entries"))
    }

    fn of_log(path: &str, query: &str) -> Option<Self> {
        let path = path.split("/logs").nth(1)?;
        let mut parts = path.split('/').skip(1);
        let audit = Stream::Audit.name();
        let (stream, what) = match (parts.next(), parts.next()) {
            (None, _) => {
                let chosen = params(query).find(|param| param.name == "streams");
                let chosen = chosen.is_none_or(|param| param.value.contains(audit));
                return chosen.then(|| Self::asking(audit, Some("timeline".into()), query));
            }
            (Some(stream), what) => (stream, what.unwrap_or_default()),
        };
        let which = parts.next().unwrap_or_default();
        let asked = match what {
            "download" => {
                let asked = Self::asking(stream, None, query);
                return Some(Self {
                    exported: true,
                    ..asked
                });
            }
            "events" if stream == audit => return Some(Self::one(which)),
            "values" => Some(format!("values={which}")),
            "histogram" | "tail" => Some(what.into()),
            _ => None,
        };
        (stream == audit).then(|| Self::asking(stream, asked, query))
    }

    /// An audit event.
    fn one(id: &str) -> Self {
        let asked = Self::asking(Stream::Audit.name(), Some(format!("id={id}")), "");
        Self { one: true, ..asked }
    }

    /// A question: its filters, and what it is when it is no list.
    fn asking(stream: &str, kind: Option<String>, query: &str) -> Self {
        let about = params(query).filter(|param| !SHOWING.contains(&&*param.name));
        let mut about: Vec<String> = about.map(|param| param.as_asked.into()).collect();
        about.extend(kind);
        about.sort_unstable();
        Self {
            stream: stream.into(),
            exported: false,
            question: about.join("&"),
            one: false,
        }
    }
}

struct Param<'q> {
    name: Cow<'q, str>,
    value: Cow<'q, str>,
    as_asked: &'q str,
}

fn params(query: &str) -> impl Iterator<Item = Param<'_>> {
    query.split('&').filter_map(|as_asked| {
        let (name, value) = form_urlencoded::parse(as_asked.as_bytes()).next()?;
        Some(Param {
            name,
            value,
            as_asked,
        })
    })
}

/// Puts a question that was answered on record, before the answer leaves, one for an event that is not
/// there, and one that was denied.
pub(crate) async fn record(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let uri = request.uri();
    let wanted = Wanted::of(uri.path(), uri.query().unwrap_or_default());
    let asked = Asked::at(uri);
    request.extensions_mut().insert(asked.clone());
    let response = next.run(request).await;
    let Told { who, denied, .. } = &*asked.0;
    let (Some(who), control) = (who.get(), &app.control) else {
        return response;
    };
    let status = response.status();
    if let Some(why) = denied.get().filter(|_| status == StatusCode::FORBIDDEN) {
        control.record_denied(&who.actor, &who.asking, why).await;
    }
    let found = status.is_success();
    let answered = |wanted: &Wanted| found || (wanted.one && status == StatusCode::NOT_FOUND);
    let wanted = wanted.filter(|wanted| answered(wanted) && (who.audit || wanted.exported));
    if let Some(wanted) = wanted {
        let reading = Reading {
            stream: &wanted.stream,
            exported: wanted.exported,
            question: &wanted.question,
            found,
        };
        control.record_read(&who.actor, reading).await;
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
                ..
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
            "audit false actor_id=a&histogram"
        );
        assert_eq!(
            of("/api/v1/logs/audit/histogram", "interval=day&by=actor_id"),
            "audit false by=actor_id&histogram"
        );
        assert_eq!(
            of(
                "/api/v1/logs/audit/values/actor_id",
                "from=-24h&limit=5&prefix=a"
            ),
            "audit false from=-24h&values=actor_id"
        );
        assert_eq!(
            of("/api/v1/logs/audit/tail", "actor_id=a"),
            "audit false actor_id=a&tail"
        );
        assert_eq!(of("/api/v1/logs/audit/events/x", ""), "audit false id=x");
        assert_eq!(
            of("/api/v1/logs", "user_id=a"),
            "audit false timeline&user_id=a"
        );
        assert_eq!(
            of("/api/v1/logs", "streams=auth,audit"),
            "audit false streams=auth,audit&timeline"
        );
        assert_eq!(
            of("/api/v1/me/logs/usage/download", "format=csv"),
            "usage true format=csv"
        );
        assert_eq!(
            of("/api/v1/audit/x/proof", "format=tlog-proof"),
            "audit false id=x"
        );
        assert_eq!(
            of("/api/v1/logs/%61udit", "%70age=2&actor_id=a%26b"),
            "audit false actor_id=a%26b"
        );
        assert_eq!(
            of("/api/v1/logs", "%73treams=%61udit"),
            "audit false %73treams=%61udit&timeline"
        );
        assert_eq!(of("/api/v1/logs/us%61ge/download", ""), "usage true ");
        for path in ["/ledger/tile/entries/x001/234", "/ledger/body/000.p/7"] {
            assert_eq!(of(path, ""), "audit false ledger=entries");
        }
        assert_eq!(question("/ledger/tile/0/000", ""), None);
        assert_eq!(question("/api/v1/logs", "streams=usage"), None);
        assert_eq!(question("/api/v1/logs/usage", ""), None);
        assert_eq!(question("/api/v1/logs/usage/values/user_id", ""), None);
        assert_eq!(question("/api/v1/usage/summary", ""), None);
    }

    #[test]
    fn what_need_not_be_there_is_one_audit_event_or_its_proof() {
        let one = |path| Wanted::of(path, "").is_some_and(|wanted| wanted.one);
        assert!(one("/api/v1/logs/audit/events/x") && one("/api/v1/audit/x/proof"));
        assert!(!one("/api/v1/logs/usage/events/x") && !one("/api/v1/logs/audit/values/x"));
        assert!(!one("/ledger/body/000") && !one("/api/v1/logs/audit"));
    }
}
