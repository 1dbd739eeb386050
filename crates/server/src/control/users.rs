//! Accounts: what they are and how they are found. An account signs in only while it is `active`.

use super::{
    Actor, Change, Client, Control, ControlError, Link, Result, Role, links, lockouts, steady,
};
use daybook_model::Timestamp;
use sqlx::SqliteConnection;
use std::fmt;
use std::str::FromStr;
use unicode_normalization::is_nfkc;

const EMAIL_BYTES_MAX: usize = 254;

/// What became of an account.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// An administrator made it; its person has not answered yet.
    Invited,
    /// Its person signed up; that the e-mail address is theirs is not known yet.
    Unverified,
    /// It can sign in.
    Active,
    /// An administrator closed it.
    Disabled,
}

impl UserState {
    /// All states.
    pub const ALL: [Self; 4] = [
        Self::Invited,
        Self::Unverified,
        Self::Active,
        Self::Disabled,
    ];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Unverified => "unverified",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for UserState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for UserState {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.name() == text);
        known.ok_or_else(|| "expected invited, unverified, active or disabled".into())
    }
}

impl TryFrom<String> for UserState {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Identifier.
    pub id: String,
    /// E-mail, in lower case: the name to sign in with.
    pub email: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether it can sign in, and if not, why.
    #[sqlx(try_from = "String")]
    pub state: UserState,
}

impl User {
    /// A new account that is not stored yet.
    pub(super) fn new(email: String, role: Role, state: UserState) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            email,
            role,
            state,
        }
    }

    /// The account as the actor of a change.
    pub fn actor(&self, client: Client) -> Actor {
        Actor {
            kind: "member",
            id: self.id.clone(),
            name: self.email.clone(),
            role: self.role.name().into(),
            client,
            details: serde_json::Map::new(),
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.state == UserState::Active
    }

    /// Stores a new account, inside the caller's transaction. What is active from its start was
    /// vouched for by whoever makes it.
    ///
    /// # Errors
    /// When its e-mail has an account already.
    pub(super) async fn insert(
        &self,
        db: &mut SqliteConnection,
        password_hash: Option<String>,
    ) -> Result<()> {
        let now = Timestamp::now().us();
        let made = sqlx::query(
            "INSERT INTO users (id, email, role, state, password_hash, created_at, verified_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING",
        )
        .bind(&self.id)
        .bind(&self.email)
        .bind(self.role.name())
        .bind(self.state.name())
        .bind(password_hash)
        .bind(now)
        .bind(self.is_active().then_some(now))
        .execute(db)
        .await?;
        match made.rows_affected() {
            0 => Err(ControlError::Exists("an account with this e-mail")),
            _ => Ok(()),
        }
    }
}

/// The account with this id, inside the caller's transaction.
pub(super) async fn find(db: &mut SqliteConnection, id: &str) -> Result<User> {
    let find = sqlx::query_as("SELECT id, email, role, state FROM users WHERE id = $1");
    let user: Option<User> = find.bind(id).fetch_optional(db).await?;
    user.ok_or(ControlError::NotFound("account"))
}

/// The account that a change is about, by name in its audit event; where there is none, what was asked
/// for.
pub(super) async fn concerned(change: &mut Change, id: &str) -> Result<User> {
    change.resource("user", id, "");
    let user = find(change.db(), id).await?;
    change.resource("user", &user.id, &user.email);
    Ok(user)
}

/// An account as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserProfile {
    /// The account.
    pub user: User,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// Whether it has a password; who signs in elsewhere needs none.
    pub has_password: bool,
    /// Which events are its own.
    pub links: Vec<Link>,
    /// Whether it has a second factor.
    pub mfa_enabled: bool,
    /// Until when it is locked for browsers it was not used from.
    pub locked_until: Option<Timestamp>,
    /// Why a mail to it could not be delivered so far.
    pub mail_error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    user: User,
    created_at: i64,
    last_sign_in_at: Option<i64>,
    has_password: bool,
    mfa_enabled: bool,
    locked_until: Option<i64>,
    mail_error: Option<String>,
}

/// Which accounts, and which part of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserQuery {
    /// Text that the e-mail contains.
    pub text: Option<String>,
    /// Only those of this role.
    pub role: Option<Role>,
    /// Only those in this state.
    pub state: Option<UserState>,
    /// How many to leave out.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
}

const PROFILE: &str = "SELECT id, email, role, state, created_at, last_sign_in_at, \
     password_hash IS NOT NULL AS has_password, \
     EXISTS (SELECT 1 FROM second_factors \
             WHERE user_id = users.id AND confirmed_at IS NOT NULL) AS mfa_enabled, \
     (SELECT MAX(locked_until) FROM lockouts \
      WHERE user_id = users.id AND device = '') AS locked_until, \
     (SELECT MAX(error) FROM mails WHERE user_id = users.id) AS mail_error FROM users";
const CHOSEN: &str = "($1 IS NULL OR email LIKE $1 ESCAPE '\\') AND ($2 IS NULL OR role = $2) \
     AND ($3 IS NULL OR state = $3)";

/// A pattern of `LIKE` for e-mails that contain a text.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The one spelling of an e-mail address.
pub(crate) fn normal_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let fits = email.len() <= EMAIL_BYTES_MAX
        && !email.chars().any(|c| c.is_control() || c.is_whitespace())
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    match fits {
        true => Ok(email),
        false => Err(ControlError::invalid("email", "expected an e-mail address")),
    }
}

/// The same of an address that mails can be sent to, and that does not only look like another: no
/// compatibility characters (NFKC), no IP address in place of a domain.
pub(super) fn new_email(email: &str) -> Result<String> {
    let email = normal_email(email)?;
    let fits = email.parse::<lettre::Address>().is_ok() && is_nfkc(&email) && !email.ends_with(']');
    match fits {
        true => Ok(email),
        false => Err(ControlError::invalid("email", "expected an e-mail address")),
    }
}

impl Control {
    /// Accounts by e-mail, and how many there are in all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(&self, query: UserQuery) -> Result<(Vec<UserProfile>, u64)> {
        let text = query.text.as_deref().map(pattern);
        let (role, state) = (query.role.map(Role::name), query.state.map(UserState::name));
        let sql = format!("SELECT COUNT(*) FROM users WHERE {CHOSEN}");
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
        let total: i64 = count
            .bind(&text)
            .bind(role)
            .bind(state)
            .fetch_one(self.db.reader())
            .await?;
        let sql = format!("{PROFILE} WHERE {CHOSEN} ORDER BY email LIMIT $4 OFFSET $5");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(&text)
            .bind(role)
            .bind(state)
            .bind(i64::try_from(query.limit).unwrap_or(i64::MAX))
            .bind(i64::try_from(query.offset).unwrap_or(i64::MAX))
            .fetch_all(self.db.reader())
            .await?;
        let mut profiles = Vec::with_capacity(rows.len());
        for row in rows {
            profiles.push(self.profile(row).await?);
        }
        Ok((profiles, total.unsigned_abs()))
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user(&self, id: &str) -> Result<UserProfile> {
        let sql = format!("{PROFILE} WHERE id = $1");
        let find = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id);
        let row: Option<Row> = find.fetch_optional(self.db.reader()).await?;
        self.profile(row.ok_or(ControlError::NotFound("account"))?)
            .await
    }

    /// The account with this e-mail.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user_by_email(&self, email: &str) -> Result<User> {
        let user = self.known_email(&normal_email(email)?).await?;
        user.ok_or(ControlError::NotFound("account"))
    }

    /// The account with this e-mail in its one spelling, if there is one.
    pub(super) async fn known_email(&self, email: &str) -> Result<Option<User>> {
        let find = sqlx::query_as("SELECT id, email, role, state FROM users WHERE email = $1");
        Ok(find.bind(email).fetch_optional(self.db.reader()).await?)
    }

    async fn profile(&self, row: Row) -> Result<UserProfile> {
        let mut db = self.db.reader().acquire().await?;
        Ok(UserProfile {
            links: links::of(&mut db, &row.user.id).await?,
            user: row.user,
            created_at: Timestamp::from_us(row.created_at),
            last_sign_in_at: row.last_sign_in_at.map(Timestamp::from_us),
            has_password: row.has_password,
            mfa_enabled: row.mfa_enabled,
            locked_until: lockouts::locked_until(row.locked_until, steady::now_us()),
            mail_error: row.mail_error,
        })
    }
}
