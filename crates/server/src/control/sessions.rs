//! Signing in and out. A session is a random token in a cookie, its hash in the database; it ends
//! after 12 hours without use and after 7 days in any case.

use super::secrets::{digest_hex, new_token};
use super::users::normal_email;
use super::{
    AuthEvent, AuthKind, Client, Control, ControlError, Method, Result, Role, User, UserState,
};
use daybook_model::Timestamp;
use std::time::Instant;

/// How long a session lives at most, in microseconds.
pub const SESSION_ABSOLUTE_US: i64 = 7 * Timestamp::DAY_US;
const SESSION_IDLE_US: i64 = 12 * Timestamp::HOUR_US;
/// How exact `last_seen_at` is; a write per request would be too many.
const SEEN_EVERY_US: i64 = 5 * 60 * Timestamp::SECOND_US;

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifier, no secret.
    pub id: String,
    /// Whose it is.
    pub user: User,
}

/// A session that has just been opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who signed in.
    pub user: User,
    /// The token for the cookie.
    pub token: String,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// By what means.
    pub method: Method,
    /// The identity provider, when it was not Daybook.
    pub provider: Option<String>,
    /// Whether a second factor was given, or the provider vouched for one.
    pub mfa: bool,
}

impl Proof {
    /// A proof that Daybook itself checked.
    pub const fn own(method: Method) -> Self {
        Self {
            mfa: matches!(method, Method::PasswordTotp | Method::PasswordBackupCode),
            provider: None,
            method,
        }
    }

    /// An identity provider's word, by the provider's name.
    pub fn sso(provider: &str, mfa: bool) -> Self {
        Self {
            method: Method::Sso,
            provider: Some(provider.into()),
            mfa,
        }
    }

    /// Writes it into an event.
    fn describe(&self, event: AuthEvent) -> AuthEvent {
        let event = event.by(self.method);
        match &self.provider {
            Some(provider) => event.provider(provider),
            None => event,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    last_seen_at: i64,
    user_id: String,
    email: String,
    #[sqlx(try_from = "String")]
    role: Role,
    #[sqlx(try_from = "String")]
    state: UserState,
}

#[derive(sqlx::FromRow)]
struct Account {
    #[sqlx(flatten)]
    user: User,
    password_hash: Option<String>,
}

impl Control {
    /// Opens a session for an e-mail and its password. Success and failure go on record.
    ///
    /// # Errors
    /// [`ControlError::WrongCredentials`], or [`ControlError::Throttled`] after too many of them.
    pub async fn sign_in(
        &self,
        client: &Client,
        email: &str,
        password: String,
    ) -> Result<SignedIn> {
        let account = normal_email(email).map_err(|_| ControlError::WrongCredentials)?;
        if let Some(wait) = self.throttle.wait(&account, client.ip, Instant::now()) {
            return Err(ControlError::Throttled(wait.as_secs() + 1));
        }
        let found: Option<Account> = sqlx::query_as(
            "SELECT id, email, role, state, password_hash FROM users WHERE email = $1",
        )
        .bind(&account)
        .fetch_optional(self.db.reader())
        .await?;
        let hash = found
            .as_ref()
            .and_then(|account| account.password_hash.clone());
        let fits = self.passwords.verify(password, hash).await?;
        match found {
            Some(known) if fits && known.user.is_active() => {
                self.throttle.succeed(&account);
                self.open_session(client, known.user, Proof::own(Method::Password))
                    .await
            }
            known => {
                self.throttle.fail(&account, client.ip, Instant::now());
                let failure = |reason| {
                    AuthEvent::failure(client, AuthKind::SignIn, reason).by(Method::Password)
                };
                let event = match &known {
                    Some(Account { user, .. }) => failure(match user.state {
                        _ if !fits => "wrong password",
                        UserState::Active => "no password",
                        UserState::Disabled => "disabled account",
                        UserState::Invited => "invitation not accepted",
                        UserState::Unverified => "e-mail not verified",
                    })
                    .about(user),
                    None => failure("unknown account").named(&account),
                };
                self.record_failure(event).await?;
                Err(ControlError::WrongCredentials)
            }
        }
    }

    /// Opens a session for whoever proved who they are. Sign-in goes on record.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_session(
        &self,
        client: &Client,
        user: User,
        proof: Proof,
    ) -> Result<SignedIn> {
        let token = new_token();
        let token_hash = digest_hex(&token);
        let id = uuid::Uuid::now_v7().to_string();
        let event = AuthEvent::success(client, AuthKind::SignIn).about(&user);
        let event = proof.describe(event).session(&id);
        let (actor, user_id) = (user.actor(client.clone()), user.id.clone());
        self.change(&actor, "session.created", |change| {
            Box::pin(async move {
                change.audit.set_text("operation", "login");
                change.resource("session", &id, "");
                change.also(event);
                let now = Timestamp::now().us();
                sqlx::query("DELETE FROM sessions WHERE created_at < $1 OR last_seen_at < $2")
                    .bind(now - SESSION_ABSOLUTE_US)
                    .bind(now - SESSION_IDLE_US)
                    .execute(change.db())
                    .await?;
                sqlx::query(
                    "INSERT INTO sessions (token_hash, id, user_id, created_at, last_seen_at) \
                     VALUES ($1, $2, $3, $4, $4)",
                )
                .bind(token_hash)
                .bind(id)
                .bind(&user_id)
                .bind(now)
                .execute(change.db())
                .await?;
                sqlx::query("UPDATE users SET last_sign_in_at = $1 WHERE id = $2")
                    .bind(now)
                    .bind(user_id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await?;
        Ok(SignedIn { user, token })
    }

    /// The open session of a token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_session(&self, token: &str) -> Result<Option<Session>> {
        let (now, token_hash) = (Timestamp::now().us(), digest_hex(token));
        let row: Option<Row> = sqlx::query_as(
            "SELECT s.id, s.last_seen_at, u.id AS user_id, u.email, u.role, u.state FROM sessions s \
             JOIN users u ON u.id = s.user_id \
             WHERE s.token_hash = $1 AND s.created_at >= $2 AND s.last_seen_at >= $3 \
             AND u.state = 'active'",
        )
        .bind(&token_hash)
        .bind(now - SESSION_ABSOLUTE_US)
        .bind(now - SESSION_IDLE_US)
        .fetch_optional(self.db.reader())
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        if row.last_seen_at < now - SEEN_EVERY_US {
            let note = sqlx::query("UPDATE sessions SET last_seen_at = $1 WHERE token_hash = $2");
            self.db.note(note.bind(now).bind(token_hash)).await;
        }
        let user = User {
            id: row.user_id,
            email: row.email,
            role: row.role,
            state: row.state,
        };
        Ok(Some(Session { id: row.id, user }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_out(&self, client: &Client, session: Session) -> Result<()> {
        let event = AuthEvent::success(client, AuthKind::SignOut)
            .about(&session.user)
            .session(&session.id);
        let actor = session.user.actor(client.clone());
        self.change(&actor, "session.deleted", |change| {
            Box::pin(async move {
                change.resource("session", &session.id, "");
                change.also(event);
                sqlx::query("DELETE FROM sessions WHERE id = $1")
                    .bind(session.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
