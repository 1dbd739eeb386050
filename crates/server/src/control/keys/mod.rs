//! API keys: shown once, stored as a hash, with scopes, an end, an allowance, and the origin of the
//! events they bring. A personal key belongs to an account and can do no more than that.

mod create;
mod refused;
mod rotate;

pub(super) use create::check_text;
pub use create::{NewKey, check_origin};

use super::secrets::digest_hex;
use super::{Actor, Change, Control, ControlError, Result, User};
use daybook_model::Timestamp;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// How exact `last_used_at` is; a write per request would be too many.
const USED_EVERY_US: i64 = 60 * Timestamp::SECOND_US;

/// What a key may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Send events.
    Ingest,
    /// Read the log.
    Read,
    /// Manage keys.
    Admin,
}

impl Scope {
    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let known = [Self::Ingest, Self::Read, Self::Admin];
        let known = known.into_iter().find(|scope| scope.name() == text);
        known.ok_or_else(|| "expected ingest, read or admin".into())
    }
}

/// A key as it can be shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Identifier.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The platform instance whose events it brings; empty for a personal key, which brings none.
    pub origin: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Its last four characters.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Requests a minute that it may send; unlimited when not given.
    pub rate_per_minute: Option<u32>,
    /// The account it belongs to, if it is a personal key.
    pub user_id: Option<String>,
}

/// Why a key can no longer be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Somebody revoked it.
    Revoked,
    /// Its time is over.
    Expired,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        })
    }
}

impl Key {
    /// Whether it has ended at an instant, and how.
    pub fn ended(&self, now: Timestamp) -> Option<Ended> {
        if self.revoked_at.is_some() {
            return Some(Ended::Revoked);
        }
        let expired = self.expires_at.is_some_and(|end| end <= now);
        expired.then_some(Ended::Expired)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    origin: String,
    scopes: String,
    last_four: String,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    expires_at: Option<i64>,
    rate_per_minute: Option<i64>,
    user_id: Option<String>,
}

impl From<Row> for Key {
    fn from(row: Row) -> Self {
        let scopes = row.scopes.split(' ').filter_map(|scope| scope.parse().ok());
        Self {
            scopes: scopes.collect(),
            id: row.id,
            name: row.name,
            origin: row.origin,
            last_four: row.last_four,
            created_at: Timestamp::from_us(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp::from_us),
            revoked_at: row.revoked_at.map(Timestamp::from_us),
            expires_at: row.expires_at.map(Timestamp::from_us),
            rate_per_minute: row.rate_per_minute.and_then(|rate| rate.try_into().ok()),
            user_id: row.user_id,
        }
    }
}

/// Revokes the personal keys of an account for good, inside a change, whose audit event says which
/// beside these details.
pub(super) async fn revoke_personal(
    change: &mut Change,
    user_id: &str,
    mut details: Value,
) -> Result<()> {
    let revoked: Vec<String> = sqlx::query_scalar(
        "UPDATE api_keys SET revoked_at = $1 \
         WHERE user_id = $2 AND revoked_at IS NULL RETURNING id",
    )
    .bind(Timestamp::now().us())
    .bind(user_id)
    .fetch_all(change.db())
    .await?;
    details["api_keys_revoked"] = json!(revoked);
    change.audit.set_json("details", details.to_string());
    Ok(())
}

impl Control {
    /// All keys, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self) -> Result<Vec<Key>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM api_keys ORDER BY created_at DESC, id DESC")
                .fetch_all(self.db.reader())
                .await?;
        Ok(rows.into_iter().map(Key::from).collect())
    }

    /// The personal keys of an account, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn personal_keys(&self, user_id: &str) -> Result<Vec<Key>> {
        let find = "SELECT * FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id DESC";
        let rows: Vec<Row> = sqlx::query_as(find)
            .bind(user_id)
            .fetch_all(self.db.reader())
            .await?;
        Ok(rows.into_iter().map(Key::from).collect())
    }

    /// Whether an account must have a second factor and has none: then its keys do nothing, as its
    /// sessions do nothing.
    pub(crate) async fn lacks_mfa(&self, user: &User) -> Result<bool> {
        if !self.sign_in_settings().await?.needs_mfa(user.role) {
            return Ok(false);
        }
        let mut db = self.db.reader().acquire().await?;
        Ok(!crate::control::codes::is_enabled(&mut db, &user.id).await?)
    }

    /// The account of a personal key, if it may be used.
    pub(crate) async fn key_owner(&self, user_id: &str) -> Result<Option<User>> {
        let find = sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(user_id);
        let user: Option<User> = find.fetch_optional(self.db.reader()).await?;
        Ok(user.filter(User::is_active))
    }

    /// The key with this id, also one that can no longer be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key(&self, id: &str) -> Result<Option<Key>> {
        let find = sqlx::query_as("SELECT * FROM api_keys WHERE id = $1").bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        Ok(row.map(Key::from))
    }

    async fn existing_key(&self, id: &str) -> Result<Key> {
        self.key(id).await?.ok_or(ControlError::NotFound("key"))
    }

    /// Revokes a key at once and for good. Revoking it again changes nothing.
    ///
    /// # Errors
    /// When there is no such key, or the database refuses.
    pub async fn revoke_key(&self, actor: &Actor, id: &str) -> Result<()> {
        let found = self.existing_key(id).await;
        self.revoke(actor, id, found).await
    }

    /// Revokes a personal key of this account.
    ///
    /// # Errors
    /// When the account has no such key, or the database refuses.
    pub async fn revoke_personal_key(&self, actor: &Actor, user_id: &str, id: &str) -> Result<()> {
        let found = self.existing_key(id).await;
        let own = found.and_then(|key| match key.user_id.as_deref() == Some(user_id) {
            true => Ok(key),
            false => Err(ControlError::NotFound("key")),
        });
        self.revoke(actor, id, own).await
    }

    async fn revoke(&self, actor: &Actor, id: &str, found: Result<Key>) -> Result<()> {
        if found.as_ref().is_ok_and(|key| key.revoked_at.is_some()) {
            return Ok(());
        }
        let id = id.to_owned();
        self.change(actor, "api_key.revoked", |change| {
            Box::pin(async move {
                change.resource("api_key", &id, "");
                let key = found?;
                change.resource("api_key", &key.id, &key.name);
                sqlx::query("UPDATE api_keys SET revoked_at = $1 WHERE id = $2")
                    .bind(Timestamp::now().us())
                    .bind(key.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The key with this secret, also one that can no longer be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_key(&self, secret: &str) -> Result<Option<Key>> {
        let now = Timestamp::now();
        let find = "SELECT * FROM api_keys WHERE key_hash = $1 \
             OR (previous_hash = $1 AND previous_ends_at > $2)";
        let row: Option<Row> = sqlx::query_as(find)
            .bind(digest_hex(secret))
            .bind(now.us())
            .fetch_optional(self.db.reader())
            .await?;
        let Some(key) = row.map(Key::from) else {
            return Ok(None);
        };
        let stale = |used: Timestamp| used.plus_us(USED_EVERY_US) < now;
        if key.ended(now).is_none() && key.last_used_at.is_none_or(stale) {
            let note = sqlx::query("UPDATE api_keys SET last_used_at = $1 WHERE id = $2");
            self.db.note(note.bind(now.us()).bind(&key.id)).await;
        }
        Ok(Some(key))
    }
}
