//! New passwords: set by an operator, changed by their owner, set by a ticket. Each ends the sessions
//! that the old one opened, and unlocks the account.

use super::{Actor, Change, Client, Control, Result, User, lockouts, sessions};

/// Gives an account a new password, inside a change. Its sessions end, but for one; whoever could
/// set it is no stranger, so failures before are forgotten.
pub(super) async fn set(
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
    let reason = "a new password was set";
    sessions::end_all(change, client, user, except_session, reason).await?;
    lockouts::clear(change, client, user, reason).await?;
    Ok(())
}

impl Control {
    /// Gives an account a new password and ends its sessions.
    ///
    /// # Errors
    /// When there is no such account or the password cannot be used.
    pub async fn reset_password(&self, actor: &Actor, email: &str, password: String) -> Result<()> {
        let user = self.user_by_email(email).await?;
        let password_hash = self.passwords.hash(password).await?;
        let (client, email) = (actor.client.clone(), user.email.clone());
        self.change(actor, "user.password_reset", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                set(change, &client, &user, password_hash, None).await
            })
        })
        .await?;
        self.throttle.forgive(&email);
        Ok(())
    }
}
