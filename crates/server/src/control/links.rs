//! Which usage events are an account's own: pairs of origin and user on that platform, set by an
//! administrator or by a claim of an identity provider, never guessed from a name or an e-mail.

use super::accounts::still_administers;
use super::{Actor, Change, Control, ControlError, Result, check_origin, users};
use daybook_model::{Timestamp, limits};
use serde_json::json;
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Links of one account.
const LINKS_MAX: usize = 100;
/// The source of links that an administrator set.
pub(super) const ADMIN: &str = "admin";

/// A user of a platform whose usage is an account's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The platform instance.
    pub origin: String,
    /// The `user_id` in its events.
    pub user_id: String,
    /// Who says so: `admin`, or `claim:` and the identity provider.
    pub source: String,
}

/// A link to be set.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// The platform instance: the origin of its ingest key.
    pub origin: String,
    /// The `user_id` in its events.
    pub user_id: String,
}

impl NewLink {
    fn check(&self) -> Result<()> {
        check_origin(&self.origin)?;
        let (bytes, max) = (self.user_id.len(), limits::KEYWORD_BYTES_MAX);
        if bytes == 0 || bytes > max || self.user_id.chars().any(char::is_control) {
            let message = format!("expected 1 to {max} bytes without control characters");
            return Err(ControlError::invalid("user_id", message));
        }
        Ok(())
    }
}

/// The links of an account.
pub(super) async fn of(db: &mut SqliteConnection, user_id: &str) -> Result<Vec<Link>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT origin, platform_user_id, source FROM user_links WHERE user_id = $1 \
         ORDER BY origin, platform_user_id, source",
    )
    .bind(user_id)
    .fetch_all(db)
    .await?;
    let link = |(origin, user_id, source)| Link {
        origin,
        user_id,
        source,
    };
    Ok(rows.into_iter().map(link).collect())
}

/// Replaces the links that one source set, and tells of old and new in the audit event. Answers
/// whether that changed anything.
///
/// # Errors
/// When a link cannot be used or there are too many.
pub(super) async fn replace(
    change: &mut Change,
    user_id: &str,
    source: &str,
    links: Vec<NewLink>,
) -> Result<bool> {
    let links: BTreeSet<NewLink> = links.into_iter().collect();
    if links.len() > LINKS_MAX {
        let message = format!("at most {LINKS_MAX} links");
        return Err(ControlError::invalid("links", message));
    }
    for link in &links {
        link.check()?;
    }
    let before = of(change.db(), user_id).await?;
    let before: BTreeSet<NewLink> = before
        .into_iter()
        .filter(|link| link.source == source)
        .map(|link| NewLink {
            origin: link.origin,
            user_id: link.user_id,
        })
        .collect();
    if before == links {
        return Ok(false);
    }
    let changes = json!([{"field": "links", "old": before, "new": links}]);
    change.audit.set_json("changes", changes.to_string());
    sqlx::query("DELETE FROM user_links WHERE user_id = $1 AND source = $2")
        .bind(user_id)
        .bind(source)
        .execute(change.db())
        .await?;
    let now = Timestamp::now().us();
    for link in links {
        sqlx::query(
            "INSERT INTO user_links (user_id, origin, platform_user_id, source, created_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(user_id)
        .bind(link.origin)
        .bind(link.user_id)
        .bind(source)
        .bind(now)
        .execute(change.db())
        .await?;
    }
    Ok(true)
}

impl Control {
    /// The links of an account, whoever set them; a pair set twice comes twice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn links(&self, user_id: &str) -> Result<Vec<Link>> {
        let mut db = self.db.reader().acquire().await?;
        of(&mut db, user_id).await
    }

    /// Replaces the links that administrators set; those of claims stay.
    ///
    /// # Errors
    /// When there is no such account, a link cannot be used, or the database refuses.
    pub async fn set_links(&self, actor: &Actor, user_id: &str, links: Vec<NewLink>) -> Result<()> {
        let (by, user_id) = (actor.clone(), user_id.to_owned());
        self.change(actor, "user.links_changed", |change| {
            Box::pin(async move {
                still_administers(change.db(), &by).await?;
                let user = users::concerned(change, &user_id).await?;
                change.audit.set_text("operation", "modify_access");
                replace(change, &user.id, ADMIN, links).await?;
                Ok(())
            })
        })
        .await
    }
}
