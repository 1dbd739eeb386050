//! Known browsers: a random token in a long-lived cookie, its hash beside every account that signed
//! in from there. It opens nothing; failures from such a browser are counted apart from those of
//! strangers, who therefore cannot keep an account's owner out (OWASP: "device cookies").

use super::secrets::{digest_hex, new_token};
use super::{Client, Result};
use daybook_model::Timestamp;
use sqlx::SqliteConnection;

/// How long a browser is known after the last sign-in, in microseconds.
pub const DEVICE_LIFE_US: i64 = 180 * Timestamp::DAY_US;
/// Browsers known of one account; the one used longest ago makes room.
const DEVICES_MAX: i64 = 20;

/// Remembers the client's browser as one that this account was used from, inside the caller's
/// transaction. Answers the token of its cookie when it had none.
pub(super) async fn remember(
    db: &mut SqliteConnection,
    client: &Client,
    user_id: &str,
    now_us: i64,
) -> Result<Option<String>> {
    // A token that nobody got from here may be known to somebody else, too.
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM devices WHERE device = $1)")
        .bind(&client.device)
        .fetch_one(&mut *db)
        .await?;
    let token = (!known).then(new_token);
    let device = token
        .as_deref()
        .map_or_else(|| client.device.clone(), digest_hex);
    sqlx::query("DELETE FROM devices WHERE last_used_at < $1")
        .bind(now_us - DEVICE_LIFE_US)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT INTO devices (device, user_id, created_at, last_used_at) VALUES ($1, $2, $3, $3) \
         ON CONFLICT (device, user_id) DO UPDATE SET last_used_at = excluded.last_used_at",
    )
    .bind(device)
    .bind(user_id)
    .bind(now_us)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "DELETE FROM devices WHERE user_id = $1 AND device NOT IN \
         (SELECT device FROM devices WHERE user_id = $1 \
          ORDER BY last_used_at DESC, device LIMIT $2)",
    )
    .bind(user_id)
    .bind(DEVICES_MAX)
    .execute(db)
    .await?;
    Ok(token)
}
