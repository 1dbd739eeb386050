//! Identities: who at a provider is which account. Only provider and subject together identify a
//! person, for good; an account has one identity at each provider.

use super::visits::{Visitor, refused};
use super::{
    AuthEvent, AuthKind, Change, Client, Control, ControlError, Method, Provider, Result, User,
    links,
};
use daybook_model::Timestamp;
use serde_json::json;
use sqlx::SqliteConnection;

/// An identity of an account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Identity {
    /// Its provider.
    pub provider_id: String,
    /// The provider's name.
    pub provider: String,
    /// The e-mail address there, when it was last used.
    pub email: Option<String>,
    /// Since when, in microseconds since 1970.
    pub bound_at: i64,
}

/// Binds an identity to an account, inside a change of its own.
pub(super) async fn bind(
    change: &mut Change,
    client: &Client,
    provider: &Provider,
    visitor: &Visitor,
    user: &User,
) -> Result<()> {
    let bound = sqlx::query(
        "INSERT INTO identities (provider_id, subject, user_id, email, bound_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(&provider.id)
    .bind(&visitor.subject)
    .bind(&user.id)
    .bind(&visitor.email)
    .bind(Timestamp::now().us())
    .execute(change.db())
    .await?;
    if bound.rows_affected() == 0 {
        let reason =
            "the identity belongs to another account, or the account has another one there";
        return Err(refused("identity_taken", reason));
    }
    let event = AuthEvent::success(client, AuthKind::IdentityBound);
    let event = event.about(user).by(Method::Sso);
    let details = json!({"subject": visitor.subject, "email": visitor.email});
    change.also(event.provider(&provider.settings.name).details(&details));
    Ok(())
}

impl Control {
    /// The account that an identity belongs to.
    pub(super) async fn identified(
        &self,
        provider: &Provider,
        visitor: &Visitor,
    ) -> Result<Option<User>> {
        let find = sqlx::query_as(
            "SELECT u.id, u.email, u.role, u.state FROM identities i \
             JOIN users u ON u.id = i.user_id WHERE i.provider_id = $1 AND i.subject = $2",
        );
        let find = find.bind(&provider.id).bind(&visitor.subject);
        Ok(find.fetch_optional(self.db.reader()).await?)
    }

    /// The identities of an account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identities(&self, user_id: &str) -> Result<Vec<Identity>> {
        let find = sqlx::query_as(
            "SELECT i.provider_id, p.name AS provider, i.email, i.bound_at FROM identities i \
             JOIN identity_providers p ON p.id = i.provider_id WHERE i.user_id = $1 ORDER BY p.name",
        );
        Ok(find.bind(user_id).fetch_all(self.db.reader()).await?)
    }

    /// Unbinds the identity of an account at a provider, and ends the links of its claims. The only
    /// way into an account stays.
    ///
    /// # Errors
    /// When there is none, it is the only way in, or the database refuses.
    pub async fn unbind_identity(
        &self,
        client: &Client,
        user: User,
        provider_id: &str,
    ) -> Result<()> {
        let provider = self.provider(provider_id).await;
        let provider = provider.map_err(|error| match error {
            ControlError::NotFound(_) => ControlError::NotFound("identity"),
            other => other,
        });
        let event = AuthEvent::success(client, AuthKind::IdentityUnbound).about(&user);
        self.change(&user.actor(client.clone()), "identity.unbound", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                let provider = provider?;
                let details = json!({"identity_provider": provider.settings.name});
                change.audit.set_json("details", details.to_string());
                let unbound =
                    sqlx::query("DELETE FROM identities WHERE user_id = $1 AND provider_id = $2")
                        .bind(&user.id)
                        .bind(&provider.id)
                        .execute(change.db())
                        .await?;
                if unbound.rows_affected() == 0 {
                    return Err(ControlError::NotFound("identity"));
                }
                check_way_in(change.db(), &user.id).await?;
                links::replace(change, &user.id, &provider.link_source(), Vec::new()).await?;
                change.also(event.provider(&provider.settings.name));
                Ok(())
            })
        })
        .await
    }
}

/// Refuses to leave an account without any way in.
async fn check_way_in(db: &mut SqliteConnection, user_id: &str) -> Result<()> {
    let way_in: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM users WHERE id = $1 AND (password_hash IS NOT NULL \
         OR EXISTS (SELECT 1 FROM identities WHERE user_id = $1))",
    )
    .bind(user_id)
    .fetch_optional(db)
    .await?;
    match way_in {
        Some(_) => Ok(()),
        None => Err(ControlError::invalid(
            "provider_id",
            "it is the only way into this account: set a password first",
        )),
    }
}
