//! LiteLLM's audit payload: a change of a key, a user, a team or a model in the proxy.

use super::payload::{Payload, python_time};
use crate::bounded;
use daybook_model::{Event, Rejection, Stream};
use serde_json::{Map, Value, json};

pub(super) fn event(payload: &Payload<'_>) -> Result<Event, Rejection> {
    let needed = |name: &str| {
        payload
            .text(name)
            .ok_or_else(|| Rejection::field(name, "missing, or no text"))
    };
    let time = needed("updated_at")?;
    let time = python_time(&time).ok_or_else(|| Rejection::field("updated_at", "not a time"))?;
    let resource = resource(&needed("table_name")?);
    let verb = needed("action")?;
    let mut event = Event::new(Stream::Audit);
    event.id = needed("id")?.into();
    event.time = time;
    event.set_text("action", format!("{resource}.{verb}"));
    event.set_text("resource_type", resource);
    event.set_text("resource_id", payload.text("object_id").unwrap_or_default());
    let person = payload
        .text("changed_by")
        .filter(|person| !person.is_empty());
    let key = payload.text("changed_by_api_key").unwrap_or_default();
    let actor_type = match (&person, key.is_empty()) {
        (Some(_), _) => "member",
        (None, false) => "api_key",
        (None, true) => "system",
    };
    event.set_text("actor_type", actor_type);
    event.set_text("actor_id", person.clone().unwrap_or_else(|| key.clone()));
    let changes = changes(
        &structure(payload, "before_value"),
        &structure(payload, "updated_values"),
        &verb,
    );
    bounded::set_array(&mut event, "changes", changes);
    if person.is_some() && !key.is_empty() {
        bounded::set_object(
            &mut event,
            "details",
            Map::from_iter([("changed_by_api_key".into(), key.into())]),
        );
    }
    Ok(event)
}

/// `LiteLLM_VerificationToken` → `verification_token`, `LiteLLM_TeamTable` → `team`.
fn resource(table: &str) -> String {
    let name = table.strip_prefix("LiteLLM_").unwrap_or(table);
    let name = name
        .strip_suffix("Table")
        .filter(|name| !name.is_empty())
        .unwrap_or(name);
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// The members of a row, which is JSON inside a text.
fn structure(payload: &Payload<'_>, name: &str) -> Map<String, Value> {
    let value = match payload.value(name) {
        Some(Value::String(text)) => daybook_model::json::parse(&text).unwrap_or_default(),
        value => value.unwrap_or_default(),
    };
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// What differs. An update names only the fields it changes; a deletion leaves none.
fn changes(before: &Map<String, Value>, after: &Map<String, Value>, verb: &str) -> Vec<Value> {
    let mut names: Vec<&String> = after.keys().collect();
    if verb == "deleted" {
        names.extend(before.keys().filter(|name| !after.contains_key(*name)));
    }
    let differing = names.into_iter().filter_map(|name| {
        let value = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or_default();
        let (mut old, mut new) = (value(before), value(after));
        if old == new {
            return None;
        }
        hide_secrets(name, &mut old);
        hide_secrets(name, &mut new);
        Some(json!({"field": name, "old": old, "new": new}))
    });
    differing.collect()
}

/// Keys and passwords of providers stand in the rows of models.
fn hide_secrets(name: &str, value: &mut Value) {
    let secret = ["password", "secret", "api_key"]
        .iter()
        .any(|word| name.contains(word));
    match value {
        Value::String(text) if secret || text.starts_with("sk-") => *text = "(hidden)".into(),
        Value::Array(items) => items.iter_mut().for_each(|item| hide_secrets(name, item)),
        Value::Object(members) => {
            members
                .iter_mut()
                .for_each(|(name, member)| hide_secrets(name, member));
        }
        _ => {}
    }
}
