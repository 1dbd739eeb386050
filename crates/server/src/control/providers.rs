//! Identity providers: list, create, change, delete. The client secret is stored for use and is
//! part of no answer, event or log line.

use super::{Actor, Change, Control, ControlError, ProviderSettings, Result};
use crate::control::provider_settings::Secret;
use crate::redaction::Redactor;
use daybook_model::Timestamp;
use serde_json::json;
use sqlx::SqliteConnection;

/// Buttons on one page.
const PROVIDERS_MAX: i64 = 20;

/// A provider that people can sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Identifier; part of the address that the provider sends people back to.
    pub id: String,
    /// What the administrator set.
    pub settings: ProviderSettings,
    /// Since when it is known.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    settings: String,
    client_secret: Option<String>,
    created_at: i64,
}

impl TryFrom<Row> for Provider {
    type Error = ControlError;

    fn try_from(row: Row) -> Result<Self> {
        let settings: ProviderSettings = serde_json::from_str(&row.settings).map_err(|error| {
            ControlError::Internal(format!("the settings of provider {}: {error}", row.id))
        })?;
        Ok(Self {
            id: row.id,
            settings: ProviderSettings {
                client_secret: row.client_secret.map(Secret::stored),
                ..settings
            },
            created_at: Timestamp::from_us(row.created_at),
        })
    }
}

/// An empty secret is none.
fn normal(mut settings: ProviderSettings) -> ProviderSettings {
    settings.client_secret = settings.client_secret.filter(|it| !it.reveal().is_empty());
    settings
}

/// Refuses a name that another provider has.
async fn check_name(db: &mut SqliteConnection, id: &str, name: &str) -> Result<()> {
    let taken: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM identity_providers WHERE name = $1 AND id <> $2")
            .bind(name)
            .bind(id)
            .fetch_optional(db)
            .await?;
    match taken {
        Some(_) => Err(ControlError::invalid("name", "another provider has it")),
        None => Ok(()),
    }
}

/// Names the provider in the audit event of its change.
fn describe(change: &mut Change, provider: &Provider) {
    change.resource("identity_provider", &provider.id, &provider.settings.name);
}

impl Control {
    /// All providers, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn providers(&self) -> Result<Vec<Provider>> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM identity_providers ORDER BY name")
            .fetch_all(self.db.reader())
            .await?;
        rows.into_iter().map(Provider::try_from).collect()
    }

    /// A provider.
    ///
    /// # Errors
    /// When there is none with this id, or the database fails.
    pub async fn provider(&self, id: &str) -> Result<Provider> {
        let find = sqlx::query_as("SELECT * FROM identity_providers WHERE id = $1").bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        row.ok_or(ControlError::NotFound("identity provider"))?
            .try_into()
    }

    /// Makes a provider.
    ///
    /// # Errors
    /// When a setting cannot be used, there are too many, or the database refuses.
    pub async fn create_provider(
        &self,
        actor: &Actor,
        settings: ProviderSettings,
    ) -> Result<Provider> {
        self.change(actor, "identity_provider.created", |change| {
            Box::pin(async move {
                change.resource("identity_provider", "", &settings.name);
                let row = Provider {
                    id: uuid::Uuid::now_v7().to_string(),
                    settings: normal(settings.checked()?),
                    created_at: Timestamp::now(),
                };
                check_name(change.db(), &row.id, &row.settings.name).await?;
                let made = sqlx::query(
                    "INSERT INTO identity_providers (id, name, settings, client_secret, created_at) \
                     SELECT $1, $2, $3, $4, $5 WHERE (SELECT COUNT(*) FROM identity_providers) < $6",
                )
                .bind(&row.id)
                .bind(&row.settings.name)
                .bind(json!(row.settings).to_string())
                .bind(row.settings.client_secret.as_ref().map(Secret::reveal))
                .bind(row.created_at.us())
                .bind(PROVIDERS_MAX)
                .execute(change.db())
                .await?;
                match made.rows_affected() {
                    0 => {
                        let message = format!("at most {PROVIDERS_MAX} providers");
                        return Err(ControlError::invalid("name", message));
                    }
                    _ => describe(change, &row),
                }
                let told = json!({"settings": row.settings}).to_string();
                change.audit.set_json("details", told);
                Ok(row)
            })
        })
        .await
    }

    /// Changes a provider. Without a client secret the stored one stays. The issuer stays as long
    /// as identities are bound: subjects of another issuer are other people.
    ///
    /// # Errors
    /// When there is no such provider, a setting cannot be used, or the database refuses.
    pub async fn set_provider(
        &self,
        actor: &Actor,
        id: &str,
        settings: ProviderSettings,
    ) -> Result<Provider> {
        let wanted = self.provider(id).await.and_then(|old| {
            let row = old.with(settings)?;
            Ok((old, row))
        });
        let redactor = Redactor::of(self).await?;
        let changes = match &wanted {
            Ok((old, row)) => {
                let hash = |secret: &str| redactor.hash(secret);
                let changes = old.settings.changes(&row.settings, hash);
                if changes.is_empty() {
                    return Ok(row.clone());
                }
                changes
            }
            Err(_) => Vec::new(),
        };
        let id = id.to_owned();
        self.change(actor, "identity_provider.modified", |change| {
            Box::pin(async move {
                change.resource("identity_provider", &id, "");
                change.audit.set_text("operation", "modify_configuration");
                let (old, row) = wanted?;
                describe(change, &row);
                change.audit.set_json("changes", json!(changes).to_string());
                let moves = old.settings.issuer != row.settings.issuer;
                check_name(change.db(), &row.id, &row.settings.name).await?;
                let done = sqlx::query(
                    "UPDATE identity_providers SET name = $1, settings = $2, client_secret = $3 \
                     WHERE id = $4 AND NOT ($5 AND EXISTS \
                     (SELECT 1 FROM identities WHERE provider_id = $4))",
                )
                .bind(&row.settings.name)
                .bind(json!(row.settings).to_string())
                .bind(row.settings.client_secret.as_ref().map(Secret::reveal))
                .bind(&row.id)
                .bind(moves)
                .execute(change.db())
                .await?;
                match done.rows_affected() {
                    0 if moves => Err(ControlError::invalid(
                        "issuer",
                        "it cannot change while identities are bound: make another provider",
                    )),
                    0 => Err(ControlError::NotFound("identity provider")),
                    _ => Ok(row),
                }
            })
        })
        .await
    }

    /// Puts the test of a provider's settings on record, of one that is not there, too. Answers whether it
    /// passed.
    ///
    /// # Errors
    /// When there was no such provider, or the database refuses.
    pub async fn provider_tested(
        &self,
        actor: &Actor,
        id: &str,
        tested: Result<(Provider, bool)>,
    ) -> Result<bool> {
        let id = id.to_owned();
        self.change(actor, "identity_provider.tested", |change| {
            Box::pin(async move {
                change.resource("identity_provider", &id, "");
                let (provider, ok) = tested?;
                describe(change, &provider);
                let result = if ok { "success" } else { "failure" };
                change.audit.set_text("result", result);
                Ok(ok)
            })
        })
        .await
    }

    /// Deletes a provider with the identities there and the links that its claims set.
    ///
    /// # Errors
    /// When there is no such provider, or the database refuses.
    pub async fn delete_provider(&self, actor: &Actor, id: &str) -> Result<()> {
        let (id, found) = (id.to_owned(), self.provider(id).await);
        self.change(actor, "identity_provider.deleted", |change| {
            Box::pin(async move {
                change.resource("identity_provider", &id, "");
                let provider = found?;
                describe(change, &provider);
                let unbound: i64 =
                    sqlx::query_scalar("SELECT COUNT(*) FROM identities WHERE provider_id = $1")
                        .bind(&provider.id)
                        .fetch_one(change.db())
                        .await?;
                let unlinked = sqlx::query("DELETE FROM user_links WHERE source = $1")
                    .bind(provider.link_source())
                    .execute(change.db())
                    .await?;
                let details = json!({"identities": unbound, "links": unlinked.rows_affected()});
                change.audit.set_json("details", details.to_string());
                sqlx::query("DELETE FROM identity_providers WHERE id = $1")
                    .bind(&provider.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

impl Provider {
    /// The same with other settings; without a client secret among them it keeps its own.
    fn with(&self, settings: ProviderSettings) -> Result<Self> {
        let mut settings = settings.checked()?;
        if settings.client_secret.is_none() {
            settings
                .client_secret
                .clone_from(&self.settings.client_secret);
        }
        Ok(Self {
            settings: normal(settings),
            ..self.clone()
        })
    }

    /// The source of links that its claims set.
    pub(super) fn link_source(&self) -> String {
        format!("claim:{}", self.id)
    }
}
