//! Tickets: secrets that are sent to a person as a link, one for each kind and account. A ticket
//! is 256 random bits, stored as a hash; it works once, until it expires or a new one is made.

use super::secrets::{digest_hex, new_token};
use super::{Control, ControlError, Result, User};
use daybook_model::Timestamp;
use sqlx::SqliteConnection;

/// How long strangers wait until a mail is sent to the same address again.
pub(super) const AGAIN_AFTER_US: i64 = 2 * 60 * Timestamp::SECOND_US;

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    /// Takes an invitation and sets the first password.
    Invitation,
    /// Shows that the e-mail address of a sign-up is the person's, and sets the first password.
    Verification,
    /// Sets a new password.
    Reset,
}

impl TicketKind {
    const ALL: [Self; 3] = [Self::Invitation, Self::Verification, Self::Reset];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Verification => "verification",
            Self::Reset => "reset",
        }
    }

    /// How long it works, in microseconds.
    pub const fn life_us(self) -> i64 {
        match self {
            Self::Invitation => 7 * Timestamp::DAY_US,
            Self::Verification => Timestamp::DAY_US,
            Self::Reset => Timestamp::HOUR_US,
        }
    }
}

impl TryFrom<String> for TicketKind {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| format!("unknown kind of ticket: {text}"))
    }
}

/// A ticket that works, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What it is for.
    pub kind: TicketKind,
    /// Whose it is.
    pub user: User,
    /// Until when it works.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    kind: TicketKind,
    #[sqlx(flatten)]
    user: User,
    expires_at: i64,
}

/// Makes a ticket, inside the caller's transaction; the one before it ends. Answers its secret.
pub(super) async fn issue(
    db: &mut SqliteConnection,
    user_id: &str,
    kind: TicketKind,
) -> Result<String> {
    let (token, now) = (new_token(), Timestamp::now().us());
    sqlx::query(
        "INSERT INTO tickets (token_hash, user_id, kind, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, kind) DO UPDATE SET \
         token_hash = excluded.token_hash, created_at = excluded.created_at, \
         expires_at = excluded.expires_at",
    )
    .bind(digest_hex(&token))
    .bind(user_id)
    .bind(kind.name())
    .bind(now)
    .bind(now + kind.life_us())
    .execute(db)
    .await?;
    Ok(token)
}

/// Uses a ticket up, inside the caller's transaction: of two that come with it at once, one
/// finds it. Answers whose it was.
///
/// # Errors
/// [`ControlError::TicketInvalid`] when it was used, has expired, or never was.
pub(super) async fn take(db: &mut SqliteConnection, token: &str, kind: TicketKind) -> Result<User> {
    let taken: Option<String> = sqlx::query_scalar(
        "DELETE FROM tickets WHERE token_hash = $1 AND kind = $2 AND expires_at > $3 \
         RETURNING user_id",
    )
    .bind(digest_hex(token))
    .bind(kind.name())
    .bind(Timestamp::now().us())
    .fetch_optional(&mut *db)
    .await?;
    let user_id = taken.ok_or(ControlError::TicketInvalid)?;
    end(db, &user_id, kind).await?;
    super::users::find(db, &user_id).await
}

/// Ends an account's ticket of a kind, inside the caller's transaction, and the mail that would
/// bring it.
pub(super) async fn end(db: &mut SqliteConnection, user_id: &str, kind: TicketKind) -> Result<()> {
    for sql in [
        "DELETE FROM tickets WHERE user_id = $1 AND kind = $2",
        "DELETE FROM mails WHERE user_id = $1 AND kind = $2",
    ] {
        let end = sqlx::query(sql).bind(user_id).bind(kind.name());
        end.execute(&mut *db).await?;
    }
    Ok(())
}

/// Ends all tickets of a kind, inside the caller's transaction, and the mails that would bring them.
pub(super) async fn end_kind(db: &mut SqliteConnection, kind: TicketKind) -> Result<()> {
    for sql in [
        "DELETE FROM tickets WHERE kind = $1",
        "DELETE FROM mails WHERE kind = $1",
    ] {
        sqlx::query(sql).bind(kind.name()).execute(&mut *db).await?;
    }
    Ok(())
}

/// Ends all tickets of an account and the mails with them, inside the caller's transaction.
pub(super) async fn end_all(db: &mut SqliteConnection, user_id: &str) -> Result<()> {
    for sql in [
        "DELETE FROM tickets WHERE user_id = $1",
        "DELETE FROM mails WHERE user_id = $1",
    ] {
        sqlx::query(sql).bind(user_id).execute(&mut *db).await?;
    }
    Ok(())
}

/// Whether a ticket of this kind was made less than a while ago, so that nobody can fill
/// another's mailbox.
pub(super) async fn is_fresh(
    db: &mut SqliteConnection,
    user_id: &str,
    kind: TicketKind,
) -> Result<bool> {
    let made: Option<i64> = sqlx::query_scalar(
        "SELECT created_at FROM tickets WHERE user_id = $1 AND kind = $2 AND created_at > $3",
    )
    .bind(user_id)
    .bind(kind.name())
    .bind(Timestamp::now().us() - AGAIN_AFTER_US)
    .fetch_optional(db)
    .await?;
    Ok(made.is_some())
}

impl Control {
    /// The ticket with this secret, which stays usable.
    ///
    /// # Errors
    /// [`ControlError::TicketInvalid`], or when the database fails.
    pub async fn check_ticket(&self, token: &str) -> Result<Ticket> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT t.kind, t.expires_at, u.id, u.email, u.role, u.state FROM tickets t \
             JOIN users u ON u.id = t.user_id WHERE t.token_hash = $1 AND t.expires_at > $2",
        )
        .bind(digest_hex(token))
        .bind(Timestamp::now().us())
        .fetch_optional(self.db.reader())
        .await?;
        let row = row.ok_or(ControlError::TicketInvalid)?;
        Ok(Ticket {
            kind: row.kind,
            user: row.user,
            expires_at: Timestamp::from_us(row.expires_at),
        })
    }
}
