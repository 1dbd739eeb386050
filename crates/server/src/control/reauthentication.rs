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
    /// do. An account without a password has none to ask for.
    ///
    /// # Errors
    /// [`ControlError::WrongPassword`]; after too many of them the session ends.
    /// [`ControlError::Throttled`] while another check of the session is under way.
    pub async fn reauthenticate(
        &self,
        client: &Client,
        session: &Session,
        password: Option<String>,
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
                Err(self.refuse_in_session(client, session, wrong).await?)
            }
        }
    }

    /// Counts a wrong password or code in an open session; one too many ends it. Answers the error
    /// to be told, and lets others pass.
    pub(super) async fn refuse_in_session(
        &self,
        client: &Client,
        session: &Session,
        error: ControlError,
    ) -> Result<ControlError> {
        let reason = match &error {
            ControlError::WrongCode { reason } => *reason,
            ControlError::WrongPassword => "wrong password",
            _ => return Ok(error),
        };
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
}
