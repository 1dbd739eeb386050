//! What administrators do with accounts. At every moment at least one active account may
//! administer; whoever lost that right no longer changes anything, not even with a request that
//! came before.

use super::links::{self, ADMIN};
use super::users::{self, new_email};
use super::{
    Actor, Change, Client, Control, ControlError, NewLink, Result, Role, TicketKind, User,
    UserState, keys, sessions, tickets,
};
use serde_json::json;
use sqlx::SqliteConnection;

/// An account to be made by invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Its e-mail.
    pub email: String,
    /// Its role.
    pub role: Role,
    /// Which events are its own.
    pub links: Vec<NewLink>,
}

/// What is to be another way with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserChange {
    /// Its role.
    pub role: Option<Role>,
    /// Whether it is closed.
    pub disabled: Option<bool>,
}

impl UserChange {
    /// What of it is not so already.
    fn differing(self, user: &User) -> Self {
        let is_disabled = user.state == UserState::Disabled;
        Self {
            role: self.role.filter(|role| *role != user.role),
            disabled: self.disabled.filter(|disabled| *disabled != is_disabled),
        }
    }
}

/// Refuses an actor whose account lost the right to administer since the request was let in.
pub(super) async fn still_administers(db: &mut SqliteConnection, actor: &Actor) -> Result<()> {
    if actor.kind != "member" {
        return Ok(());
    }
    let user = users::find(db, &actor.id).await?;
    match user.is_active() && user.role.administers() {
        true => Ok(()),
        false => Err(ControlError::NotAllowed),
    }
}

/// Refuses to take the last active administrator away, inside the caller's transaction.
pub(super) async fn keep_an_admin(db: &mut SqliteConnection, user: &User) -> Result<()> {
    let others: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM users WHERE role = $1 AND state = $2 AND id <> $3",
    )
    .bind(Role::SuperAdmin.name())
    .bind(UserState::Active.name())
    .bind(&user.id)
    .fetch_one(db)
    .await?;
    match others == 0 && user.is_active() && user.role.administers() {
        true => Err(ControlError::LastAdmin),
        false => Ok(()),
    }
}

/// Closes an account, inside a change: its sessions, tickets and personal keys end.
async fn close(change: &mut Change, client: &Client, user: &User) -> Result<()> {
    sqlx::query("UPDATE users SET state = 'disabled' WHERE id = $1")
        .bind(&user.id)
        .execute(change.db())
        .await?;
    sessions::end_all(change, client, user, None, "the account was disabled").await?;
    keys::revoke_personal(change, &user.id, json!({})).await?;
    tickets::end_all(change.db(), &user.id).await
}

/// Opens an account again, inside the caller's transaction. One that was never active is invited:
/// the administrator who opens it vouches for it.
async fn reopen(db: &mut SqliteConnection, user: &User) -> Result<()> {
    sqlx::query(
        "UPDATE users SET state = CASE WHEN verified_at IS NOT NULL THEN 'active' \
         ELSE 'invited' END WHERE id = $1",
    )
    .bind(&user.id)
    .execute(db)
    .await?;
    Ok(())
}

impl Control {
    /// Invites somebody: makes an account and its ticket. Answers the account's id, and the link
    /// when it could not be mailed.
    ///
    /// # Errors
    /// When the e-mail has an account already, an input cannot be used, or the database refuses.
    pub async fn invite(
        &self,
        actor: &Actor,
        new: NewUser,
        site: &str,
    ) -> Result<(String, Option<String>)> {
        let (control, by, site) = (self.clone(), actor.clone(), site.to_owned());
        let answer = self
            .change(actor, "user.invited", |change| {
                Box::pin(async move {
                    change.resource("user", "", &new.email);
                    still_administers(change.db(), &by).await?;
                    let user = User::new(new_email(&new.email)?, new.role, UserState::Invited);
                    user.insert(change.db(), None).await?;
                    change.resource("user", &user.id, &user.email);
                    let role = json!({"field": "role", "old": null, "new": user.role});
                    change.audit.set_json("changes", json!([role]).to_string());
                    links::replace(change, &user.id, ADMIN, new.links).await?;
                    let kind = TicketKind::Invitation;
                    let link = control.send_ticket(change.db(), &user, kind, &site).await?;
                    Ok((user.id, link))
                })
            })
            .await?;
        self.wake_mails();
        Ok(answer)
    }

    /// Sends the link again with which an account becomes active; the one before ends.
    ///
    /// # Errors
    /// When the account needs none, or the database refuses.
    pub async fn invite_again(
        &self,
        actor: &Actor,
        id: &str,
        site: &str,
    ) -> Result<Option<String>> {
        self.hand_out(actor, "user.invited_again", id, site, |state| match state {
            UserState::Invited => Ok(TicketKind::Invitation),
            UserState::Unverified => Ok(TicketKind::Verification),
            UserState::Active => Err("the account is active already"),
            UserState::Disabled => Err("the account is disabled: enable it first"),
        })
        .await
    }

    /// Sends a link with which the owner of an account sets a new password.
    ///
    /// # Errors
    /// When the account is not active, or the database refuses.
    pub async fn send_reset(&self, actor: &Actor, id: &str, site: &str) -> Result<Option<String>> {
        self.hand_out(actor, "user.reset_sent", id, site, |state| match state {
            UserState::Active => Ok(TicketKind::Reset),
            _ => Err("the account is not active: it has no password to be reset"),
        })
        .await
    }

    async fn hand_out(
        &self,
        actor: &Actor,
        action: &str,
        id: &str,
        site: &str,
        kind: fn(UserState) -> std::result::Result<TicketKind, &'static str>,
    ) -> Result<Option<String>> {
        let (control, by) = (self.clone(), actor.clone());
        let (id, site) = (id.to_owned(), site.to_owned());
        let link = self
            .change(actor, action, |change| {
                Box::pin(async move {
                    still_administers(change.db(), &by).await?;
                    let user = users::concerned(change, &id).await?;
                    let kind = kind(user.state).map_err(ControlError::WrongState)?;
                    control.send_ticket(change.db(), &user, kind, &site).await
                })
            })
            .await?;
        self.wake_mails();
        Ok(link)
    }

    /// Gives an account another role, closes it or opens it again. It acts at once, also on open
    /// sessions.
    ///
    /// # Errors
    /// [`ControlError::LastAdmin`], when there is no such account, or the database refuses.
    pub async fn change_user(&self, actor: &Actor, id: &str, new: UserChange) -> Result<()> {
        let UserChange { role, disabled } = match self.user(id).await {
            Ok(known) => new.differing(&known.user),
            Err(ControlError::NotFound(_)) => new,
            Err(error) => return Err(error),
        };
        let action = match (disabled, role) {
            (Some(true), _) => "user.disabled",
            (Some(false), _) => "user.enabled",
            (None, Some(_)) => "user.role_changed",
            (None, None) => return Ok(()),
        };
        let (by, id) = (actor.clone(), id.to_owned());
        self.change(actor, action, |change| {
            Box::pin(async move {
                still_administers(change.db(), &by).await?;
                let user = users::concerned(change, &id).await?;
                let demoted = role.is_some_and(|role| !role.administers());
                if demoted || disabled == Some(true) {
                    keep_an_admin(change.db(), &user).await?;
                }
                if let Some(role) = role {
                    let told = json!([{"field": "role", "old": user.role, "new": role}]);
                    change.audit.set_json("changes", told.to_string());
                    sqlx::query("UPDATE users SET role = $1 WHERE id = $2")
                        .bind(role.name())
                        .bind(&user.id)
                        .execute(change.db())
                        .await?;
                }
                match disabled {
                    Some(true) => close(change, &by.client, &user).await,
                    Some(false) => reopen(change.db(), &user).await,
                    None => Ok(()),
                }
            })
        })
        .await
    }

    /// Removes an account that was never active. Others are disabled: what they did stays theirs.
    ///
    /// # Errors
    /// When the account was active, or the database refuses.
    pub async fn delete_user(&self, actor: &Actor, id: &str) -> Result<()> {
        let (by, id) = (actor.clone(), id.to_owned());
        self.change(actor, "user.deleted", |change| {
            Box::pin(async move {
                still_administers(change.db(), &by).await?;
                let user = users::concerned(change, &id).await?;
                let deleted =
                    sqlx::query("DELETE FROM users WHERE id = $1 AND verified_at IS NULL");
                match deleted
                    .bind(&user.id)
                    .execute(change.db())
                    .await?
                    .rows_affected()
                {
                    0 => Err(ControlError::WrongState(
                        "only an account that was never active can be deleted: disable it",
                    )),
                    _ => Ok(()),
                }
            })
        })
        .await
    }
}
