//! The first account, made from the environment or by the set-up link. There is no default
//! password, and what is there is never changed.

use super::secrets::{Lane, digest, new_token};
use super::users::normal_email;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Method, Proof, Result, Role,
    SignedIn, User, UserState,
};
use sqlx::SqliteConnection;
use std::sync::PoisonError;
use subtle::ConstantTimeEq;

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

/// How many accounts there are.
async fn accounts(db: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM users")
        .fetch_one(db)
        .await?)
}

impl Control {
    /// Whether there is no account yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setup_needed(&self) -> Result<bool> {
        let mut db = self.db.reader().acquire().await?;
        Ok(accounts(&mut db).await? == 0)
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
        let hash: Option<Option<String>> =
            find.bind(&email).fetch_optional(self.db.reader()).await?;
        let Some(hash) = hash else {
            tracing::warn!(
                email,
                "there are accounts already: the one of the environment was not made"
            );
            return Ok(Bootstrap::OtherAccounts);
        };
        if self.passwords.verify(Lane::Known, password, hash).await? {
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
            let reason = "the set-up link was used, or is not the one of the log";
            let event = AuthEvent::failure(client, AuthKind::TicketRefused, reason);
            self.record_repeated(event.by(Method::Ticket)).await?;
            return Err(ControlError::WrongSetupToken);
        }
        let mut actor = Actor::system("set-up link");
        actor.client = client.clone();
        let user = self.create_first_user(&actor, email, password).await?;
        *self
            .setup_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.open_session(client, user, Proof::own(Method::Ticket))
            .await
    }

    async fn create_first_user(
        &self,
        actor: &Actor,
        email: &str,
        password: String,
    ) -> Result<User> {
        let email = normal_email(email)?;
        let user = User::new(email, Role::SuperAdmin, UserState::Active);
        let password_hash = self.passwords.hash(password, &user.email).await?;
        let row = user.clone();
        self.change(actor, "user.created", |change| {
            Box::pin(async move {
                change.resource("user", &row.id, &row.email);
                let details = serde_json::json!({"role": row.role});
                change.audit.set_json("details", details.to_string());
                // Two links at once make one account.
                match accounts(change.db()).await? {
                    0 => row.insert(change.db(), Some(password_hash)).await,
                    _ => Err(ControlError::WrongSetupToken),
                }
            })
        })
        .await?;
        Ok(user)
    }
}
