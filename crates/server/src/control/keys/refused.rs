//! Refused uses of keys, for the authentication log.

use super::Key;
use crate::control::auth_events::{AuthEvent, AuthKind, Method};
use crate::control::secrets::digest_hex;
use crate::control::{Client, Control};
use serde_json::json;

/// Digits of a hash that tell one unknown key from another, and nothing about the key.
const FINGERPRINT_DIGITS: usize = 8;

impl Control {
    /// Puts on record that a key was refused. What was sent as its secret stays unknown.
    pub(crate) async fn key_refused(
        &self,
        client: &Client,
        secret: &str,
        key: Option<&Key>,
        reason: &str,
    ) {
        let mut fingerprint = digest_hex(secret);
        fingerprint.truncate(FINGERPRINT_DIGITS);
        let name = match key {
            Some(key) => key.name.clone(),
            None => format!("unknown key {fingerprint}"),
        };
        let details = json!({"key_id": key.map(|key| &key.id), "fingerprint": fingerprint});
        let event = AuthEvent::failure(client, AuthKind::KeyRefused, reason)
            .named(&name)
            .by(Method::ApiKey)
            .details(&details);
        // Whoever was refused stays refused when this cannot be written.
        if let Err(error) = self.record_repeated(event).await {
            tracing::debug!(%error, "a refused key could not be put on record");
        }
    }
}
