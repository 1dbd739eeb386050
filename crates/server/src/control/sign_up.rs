//! What anybody may ask for: an account, a new password. Whether an address has an account shows
//! neither in the answer nor in its time: the answer is given before anybody looks. The rest
//! happens in the background and comes out in a mail and in the authentication log.

use super::mail::MailKind;
use super::tickets::{self, is_fresh};
use super::users::{self, new_email, normal_email};
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Method, Result, Role, TicketKind,
    User, UserState,
};
use daybook_model::Timestamp;
use std::sync::Arc;
use std::time::Instant;

/// Requests that are worked on at once; more are refused.
pub(super) const REQUESTS_MAX: usize = 32;
/// Sign-ups that wait for their verification.
const UNVERIFIED_MAX: i64 = 1_000;
/// After this time an unverified sign-up makes room.
const UNVERIFIED_LIFE_US: i64 = 7 * Timestamp::DAY_US;

impl Control {
    /// Takes a request for an account: an invitation to oneself. Whoever holds the link that is
    /// sent chooses the password, so what a stranger asks for never opens another's account.
    ///
    /// # Errors
    /// When nobody may sign up, the e-mail cannot be used, or too many ask at once: never because
    /// of an account that is there.
    pub async fn sign_up(&self, client: &Client, email: &str) -> Result<()> {
        let settings = self.sign_in_settings().await?;
        let email = new_email(email)?;
        let refuse = |reason| {
            let event = AuthEvent::failure(client, AuthKind::SignUp, reason);
            self.record_repeated(event.named(&email).by(Method::Ticket))
        };
        if !settings.sign_up {
            refuse("nobody can sign up: it is turned off").await?;
            return Err(ControlError::SignUpOff);
        }
        let domains = &settings.sign_up_domains;
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        if !domains.is_empty() && !domains.iter().any(|known| known == domain) {
            let message = "nobody can sign up with an address of this domain";
            refuse(message).await?;
            return Err(ControlError::invalid("email", message));
        }
        let (control, client) = (self.clone(), client.clone());
        self.in_background(async move { control.finish_sign_up(&client, &email).await })
    }

    /// Takes a request for a link that sets a new password.
    ///
    /// # Errors
    /// When the e-mail cannot be one, or too many ask at once.
    pub async fn request_reset(&self, client: &Client, email: &str) -> Result<()> {
        let email = normal_email(email)?;
        let (control, client) = (self.clone(), client.clone());
        self.in_background(async move { control.finish_reset_request(&client, &email).await })
    }

    fn in_background(&self, work: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
        let place = Arc::clone(&self.requests).try_acquire_owned();
        let place = place.map_err(|_| ControlError::Busy)?;
        tokio::spawn(async move {
            if let Err(error) = work.await {
                tracing::warn!(%error, "a sign-up or a request for a new password failed");
            }
            drop(place);
        });
        Ok(())
    }

    async fn finish_sign_up(&self, client: &Client, email: &str) -> Result<()> {
        let Some(user) = self.known_email(email).await? else {
            return self.add_sign_up(client, email).await;
        };
        let refused = match user.state {
            UserState::Unverified => match self.repeat_problem(&user).await? {
                Some(problem) => problem,
                None => return self.repeat_sign_up(client, user).await,
            },
            UserState::Invited => "invitation not accepted",
            UserState::Active => "account exists",
            UserState::Disabled => "disabled account",
        };
        let event = AuthEvent::failure(client, AuthKind::SignUp, refused);
        self.record_repeated(event.about(&user).by(Method::Ticket))
            .await?;
        match user.state {
            UserState::Active => self.tell_of_account(user).await,
            _ => Ok(()),
        }
    }

    async fn add_sign_up(&self, client: &Client, email: &str) -> Result<()> {
        self.remove_old_sign_ups().await?;
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users WHERE state = $1")
            .bind(UserState::Unverified.name())
            .fetch_one(self.db.reader())
            .await?;
        let problem = match self.throttle.sign_up(client.ip, Instant::now()) {
            false => Some("too many sign-ups from this address"),
            true if waiting >= UNVERIFIED_MAX => {
                Some("too many sign-ups wait for their verification")
            }
            true => None,
        };
        if let Some(reason) = problem {
            let event = AuthEvent::failure(client, AuthKind::SignUp, reason).named(email);
            return self.record_repeated(event.by(Method::Ticket)).await;
        }
        let user = User::new(email.into(), Role::User, UserState::Unverified);
        let event = AuthEvent::success(client, AuthKind::SignUp).about(&user);
        let (control, actor) = (self.clone(), user.actor(client.clone()));
        self.change(&actor, "user.signed_up", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                change.also(event.by(Method::Ticket));
                user.insert(change.db(), None).await?;
                // Without a way out for mails an administrator makes the link.
                if control.mailer.is_some() {
                    let kind = TicketKind::Verification;
                    control.send_ticket(change.db(), &user, kind, "").await?;
                }
                Ok(())
            })
        })
        .await?;
        self.wake_mails();
        Ok(())
    }

    /// Why a sign-up that waits already does not get its link again.
    async fn repeat_problem(&self, user: &User) -> Result<Option<&'static str>> {
        let mut db = self.db.reader().acquire().await?;
        let fresh = is_fresh(&mut db, &user.id, TicketKind::Verification).await?;
        Ok(match self.mailer.is_some() {
            false => Some("waits for its verification; mails cannot be sent"),
            true => fresh.then_some("asked again too soon"),
        })
    }

    /// Sends the link again; nothing else changes.
    async fn repeat_sign_up(&self, client: &Client, user: User) -> Result<()> {
        let event = AuthEvent::success(client, AuthKind::SignUp).about(&user);
        let event = event.because("asked again: the link was sent again");
        let (control, actor) = (self.clone(), user.actor(client.clone()));
        self.change(&actor, "user.signed_up_again", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                change.also(event.by(Method::Ticket));
                let kind = TicketKind::Verification;
                control.send_ticket(change.db(), &user, kind, "").await?;
                Ok(())
            })
        })
        .await?;
        self.wake_mails();
        Ok(())
    }

    /// Tells the owner of an account that somebody asked for it again.
    async fn tell_of_account(&self, user: User) -> Result<()> {
        let waiting = sqlx::query_scalar(
            "SELECT created_at FROM mails WHERE user_id = $1 AND kind = $2 AND created_at > $3",
        );
        let waiting: Option<i64> = waiting
            .bind(&user.id)
            .bind(MailKind::AccountExists.name())
            .bind(Timestamp::now().us() - tickets::AGAIN_AFTER_US)
            .fetch_optional(self.db.reader())
            .await?;
        if self.mailer.is_none() || waiting.is_some() {
            return Ok(());
        }
        let (control, actor) = (self.clone(), Actor::system("sign-up"));
        self.change(&actor, "user.notified", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                control
                    .send_news(change.db(), &user, MailKind::AccountExists)
                    .await
            })
        })
        .await?;
        self.wake_mails();
        Ok(())
    }

    async fn remove_old_sign_ups(&self) -> Result<()> {
        let old: Vec<String> =
            sqlx::query_scalar("SELECT id FROM users WHERE state = $1 AND created_at < $2")
                .bind(UserState::Unverified.name())
                .bind(Timestamp::now().us() - UNVERIFIED_LIFE_US)
                .fetch_all(self.db.reader())
                .await?;
        for id in old {
            self.change(&Actor::system("sign-up"), "user.expired", |change| {
                Box::pin(async move {
                    let user = users::find(change.db(), &id).await?;
                    change.resource("user", &user.id, &user.email);
                    change.audit.set_text("operation", "delete");
                    sqlx::query("DELETE FROM users WHERE id = $1 AND state = 'unverified'")
                        .bind(id)
                        .execute(change.db())
                        .await?;
                    Ok(())
                })
            })
            .await?;
        }
        Ok(())
    }

    async fn finish_reset_request(&self, client: &Client, email: &str) -> Result<()> {
        let kind = AuthKind::PasswordResetRequested;
        let refuse = |reason| AuthEvent::failure(client, kind, reason);
        let Some(user) = self.known_email(email).await? else {
            return self
                .record_repeated(refuse("unknown account").named(email))
                .await;
        };
        let has_password = self.user(&user.id).await?.has_password;
        let fresh = {
            let mut db = self.db.reader().acquire().await?;
            is_fresh(&mut db, &user.id, TicketKind::Reset).await?
        };
        let problem = match user.state {
            UserState::Disabled => Some("disabled account"),
            UserState::Invited => Some("invitation not accepted"),
            UserState::Unverified => Some("e-mail not verified"),
            UserState::Active if !has_password => Some("account without a password"),
            UserState::Active if self.mailer.is_none() => Some("mails cannot be sent"),
            UserState::Active if fresh => Some("asked again too soon"),
            UserState::Active => None,
        };
        if let Some(problem) = problem {
            return self.record_repeated(refuse(problem).about(&user)).await;
        }
        let event = AuthEvent::success(client, kind).about(&user);
        let (control, mut actor) = (self.clone(), Actor::system("password reset"));
        actor.client = client.clone();
        self.change(&actor, "user.reset_sent", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                change.also(event);
                control
                    .send_ticket(change.db(), &user, TicketKind::Reset, "")
                    .await?;
                Ok(())
            })
        })
        .await?;
        self.wake_mails();
        Ok(())
    }
}
