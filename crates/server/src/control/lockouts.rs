//! Lockouts: after ten failures in a row an account takes no password for half an hour, across
//! restarts. Browsers that the account was used from are counted and locked each for itself, open
//! sessions go on, and a reset link or an administrator ends it: no stranger keeps the owner out.

use super::steady;
use super::{
    Actor, AuthEvent, AuthKind, Change, Client, Control, ControlError, Result, User, users,
};
use daybook_model::Timestamp;
use serde_json::json;
use sqlx::SqliteConnection;

/// Failures in a row that lock.
pub(super) const FAILURES_MAX: i64 = 10;
/// For how long, in microseconds.
pub const LOCK_US: i64 = 30 * 60 * Timestamp::SECOND_US;
/// Failures older than this are no longer "in a row".
const FORGET_US: i64 = Timestamp::DAY_US;
/// In the place of a device: everybody who is not a known browser.
pub(super) const STRANGERS: &str = "";
/// In the place of a device: whoever has the first factor and not the second.
pub(super) const SECOND_FACTOR: &str = "second factor";

/// Until when an account is locked, of what its row says.
pub(super) fn locked_until(until_us: Option<i64>, now_us: i64) -> Option<Timestamp> {
    // Longer than a lock lasts means that the clock was set back since.
    let until_us = until_us.filter(|until| (1..=LOCK_US).contains(&until.saturating_sub(now_us)));
    until_us.map(Timestamp::from_us)
}

/// Counts a failure, inside the caller's transaction; `true` when it locks. For a name without an
/// account it does as much and counts nothing.
pub(super) async fn count(
    db: &mut SqliteConnection,
    user_id: &str,
    device: &str,
    now_us: i64,
) -> Result<bool> {
    let failures: Option<i64> = sqlx::query_scalar(
        "INSERT INTO lockouts (user_id, device, failures, failed_at) \
         SELECT id, $2, 1, $3 FROM users WHERE id = $1 \
         ON CONFLICT (user_id, device) DO UPDATE SET failed_at = excluded.failed_at, failures = \
         CASE WHEN lockouts.failed_at < $4 OR lockouts.failed_at > $3 + $5 \
         OR lockouts.locked_until <= $3 THEN 1 ELSE lockouts.failures + 1 END \
         RETURNING failures",
    )
    .bind(user_id)
    .bind(device)
    .bind(now_us)
    .bind(now_us - FORGET_US)
    .bind(FORGET_US)
    .fetch_optional(&mut *db)
    .await?;
    let locks = failures.is_some_and(|failures| failures >= FAILURES_MAX);
    let until_us = locks.then_some(now_us + LOCK_US);
    sqlx::query("UPDATE lockouts SET locked_until = $3 WHERE user_id = $1 AND device = $2")
        .bind(user_id)
        .bind(device)
        .bind(until_us)
        .execute(db)
        .await?;
    Ok(locks)
}

/// Refuses when an account is locked for a browser, inside the caller's transaction.
pub(super) async fn check(db: &mut SqliteConnection, user_id: &str, device: &str) -> Result<()> {
    let find = "SELECT locked_until FROM lockouts WHERE user_id = $1 AND device = $2";
    let until: Option<Option<i64>> = sqlx::query_scalar(find)
        .bind(user_id)
        .bind(device)
        .fetch_optional(db)
        .await?;
    match locked_until(until.flatten(), steady::now_us()) {
        Some(_) => Err(ControlError::WrongCredentials),
        None => Ok(()),
    }
}

/// Puts on record that an account was locked, inside the change that counted one failure too many.
pub(super) fn tell(change: &mut Change, client: &Client, user: &User, device: &str) {
    let whom = match device {
        STRANGERS => "all browsers it was not used from",
        SECOND_FACTOR => "codes in sessions without the second factor",
        _ => "one browser it was used from",
    };
    change.resource("user", &user.id, &user.email);
    let reason = format!("{FAILURES_MAX} failures in a row: locked for {whom}");
    change.audit.set_text("reason", reason.as_str());
    let details = json!({"minutes": LOCK_US / Timestamp::SECOND_US / 60});
    let event = AuthEvent::denied(client, AuthKind::Lockout, &reason);
    change.also(event.about(user).details(&details));
}

/// Forgets the failures of one browser, or of the strangers, inside the caller's transaction.
pub(super) async fn forget(db: &mut SqliteConnection, user_id: &str, device: &str) -> Result<()> {
    sqlx::query("DELETE FROM lockouts WHERE user_id = $1 AND device = $2")
        .bind(user_id)
        .bind(device)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets all failures of an account, inside a change: its owner has a new password, or an
/// administrator unlocks it. Answers whether it was locked; then the log says that it no longer is.
pub(super) async fn clear(
    change: &mut Change,
    client: &Client,
    user: &User,
    reason: &str,
) -> Result<bool> {
    let rows: Vec<Option<i64>> =
        sqlx::query_scalar("DELETE FROM lockouts WHERE user_id = $1 RETURNING locked_until")
            .bind(&user.id)
            .fetch_all(change.db())
            .await?;
    let now_us = steady::now_us();
    let was_locked = rows
        .into_iter()
        .any(|until| locked_until(until, now_us).is_some());
    if was_locked {
        let event = AuthEvent::success(client, AuthKind::Unlock);
        change.also(event.about(user).because(reason));
    }
    Ok(was_locked)
}

impl Control {
    /// Ends the lockouts of an account and forgets its failures.
    ///
    /// # Errors
    /// When there is no such account, or the database refuses.
    pub async fn unlock(&self, actor: &Actor, user_id: &str) -> Result<()> {
        let (client, id) = (actor.client.clone(), user_id.to_owned());
        let by = format!("unlocked by {}", actor.name);
        let name = self
            .change(actor, "user.unlocked", |change| {
                Box::pin(async move {
                    let user = users::concerned(change, &id).await?;
                    clear(change, &client, &user, &by).await?;
                    Ok(user.email)
                })
            })
            .await?;
        self.throttle.forgive(&name);
        Ok(())
    }
}
