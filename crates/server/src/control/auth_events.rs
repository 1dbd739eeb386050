//! The only maker of `auth` events: every one of them has its words and its fields from here.

use super::{Client, Control, Result, User, outbox};
use daybook_model::{Event, Stream, Timestamp, limits, validate};
use serde_json::Value;

/// Daybook's own accounts, as the identity provider of an event.
const OWN_ACCOUNTS: &str = "daybook";

/// What an `auth` event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthKind {
    /// Somebody signed in, or failed to.
    SignIn,
    /// The password was right, and the account has a second factor, which was asked for.
    MfaRequested,
    /// Somebody asked for an account.
    SignUp,
    /// A session was ended by its owner.
    SignOut,
    /// A session got a new token.
    Refresh,
    /// An e-mail address was verified.
    Verify,
    /// An invitation became an account.
    InvitationAccepted,
    /// Failures lock an account, for all but the browsers it was used from.
    Lockout,
    /// An administrator ended a lockout.
    Unlock,
    /// One password was tried on many accounts.
    PasswordSpraying,
    /// Somebody changed their password.
    PasswordChanged,
    /// A link to set a new password was asked for.
    PasswordResetRequested,
    /// A password was set by such a link, or by an administrator.
    PasswordReset,
    /// The password of an open session was asked for again, and was wrong.
    Reauthentication,
    /// The second factor was given in a session that was opened without it.
    MfaVerified,
    /// Two-factor authentication was turned on.
    MfaEnabled,
    /// Two-factor authentication was turned off.
    MfaDisabled,
    /// New backup codes were shown; older ones ended.
    BackupCodesGenerated,
    /// A backup code was used up.
    BackupCodeUsed,
    /// An identity of a provider was bound to an account.
    IdentityBound,
    /// The same undone.
    IdentityUnbound,
    /// A session was ended from outside.
    SessionRevoked,
    /// An identity provider failed.
    ProviderError,
    /// An API key was refused.
    KeyRefused,
    /// A link was used that never was one, or no longer is.
    TicketRefused,
}

impl AuthKind {
    /// The name in the field `event`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::MfaRequested => "mfa_requested",
            Self::SignUp => "sign_up",
            Self::SignOut => "sign_out",
            Self::Refresh => "refresh",
            Self::Verify => "verify",
            Self::InvitationAccepted => "invitation_accepted",
            Self::Lockout => "lockout",
            Self::Unlock => "unlock",
            Self::PasswordSpraying => "password_spraying",
            Self::PasswordChanged => "password_changed",
            Self::PasswordResetRequested => "password_reset_requested",
            Self::PasswordReset => "password_reset",
            Self::Reauthentication => "reauthentication",
            Self::MfaVerified => "mfa_verified",
            Self::MfaEnabled => "mfa_enabled",
            Self::MfaDisabled => "mfa_disabled",
            Self::BackupCodesGenerated => "backup_codes_generated",
            Self::BackupCodeUsed => "backup_code_used",
            Self::IdentityBound => "identity_bound",
            Self::IdentityUnbound => "identity_unbound",
            Self::SessionRevoked => "session_revoked",
            Self::ProviderError => "provider_error",
            Self::KeyRefused => "key_refused",
            Self::TicketRefused => "ticket_refused",
        }
    }
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// E-mail and password.
    Password,
    /// The same and a code of an authenticator.
    PasswordTotp,
    /// The same and a backup code.
    PasswordBackupCode,
    /// An identity provider.
    Sso,
    /// An API key.
    ApiKey,
    /// A link that was sent or handed over.
    Ticket,
}

impl Method {
    /// The name in the field `method`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordTotp => "password+totp",
            Self::PasswordBackupCode => "password+backup_code",
            Self::Sso => "sso",
            Self::ApiKey => "api_key",
            Self::Ticket => "ticket",
        }
    }
}

/// An `auth` event being made.
#[derive(Debug, Clone)]
#[must_use = "it is on record only when a change or Control::record takes it"]
pub struct AuthEvent {
    pub(super) kind: AuthKind,
    pub(super) event: Event,
}

impl AuthEvent {
    fn new(client: &Client, kind: AuthKind, result: &str) -> Self {
        let mut event = Event::new(Stream::Auth);
        event.time = Timestamp::now();
        event.set_text("event", kind.name());
        event.set_text("result", result);
        client.describe(&mut event);
        Self { kind, event }
    }

    /// It happened.
    pub fn success(client: &Client, kind: AuthKind) -> Self {
        Self::new(client, kind, "success")
    }

    /// It was tried and did not happen. The reason is for administrators: the caller never sees it.
    pub fn failure(client: &Client, kind: AuthKind, reason: &str) -> Self {
        Self::new(client, kind, "failure").because(reason)
    }

    /// It was refused although whoever asked is known.
    pub fn denied(client: &Client, kind: AuthKind, reason: &str) -> Self {
        Self::new(client, kind, "denied").because(reason)
    }

    /// Why it happened.
    pub fn because(mut self, reason: &str) -> Self {
        let reason = validate::prefix(reason, limits::TEXT_BYTES_MAX);
        self.event.set_text("reason", reason);
        self
    }

    /// The account it is about.
    pub fn about(mut self, user: &User) -> Self {
        self.event.set_text("user_id", user.id.as_str());
        self.named(&user.email)
    }

    /// The name that was given, when there may be no such account.
    pub fn named(mut self, name: &str) -> Self {
        let name = validate::prefix(name, limits::KEYWORD_BYTES_MAX);
        self.event.set_text("user_name", name);
        self
    }

    /// How whoever did it proved who they are.
    pub fn by(mut self, method: Method) -> Self {
        self.event.set_text("method", method.name());
        match method {
            Method::Sso | Method::ApiKey => self,
            _ => self.provider(OWN_ACCOUNTS),
        }
    }

    /// Who vouched for the account.
    pub fn provider(mut self, provider: &str) -> Self {
        let provider = validate::prefix(provider, limits::KEYWORD_BYTES_MAX);
        self.event.set_text("identity_provider", provider);
        self
    }

    /// The session it is about, by its identifier.
    pub fn session(mut self, id: &str) -> Self {
        self.event.set_text("session_id", id);
        self
    }

    /// What else is to be told, as a JSON object.
    pub fn details(mut self, details: &Value) -> Self {
        self.event.set_json("details", details.to_string());
        self
    }
}

impl From<AuthEvent> for Event {
    fn from(made: AuthEvent) -> Self {
        made.event
    }
}

impl Control {
    /// Puts an event that belongs to no change on record, such as a provider's failure. What may
    /// be repeated at will from outside goes through [`Control::record_repeated`] instead.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record(&self, event: impl Into<Event>) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        outbox::insert(&mut transaction, event.into()).await?;
        transaction.commit().await?;
        self.deliver_now().await;
        Ok(())
    }

    /// Puts on record what may be repeated at will, such as a failure. Each of the first few a minute of one name and address is an
    /// event; what exceeds them is summed, see [`super::repeats`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_repeated(&self, event: AuthEvent) -> Result<()> {
        for event in self.repeats.admit(event) {
            self.record(event).await?;
        }
        Ok(())
    }

    /// Puts the sums on record that are due, or all of them when the program ends.
    pub(super) async fn record_sums(&self, all: bool) {
        self.record_left_out(all).await;
        for event in self.repeats.due(all) {
            if let Err(error) = self.record(event).await {
                tracing::warn!(%error, "repeated failures were counted and cannot be put on record");
            }
        }
    }
}
