//! Secrets in the old and new values of audit events. What looks like one, by its name or its
//! shape, is replaced by a keyed hash before it is stored: equal secrets stay equal, and nobody
//! reads them, nor tries guesses without the key of this installation.

mod urls;

use crate::control::{Control, Result};
use daybook_model::{Event, Stream};
use hmac::{Hmac, KeyInit, Mac};
use regex::RegexSet;
use serde_json::Value;
use sha2::Sha256;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What a replaced value begins with.
const MARK: &str = "hmac:";
const HASH_BYTES: usize = 12;

/// Parts of names whose values are secret.
const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "credential",
    "authorization",
    "cookie",
    "connection_string",
    "access_token",
    "refresh_token",
];

/// Shapes of secrets, whatever their name: keys of well-known providers and of Daybook, bearer and
/// basic credentials, JSON web tokens, private keys in PEM, passwords in URLs.
static SHAPES: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}",
        r"\bdbk_[A-Za-z0-9]{16,}",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}",
        r"\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"\bglpat-[A-Za-z0-9_-]{16,}",
        r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bAIza[A-Za-z0-9_-]{30,}",
        r"\bhf_[A-Za-z0-9]{20,}",
        r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"://[^/\s:@]+:[^/\s@]+@",
    ])
    .expect("invariant: the patterns are valid")
});

/// Replaces secrets by hashes with the key of an installation.
#[derive(Clone)]
pub struct Redactor(Hmac<Sha256>);

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// The one of an installation.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn of(control: &Control) -> Result<Self> {
        Ok(Self::new(&control.secret("redaction_key").await?))
    }

    /// One with this key.
    pub fn new(key: &str) -> Self {
        let mac = Hmac::new_from_slice(key.as_bytes());
        Self(mac.expect("invariant: HMAC takes keys of any length"))
    }

    /// Replaces the secrets among the changes that an audit event tells of.
    pub fn redact(&self, event: &mut Event) {
        if event.stream != Stream::Audit {
            return;
        }
        let changes = event.json("changes").map(serde_json::from_str);
        let Some(Ok(Value::Array(mut changes))) = changes else {
            return;
        };
        let mut found = false;
        for change in &mut changes {
            let name = change["field"].as_str().unwrap_or_default().to_owned();
            for side in ["old", "new"] {
                if let Some(value) = change.get_mut(side) {
                    found |= self.value(is_secret_name(&name), value);
                }
            }
        }
        if found {
            event.set_json("changes", Value::Array(changes).to_string());
        }
    }

    /// Replaces a value, or what is secret inside it; returns whether anything was.
    pub(crate) fn value(&self, secret: bool, value: &mut Value) -> bool {
        match value {
            Value::String(text) if text.is_empty() || is_replaced(text) => false,
            Value::String(text) if secret || SHAPES.is_match(text) => {
                *text = self.hash(text);
                true
            }
            Value::String(text) => match urls::without_secrets(text, |secret| self.hash(secret)) {
                Some(replaced) => {
                    *text = replaced;
                    true
                }
                None => false,
            },
            Value::Number(number) if secret => {
                *value = Value::String(self.hash(&number.to_string()));
                true
            }
            Value::Array(items) => items
                .iter_mut()
                .fold(false, |found, item| self.value(secret, item) | found),
            Value::Object(members) => members.iter_mut().fold(false, |found, (name, item)| {
                self.value(secret || is_secret_name(name), item) | found
            }),
            Value::Number(_) | Value::Null | Value::Bool(_) => false,
        }
    }

    /// What stands in a secret's place.
    fn hash(&self, secret: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(secret.as_bytes());
        let mut text = String::from(MARK);
        for byte in &mac.finalize().into_bytes()[..HASH_BYTES] {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        }
        text
    }
}

/// Whether somebody replaced it before: sent again, an event must stay the same.
fn is_replaced(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|hash| {
        hash.len() == 2 * HASH_BYTES && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Whether values of this name are secret. `token` alone is not: token counts and limits are not.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    name == "token" || name.ends_with(".token") || NAMES.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn redacted(changes: Value) -> Value {
        let mut event = Event::new(Stream::Audit);
        event.set_json("changes", changes.to_string());
        Redactor::new("key").redact(&mut event);
        serde_json::from_str(event.json("changes").unwrap()).unwrap()
    }

    #[test]
    fn secrets_go_by_name_and_by_shape_and_nothing_else_does() {
        let kept = json!([
            {"field": "max_tokens", "old": 100, "new": 200},
            {"field": "status", "old": "enabled", "new": "disabled"},
            {"field": "url", "old": null, "new": "https://api.example.com/v1"},
            {"field": "api_key", "old": "", "new": null},
        ]);
        assert_eq!(redacted(kept.clone()), kept);
        let changes = redacted(json!([
            {"field": "api_key", "old": "abc", "new": "abd"},
            {"field": "endpoint", "old": "https://u:pass@host/x", "new": "Bearer abcdefghijklmnop"},
            {"field": "config", "old": {"a": {"password": 12345}, "b": 1}, "new": ["sk-abcdefghijklmnopqrstuv"]},
        ]));
        let text = changes.to_string();
        for secret in ["abc\"", "abd\"", "pass@", "Bearer", "12345", "sk-"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert_eq!(changes[2]["old"]["b"], 1);
        assert_ne!(changes[0]["old"], changes[0]["new"]);
    }

    #[test]
    fn secrets_inside_urls_go_and_where_they_lead_stays() {
        let new = |url: &str| redacted(json!([{"field": "url", "old": null, "new": url}]));
        let text = |url: &str| new(url)[0]["new"].as_str().unwrap().to_owned();
        let hash = |secret: &str| Redactor::new("key").hash(secret);
        let (key, hook) = (hash("qqqwwweee"), hash("T000/B000/XXXXyyyy"));
        for (url, stored) in [
            (
                "https://x/?api_key=qqqwwweee",
                format!("https://x/?api_key={key}"),
            ),
            (
                "wss://x/a?v=1&Access-Token=qqqwwweee&page=2#end",
                format!("wss://x/a?v=1&Access-Token={key}&page=2#end"),
            ),
            (
                "see https://x/?sig=qqqwwweee or https://x/?client%5Fsecret=qqqwwweee",
                format!("see https://x/?sig={key} or https://x/?client%5Fsecret={key}"),
            ),
            (
                "https://hooks.slack.com/services/T000/B000/XXXXyyyy",
                format!("https://hooks.slack.com/services/{hook}"),
            ),
            (
                "https://canary.discord.com/api/v10/webhooks/T000/B000/XXXXyyyy?wait=true",
                format!("https://canary.discord.com/api/v10/webhooks/{hook}?wait=true"),
            ),
            (
                "https://corp.webhook.office.com/webhookb2/T000/B000/XXXXyyyy",
                format!("https://corp.webhook.office.com/webhookb2/{hook}"),
            ),
            (
                "https://outlook.office365.com/webhook/T000/B000/XXXXyyyy",
                format!("https://outlook.office365.com/webhook/{hook}"),
            ),
        ] {
            assert_eq!(text(url), stored);
            assert_eq!(text(&stored), stored, "sent again it stays");
        }
        for kept in [
            "https://x/?page=2&max_tokens=100&sort=key",
            "https://discord.com/channels/1/2",
            "https://hooks.slack.com/",
            "what is api_key=? a&key=b",
        ] {
            assert_eq!(text(kept), kept);
        }
        let changed = redacted(json!([{"field": "notify", "old": null, "new": {
            "to": ["https://hooks.slack.com/services/T000/B000/XXXXyyyy"], "on": true,
        }}]));
        assert!(!changed.to_string().contains("XXXXyyyy"), "{changed}");
    }

    #[test]
    fn equal_secrets_stay_equal_and_what_was_replaced_stays() {
        let once = redacted(json!([{"field": "token", "old": "x", "new": "x"}]));
        assert_eq!(once[0]["old"], once[0]["new"]);
        assert_eq!(redacted(once.clone()), once);
        let other = Redactor::new("another key").hash("x");
        assert_ne!(once[0]["old"], json!(other));
    }
}
