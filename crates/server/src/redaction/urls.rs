//! Secrets inside URLs: parameters with a secret's name, and the paths by which anybody may post to
//! somebody's channel. What the URL leads to stays readable.

use super::{is_replaced, is_secret_name};
use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A parameter of a query or a fragment: what is before its value, its name, its value.
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([?&;#]([A-Za-z0-9_.~%\[\]-]+)=)([^&;#\s"'<>]+)"#)
        .expect("invariant: the pattern is valid")
});

/// A webhook of Slack, Discord or Office: what names the service, and what only its owner knows.
static WEBHOOK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(\b(?:",
        r"hooks\.slack(?:-gov)?\.com(?::[0-9]+)?/(?:services|workflows|triggers)",
        r"|discord(?:app)?\.com(?::[0-9]+)?/api/(?:v[0-9]+/)?webhooks",
        r"|webhook\.office(?:365)?\.com(?::[0-9]+)?/webhookb2",
        r"|outlook\.office(?:365)?\.com(?::[0-9]+)?/webhook",
        r#")/)([^?#\s"'<>]+)"#,
    ))
    .expect("invariant: the pattern is valid")
});

/// Names that mean a secret in a URL, and not everywhere.
const NAMES: [&str; 5] = ["key", "sig", "signature", "auth", "accesstoken"];

/// The text with hashes in the place of such secrets, if it has any.
pub(super) fn without_secrets(text: &str, hash: impl Fn(&str) -> String) -> Option<String> {
    let is_url = text.contains("://") || WEBHOOK.is_match(text);
    if !is_url {
        return None;
    }
    let replaced = WEBHOOK.replace_all(text, |found: &Captures<'_>| {
        format!("{}{}", &found[1], hashed(&found[2], &hash))
    });
    let replaced = PARAMETER.replace_all(&replaced, |found: &Captures<'_>| {
        match is_secret(&found[2]) {
            true => format!("{}{}", &found[1], hashed(&found[3], &hash)),
            false => found[0].to_owned(),
        }
    });
    (replaced != text).then(|| replaced.into_owned())
}

/// What was replaced before stays.
fn hashed(secret: &str, hash: impl Fn(&str) -> String) -> String {
    match is_replaced(secret) {
        true => secret.to_owned(),
        false => hash(secret),
    }
}

fn is_secret(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy();
    let bare = name.to_ascii_lowercase().replace(['-', '_'], "");
    let known = NAMES.contains(&bare.as_str());
    known || bare.ends_with("signature") || is_secret_name(&name)
}
