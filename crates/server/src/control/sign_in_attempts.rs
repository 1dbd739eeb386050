//! Attempts to sign in: what is known about them, and what speaks against them.

use super::lockouts::{self, STRANGERS};
use super::throttle::Source;
use super::users::normal_email;
use super::{
    AuthEvent, AuthKind, Client, Control, Method, Result, User, UserState, devices, steady,
};
use daybook_model::{limits, validate};

/// What decides on a sign-in to an account.
#[derive(sqlx::FromRow)]
pub(super) struct Account {
    #[sqlx(flatten)]
    pub(super) user: User,
    pub(super) password_hash: Option<String>,
    pub(super) mfa_enabled: bool,
    known_device: bool,
    locked_until: Option<i64>,
}

/// An attempt to sign in, as its outcome is recorded.
pub(super) struct Attempt<'a> {
    pub(super) client: &'a Client,
    /// The name as it was given.
    name: String,
    /// Whether it can be an account's. What cannot is not recorded: people type their password
    /// into the wrong field.
    is_email: bool,
    pub(super) account: Option<Account>,
}

/// Everything about an account that decides on a sign-in, in one question, so that it takes as long
/// for a name that nobody has.
const FIND: &str = "SELECT u.id, u.email, u.role, u.state, u.password_hash, \
     d.device IS NOT NULL AS known_device, l.locked_until, \
     f.confirmed_at IS NOT NULL AS mfa_enabled FROM users u \
     LEFT JOIN devices d ON d.user_id = u.id AND d.device = $2 AND d.last_used_at >= $3 \
     LEFT JOIN lockouts l ON l.user_id = u.id AND l.device = COALESCE(d.device, '') \
     LEFT JOIN second_factors f ON f.user_id = u.id \
     WHERE u.email = $1";

impl Attempt<'_> {
    pub(super) fn source(&self) -> Source<'_> {
        Source {
            account: &self.name,
            device: (self.device() != STRANGERS).then_some(self.device()),
            ip: self.client.ip,
        }
    }

    /// The browser that failures are counted of.
    pub(super) fn device(&self) -> &str {
        match &self.account {
            Some(account) if account.known_device => &self.client.device,
            _ => STRANGERS,
        }
    }

    pub(super) fn event(&self, reason: &str, method: Method) -> AuthEvent {
        let event = AuthEvent::failure(self.client, AuthKind::SignIn, reason).by(method);
        match &self.account {
            Some(account) => event.about(&account.user),
            None if self.is_email => event.named(&self.name),
            None => event,
        }
    }

    /// Why a password does not open the account, if it does not.
    pub(super) fn objection(&self, fits: bool) -> Option<Objection> {
        let Some(account) = &self.account else {
            return Some(match self.is_email {
                true => Objection::Unknown,
                false => Objection::NoEmail,
            });
        };
        let locked = lockouts::locked_until(account.locked_until, steady::now_us()).is_some();
        match account.user.state {
            UserState::Disabled => Some(Objection::Disabled),
            UserState::Invited => Some(Objection::Invited),
            UserState::Unverified => Some(Objection::Unverified),
            UserState::Active if locked && fits => Some(Objection::LockedThoughRight),
            UserState::Active if locked => Some(Objection::Locked),
            UserState::Active if account.password_hash.is_none() => Some(Objection::NoPassword),
            UserState::Active if !fits => Some(Objection::WrongPassword),
            UserState::Active => None,
        }
    }
}

/// Why an attempt failed, as administrators read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objection {
    Unknown,
    NoEmail,
    Disabled,
    Invited,
    Unverified,
    LockedThoughRight,
    /// Locked, disabled or given another password while this one was checked.
    Overtaken,
    Locked,
    NoPassword,
    WrongPassword,
    WrongCode(&'static str),
}

impl Objection {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Unknown => "unknown account",
            Self::NoEmail => "no e-mail address: the name is not recorded",
            Self::Disabled => "disabled account",
            Self::Invited => "invitation not accepted",
            Self::Unverified => "e-mail not verified",
            Self::LockedThoughRight => "locked account, right password",
            Self::Overtaken => "the account changed at this moment",
            Self::Locked => "locked account, wrong password",
            Self::NoPassword => "account without password",
            Self::WrongPassword => "wrong password",
            Self::WrongCode(reason) => reason,
        }
    }

    /// Whether it counts towards a lockout. What is refused while the account is locked does not:
    /// the lock ends in time.
    pub(super) const fn counts(self) -> bool {
        matches!(
            self,
            Self::NoPassword | Self::WrongPassword | Self::WrongCode(_)
        )
    }
}

impl Control {
    /// Reads what an attempt is about.
    pub(super) async fn attempt<'a>(&self, client: &'a Client, email: &str) -> Result<Attempt<'a>> {
        let known = normal_email(email).ok();
        let is_email = known.is_some();
        let given = || validate::prefix(email.trim(), limits::KEYWORD_BYTES_MAX).into();
        let name = known.unwrap_or_else(given);
        let account = sqlx::query_as(FIND)
            .bind(&name)
            .bind(&client.device)
            .bind(steady::now_us() - devices::DEVICE_LIFE_US)
            .fetch_optional(self.db.reader())
            .await?;
        Ok(Attempt {
            client,
            name,
            is_email,
            account,
        })
    }
}
