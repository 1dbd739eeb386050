//! Erasing what events say about a person: which fields those are, and the jobs that do it. A job
//! knows the person until it is done; what stays on record is a keyed hash, by which the same
//! person can be recognised, but nobody be found. Audit events are evidence, so they are concerned only
//! when somebody says so; what they say about anybody goes then, and their proofs stay.

use super::jobs::{Job, JobKind, JobState};
use super::keys::check_text;
use super::{Actor, Control, ControlError, Result};
use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::logstore::EraseRequest;
use daybook_model::{Field, Filter, Query, Stream, Test, Timestamp, Value, catalogue, limits};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;
use std::collections::BTreeMap;

const KEY: &str = "person_hash_key";

/// The streams that speak of people, with everything that may identify or describe one. What is
/// counted and billed stays: amounts, tokens, models, keys by their id, workspaces.
pub const PERSONAL: [(Stream, &[&str]); 3] = [
    (
        Stream::Usage,
        &[
            "user_id",
            "user_name",
            "api_key_name",
            "ip",
            "user_agent",
            "error",
            "metadata",
            "details",
            "content",
            "request",
            "response",
        ],
    ),
    (
        Stream::Auth,
        &[
            "user_id",
            "user_name",
            "session_id",
            "ip",
            "user_agent",
            "reason",
            "details",
        ],
    ),
    (
        Stream::System,
        &["resource_id", "resource_name", "message", "details"],
    ),
];

/// Kinds of resources of audit and system events that are people.
const PEOPLE: [&str; 4] = ["user", "member", "account", "person"];

/// An erasure to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewErasure {
    /// The person, as events name them.
    pub user_id: String,
    /// Only events of this platform.
    pub origin: Option<String>,
    /// Only these streams, at least one; all but audit without them.
    pub streams: Option<Vec<Stream>>,
    /// Only these fields; everything personal when empty. Audit events are erased as a whole.
    pub fields: Vec<String>,
    /// Why.
    pub reason: String,
}

/// What a job must know to erase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erasure {
    user_id: String,
    origin: Option<String>,
    /// Later events are not concerned.
    as_of: i64,
    pub(crate) fields: BTreeMap<Stream, Vec<String>>,
}

impl Erasure {
    /// What the store is asked for, by stream.
    pub(crate) fn requests(&self) -> impl Iterator<Item = EraseRequest> {
        self.fields.iter().flat_map(|(stream, fields)| {
            self.queries(*stream).map(move |query| EraseRequest {
                query,
                fields: fields
                    .iter()
                    .filter_map(|name| Catalogue::of(*stream).field(name))
                    .collect(),
            })
        })
    }

    /// The events of a stream that are about the person: what they did, and what was done to them
    /// or to something of theirs.
    fn queries(&self, stream: Stream) -> impl Iterator<Item = Query> {
        let is = |name: &str| filter(stream, name, &[&self.user_id]);
        let person = |id: &str, kind: &str| vec![is(id), filter(stream, kind, &PEOPLE)];
        let resource = || person("resource_id", "resource_type");
        let ways = match stream {
            Stream::System => vec![resource()],
            Stream::Audit => vec![
                vec![is("actor_id")],
                resource(),
                person("parent_id", "parent_type"),
            ],
            Stream::Usage | Stream::Auth => vec![vec![is("user_id")]],
        };
        ways.into_iter().map(move |mut filters| {
            let origin = self.origin.iter();
            filters.extend(origin.map(|origin| filter(stream, "origin", &[origin])));
            Query {
                filters,
                as_of: Some(self.as_of),
                ..Query::all(stream)
            }
        })
    }
}

fn filter(stream: Stream, name: &str, texts: &[&str]) -> Filter {
    let any = texts
        .iter()
        .map(|text| Test::Is(Value::Text((*text).into())));
    Filter {
        field: catalogue::field(stream, name),
        negated: false,
        any: any.collect(),
    }
}

/// The fields to erase, by stream.
fn fields_of(new: &NewErasure) -> Result<BTreeMap<Stream, Vec<String>>> {
    let named = new.streams.as_deref();
    if named.is_some_and(<[Stream]>::is_empty) {
        let message = "names no stream: leave it out for usage, auth and system";
        return Err(ControlError::invalid("streams", message));
    }
    let audit = named.is_some_and(|streams| streams.contains(&Stream::Audit));
    if audit && !new.fields.is_empty() {
        let message = "audit events are erased as a whole: name no fields, or leave audit out";
        return Err(ControlError::invalid("fields", message));
    }
    let chosen = |stream: Stream| named.is_none_or(|streams| streams.contains(&stream));
    let streams = PERSONAL.iter().filter(|(stream, _)| chosen(*stream));
    if new.fields.is_empty() {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut fields: BTreeMap<_, _> = streams
            .map(|(stream, names)| (*stream, owned(names)))
            .collect();
        fields.extend(audit.then(|| (Stream::Audit, Vec::new())));
        return Ok(fields);
    }
    let mut fields: BTreeMap<Stream, Vec<String>> = BTreeMap::new();
    for name in &new.fields {
        let mut known = false;
        for (stream, _) in streams.clone() {
            if Catalogue::of(*stream).field(name).is_some_and(is_erasable) {
                fields.entry(*stream).or_default().push(name.clone());
                known = true;
            }
        }
        if !known {
            let message = format!("{name:?} is no field of these streams that can be erased");
            return Err(ControlError::invalid("fields", message));
        }
    }
    Ok(fields)
}

/// Texts and documents that a sender gave, except what an event is recognised by.
fn is_erasable(field: &Field) -> bool {
    let kept = field.ours || field.name == "id" || field.name == "event";
    let text = matches!(
        field.kind,
        Kind::Id | Kind::Keyword | Kind::Text | Kind::Json(_) | Kind::Payload
    );
    text && !kept
}

impl Control {
    /// Asks for an erasure of events up to a sequence number; it begins at once and survives
    /// restarts.
    ///
    /// # Errors
    /// When an input cannot be used, a legal hold keeps one of the streams, or the database
    /// refuses.
    pub(crate) async fn create_erasure(
        &self,
        actor: &Actor,
        new: NewErasure,
        as_of: i64,
    ) -> Result<Job> {
        let person = self.person(&new.user_id).await;
        let prepared = self.prepared_erasure(new, as_of).await;
        let requested = self.change(actor, "erasure.requested", |change| {
            Box::pin(async move {
                change.audit.set_text("resource_type", "person");
                change.audit.set_text("operation", "delete");
                let person = person?;
                change.resource("person", &person, "");
                let (mut job, erasure) = prepared?;
                job.details["person"] = person.into();
                change.resource("job", &job.id, "");
                let reason = job.details["reason"].as_str().unwrap_or_default();
                change.audit.set_text("reason", reason);
                change.audit.set_json("details", job.details.to_string());
                let request = json!(erasure).to_string();
                job.insert(Some(request)).execute(change.db()).await?;
                Ok(job)
            })
        });
        let job = requested.await?;
        self.wake_jobs();
        Ok(job)
    }

    /// The job of an erasure, but for whose it is.
    async fn prepared_erasure(&self, new: NewErasure, as_of: i64) -> Result<(Job, Erasure)> {
        let reason = new.reason.trim();
        check_text("reason", reason, limits::KEYWORD_BYTES_MAX)?;
        let fields = fields_of(&new)?;
        let streams: Vec<Stream> = fields.keys().copied().collect();
        self.check_holds(&streams).await?;
        let details = json!({
            "origin": new.origin,
            "fields": fields,
            "reason": reason,
        });
        let erasure = Erasure {
            fields,
            user_id: new.user_id,
            origin: new.origin,
            as_of,
        };
        Ok((Job::new(JobKind::Erasure, details), erasure))
    }

    /// Until when events of each stream were erased: files that were begun before may still hold what is
    /// gone.
    pub(crate) async fn erased_until(&self) -> Result<BTreeMap<Stream, Timestamp>> {
        let mut until = BTreeMap::new();
        for job in self.ended_jobs(JobKind::Erasure).await? {
            let fields = BTreeMap::<Stream, Vec<String>>::deserialize(&job.details["fields"]);
            let unreadable = |error| ControlError::Internal(format!("reading an erasure: {error}"));
            for stream in fields.map_err(unreadable)?.into_keys() {
                let latest = until.entry(stream).or_default();
                *latest = job.finished_at.unwrap_or_default().max(*latest);
            }
        }
        Ok(until)
    }

    /// Erasures that are not done, oldest first.
    pub(crate) async fn unfinished_erasures(&self) -> Result<Vec<(Job, Erasure)>> {
        let jobs = self.unfinished_jobs(JobKind::Erasure).await?;
        let unreadable = |error| ControlError::Internal(format!("reading an erasure: {error}"));
        jobs.into_iter()
            .map(|(job, request)| {
                let request = serde_json::from_str(&request.unwrap_or_default());
                Ok((job, request.map_err(unreadable)?))
            })
            .collect()
    }

    /// Ends an erasure: from now on Daybook does not know any more whose it was.
    pub(crate) async fn finish_erasure(&self, mut job: Job) -> Result<()> {
        job.end(JobState::Done);
        self.change(&Actor::system("erasure"), "person.erased", |change| {
            Box::pin(async move {
                let person = job.details["person"].as_str().unwrap_or_default();
                change.resource("person", person, "");
                change.audit.set_text("operation", "delete");
                let reason = job.details["reason"].as_str().unwrap_or_default();
                change.audit.set_text("reason", reason);
                let details =
                    json!({"job": job.id, "events": job.events, "fields": job.details["fields"]});
                change.audit.set_json("details", details.to_string());
                job.update().execute(change.db()).await?;
                let forget = sqlx::query("UPDATE jobs SET request = NULL WHERE id = $1");
                forget.bind(job.id).execute(change.db()).await?;
                Ok(())
            })
        })
        .await?;
        self.db.forget_old_pages().await;
        // Their files go now.
        self.wake_exports();
        Ok(())
    }

    /// The hash under which a person stays on record, also when the erasure is refused.
    async fn person(&self, user_id: &str) -> Result<String> {
        check_text("user_id", user_id, limits::KEYWORD_BYTES_MAX)?;
        let key = self.secret(KEY).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
            .map_err(|error| ControlError::Internal(format!("hashing: {error}")))?;
        mac.update(user_id.as_bytes());
        let digest = mac.finalize().into_bytes();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Event;

    /// Of these streams; without any, of those that are not named.
    fn new(streams: &[Stream], fields: &[&str]) -> NewErasure {
        NewErasure {
            user_id: "u1".into(),
            origin: None,
            streams: (!streams.is_empty()).then(|| streams.into()),
            fields: fields.iter().map(|name| (*name).into()).collect(),
            reason: "asked for".into(),
        }
    }

    #[test]
    fn everything_personal_is_a_field_that_can_be_erased() {
        for (stream, names) in PERSONAL {
            for name in names {
                assert!(
                    is_erasable(catalogue::field(stream, name)),
                    "{stream} {name}"
                );
            }
        }
        let all = fields_of(&new(&[], &[])).unwrap();
        assert_eq!(all.len(), 3);
        // Whoever adds a field with a person in it must decide about it here.
        for stream in [Stream::Usage, Stream::Auth] {
            for field in Catalogue::of(stream).fields() {
                let about_user = field.name.starts_with("user") || field.kind == Kind::Payload;
                assert!(!about_user || all[&stream].iter().any(|name| name == field.name));
            }
        }
    }

    #[test]
    fn a_person_is_found_as_actor_resource_and_parent() {
        let erasure = Erasure {
            user_id: "u1".into(),
            origin: None,
            as_of: 9,
            fields: [(Stream::Audit, Vec::new())].into(),
        };
        let event = |members: &str| {
            let json = format!(
                r#"{{"stream":"audit","id":"a","seq":4,"time":"2026-11-19T14:00:00Z","action":"a.b",{members}}}"#
            );
            Event::from_stored(&json).unwrap()
        };
        let concerned = |members: &str| {
            let event = event(members);
            erasure.requests().any(|asked| asked.query.matches(&event))
        };
        for (members, is_concerned) in [
            (r#""actor_id":"u1""#, true),
            (r#""resource_type":"user","resource_id":"u1""#, true),
            (r#""parent_type":"user","parent_id":"u1""#, true),
            (r#""parent_type":"workspace","parent_id":"u1""#, false),
            (r#""parent_type":"user","parent_id":"u11""#, false),
            (r#""resource_type":"user","parent_id":"u1""#, false),
        ] {
            assert_eq!(concerned(members), is_concerned, "{members}");
        }
    }

    #[test]
    fn only_what_can_be_erased_is_chosen() {
        let audit = fields_of(&new(&[Stream::Audit, Stream::Auth], &[])).unwrap();
        assert!(audit[&Stream::Audit].is_empty() && audit[&Stream::Auth].len() == 7);
        assert_eq!(fields_of(&new(&[Stream::Audit], &[])).unwrap().len(), 1);
        let none = NewErasure {
            streams: Some(Vec::new()),
            ..new(&[], &[])
        };
        let refused = fields_of(&none).unwrap_err().to_string();
        assert!(refused.contains("streams"), "{refused}");
        let chosen = fields_of(&new(&[], &["ip", "content"])).unwrap();
        assert_eq!(chosen[&Stream::Usage], ["ip", "content"]);
        assert_eq!(chosen[&Stream::Auth], ["ip"]);
        assert!(!chosen.contains_key(&Stream::System));
        for (streams, field) in [
            (&[][..], "id"),
            (&[], "cost"),
            (&[], "origin"),
            (&[], "nonsense"),
            (&[Stream::Auth], "content"),
            (&[Stream::Audit], "ip"),
        ] {
            assert!(fields_of(&new(streams, &[field])).is_err(), "{field}");
        }
    }
}
