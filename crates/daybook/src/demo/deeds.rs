//! How an audit event is put together: an actor, what they did to which resource, and what came
//! of it.

use super::company::Company;
use super::dice::Dice;
use super::keys::Key;
use super::people::{BROWSERS, Operator, User, Workspace};
use super::record::{self, Trail};
use daybook_model::{Event, Stream, Timestamp};
use serde_json::{Value, json};

/// Who acts.
#[derive(Clone, Copy)]
pub(super) enum Actor<'a> {
    Member(&'a User),
    Operator(&'a Operator),
    Key(&'a Key),
    /// A part of the platform itself.
    System(&'a str),
}

/// What is done.
pub(super) struct Deed<'a> {
    action: &'a str,
    operation: &'a str,
    /// Type, id and name.
    resource: [&'a str; 3],
    parent: Option<[&'a str; 3]>,
    workspace: Option<&'a Workspace>,
    result: &'a str,
    reason: &'a str,
    changes: Vec<Value>,
    details: Option<Value>,
}

impl<'a> Deed<'a> {
    pub(super) fn new(action: &'a str, operation: &'a str, resource: [&'a str; 3]) -> Self {
        Self {
            action,
            operation,
            resource,
            parent: None,
            workspace: None,
            result: "success",
            reason: "",
            changes: Vec::new(),
            details: None,
        }
    }

    pub(super) fn within(mut self, parent: [&'a str; 3]) -> Self {
        self.parent = Some(parent);
        self
    }

    pub(super) fn at(mut self, workspace: &'a Workspace) -> Self {
        self.workspace = Some(workspace);
        self
    }

    pub(super) fn changed(mut self, field: &str, old: &Value, new: &Value) -> Self {
        self.changes
            .push(json!({"field": field, "old": old, "new": new}));
        self
    }

    pub(super) fn ended(mut self, result: &'a str, reason: &'a str) -> Self {
        (self.result, self.reason) = (result, reason);
        self
    }

    pub(super) fn noting(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The audit event of this deed.
    pub(super) fn record(
        self,
        actor: Actor<'_>,
        trail: &Trail,
        time: Timestamp,
        dice: &mut Dice,
    ) -> Event {
        let mut event = record::event_of(trail, Stream::Audit, time, dice);
        if let Some(workspace) = self.workspace {
            record::place(&mut event, workspace);
        }
        write_actor(&mut event, actor);
        event.set_text("action", self.action);
        event.set_text("operation", self.operation);
        let parts = ["type", "id", "name"];
        for (part, value) in parts.iter().zip(self.resource) {
            event.set_text(&format!("resource_{part}"), value);
        }
        for (part, value) in parts.iter().zip(self.parent.unwrap_or_default()) {
            event.set_text(&format!("parent_{part}"), value);
        }
        event.set_text("result", self.result);
        event.set_text("reason", self.reason);
        if !self.changes.is_empty() {
            event.set_json("changes", Value::Array(self.changes).to_string());
        }
        if let Some(details) = self.details {
            event.set_json("details", details.to_string());
        }
        event
    }
}

fn write_actor(event: &mut Event, actor: Actor<'_>) {
    let (kind, id, name, role, ip, user_agent) = match actor {
        Actor::Member(user) => (
            "member",
            user.id.as_str(),
            user.name.as_str(),
            user.role,
            user.ip.as_str(),
            user.user_agent,
        ),
        Actor::Operator(operator) => (
            "system_user",
            operator.id,
            operator.name,
            operator.role,
            operator.ip,
            BROWSERS[3],
        ),
        Actor::Key(key) => (
            "api_key",
            key.id.as_str(),
            key.name.as_str(),
            "",
            key.ip.as_str(),
            "python-requests/2.32.5",
        ),
        Actor::System(part) => ("system", part, part, "", "", ""),
    };
    event.set_text("actor_type", kind);
    event.set_text("actor_id", id);
    event.set_text("actor_name", name);
    event.set_text("actor_role", role);
    event.set_text("ip", ip);
    event.set_text("user_agent", user_agent);
}

impl Company {
    /// The workspace an actor works in, if any.
    pub(super) fn workspace_of<'a>(&'a self, actor: Actor<'a>) -> Option<&'static Workspace> {
        match actor {
            Actor::Member(user) => Some(user.workspace),
            Actor::Key(key) => Some(key.owner(&self.people).workspace),
            Actor::Operator(_) | Actor::System(_) => None,
        }
    }
}

/// A short id that always belongs to the same name.
pub(super) fn id_of(prefix: &str, name: &str) -> String {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{prefix}_{:06x}", hash >> 40)
}
