//! Who called: LiteLLM's users, keys and teams, and the tags they set.

use super::payload::{Payload, text_of};
use crate::bounded;
use daybook_model::Event;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub(super) fn apply(
    payload: &Payload<'_>,
    metadata: &Map<String, Value>,
    parameters: &Map<String, Value>,
    event: &mut Event,
) {
    let mut set = |name: &str, value: Option<&str>| {
        event.set_text(name, value.unwrap_or_default());
    };
    let of_metadata = |name: &str| text_of(metadata, name);
    // LiteLLM's name for whoever holds the master key says nothing about the caller.
    let owner = of_metadata("user_api_key_user_id").filter(|id| *id != "default_user_id");
    let end_user = payload.text("end_user").filter(|user| !user.is_empty());
    let user = owner
        .or(end_user.as_deref())
        .or_else(|| text_of(parameters, "user"));
    set(
        "user_id",
        user.or_else(|| of_metadata("user_api_key_user_id")),
    );
    set("user_name", of_metadata("user_api_key_user_email"));
    let key = of_metadata("user_api_key_hash").map(key_id);
    set("source", key.is_some().then_some("virtual_key"));
    set("api_key_id", key.as_deref());
    set("api_key_name", of_metadata("user_api_key_alias"));
    // A team is what LiteLLM has for a workspace.
    set("workspace_id", of_metadata("user_api_key_team_id"));
    set("workspace_name", of_metadata("user_api_key_team_alias"));
    if let Some(route) = of_metadata("user_api_key_request_route") {
        set("endpoint", Some(route));
    }
    let ip = payload
        .text("requester_ip_address")
        .filter(|ip| !ip.is_empty());
    set(
        "ip",
        ip.as_deref()
            .or_else(|| of_metadata("requester_ip_address")),
    );
    let agent = payload.text("user_agent").filter(|agent| !agent.is_empty());
    set(
        "user_agent",
        agent.as_deref().or_else(|| of_metadata("user_agent")),
    );
    bounded::set_object(event, "metadata", tags(payload, metadata));
}

/// The id of a key as LiteLLM stores it: a SHA-256. A refused key arrives as the key itself, which
/// must not be stored.
fn key_id(hash: &str) -> String {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash || hash == "litellm_proxy_master_key" {
        return hash.into();
    }
    // LiteLLM hashes the whole key but reports a refused one without its beginning.
    let whole = if hash.starts_with("sk-") {
        hash.into()
    } else {
        format!("sk-{hash}")
    };
    Sha256::digest(whole)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The caller's tags. The request's metadata also holds what LiteLLM put there itself.
fn tags(payload: &Payload<'_>, metadata: &Map<String, Value>) -> Map<String, Value> {
    let mut tags = Map::new();
    if let Some(list) = payload.value("request_tags") {
        tags.insert("tags".into(), list);
    }
    let own = [
        "headers",
        "trace_id",
        "session_id",
        "used_client_oauth_token",
        "tags",
    ];
    for name in ["requester_metadata", "spend_logs_metadata"] {
        if let Some(Value::Object(members)) = metadata.get(name) {
            let members = members
                .iter()
                .filter(|(key, _)| !own.contains(&key.as_str()));
            tags.extend(members.map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::key_id;

    #[test]
    fn a_key_in_plain_text_is_never_stored() {
        let hash = "0".repeat(64);
        assert_eq!(key_id(&hash), hash);
        let refused = key_id("1234abcd");
        assert_eq!(refused.len(), 64);
        assert_eq!(
            refused,
            key_id("sk-1234abcd"),
            "the hash LiteLLM would store"
        );
    }
}
