//! The one way to change the control plane. A change is a transaction with its audit event in it.

use super::{Control, ControlError, Result, outbox};
use daybook_model::logstore::BoxFuture;
use daybook_model::{Event, Stream, Timestamp, limits, validate};
use serde_json::{Map, Value};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::net::IpAddr;
use std::sync::atomic::Ordering;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Address of the sender.
    pub ip: Option<IpAddr>,
    /// What it calls itself, cut to what an event holds.
    pub user_agent: String,
    /// The request it sent.
    pub request_id: String,
    /// The browser, as the hash of its cookie; empty when it has none.
    pub device: String,
    /// The session that it came with, as the hash of its cookie; empty when there is none.
    pub session: String,
}

impl Client {
    /// Writes what is known into an `audit` or `auth` event.
    pub(super) fn describe(&self, event: &mut Event) {
        if let Some(ip) = self.ip {
            event.set_text("ip", ip.to_string());
        }
        let user_agent = validate::prefix(&self.user_agent, limits::KEYWORD_BYTES_MAX);
        event.set_text("user_agent", user_agent);
        event.set_text("request_id", self.request_id.as_str());
    }
}

/// Who changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `member`, `api_key` or `system`.
    pub kind: &'static str,
    /// Identifier, if it has one.
    pub id: String,
    /// Name people know.
    pub name: String,
    /// Role at this time.
    pub role: String,
    /// Where the request came from.
    pub client: Client,
    /// What else is known of it: goes into the details of its changes.
    pub details: Map<String, Value>,
}

impl Actor {
    /// Daybook itself, on behalf of whoever can run its command or set its environment.
    pub fn system(name: &str) -> Self {
        Self {
            kind: "system",
            id: String::new(),
            name: name.into(),
            role: String::new(),
            client: Client::default(),
            details: Map::new(),
        }
    }

    /// An audit event of what it does.
    pub(super) fn audit(&self, action: &str) -> Event {
        let mut event = Event::new(Stream::Audit);
        event.time = Timestamp::now();
        event.set_text("actor_type", self.kind);
        event.set_text("actor_id", self.id.as_str());
        event.set_text("actor_name", self.name.as_str());
        event.set_text("actor_role", self.role.as_str());
        event.set_text("action", action);
        self.client.describe(&mut event);
        event
    }

    /// Adds what else is known of it to the details of an event.
    fn detail(&self, event: &mut Event) {
        if self.details.is_empty() {
            return;
        }
        let told = event.json("details").map(serde_json::from_str);
        let mut details = match told {
            Some(Ok(Value::Object(details))) => details,
            _ => Map::new(),
        };
        details.extend(self.details.clone());
        event.set_json("details", Value::Object(details).to_string());
    }
}

/// A change under way: its transaction and the events that will tell of it.
#[derive(Debug)]
pub struct Change {
    transaction: Transaction<'static, Sqlite>,
    /// The audit event. The change fills in its resource.
    pub audit: Event,
    also: Vec<Event>,
    happened: bool,
}

impl Change {
    /// The connection inside the transaction.
    pub fn db(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Another event of the same change, such as a sign-in.
    pub fn also(&mut self, event: impl Into<Event>) {
        self.also.push(event.into());
    }

    /// Nothing changes after all but what is counted, such as failures: no audit event.
    pub(super) fn nothing_changed(&mut self) {
        self.happened = false;
    }

    /// Names what is changed in the audit event. Before it is found that is what was asked for, which
    /// may be longer than any name.
    pub fn resource(&mut self, kind: &str, id: &str, name: &str) {
        let cut = |text| validate::prefix(text, limits::KEYWORD_BYTES_MAX);
        self.audit.set_text("resource_type", kind);
        self.audit.set_text("resource_id", cut(id));
        self.audit.set_text("resource_name", cut(name));
    }
}

impl Control {
    /// Changes something. The work and its audit event are committed together or not at all;
    /// then the event is handed to the log. An attempt that is refused goes on record, too.
    ///
    /// # Errors
    /// [`ControlError::AuditUnavailable`] when the log takes no events now; what the work answers;
    /// or when the database refuses.
    pub async fn change<T, F>(&self, actor: &Actor, action: &str, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut Change) -> BoxFuture<'c, Result<T>> + Send,
    {
        self.can_record(action)?;
        let mut change = Change {
            transaction: self.db.begin().await?,
            audit: actor.audit(action),
            also: Vec::new(),
            happened: true,
        };
        let answer = work(&mut change).await;
        let Change {
            mut transaction,
            mut audit,
            also,
            happened,
        } = change;
        actor.detail(&mut audit);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                drop(transaction);
                if let Some(denied) = refusal(action, &error) {
                    let reason = error.to_string();
                    self.record_refused(audit, denied, &reason).await;
                }
                return Err(error);
            }
        };
        for event in happened.then_some(audit).into_iter().chain(also) {
            outbox::insert(&mut transaction, event).await?;
        }
        transaction.commit().await?;
        self.changes.fetch_add(1, Ordering::Release);
        self.deliver_now().await;
        Ok(answer)
    }

    /// How many changes this process has made: while the number is the same, so is what people may do,
    /// but for what another process changes and for what time ends.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Fails while the log takes no audit events, but for what goes on meanwhile.
    pub(super) fn can_record(&self, action: &str) -> Result<()> {
        let why = self.store.as_ref().and_then(|store| {
            let of_ledger = || store.ledger()?.health().refused;
            store.read_only().or_else(of_ledger)
        });
        match why.filter(|_| !goes_on(action)) {
            Some(why) => Err(ControlError::AuditUnavailable(why)),
            None => Ok(()),
        }
    }
}

/// What goes on while the log takes no audit events; its own wait in the outbox. Signing in and out:
/// whoever must free a full disk has to look. Verifying: that is when somebody must. Starts, ends and
/// the configuration: they have happened.
fn goes_on(action: &str) -> bool {
    const BEYOND_REFUSAL: [&str; 5] = [
        "configuration.modified",
        "daybook.started",
        "daybook.stopped",
        "ledger.verification_started",
        "ledger.verified",
    ];
    is_of_session(action) || BEYOND_REFUSAL.contains(&action)
}

fn is_of_session(action: &str) -> bool {
    action.starts_with("session.")
}

/// Whether an error is a refusal to put on record, and then whether it is for lack of a right. What
/// becomes of sign-ins is told by `auth` events, and a failing database is nobody's attempt.
fn refusal(action: &str, error: &ControlError) -> Option<bool> {
    match error {
        // Somebody wanted to end a session that is not theirs, or there is none: no sign-in.
        _ if is_of_session(action) && action != "session.deleted" => None,
        ControlError::NotAllowed | ControlError::SignUpOff => Some(true),
        ControlError::Invalid { .. }
        | ControlError::NotFound(_)
        | ControlError::Exists(_)
        | ControlError::TicketInvalid
        | ControlError::WrongState(_)
        | ControlError::LastAdmin
        | ControlError::Held { .. }
        | ControlError::MfaRequiredByRole => Some(false),
        _ => None,
    }
}
