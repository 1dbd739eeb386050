//! Settings, by name, as JSON. For now: how long events are kept, and online.

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

/// The shortest online window: what belongs to a call may still come a day after it, and a day's
/// partition is open for two days more.
const ONLINE_DAYS_MIN: u32 = 3;

/// How long events are online before they are archived, in days; as long as they are kept where
/// nothing is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnlineWindows {
    /// Audit events; only the deployment's configuration says.
    pub audit_days: Option<u32>,
    /// Usage events.
    pub usage_days: Option<u32>,
    /// Authentication events.
    pub auth_days: Option<u32>,
    /// System events.
    pub system_days: Option<u32>,
}

impl OnlineWindows {
    /// The window of each stream.
    pub const fn by_stream(self) -> [(Stream, Option<u32>); 4] {
        [
            (Stream::Audit, self.audit_days),
            (Stream::Usage, self.usage_days),
            (Stream::Auth, self.auth_days),
            (Stream::System, self.system_days),
        ]
    }

    /// Whether a number of days can be a window.
    ///
    /// # Errors
    /// Says which can.
    pub fn check_days(days: u32) -> std::result::Result<u32, String> {
        match (ONLINE_DAYS_MIN..=DAYS_MAX).contains(&days) {
            true => Ok(days),
            false => Err(format!("expected {ONLINE_DAYS_MIN} to {DAYS_MAX} days")),
        }
    }
}

/// How long events are kept, in days; for ever where nothing is set. Audit events are always kept.
/// And how long they are online before they are archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Usage events.
    pub usage_days: Option<u32>,
    /// Requests and responses of usage events.
    pub payload_days: Option<u32>,
    /// Authentication events.
    pub auth_days: Option<u32>,
    /// System events.
    pub system_days: Option<u32>,
    /// Usage events that are online.
    pub usage_online_days: Option<u32>,
    /// Authentication events that are online.
    pub auth_online_days: Option<u32>,
    /// System events that are online.
    pub system_online_days: Option<u32>,
}

impl Retention {
    /// How long what is kept, by name.
    const fn kept(self) -> [(&'static str, Option<u32>); 4] {
        [
            ("usage_days", self.usage_days),
            ("payload_days", self.payload_days),
            ("auth_days", self.auth_days),
            ("system_days", self.system_days),
        ]
    }

    /// The settings by name.
    pub fn named(self) -> impl Iterator<Item = (&'static str, Option<u32>)> {
        let online = [
            ("usage_online_days", self.usage_online_days),
            ("auth_online_days", self.auth_online_days),
            ("system_online_days", self.system_online_days),
        ];
        self.kept().into_iter().chain(online)
    }

    /// Whether anything is removed.
    pub(crate) fn removes(self) -> bool {
        self.kept().iter().any(|(_, days)| days.is_some())
    }

    /// How long what is online.
    pub(crate) const fn online(self) -> OnlineWindows {
        OnlineWindows {
            audit_days: None,
            usage_days: self.usage_online_days,
            auth_days: self.auth_online_days,
            system_days: self.system_online_days,
        }
    }

    fn check(self) -> Result<Self> {
        for (name, days) in self.kept() {
            if days.is_some_and(|days| days == 0 || days > DAYS_MAX) {
                let message = format!("expected 1 to {DAYS_MAX} days, or null for ever");
                return Err(ControlError::invalid(name, message));
            }
        }
        for (name, days) in self.named().skip(self.kept().len()) {
            if let Some(Err(message)) = days.map(OnlineWindows::check_days) {
                let message = format!("{message}, or null for as long as they are kept");
                return Err(ControlError::invalid(name, message));
            }
        }
        Ok(self)
    }

    /// What differs, as an audit event tells it.
    fn changes(self, new: Self) -> Vec<Value> {
        let pairs = self.named().zip(new.named());
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

    /// Sets how long events are kept; removal begins soon after. What the deployment does not let be set
    /// comes as a refusal, for the record.
    ///
    /// # Errors
    /// When a number of days cannot be used, or the database refuses.
    pub async fn set_retention(&self, actor: &Actor, new: Result<Retention>) -> Result<Retention> {
        let (checked, old) = (new.and_then(Retention::check), self.retention().await?);
        if checked.as_ref().is_ok_and(|new| *new == old) {
            return Ok(old);
        }
        let changed = self.change(actor, "retention.modified", |change| {
            Box::pin(async move {
                change.resource("setting", RETENTION, "");
                change.audit.set_text("operation", "modify_configuration");
                let new = checked?;
                let changes = old.changes(new);
                change.audit.set_json("changes", json!(changes).to_string());
                write(change.db(), RETENTION, &new).await?;
                Ok(new)
            })
        });
        let new = changed.await?;
        self.wake_jobs();
        Ok(new)
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
