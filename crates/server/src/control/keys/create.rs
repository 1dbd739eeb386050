//! Making keys.

use super::{Key, Scope};
use crate::control::secrets::{digest_hex, new_key};
use crate::control::{Actor, Change, Control, ControlError, Result};
use daybook_model::{Timestamp, limits};
use serde_json::json;

const NAME_BYTES_MAX: usize = 128;
const RATE_MAX: u32 = 1_000_000;
/// Personal keys of one account that can be used.
const PERSONAL_MAX: i64 = 20;

/// A key to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// Its events' origin; the name when not given.
    pub origin: Option<String>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it ends; never when not given.
    pub expires_at: Option<Timestamp>,
    /// Requests a minute that it may send; unlimited when not given.
    pub rate_per_minute: Option<u32>,
}

/// Refuses what is no line of text, or a longer one.
pub(in crate::control) fn check_text(
    field: &'static str,
    text: &str,
    bytes_max: usize,
) -> Result<()> {
    let fits = !text.is_empty() && text.len() <= bytes_max && !text.chars().any(is_unseen);
    let message = || format!("expected 1 to {bytes_max} bytes of visible text");
    fits.then_some(())
        .ok_or_else(|| ControlError::invalid(field, message()))
}

/// Whether a character changes how others are read without being seen: names with such look like
/// others. Bidirectional controls and invisible characters of Unicode (UAX #9, UTR #36).
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a platform may have this name.
///
/// # Errors
/// When it is no short line of text, or the name of Daybook's own events.
pub fn check_origin(origin: &str) -> Result<()> {
    check_text("origin", origin, limits::KEYWORD_BYTES_MAX)?;
    if origin.eq_ignore_ascii_case(crate::control::outbox::ORIGIN) {
        let message = "this origin is kept for Daybook's own events";
        return Err(ControlError::invalid("origin", message));
    }
    Ok(())
}

impl NewKey {
    /// The key that this asks for, apart from its secret.
    fn check(self, user_id: Option<String>) -> Result<Key> {
        let name = self.name.trim().to_owned();
        check_text("name", &name, NAME_BYTES_MAX)?;
        let origin = match user_id {
            Some(_) => String::new(),
            None => self.origin.unwrap_or_else(|| name.clone()),
        };
        if user_id.is_none() {
            check_origin(&origin)?;
        }
        let mut scopes = self.scopes;
        scopes.dedup();
        if scopes.is_empty() {
            let message = "at least one of ingest, read, admin";
            return Err(ControlError::invalid("scopes", message));
        }
        let now = Timestamp::now();
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(ControlError::invalid(
                "expires_at",
                "expected a time to come",
            ));
        }
        if self
            .rate_per_minute
            .is_some_and(|rate| rate == 0 || rate > RATE_MAX)
        {
            let message = format!("expected 1 to {RATE_MAX} requests, or null for no limit");
            return Err(ControlError::invalid("rate_per_minute", message));
        }
        Ok(Key {
            id: uuid::Uuid::now_v7().to_string(),
            name,
            origin,
            scopes,
            last_four: String::new(),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
            expires_at: self.expires_at,
            rate_per_minute: self.rate_per_minute,
            user_id,
        })
    }
}

/// How a secret is recognised without showing it.
pub(super) fn last_four(secret: &str) -> String {
    secret[secret.len() - 4..].into()
}

impl Control {
    /// Makes a key and returns it with its secret, which cannot be shown again.
    ///
    /// # Errors
    /// When something of it cannot be used, or the database refuses.
    pub async fn create_key(&self, actor: &Actor, new: NewKey) -> Result<(Key, String)> {
        self.insert_key(actor, new, None).await
    }

    /// Makes a key that belongs to an account and reads what that may read.
    ///
    /// # Errors
    /// When the account has too many, something of it cannot be used, or the database refuses.
    pub async fn create_personal_key(
        &self,
        actor: &Actor,
        user_id: &str,
        name: String,
        expires_at: Option<Timestamp>,
    ) -> Result<(Key, String)> {
        let new = NewKey {
            name,
            scopes: vec![Scope::Read],
            expires_at,
            ..NewKey::default()
        };
        self.insert_key(actor, new, Some(user_id.into())).await
    }

    async fn insert_key(
        &self,
        actor: &Actor,
        new: NewKey,
        user_id: Option<String>,
    ) -> Result<(Key, String)> {
        let secret = new_key();
        self.change(actor, "api_key.created", |change| {
            Box::pin(async move {
                change.resource("api_key", "", &new.name);
                let mut key = new.check(user_id)?;
                key.last_four = last_four(&secret);
                check_count(change, &key).await?;
                let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
                let scopes = scopes.join(" ");
                change.resource("api_key", &key.id, &key.name);
                let details = json!({
                    "scopes": scopes, "origin": key.origin, "expires_at": key.expires_at,
                    "rate_per_minute": key.rate_per_minute, "user_id": key.user_id,
                });
                change.audit.set_json("details", details.to_string());
                sqlx::query(
                    "INSERT INTO api_keys (id, key_hash, last_four, name, origin, scopes, \
                     created_at, expires_at, rate_per_minute, user_id) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                )
                .bind(&key.id)
                .bind(digest_hex(&secret))
                .bind(&key.last_four)
                .bind(&key.name)
                .bind(&key.origin)
                .bind(scopes)
                .bind(key.created_at.us())
                .bind(key.expires_at.map(Timestamp::us))
                .bind(key.rate_per_minute.map(i64::from))
                .bind(&key.user_id)
                .execute(change.db())
                .await?;
                Ok((key, secret))
            })
        })
        .await
    }
}

/// Refuses one personal key more than an account may have.
async fn check_count(change: &mut Change, key: &Key) -> Result<()> {
    let Some(user_id) = &key.user_id else {
        return Ok(());
    };
    let usable: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM api_keys WHERE user_id = $1 \
         AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(user_id)
    .bind(key.created_at.us())
    .fetch_one(change.db())
    .await?;
    match usable < PERSONAL_MAX {
        true => Ok(()),
        false => {
            let message = format!("an account has at most {PERSONAL_MAX} keys: revoke one first");
            Err(ControlError::invalid("name", message))
        }
    }
}
