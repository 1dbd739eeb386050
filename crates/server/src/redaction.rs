//! Secrets in the old and new values of audit events. What looks like one, by its name or its
//! shape, is replaced by a keyed hash before it is stored: equal secrets stay equal, and nobody
//! reads them, nor tries guesses without the key of this installation.
//!
//! What was replaced once stays as it is, and equal events stay equal: a repeated delivery is a
//! duplicate. A text is gone through from left to right, so the time grows with its length.

mod assigned;
mod blocks;
mod markup;
mod names;
mod options;
mod pairs;
#[cfg(test)]
mod tests;
mod urls;

pub(crate) use names::is_secret_name;

use crate::control::{Control, Result};
use daybook_model::{Event, Stream};
use hmac::{Hmac, KeyInit, Mac};
use regex::RegexSet;
use serde_json::{Map, Value};
use sha2::Sha256;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What a replaced value begins with.
const MARK: &str = "hmac:";
const HASH_BYTES: usize = 12;

/// How deeply values, and the JSON that texts are, are looked into. What lies deeper is replaced.
const DEPTH_MAX: usize = 128;

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
        let changes = event.json("changes").map(serde_json::from_str::<Value>);
        let Some(Ok(mut changes)) = changes else {
            return;
        };
        if self.value(false, &mut changes) {
            event.set_json("changes", changes.to_string());
        }
    }

    /// Replaces a value, or what is secret inside it; returns whether anything was.
    pub(crate) fn value(&self, secret: bool, value: &mut Value) -> bool {
        self.within(secret, DEPTH_MAX, value)
    }

    /// The same, so many levels deep.
    fn within(&self, secret: bool, levels: usize, value: &mut Value) -> bool {
        match value {
            Value::Array(_) | Value::Object(_) if levels == 0 => {
                *value = Value::String(self.hash(&value.to_string()));
                true
            }
            Value::Array(items) => self.items(secret, levels - 1, false, items),
            Value::Object(members) => self.members(secret, levels - 1, members),
            Value::String(text) => match self.text(secret, levels, text) {
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
            Value::Number(_) | Value::Null | Value::Bool(_) => false,
        }
    }

    fn items(&self, secret: bool, levels: usize, among_lists: bool, items: &mut [Value]) -> bool {
        let is_pair = pairs::is_secret_pair(items, among_lists);
        let (mut found, mut announced) = (false, false);
        for (at, item) in items.iter_mut().enumerate() {
            let is_argument = announced && !options::is_option(item);
            announced = options::announces(item);
            let secret = secret || is_argument || (is_pair && at == 1);
            found |= match item {
                Value::Array(inner) if levels > 0 => self.items(secret, levels - 1, true, inner),
                item => self.within(secret, levels, item),
            };
        }
        found
    }

    fn members(&self, secret: bool, levels: usize, members: &mut Map<String, Value>) -> bool {
        let is_named = pairs::name_secret(members);
        let mut found = false;
        for (name, item) in members.iter_mut() {
            let secret = secret || is_secret_name(name) || (is_named && pairs::is_value(name));
            found |= self.within(secret, levels, item);
        }
        if members.keys().any(|name| holds_secret(name)) {
            let hidden = |name: String| match holds_secret(&name) {
                true => self.hash(&name),
                false => name,
            };
            let named = std::mem::take(members).into_iter();
            *members = named.map(|(name, item)| (hidden(name), item)).collect();
            found = true;
        }
        found
    }

    /// What stands in the place of a text, if it is or holds a secret.
    fn text(&self, secret: bool, levels: usize, text: &str) -> Option<String> {
        if text.is_empty() || is_replaced(text) {
            return None;
        }
        if secret || levels == 0 {
            return Some(self.hash(text));
        }
        if let Some(mut inside) = document(text) {
            let found = self.within(false, levels - 1, &mut inside);
            return found.then(|| inside.to_string());
        }
        let shown = self.without_parts(text)?;
        // What was replaced may have hidden more: nothing is left to find another time.
        Some(self.text(false, levels - 1, &shown).unwrap_or(shown))
    }

    /// A text with hashes in the place of the secrets in it, if it has any.
    fn without_parts(&self, text: &str) -> Option<String> {
        if holds_secret(text) {
            return Some(self.hash(text));
        }
        let hash = |secret: &str| self.hash(secret);
        let addressed = urls::without_secrets(text, hash);
        let rest = addressed.as_deref().unwrap_or(text);
        assigned::without_secrets(rest, hash).or(addressed)
    }

    /// What stands in a secret's place.
    pub(crate) fn hash(&self, secret: &str) -> String {
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

/// The length of the hash that a text begins with, if it begins with one.
fn begins_replaced(text: &str) -> Option<usize> {
    const BYTES: usize = MARK.len() + 2 * HASH_BYTES;
    let (hash, rest) = text.split_at_checked(BYTES)?;
    let ends = !rest.starts_with(|letter: char| letter.is_alphanumeric());
    (ends && is_replaced(hash)).then_some(BYTES)
}

/// The JSON that a text is.
fn document(text: &str) -> Option<Value> {
    let begins = text.trim_start().starts_with(['{', '[', '"']);
    begins.then(|| serde_json::from_str(text).ok()).flatten()
}

/// Whether a text has the shape of a secret.
pub(crate) fn holds_secret(text: &str) -> bool {
    SHAPES.is_match(text)
}
