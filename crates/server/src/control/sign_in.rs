//! Signing in with a password. Whatever is wrong, the caller learns one thing: it did not work.
//! Why stands in the authentication log, for administrators.

use super::lockouts::STRANGERS;
use super::secrets::Lane;
use super::sign_in_attempts::{Account, Attempt, Objection};
use super::throttle::Suspicion;
use super::{
    Actor, AuthEvent, AuthKind, Client, Control, ControlError, Method, Proof, Result, SignedIn,
    codes, lockouts, sessions, steady,
};
use daybook_model::Event;
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
            self.record_repeated(event).await?;
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
                    self.record_repeated(event).await?;
                }
            }
        }
        outcome
    }

    async fn judge(&self, attempt: &Attempt<'_>, sent: Credentials) -> Result<SignedIn> {
        let account = attempt.account.as_ref();
        let hash = account.and_then(|account| account.password_hash.clone());
        let lane = match attempt.device() {
            STRANGERS => Lane::Strangers,
            _ => Lane::Known,
        };
        let password = sent.password.clone();
        let fits = self.passwords.verify(lane, password, hash).await?;
        let account = match (attempt.objection(fits), account) {
            (None, Some(account)) => account,
            (objection, _) => {
                let objection = objection.unwrap_or(Objection::Unknown);
                let method = Method::Password;
                self.refuse(attempt, objection, method, &sent.password)
                    .await?;
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
                let event = AuthEvent::success(attempt.client, AuthKind::MfaRequested);
                let event = event.about(&account.user).by(Method::Password);
                self.record_repeated(event).await?;
                return Err(ControlError::MfaRequired);
            }
        };
        let method = match &code {
            None => Method::Password,
            Some(codes::Code::Totp(_)) => Method::PasswordTotp,
            Some(codes::Code::Backup(_)) => Method::PasswordBackupCode,
        };
        let outcome = self.open_with(attempt, account, code).await;
        let objection = match &outcome {
            Err(ControlError::WrongCode { reason }) => Objection::WrongCode(reason),
            Err(ControlError::WrongCredentials) => Objection::Overtaken,
            _ => return outcome,
        };
        self.refuse(attempt, objection, method, &sent.password)
            .await?;
        outcome
    }

    async fn open_with(
        &self,
        attempt: &Attempt<'_>,
        account: &Account,
        code: Option<codes::Code>,
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
                    Some(code) => codes::spend(change, &client, &user, &code).await?,
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
        method: Method,
        password: &str,
    ) -> Result<()> {
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
}
