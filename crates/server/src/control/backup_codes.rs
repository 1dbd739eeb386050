//! Backup codes: ten at a time, shown once, each for one use. They carry 50 random bits, too few
//! for a plain hash, so they are stored as passwords are, under one salt for each account.

use super::secrets::random;
use super::{AuthEvent, AuthKind, Change, Client, ControlError, Result, User};
use daybook_model::Event;
use serde_json::json;
use sqlx::SqliteConnection;

const CODES: usize = 10;
const DIGITS: usize = 10;
/// Crockford's base 32: no letter that is easily read as another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes, without the dash that people see.
pub(super) fn new() -> Vec<String> {
    let code = || {
        let bytes = random();
        let digits = bytes.iter().take(DIGITS);
        digits
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
            .collect()
    };
    std::iter::repeat_with(code).take(CODES).collect()
}

/// A code as people see it.
pub fn shown(code: &str) -> String {
    let (left, right) = code.split_at(code.len() / 2);
    format!("{left}-{right}")
}

/// The one spelling of a code of either kind that somebody typed.
pub(super) fn normal(code: &str) -> String {
    let digits = code.chars().filter(char::is_ascii_alphanumeric);
    let digits = digits.map(|digit| match digit.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        digit => digit,
    });
    digits.take(2 * DIGITS).collect()
}

/// Uses a code up, inside a change.
pub(super) async fn spend(
    change: &mut Change,
    client: &Client,
    user: &User,
    hash: &str,
) -> Result<()> {
    let spent = sqlx::query("DELETE FROM backup_codes WHERE user_id = $1 AND code_hash = $2")
        .bind(&user.id)
        .bind(hash)
        .execute(change.db())
        .await?;
    if spent.rows_affected() == 0 {
        let reason = "wrong backup code, or one that was used";
        return Err(ControlError::WrongCode { reason });
    }
    let left = left(change.db(), &user.id).await?;
    let event = AuthEvent::success(client, AuthKind::BackupCodeUsed).about(user);
    change.also(event.details(&json!({ "left": left })));
    Ok(())
}

/// How many codes an account has left.
pub(super) async fn left(db: &mut SqliteConnection, user_id: &str) -> Result<u32> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM backup_codes WHERE user_id = $1")
        .bind(user_id)
        .fetch_one(db)
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Stores an account's first codes, inside the change that turns its second factor on.
pub(super) async fn store(
    change: &mut Change,
    client: &Client,
    user: &User,
    hashes: Vec<String>,
    mut audit: Event,
) -> Result<()> {
    audit.set_text("resource_type", "user");
    audit.set_text("resource_id", user.id.as_str());
    audit.set_text("resource_name", user.email.as_str());
    change.also(audit);
    replace(change, client, user, hashes).await
}

/// Stores codes in the place of older ones, inside a change.
pub(super) async fn replace(
    change: &mut Change,
    client: &Client,
    user: &User,
    hashes: Vec<String>,
) -> Result<()> {
    remove(change.db(), &user.id).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO backup_codes (user_id, code_hash) VALUES ($1, $2)")
            .bind(&user.id)
            .bind(hash)
            .execute(change.db())
            .await?;
    }
    change.also(AuthEvent::success(client, AuthKind::BackupCodesGenerated).about(user));
    Ok(())
}

/// Ends all codes of an account, inside the caller's transaction.
pub(super) async fn remove(db: &mut SqliteConnection, user_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM backup_codes WHERE user_id = $1")
        .bind(user_id)
        .execute(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_differ_and_are_read_however_they_are_typed() {
        let codes = new();
        let distinct: HashSet<&String> = codes.iter().collect();
        assert_eq!((codes.len(), distinct.len()), (CODES, CODES));
        for code in &codes {
            let seen = shown(code);
            assert_eq!(seen.len(), DIGITS + 1);
            assert_eq!(normal(&seen), *code);
            assert_eq!(normal(&format!(" {} ", seen.to_uppercase())), *code);
        }
        assert_eq!(normal("O1lI-oabcd"), "0111".to_owned() + "0abcd");
        assert_eq!(normal(" 123 456"), "123456");
    }
}
