//! A new secret for the same key: its id, origin and scopes stay, so that what it sends is still
//! told to come from the same platform.

use super::{Key, create::last_four};
use crate::control::secrets::{digest_hex, new_key};
use crate::control::{Actor, Control, ControlError, Result};
use daybook_model::Timestamp;
use serde_json::json;

/// A week: longer is no rotation.
const GRACE_MINUTES_MAX: u32 = 7 * 24 * 60;
const MINUTE_US: i64 = 60 * Timestamp::SECOND_US;

/// Refuses a key that gets no new secret, and a time in which the old one may not go on.
fn check(key: &Key, grace_minutes: u32, now: Timestamp) -> Result<()> {
    if grace_minutes > GRACE_MINUTES_MAX {
        let message = format!("expected at most {GRACE_MINUTES_MAX}");
        return Err(ControlError::invalid("grace_minutes", message));
    }
    if key.user_id.is_some() {
        let message = "this is a personal key: its owner makes a new one, and you can revoke it";
        return Err(ControlError::invalid("id", message));
    }
    match key.ended(now) {
        Some(why) => {
            let message = format!("this key is {why}: make a new one");
            Err(ControlError::invalid("id", message))
        }
        None => Ok(()),
    }
}

impl Control {
    /// Gives a key a new secret. The old one works for so many minutes more; one that an earlier
    /// rotation left ends now.
    ///
    /// # Errors
    /// When there is no such key, it is a personal one, it can no longer be used, or the database refuses.
    pub async fn rotate_key(
        &self,
        actor: &Actor,
        id: &str,
        grace_minutes: u32,
    ) -> Result<(Key, String)> {
        let found = self.existing_key(id).await;
        let (id, secret, now) = (id.to_owned(), new_key(), Timestamp::now());
        self.change(actor, "api_key.rotated", |change| {
            Box::pin(async move {
                change.resource("api_key", &id, "");
                let mut key = found?;
                change.resource("api_key", &key.id, &key.name);
                check(&key, grace_minutes, now)?;
                key.last_four = last_four(&secret);
                let ends_at = now.plus_us(i64::from(grace_minutes) * MINUTE_US);
                let details = json!({"grace_minutes": grace_minutes});
                change.audit.set_json("details", details.to_string());
                let done = sqlx::query(
                    "UPDATE api_keys SET previous_hash = key_hash, previous_ends_at = $1, \
                     key_hash = $2, last_four = $3 WHERE id = $4 AND revoked_at IS NULL",
                )
                .bind(ends_at.us())
                .bind(digest_hex(&secret))
                .bind(&key.last_four)
                .bind(&key.id)
                .execute(change.db())
                .await?;
                match done.rows_affected() {
                    0 => Err(ControlError::NotFound("key")),
                    _ => Ok((key, secret)),
                }
            })
        })
        .await
    }
}
