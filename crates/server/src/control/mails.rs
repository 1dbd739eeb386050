//! Mails that wait to be sent, queued in the transaction of what they tell. One of each kind and
//! account waits at most. A mail is sent at least once, or given up after some attempts; why is
//! kept for administrators to see until another takes its place.

use super::mail::{MailKind, Mailer, SendError};
use super::tickets::issue;
use super::{Control, Result, TicketKind, User};
use daybook_model::{Timestamp, limits, validate};
use sqlx::SqliteConnection;
use std::sync::Arc;
use std::time::Duration;

/// How often mails are looked for that another process queued.
const INTERVAL: Duration = Duration::from_secs(5);
/// Until the second attempt; each later one takes twice as long.
const AGAIN_US: i64 = 10 * Timestamp::SECOND_US;
const AGAIN_MAX_US: i64 = Timestamp::HOUR_US;
/// The last of them is some three hours after the first.
const ATTEMPTS_MAX: i64 = 12;
/// When the server says that it will never take the mail. It may be a setting that is mended soon.
const REFUSALS_MAX: i64 = 4;
/// How long mails without a ticket are worth sending.
const NEWS_LIFE_US: i64 = Timestamp::DAY_US;
const SENT_AT_ONCE: i64 = 20;

#[derive(Debug, sqlx::FromRow)]
struct Mail {
    user_id: String,
    email: String,
    #[sqlx(try_from = "String")]
    kind: MailKind,
    link: String,
    created_at: i64,
    attempts: i64,
}

/// The address that takes a ticket. What follows the `#` never reaches a server's log.
fn ticket_link(site: &str, token: &str) -> String {
    format!("{}/ticket#{token}", site.trim_end_matches('/'))
}

/// Queues a mail, inside the caller's transaction, in place of one of its kind.
async fn queue(
    db: &mut SqliteConnection,
    user_id: &str,
    kind: MailKind,
    link: &str,
    life_us: i64,
) -> Result<()> {
    let now = Timestamp::now().us();
    sqlx::query(
        "INSERT INTO mails (user_id, kind, link, created_at, expires_at, attempts, next_at) \
         VALUES ($1, $2, $3, $4, $5, 0, $4) ON CONFLICT (user_id, kind) DO UPDATE SET \
         link = excluded.link, created_at = excluded.created_at, \
         expires_at = excluded.expires_at, attempts = 0, next_at = excluded.next_at, error = NULL",
    )
    .bind(user_id)
    .bind(kind.name())
    .bind(link)
    .bind(now)
    .bind(now + life_us)
    .execute(db)
    .await?;
    Ok(())
}

impl Control {
    /// The same, with a way out for mails.
    #[must_use]
    pub fn mailing(self, mailer: Mailer) -> Self {
        Self {
            mailer: Some(Arc::new(mailer)),
            ..self
        }
    }

    /// Whether mails can be sent.
    pub fn mails(&self) -> bool {
        self.mailer.is_some()
    }

    /// Makes a ticket for an account and queues its mail, inside the caller's transaction. Without
    /// a way out for mails the link is answered, for whoever asked to hand it over; it leads to
    /// `site`.
    pub(super) async fn send_ticket(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        kind: TicketKind,
        site: &str,
    ) -> Result<Option<String>> {
        let token = issue(db, &user.id, kind).await?;
        let Some(mailer) = &self.mailer else {
            return Ok(Some(ticket_link(site, &token)));
        };
        let link = ticket_link(mailer.site(), &token);
        queue(db, &user.id, kind.into(), &link, kind.life_us()).await?;
        Ok(None)
    }

    /// Queues a mail without a ticket, inside the caller's transaction. Without a way out for
    /// mails there is none.
    pub(super) async fn send_news(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        kind: MailKind,
    ) -> Result<()> {
        match &self.mailer {
            Some(mailer) => queue(db, &user.id, kind, mailer.site(), NEWS_LIFE_US).await,
            None => Ok(()),
        }
    }

    /// Lets queued mails go out now, once their transaction is committed.
    pub(super) fn wake_mails(&self) {
        self.mail_queued.notify_one();
    }

    /// Sends what waits. Ends only where mails cannot be sent.
    pub async fn send_mails_forever(self) {
        let Some(mailer) = self.mailer.clone() else {
            return;
        };
        let mut failing = false;
        loop {
            let outcome = self.send_due(&mailer).await;
            if let Err(error) = &outcome
                && !failing
            {
                tracing::warn!(%error, "mails cannot be read from the control database; they wait");
            }
            failing = outcome.is_err();
            // Whichever comes first.
            let _ = tokio::time::timeout(INTERVAL, self.mail_queued.notified()).await;
        }
    }

    async fn send_due(&self, mailer: &Mailer) -> Result<()> {
        loop {
            let due: Vec<Mail> = sqlx::query_as(
                "SELECT m.user_id, u.email, m.kind, m.link, m.created_at, m.attempts FROM mails m \
                 JOIN users u ON u.id = m.user_id WHERE m.next_at <= $1 AND m.expires_at > $1 \
                 ORDER BY m.next_at LIMIT $2",
            )
            .bind(Timestamp::now().us())
            .bind(SENT_AT_ONCE)
            .fetch_all(self.db.reader())
            .await?;
            if due.is_empty() {
                return Ok(());
            }
            for mail in due {
                let outcome = mailer.send(&mail.email, mail.kind, &mail.link).await;
                self.note_sending(&mail, outcome).await?;
            }
        }
    }

    /// Takes a mail that was sent out of the queue, or notes when to try again. A newer mail of its
    /// kind may have taken its place meanwhile; that one stays as it is.
    async fn note_sending(
        &self,
        mail: &Mail,
        outcome: std::result::Result<(), SendError>,
    ) -> Result<()> {
        let kind = mail.kind.name();
        let Err(error) = outcome else {
            tracing::info!(kind, user_id = mail.user_id, "a mail was sent");
            let sent = sqlx::query(
                "DELETE FROM mails WHERE user_id = $1 AND kind = $2 AND created_at = $3",
            );
            let sent = sent.bind(&mail.user_id).bind(kind).bind(mail.created_at);
            self.db.write(sent).await?;
            return Ok(());
        };
        let attempts = mail.attempts + 1;
        let attempts_max = match error.is_permanent {
            true => REFUSALS_MAX,
            false => ATTEMPTS_MAX,
        };
        let pause_us = (AGAIN_US << mail.attempts.min(16)).min(AGAIN_MAX_US);
        let next_at = (attempts < attempts_max).then(|| Timestamp::now().us() + pause_us);
        let (user_id, message) = (&mail.user_id, &error.message);
        match next_at {
            None => tracing::error!(kind, user_id, "a mail was given up: {message}"),
            Some(_) if mail.attempts == 0 => {
                tracing::warn!(
                    kind,
                    user_id,
                    "a mail could not be sent and will be tried again: {message}"
                );
            }
            Some(_) => tracing::debug!(
                kind,
                user_id,
                attempts,
                "a mail could not be sent: {message}"
            ),
        }
        let failed = sqlx::query(
            "UPDATE mails SET attempts = $1, next_at = $2, error = $3 \
             WHERE user_id = $4 AND kind = $5 AND created_at = $6",
        );
        let failed = failed
            .bind(attempts)
            .bind(next_at)
            .bind(validate::prefix(message, limits::KEYWORD_BYTES_MAX))
            .bind(user_id)
            .bind(kind)
            .bind(mail.created_at);
        self.db.write(failed).await?;
        Ok(())
    }
}
