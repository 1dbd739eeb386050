//! Signing in with a password. Whatever is wrong, the caller learns one thing: it did not work.
//! Why stands in the authentication log, for administrators.

use super::lockouts::{self, STRANGERS};
use super::throttle::{Source, Suspicion};
use super::users::normal_email;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Method, Proof, Result, Session,
    SignedIn, User, UserState, mfa, sessions, steady,
};
use daybook_model::{Event, limits, validate};
use serde_json::json;
use sqlx::SqliteConnection;
use std::fmt;
use std::time::Instant;

/// What one signs in with.
#[derive(Clone)]
pub struct Credentials {
    /// The account's name.
    pub email: String,
    /// Its password.
    pub password: String,
    /// A code of its authenticator, or a backup code.
    pub code: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Credentials");
        shown.field("email", &self.email).finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct Account {
    #[sqlx(flatten)]
    user: User,
    password_hash: Option<String>,
    mfa_enabled: bool,
    known_device: bool,
    locked_until: Option<i64>,
}

/// An attempt to sign in, as its outcome is recorded.
struct Attempt<'a> {
    client: &'a Client,
    /// The name as it was given.
    name: String,
    /// Whether it can be an account's. What cannot is not recorded: people type their password
    /// into the wrong field.
    is_email: bool,
    account: Option<Account>,
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
    fn source(&self) -> Source<'_> {
        Source {
            account: &self.name,
            device: (self.device() != STRANGERS).then_some(self.device()),
            ip: self.client.ip,
        }
    }

    /// The browser that failures are counted of.
    fn device(&self) -> &str {
        match &self.account {
            Some(account) if account.known_device => &self.client.device,
            _ => STRANGERS,
        }
    }

    fn event(&self, reason: &str, method: Method) -> AuthEvent {
        let event = AuthEvent::failure(self.client, AuthKind::SignIn, reason).by(method);
        match &self.account {
            Some(account) => event.about(&account.user),
            None if self.is_email => event.named(&self.name),
            None => event,
        }
    }

    /// Why a password does not open the account, if it does not.
    fn objection(&self, fits: bool) -> Option<Objection> {
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
enum Objection {
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
    const fn reason(self) -> &'static str {
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
    const fn counts(self) -> bool {
        matches!(
            self,
            Self::NoPassword | Self::WrongPassword | Self::WrongCode(_)
        )
    }
}

/// Refuses when an account no longer has this password, or is no longer open, inside the caller's
/// transaction.
async fn check_password(
    db: &mut SqliteConnection,
    user_id: &str,
    hash: Option<String>,
) -> Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users \
               WHERE id = $1 AND password_hash = $2 AND state = 'active')";
    let find = sqlx::query_scalar(sql).bind(user_id).bind(hash);
    match find.fetch_one(db).await? {
        true => Ok(()),
        false => Err(ControlError::WrongCredentials),
    }
}

impl Control {
    /// Opens a session for an e-mail and its password, and a code when the account has a second
    /// factor. Success and failure go on record.
    ///
    /// # Errors
    /// [`ControlError::WrongCredentials`] whatever is wrong with account or password,
    /// [`ControlError::MfaRequired`] and [`ControlError::WrongCode`] when both are right, and
    /// [`ControlError::Throttled`] after too many failures.
    pub async fn sign_in(&self, client: &Client, sent: Credentials) -> Result<SignedIn> {
        let attempt = self.attempt(client, &sent.email).await?;
        if let Err(wait) = self.throttle.admit(attempt.source(), Instant::now()) {
            let event = attempt.event("too many failures: has to wait", Method::Password);
            self.record_failure(event).await?;
            return Err(ControlError::Throttled(wait.as_secs() + 1));
        }
        let outcome = self.judge(&attempt, sent).await;
        match &outcome {
            Ok(_) => self.throttle.succeed(attempt.source()),
            Err(ControlError::WrongCredentials | ControlError::WrongCode { .. }) => {}
            // Not the caller's failure.
            Err(error) => {
                self.throttle.take_back(attempt.source());
                if matches!(error, ControlError::Busy) {
                    let reason = "too busy: the password was not checked";
                    let event = attempt.event(reason, Method::Password);
                    self.record_failure(event).await?;
                }
            }
        }
        outcome
    }

    async fn attempt<'a>(&self, client: &'a Client, email: &str) -> Result<Attempt<'a>> {
        let known = normal_email(email).ok();
        let is_email = known.is_some();
        let given = || validate::prefix(email.trim(), limits::KEYWORD_BYTES_MAX).into();
        let name = known.unwrap_or_else(given);
        let account = sqlx::query_as(FIND)
            .bind(&name)
            .bind(&client.device)
            .bind(steady::now_us() - super::DEVICE_LIFE_US)
            .fetch_optional(self.db.reader())
            .await?;
        Ok(Attempt {
            client,
            name,
            is_email,
            account,
        })
    }

    async fn judge(&self, attempt: &Attempt<'_>, sent: Credentials) -> Result<SignedIn> {
        let account = attempt.account.as_ref();
        let hash = account.and_then(|account| account.password_hash.clone());
        let fits = self.passwords.verify(sent.password.clone(), hash).await?;
        let account = match (attempt.objection(fits), account) {
            (None, Some(account)) => account,
            (objection, _) => {
                let objection = objection.unwrap_or(Objection::Unknown);
                self.refuse(attempt, objection, &sent.password).await?;
                return Err(ControlError::WrongCredentials);
            }
        };
        let code = match (
            account.mfa_enabled,
            sent.code.filter(|code| !code.is_empty()),
        ) {
            (false, _) => None,
            (true, Some(code)) => Some(self.read_code(&account.user.id, &code).await?),
            (true, None) => {
                let event = attempt.event("the second factor is missing", Method::Password);
                self.record_failure(event).await?;
                return Err(ControlError::MfaRequired);
            }
        };
        let outcome = self.open_with(attempt, account, code).await;
        let objection = match &outcome {
            Err(ControlError::WrongCode { reason }) => Objection::WrongCode(reason),
            Err(ControlError::WrongCredentials) => Objection::Overtaken,
            _ => return outcome,
        };
        self.refuse(attempt, objection, &sent.password).await?;
        outcome
    }

    async fn open_with(
        &self,
        attempt: &Attempt<'_>,
        account: &Account,
        code: Option<mfa::Code>,
    ) -> Result<SignedIn> {
        let settings = self.sign_in_settings().await?;
        let (client, user) = (attempt.client.clone(), account.user.clone());
        let hash = account.password_hash.clone();
        let device = attempt.device().to_owned();
        let actor = user.actor(client.clone());
        self.change(&actor, "session.created", |change| {
            Box::pin(async move {
                // Many at once may have come this far before the account was locked.
                lockouts::check(change.db(), &user.id, &device).await?;
                check_password(change.db(), &user.id, hash).await?;
                let method = match code {
                    Some(code) => mfa::spend(change, &client, &user, &code).await?,
                    None => Method::Password,
                };
                lockouts::forget(change.db(), &user.id, &device).await?;
                sessions::open(change, &client, user, &Proof::own(method), &settings).await
            })
        })
        .await
    }

    /// Counts a failure, puts it on record, and locks the account when it is one too many: all in
    /// one transaction, and as much work for a name without an account.
    async fn refuse(
        &self,
        attempt: &Attempt<'_>,
        objection: Objection,
        password: &str,
    ) -> Result<()> {
        let method = match objection {
            Objection::WrongCode(_) => Method::PasswordTotp,
            _ => Method::Password,
        };
        let event = attempt.event(objection.reason(), method);
        let mut events = self.repeats.admit(event);
        events.extend(self.suspect(attempt, objection, password));
        let mut actor = Actor::system("sign-in");
        actor.client = attempt.client.clone();
        let user = attempt.account.as_ref().map(|account| account.user.clone());
        let counted = user.clone().filter(|_| objection.counts());
        let id = counted.map(|user| user.id).unwrap_or_default();
        let (client, device) = (attempt.client.clone(), attempt.device().to_owned());
        self.change(&actor, "user.locked", |change| {
            Box::pin(async move {
                for event in events {
                    change.also(event);
                }
                let locks = lockouts::count(change.db(), &id, &device, steady::now_us()).await?;
                match user.filter(|_| locks) {
                    Some(user) => lockouts::tell(change, &client, &user, &device),
                    None => change.nothing_changed(),
                }
                Ok(())
            })
        })
        .await
    }

    /// Notices one password being tried on many accounts.
    fn suspect(
        &self,
        attempt: &Attempt<'_>,
        objection: Objection,
        password: &str,
    ) -> Option<Event> {
        if matches!(
            objection,
            Objection::WrongCode(_) | Objection::LockedThoughRight | Objection::Overtaken
        ) {
            return None;
        }
        let noticed = self
            .throttle
            .fail(attempt.source(), password, Instant::now());
        let Suspicion::Spraying(accounts) = noticed else {
            return None;
        };
        let reason = format!("one password was tried on {accounts} accounts");
        let kind = AuthKind::PasswordSpraying;
        let event = AuthEvent::denied(attempt.client, kind, &reason);
        Some(event.details(&json!({ "accounts": accounts })).into())
    }

    /// Asks for the password again in an open session, before what a thief of the session must not
    /// do. An account without a password has none to ask for.
    ///
    /// # Errors
    /// [`ControlError::WrongPassword`]; after too many of them the session ends.
    pub async fn reauthenticate(
        &self,
        client: &Client,
        session: &Session,
        password: Option<String>,
    ) -> Result<()> {
        let find = sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1");
        let hash: Option<String> = find
            .bind(&session.user.id)
            .fetch_one(self.db.reader())
            .await?;
        if hash.is_none() {
            return Ok(());
        }
        let fits = match password {
            Some(password) => self.passwords.verify(password, hash).await?,
            None => false,
        };
        match fits {
            true => Ok(()),
            false => {
                let wrong = ControlError::WrongPassword;
                Err(self.refuse_in_session(client, session, wrong).await?)
            }
        }
    }

    /// Counts a wrong password or code in an open session; one too many ends it. Answers the error
    /// to be told, and lets others pass.
    pub(super) async fn refuse_in_session(
        &self,
        client: &Client,
        session: &Session,
        error: ControlError,
    ) -> Result<ControlError> {
        let reason = match &error {
            ControlError::WrongCode { reason } => *reason,
            ControlError::WrongPassword => "wrong password",
            _ => return Ok(error),
        };
        let event = AuthEvent::failure(client, AuthKind::Reauthentication, reason);
        let events = self
            .repeats
            .admit(event.about(&session.user).session(&session.id));
        let mut actor = Actor::system("sign-in");
        actor.client = client.clone();
        let (session, client) = (session.clone(), client.clone());
        self.change(&actor, "session.deleted", |change| {
            Box::pin(async move {
                for event in events {
                    change.also(event);
                }
                let (user, db) = (&session.user, change.db());
                // Counted apart from sign-ins, under the session's id.
                if lockouts::count(db, &user.id, &session.id, steady::now_us()).await? {
                    lockouts::forget(change.db(), &user.id, &session.id).await?;
                    let reason = "too many wrong passwords or codes";
                    change.resource("session", &session.id, "");
                    sessions::end_one(change, &client, &session, reason).await
                } else {
                    change.nothing_changed();
                    Ok(())
                }
            })
        })
        .await?;
        Ok(match error {
            ControlError::WrongCode { .. } => ControlError::CodeRefused,
            error => error,
        })
    }
}
