//! Two-factor authentication: a secret shared with an authenticator app, and backup codes for when
//! it is lost. A code works once. The secret is shown while it is set up and never again.

use super::lockouts::{self, SECOND_FACTOR};
use super::reauthentication::VERIFY_MFA;
use super::secrets::new_token;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Result, Session, SignedIn, User,
    backup_codes, codes, sessions, tokens, totp, users,
};
use daybook_model::Timestamp;
use sqlx::SqliteConnection;

const BIND: &str = "user.mfa_bound";
const ENABLE: &str = "user.mfa_enabled";
const DISABLE: &str = "user.mfa_disabled";
const NEW_CODES: &str = "user.backup_codes_generated";

/// Why a code is not even looked at.
const LOCKED: &str = "locked: too many wrong codes";
const CODES_LOCKED: ControlError = ControlError::WrongCode { reason: LOCKED };

/// What an authenticator needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaSetup {
    /// The secret in base 32, for typing.
    pub secret: String,
    /// The same as an address.
    pub uri: String,
    /// The same as a picture.
    pub qr_svg: String,
}

/// How an account stands with its second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MfaState {
    /// Whether it has one.
    pub enabled: bool,
    /// Whether its role must have one.
    pub required: bool,
    /// Backup codes not used yet.
    pub backup_codes_left: u32,
}

impl Control {
    /// How an account stands with its second factor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mfa_state(&self, user: &User) -> Result<MfaState> {
        let mut db = self.db.reader().acquire().await?;
        Ok(MfaState {
            enabled: codes::is_enabled(&mut db, &user.id).await?,
            required: self.sign_in_settings().await?.needs_mfa(user.role),
            backup_codes_left: backup_codes::left(&mut db, &user.id).await?,
        })
    }

    /// Begins to set up a second factor for the session's account: a new secret, which counts when
    /// it is confirmed. An earlier one that was not confirmed is forgotten.
    ///
    /// # Errors
    /// When the password is wrong, or there is a second factor already.
    pub async fn begin_mfa(
        &self,
        client: &Client,
        session: &Session,
        password: Option<String>,
    ) -> Result<MfaSetup> {
        if session.mfa_enabled {
            let refusal = ControlError::Exists("a second factor");
            return Err(self.refuse_own(client, session, refusal, BIND).await);
        }
        self.reauthenticate(client, session, password, BIND).await?;
        let secret = totp::new_secret();
        let uri = totp::uri(&secret, &session.user.email);
        let setup = MfaSetup {
            qr_svg: totp::qr_svg(&uri)?,
            secret: secret.clone(),
            uri,
        };
        let user = session.user.clone();
        let actor = user.actor(client.clone());
        self.change(&actor, BIND, |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                let begun = sqlx::query(
                    "INSERT INTO second_factors (user_id, secret, created_at, last_step, backup_salt) \
                     VALUES ($1, $2, $3, 0, $4) ON CONFLICT (user_id) DO UPDATE SET \
                     secret = excluded.secret, created_at = excluded.created_at, \
                     backup_salt = excluded.backup_salt \
                     WHERE second_factors.confirmed_at IS NULL",
                )
                .bind(&user.id)
                .bind(secret)
                .bind(Timestamp::now().us())
                .bind(new_token())
                .execute(change.db())
                .await?;
                match begun.rows_affected() {
                    0 => Err(ControlError::Exists("a second factor")),
                    _ => Ok(()),
                }
            })
        })
        .await?;
        Ok(setup)
    }

    /// Turns the second factor on with a first code. Other sessions of the account end, this one
    /// goes on under a new token. Answers the backup codes, which are not shown again.
    ///
    /// # Errors
    /// When nothing was begun, or the code is wrong.
    pub async fn confirm_mfa(
        &self,
        client: &Client,
        session: &Session,
        code: &str,
    ) -> Result<(Vec<String>, SignedIn)> {
        let mut db = self.db.reader().acquire().await?;
        let factor = codes::find(&mut db, &session.user.id).await?;
        drop(db);
        let factor = factor.filter(|factor| factor.confirmed_at.is_none());
        let Some(factor) = factor else {
            let refusal = ControlError::NotFound("second factor to be confirmed");
            return Err(self.refuse_own(client, session, refusal, ENABLE).await);
        };
        let _alone = self.alone(session).await?;
        let step = match codes::usable_step(&factor, &backup_codes::normal(code)) {
            Ok(step) => step,
            Err(error) => {
                let told = self.refuse_in_session(client, session, error, ENABLE);
                return Err(told.await?);
            }
        };
        let codes = backup_codes::new();
        let hashes = self
            .passwords
            .derive(codes.clone(), factor.backup_salt.clone())
            .await?;
        let actor = session.user.actor(client.clone());
        let generated = actor.audit(NEW_CODES);
        let (owner, client) = (session.clone(), client.clone());
        let token = self
            .change(&actor, ENABLE, |change| {
                Box::pin(async move {
                    let user = &owner.user;
                    change.resource("user", &user.id, &user.email);
                    confirm(change.db(), &user.id, &factor.secret, step).await?;
                    let event = AuthEvent::success(&client, AuthKind::MfaEnabled).about(user);
                    change.also(event.session(&owner.id));
                    backup_codes::store(change, &client, user, hashes, generated).await?;
                    let reason = "a second factor was set up";
                    sessions::end_all(change, &client, user, Some(&owner.id), reason).await?;
                    lift(change.db(), &owner.id).await
                })
            })
            .await?;
        Ok((codes, SignedIn::renewed(session.with_mfa(true), token)))
    }

    /// Turns the second factor off. Other sessions of the account end, this one goes on under a new
    /// token.
    ///
    /// # Errors
    /// When the password or the code is wrong, or the role must have a second factor.
    pub async fn disable_mfa(
        &self,
        client: &Client,
        session: &Session,
        password: Option<String>,
        code: &str,
    ) -> Result<SignedIn> {
        if self.mfa_state(&session.user).await?.required {
            let refusal = ControlError::MfaRequiredByRole;
            return Err(self.refuse_own(client, session, refusal, DISABLE).await);
        }
        self.reauthenticate(client, session, password, DISABLE)
            .await?;
        let _alone = self.alone(session).await?;
        let code = self.read_code(&session.user.id, code).await?;
        let actor = session.user.actor(client.clone());
        let (owner, by) = (session.clone(), client.clone());
        let changed = self.change(&actor, DISABLE, |change| {
            Box::pin(async move {
                let user = &owner.user;
                change.resource("user", &user.id, &user.email);
                codes::spend(change, &by, user, &code).await?;
                codes::remove(change.db(), &user.id).await?;
                let event = AuthEvent::success(&by, AuthKind::MfaDisabled).about(user);
                change.also(event.session(&owner.id));
                let reason = "the second factor was turned off";
                sessions::end_all(change, &by, user, Some(&owner.id), reason).await?;
                tokens::replace(change.db(), &owner.id).await
            })
        });
        match changed.await {
            Ok(token) => Ok(SignedIn::renewed(session.with_mfa(false), token)),
            Err(error) => {
                let told = self.refuse_in_session(client, session, error, DISABLE);
                Err(told.await?)
            }
        }
    }

    /// New backup codes for the session's account; older ones end.
    ///
    /// # Errors
    /// When the code is wrong.
    pub async fn renew_backup_codes(
        &self,
        client: &Client,
        session: &Session,
        code: &str,
    ) -> Result<Vec<String>> {
        let mut db = self.db.reader().acquire().await?;
        let factor = codes::find(&mut db, &session.user.id).await?;
        drop(db);
        let Some(factor) = factor else {
            let refusal = ControlError::NotFound("second factor");
            return Err(self.refuse_own(client, session, refusal, NEW_CODES).await);
        };
        let _alone = self.alone(session).await?;
        let code = self.read_code(&session.user.id, code).await?;
        let codes = backup_codes::new();
        let salt = factor.backup_salt;
        let hashes = self.passwords.derive(codes.clone(), salt).await?;
        let actor = session.user.actor(client.clone());
        let (user, by) = (session.user.clone(), client.clone());
        let changed = self.change(&actor, NEW_CODES, |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                codes::spend(change, &by, &user, &code).await?;
                backup_codes::replace(change, &by, &user, hashes).await
            })
        });
        match changed.await {
            Ok(()) => Ok(codes),
            Err(error) => {
                let told = self.refuse_in_session(client, session, error, NEW_CODES);
                Err(told.await?)
            }
        }
    }

    /// Gives the second factor in a session that was opened without one. It goes on under a new
    /// token.
    ///
    /// # Errors
    /// When the code is wrong, or ten in a row were, in whichever sessions of the account;
    /// [`ControlError::Throttled`] while another is checked.
    pub async fn verify_mfa(
        &self,
        client: &Client,
        session: &Session,
        code: &str,
    ) -> Result<SignedIn> {
        // Of the account, not of the session: a thief of the first factor opens many.
        let _alone = self.checking.begin(&session.user.id)?;
        let code = self.read_code(&session.user.id, code).await?;
        let actor = session.user.actor(client.clone());
        let (owner, by) = (session.clone(), client.clone());
        let changed = self.change(&actor, VERIFY_MFA, |change| {
            Box::pin(async move {
                change.resource("session", &owner.id, "");
                let user_id = &owner.user.id;
                match lockouts::check(change.db(), user_id, SECOND_FACTOR).await {
                    Err(ControlError::WrongCredentials) => return Err(CODES_LOCKED),
                    checked => checked?,
                }
                let method = codes::spend(change, &by, &owner.user, &code).await?;
                let event = AuthEvent::success(&by, AuthKind::MfaVerified).about(&owner.user);
                change.also(event.session(&owner.id).by(method));
                lockouts::forget(change.db(), user_id, SECOND_FACTOR).await?;
                lift(change.db(), &owner.id).await
            })
        });
        let error = match changed.await {
            Ok(token) => return Ok(SignedIn::renewed(session.with_mfa(true), token)),
            Err(error) => error,
        };
        if matches!(error, ControlError::WrongCode { reason } if reason != LOCKED) {
            self.count_code(client, session).await?;
        }
        let told = self.refuse_in_session(client, session, error, VERIFY_MFA);
        Err(told.await?)
    }

    /// Takes an account's second factor away, for somebody who lost theirs. Its sessions end.
    ///
    /// # Errors
    /// When there is no such account, it has none, or the database refuses.
    pub async fn reset_mfa(&self, actor: &Actor, user_id: &str) -> Result<()> {
        let (client, id) = (actor.client.clone(), user_id.to_owned());
        let reason = format!("reset by {}", actor.name);
        self.change(actor, "user.mfa_reset", |change| {
            Box::pin(async move {
                let user = users::concerned(change, &id).await?;
                change.audit.set_text("operation", "disable_2fa");
                if !codes::remove(change.db(), &user.id).await? {
                    return Err(ControlError::NotFound("second factor"));
                }
                let event = AuthEvent::success(&client, AuthKind::MfaDisabled).about(&user);
                change.also(event.because(&reason));
                sessions::end_all(change, &client, &user, None, &reason).await
            })
        })
        .await
    }
}

async fn confirm(db: &mut SqliteConnection, user_id: &str, secret: &str, step: i64) -> Result<()> {
    let confirmed = sqlx::query(
        "UPDATE second_factors SET confirmed_at = $1, last_step = $2 \
         WHERE user_id = $3 AND secret = $4 AND confirmed_at IS NULL",
    )
    .bind(Timestamp::now().us())
    .bind(step)
    .bind(user_id)
    .bind(secret)
    .execute(db)
    .await?;
    match confirmed.rows_affected() {
        0 => Err(ControlError::Exists("a second factor")),
        _ => Ok(()),
    }
}

/// Says that a session has its second factor now, and gives it a new token.
async fn lift(db: &mut SqliteConnection, session_id: &str) -> Result<String> {
    sqlx::query("UPDATE sessions SET mfa = TRUE WHERE id = $1")
        .bind(session_id)
        .execute(&mut *db)
        .await?;
    tokens::replace(db, session_id).await
}
