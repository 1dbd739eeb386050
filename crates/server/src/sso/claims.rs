//! What a provider says about a person, and what the settings make of it.

use crate::control::{NewLink, ProviderSettings, Role, Visitor, normal_email};
use serde_json::{Map, Value};

/// Claims of a checked ID token, completed by those of the userinfo endpoint.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Claims(pub(super) Map<String, Value>);

impl Claims {
    /// The person, for good: the only claim that identifies.
    pub(crate) fn subject(&self) -> &str {
        self.0.get("sub").and_then(Value::as_str).unwrap_or("")
    }

    /// The e-mail address and whether the provider has verified it.
    fn email(&self) -> Option<(&str, bool)> {
        let email = self.0.get("email")?.as_str()?;
        // Some providers write booleans as text.
        let verified = match self.0.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(verified)) => verified == "true",
            _ => false,
        };
        Some((email, verified))
    }

    /// A claim by its name, or by a path of names joined with dots.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        find(&self.0, name)
    }

    /// The values of a claim: of a list each, of anything else the one.
    fn values(&self, name: &str) -> Vec<String> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        match self.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The role that the settings give: of the first rule that fits, else the default.
    fn role(&self, settings: &ProviderSettings) -> Option<Role> {
        let values = match &settings.role_claim {
            Some(claim) => self.values(claim),
            None => Vec::new(),
        };
        let mut rules = settings.role_map.iter();
        let fits = rules.find(|rule| values.contains(&rule.value));
        fits.map(|rule| rule.role).or(settings.default_role)
    }

    /// The own data that the settings derive, if they derive any.
    fn links(&self, settings: &ProviderSettings) -> Option<Vec<NewLink>> {
        let (claim, origin) = (&settings.link_claim, &settings.link_origin);
        let (Some(claim), Some(origin)) = (claim, origin) else {
            return None;
        };
        let link = |user_id| NewLink {
            origin: origin.clone(),
            user_id,
        };
        Some(self.values(claim).into_iter().map(link).collect())
    }

    /// The person as the settings see them.
    pub(crate) fn visitor(&self, settings: &ProviderSettings) -> Visitor {
        let email = self.email();
        Visitor {
            subject: self.subject().to_owned(),
            email: email.and_then(|(email, _)| normal_email(email).ok()),
            email_verified: email.is_some_and(|(_, verified)| verified),
            role: self.role(settings),
            links: self.links(settings),
            second_factor: self.has_second_factor(settings),
        }
    }

    /// Whether the provider vouches for a second factor (`amr`, RFC 8176, or `acr`).
    fn has_second_factor(&self, settings: &ProviderSettings) -> bool {
        let says = |claim: &str, wanted: &[String]| {
            let values = self.values(claim);
            wanted.iter().any(|value| values.contains(value))
        };
        says("amr", &settings.mfa_amr) || says("acr", &settings.mfa_acr)
    }
}

/// Names may hold dots themselves, as names of clients do: the longest is tried first.
fn find<'c>(claims: &'c Map<String, Value>, path: &str) -> Option<&'c Value> {
    let inside = |(dot, _)| {
        let (name, rest) = (&path[..dot], &path[dot + 1..]);
        find(claims.get(name)?.as_object()?, rest)
    };
    let deeper = || path.rmatch_indices('.').find_map(inside);
    claims.get(path).or_else(deeper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::RoleRule;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        Claims(value.as_object().unwrap().clone())
    }

    fn settings() -> ProviderSettings {
        let text = r#"{"name": "x", "issuer": "https://id.example.com", "client_id": "daybook"}"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn claims_are_found_by_name_and_by_path() {
        let claims = claims(json!({
            "a.b": "plain", "realm_access": {"roles": ["x"]},
            "resource_access": {"my.client": {"roles": ["y"]}}, "https://example.com/roles": "z",
        }));
        assert_eq!(claims.values("a.b"), ["plain"]);
        assert_eq!(claims.values("realm_access.roles"), ["x"]);
        assert_eq!(claims.values("resource_access.my.client.roles"), ["y"]);
        assert_eq!(claims.values("https://example.com/roles"), ["z"]);
        assert!(claims.values("realm_access.nothing").is_empty());
        assert!(claims.values("realm_access").is_empty());
    }

    #[test]
    fn the_first_rule_in_order_gives_the_role() {
        let rule = |value: &str, role| RoleRule {
            value: value.into(),
            role,
        };
        let mut settings = ProviderSettings {
            role_claim: Some("groups".into()),
            role_map: vec![
                rule("admins", Role::SuperAdmin),
                rule("audit", Role::Auditor),
            ],
            ..settings()
        };
        let role = |groups: Value, settings: &_| claims(json!({"groups": groups})).role(settings);
        let both = json!(["audit", "admins"]);
        assert_eq!(role(both, &settings), Some(Role::SuperAdmin));
        assert_eq!(role(json!("audit"), &settings), Some(Role::Auditor));
        assert_eq!(role(json!(["auditors"]), &settings), None);
        assert_eq!(role(json!({"admins": true}), &settings), None);
        settings.default_role = Some(Role::User);
        assert_eq!(role(json!([]), &settings), Some(Role::User));
    }

    #[test]
    fn an_address_counts_as_verified_only_when_the_provider_says_so() {
        let verified = |value: Value| claims(value).email().map(|(_, verified)| verified);
        let email = "ana@example.com";
        assert_eq!(verified(json!({"email": email})), Some(false));
        for (value, expected) in [
            (json!(true), true),
            (json!("true"), true),
            (json!("false"), false),
            (json!(1), false),
        ] {
            let claims = json!({"email": email, "email_verified": value});
            assert_eq!(verified(claims), Some(expected), "{value}");
        }
        assert_eq!(verified(json!({"email_verified": true})), None);
    }

    #[test]
    fn a_second_factor_counts_only_as_set() {
        let claims = claims(json!({"amr": ["pwd", "otp"], "acr": "silver"}));
        let mut settings = settings();
        assert!(!claims.has_second_factor(&settings));
        settings.mfa_acr = vec!["gold".into()];
        assert!(!claims.has_second_factor(&settings));
        settings.mfa_amr = vec!["mfa".into(), "otp".into()];
        assert!(claims.has_second_factor(&settings));
    }
}
