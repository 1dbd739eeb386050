//! API keys: shown once, stored as a hash, with scopes and the origin of the events they bring.

use super::secrets::{digest_hex, new_key};
use super::{Actor, Control, ControlError, Result};
use daybook_model::{Timestamp, limits};
use std::fmt;
use std::str::FromStr;

/// How exact `last_used_at` is; a write per request would be too many.
const USED_EVERY_US: i64 = 60 * Timestamp::SECOND_US;
const NAME_BYTES_MAX: usize = 128;

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
    /// The platform instance whose events it brings.
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
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// Its events' origin; the name when not given.
    pub origin: Option<String>,
    /// What it may do.
    pub scopes: Vec<Scope>,
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
        }
    }
}

/// Refuses what is no line of text, or a longer one.
pub(super) fn check_text(field: &'static str, text: &str, bytes_max: usize) -> Result<()> {
    let fits = !text.is_empty() && text.len() <= bytes_max && !text.chars().any(char::is_control);
    let message = || format!("expected 1 to {bytes_max} bytes of text");
    fits.then_some(())
        .ok_or_else(|| ControlError::invalid(field, message()))
}

/// Whether a platform may have this name.
///
/// # Errors
/// When it is no short line of text, or the name of Daybook's own events.
pub fn check_origin(origin: &str) -> Result<()> {
    check_text("origin", origin, limits::KEYWORD_BYTES_MAX)?;
    if origin == super::outbox::ORIGIN {
        let message = "this origin is kept for Daybook's own events";
        return Err(ControlError::invalid("origin", message));
    }
    Ok(())
}

impl NewKey {
    fn check(mut self) -> Result<(Self, String)> {
        self.name = self.name.trim().into();
        check_text("name", &self.name, NAME_BYTES_MAX)?;
        let origin = self.origin.clone().unwrap_or_else(|| self.name.clone());
        check_origin(&origin)?;
        self.scopes.dedup();
        if self.scopes.is_empty() {
            let message = "at least one of ingest, read, admin";
            return Err(ControlError::invalid("scopes", message));
        }
        Ok((self, origin))
    }
}

impl Control {
    /// Makes a key and returns it with its secret, which cannot be shown again.
    ///
    /// # Errors
    /// When the name, origin or scopes cannot be used, or the database refuses.
    pub async fn create_key(&self, actor: &Actor, new: NewKey) -> Result<(Key, String)> {
        let (new, origin) = new.check()?;
        let secret = new_key();
        let key = Key {
            id: uuid::Uuid::now_v7().to_string(),
            name: new.name,
            origin,
            scopes: new.scopes,
            last_four: secret[secret.len() - 4..].into(),
            created_at: Timestamp::now(),
            last_used_at: None,
            revoked_at: None,
        };
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
        let (row, key_hash, scopes) = (key.clone(), digest_hex(&secret), scopes.join(" "));
        self.change(actor, "api_key.created", |change| {
            Box::pin(async move {
                change.resource("api_key", &row.id, &row.name);
                let details = serde_json::json!({"scopes": scopes, "origin": row.origin});
                change.audit.set_json("details", details.to_string());
                sqlx::query(
                    "INSERT INTO api_keys (id, key_hash, last_four, name, origin, scopes, created_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(row.id)
                .bind(key_hash)
                .bind(row.last_four)
                .bind(row.name)
                .bind(row.origin)
                .bind(scopes)
                .bind(row.created_at.us())
                .execute(change.db())
                .await?;
                Ok(())
            })
        })
        .await?;
        Ok((key, secret))
    }

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

    /// Revokes a key at once and for good. Revoking it again changes nothing.
    ///
    /// # Errors
    /// When there is no such key, or the database refuses.
    pub async fn revoke_key(&self, actor: &Actor, id: &str) -> Result<()> {
        let key = self.key(id).await?;
        let key = key.ok_or(ControlError::NotFound("key"))?;
        if key.revoked_at.is_some() {
            return Ok(());
        }
        self.change(actor, "api_key.revoked", |change| {
            Box::pin(async move {
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

    /// The key with this id, revoked ones included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key(&self, id: &str) -> Result<Option<Key>> {
        let find = sqlx::query_as("SELECT * FROM api_keys WHERE id = $1").bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        Ok(row.map(Key::from))
    }

    /// The key with this secret, revoked ones included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_key(&self, secret: &str) -> Result<Option<Key>> {
        let row: Option<Row> = sqlx::query_as("SELECT * FROM api_keys WHERE key_hash = $1")
            .bind(digest_hex(secret))
            .fetch_optional(self.db.reader())
            .await?;
        let Some(key) = row.map(Key::from) else {
            return Ok(None);
        };
        let now = Timestamp::now();
        let stale = |used: Timestamp| used.plus_us(USED_EVERY_US) < now;
        if key.revoked_at.is_none() && key.last_used_at.is_none_or(stale) {
            let note = sqlx::query("UPDATE api_keys SET last_used_at = $1 WHERE id = $2");
            self.db.note(note.bind(now.us()).bind(&key.id)).await;
        }
        Ok(Some(key))
    }
}
