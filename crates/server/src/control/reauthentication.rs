//! Passwords and codes that an open session is asked for again, before what a thief of the session
//! must not do. Guessing ends the session; it locks nobody out.

use super::lockouts::SECOND_FACTOR;
use super::secrets::Lane;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Result, Session, lockouts, sessions,
    steady,
};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Giving the second factor in a session: of what is asked for with a code or password the only thing that
/// is about the session, not about its account.
pub(super) const VERIFY_MFA: &str = "session.mfa_verified";

/// The sessions and accounts whose password or code is being checked: one check at a time, so that many
/// at once are no way round the count.
#[derive(Debug, Default)]
pub(super) struct Checking(Mutex<HashSet<String>>);

/// A check under way.
pub(super) struct Check<'c> {
    checking: &'c Checking,
    id: String,
}

impl Checking {
    /// Begins a check of a session or an account.
    pub(super) fn begin(&self, id: &str) -> Result<Check<'_>> {
        let id = id.to_owned();
        match self.ids().insert(id.clone()) {
            true => Ok(Check { checking: self, id }),
            false => Err(ControlError::Throttled(1)),
        }
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Check<'_> {
    fn drop(&mut self) {
        self.checking.ids().remove(&self.id);
    }
}

impl Control {
    /// Begins the only check of a password or code in a session.
    ///
    /// # Errors
    /// [`ControlError::Throttled`] while another is under way, and when one before it ended the session.
    pub(super) async fn alone(&self, session: &Session) -> Result<Check<'_>> {
        let alone = self.checking.begin(&session.id)?;
        let find = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1)");
        match find.bind(&session.id).fetch_one(self.db.reader()).await? {
            true => Ok(alone),
            false => Err(ControlError::NotFound("session")),
        }
    }

    /// Counts a wrong code of a session that has only its first factor, whichever session it is: who has
    /// that factor opens as many as they like.
    pub(super) async fn count_code(&self, client: &Client, session: &Session) -> Result<()> {
        let mut actor = Actor::system("sign-in");
        actor.client = client.clone();
        let (user, client) = (session.user.clone(), client.clone());
        self.change(&actor, "user.locked", |change| {
            Box::pin(async move {
                let now_us = steady::now_us();
                match lockouts::count(change.db(), &user.id, SECOND_FACTOR, now_us).await? {
                    true => lockouts::tell(change, &client, &user, SECOND_FACTOR),
                    false => change.nothing_changed(),
                }
                Ok(())
            })
        })
        .await
    }

    /// Asks for the password again in an open session, before what a thief of the session must not
    /// do; `attempted` is the action. An account without a password has none to ask for.
    ///
    /// # Errors
    /// [`ControlError::WrongPassword`]; after too many of them the session ends.
    /// [`ControlError::Throttled`] while another check of the session is under way.
    pub async fn reauthenticate(
        &self,
        client: &Client,
        session: &Session,
        password: Option<String>,
        attempted: &str,
    ) -> Result<()> {
        let _alone = self.alone(session).await?;
        let find = sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1");
        let hash: Option<String> = find
            .bind(&session.user.id)
            .fetch_one(self.db.reader())
            .await?;
        if hash.is_none() {
            return Ok(());
        }
        let fits = match password {
            Some(password) => self.passwords.verify(Lane::Known, password, hash).await?,
            None => false,
        };
        match fits {
            true => Ok(()),
            false => {
                let wrong = ControlError::WrongPassword;
                let told = self.refuse_in_session(client, session, wrong, attempted);
                Err(told.await?)
            }
        }
    }

    /// Counts a wrong password or code in an open session; one too many ends it. Puts on record for which
    /// action it was given. Answers the error to be told, and lets others pass.
    pub(super) async fn refuse_in_session(
        &self,
        client: &Client,
        session: &Session,
        error: ControlError,
        attempted: &str,
    ) -> Result<ControlError> {
        let reason = match &error {
            ControlError::WrongCode { reason } => *reason,
            ControlError::WrongPassword => "wrong password",
            _ => return Ok(error),
        };
        self.tell_refused(client, session, attempted, reason).await;
        let event = AuthEvent::failure(client, AuthKind::Reauthentication, reason);
        let events = self
            .repeats
            .admit(event.about(&session.user).session(&session.id));
        let mut actor = Actor::system("sign-in");
        actor.client = client.clone();
        let (session, client) = (session.clone(), client.clone());
        self.change(&actor, "session.deleted", |change| {
            Box::pin(async move {
                for event in events {
                    change.also(event);
                }
                let (user, db) = (&session.user, change.db());
                // Counted apart from sign-ins, under the session's id.
                if lockouts::count(db, &user.id, &session.id, steady::now_us()).await? {
                    lockouts::forget(change.db(), &user.id, &session.id).await?;
                    let reason = "too many wrong passwords or codes";
                    change.resource("session", &session.id, "");
                    sessions::end_one(change, &client, &session, reason).await
                } else {
                    change.nothing_changed();
                    Ok(())
                }
            })
        })
        .await?;
        Ok(match error {
            ControlError::WrongCode { .. } => ControlError::CodeRefused,
            error => error,
        })
    }

    /// Puts on record that the owner of a session was refused what they asked for, before it became a
    /// change. Answers the error to be told.
    pub(super) async fn refuse_own(
        &self,
        client: &Client,
        session: &Session,
        error: ControlError,
        attempted: &str,
    ) -> ControlError {
        let reason = error.to_string();
        self.tell_refused(client, session, attempted, &reason).await;
        error
    }

    async fn tell_refused(
        &self,
        client: &Client,
        session: &Session,
        attempted: &str,
        reason: &str,
    ) {
        let user = &session.user;
        let about: [&str; 3] = match attempted {
            VERIFY_MFA => ["session", &session.id, ""],
            _ => ["user", &user.id, &user.email],
        };
        let actor = user.actor(client.clone());
        self.record_attempted(&actor, attempted, about, false, reason)
            .await;
    }
}
