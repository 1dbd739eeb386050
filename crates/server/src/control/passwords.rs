//! New passwords: set by an operator, changed by their owner, set by a ticket. Each ends the sessions
//! that the old one opened.

use super::{Actor, Control, Result};

impl Control {
    /// Gives an account a new password and ends its sessions.
    ///
    /// # Errors
    /// When there is no such account or the password cannot be used.
    pub async fn reset_password(&self, actor: &Actor, email: &str, password: String) -> Result<()> {
        let user = self.user_by_email(email).await?;
        let password_hash = self.passwords.hash(password).await?;
        self.change(actor, "user.password_reset", |change| {
            Box::pin(async move {
                change.resource("user", &user.id, &user.email);
                sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2")
                    .bind(password_hash)
                    .bind(&user.id)
                    .execute(change.db())
                    .await?;
                sqlx::query("DELETE FROM sessions WHERE user_id = $1")
                    .bind(&user.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
