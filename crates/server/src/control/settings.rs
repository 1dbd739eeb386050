//! Settings, by name, as JSON. For now: how long events are kept.

use super::secrets::new_token;
use super::{Actor, Control, ControlError, Result};
use daybook_model::Stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

/// A century: more is for ever.
const DAYS_MAX: u32 = 36_500;
const RETENTION: &str = "retention";

/// How long events are kept, in days; for ever where nothing is set. Audit events are always kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Retention {
    /// Usage events.
    pub usage_days: Option<u32>,
    /// Requests and responses of usage events.
    pub payload_days: Option<u32>,
    /// Authentication events.
    pub auth_days: Option<u32>,
    /// System events.
    pub system_days: Option<u32>,
}

impl Retention {
    /// The settings by name.
    pub const fn named(self) -> [(&'static str, Option<u32>); 4] {
        [
            ("usage_days", self.usage_days),
            ("payload_days", self.payload_days),
            ("auth_days", self.auth_days),
            ("system_days", self.system_days),
        ]
    }

    fn check(self) -> Result<Self> {
        for (name, days) in self.named() {
            if days.is_some_and(|days| days == 0 || days > DAYS_MAX) {
                let message = format!("expected 1 to {DAYS_MAX} days, or null for ever");
                return Err(ControlError::invalid(name, message));
            }
        }
        Ok(self)
    }

    /// What differs, as an audit event tells it.
    fn changes(self, new: Self) -> Vec<Value> {
        let pairs = self.named().into_iter().zip(new.named());
        pairs
            .filter(|((_, old), (_, new))| old != new)
            .map(|((name, old), (_, new))| json!({"field": name, "old": old, "new": new}))
            .collect()
    }
}

impl Control {
    /// How long events are kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retention(&self) -> Result<Retention> {
        Ok(self.setting(RETENTION).await?.unwrap_or_default())
    }

    /// Sets how long events are kept; removal begins soon after.
    ///
    /// # Errors
    /// When a number of days cannot be used, or the database refuses.
    pub async fn set_retention(&self, actor: &Actor, new: Retention) -> Result<()> {
        let new = new.check()?;
        let changes = self.retention().await?.changes(new);
        if changes.is_empty() {
            return Ok(());
        }
        self.change(actor, "retention.modified", |change| {
            Box::pin(async move {
                change.resource("setting", RETENTION, "");
                change.audit.set_text("operation", "modify_configuration");
                change.audit.set_json("changes", json!(changes).to_string());
                write(change.db(), RETENTION, &new).await
            })
        })
        .await?;
        self.wake_jobs();
        Ok(())
    }

    /// A secret of this installation, made when it is first asked for.
    pub(crate) async fn secret(&self, name: &str) -> Result<String> {
        if let Some(secret) = self.setting(name).await? {
            return Ok(secret);
        }
        let mut transaction = self.db.begin().await?;
        // Of two that make it at once the first one counts.
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(json!(new_token()).to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let secret = self.setting(name).await?;
        secret.ok_or_else(|| ControlError::Internal(format!("the secret {name} was not kept")))
    }

    /// A setting, if it was ever set.
    pub(super) async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let find = sqlx::query_scalar("SELECT value FROM settings WHERE name = $1").bind(name);
        let value: Option<String> = find.fetch_optional(self.db.reader()).await?;
        value
            .map(|value| serde_json::from_str(&value))
            .transpose()
            .map_err(|error| ControlError::Internal(format!("the setting {name}: {error}")))
    }
}

/// The statement that writes a setting.
pub(super) const WRITE: &str = "INSERT INTO settings (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Writes a setting, inside the caller's transaction.
pub(super) async fn write<T: Serialize>(
    db: &mut SqliteConnection,
    name: &str,
    value: &T,
) -> Result<()> {
    let value = json!(value).to_string();
    sqlx::query(WRITE)
        .bind(name)
        .bind(value)
        .execute(db)
        .await?;
    Ok(())
}

/// A stream's list in a text column.
pub(super) fn stream_list(streams: &[Stream]) -> String {
    let names: Vec<&str> = streams.iter().map(|stream| stream.name()).collect();
    names.join(" ")
}

/// The same read back.
pub(super) fn streams_of(list: &str) -> Vec<Stream> {
    let names = list.split_whitespace();
    names.filter_map(|name| name.parse().ok()).collect()
}
