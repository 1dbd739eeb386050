//! The tokens of sessions. A token is replaced every quarter of an hour; the one before works on
//! for requests under way and for answers that got lost, for a minute after its successor has been
//! seen, and for two when it never is. Used later it may be a copy: the session ends.

use super::secrets::{digest_hex, new_token};
use super::sessions::gate;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Result, Role, Session,
    SignInSettings, SignedIn, User, UserState, outbox, sign_in_settings, steady,
};
use daybook_model::Timestamp;
use sqlx::SqliteConnection;

/// How exact `last_seen_at` is; a write per request would be too many.
const SEEN_EVERY_US: i64 = 60 * Timestamp::SECOND_US;
/// How old a token gets.
const TOKEN_LIFE_US: i64 = 15 * 60 * Timestamp::SECOND_US;
/// How long the token before works after its successor was seen.
const OVERLAP_US: i64 = 60 * Timestamp::SECOND_US;
/// How long it works while its successor is not seen: as a page takes to load over a bad line.
const UNSEEN_US: i64 = 120 * Timestamp::SECOND_US;

/// The session of a token, and the token that replaces it from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// The new token for the cookie, if it is time.
    pub renewed: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    token_hash: String,
    token_at: i64,
    token_seen_at: Option<i64>,
    token_role: String,
    created_at: i64,
    last_seen_at: i64,
    mfa: bool,
    mfa_enabled: bool,
    user_id: String,
    email: String,
    #[sqlx(try_from = "String")]
    role: Role,
    #[sqlx(try_from = "String")]
    state: UserState,
    settings: Option<String>,
}

/// What a token is to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The one that counts; whether it is seen for the first time.
    Current { first: bool },
    /// The one before, in time.
    Before,
    /// The one before, too late.
    Copied,
}

impl Row {
    fn standing(&self, token_hash: &str, now_us: i64) -> Standing {
        if self.token_hash == token_hash {
            let first = self.token_seen_at.is_none();
            return Standing::Current { first };
        }
        let in_time = match self.token_seen_at {
            Some(seen) => steady::is_within(seen, OVERLAP_US, now_us),
            None => steady::is_within(self.token_at, UNSEEN_US, now_us),
        };
        match in_time {
            true => Standing::Before,
            false => Standing::Copied,
        }
    }

    /// Whether it is time for a new token: it is old, or the account's role is another. The
    /// successor of the token before got lost when it was not seen for a while.
    fn wants_renewal(&self, standing: Standing, now_us: i64) -> bool {
        let older = |life_us| !steady::is_within(self.token_at, life_us, now_us);
        match standing {
            Standing::Current { .. } => older(TOKEN_LIFE_US) || self.token_role != self.role.name(),
            Standing::Before => self.token_seen_at.is_none() && older(OVERLAP_US),
            Standing::Copied => false,
        }
    }

    fn user(&self) -> User {
        User {
            id: self.user_id.clone(),
            email: self.email.clone(),
            role: self.role,
            state: self.state,
        }
    }
}

/// Sessions of accounts that may sign in, with what decides on them.
const FIND: &str = "SELECT s.id, s.token_hash, s.token_at, s.token_seen_at, s.token_role, \
     s.created_at, s.last_seen_at, s.mfa, u.id AS user_id, u.email, u.role, u.state, \
     EXISTS (SELECT 1 FROM second_factors f \
             WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS mfa_enabled, \
     (SELECT value FROM settings WHERE name = $2) AS settings \
     FROM sessions s JOIN users u ON u.id = s.user_id AND u.state = 'active' WHERE";
const BY_TOKEN: &str = "s.token_hash = $1 OR s.old_token_hash = $1";
const BY_ID: &str = "s.id = $1";

/// Gives a session a new token at once, inside the caller's transaction: its rights changed, and
/// nothing that carries the old one is served any more.
pub(super) async fn replace(db: &mut SqliteConnection, session_id: &str) -> Result<String> {
    let token = new_token();
    let replaced = sqlx::query(
        "UPDATE sessions SET token_hash = $1, old_token_hash = NULL, token_at = $2, \
         token_seen_at = $2 WHERE id = $3",
    )
    .bind(digest_hex(&token))
    .bind(steady::now_us())
    .bind(session_id)
    .execute(db)
    .await?;
    match replaced.rows_affected() {
        0 => Err(ControlError::NotFound("session")),
        _ => Ok(token),
    }
}

impl Control {
    /// The open session of a token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_session(&self, client: &Client, token: &str) -> Result<Option<Found>> {
        let (now_us, token_hash) = (steady::now_us(), digest_hex(token));
        let Some((row, session)) = self.open_row(BY_TOKEN, &token_hash, now_us).await? else {
            return Ok(None);
        };
        let standing = row.standing(&token_hash, now_us);
        if standing == Standing::Copied {
            self.end_copied(client, &row).await?;
            return Ok(None);
        }
        let renewed = match row.wants_renewal(standing, now_us) {
            true => {
                self.renew(client, &row, standing, &token_hash, now_us)
                    .await
            }
            false => None,
        };
        if renewed.is_none() {
            let first = standing == Standing::Current { first: true };
            self.note_seen(&row, first, now_us).await;
        }
        Ok(Some(Found { session, renewed }))
    }

    /// Whose open session a token is of. The session is not in use by that.
    pub(crate) async fn session_owner(&self, token: &str) -> Result<Option<User>> {
        let (now_us, token_hash) = (steady::now_us(), digest_hex(token));
        let open = self.open_row(BY_TOKEN, &token_hash, now_us).await?;
        let is_copied = |row: &Row| row.standing(&token_hash, now_us) == Standing::Copied;
        let open = open.filter(|(row, _)| !is_copied(row));
        Ok(open.map(|(_, session)| session.user))
    }

    /// The session with this id as it is now, for what goes on longer than a request: the session
    /// is in use all that time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, id: &str) -> Result<Option<Session>> {
        let now_us = steady::now_us();
        let Some((row, session)) = self.open_row(BY_ID, id, now_us).await? else {
            return Ok(None);
        };
        self.note_seen(&row, false, now_us).await;
        Ok(Some(session))
    }

    async fn open_row(&self, by: &str, value: &str, now_us: i64) -> Result<Option<(Row, Session)>> {
        let find = sqlx::query_as(sqlx::AssertSqlSafe(format!("{FIND} {by}")));
        let row: Option<Row> = find
            .bind(value)
            .bind(sign_in_settings::SETTING)
            .fetch_optional(self.db.reader())
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let settings = SignInSettings::read(row.settings.as_deref())?;
        if !settings.keeps(row.created_at, row.last_seen_at, now_us) {
            return Ok(None);
        }
        let user = row.user();
        let session = Session {
            id: row.id.clone(),
            expires_at: Timestamp::from_us(row.created_at + settings.absolute_us()),
            gate: gate(&user, row.mfa_enabled, row.mfa, &settings),
            mfa_enabled: row.mfa_enabled,
            user,
        };
        Ok(Some((row, session)))
    }

    /// Notes that a session is in use, and whether its token was seen for the first time.
    async fn note_seen(&self, row: &Row, first: bool, now_us: i64) {
        if first || row.last_seen_at < now_us - SEEN_EVERY_US {
            let note = sqlx::query(
                "UPDATE sessions SET last_seen_at = $1, token_seen_at = CASE WHEN $2 \
                 THEN COALESCE(token_seen_at, $1) ELSE token_seen_at END \
                 WHERE id = $3 AND token_hash = $4",
            );
            let note = note.bind(now_us).bind(first).bind(&row.id);
            self.db.note(note.bind(&row.token_hash)).await;
        }
    }

    /// A new token, unless a request beside this one already got it. Who cannot have one now, on a
    /// full disk for example, goes on with the old one.
    async fn renew(
        &self,
        client: &Client,
        row: &Row,
        standing: Standing,
        token_hash: &str,
        now_us: i64,
    ) -> Option<String> {
        let token = new_token();
        // In the place of one that got lost it counts as seen: the token before works for the
        // overlap and no more, however often its answers get lost.
        let seen_at = (standing == Standing::Before).then_some(now_us);
        let hashes = [token_hash, &digest_hex(&token)];
        let renewed = self.try_renew(client, row, hashes, seen_at, now_us).await;
        renewed
            .inspect_err(|error| tracing::debug!(%error, "a session keeps its token for now"))
            .is_ok_and(|renewed| renewed)
            .then_some(token)
    }

    async fn try_renew(
        &self,
        client: &Client,
        row: &Row,
        [old, new]: [&str; 2],
        seen_at: Option<i64>,
        now_us: i64,
    ) -> Result<bool> {
        let mut transaction = self.db.begin().await?;
        let renewed = sqlx::query(
            "UPDATE sessions SET token_hash = $1, old_token_hash = $2, token_at = $3, \
             token_seen_at = $7, token_role = $6, last_seen_at = $3 \
             WHERE id = $4 AND token_hash = $5",
        )
        .bind(new)
        .bind(old)
        .bind(now_us)
        .bind(&row.id)
        .bind(&row.token_hash)
        .bind(row.role.name())
        .bind(seen_at)
        .execute(&mut *transaction)
        .await?;
        if renewed.rows_affected() == 0 {
            return Ok(false);
        }
        let event = AuthEvent::success(client, AuthKind::Refresh);
        let event = event.about(&row.user()).session(&row.id);
        outbox::insert(&mut transaction, event.into()).await?;
        transaction.commit().await?;
        self.deliver_now().await;
        Ok(true)
    }

    /// Two hold the session, and nobody knows which of them is its owner.
    async fn end_copied(&self, client: &Client, row: &Row) -> Result<()> {
        let mut actor = Actor::system("sessions");
        actor.client = client.clone();
        let reason = match row.token_seen_at {
            Some(_) => "a token that had been replaced was used again: it was copied",
            None => {
                "a token that had been replaced was used again: it was copied, or the answer with \
                 its successor got lost"
            }
        };
        let event = AuthEvent::denied(client, AuthKind::SessionRevoked, reason);
        let event = event.about(&row.user()).session(&row.id);
        let ended = self.end(&actor, row.user_id.clone(), row.id.clone(), event);
        match ended.await {
            Err(ControlError::NotFound(_)) => Ok(()),
            ended => ended,
        }
    }
}

impl SignedIn {
    /// A session that goes on under a new token.
    pub(super) fn renewed(session: Session, token: String) -> Self {
        Self {
            session,
            token,
            device: None,
        }
    }
}
