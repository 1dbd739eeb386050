//! Passwords and codes that an open session is asked for again, before what a thief of the session
//! must not do. Guessing ends the session; it locks nobody out.

use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Result, Session, lockouts, sessions,
    steady,
};

impl Control {
    /// Asks for the password again in an open session, before what a thief of the session must not
    /// do. An account without a password has none to ask for.
    ///
    /// # Errors
    /// [`ControlError::WrongPassword`]; after too many of them the session ends.
    pub async fn reauthenticate(
        &self,
        client: &Client,
        session: &Session,
        password: Option<String>,
    ) -> Result<()> {
        let find = sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1");
        let hash: Option<String> = find
            .bind(&session.user.id)
            .fetch_one(self.db.reader())
            .await?;
        if hash.is_none() {
            return Ok(());
        }
        let fits = match password {
            Some(password) => self.passwords.verify(password, hash).await?,
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
