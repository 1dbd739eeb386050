//! Visitors: what becomes of somebody whom an identity provider vouches for. An e-mail address alone
//! binds to an account only where an administrator said so, and only when the provider has verified
//! it.

use super::accounts::keep_an_admin;
use super::identities::bind;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Method, NewLink, Provider, Result,
    Role, User, UserState, keys, links, sessions, tickets, users,
};
use daybook_model::Timestamp;
use serde_json::json;
use sqlx::SqliteConnection;

/// What somebody comes back from a provider for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To sign in.
    SignIn,
    /// To bind the identity to the account of an open session.
    Bind {
        /// That account.
        user_id: String,
    },
}

/// What a provider says of a person, as the settings read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// The person at the provider, for good.
    pub(crate) subject: String,
    /// An e-mail address, in its one spelling.
    pub(crate) email: Option<String>,
    /// Whether the provider has verified it.
    pub(crate) email_verified: bool,
    /// The role that the settings give.
    pub(crate) role: Option<Role>,
    /// The own data that the settings derive, if they derive any.
    pub(crate) links: Option<Vec<NewLink>>,
    /// Whether the provider vouches for a second factor.
    pub(crate) second_factor: bool,
}

/// A refusal: a word for the person, the reason for administrators.
pub(super) fn refused(code: &'static str, reason: impl Into<String>) -> ControlError {
    let reason = reason.into();
    ControlError::SsoRefused { code, reason }
}

const NOT_ALLOWED: &str = "not_allowed";

/// Not for them; only the log says why.
fn not_allowed(reason: impl Into<String>) -> ControlError {
    refused(NOT_ALLOWED, reason)
}

impl Visitor {
    /// The address that counts with this provider.
    fn email(&self, provider: &Provider) -> Option<&str> {
        let counts = self.email_verified || !provider.settings.require_email_verified;
        self.email.as_deref().filter(|_| counts)
    }

    /// Refuses whom the settings leave out, known or not.
    fn check(&self, provider: &Provider) -> Result<()> {
        let settings = &provider.settings;
        let admitted = match self.email(provider) {
            Some(email) => settings.admits(email),
            None => settings.email_domains.is_empty(),
        };
        if !admitted {
            let reason = "no verified e-mail address of an allowed domain";
            return Err(not_allowed(reason));
        }
        if settings.role_claim.is_some() && self.role.is_none() {
            return Err(not_allowed("no rule of role_map fits"));
        }
        Ok(())
    }
}

/// Makes an account active whose person the provider vouches for. A password that somebody set
/// before the address was verified may be a stranger's: it ends.
async fn activate(db: &mut SqliteConnection, user: &User) -> Result<()> {
    sqlx::query(
        "UPDATE users SET state = 'active', verified_at = $1, password_hash = NULL \
         WHERE id = $2 AND state IN ('invited', 'unverified')",
    )
    .bind(Timestamp::now().us())
    .bind(&user.id)
    .execute(&mut *db)
    .await?;
    tickets::end_all(db, &user.id).await
}

/// Whether an account has an open session or a personal key.
async fn has_access(db: &mut SqliteConnection, user_id: &str) -> Result<bool> {
    let find = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE user_id = $1) \
         OR EXISTS (SELECT 1 FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL)",
    );
    Ok(find.bind(user_id).fetch_one(db).await?)
}

impl Control {
    /// Which account a visitor is, made or bound now if the settings say so, with the role and the
    /// links that the provider's claims give. Who is known and no longer admitted loses sessions
    /// and personal keys, too.
    ///
    /// # Errors
    /// [`ControlError::SsoRefused`], or when the database refuses.
    pub(crate) async fn admit_visitor(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        purpose: Purpose,
    ) -> Result<User> {
        let known = self.identified(provider, visitor).await?;
        let admitted = self.admit(client, provider, visitor, purpose, known.clone());
        let admitted = admitted.await;
        if let Err(ControlError::SsoRefused { code, reason }) = &admitted
            && *code == NOT_ALLOWED
            && let Some(user) = known.filter(User::is_active)
        {
            self.turn_out(client, provider, user, reason).await?;
        }
        admitted
    }

    async fn admit(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        purpose: Purpose,
        known: Option<User>,
    ) -> Result<User> {
        visitor.check(provider)?;
        let user = match (purpose, known) {
            (Purpose::SignIn, Some(user)) => user,
            (Purpose::SignIn, None) => self.first_visit(client, provider, visitor).await?,
            (Purpose::Bind { user_id }, Some(user)) if user.id == user_id => return Ok(user),
            (Purpose::Bind { user_id }, None) => {
                return self.bind_own(client, provider, visitor, user_id).await;
            }
            (_, Some(_)) => {
                let reason = "the identity belongs to another account";
                return Err(refused("identity_taken", reason));
            }
        };
        if user.state != UserState::Active {
            return Err(not_allowed(format!("the account is {}", user.state)));
        }
        let user = self.renew_role(client, provider, visitor, user).await?;
        self.renew_links(client, provider, visitor, &user).await?;
        let seen = sqlx::query(
            "UPDATE identities SET email = $1 WHERE provider_id = $2 AND subject = $3 \
             AND email IS NOT $1",
        );
        let seen = seen.bind(visitor.email.clone());
        let seen = seen.bind(provider.id.clone()).bind(visitor.subject.clone());
        self.db.note(seen).await;
        Ok(user)
    }

    /// Ends the sessions and personal keys of somebody whom the provider's word no longer admits.
    /// The last active `super_admin` keeps them: nobody could undo it.
    async fn turn_out(
        &self,
        client: &Client,
        provider: &Provider,
        user: User,
        reason: &str,
    ) -> Result<()> {
        let details = json!({"identity_provider": provider.settings.name, "reason": reason});
        let (by, client) = (provider.actor(client), client.clone());
        self.change(&by, "user.sessions_ended", |change| {
            Box::pin(async move {
                // Its role may just have been renewed.
                let user = users::find(change.db(), &user.id).await?;
                change.resource("user", &user.id, &user.email);
                change.audit.set_text("operation", "modify_access");
                change.audit.set_json("details", details.to_string());
                if !has_access(change.db(), &user.id).await? {
                    change.nothing_changed();
                    return Ok(());
                }
                match keep_an_admin(change.db(), &user).await {
                    Err(ControlError::LastAdmin) => {
                        let reason = "the last super_admin keeps sessions and keys";
                        change.audit.set_text("result", "denied");
                        change.audit.set_text("reason", reason);
                        return Ok(());
                    }
                    kept => kept?,
                }
                let reason = "its identity provider no longer admits the account";
                sessions::end_all(change, &client, &user, None, reason).await?;
                keys::revoke_personal(change, &user.id, details).await
            })
        })
        .await
    }

    /// Somebody whose identity belongs to no account yet.
    async fn first_visit(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
    ) -> Result<User> {
        let settings = &provider.settings;
        let email = visitor.email(provider);
        let email = email.ok_or_else(|| not_allowed("unknown, and without a verified e-mail"))?;
        match self.known_email(email).await? {
            Some(user) if settings.trust_email && visitor.email_verified => {
                self.adopt(client, provider, visitor, user).await
            }
            Some(_) if visitor.email_verified => Err(refused(
                "account_exists",
                "an account has this e-mail address: its owner must bind the identity",
            )),
            Some(_) => Err(not_allowed("an account has this e-mail address")),
            None if settings.create_accounts => {
                self.create_by_visit(client, provider, visitor, email).await
            }
            None => Err(not_allowed("unknown, and no accounts are made")),
        }
    }

    /// Binds an identity to the account that has its verified address.
    async fn adopt(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        user: User,
    ) -> Result<User> {
        if user.state == UserState::Disabled {
            return Err(not_allowed("the account is disabled"));
        }
        let actor = provider.actor(client);
        let (client, provider, visitor) = (client.clone(), provider.clone(), visitor.clone());
        self.change(&actor, "identity.bound", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                bind(change, &client, &provider, &visitor, &user).await?;
                activate(change.db(), &user).await?;
                users::find(change.db(), &user.id).await
            })
        })
        .await
    }

    async fn create_by_visit(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        email: &str,
    ) -> Result<User> {
        let role = visitor.role.ok_or_else(|| not_allowed("no role"))?;
        let user = User::new(email.to_owned(), role, UserState::Active);
        let actor = provider.actor(client);
        let (client, provider, visitor) = (client.clone(), provider.clone(), visitor.clone());
        self.change(&actor, "user.created", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                let details = json!({"role": role, "identity_provider": provider.settings.name});
                change.audit.set_json("details", details.to_string());
                let made = user.insert(change.db(), None).await;
                made.map_err(|error| match error {
                    ControlError::Exists(what) => refused("account_exists", what),
                    other => other,
                })?;
                let event = AuthEvent::success(&client, AuthKind::SignUp);
                let event = event.about(&user).by(Method::Sso);
                change.also(event.provider(&provider.settings.name));
                bind(change, &client, &provider, &visitor, &user).await?;
                Ok(user)
            })
        })
        .await
    }

    /// The owner of an open session binds an identity.
    async fn bind_own(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        user_id: String,
    ) -> Result<User> {
        let user = self.user(&user_id).await?.user;
        let actor = user.actor(client.clone());
        let (client, provider, visitor) = (client.clone(), provider.clone(), visitor.clone());
        self.change(&actor, "identity.bound", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                bind(change, &client, &provider, &visitor, &user).await?;
                Ok(user)
            })
        })
        .await
    }

    /// Gives an account the role of the claim, where a claim gives roles. The last `super_admin`
    /// keeps theirs: nobody could undo it.
    async fn renew_role(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        user: User,
    ) -> Result<User> {
        let claimed = visitor.role.filter(|role| *role != user.role);
        let Some(role) = claimed.filter(|_| provider.settings.role_claim.is_some()) else {
            return Ok(user);
        };
        self.change(&provider.actor(client), "user.role_changed", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                change.audit.set_text("operation", "modify_access");
                let changes = json!([{"field": "role", "old": user.role, "new": role}]);
                change.audit.set_json("changes", changes.to_string());
                let changed = sqlx::query(
                    "UPDATE users SET role = $1 WHERE id = $2 AND (role <> 'super_admin' OR EXISTS \
                     (SELECT 1 FROM users WHERE role = 'super_admin' AND state = 'active' AND id <> $2))",
                )
                .bind(role.name())
                .bind(&user.id)
                .execute(change.db())
                .await?;
                if changed.rows_affected() == 0 {
                    change.audit.set_text("result", "denied");
                    change.audit.set_text("reason", "the last super_admin keeps the role");
                    return Ok(user);
                }
                Ok(User { role, ..user })
            })
        })
        .await
    }

    async fn renew_links(
        &self,
        client: &Client,
        provider: &Provider,
        visitor: &Visitor,
        user: &User,
    ) -> Result<()> {
        let source = provider.link_source();
        let mut new = visitor.links.clone().unwrap_or_default();
        new.sort();
        new.dedup();
        let old = self.links(&user.id).await?;
        let old = old.into_iter().filter(|link| link.source == source);
        let old = old.map(|link| NewLink {
            origin: link.origin,
            user_id: link.user_id,
        });
        if old.eq(new.iter().cloned()) {
            return Ok(());
        }
        let user = user.clone();
        let actor = provider.actor(client);
        let renewed = self.change(&actor, "user.links_changed", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                change.audit.set_text("operation", "modify_access");
                links::replace(change, &user.id, &source, new).await?;
                Ok(())
            })
        });
        renewed.await.map_err(|error| match error {
            ControlError::Invalid { field, message } => {
                not_allowed(format!("its links cannot be used: {field}: {message}"))
            }
            other => other,
        })
    }
}

impl Provider {
    /// The provider as the actor of what its claims change.
    fn actor(&self, client: &Client) -> Actor {
        let name = format!("single sign-on: {}", self.settings.name);
        Actor {
            client: client.clone(),
            ..Actor::system(&name)
        }
    }
}
