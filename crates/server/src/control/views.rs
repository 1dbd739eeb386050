//! Saved views: the address of a screen under a name, an account's own or shared. A shared view is
//! seen by whoever reads everybody's events of its stream: its filters may name people and resources,
//! which nobody learns of who may not see them.

use super::keys::check_text;
use super::{Actor, Change, Control, ControlError, Result, Role, User};
use daybook_model::{Stream, Timestamp};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

const NAME_BYTES_MAX: usize = 128;
/// Bytes of a view's query string.
const QUERY_BYTES_MAX: usize = 8 << 10;
/// Views of one account.
const VIEWS_MAX: i64 = 200;

/// A screen that shows a stream's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Calls, for people who debug them.
    Requests,
    /// The log of a stream.
    Log(Stream),
}

impl Screen {
    /// The name, as the UI's addresses have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Log(stream) => stream.name(),
        }
    }

    /// Whose events it shows.
    pub const fn stream(self) -> Stream {
        match self {
            Self::Requests => Stream::Usage,
            Self::Log(stream) => stream,
        }
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Screen {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "requests" => Ok(Self::Requests),
            _ => text
                .parse()
                .map(Self::Log)
                .map_err(|_| "expected requests, audit, usage, auth or system".into()),
        }
    }
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Identifier.
    pub id: String,
    /// The account that saved it.
    pub user_id: String,
    /// Its e-mail address.
    pub owner: String,
    /// What it is called; an account has a name once per screen.
    pub name: String,
    /// What it shows.
    pub screen: Screen,
    /// The query string of the address.
    pub query: String,
    /// Whether others see it.
    pub shared: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A view to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub screen: Screen,
    /// The query string of the address.
    pub query: String,
    /// Whether others see it.
    pub shared: bool,
}

/// What of a view changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewChange {
    /// Another name.
    pub name: Option<String>,
    /// Another query string.
    pub query: Option<String>,
    /// Whether others see it from now on.
    pub shared: Option<bool>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    email: String,
    name: String,
    screen: String,
    query: String,
    shared: bool,
    created_at: i64,
    changed_at: i64,
}

impl TryFrom<Row> for View {
    type Error = ControlError;

    fn try_from(row: Row) -> Result<Self> {
        let screen = row.screen.parse();
        Ok(Self {
            screen: screen.map_err(|error| ControlError::Internal(format!("a view: {error}")))?,
            id: row.id,
            user_id: row.user_id,
            owner: row.email,
            name: row.name,
            query: row.query,
            shared: row.shared,
            created_at: Timestamp::from_us(row.created_at),
            changed_at: Timestamp::from_us(row.changed_at),
        })
    }
}

const SELECT: &str =
    "SELECT views.*, users.email FROM views JOIN users ON users.id = views.user_id";

impl View {
    fn is_seen_by(&self, user: &User) -> bool {
        self.user_id == user.id || (self.shared && sees_shared(user.role, self.screen))
    }

    fn check(&self) -> Result<()> {
        check_text("name", &self.name, NAME_BYTES_MAX)?;
        let usable =
            self.query.len() <= QUERY_BYTES_MAX && !self.query.chars().any(char::is_control);
        match usable {
            true => Ok(()),
            false => Err(ControlError::invalid(
                "query",
                format!("expected at most {QUERY_BYTES_MAX} bytes without control characters"),
            )),
        }
    }

    /// What differs, as an audit event tells it.
    fn changes(&self, new: &Self) -> Vec<Value> {
        let pairs = [
            ("name", json!(self.name), json!(new.name)),
            ("query", json!(self.query), json!(new.query)),
            ("shared", json!(self.shared), json!(new.shared)),
        ];
        let differing = pairs.into_iter().filter(|(_, old, new)| old != new);
        differing
            .map(|(field, old, new)| json!({"field": field, "old": old, "new": new}))
            .collect()
    }
}

const fn sees_shared(role: Role, screen: Screen) -> bool {
    role.reads_everybody() && role.reads(screen.stream())
}

impl Control {
    /// The views that somebody sees: their own, and those of others that are shared.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn views(&self, user: &User) -> Result<Vec<View>> {
        let find = format!("{SELECT} WHERE user_id = $1 OR shared ORDER BY name, views.id");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(find))
            .bind(&user.id)
            .fetch_all(self.db.reader())
            .await?;
        let views = rows.into_iter().map(View::try_from);
        let mut views = views.collect::<Result<Vec<View>>>()?;
        views.retain(|view| view.is_seen_by(user));
        Ok(views)
    }

    /// Saves a view.
    ///
    /// # Errors
    /// When it cannot be used, the account has one of this name or too many, or the database refuses.
    pub async fn create_view(&self, actor: &Actor, user: &User, new: NewView) -> Result<View> {
        let now = Timestamp::now();
        let view = View {
            id: uuid::Uuid::now_v7().to_string(),
            user_id: user.id.clone(),
            owner: user.email.clone(),
            name: new.name.trim().into(),
            screen: new.screen,
            query: new.query,
            shared: new.shared,
            created_at: now,
            changed_at: now,
        };
        self.change(actor, "view.created", |change| {
            Box::pin(async move {
                change.resource("view", "", &view.name);
                view.check()?;
                check_count(change, &view.user_id).await?;
                check_name(change, &view).await?;
                change.resource("view", &view.id, &view.name);
                let details = json!({"screen": view.screen.name(), "query": view.query, "shared": view.shared});
                change.audit.set_json("details", details.to_string());
                write(change, &view).await?;
                Ok(view)
            })
        })
        .await
    }

    /// Changes a view; only its owner may.
    ///
    /// # Errors
    /// When the account has no such view, it cannot be used so, or the database refuses.
    pub async fn change_view(
        &self,
        actor: &Actor,
        user: &User,
        id: &str,
        wanted: ViewChange,
    ) -> Result<View> {
        let (user_id, id) = (user.id.clone(), id.to_owned());
        self.change(actor, "view.changed", |change| {
            Box::pin(async move {
                change.resource("view", &id, "");
                let old = find(change, &id).await?;
                let old = old.filter(|view| view.user_id == user_id);
                let old = old.ok_or(ControlError::NotFound("view"))?;
                let mut view = old.clone();
                if let Some(name) = wanted.name {
                    view.name = name.trim().into();
                }
                view.query = wanted.query.unwrap_or(view.query);
                view.shared = wanted.shared.unwrap_or(view.shared);
                let changes = old.changes(&view);
                if changes.is_empty() {
                    change.nothing_changed();
                    return Ok(old);
                }
                view.check()?;
                view.changed_at = Timestamp::now();
                change.resource("view", &view.id, &view.name);
                let changes = Value::Array(changes).to_string();
                change.audit.set_json("changes", changes);
                check_name(change, &view).await?;
                write(change, &view).await?;
                Ok(view)
            })
        })
        .await
    }

    /// Removes a view: its owner's, or as an administrator a shared one.
    ///
    /// # Errors
    /// When there is no such view for the caller, or the database refuses.
    pub async fn delete_view(&self, actor: &Actor, user: &User, id: &str) -> Result<()> {
        let (user, id) = (user.clone(), id.to_owned());
        self.change(actor, "view.deleted", |change| {
            Box::pin(async move {
                change.resource("view", &id, "");
                let found = find(change, &id).await?;
                let may = |view: &View| {
                    view.user_id == user.id || (view.shared && user.role.administers())
                };
                let view = found.filter(may).ok_or(ControlError::NotFound("view"))?;
                change.resource("view", &view.id, &view.name);
                sqlx::query("DELETE FROM views WHERE id = $1")
                    .bind(view.id)
                    .execute(change.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn find(change: &mut Change, id: &str) -> Result<Option<View>> {
    let find = format!("{SELECT} WHERE views.id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(find))
        .bind(id)
        .fetch_optional(change.db())
        .await?;
    row.map(View::try_from).transpose()
}

async fn check_count(change: &mut Change, user_id: &str) -> Result<()> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM views WHERE user_id = $1").bind(user_id);
    let count: i64 = count.fetch_one(change.db()).await?;
    match count < VIEWS_MAX {
        true => Ok(()),
        false => Err(ControlError::invalid(
            "name",
            format!("you have {VIEWS_MAX} views, the most there may be: delete one first"),
        )),
    }
}

async fn check_name(change: &mut Change, view: &View) -> Result<()> {
    let same = sqlx::query_scalar(
        "SELECT COUNT(*) FROM views WHERE user_id = $1 AND screen = $2 AND name = $3 AND id <> $4",
    );
    let same = same.bind(&view.user_id).bind(view.screen.name());
    let same: i64 = same
        .bind(&view.name)
        .bind(&view.id)
        .fetch_one(change.db())
        .await?;
    match same {
        0 => Ok(()),
        _ => Err(ControlError::Exists("a view of this name")),
    }
}

async fn write(change: &mut Change, view: &View) -> Result<()> {
    sqlx::query(
        "INSERT INTO views (id, user_id, name, screen, query, shared, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
         name = excluded.name, query = excluded.query, shared = excluded.shared, \
         changed_at = excluded.changed_at",
    )
    .bind(&view.id)
    .bind(&view.user_id)
    .bind(&view.name)
    .bind(view.screen.name())
    .bind(&view.query)
    .bind(view.shared)
    .bind(view.created_at.us())
    .bind(view.changed_at.us())
    .execute(change.db())
    .await?;
    Ok(())
}
