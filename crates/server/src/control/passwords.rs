//! New passwords: set by an operator, changed by their owner, set by a ticket. Each ends the
//! sessions that the old one opened, and unlocks the account.

use super::mail::MailKind;
use super::password_rules::normal;
use super::{
    Actor, AuthEvent, AuthKind, Change, Client, Control, ControlError, Method, Proof, Result,
    Session, SignedIn, TicketKind, User, UserState, codes, keys, lockouts, sessions, tickets,
    tokens, users,
};
use daybook_model::Timestamp;
use serde_json::json;
use sqlx::SqliteConnection;

const CHANGE: &str = "user.password_changed";

/// Gives an active account a new password, inside a change. Its sessions end, but for one; whoever
/// could set it is no stranger, so failures before are forgotten. A link that was asked for before
/// must not undo it.
async fn set(
    change: &mut Change,
    client: &Client,
    user: &User,
    password_hash: String,
    except_session: Option<&str>,
) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2")
        .bind(password_hash)
        .bind(&user.id)
        .execute(change.db())
        .await?;
    tickets::end(change.db(), &user.id, TicketKind::Reset).await?;
    let reason = "a new password was set";
    sessions::end_all(change, client, user, except_session, reason).await?;
    lockouts::clear(change, client, user, reason).await?;
    Ok(())
}

/// Makes an account active, inside the caller's transaction.
async fn activate(
    db: &mut SqliteConnection,
    user: &User,
    from: UserState,
    password_hash: String,
) -> Result<()> {
    let done = sqlx::query(
        "UPDATE users SET state = 'active', verified_at = $1, password_hash = $2 \
         WHERE id = $3 AND state = $4",
    )
    .bind(Timestamp::now().us())
    .bind(password_hash)
    .bind(&user.id)
    .bind(from.name())
    .execute(db)
    .await?;
    match done.rows_affected() {
        0 => Err(ControlError::TicketInvalid),
        _ => Ok(()),
    }
}

impl Control {
    /// Gives an active account a new password, and ends its sessions and personal keys.
    ///
    /// # Errors
    /// When there is no such account, it is not active, or the password cannot be used.
    pub async fn reset_password(&self, actor: &Actor, email: &str, password: String) -> Result<()> {
        let prepared = self.prepared_reset(email, password).await;
        let (control, client, asked) = (self.clone(), actor.client.clone(), email.to_owned());
        let changed = self.change(actor, "user.password_reset", |change| {
            Box::pin(async move {
                change.resource("user", &asked, "");
                let (user, password_hash) = prepared?;
                change.resource("user", &user.id, &user.email);
                if !users::find(change.db(), &user.id).await?.is_active() {
                    let message = "the account is not active: enable it, or invite it again";
                    return Err(ControlError::WrongState(message));
                }
                let event = AuthEvent::success(&client, AuthKind::PasswordReset).about(&user);
                change.also(event.because("by an administrator"));
                set(change, &client, &user, password_hash, None).await?;
                keys::revoke_personal(change, &user.id, json!({})).await?;
                let kind = MailKind::PasswordChanged;
                control.send_news(change.db(), &user, kind).await?;
                Ok(user.email)
            })
        });
        self.throttle.forgive(&changed.await?);
        self.wake_mails();
        Ok(())
    }

    /// The account whose password is reset, and the hash of the new one.
    async fn prepared_reset(&self, email: &str, password: String) -> Result<(User, String)> {
        let user = self.user_by_email(email).await?;
        let password_hash = self.passwords.hash(password, &user.email).await?;
        Ok((user, password_hash))
    }

    /// Gives the account of a session a new password. Its other sessions end, this one goes on
    /// under a new token.
    ///
    /// # Errors
    /// [`ControlError::WrongPassword`] when the current one is not that, or when the new one cannot
    /// be used.
    pub async fn change_password(
        &self,
        client: &Client,
        session: &Session,
        current: String,
        new: String,
    ) -> Result<SignedIn> {
        let user = session.user.clone();
        if !self.user(&user.id).await?.has_password {
            let message = "the account has no password: it signs in elsewhere";
            let refusal = ControlError::WrongState(message);
            return Err(self.refuse_own(client, session, refusal, CHANGE).await);
        }
        let is_same = normal(&current) == normal(&new);
        self.reauthenticate(client, session, Some(current), CHANGE)
            .await?;
        let password_hash = match is_same {
            true => Err(ControlError::invalid(
                "new",
                "the new password is the current one",
            )),
            false => self.passwords.hash(new, &user.email).await,
        };
        let password_hash = password_hash.map_err(|error| match error {
            ControlError::Invalid { message, .. } => ControlError::invalid("new", message),
            other => other,
        });
        let event = AuthEvent::success(client, AuthKind::PasswordChanged).about(&user);
        let event = event.by(Method::Password).session(&session.id);
        let (control, actor) = (self.clone(), user.actor(client.clone()));
        let (client, id, email) = (client.clone(), session.id.clone(), user.email.clone());
        let token = self
            .change(&actor, CHANGE, |change| {
                Box::pin(async move {
                    change.resource("user", &user.id, &user.email);
                    change.also(event);
                    set(change, &client, &user, password_hash?, Some(&id)).await?;
                    let kind = MailKind::PasswordChanged;
                    control.send_news(change.db(), &user, kind).await?;
                    tokens::replace(change.db(), &id).await
                })
            })
            .await?;
        self.throttle.forgive(&email);
        self.wake_mails();
        Ok(SignedIn::renewed(session.clone(), token))
    }

    /// Uses a ticket up: sets the password that its holder chooses, and opens a session unless the
    /// account has a second factor.
    ///
    /// # Errors
    /// [`ControlError::TicketInvalid`], or when the password cannot be used; then the ticket stays
    /// usable.
    pub async fn use_ticket(
        &self,
        client: &Client,
        token: &str,
        password: String,
    ) -> Result<Option<SignedIn>> {
        let ticket = match self.check_ticket(token).await {
            Err(ControlError::TicketInvalid) => {
                let reason = "the link was used, has expired, was replaced or never was one";
                let event = AuthEvent::failure(client, AuthKind::TicketRefused, reason);
                self.record_repeated(event.by(Method::Ticket)).await?;
                return Err(ControlError::TicketInvalid);
            }
            ticket => ticket?,
        };
        let password_hash = self.passwords.hash(password, &ticket.user.email).await?;
        let user = self
            .redeem(client, ticket.kind, token, ticket.user, password_hash)
            .await?;
        // Whoever failed before was not the one with the mail.
        self.throttle.forgive(&user.email);
        if self.has_mfa(&user.id).await? {
            return Ok(None);
        }
        let proof = Proof::own(Method::Ticket);
        self.open_session(client, user, proof).await.map(Some)
    }

    async fn has_mfa(&self, user_id: &str) -> Result<bool> {
        let mut db = self.db.reader().acquire().await?;
        codes::is_enabled(&mut db, user_id).await
    }

    async fn redeem(
        &self,
        client: &Client,
        kind: TicketKind,
        token: &str,
        user: User,
        password_hash: String,
    ) -> Result<User> {
        let (action, event) = match kind {
            TicketKind::Invitation => ("user.invitation_accepted", AuthKind::InvitationAccepted),
            TicketKind::Verification => ("user.verified", AuthKind::Verify),
            TicketKind::Reset => ("user.password_reset", AuthKind::PasswordReset),
        };
        let event = AuthEvent::success(client, event)
            .about(&user)
            .by(Method::Ticket);
        let (control, actor) = (self.clone(), user.actor(client.clone()));
        let (client, token) = (client.clone(), token.to_owned());
        let user = self
            .change(&actor, action, |change| {
                Box::pin(async move {
                    let user = tickets::take(change.db(), &token, kind).await?;
                    change.resource("user", &user.id, &user.email);
                    change.also(event);
                    match kind {
                        TicketKind::Reset if user.is_active() => {
                            set(change, &client, &user, password_hash, None).await?;
                            // Whoever has to do this may have lost the account to somebody.
                            keys::revoke_personal(change, &user.id, json!({})).await?;
                            let kind = MailKind::PasswordChanged;
                            control.send_news(change.db(), &user, kind).await?;
                        }
                        TicketKind::Reset => return Err(ControlError::TicketInvalid),
                        TicketKind::Invitation => {
                            let from = UserState::Invited;
                            activate(change.db(), &user, from, password_hash).await?;
                        }
                        TicketKind::Verification => {
                            let from = UserState::Unverified;
                            activate(change.db(), &user, from, password_hash).await?;
                        }
                    }
                    users::find(change.db(), &user.id).await
                })
            })
            .await?;
        self.wake_mails();
        Ok(user)
    }
}
