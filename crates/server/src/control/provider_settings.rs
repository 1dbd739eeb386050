//! The settings of an identity provider and what they must keep to. The client secret goes in and
//! never out.

use super::sign_in_settings::is_domain;
use super::{ControlError, Result, Role, check_origin};
use crate::sso::check_issuer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use utoipa::ToSchema;

const NAME_BYTES_MAX: usize = 64;
/// Client ids, secrets, names and values of claims.
const TEXT_BYTES_MAX: usize = 512;
/// Scopes, rules, domains, values.
const ITEMS_MAX: usize = 64;

/// A text that no log and no answer shows.
#[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Secret(String);

impl Secret {
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Which role a value of the role claim gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The value, exactly.
    pub value: String,
    /// The role it gives.
    pub role: Role,
}

/// What an administrator says about a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// What its button says.
    pub name: String,
    /// The issuer, exactly as the provider writes it: `https://…`.
    pub issuer: String,
    /// Daybook's name at the provider.
    pub client_id: String,
    /// Daybook's secret at the provider. Never answered; absent: unchanged; empty: there is none.
    #[serde(default, skip_serializing)]
    #[schema(write_only)]
    pub client_secret: Option<Secret>,
    /// What is asked for besides `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// The claim that gives the role, at every sign-in; a path may be joined with dots.
    #[serde(default)]
    pub role_claim: Option<String>,
    /// Its values and their roles; the first that fits counts.
    #[serde(default)]
    pub role_map: Vec<RoleRule>,
    /// The role when no rule fits; without it such people are refused.
    #[serde(default)]
    pub default_role: Option<Role>,
    /// The claim whose values are the person's user ids on a platform: their own data.
    #[serde(default)]
    pub link_claim: Option<String>,
    /// The origin of that platform.
    #[serde(default)]
    pub link_origin: Option<String>,
    /// Only people with an address of these domains may sign in; all when empty.
    #[serde(default)]
    pub email_domains: Vec<String>,
    /// Whether the first sign-in of a stranger makes an account.
    #[serde(default)]
    pub create_accounts: bool,
    /// Whether an address must be verified by the provider to count.
    #[serde(default = "yes")]
    pub require_email_verified: bool,
    /// Whether a verified address binds to the account that has it. Only for a provider in which
    /// nobody can get somebody else's address.
    #[serde(default)]
    pub trust_email: bool,
    /// Values of `amr` that stand for a second factor.
    #[serde(default)]
    pub mfa_amr: Vec<String>,
    /// Values of `acr` that stand for a second factor.
    #[serde(default)]
    pub mfa_acr: Vec<String>,
    /// Whether it can be used.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

fn default_scopes() -> Vec<String> {
    vec!["email".into(), "profile".into()]
}

fn check(good: bool, field: &'static str, message: impl Into<String>) -> Result<()> {
    match good {
        true => Ok(()),
        false => Err(ControlError::invalid(field, message)),
    }
}

fn check_text(field: &'static str, text: &str, bytes_max: usize) -> Result<()> {
    let usable = !text.is_empty() && text.len() <= bytes_max && !text.chars().any(char::is_control);
    let message = format!("expected 1 to {bytes_max} bytes without control characters");
    check(usable, field, message)
}

fn check_texts<'t>(
    field: &'static str,
    texts: impl ExactSizeIterator<Item = &'t String>,
) -> Result<()> {
    let message = format!("at most {ITEMS_MAX} values");
    check(texts.len() <= ITEMS_MAX, field, message)?;
    let mut texts = texts;
    texts.try_for_each(|text| check_text(field, text, TEXT_BYTES_MAX))
}

impl ProviderSettings {
    /// Brings texts into their one spelling and refuses what cannot work or would be dangerous.
    pub(super) fn checked(mut self) -> Result<Self> {
        self.name = self.name.trim().into();
        self.client_id = self.client_id.trim().into();
        for domain in &mut self.email_domains {
            *domain = domain.trim().trim_start_matches('@').to_lowercase();
        }
        self.scopes.retain(|scope| scope != "openid");
        check_text("name", &self.name, NAME_BYTES_MAX)?;
        check_text("client_id", &self.client_id, TEXT_BYTES_MAX)?;
        if let Some(secret) = &self.client_secret {
            let bytes = secret.0.len();
            let message = format!("at most {TEXT_BYTES_MAX} bytes");
            check(bytes <= TEXT_BYTES_MAX, "client_secret", message)?;
        }
        check_issuer(&self.issuer).map_err(|problem| ControlError::invalid("issuer", problem))?;
        check_texts("scopes", self.scopes.iter())?;
        let is_one = |scope: &String| scope.bytes().all(|byte| byte.is_ascii_graphic());
        let message = "a scope has no space; give several as a list";
        check(self.scopes.iter().all(is_one), "scopes", message)?;
        check_texts("email_domains", self.email_domains.iter())?;
        let message = "expected domains such as example.com";
        let domains = &self.email_domains;
        check(
            domains.iter().all(|domain| is_domain(domain)),
            "email_domains",
            message,
        )?;
        check_texts("mfa_amr", self.mfa_amr.iter())?;
        check_texts("mfa_acr", self.mfa_acr.iter())?;
        self.check_roles()?;
        self.check_links()?;
        Ok(self)
    }

    fn check_roles(&self) -> Result<()> {
        if let Some(claim) = &self.role_claim {
            check_text("role_claim", claim, TEXT_BYTES_MAX)?;
        }
        check_texts("role_map", self.role_map.iter().map(|rule| &rule.value))?;
        let message = "rules need a role_claim, and a role_claim needs rules";
        let mapped = !self.role_map.is_empty();
        check(self.role_claim.is_some() == mapped, "role_map", message)?;
        let message = "not super_admin: give that by a rule of role_map, or to single accounts";
        let default = self.default_role;
        check(default != Some(Role::SuperAdmin), "default_role", message)?;
        let message = "new accounts need a role: set default_role, or role_claim and role_map";
        let gives = !self.create_accounts || default.is_some() || mapped;
        check(gives, "default_role", message)
    }

    fn check_links(&self) -> Result<()> {
        let both = self.link_claim.is_some() == self.link_origin.is_some();
        let message = "link_claim and link_origin belong together: set both or none";
        check(both, "link_origin", message)?;
        if let Some(claim) = &self.link_claim {
            check_text("link_claim", claim, TEXT_BYTES_MAX)?;
        }
        let origin = self.link_origin.as_deref();
        origin
            .map_or(Ok(()), check_origin)
            .map_err(|error| match error {
                ControlError::Invalid { message, .. } => {
                    ControlError::invalid("link_origin", message)
                }
                other => other,
            })
    }

    /// Whether an e-mail address is of a domain that may sign in.
    pub(super) fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        let named = |domain: &str| self.email_domains.iter().any(|known| known == domain);
        self.email_domains.is_empty() || domain.is_some_and(named)
    }

    /// What differs, as an audit event tells it: of the secret its hash.
    pub(super) fn changes(&self, new: &Self, hash: impl Fn(&str) -> String) -> Vec<Value> {
        let fields = |settings: &Self| match json!(settings) {
            Value::Object(fields) => fields,
            _ => serde_json::Map::new(),
        };
        let (old_fields, new_fields) = (fields(self), fields(new));
        let differing = new_fields.iter().filter_map(|(field, new)| {
            let old = old_fields.get(field)?;
            (old != new).then(|| json!({"field": field, "old": old, "new": new}))
        });
        let mut changes: Vec<Value> = differing.collect();
        if self.client_secret != new.client_secret {
            let told =
                |secret: &Option<Secret>| secret.as_ref().map(|secret| hash(secret.reveal()));
            let (old, new) = (told(&self.client_secret), told(&new.client_secret));
            changes.push(json!({"field": "client_secret", "old": old, "new": new}));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: Value) -> std::result::Result<ProviderSettings, String> {
        let mut all = json!({
            "name": "Example", "issuer": "https://id.example.com", "client_id": "daybook",
        });
        let fields = all.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let parsed: ProviderSettings = serde_json::from_value(all).map_err(|e| e.to_string())?;
        parsed.checked().map_err(|error| error.to_string())
    }

    #[test]
    fn settings_that_cannot_work_or_are_dangerous_are_refused() {
        assert!(settings(json!({})).is_ok());
        let rules = json!([{"value": "admins", "role": "super_admin"}]);
        for (bad, field) in [
            (json!({"issuer": "http://id.example.com"}), "issuer"),
            (json!({"name": " "}), "name"),
            (json!({"client_id": ""}), "client_id"),
            (json!({"scopes": ["email profile"]}), "scopes"),
            (json!({"role_claim": "groups"}), "role_map"),
            (json!({"role_map": rules}), "role_map"),
            (json!({"default_role": "super_admin"}), "default_role"),
            (json!({"create_accounts": true}), "default_role"),
            (json!({"link_claim": "uid"}), "link_origin"),
            (
                json!({"link_claim": "uid", "link_origin": "daybook"}),
                "link_origin",
            ),
            (
                json!({"email_domains": ["ana@example.com"]}),
                "email_domains",
            ),
            (json!({"mfa_amr": vec!["x"; 65]}), "mfa_amr"),
            (json!({"clientSecret": "x"}), "unknown field"),
        ] {
            let error = settings(bad.clone()).unwrap_err();
            assert!(error.contains(field), "{bad}: {error}");
        }
        let good = json!({"role_claim": "groups", "role_map": rules, "create_accounts": true});
        assert!(settings(good).is_ok());
    }

    #[test]
    fn domains_are_compared_whole() {
        let settings = settings(json!({"email_domains": ["@Example.com"]})).unwrap();
        assert!(settings.admits("ana@example.com"));
        for other in ["ana@evil-example.com", "ana@example.com.evil.org", "ana"] {
            assert!(!settings.admits(other), "{other}");
        }
    }

    #[test]
    fn the_secret_shows_nowhere() {
        let old = settings(json!({"client_secret": "hunter2"})).unwrap();
        let new = settings(json!({"client_secret": "hunter3", "name": "Other"})).unwrap();
        let hash = |secret: &str| format!("hash of {} bytes", secret.len());
        let changes = old.changes(&new, hash);
        let shown = format!("{old:?} {} {}", json!(old), json!(changes));
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[1]["new"], "hash of 7 bytes");
    }
}
