//! Sessions: a random token in a cookie, its hash in the database. A session ends when it is not
//! used for a while and after some hours in any case; what its account may do is read anew with
//! every request. Its token is replaced now and then, see [`super::tokens`].

use super::secrets::{digest_hex, new_token};
use super::{
    Actor, AuthEvent, AuthKind, Change, Client, Control, ControlError, Proof, Result,
    SignInSettings, User, codes, devices, steady, users,
};
use daybook_model::{Timestamp, limits, validate};
use sqlx::SqliteConnection;

/// Open sessions of one account; the oldest makes room.
const SESSIONS_MAX: i64 = 100;

/// What still stands between a session and its account's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// Nothing.
    Open,
    /// The account's role needs a second factor, and the account has none.
    MfaSetup,
    /// The account has a second factor, and it was not given yet.
    MfaCode,
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifier, no secret.
    pub id: String,
    /// Whose it is.
    pub user: User,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// Whether the account has a second factor.
    pub mfa_enabled: bool,
    /// What it may not do yet.
    pub gate: Gate,
}

/// A session that has just been opened, or has a new token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The token for its cookie.
    pub token: String,
    /// The token for the cookie of a browser that was not known.
    pub device: Option<String>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Identifier.
    pub id: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// From which address it was opened.
    pub ip: String,
    /// What the browser calls itself.
    pub user_agent: String,
    /// How its owner signed in.
    pub method: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    created_at: i64,
    last_seen_at: i64,
    ip: String,
    user_agent: String,
    method: String,
}

/// What stands between a session and its account's rights.
pub(super) fn gate(user: &User, mfa_enabled: bool, mfa: bool, settings: &SignInSettings) -> Gate {
    match (mfa, mfa_enabled) {
        (true, _) => Gate::Open,
        (false, true) => Gate::MfaCode,
        (false, false) if settings.needs_mfa(user.role) => Gate::MfaSetup,
        (false, false) => Gate::Open,
    }
}

/// Opens a session, inside a change. A known browser stays known, a new one becomes known; the
/// failures before are forgotten.
pub(super) async fn open(
    change: &mut Change,
    client: &Client,
    user: User,
    proof: &Proof,
    settings: &SignInSettings,
) -> Result<SignedIn> {
    let (id, token) = (uuid::Uuid::now_v7().to_string(), new_token());
    let now_us = steady::now_us();
    change.audit.set_text("operation", "login");
    change.resource("session", &id, "");
    let event = AuthEvent::success(client, AuthKind::SignIn);
    change.also(proof.describe(event.about(&user).session(&id)));
    end_expired(change.db(), settings, now_us).await?;
    end_earlier(change, client).await?;
    insert(change.db(), client, &user, proof, &id, &token, now_us).await?;
    sqlx::query("UPDATE users SET last_sign_in_at = $1 WHERE id = $2")
        .bind(Timestamp::now().us())
        .bind(&user.id)
        .execute(change.db())
        .await?;
    let device = devices::remember(change.db(), client, &user.id, now_us).await?;
    let mfa_enabled = codes::is_enabled(change.db(), &user.id).await?;
    let session = Session {
        id,
        expires_at: Timestamp::from_us(now_us + settings.absolute_us()),
        gate: gate(&user, mfa_enabled, proof.mfa, settings),
        mfa_enabled,
        user,
    };
    Ok(SignedIn {
        session,
        token,
        device,
    })
}

async fn insert(
    db: &mut SqliteConnection,
    client: &Client,
    user: &User,
    proof: &Proof,
    id: &str,
    token: &str,
    now_us: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, token_at, token_seen_at, token_role, \
         created_at, last_seen_at, method, mfa, ip, user_agent) \
         VALUES ($1, $2, $3, $4, $4, $5, $4, $4, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(&user.id)
    .bind(digest_hex(token))
    .bind(now_us)
    .bind(user.role.name())
    .bind(proof.method.name())
    .bind(proof.mfa)
    .bind(client.ip.map(|ip| ip.to_string()).unwrap_or_default())
    .bind(validate::prefix(
        &client.user_agent,
        limits::KEYWORD_BYTES_MAX,
    ))
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE user_id = $1 AND id NOT IN \
         (SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)",
    )
    .bind(&user.id)
    .bind(SESSIONS_MAX)
    .execute(db)
    .await?;
    Ok(())
}

async fn end_expired(
    db: &mut SqliteConnection,
    settings: &SignInSettings,
    now_us: i64,
) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE created_at < $1 OR last_seen_at < $2")
        .bind(now_us - settings.absolute_us())
        .bind(now_us - settings.idle_us())
        .execute(db)
        .await?;
    Ok(())
}

/// Ends the session that the browser came with: what follows has another token and another id.
async fn end_earlier(change: &mut Change, client: &Client) -> Result<()> {
    let earlier: Option<(String, String)> = sqlx::query_as(
        "DELETE FROM sessions WHERE token_hash = $1 OR old_token_hash = $1 RETURNING id, user_id",
    )
    .bind(&client.session)
    .fetch_optional(change.db())
    .await?;
    if let Some((id, user_id)) = earlier {
        let user = users::find(change.db(), &user_id).await?;
        let event = AuthEvent::success(client, AuthKind::SessionRevoked).about(&user);
        change.also(event.session(&id).because("signed in anew"));
    }
    Ok(())
}

/// Ends the sessions of an account, all but one, inside a change. Each is on record.
pub(super) async fn end_all(
    change: &mut Change,
    client: &Client,
    user: &User,
    except: Option<&str>,
    reason: &str,
) -> Result<()> {
    let ended: Vec<String> =
        sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id")
            .bind(&user.id)
            .bind(except.unwrap_or_default())
            .fetch_all(change.db())
            .await?;
    for id in ended {
        let event = AuthEvent::success(client, AuthKind::SessionRevoked).about(user);
        change.also(event.session(&id).because(reason));
    }
    Ok(())
}

/// Ends a session that is no longer trusted, inside a change.
pub(super) async fn end_one(
    change: &mut Change,
    client: &Client,
    session: &Session,
    reason: &str,
) -> Result<()> {
    let event = AuthEvent::denied(client, AuthKind::SessionRevoked, reason);
    change.also(event.about(&session.user).session(&session.id));
    sqlx::query("DELETE FROM sessions WHERE id = $1")
        .bind(&session.id)
        .execute(change.db())
        .await?;
    Ok(())
}

impl Session {
    /// The session after its account's second factor was turned on or given, or turned off.
    pub(super) fn with_mfa(&self, enabled: bool) -> Self {
        Self {
            mfa_enabled: enabled,
            gate: Gate::Open,
            ..self.clone()
        }
    }
}

impl Control {
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
        let settings = self.sign_in_settings().await?;
        let (actor, client) = (user.actor(client.clone()), client.clone());
        self.change(&actor, "session.created", |change| {
            Box::pin(async move { open(change, &client, user, &proof, &settings).await })
        })
        .await
    }

    /// The open sessions of an account, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, user_id: &str) -> Result<Vec<OpenSession>> {
        let (settings, now_us) = (self.sign_in_settings().await?, steady::now_us());
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, created_at, last_seen_at, ip, user_agent, method FROM sessions \
             WHERE user_id = $1 ORDER BY created_at DESC, id DESC",
        )
        .bind(user_id)
        .fetch_all(self.db.reader())
        .await?;
        let open = rows
            .into_iter()
            .filter(|row| settings.keeps(row.created_at, row.last_seen_at, now_us));
        Ok(open
            .map(|row| OpenSession {
                id: row.id,
                created_at: Timestamp::from_us(row.created_at),
                last_seen_at: Timestamp::from_us(row.last_seen_at),
                ip: row.ip,
                user_agent: row.user_agent,
                method: row.method,
            })
            .collect())
    }

    /// Ends a session at its owner's wish.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_out(&self, client: &Client, session: Session) -> Result<()> {
        let kind = AuthKind::SignOut;
        let event = AuthEvent::success(client, kind)
            .about(&session.user)
            .session(&session.id);
        let actor = session.user.actor(client.clone());
        self.end(&actor, session.user.id, session.id, event).await
    }

    /// Ends one of the owner's sessions from another.
    ///
    /// # Errors
    /// When the account has no such session, or the database refuses.
    pub async fn revoke_session(&self, client: &Client, owner: &User, id: &str) -> Result<()> {
        let event = AuthEvent::success(client, AuthKind::SessionRevoked)
            .about(owner)
            .session(id)
            .because("ended by its owner");
        let actor = owner.actor(client.clone());
        self.end(&actor, owner.id.clone(), id.into(), event).await
    }

    pub(super) async fn end(
        &self,
        actor: &Actor,
        user_id: String,
        id: String,
        event: AuthEvent,
    ) -> Result<()> {
        self.change(actor, "session.deleted", |change| {
            Box::pin(async move {
                change.resource("session", &id, "");
                change.also(event);
                let ended = sqlx::query("DELETE FROM sessions WHERE id = $1 AND user_id = $2")
                    .bind(id)
                    .bind(user_id)
                    .execute(change.db())
                    .await?;
                match ended.rows_affected() {
                    0 => Err(ControlError::NotFound("session")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// Ends all sessions of an account, also the one that asks for it.
    ///
    /// # Errors
    /// When there is no such account, or the database refuses.
    pub async fn end_sessions(&self, actor: &Actor, user_id: &str) -> Result<()> {
        let (client, id) = (actor.client.clone(), user_id.to_owned());
        let reason = match actor.id == user_id {
            true => "signed out everywhere".into(),
            false => format!("ended by {}", actor.name),
        };
        self.change(actor, "user.sessions_ended", |change| {
            Box::pin(async move {
                let user = users::concerned(change, &id).await?;
                end_all(change, &client, &user, None, &reason).await
            })
        })
        .await
    }
}
