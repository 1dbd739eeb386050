//! How somebody proved who they are, when a session is opened.

use super::{AuthEvent, Method};

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// By what means.
    pub method: Method,
    /// The identity provider, when it was not Daybook.
    pub provider: Option<String>,
    /// Whether a second factor was given, or the provider vouched for one.
    pub mfa: bool,
}

impl Proof {
    /// A proof that Daybook itself checked.
    pub const fn own(method: Method) -> Self {
        Self {
            mfa: matches!(method, Method::PasswordTotp | Method::PasswordBackupCode),
            provider: None,
            method,
        }
    }

    /// An identity provider's word, by the provider's name.
    pub fn sso(provider: &str, mfa: bool) -> Self {
        Self {
            method: Method::Sso,
            provider: Some(provider.into()),
            mfa,
        }
    }

    /// Writes it into an event.
    pub(super) fn describe(&self, event: AuthEvent) -> AuthEvent {
        let event = event.by(self.method);
        match &self.provider {
            Some(provider) => event.provider(provider),
            None => event,
        }
    }
}
