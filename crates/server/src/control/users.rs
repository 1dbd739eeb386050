//! Accounts.

use super::secrets::{digest, new_token};
use super::{Actor, Client, Control, ControlError, Result, Role, SignedIn};
use daybook_model::Timestamp;
use std::sync::PoisonError;
use subtle::ConstantTimeEq;

const EMAIL_BYTES_MAX: usize = 254;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Identifier.
    pub id: String,
    /// E-mail, in lower case: the name to sign in with.
    pub email: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: Role,
}

impl User {
    /// The account as the actor of a change.
    pub fn actor(&self, client: Client) -> Actor {
        Actor {
            kind: "member",
            id: self.id.clone(),
            name: self.email.clone(),
            role: self.role.name().into(),
            client,
        }
    }
}

/// What became of the account that the environment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bootstrap {
    /// It was made: there was none.
    Made,
    /// It is there, with this password.
    There,
    /// It is there, with another password.
    OtherPassword,
    /// It is not there, but others are.
    OtherAccounts,
}

/// The one spelling of an e-mail address.
pub(super) fn normal_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let fits = email.len() <= EMAIL_BYTES_MAX
        && !email.chars().any(|c| c.is_control() || c.is_whitespace())
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    match fits {
        true => Ok(email),
        false => Err(ControlError::invalid("email", "expected an e-mail address")),
    }
}

impl Control {
    /// Whether there is no account yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setup_needed(&self) -> Result<bool> {
        let users: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users")
            .fetch_one(self.db.reader())
            .await?;
        Ok(users == 0)
    }

    /// Makes the first account if there is none. What is there is never changed, but the log says
    /// when it is not what was asked for.
    ///
    /// # Errors
    /// When e-mail or password cannot be used, or the database refuses.
    pub async fn bootstrap(&self, email: &str, password: String) -> Result<Bootstrap> {
        if self.setup_needed().await? {
            let actor = Actor::system("bootstrap");
            self.create_first_user(&actor, email, password).await?;
            return Ok(Bootstrap::Made);
        }
        let email = normal_email(email)?;
        let find = sqlx::query_scalar("SELECT password_hash FROM users WHERE email = $1");
        let hash: Option<String> = find.bind(&email).fetch_optional(self.db.reader()).await?;
        let Some(hash) = hash else {
            tracing::warn!(
                email,
                "there are accounts already: the one of the environment was not made"
            );
            return Ok(Bootstrap::OtherAccounts);
        };
        if self.passwords.verify(password, Some(hash)).await? {
            return Ok(Bootstrap::There);
        }
        tracing::warn!(
            email,
            "the account exists and is unchanged: the environment's password is not its password"
        );
        Ok(Bootstrap::OtherPassword)
    }

    /// A new token for the set-up link; earlier ones end. It lives as long as the process.
    pub fn new_setup_token(&self) -> String {
        let token = new_token();
        let mut held = self
            .setup_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held = Some(digest(&token));
        token
    }

    /// Makes the first account by the set-up link and signs it in.
    ///
    /// # Errors
    /// When the token is not the one of the link, or the account cannot be made.
    pub async fn set_up(
        &self,
        client: &Client,
        token: &str,
        email: &str,
        password: String,
    ) -> Result<SignedIn> {
        let fits = {
            let held = self
                .setup_token
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            held.is_some_and(|held| bool::from(held.ct_eq(&digest(token))))
        };
        if !fits || !self.setup_needed().await? {
            return Err(ControlError::WrongSetupToken);
        }
        let mut actor = Actor::system("set-up link");
        actor.client = client.clone();
        let user = self.create_first_user(&actor, email, password).await?;
        *self
            .setup_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.open_session(client, user).await
    }

    async fn create_first_user(
        &self,
        actor: &Actor,
        email: &str,
        password: String,
    ) -> Result<User> {
        let user = User {
            id: uuid::Uuid::now_v7().to_string(),
            email: normal_email(email)?,
            role: Role::SuperAdmin,
        };
        let password_hash = self.passwords.hash(password).await?;
        let row = user.clone();
        self.change(actor, "user.created", |change| {
            Box::pin(async move {
                change.resource("user", &row.id, &row.email);
                let details = serde_json::json!({"role": row.role});
                change.audit.set_json("details", details.to_string());
                // Two links at once make one account: the condition is part of the statement.
                let made = sqlx::query(
                    "INSERT INTO users (id, email, role, password_hash, created_at) \
                     SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM users)",
                )
                .bind(row.id)
                .bind(row.email)
                .bind(row.role.name())
                .bind(password_hash)
                .bind(Timestamp::now().us())
                .execute(change.db())
                .await?;
                match made.rows_affected() {
                    0 => Err(ControlError::WrongSetupToken),
                    _ => Ok(()),
                }
            })
        })
        .await?;
        Ok(user)
    }

    /// Gives an account a new password and ends its sessions.
    ///
    /// # Errors
    /// When there is no such account or the password cannot be used.
    pub async fn reset_password(&self, actor: &Actor, email: &str, password: String) -> Result<()> {
        let email = normal_email(email)?;
        let find = sqlx::query_as("SELECT id, email, role FROM users WHERE email = $1");
        let user: Option<User> = find.bind(email).fetch_optional(self.db.reader()).await?;
        let user = user.ok_or(ControlError::NotFound("account"))?;
        let password_hash = self.passwords.hash(password).await?;
        self.change(actor, "user.password_reset", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2")
                    .bind(password_hash)
                    .bind(&user.id)
                    .execute(change.db())
                    .await?;
                sqlx::query("DELETE FROM sessions WHERE user_id = $1")
                    .bind(&user.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
