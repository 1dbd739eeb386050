//! The settings of signing in: who may sign up, which roles need a second factor, how long
//! sessions last. Every request reads them anew, so that a change acts at once.

use super::{Actor, Control, ControlError, Result, Role, TicketKind, settings, steady, tickets};
use daybook_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Their name among the settings.
pub(super) const SETTING: &str = "sign_in";
/// OWASP advises 15 to 30 minutes without use, and 4 to 8 hours in any case.
const IDLE_MINUTES: u32 = 30;
const ABSOLUTE_HOURS: u32 = 8;
const IDLE_MINUTES_MIN: u32 = 5;
const ABSOLUTE_HOURS_MAX: u32 = 30 * 24;
const DOMAINS_MAX: usize = 100;
/// The longest name that DNS knows.
const DOMAIN_BYTES_MAX: usize = 253;

/// The settings of signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInSettings {
    /// Whether anybody may ask for an account.
    pub sign_up: bool,
    /// Domains whose e-mail addresses may; any when there are none.
    pub sign_up_domains: Vec<String>,
    /// Roles whose accounts must have a second factor.
    pub mfa_required_roles: Vec<Role>,
    /// How long a session lives without being used.
    pub session_idle_minutes: u32,
    /// How long a session lives in any case.
    pub session_absolute_hours: u32,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            sign_up: false,
            sign_up_domains: Vec::new(),
            mfa_required_roles: Vec::new(),
            session_idle_minutes: IDLE_MINUTES,
            session_absolute_hours: ABSOLUTE_HOURS,
        }
    }
}

impl SignInSettings {
    /// The settings as they are stored.
    pub(super) fn read(setting: Option<&str>) -> Result<Self> {
        let Some(setting) = setting else {
            return Ok(Self::default());
        };
        serde_json::from_str(setting)
            .map_err(|error| ControlError::Internal(format!("the setting {SETTING}: {error}")))
    }

    /// How long a session lives without being used.
    pub(super) fn idle_us(&self) -> i64 {
        i64::from(self.session_idle_minutes) * 60 * Timestamp::SECOND_US
    }

    /// How long it lives in any case.
    pub(super) fn absolute_us(&self) -> i64 {
        i64::from(self.session_absolute_hours) * Timestamp::HOUR_US
    }

    /// Whether a session of this age is still open.
    pub(super) fn keeps(&self, created_us: i64, seen_us: i64, now_us: i64) -> bool {
        steady::is_within(created_us, self.absolute_us(), now_us)
            && steady::is_within(seen_us, self.idle_us(), now_us)
    }

    /// Whether a role's accounts must have a second factor.
    pub fn needs_mfa(&self, role: Role) -> bool {
        self.mfa_required_roles.contains(&role)
    }

    fn check(mut self) -> Result<Self> {
        let hours = self.session_absolute_hours;
        if hours == 0 || hours > ABSOLUTE_HOURS_MAX {
            let message = format!("expected 1 to {ABSOLUTE_HOURS_MAX} hours");
            return Err(ControlError::invalid("session_absolute_hours", message));
        }
        if !(IDLE_MINUTES_MIN..=hours * 60).contains(&self.session_idle_minutes) {
            let message = format!("expected {IDLE_MINUTES_MIN} to {} minutes", hours * 60);
            return Err(ControlError::invalid("session_idle_minutes", message));
        }
        self.mfa_required_roles.sort_unstable();
        self.mfa_required_roles.dedup();
        for domain in &mut self.sign_up_domains {
            *domain = domain.trim().trim_start_matches('@').to_lowercase();
        }
        self.sign_up_domains.sort_unstable();
        self.sign_up_domains.dedup();
        let fit = self.sign_up_domains.len() <= DOMAINS_MAX;
        if !fit || !self.sign_up_domains.iter().all(|domain| is_domain(domain)) {
            let message = format!("expected at most {DOMAINS_MAX} domains such as example.com");
            return Err(ControlError::invalid("sign_up_domains", message));
        }
        Ok(self)
    }

    /// What differs, as an audit event tells it.
    fn changes(&self, new: &Self) -> Vec<Value> {
        let (old, new) = (json!(self), json!(new));
        let names = old.as_object().into_iter().flat_map(|fields| fields.keys());
        names
            .filter(|name| old[*name] != new[*name])
            .map(|name| json!({"field": name, "old": old[name], "new": new[name]}))
            .collect()
    }
}

impl Control {
    /// The settings of signing in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_settings(&self) -> Result<SignInSettings> {
        Ok(self.setting(SETTING).await?.unwrap_or_default())
    }

    /// Sets them; they act at once, also on open sessions.
    ///
    /// # Errors
    /// When a value cannot be used, or the database refuses.
    pub async fn set_sign_in_settings(
        &self,
        actor: &Actor,
        new: SignInSettings,
    ) -> Result<SignInSettings> {
        let (checked, old) = (new.check(), self.sign_in_settings().await?);
        if let Ok(new) = &checked
            && old.changes(new).is_empty()
        {
            return Ok(new.clone());
        }
        self.change(actor, "sign_in.modified", |change| {
            Box::pin(async move {
                change.resource("setting", SETTING, "");
                change.audit.set_text("operation", "modify_configuration");
                let new = checked?;
                let changes = old.changes(&new);
                change.audit.set_json("changes", json!(changes).to_string());
                settings::write(change.db(), SETTING, &new).await?;
                if !new.sign_up {
                    tickets::end_kind(change.db(), TicketKind::Verification).await?;
                }
                Ok(new)
            })
        })
        .await
    }
}

/// Whether a text can be the domain of an e-mail address. A pattern is none.
pub(super) fn is_domain(domain: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace() || "@*/".contains(c);
    domain.len() <= DOMAIN_BYTES_MAX
        && !domain.contains(odd)
        && domain.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        let set = |change: fn(&mut SignInSettings)| {
            let mut settings = SignInSettings::default();
            change(&mut settings);
            settings.check().map_err(|error| error.to_string())
        };
        let refused = |change, name| set(change).is_err_and(|error| error.starts_with(name));
        assert!(refused(
            |it| it.session_absolute_hours = 0,
            "session_absolute_hours"
        ));
        assert!(refused(
            |it| it.session_absolute_hours = 721,
            "session_absolute_hours"
        ));
        assert!(refused(
            |it| it.session_idle_minutes = 4,
            "session_idle_minutes"
        ));
        assert!(refused(
            |it| it.session_idle_minutes = 481,
            "session_idle_minutes"
        ));
        assert!(refused(
            |it| it.sign_up_domains = vec!["a@b".into()],
            "sign_up_domains"
        ));
        let domains = set(|it| it.sign_up_domains = vec![" Example.COM".into()]);
        assert!(domains.is_ok_and(|it| it.sign_up_domains == ["example.com"]));
        let roles =
            set(|it| it.mfa_required_roles = vec![Role::User, Role::SuperAdmin, Role::User]);
        assert!(roles.is_ok_and(|it| it.mfa_required_roles == [Role::SuperAdmin, Role::User]));
    }

    #[test]
    fn settings_of_an_older_version_have_the_defaults_for_the_rest() {
        let read = SignInSettings::read(Some(r#"{"sign_up":true}"#)).unwrap_or_default();
        assert!(read.sign_up && read.session_idle_minutes == IDLE_MINUTES);
    }
}
