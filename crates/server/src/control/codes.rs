//! Codes of a second factor, from an authenticator or a backup code: each is spent once, inside the
//! change that it allows.

use super::secrets::new_token;
use super::{Change, Client, Control, ControlError, Method, Result, User, backup_codes, totp};
use daybook_model::Timestamp;
use sqlx::SqliteConnection;

/// Codes whose steps lie this far ahead were taken before the clock was set back.
const AHEAD_STEPS_MAX: i64 = 10;

/// A code as it was sent, made ready outside of any transaction.
#[derive(Debug)]
pub(super) enum Code {
    Totp(String),
    /// By its hash.
    Backup(String),
}

/// The second factor of an account, confirmed or not.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Factor {
    pub(super) secret: String,
    pub(super) confirmed_at: Option<i64>,
    last_step: i64,
    pub(super) backup_salt: String,
}

fn wrong(reason: &'static str) -> ControlError {
    ControlError::WrongCode { reason }
}

/// The second factor of an account, confirmed or not.
pub(super) async fn find(db: &mut SqliteConnection, user_id: &str) -> Result<Option<Factor>> {
    let find = sqlx::query_as(
        "SELECT secret, confirmed_at, last_step, backup_salt FROM second_factors WHERE user_id = $1",
    );
    Ok(find.bind(user_id).fetch_optional(db).await?)
}

/// Whether an account has a second factor, inside the caller's transaction.
pub(super) async fn is_enabled(db: &mut SqliteConnection, user_id: &str) -> Result<bool> {
    let factor = find(db, user_id).await?;
    Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Uses a code of an account up, inside a change: of two requests with one code, one fails.
pub(super) async fn spend(
    change: &mut Change,
    client: &Client,
    user: &User,
    code: &Code,
) -> Result<Method> {
    match code {
        Code::Totp(code) => {
            let factor = find(change.db(), &user.id).await?;
            let factor = factor.filter(|factor| factor.confirmed_at.is_some());
            let factor = factor.ok_or(wrong("no second factor is set up"))?;
            let step = usable_step(&factor, code)?;
            take_step(change.db(), &user.id, factor.last_step, step).await?;
            Ok(Method::PasswordTotp)
        }
        Code::Backup(hash) => {
            backup_codes::spend(change, client, user, hash).await?;
            Ok(Method::PasswordBackupCode)
        }
    }
}

/// The step of a code that was not used yet.
pub(super) fn usable_step(factor: &Factor, code: &str) -> Result<i64> {
    let now_us = Timestamp::now().us();
    let set_back = factor.last_step > totp::step_at(now_us) + AHEAD_STEPS_MAX;
    let mut steps = totp::steps_of(&factor.secret, code, now_us).peekable();
    if steps.peek().is_none() {
        return Err(wrong("wrong code"));
    }
    steps
        .find(|step| *step > factor.last_step || set_back)
        .ok_or(wrong("the code was used before"))
}

async fn take_step(db: &mut SqliteConnection, user_id: &str, last: i64, step: i64) -> Result<()> {
    let taken = sqlx::query(
        "UPDATE second_factors SET last_step = $1 WHERE user_id = $2 AND last_step = $3",
    )
    .bind(step)
    .bind(user_id)
    .bind(last)
    .execute(db)
    .await?;
    match taken.rows_affected() {
        0 => Err(wrong("the code was used before")),
        _ => Ok(()),
    }
}

/// Takes the second factor away, inside a change; answers whether there was one.
pub(super) async fn remove(db: &mut SqliteConnection, user_id: &str) -> Result<bool> {
    let sql = "DELETE FROM second_factors WHERE user_id = $1";
    let removed = sqlx::query(sql).bind(user_id).execute(&mut *db).await?;
    backup_codes::remove(db, user_id).await?;
    Ok(removed.rows_affected() > 0)
}

impl Control {
    /// Makes a code ready to be spent: a backup code is hashed, which takes a while.
    pub(super) async fn read_code(&self, user_id: &str, code: &str) -> Result<Code> {
        let code = backup_codes::normal(code);
        if totp::is_code(&code) {
            return Ok(Code::Totp(code));
        }
        let mut db = self.db.reader().acquire().await?;
        let salt = find(&mut db, user_id).await?;
        drop(db);
        // Without a salt the work is the same, and finds nothing.
        let salt = salt.map_or_else(new_token, |factor| factor.backup_salt);
        let hashes = self.passwords.derive(vec![code], salt).await?;
        Ok(Code::Backup(hashes.concat()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_before_the_clock_was_set_back_locks_nobody_out() {
        let now = totp::step_at(Timestamp::now().us());
        let secret = totp::new_secret();
        let factor = |last_step| Factor {
            secret: secret.clone(),
            confirmed_at: Some(1),
            last_step,
            backup_salt: String::new(),
        };
        let code = totp::code_of(&secret, now);
        let fits = |last_step| usable_step(&factor(last_step), &code).is_ok();
        assert!(fits(0) && fits(now - 2));
        assert!(!fits(now + 1), "used, or older than one that was");
        assert!(fits(now + 1_000_000));
    }
}
